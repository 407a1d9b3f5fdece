-- Values that apps fetch, set from outside: client.remote_variables. SPDX-License-Identifier: MIT
--
-- No route to delete one is published.

local crud = require "studio.services.cognitive3d.crud"
local lists = require "studio.lists"

---@class studio.cognitive3d.remote_variables
---@field list studio.cognitive3d.list_of
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
---@field get studio.cognitive3d.get
---@field create studio.cognitive3d.create name, and one of valueString, valueInt, valueBoolean
---@field update studio.cognitive3d.update its type stays
local remote_variables = {}
lists(remote_variables, "remote_variables", { "project_id" })
crud(remote_variables, "remote_variables", "remote_variable_id", { "get", "create", "update" })

return remote_variables
