-- Five9's login guard: no sequence of failures, restarts and retries sends more than it may.
-- SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local exchange = require "studio.exchange"
local five9 = require "spec.support.five9"
local login_guard = require "studio.services.five9.login_guard"
local shell = require "spec.support.shell"
local studio = require "studio"

local ANN, BOB = login_guard.key("https://x.test/api", "ann"), login_guard.key("https://x.test/api", "bob")

-- A random number generator of the spec's own: the same sequences in every run.
local function random(seed)
  local state = seed
  return function(n)
    state = (state * 6364136223846793005 + 1442695040888963407)
    return (state >> 33) % n + 1
  end
end

-- The service, as far as logins go: it judges an attempt at any moment between its sending and its answer, and counts
-- what failed since the last success. `excused`: those that were under way when somebody said that it may go on.
local function judge(service, attempt, draw)
  if attempt.judged then return end
  attempt.judged, attempt.success = true, draw(4) == 1
  if attempt.success then
    service.failed = 0
  elseif not attempt.excused then
    service.failed = service.failed + 1
    service.most = math.max(service.most, service.failed)
  end
end

-- Logins of processes that come and go, of which each has the guard open in a way of its own.
local function live(path, attempts, steps, seed)
  local draw, now = random(seed), 1000000
  local open, service, sent = {}, { failed = 0, most = 0 }, 0
  local function process()
    return login_guard.new({ file = path, attempts = attempts, clock = function() return now end }, "spec")
  end
  for _ = 1, steps do
    local what = draw(12)
    local attempt = #open > 0 and open[draw(#open)]
    if what <= 5 then
      local ticket = assert(process():begin(ANN))
      if ticket.id then
        open[#open + 1] = { ticket = ticket }
        sent = sent + 1
      end
    elseif what == 6 and attempt then -- it never left
      if not attempt.judged then
        assert(process():over(attempt.ticket, "unsent"))
        attempt.judged = true
        attempt.gone = true
      end
    elseif what <= 8 and attempt then
      judge(service, attempt, draw)
    elseif what <= 10 and attempt and not attempt.gone then -- its answer came
      judge(service, attempt, draw)
      assert(process():over(attempt.ticket, attempt.success and "success" or "failed"))
      attempt.gone = true
    elseif what == 11 and attempt then -- its process was killed, or the answer lost: it was judged, and nobody knows
      judge(service, attempt, draw)
      attempt.gone = true
    elseif draw(10) == 1 then
      assert(process():allow(ANN))
      service.failed = 0
      for _, other in ipairs(open) do other.excused = true end
    else
      now = now + draw(200)
      -- what is older than that was judged long ago, as the guard takes it
      for _, other in ipairs(open) do
        other.age = (other.age or 0) + 200
        if other.age >= 200 then judge(service, other, draw) end
      end
    end
    for i = #open, 1, -1 do
      if open[i].gone then table.remove(open, i) end
    end
  end
  return service.most, sent
end

describe("the login guard's record", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("lets no sequence of logins, lost answers, deaths and restarts through that could lock the user", function()
    local reached, sent = {}, 0
    for seed = 1, 80 do
      os.remove(path)
      local attempts = seed % 4 + 1
      local most, count = live(path, attempts, 60, seed)
      assert.is_true(most <= attempts, ("seed %d: %d of %d"):format(seed, most, attempts))
      reached[attempts] = math.max(reached[attempts] or 0, most)
      sent = sent + count
    end
    assert.same({ 1, 2, 3, 4 }, reached) -- and it does not forbid what may be
    assert.is_true(sent > 400, "only " .. sent)
  end)

  local function guard(options)
    options = options or {}
    options.file = path
    return login_guard.new(options, "spec")
  end

  it("counts for each user, and what a success does not know of goes on counting", function()
    local now = 1000
    local g = guard { clock = function() return now end }
    local first, second = g:begin(ANN), g:begin(ANN)
    assert.is_string(guard():begin(BOB).id)
    assert.same({ failed = 2, name = 1 }, g:begin(ANN))
    assert(g:over(first, "failed"))
    assert(g:over(second, "success")) -- the two were under way together: which one came last, nobody knows
    assert.equal(1, (g:failed(ANN)))
    local third = g:begin(ANN)
    assert(g:over(third, "success"))
    assert.equal(0, (g:failed(ANN)))
    g:begin(ANN) -- nothing is known of it, for as long as it could be under way
    assert(g:over(g:begin(ANN), "success"))
    assert.equal(1, (g:failed(ANN)))
    now = now + 300
    assert(g:over(g:begin(ANN), "success"))
    assert.equal(0, (g:failed(ANN)))
    assert.equal(1, (g:failed(BOB)))
  end)

  it("counts an attempt under each name of the user, whichever is told next", function()
    local g = guard()
    assert(g:over(g:begin(ANN, BOB), "failed"))
    assert(g:over(g:begin(BOB), "failed"))
    assert.same({ failed = 2, name = 1 }, g:begin(BOB))
    assert.same({ failed = 2, name = 2 }, g:begin(ANN, BOB))
    assert.equal(1, (g:failed(ANN)))
    assert(g:allow(ANN)) -- it is forgotten under both; what BOB alone tried is not
    assert.same({ 0, 1 }, { (g:failed(ANN)), (g:failed(BOB)) })
    assert(g:over(g:begin(ANN, BOB), "success"))
    assert.same({ 0, 0 }, { (g:failed(ANN)), (g:failed(BOB)) })
  end)

  it("takes back what was never sent, and begins anew when it is told so", function()
    local g = guard { attempts = 1 }
    assert(g:over(g:begin(ANN), "unsent"))
    assert.is_string(g:begin(ANN).id)
    assert.is_nil(guard { attempts = 1 }:begin(ANN).id)
    assert(g:allow(ANN))
    assert.is_string(g:begin(ANN).id)
  end)

  it("is this user's alone, holds no address, and stays short where logins succeed", function()
    for _ = 1, 50 do
      local g = guard()
      assert(g:over(g:begin(ANN), "success"))
    end
    assert.is_true(#shell.read(path) < 300, #shell.read(path))
    assert.is_nil(shell.read(path):find("ann", 1, true))
    os.remove(path)
    assert(guard():begin(ANN))
    assert.matches("^%-rw%-%-%-%-%-%-%-", select(2, shell.tool("ls -l " .. path)))
  end)

  it("is read past a line that a crash has torn, wherever", function()
    assert(guard():begin(ANN))
    local text = shell.read(path)
    for size = 0, #text do
      shell.write(path, text:sub(1, size))
      local failed = assert(guard():failed(ANN))
      assert.equal(size == #text and 1 or 0, failed)
      assert.is_string(guard():begin(ANN).id)
    end
  end)

  it("that is none is not touched, and nothing is sent", function()
    for _, text in ipairs { "my notes\n", "lua-studio login guard 1\nbegun x\n", "lua-studio login guard 2\n" } do
      shell.write(path, text)
      local ticket, err = guard():begin(ANN)
      assert.is_nil(ticket)
      assert.same({ "file", "login_guard", "not_sent" }, { err.kind, err.code, err.stage })
      assert.matches("is no record of a login guard", err.message, 1, true)
      assert.equal(text, shell.read(path))
    end
    local ticket, err = login_guard.new({ file = "/nowhere/at/all" }, "spec"):begin(ANN)
    assert.is_nil(ticket)
    assert.equal("file", err.kind)
  end)

  it("may be nowhere, and then other clients of this process see it all the same", function()
    local key = login_guard.key("https://memory.test/api", "ann")
    assert.is_string(login_guard.new({}, "spec"):begin(key).id)
    assert.is_string(login_guard.new({}, "spec"):begin(key).id)
    assert.same({ failed = 2, name = 1 }, login_guard.new({}, "spec"):begin(key))
    assert(login_guard.new({}, "spec"):allow(key))
    assert.equal(0, (login_guard.new({}, "spec"):failed(key)))
  end)
end)

describe("logins behind the guard", function()
  local toys, f9

  setup(function() toys = five9.start { five9 = { lock_after = 3 } } end)
  before_each(function()
    toys:reset { five9 = { lock_after = 3 } }
    f9 = toys:client()
  end)
  teardown(function() toys:stop() end)

  local function login(password, email)
    return f9.account:login { email = email or "bob@example.com", password = password or "wrong", user = "bob" }
  end

  local function attempts() return toys:state().login_attempts.bob or 0 end

  it("end before the service locks the user, say why, and go on when they may", function()
    for i = 1, 2 do
      local _, err = login()
      assert.equal(401, err.status)
      assert.matches(("It counts: %d of the 2 that may fail"):format(i), tostring(err), 1, true)
    end
    for _ = 1, 3 do
      local value, err = login "bob-password"
      assert.is_nil(value)
      assert.same({ "refused", "login_guard", "not_sent", 0 }, { err.kind, err.code, err.stage, err.attempts })
    end
    assert.same({ 2, 2 }, { f9.account:failed_logins " BOB" })
    f9 = toys:client() -- the next run
    assert.is_nil((login "bob-password"))
    assert.equal(2, attempts())
    assert(f9.account:allow "bob")
    assert(login "bob-password")
    assert.same({ 0, 3 }, { f9.account:failed_logins "bob" and 0, attempts() })
    for _ = 1, 4 do assert(login "bob-password") end -- a success starts the count anew
    assert.is_nil((login()))
    assert(login "bob-password")
    assert.same({ bob = nil }, toys:state().logins)
  end)

  it("count when nobody knows whether they failed, and not when they were never sent", function()
    toys.server:set { faults = { { kind = "drop", count = 1, server = "five9" }, { kind = "status", status = 500,
      count = 1, server = "five9" } } }
    local _, err = login "bob-password"
    assert.same({ "outcome_unknown", true }, { err.kind, err.maybe_done })
    _, err = login "bob-password"
    assert.equal("server", err.kind)
    assert.matches("It counts: 2 of the 2", tostring(err), 1, true)
    assert.equal(2, (f9.account:failed_logins "bob"))
    assert(f9.account:allow "bob")
    local nowhere = toys:client { base_url = "http://127.0.0.1:1" }
    for _ = 1, 4 do
      _, err = nowhere.account:login { email = "bob@example.com", password = "x" }
      assert.same({ "network", "not_sent" }, { err.kind, err.stage })
    end
    assert.equal(0, (nowhere.account:failed_logins "bob@example.com"))
  end)

  it("are one user's with and without `user`, and at an instance however its address is written", function()
    assert.is_nil((login()))
    local url = toys.server.five9_url:gsub("^http", "HTTP") .. "/"
    f9 = toys:client { base_url = url }
    assert.is_nil((f9.account:login { email = "Bob@example.com", password = "wrong" }))
    local value, err = login "bob-password"
    assert.is_nil(value)
    assert.matches('client.account:allow("bob@example.com")', tostring(err), 1, true)
    assert.equal(2, attempts())
    assert(f9.account:allow "bob@example.com")
    assert(login "bob-password")
  end)

  it("that were answered with 200 and no success go on counting", function()
    for _, body in ipairs { "<html>Log in to the hotel</html>", '{"error":"Invalid credentials"}',
      '{"success":false}', '{"errors":{"email":["no"]}}' } do
      local server = echo.start { ["*"] = { { body = body } } }
      f9 = toys:client { base_url = server.url }
      local value, err = login()
      server:stop()
      assert.is_nil(value, body)
      assert.equal("answered", err.stage)
      assert.same({ 1, 2 }, { f9.account:failed_logins "bob" })
      assert(f9.account:allow "bob")
    end
  end)

  it("are over before the guard takes them for settled, whatever deadline they have", function()
    local perform, seen = exchange.perform, {}
    finally(function() exchange.perform = perform end)
    exchange.perform = function(_, request)
      seen[#seen + 1] = request.deadline
      return true
    end
    local fields = { email = "bob@example.com", password = "x" }
    for _, own in ipairs { {}, { deadline = 1e6 }, { deadline = 3 } } do assert(f9.account:login(fields, own)) end
    f9 = toys:client { deadline = 7 }
    assert(f9.account:login(fields))
    assert.same({ 240, 240, 3, 7 }, seen)
  end)

  it("are not sent when they cannot be put on record", function()
    f9 = toys:client { login_guard = { file = "/nowhere/at/all" } }
    local value, err = login "bob-password"
    assert.is_nil(value)
    assert.matches("^five9 account.login: file: the login guard's record cannot be used: ", tostring(err))
    assert.same({ 0, "not_sent" }, { attempts(), err.stage })
  end)

  it("are sent to the route that the user says", function()
    f9 = toys:client { routes = { ["account.login"] = "POST /auth/signin" } }
    local _, err = login()
    assert.equal(404, err.status)
    assert.equal("/api/auth/signin", toys.server:log()[1].path)
  end)

  it("are counted together when tasks send them at once", function()
    local list = {}
    for i = 1, 8 do list[i] = i end
    local sent = 0
    studio.map(list, function()
      local _, err = login()
      if err.status == 401 then sent = sent + 1 end
      return true
    end, { concurrency = 8 })
    assert.same({ 2, 2 }, { sent, attempts() })
  end)

  local function process(count, event, n)
    local setup_text = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
    local words = { os.getenv "STUDIO_LUA" or "lua5.4", "spec/support/five9_login.lua", shell.quote(setup_text),
      toys.server.five9_url, toys:guard_file(), count, event or "", n or "" }
    return table.concat(words, " ")
  end

  it("are counted together when processes send them at once", function()
    local _, said = shell.run(("(%s & %s & wait)"):format(process(4), process(4)))
    local a, b = said:match "^(%d+)%s+(%d+)%s*$"
    assert.is_truthy(a, said)
    assert.equal(2, a + b)
    assert.equal(2, attempts())
  end)

  it("are counted when the process is killed: before it is sent, under way, before the answer is on record", function()
    -- Line 1 of the record is its head, 2 the attempt, 3 what came of it.
    for i, death in ipairs { { "append", 2 }, { "send", 1 }, { "answer", 1 } } do
      toys:reset { five9 = { lock_after = 3 } }
      shell.run(process(1, table.unpack(death)))
      local before = attempts()
      assert.equal(i == 3 and 1 or 0, before, death[1])
      f9 = toys:client()
      assert.same({ 1, 2 }, { f9.account:failed_logins "bob@example.com" })
      local _, said = shell.run(process(4))
      assert.equal("1", said:match "%d+")
      assert.equal(before + 1, attempts())
    end
  end)
end)
