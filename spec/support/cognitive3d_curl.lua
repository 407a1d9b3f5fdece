-- One request to Cognitive3D's sandbox by curl, which nobody here wrote. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"

local quote = shell.quote

---@param sb studio.sandbox
---@param method string
---@param path string  below /v0; "data:/…" at the collector
---@param body table|string|nil  a table goes as JSON
---@param key string|false|nil  the header Authorization; default: that of an organization, at the collector of a
---  developer; false: none
---@param more string[]?  further words for curl, quoted
---@return integer status
---@return any body  decoded when it is JSON
---@return table<string, string> headers  names in lower case
return function(sb, method, path, body, key, more)
  local at_collector = path:find "^data:"
  local url = at_collector and sb.cognitive3d_data_url or sb.cognitive3d_url
  if key == nil then key = at_collector and "APIKEY:DEVELOPER dev-sandbox" or "orgkey-sandbox" end
  local words = { "curl -s -i --max-time 20 --noproxy '*' -X", method }
  if key then words[#words + 1] = "-H " .. quote("Authorization: " .. key) end
  if body then
    words[#words + 1] = "-H 'Content-Type: application/json' -d "
      .. quote(type(body) == "table" and json.encode(body) or body)
  end
  for _, word in ipairs(more or {}) do words[#words + 1] = word end
  words[#words + 1] = quote(url .. "/v0" .. path:gsub("^data:", ""))
  local _, text = shell.tool(table.concat(words, " "))
  local head, rest = text:match "^(.-)\r\n\r\n(.*)$"
  local fields = {}
  for name, value in head:gmatch "\n([^:\r\n]+):%s*([^\r\n]*)" do fields[name:lower()] = value end
  local value = (fields["content-type"] or ""):find "json" and json.decode(rest) or rest
  return math.tointeger(tonumber(head:match "^HTTP/%S+ (%d+)")), value, fields
end
