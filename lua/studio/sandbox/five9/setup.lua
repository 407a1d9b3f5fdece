-- What the option `five9` says: names, defaults and checks. SPDX-License-Identifier: MIT

local columns = require "studio.sandbox.five9.columns"

local setup = {}

--- The data store 1 unless `columns` says otherwise.
setup.customers = {
  { name = "customer_id", type = "String" }, { name = "name", type = "String" }, { name = "email", type = "String" },
  { name = "visits", type = "Integer" }, { name = "balance", type = "Double" }, { name = "joined", type = "Date" },
}

-- Who comes in. `permissions`: those of the routes; nil: all. A service provider's key opens its accounts too.
setup.keys = {
  { key = "f9-key", scope = "ac", id = "1234" },
  { key = "f9-data-only", scope = "ac", id = "1234", permissions = { "data" } },
  { key = "f9-languages-only", scope = "ac", id = "1234", permissions = { "prompt.languages" } },
  { key = "f9-sp-key", scope = "sp", id = "77" },
}

--- All addresses of a user are one user. They are let in with `password` and `code`; the token of a letter for a
--- forgotten password is "reset-" and the name.
setup.users = {
  { name = "ann", emails = { "ann@example.com", "ann.alias@example.com" }, password = "ann-password", code = "111111" },
  { name = "bob", emails = { "bob@example.com" }, password = "bob-password", code = "222222" },
}

--- name -> { default, type, what it is }
setup.options = {
  rows = { 12, "number", "rows that the data store 1 has" },
  columns = { setup.customers, "table", "of the data store 1: { name=, type= }" },
  batch = { 1000, "number", "rows that one insert or update may carry" },
  prompts = { 5, "number", "that there are" },
  listing = { "data", "string", "how prompts are listed: data (a list below data), nested (below data.prompts)" },
  prompt_rows = { "full", "string", "of that list: full, brief (without texts and voices)" },
  audio = { "raw", "string", "how speech comes: raw (the bytes), file (what to ask file-download-from-url for)" },
  created = { "data", "string", "how a new prompt is told: data (below data), bare" },
  paging = { true, "boolean", "whether queries of rows know pages; else `page` is ignored" },
  limit = { false, "number", "requests of one key in a window; false: no end, as none is published" },
  window = { 60, "number", "seconds, of all limits" },
  twofa = { 60, "number", "2FA requests of one address and user in a window" },
  passwords = { 200, "number", "password requests of one address in a window" },
  lock_after = { 5, "number", "failed logins of one address and user after which no password is right any more" },
  locked = { 423, "number", "status of an answer to a user who is locked out" },
  headers = { "none", "string", "limit headers, as for the option `headers`" },
  seed = { 1, "number", "of rows and ids" },
}

local words = { audio = { raw = true, file = true }, created = { data = true, bare = true },
  listing = { data = true, nested = true }, prompt_rows = { full = true, brief = true } }

local function whole(value) return math.type(value) == "integer" and value >= 0 end

local function complaint_of(name, value)
  local limits = require "studio.sandbox.limits"
  if words[name] and not words[name][value] or name == "headers" and not limits.styles[value] then
    return ("five9.%s knows no '%s'"):format(name, value)
  end
  if name == "columns" then return columns.complaint(value) end
  if name == "window" and value <= 0 then return "five9.window must be above 0" end
  if setup.options[name][2] == "number" and name ~= "window" and not whole(value) then
    return ("five9.%s must be a whole number"):format(name)
  end
end

--- Checks the option.
---@param given table
---@return string|nil complaint
function setup.complaint(given)
  for name, value in pairs(given) do
    local option = setup.options[name]
    if not option then return ("five9 has no option '%s'"):format(tostring(name)) end
    if not (value == false and option[1] == false) then
      if type(value) ~= option[2] then
        return ("five9.%s must be a %s, not a %s"):format(name, option[2], type(value))
      end
      local complaint = complaint_of(name, value)
      if complaint then return complaint end
    end
  end
end

--- The given options with the defaults for the rest.
---@param given table
---@return table
function setup.complete(given)
  local all = {}
  for name, option in pairs(setup.options) do
    if given[name] ~= nil then all[name] = given[name] else all[name] = option[1] end
  end
  return all
end

return setup
