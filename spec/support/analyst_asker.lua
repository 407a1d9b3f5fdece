-- Requests by curl to one sandbox for Analyst Studio, and what specs ask it for often. SPDX-License-Identifier: MIT

local analyst_curl = require "spec.support.analyst_curl"
local shell = require "spec.support.shell"

local asker = {}
asker.__index = asker

--- Asks that sandbox.
---@param sb studio.sandbox
function asker.new(sb) return setmetatable({ sb = sb }, asker) end

--- One request.
---@param method string
---@param path string     below the origin
---@param body table|string|nil
---@param more { who: string?, bearer: string?, accept: string?, flags: string? }?
---@return integer status
---@return any body        decoded when JSON
---@return table<string, string> headers
function asker:ask(method, path, body, more)
  more = more or {}
  local words = { more.flags }
  if more.accept then words[#words + 1] = "-H " .. shell.quote("Accept: " .. more.accept) end
  if more.bearer then words[#words + 1] = "-H " .. shell.quote("Authorization: Bearer " .. more.bearer) end
  local who = more.who
  if more.bearer then who = false end
  return analyst_curl(self.sb, method, path, body, who, words)
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
