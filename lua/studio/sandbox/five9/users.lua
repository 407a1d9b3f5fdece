-- Users: logging in until one is locked out, codes of the second factor, passwords. SPDX-License-Identifier: MIT
--
-- Documented are the limits alone, and by what they count: 2FA 60 a minute by client IP and user, all addresses of the
-- user together; passwords 200 a minute by client IP; failed logins by client IP and user. Paths, bodies and answers
-- are assumed. Nobody reads letters here, so codes and tokens are always the same: see setup.lua.

local answers = require "studio.sandbox.five9.answers"
local chance = require "studio.sandbox.chance"
local limits = require "studio.sandbox.limits"
local setup = require "studio.sandbox.five9.setup"

local by_email = {}
for _, user in ipairs(setup.users) do
  for _, email in ipairs(user.emails) do by_email[email] = user end
end

-- The user of an address, and the name that is counted under: an address that nobody has is a user of its own.
local function who(req)
  local email = req.json.email
  if type(email) ~= "string" or not email:find "^%s*[^@%s]+@[^@%s]+%s*$" then
    return nil, nil, answers.invalid { email = "The email must be a valid email address." }
  end
  email = email:lower():match "^%s*(.-)%s*$"
  local user = by_email[email]
  return user and user.name or email, user
end

-- A handler that is asked only while a budget lasts.
local function within(instance, name, capacity, handle)
  local options, world = instance.options, instance.world
  local info = world:count("five9:" .. name, capacity, options.window)
  local headers = limits.headers(options.headers, info, world.epoch())
  if not info.allowed then
    instance:tell "limited"
    local status, body = answers.error(429, "Too Many Attempts.")
    return status, body, headers
  end
  local status, body = handle()
  return status, body, headers
end

local function login(instance, req)
  local name, user, status, body = who(req)
  if not name then return status, body end
  if type(req.json.password) ~= "string" then
    return answers.invalid { password = "The password field is required." }
  end
  instance:count_name("login_attempts", name)
  local key = req.peer .. " " .. name
  local failed = instance.failed[key] or 0
  if failed >= instance.options.lock_after then
    return answers.error(instance.options.locked, "The user is locked: too many failed attempts to log in.")
  end
  if not user or instance:password_of(user) ~= req.json.password then
    instance.failed[key] = failed + 1
    return answers.error(401, "These credentials do not match our records.")
  end
  instance.failed[key] = nil
  instance:tell "logged_in"
  return answers.data { user = { name = name, email = user.emails[1] }, two_factor = true,
    token = "session-" .. chance.token(instance.seed, name, instance.counts.logged_in) }
end

-- ---- the second factor ---------------------------------------------------------------------------------------------

local function second_factor(handle)
  return function(instance, req)
    local name, user, status, body = who(req)
    if not name then return status, body end
    return within(instance, "2fa " .. req.peer .. " " .. name, instance.options.twofa, function()
      return handle(instance, req, name, user)
    end)
  end
end

local function send_code(instance, _, name, user)
  instance:count_name("codes_sent", name)
  instance.codes[name] = user and user.code
  return answers.data { sent = true }
end

local function verify_code(instance, req, name)
  if req.json.code == nil then return answers.invalid { code = "The code field is required." } end
  local code = instance.codes[name]
  if not code or tostring(req.json.code) ~= code then return answers.invalid { code = "The code is not valid." } end
  instance.codes[name] = nil -- good for one time
  return answers.data { verified = true }
end

-- ---- passwords -----------------------------------------------------------------------------------------------------

-- What the policy wants of a password; nil when it is met.
local function weakness(password)
  if type(password) ~= "string" then return "The password field is required." end
  if #password < 8 then return "The password must be at least 8 characters." end
  if not password:find "%d" and not password:find "%p" then
    return "The password must contain a digit or a punctuation mark."
  end
end

local function passwords(handle)
  return function(instance, req)
    return within(instance, "passwords " .. req.peer, instance.options.passwords, function()
      return handle(instance, req)
    end)
  end
end

local function forgot(instance, req)
  local name, user, status, body = who(req)
  if not name then return status, body end
  if user then instance.resets[name] = "reset-" .. name end
  instance:count_name("resets_asked", name)
  return answers.data { sent = true } -- the same for everybody: who has an account is not told
end

local function reset(instance, req)
  local name, user, status, body = who(req)
  if not name then return status, body end
  local weak = weakness(req.json.password)
  if weak then return answers.invalid { password = weak } end
  if not user or not instance.resets[name] or req.json.token ~= instance.resets[name] then
    return answers.invalid { token = "The token is not valid." }
  end
  instance.resets[name], instance.passwords[name] = nil, req.json.password
  instance:count_name("resets", name)
  return answers.data { reset = true }
end

local function validate(_, req)
  local weak = weakness(req.json.password)
  if weak then return answers.invalid { password = weak } end
  return answers.data { valid = true }
end

return function(add)
  add("POST", "/auth/login", nil, login)
  add("POST", "/auth/2fa/send", nil, second_factor(send_code))
  add("POST", "/auth/2fa/verify", nil, second_factor(verify_code))
  add("POST", "/auth/forgot-password", nil, passwords(forgot))
  add("POST", "/auth/reset-password", nil, passwords(reset))
  add("POST", "/auth/validate-password", nil, passwords(validate))
end
