-- Requests by curl, which nobody here wrote, to a sandbox for Analyst Studio. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"

local sh, quote = shell.tool, shell.quote

local asker = {}
asker.__index = asker

--- Asks that sandbox.
---@param sb studio.sandbox
function asker.new(sb) return setmetatable({ sb = sb }, asker) end

--- One request.
---@param method string
---@param path string     below the origin
---@param body table|string|nil
---@param more { who: string?, bearer: string?, accept: string?, flags: string?, raw: boolean? }?
---@return integer status  0: no answer
---@return any body        decoded when JSON
---@return table<string, string> headers
function asker:ask(method, path, body, more)
  more = more or {}
  local words = { "curl -s -i --max-time 20 --noproxy '*' -X", method,
    "-H", quote("Accept: " .. (more.accept or "application/hal+json")), more.flags or "" }
  if more.bearer then
    words[#words + 1] = "-H " .. quote("Authorization: Bearer " .. more.bearer)
  else
    words[#words + 1] = "-u " .. quote(more.who or "tok_workspace:sec_workspace")
  end
  if body then words[#words + 1] = "-d " .. quote(type(body) == "table" and json.encode(body) or body) end
  words[#words + 1] = quote(path:find "^http" and path or self.sb.analyst_url .. path)
  local _, text = sh(table.concat(words, " "))
  local head, rest = text:match "^(.-)\r\n\r\n(.*)$"
  local fields = {}
  for name, value in (head or ""):gmatch "\n([^:\r\n]+):%s*([^\r\n]*)" do fields[name:lower()] = value end
  local value = (fields["content-type"] or ""):find "json" and not more.raw and json.decode(rest) or rest
  return math.tointeger(tonumber((head or ""):match "^HTTP/%S+ (%d+)") or 0), value, fields
end

--- The body of a GET that is answered 200.
function asker:get(path, more)
  local status, body, headers = self:ask("GET", path, nil, more)
  assert(status == 200, ("GET %s: %d"):format(path, status))
  return body, headers
end

--- The rows of a list's first page.
function asker:rows(path, key) return self:get(path)._embedded[key] end

--- All reports of the collections that everybody sees.
function asker:reports()
  local all = {}
  for _, space in ipairs(self:rows("/api/acme/spaces?filter=all", "spaces")) do
    local status, body = self:ask("GET", ("/api/acme/spaces/%s/reports"):format(space.token))
    for _, report in ipairs(status == 200 and body._embedded.reports or {}) do all[#all + 1] = report end
  end
  return all
end

return asker
