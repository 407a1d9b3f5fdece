-- One request to Analyst Studio's sandbox by curl, which nobody here wrote. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"

local quote = shell.quote

---@param sb studio.sandbox
---@param method string
---@param path string  below the sandbox's origin, or a whole URL
---@param body table|string|nil  a table goes as JSON
---@param who string|false|nil  "token:secret"; default: the workspace token; false: nobody
---@param more string[]?  further words for curl, quoted; an Accept header among them is sent instead of ours
---@return integer status
---@return any body  decoded when it is JSON
---@return table<string, string> headers  names in lower case
return function(sb, method, path, body, who, more)
  local words = { "curl -s -i --max-time 20 --noproxy '*' -X", method }
  if not table.concat(more or {}):find "Accept:" then words[#words + 1] = "-H 'Accept: application/hal+json'" end
  if who ~= false then words[#words + 1] = "-u " .. quote(who or "tok_workspace:sec_workspace") end
  if body then words[#words + 1] = "-d " .. quote(type(body) == "table" and json.encode(body) or body) end
  for _, word in ipairs(more or {}) do words[#words + 1] = word end
  words[#words + 1] = quote(path:find "^http" and path or sb.analyst_url .. path)
  local _, text = shell.tool(table.concat(words, " "))
  local head, rest = text:match "^(.-)\r\n\r\n(.*)$"
  local fields = {}
  for name, value in head:gmatch "\n([^:\r\n]+):%s*([^\r\n]*)" do fields[name:lower()] = value end
  local value = (fields["content-type"] or ""):find "json" and json.decode(rest) or rest
  return math.tointeger(tonumber(head:match "^HTTP/%S+ (%d+)")), value, fields
end
