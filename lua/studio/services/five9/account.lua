-- Logging in, codes and passwords: client.account. SPDX-License-Identifier: MIT
--
-- That these routes exist is documented, with their limits; everything else about them is assumed. Nothing here is ever
-- sent a second time by itself: a login counts, a code is good once, a mail arrives twice.

local check = require "studio.check"
local core = require "studio.core"
local exchange = require "studio.exchange"
local kept = require "studio.services.five9.kept"
local login_guard = require "studio.services.five9.login_guard"
local merge = require "studio.merge"
local prepare = require "studio.prepare"
local side = require "studio.services.five9.side"

-- Documented: calls a minute; 2FA for each client IP and user, passwords for each client IP. Window in seconds.
local LIMITS = {
  ["2FA"] = { name = "five9 2FA", requests = 60, window = 60, by_user = true },
  passwords = { name = "five9 passwords", requests = 200, window = 60 },
}

local ONCE = { max_attempts = 1, max_refusals = 0, max_redirects = 0 }

---@class studio.five9.account
local account = {}

---@class studio.five9.account_fields
---@field email string
---@field user string? who that is, where one user has several addresses: they share one budget and one count of failed
---  logins. Not sent; default: the address
---@field password string?
---@field code string|integer|nil
---@field token string?
---@field [string] any further fields are sent as they are

-- ANN@Example.com is ann@example.com.
local function user_of(name) return (name:lower():gsub("^%s+", ""):gsub("%s+$", "")) end

local secret_words = { "password", "code", "token", "secret", "otp", "pin", "key" }

local function is_secret(name)
  for _, word in ipairs(secret_words) do
    if tostring(name):lower():find(word, 1, true) then return true end
  end
  return false
end

