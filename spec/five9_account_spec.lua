-- Five9: logging in, codes and passwords: whose limit a call counts against, what is shown, what is never repeated.
-- SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local five9 = require "spec.support.five9"
local shell = require "spec.support.shell"
local studio = require "studio"

-- Every route of client.account, with fields that the sandbox's user ann would send.
local ROUTES = {
  login = { password = "canary-password" }, send_code = {}, verify_code = { code = "7531902468" },
  forgot_password = {}, reset_password = { password = "canary-password", token = "canary-token" },
  validate_password = { password = "canary-password", more = { { password = "canary-deep" } },
    secrets = { "canary-listed" } },
}

local function fields(more, email, user)
  local all = { email = email or "ann@example.com", user = user }
  for name, value in pairs(more) do all[name] = value end
  return all
end

describe("the routes of an account", function()
  local toys, f9

  setup(function() toys = five9.start() end)
  before_each(function() toys:reset() end)
  teardown(function() toys:stop() end)

  -- A call that would have to wait for its slot ends at once.
  local function goes(method, own, email, user)
    local value, err = f9.account[method](f9.account, fields(own, email, user), { deadline = 5 })
    if not value and err.stage == "not_sent" then return false end
    return true
  end

  it("let a user in, and change a password", function()
    f9 = toys:client()
    local ann, bob = { email = "Ann@example.com", password = "ann-password" }, { email = "bob@example.com" }
    assert.is_string(assert(f9.account:login(ann)).data.token)
    assert(f9.account:send_code { email = "ann.alias@example.com" })
    assert(f9.account:verify_code { email = "ann@example.com", code = "111111" })
    assert(f9.account:forgot_password(bob))
    assert(f9.account:validate_password { password = "long-enough-1" })
    assert(f9.account:reset_password { email = "bob@example.com", token = "reset-bob", password = "long-enough-1" })
    assert(f9.account:login { email = "bob@example.com", password = "long-enough-1" })
    assert.same({ ann = 1, bob = 1 }, toys:state().login_attempts)
  end)

  it("have the documented limits", function()
    f9 = toys:client()
    assert(f9.account:send_code { email = "ann@example.com" })
    assert(f9.account:validate_password { password = "long-enough-1" })
    local seen = {}
    for i, limit in ipairs(f9.account:limits()) do seen[i] = { limit.name, limit.capacity, limit.window } end
    assert.same({ { "five9 2FA", 60, 60 }, { "five9 passwords", 200, 60 } }, seen)
    f9 = toys:client { limits = false }
    assert(f9.account:send_code { email = "ann@example.com" })
    assert.same({}, f9.account:limits())
  end)

  it("2FA: all addresses of one `user` share a budget, and two users do not", function()
    toys:reset { five9 = { twofa = 3 } }
    f9 = toys:client { account_limits = { ["2FA"] = { requests = 3 } }, ip_group = "2fa" }
    assert.is_true(goes("send_code", {}, "ann@example.com", "ann"))
    assert.is_true(goes("verify_code", { code = "1" }, "ann.alias@example.com", "ANN "))
    assert.is_true(goes("send_code", {}, "ann.alias@example.com", "ann"))
    assert.is_false(goes("send_code", {}, "ann@example.com", "ann"))
    assert.is_false(goes("verify_code", { code = "1" }, "ann.alias@example.com", "ann"))
    for _ = 1, 3 do assert.is_true(goes("send_code", {}, "bob@example.com")) end
    assert.is_false(goes("send_code", {}, " BOB@example.com"))
    assert.equal(0, toys:state().limited)
  end)

  it("2FA: without a `user`, each address has a budget of its own, and the service refuses", function()
    toys:reset { five9 = { twofa = 1 } }
    f9 = toys:client { account_limits = { ["2FA"] = { requests = 1 } }, ip_group = "alias" }
    assert.is_true(goes("send_code", {}, "ann@example.com"))
    local value, err = f9.account:send_code { email = "ann.alias@example.com" }
    assert.is_nil(value)
    assert.same({ "rate_limited", 1, 1 }, { err.kind, err.attempts, toys:state().limited })
  end)

  it("passwords: all users of one address to the outside share a budget", function()
    toys:reset { five9 = { passwords = 3 } }
    f9 = toys:client { account_limits = { passwords = { requests = 3 } }, ip_group = "passwords" }
    assert.is_true(goes("forgot_password", {}, "ann@example.com"))
    assert.is_true(goes("validate_password", { password = "x" }, "bob@example.com"))
    assert.is_true(goes("reset_password", { password = "x", token = "y" }, "bob@example.com"))
    assert.is_false(goes("forgot_password", {}, "carol@example.com"))
    local other = toys:client { account_limits = { passwords = { requests = 3 } }, ip_group = "passwords",
      scope_id = "1235" } -- another client, and another account: the address is the same
    f9 = other
    assert.is_false(goes("forgot_password", {}, "ann@example.com"))
    assert.equal(0, toys:state().limited)
    f9 = toys:client { account_limits = { passwords = { requests = 3 } }, ip_group = "elsewhere" }
    assert.is_true(goes("forgot_password", {}, "ann@example.com"))
  end)

  it("keep what is spent for other processes", function()
    local _, folder = shell.run "mktemp -d"
    folder = folder:gsub("%s+$", "")
    local options = ("{ base_url = %q, state_dir = %q, ip_group = \"processes\", "
      .. "account_limits = { [\"2FA\"] = { requests = 2 } } }"):format(
      toys.server.five9_url, folder)
    local code = ("package.path, package.cpath = %q, %q; local f9 = require('studio').five9 %s; "
      .. "for _ = 1, 2 do assert(f9.account:send_code { email = 'ann@example.com' }) end"):format(package.path,
        package.cpath, options)
    assert(shell.run((os.getenv "STUDIO_LUA" or "lua5.4") .. " -e " .. shell.quote(code)))
    f9 = studio.five9(load("return " .. options)())
    assert.is_false(goes("send_code", {}))
    assert.is_true(goes("send_code", {}, "bob@example.com"))
    f9:close()
    shell.run("rm -r " .. folder)
  end)

  it("are sent once, whatever becomes of it", function()
    local faults = {
      { kind = "status", status = 503 }, { kind = "status", status = 429, headers = { ["retry-after"] = "0" } },
      { kind = "drop" }, { kind = "status", status = 307, headers = { location = "/api/elsewhere" } },
    }
    for _, fault in ipairs(faults) do
      for name, own in pairs(ROUTES) do
        toys:reset { faults = { { kind = fault.kind, status = fault.status, headers = fault.headers,
          server = "five9" } } }
        f9 = toys:client { ip_group = name .. fault.kind .. (fault.status or "") }
        local value, err = f9.account[name](f9.account, fields(own))
        assert.is_nil(value)
        assert.equal(1, err.attempts)
        assert.equal(1, #toys.server:log(), name .. " " .. tostring(fault.status or fault.kind))
        assert.equal(fault.kind == "drop" and "outcome_unknown" or err.kind, err.kind)
      end
    end
  end)

  it("are not called past their methods, nor by a client that only reads", function()
    f9 = toys:client { read_only = true }
    local value, err = f9.account:login(fields(ROUTES.login))
    assert.is_nil(value)
    assert.equal("refused", err.kind)
    assert.equal(0, (f9.account:failed_logins "ann@example.com"))
    f9 = toys:client()
    value, err = f9:call("account.login", nil, fields(ROUTES.login))
    assert.is_nil(value)
    assert.matches("call client.account:login", tostring(err), 1, true)
    assert.same({}, toys.server:log())
  end)

  it("raise for what is missing, at the caller's line", function()
    f9 = toys:client()
    for message, mistake in pairs {
      ["account:login: field 'password' is missing"] = function() f9.account:login { email = "a@b.c" } end,
      ["account:login: fields must be a table"] = function() f9.account:login("a@b.c", "x") end,
      ["account:login: options must be a table"] = function()
        f9.account:login({ email = "a@b.c", password = "x" }, "x")
      end,
      ["account:send_code: email must be a string"] = function() f9.account:send_code { email = 3 } end,
      ["account:verify_code: field 'code' is missing"] = function() f9.account:verify_code { email = "a" } end,
      ["login_guard: attempts must be 1 or more"] = function() toys:client { login_guard = { attempts = 0 } } end,
      ["unknown option '2fa'; did you mean '2FA'"] = function() toys:client { account_limits = { ["2fa"] = {} } } end,
    } do
      local ok, text = pcall(mistake)
      assert.is_false(ok)
      assert.matches(message, text, 1, true)
    end
    assert.same({}, toys.server:log())
  end)
end)

describe("passwords, codes and tokens", function()
  local PATHS = {
    login = "/auth/login", verify_code = "/auth/2fa/verify", reset_password = "/auth/reset-password",
    validate_password = "/auth/validate-password",
  }
  local QUOTED = 'quo"ted\\pass'

  -- A service that says again what was wrong.
  local function script()
    local answers = {}
    for name, path in pairs(PATHS) do
      local said = { "f9-canary-key" }
      for _, value in pairs(ROUTES[name]) do said[#said + 1] = type(value) == "string" and value or nil end
      answers["POST /api" .. path] = { { status = 422,
        body = studio.json.encode { message = "Wrong: " .. table.concat(said, " ") } } }
    end
    answers["POST /api/auth/login"][2] = { status = 422, body = studio.json.encode { message = "Wrong: " .. QUOTED } }
    return answers
  end

  it("are in no error, no command line and no log, also when the service echoes them", function()
    local server, guard, lines = echo.start(script()), os.tmpname(), {}
    local f9 <close> = studio.five9 { base_url = server.url, scope_id = 1, api_key = "f9-canary-key",
      state_dir = false, login_guard = { file = guard, attempts = 9 }, ip_group = "canary" }
    studio.log("debug", function(_, line) lines[#lines + 1] = line end)
    local function try(name, own)
      local value, err = f9.account[name](f9.account, fields(own))
      assert.is_nil(value)
      assert.equal(422, err.status)
      lines[#lines + 1] = tostring(err) .. err:curl() .. f9:curl("account." .. name, nil, fields(own))
    end
    try("login", ROUTES.login)
    try("login", { password = QUOTED })
    for name in pairs(PATHS) do
      if name ~= "login" then try(name, ROUTES[name]) end
    end
    studio.log "off"
    local record = shell.read(guard)
    os.remove(guard)
    server:stop()
    assert.is_nil(record:find("ann", 1, true))
    local text = table.concat(lines, "\n") .. record
    assert.matches("sends attempt 1, POST", text, 1, true)
    for _, canary in ipairs { "canary-password", "canary-token", "canary-deep", "canary-listed", "7531902468",
      "f9-canary-key", QUOTED, 'quo\\"ted', "ted\\pass" } do
      assert.is_nil(text:find(canary, 1, true), canary)
    end
  end)
end)
