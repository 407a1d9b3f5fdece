-- One request to mStudio's sandbox by curl, which nobody here wrote. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"

local quote = shell.quote

---@param sb studio.sandbox
---@param method string
---@param path string  below the sandbox's base URL, or a whole URL (which gets no key)
---@param body table|string|nil  a table goes as JSON
---@param more string[]?  further words for curl, quoted
---@param key string?  default: sk_live_sandbox
---@return integer|nil status
---@return any body  decoded when it is JSON
---@return table<string, string> headers  names in lower case
return function(sb, method, path, body, more, key)
  local words = { "curl -s -i --max-time 20 --noproxy '*' -X", method }
  if not path:find "^http" then words[#words + 1] = "-H " .. quote("X-API-Key: " .. (key or "sk_live_sandbox")) end
  if body then words[#words + 1] = "-d " .. quote(type(body) == "table" and json.encode(body) or body) end
  for _, word in ipairs(more or {}) do words[#words + 1] = word end
  words[#words + 1] = quote(path:find "^http" and path or sb.mstudio_url .. path)
  local _, text = shell.tool(table.concat(words, " "))
  local head, rest = text:match "^(.-)\r\n\r\n(.*)$"
  local fields = {}
  for name, value in (head or ""):gmatch "\n([^:\r\n]+):%s*([^\r\n]*)" do fields[name:lower()] = value end
  local value = (fields["content-type"] or ""):find "json" and json.decode(rest) or rest
  return math.tointeger(tonumber((head or ""):match "^HTTP/%S+ (%d+)")), value, fields
end