-- The values that nobody may see, by the names of their fields; also in tables, and all that is in one of such a name.
local function collect_secrets(value, hidden, list)
  if type(value) == "table" then
    for name, inner in pairs(value) do collect_secrets(inner, hidden or is_secret(name), list) end
  elseif hidden and value ~= "" and (type(value) == "string" or type(value) == "number") then
    list[#list + 1] = tostring(value)
  end
  return list
end

local function secrets_of(fields) return side.hidden(collect_secrets(fields, false, {})) end

-- Checks what a caller gave; the fields that are sent, and who it is about.
local function read_fields(what, fields, needed)
  check.argument(what, "fields", fields, "table")
  for _, name in ipairs(needed) do
    if fields[name] == nil or fields[name] == "" then check.fail("%s: field '%s' is missing", what, name) end
  end
  for _, name in ipairs { "user", "email" } do
    local value = fields[name]
    if value ~= nil and user_of(check.argument(what, name, value, "string")) == "" then
      check.fail("%s: %s is empty", what, name)
    end
  end
  local user = fields.user or fields.email
  local sent = merge(fields)
  sent.user = nil
  return sent, user and user_of(user)
end

-- The limit that a route counts against, and whose it is.
local function limit_of(client, name, user)
  local facts, r = client.state.facts, client.state.routes[name]
  local limit_name = (r.limits or {})[1]
  local limit = LIMITS[limit_name]
  if not limit then return nil end
  local whose = facts.ip_group .. (limit.by_user and "\n" .. (user or "") or "")
  if not facts.account_limits then return limit, whose, false end
  return limit, whose, facts.account_limits[limit_name]
end

-- A client for one call, whose limiters stay with the client that it is made of.
local function client_for(client, name, fields, user)
  local limit, whose, settings = limit_of(client, name, user)
  local options = kept.options(client)
  local hide = secrets_of(fields)
  local auth = options.api_key and { kind = "header", name = "studio-api-key", value = options.api_key, hide = hide }
    or { kind = "headers", fields = {}, hide = hide }
  local facts = client.state.facts
  local one = side.client(client, {
    auth = core.auth(auth), limits = limit and { limit } or {}, limit_key = whose,
    headers = facts.scope and { scope = facts.scope, ["scope-id"] = facts.scope_id },
    facts = { scope = facts.scope, scope_id = facts.scope_id },
  }, merge(ONCE, { limits = settings }))
  if one.state.limiters[1] then facts.limiters[limit.name .. "\n" .. whose] = one.state.limiters[1] end
  return one
end

-- Sends one of these calls, once. `before` may refuse it when everything is ready: it gives nil and an error.
local function send(self, name, fields, needed, options, before)
  local client, what = self.client, name:gsub("%.", ":")
  prepare.check_open(client, what)
  local sent, user = read_fields(what, fields, needed)
  local one <close> = client_for(client, name, sent, user)
  local request, r = prepare.call(one, name, nil, sent, options)
  local refused = exchange.refusal(one, r.verb, r)
  if refused then return exchange.refuse(one, name, refused) end
  local ticket, err
  if before then
    ticket, err = before(user, one)
    if not ticket then return nil, err end
  end
  local value, response = exchange.perform(one, request, name, r)
  return value, response, ticket
end

-- What the guard is told of a login; nil: nobody knows.
local function outcome_of(value, err)
  if value ~= nil then return "success" end
  return err.stage == "answered" and "failed" or err.stage == "not_sent" and "unsent" or nil
end

local function too_many(one, name, failed, attempts)
  return exchange.refuse(one, "account.login", {
    kind = "refused", code = "login_guard",
    message = ("%d login%s of this user failed, or may have failed, and %d may: one more could lock the user out")
      :format(failed, failed == 1 and "" or "s", attempts),
    advice = ("Not sent; when it is known what was wrong, client.account:allow(%q) lets the next one through")
      :format(name),
  })
end

-- Puts a login on record, under the user's name and the address: who gives one today may give the other tomorrow.
local function begin(client, one, user, address)
  local facts = client.state.facts
  local guard, names = facts.login_guard, { user, address ~= user and address or nil }
  local keys = {}
  for i, name in ipairs(names) do keys[i] = login_guard.key(facts.base_url, name) end
  local ticket, err = guard:begin(table.unpack(keys))
  if not ticket then
    return exchange.refuse(one, "account.login", { kind = err.kind, code = err.code, message = err.message })
  end
  if not ticket.id then return too_many(one, names[ticket.name], ticket.failed, guard.attempts) end
  return ticket
end

--- Logs a user in. It is sent once at most, and not at all after `login_guard.attempts` that failed (default 2) since
--- the last success: the instance would lock the user. A success changes nothing here: the client keeps its key.
---@param fields studio.five9.account_fields email and password
---@param options studio.call_options?
---@return any? answer as the service sent it: it may hold a token; nil, err on failure: code "login_guard" when too
---  many failed
---@return table response_or_err
function account:login(fields, options)
  check.argument("account:login", "fields", fields, "table")
  check.argument("account:login", "options", options or {}, "table")
  local client = self.client
  local guard = client.state.facts.login_guard
  login_guard.remark(guard)
  -- What is under way for longer could be judged after the guard takes it for settled.
  options = merge({ deadline = client.state.defaults.deadline }, options)
  if type(options.deadline or 0) == "number" then
    options.deadline = math.min(options.deadline or login_guard.LONGEST, login_guard.LONGEST)
  end
  local value, response, ticket = send(self, "account.login", fields, { "email", "password" }, options,
    function(user, one) return begin(client, one, user, user_of(fields.email)) end)
  local outcome = ticket and outcome_of(value, response)
  if outcome then guard:over(ticket, outcome) end -- what cannot be put on record counts as failed
  if ticket and value == nil and outcome ~= "unsent" then
    response.advice = (response.advice and response.advice .. ". " or "")
      .. ("It counts: %d of the %d that may fail before no login of this user is sent any more"):format(
        ticket.failed + 1, guard.attempts)
  end
  return value, response
end

--- Lets a user log in again, whatever failed before.
---@param user string the `user` of the logins, or the address
---@return boolean? done nil, err when the guard's record cannot be written
---@return studio.error? err
function account:allow(user)
  local facts = self.client.state.facts
  check.argument("account:allow", "user", user, "string")
  return facts.login_guard:allow(login_guard.key(facts.base_url, user_of(user)))
end

--- How many logins of a user failed, or may have, since the last success.
---@param user string the `user` of the logins, or the address
---@return integer? failed nil, err when the guard's record cannot be read
---@return integer|studio.error most how many may
function account:failed_logins(user)
  local facts = self.client.state.facts
  check.argument("account:failed_logins", "user", user, "string")
  local failed, err = facts.login_guard:failed(login_guard.key(facts.base_url, user_of(user)))
  if not failed then return nil, err end
  return failed, facts.login_guard.attempts
end

--- Has a code sent to a user, for the second step of a login.
---@param fields studio.five9.account_fields email
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function account:send_code(fields, options)
  local value, response = send(self, "account.send_code", fields, { "email" }, options)
  return value, response
end

--- Says the code that a user got.
---@param fields studio.five9.account_fields email and code
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function account:verify_code(fields, options)
  local value, response = send(self, "account.verify_code", fields, { "email", "code" }, options)
  return value, response
end

--- Has a mail sent to a user who forgot the password.
---@param fields studio.five9.account_fields email
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function account:forgot_password(fields, options)
  local value, response = send(self, "account.forgot_password", fields, { "email" }, options)
  return value, response
end

--- Sets a new password, by the token of that mail.
---@param fields studio.five9.account_fields email, token and password
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function account:reset_password(fields, options)
  local value, response = send(self, "account.reset_password", fields, { "email", "password" }, options)
  return value, response
end

--- Asks whether a password would be taken.
---@param fields studio.five9.account_fields password
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function account:validate_password(fields, options)
  local value, response = send(self, "account.validate_password", fields, { "password" }, options)
  return value, response
end

--- What the limiters of these routes do now, those that were needed so far: see client:limits.
---@return table[]
function account:limits()
  local list = {}
  for _, limiter in pairs(self.client.state.facts.limiters) do list[#list + 1] = limiter:explain() end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

return account
