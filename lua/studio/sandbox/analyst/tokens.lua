-- Who is calling: tokens with secrets, by HTTP Basic. SPDX-License-Identifier: MIT
--
-- Requests are counted by username: two tokens of one user share.

local tokens = {}

tokens.kinds = { workspace = true, member = true, personal = true }

--- Who comes in unless the option `analyst_tokens` says otherwise.
tokens.default = {
  { token = "tok_workspace", secret = "sec_workspace", kind = "workspace", user = "admin" },
  { token = "tok_member", secret = "sec_member", kind = "member", user = "ada" },
  { token = "tok_personal", secret = "sec_personal", kind = "personal", user = "bob" },
}

--- Checks the option.
---@return string|nil complaint
function tokens.complaint(list)
  for i, entry in ipairs(list) do
    local fits = type(entry) == "table" and type(entry.token) == "string" and type(entry.secret) == "string"
    if not fits then return ("analyst_tokens[%d] needs a token and a secret"):format(i) end
    if not tokens.kinds[entry.kind or "workspace"] then
      return ("analyst_tokens[%d]: no kind of token is called '%s'"):format(i, tostring(entry.kind))
    end
    if not (entry.user == nil or type(entry.user) == "string" and entry.user ~= "") then
      return ("analyst_tokens[%d].user must be a name"):format(i)
    end
  end
end

--- The principals by what their requests carry in `Authorization: Basic …`.
---@param list table[]
---@return table<string, table> by_value  principal: id (for the log), kind, user
function tokens.ring(list)
  -- required here: the process that starts a sandbox checks options, and needs none of the server's libraries
  local basexx = require "basexx"
  local by_value = {}
  for i, entry in ipairs(list) do
    local user = entry.user or "user" .. i
    by_value[basexx.to_base64(entry.token .. ":" .. entry.secret)] = {
      id = "user:" .. user, kind = entry.kind or "workspace", user = user, token = entry.token,
    }
  end
  return by_value
end

--- Finds who sent this header.
---@param ring table<string, table>
---@param bearers table<string, table>  the same for `Authorization: Bearer …`
---@param header string|nil
---@return table|nil principal
function tokens.find(ring, bearers, header)
  local scheme, value = (header or ""):match "^(%a+) +(%S+)$"
  if not scheme then return nil end
  scheme = scheme:lower()
  if scheme == "basic" then return ring[value] end
  if scheme == "bearer" then return bearers[value] end
end

return tokens
