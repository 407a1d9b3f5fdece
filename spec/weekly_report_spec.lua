--- examples/weekly_report.lua against the sandbox: what it asks for, what it says, what a name cannot do.
--- SPDX-License-Identifier: MIT

local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local studio = require "studio"

local quote, read = shell.quote, shell.read

local LUA <const> = os.getenv "STUDIO_LUA" or "lua5.4"
local BUILD <const> = os.getenv "STUDIO_BUILD" or "build"
local KEY <const> = "orgkey-sandbox"
local NOW <const> = 1795305600 -- 2026-11-22, a Sunday

describe("examples/weekly_report.lua", function()
  local server, folder, client

  setup(function()
    server = assert(sandbox.start { cognitive3d = { sessions = 120, days = 30, events = 6, gaze = 30, long = 0,
      now = NOW } })
    client = studio.cognitive3d { org_key = KEY, base_url = server.cognitive3d_url, project_id = 10, state_dir = false }
    local _, path = shell.run "mktemp -d"
    folder = path:gsub("%s+$", "")
  end)
  teardown(function()
    client:close()
    server:stop()
    shell.run("rm -rf " .. quote(folder))
  end)
  before_each(function()
    server:set { faults = json.array {} }
    server:clear_log()
    shell.run("rm -f " .. quote(folder) .. "/*")
  end)

  -- Its exit status, what it said, and the page.
  local function run(arguments, environment)
    local _, output = shell.run(("{ env LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH=%s C3D_ORG_KEY=%s "
      .. "C3D_PROJECT=10 %s %s examples/weekly_report.lua --out %s %s 2>&1; echo EXIT $?; }"):format(
      quote(BUILD .. "/?.so;;"), KEY, environment or "", LUA, quote(folder .. "/week.html"),
      arguments or "--to 2026-11-22 --base-url " .. quote(server.cognitive3d_url)))
    return tonumber(output:match "EXIT (%d+)\n$"), output, read(folder .. "/week.html")
  end

  local function has(text, ...)
    for _, part in ipairs { ... } do assert.is_truthy(text:find(part, 1, true), part .. " in " .. text) end
  end

  local function count(options)
    options.metrics, options.from, options.to = client.aggregate.count(), "2026-11-15", "2026-11-22"
    return assert(client:query(options))[1].value
  end

  it("says what happened, and what was left out, in few calls that change nothing", function()
    local status, output, page = run()
    assert.equal(0, status, output)
    local calls = 0
    for _, entry in ipairs(server:log()) do
      calls = calls + 1
      assert.is_truthy(entry.method == "GET" or entry.path:find "Queries$", entry.path)
    end
    assert.is_true(calls <= 20, calls .. " calls")
    local counted, all = count { exclude_tags = true }, count {}
    assert.is_true(counted > 0 and counted < all)
    has(output, "week.html: 15 – 21 November 2026", counted .. " sessions, " .. all - counted .. " left out")
    has(page, "<h1><bdi>Shop floor</bdi></h1>", counted .. " sessions in seven days (UTC)",
      "Left out: " .. all - counted .. " session", ("from %d calls"):format(calls),
      "Compared with 8 – 14 November 2026",
      "Sun, 15 Nov", "Sat, 21 Nov", "Meta Quest 3", "Find the till", "1. <bdi>Picks something up</bdi>",
      "How was it, &quot;overall&quot;?", "from <bdi>bad</bdi> to <bdi>good</bdi>")
    assert.is_nil(page:find("<script", 1, true))
    assert.is_nil(page:find(KEY, 1, true))
  end)

  it("has the numbers of the service", function()
    local _, _, page = run()
    local days = assert(client:query { metrics = { n = client.aggregate.count(),
      fps = client.aggregate.avg "c3d.metrics.fps_score" }, slice = client.slice.by_date "day", from = "2026-11-08",
      to = "2026-11-22", exclude_tags = true })
    local function of_day(number)
      for _, row in ipairs(days) do
        if row.date == ("2026-11-%02d"):format(number) then return row end
      end
      return { n = 0 }
    end
    local seen = 0
    for day, n, past, fps in page:gmatch('<th class="day" scope="row">%a+, (%d+) Nov</th>'
      .. '<td class="number">(%d+)</td><td class="number spare">(%d+)</td><td class="number">([%d.–]+)</td>') do
      day = math.tointeger(tonumber(day))
      local row = of_day(day)
      assert.equal(of_day(day - 7).n, tonumber(past))
      assert.equal(row.n, tonumber(n))
      if row.fps then assert.equal(("%.1f"):format(row.fps), fps) end
      seen = seen + 1
    end
    assert.equal(7, seen)
    local objective = assert(client.objectives:list())[1]
    local result = assert(client.objectives:results { version = objective, from = "2026-11-15", to = "2026-11-22",
      exclude_tags = true })
    has(page, ("%d of %d sessions succeeded"):format(result.succeeded, result.succeeded + result.failed))
  end)

  it("counts test and junk sessions when told", function()
    local status, output, page = run("--with-tests --to 2026-11-22 --base-url " .. quote(server.cognitive3d_url))
    assert.equal(0, status, output)
    has(page, count {} .. " sessions in seven days", "tagged test or junk count as well")
  end)

  it("shows empty weeks as such", function()
    local status, output, page = run("--to 2020-01-08 --base-url " .. quote(server.cognitive3d_url))
    assert.equal(0, status, output)
    has(page, "1 – 7 January 2020", "0 sessions in seven days", "No sessions in these two weeks",
      "No session of these days has a score", "25 – 31 December 2019: no session to compare with",
      "No session was judged by it.", "Nobody answered it.")
    assert.is_nil(page:find("nan", 1, true))
  end)

  it("goes without a part that cannot be read, and says so", function()
    server:set { faults = { { kind = "status", server = "cognitive3d", status = 400, path = "/objectives$",
      body = '{"message":"no <b>objectives</b>"}' } } }
    local status, output, page = run()
    assert.equal(3, status, output)
    has(output, "not on it: ", "objectives")
    has(page, "Objectives could not be read: ", "no &lt;b&gt;objectives&lt;/b&gt;", "Devices", "ExitPoll")
    assert.is_nil(page:find("Find the till", 1, true))
  end)

  it("ends with a sentence where nothing can be read, leaves an older page alone, and prints no key", function()
    shell.write(folder .. "/week.html", "older")
    local status, output, page = run(nil, "C3D_ORG_KEY=orgkey-wrong-c0ffee")
    assert.equal(1, status, output)
    has(output, "weekly_report: ", "401")
    assert.is_nil(output:find("c0ffee", 1, true))
    assert.is_nil(output:find("traceback", 1, true))
    assert.equal("older", page)
  end)

  it("tells wrong use, and what is missing", function()
    for arguments, message in pairs {
      ["--to yesterday"] = "--to needs a date", ["--to 2026-02-30"] = "--to needs a date", ["--project x"] = "a number",
      ["--nope"] = "unknown option", ["week.html"] = "what is 'week.html' for?",
    } do
      local status, output = run(arguments)
      assert.equal(2, status, arguments)
      has(output, message, "All options:")
    end
    local status, output = run("", "C3D_ORG_KEY=")
    assert.equal(1, status)
    has(output, "set C3D_ORG_KEY")
    status, output = run("", "C3D_PROJECT=")
    assert.equal(1, status)
    has(output, "give --project")
    assert.equal(0, #server:log())
  end)

  it("is an example by itself", function()
    local status, output, page = run "--sandbox"
    assert.equal(0, status, output)
    has(page, "Shop floor", "sessions in seven days")
  end)
end)
