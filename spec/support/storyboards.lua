-- Storyboards in specs: what their journals say. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"

local storyboards = {}

--- What is on record: items by key, put together from the lines.
---@param path string of storyboard.journal
---@return table<string, table>? items nil: nothing is there yet
function storyboards.read(path)
  local text = shell.read(path)
  if not text or not text:find "\n" then return nil end
  local items = {}
  for line in text:gmatch "([^\n]*)\n" do
    local said = json.decode(line)
    if said.item then
      local item = items[said.item] or { step = "new" }
      items[said.item] = item
      for name, value in pairs(said) do item[name] = value or nil end
    end
  end
  return items
end

return storyboards
