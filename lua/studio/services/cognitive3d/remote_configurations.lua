-- Other values of remote variables for some: client.remote_configurations. SPDX-License-Identifier: MIT

local crud = require "studio.services.cognitive3d.crud"
local lists = require "studio.lists"

---@class studio.cognitive3d.remote_configurations
---@field list studio.cognitive3d.list_of
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
---@field create studio.cognitive3d.create name, remoteVariableId, enabled, overrideValueInt (or …String, …Boolean)
---@field update studio.cognitive3d.update
---@field delete studio.cognitive3d.get
local remote_configurations = {}
lists(remote_configurations, "remote_configurations", { "project_id" })
crud(remote_configurations, "remote_configurations", "remote_configuration_id", { "create", "update", "delete" })

return remote_configurations
