-- A/B tests of remote variables: client.ab_tests. SPDX-License-Identifier: MIT

local crud = require "studio.services.cognitive3d.crud"
local lists = require "studio.lists"

---@class studio.cognitive3d.ab_tests
---@field list studio.cognitive3d.list_of
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
---@field get studio.cognitive3d.get
---@field create studio.cognitive3d.create name, remoteVariableId, abTestVariables, isEnabled …
---@field update studio.cognitive3d.update
---@field delete studio.cognitive3d.get
local ab_tests = {}
lists(ab_tests, "ab_tests", { "project_id" })
crud(ab_tests, "ab_tests", "ab_test_id", { "get", "create", "update", "delete" })

return ab_tests
