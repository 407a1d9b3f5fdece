-- Definitions, SQL that queries share: client.definitions. SPDX-License-Identifier: MIT
--
-- The query { filter = "by_tokens", tokens = "a,b" } of the lists gives the definitions of these tokens.

local lists = require "studio.lists"

---@class studio.analyst.definitions
---@field list studio.analyst.list one page of the workspace's definitions
---@field each studio.analyst.each all of them; raises the error object when a page fails
---@field pages studio.analyst.pages page by page
local definitions = {}
lists(definitions, "definitions", {})

---@param definition studio.analyst.id
---@param options studio.call_options?
---@return table? definition nil, err on failure
---@return table response_or_err
function definitions:get(definition, options)
  return self.client:call("definitions.get", { definition = definition }, nil, options)
end

---@param fields table { name = …, source = SQL, description = …?, data_source_id = …? }
---@param options studio.call_options?
---@return table? definition nil, err on failure
---@return table response_or_err
function definitions:create(fields, options) return self.client:call("definitions.create", nil, fields, options) end

---@param definition studio.analyst.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? definition nil, err on failure
---@return table response_or_err
function definitions:update(definition, fields, options)
  return self.client:call("definitions.update", { definition = definition }, fields, options)
end

---@param definition studio.analyst.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function definitions:delete(definition, options)
  return self.client:call("definitions.delete", { definition = definition }, nil, options)
end

return definitions
