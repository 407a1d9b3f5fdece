-- The three kinds of keys of Cognitive3D, and how each is sent. SPDX-License-Identifier: MIT
--
-- The header is always Authorization, and never says Bearer. Documented (API overview, Postman collection): an
-- organization key of since May 2025 is "orgkey-…" and stands alone, an older one comes after "APIKEY:ORGANIZATION ".
-- Developer and application keys are sent in that manner too, as the vendor's SDKs and upload tools do.

local check = require "studio.check"
local core = require "studio.core"

local keys = {}

---@class studio.cognitive3d.kind
---@field door string     what routes call it
---@field option string   of studio.cognitive3d
---@field word string     APIKEY:WORD
---@field host string     "query" or "data": see hosts.lua
---@field from_where string where people find such a key

---@type studio.cognitive3d.kind[]
keys.kinds = {
  { door = "organization", option = "org_key", word = "ORGANIZATION", host = "query",
    from_where = "dashboard, Organization Settings > Manage API Keys; made by the organization's admin, shown once" },
  { door = "developer", option = "developer_key", word = "DEVELOPER", host = "data",
    from_where = "dashboard, the project's developer key, as the SDK's editor asks for it; such keys expire" },
  { door = "data", option = "data_key", word = "DATA", host = "data",
    from_where = "the project's application key, as apps have it; collector:application_key() tells it" },
}

local option_of = {}
for _, kind in ipairs(keys.kinds) do option_of[kind.word] = kind.option end

-- The key itself, and what stands before it in the header; raises when it is a key of another kind.
local function read(kind, text, what)
  local name = kind.option
  if text == "" then
    check.fail("%s: %s is empty (%s; is the environment variable set?)", what, name, kind.from_where)
  end
  if text:find "%c" then
    check.fail("%s: %s has a line break or control character in it (read from a file?)", what, name)
  end
  local word, key = text:match "^[Aa][Pp][Ii][Kk][Ee][Yy]:(%a+)%s+(%S+)$"
  if word and word:upper() ~= kind.word then
    local option = option_of[word:upper()]
    check.fail("%s: %s is a key of another kind (APIKEY:%s)%s", what, name, word,
      option and ": it belongs in the option " .. option or "")
  end
  key = key or text
  if key:find "^[Bb]earer%s" then
    check.fail("%s: %s begins with Bearer, which Cognitive3D does not know: give the key alone", what, name)
  end
  if key:find "%s" then check.fail("%s: %s has a blank in it: give the key alone", what, name) end
  if key:find "^orgkey%-" then
    if kind.word ~= "ORGANIZATION" then
      check.fail("%s: %s is an organization key (orgkey-…): it belongs in the option org_key", what, name)
    end
    return key, "" -- the prefix is a part of it
  end
  return key, "APIKEY:" .. kind.word
end

--- The credential that an option makes.
---@param kind studio.cognitive3d.kind
---@param text string the option
---@param what string for messages
---@return studio.core.auth
function keys.auth(kind, text, what)
  local key, prefix = read(kind, text, what)
  local header = { kind = "header", name = "Authorization", prefix = prefix, value = key }
  return check.guarded(what, core.auth, header)
end

--- What is missing, for people.
---@param kind studio.cognitive3d.kind
---@return string
function keys.missing(kind)
  local article = kind.option:find "^[aeiou]" and "an" or "a"
  return ("it needs %s %s, and this client has none: %s"):format(article, kind.option, kind.from_where)
end

return keys
