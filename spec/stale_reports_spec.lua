--- examples/stale_reports.lua against the sandbox: plan, apply, Ctrl-C, undo. SPDX-License-Identifier: MIT

local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local quote, read = shell.quote, shell.read

local WINDOW <const> = 0.2 -- seconds, of the sandbox's limit and of the client's
local SECRET <const> = "sec_canary_5c0ffee"
local LUA <const> = os.getenv "STUDIO_LUA" or "lua5.4"
local BUILD <const> = os.getenv "STUDIO_BUILD" or "build"

-- Three reports that are stale for sure, one of them with schedules, and one that is in use.
local function report(name, days, schedules)
  return { name = name, collection = 1, archived = false, created_days = 900, run_days = days, success_days = days,
    viewed_days = days, views = days and 3 or 0, runs = days and 12 or 0, schedules = schedules }
end

local REPORTS <const> = { report("Old <b>revenue</b>", 400, 2), report("=SUM(1)\27[31m\nred", 300, 0),
  report("Never run", false, 0), report("In use", 1, 1) }

describe("examples/stale_reports.lua", function()
  local server, folder, start

  local function start_with(options)
    options.analyst_window = WINDOW
    options.analyst_tokens = { { token = "tok_workspace", secret = SECRET, kind = "workspace", user = "admin" } }
    options.workspace = options.workspace or { reports = 0, collections = 1, personal = 1, datasets = 1, add = REPORTS }
    server = assert(sandbox.start(options))
    local _, path = shell.run "mktemp -d"
    folder = path:gsub("%s+$", "")
    start = server:workspace()
  end

  after_each(function()
    if server then server:stop() end
    if folder then shell.run("rm -rf " .. quote(folder)) end
    server, folder = nil, nil
  end)

  local function command(arguments, environment)
    return table.concat({
      "env LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH=" .. quote(BUILD .. "/?.so;;"),
      "ANALYST_WORKSPACE=acme ANALYST_TOKEN=tok_workspace ANALYST_SECRET=" .. SECRET, environment or "",
      LUA, "examples/stale_reports.lua --base-url", quote(server.analyst_url), "--limit-window", WINDOW,
      "--out", quote(folder .. "/out"), arguments or "",
    }, " ")
  end

  local function run(arguments, environment)
    local _, output = shell.run("(" .. command(arguments, environment) .. ") 2>&1; echo EXIT $?")
    return tonumber(output:match "EXIT (%d+)\n$"), output
  end

  -- How many requests of each verb the service saw.
  local function verbs()
    local counts = {}
    for _, entry in ipairs(server:log()) do
      if entry.server == "analyst" then counts[entry.method] = (counts[entry.method] or 0) + 1 end
    end
    return counts
  end

  local function changes()
    local counts = verbs()
    return (counts.PATCH or 0) + (counts.DELETE or 0) + (counts.POST or 0)
  end

  local function has(output, ...)
    for _, text in ipairs { ... } do assert.is_truthy(output:find(text, 1, true), text .. " in " .. output) end
  end

  it("makes a plan, shows it, and changes nothing", function()
    start_with {}
    local status, output = run()
    assert.equal(0, status, output)
    has(output, "Old <b>revenue</b>", "archive, delete 2 schedules", "4 reports in 1 collection", "3 caught",
      "archive 3 reports, delete 2 schedules", "Nothing has been changed.", "--apply --out")
    assert.is_nil(output:find("In use", 1, true))
    assert.is_nil(output:find("\27", 1, true))
    assert.equal(0, changes())
    assert.same(start, server:workspace())
    local plan = json.decode(read(folder .. "/out/plan.json"))
    assert.equal(3, #plan.entries)
    has(read(folder .. "/out/plan.html"), "Old &lt;b&gt;revenue", "to archive")
    has(read(folder .. "/out/plan.csv"), "'=SUM(1)")
    assert.is_nil(read(folder .. "/out/undo.log"))
  end)

  it("carries the plan out, once, and takes it back", function()
    start_with {}
    assert.equal(0, (run()))
    local status, output = run "--apply"
    assert.equal(0, status, output)
    has(output, "Carrying out the plan", "3 reports archived, 2 schedules deleted", "To take it back:")
    local now = server:state().analyst
    assert.is_true(#now.archived >= 3)
    local sent = changes()
    assert.equal(5, sent)
    -- what was foretold; the service may have let us find a list's end sooner
    local requests = tonumber(output:match "%((%d+) requests%)")
    local plan = json.decode(read(folder .. "/out/plan.json"))
    assert.is_true(requests <= plan.calls and requests >= plan.calls - 2, requests .. " of " .. plan.calls)

    status, output = run "--apply"
    assert.equal(0, status, output)
    has(output, "0 reports archived, 0 schedules deleted, 5 changes before")
    assert.equal(sent, changes())

    status, output = run()
    assert.equal(1, status)
    has(output, "undo.log is the way back")

    status, output = run "--undo"
    assert.equal(0, status, output)
    has(output, "3 reports taken from the archive, 2 schedules made again")
    status, output = run "--undo"
    assert.equal(0, status, output)
    has(output, "0 reports taken from the archive, 0 schedules made again, 5 changes before")
    assert.same(start, server:workspace())
    assert.equal(sent + 5, changes())
  end)

  it("leaves alone what was used since", function()
    start_with {}
    assert.equal(0, (run()))
    local token = json.decode(read(folder .. "/out/plan.json")).entries[1].report.token
    shell.tool(("curl -sS -X PATCH -u tok_workspace:%s %s/api/acme/reports/%s/archive"):format(SECRET,
      server.analyst_url, token))
    local status, output = run "--apply"
    assert.equal(0, status, output)
    has(output, "1 report left alone:", "somebody else has archived it", "2 reports archived")
  end)

  it("narrows what it catches, and says so", function()
    start_with {}
    local status, output = run "--unused-for 350d --keep-never-run --schedules keep"
    assert.equal(0, status, output)
    has(output, "1 caught", "archive 1 report, delete 0 schedules")
    status, output = run "--unused-for off --keep-never-run"
    assert.equal(0, status, output)
    has(output, "0 caught")
    assert.is_nil(output:find("To carry it out", 1, true))
    status, output = run "--exclude 'Old*' --exclude 'Never run' --no-archive"
    assert.equal(0, status, output)
    has(output, "1 caught", "archive 0 reports")
  end)

  it("says what it could not read, and that by its exit status", function()
    start_with { faults = { { kind = "status", status = 400, server = "analyst", path = "/schedules", count = 1 } } }
    local status, output = run()
    assert.equal(3, status, output)
    has(output, "could not be read", "2 caught")
    status, output = run "--apply"
    assert.equal(0, status, output)
    has(output, "2 reports archived")
  end)

  it("stops at a refusal with its sentence, and prints no secret", function()
    start_with {}
    local status, output = run(nil, "ANALYST_SECRET=sec_wrong_5c0ffee")
    assert.equal(1, status, output)
    has(output, "401")
    assert.is_nil(output:find("sec_wrong", 1, true))
    assert.is_nil(output:find("traceback", 1, true))
    assert.equal(0, (run()))
    assert.equal(0, (run "--apply"))
    local _, found = shell.run("grep -rl canary " .. quote(folder) .. "; true")
    assert.equal("", found)
  end)

  it("goes on where a failure stopped it", function()
    start_with {}
    assert.equal(0, (run()))
    server:set { faults = { { kind = "status", status = 400, server = "analyst", method = "DELETE", count = 1 } } }
    local status, output = run "--apply"
    assert.equal(3, status, output)
    has(output, "1 change failed:", "to delete a schedule", "Run the same command again to go on")
    status, output = run "--apply"
    assert.equal(0, status, output)
    assert.equal(0, (run "--undo"))
    assert.same(start, server:workspace())
  end)

  local function has_faulted()
    for _, entry in ipairs(server:log()) do
      if entry.fault then return true end
    end
    return false
  end

  -- Starts it, and sends SIGINT once the service has seen a request that it will not answer for a minute.
  local function interrupt(arguments, verb, path)
    server:clear_log()
    server:set { faults = { { kind = "slow", seconds = 60, server = "analyst", method = verb, path = path } } }
    local pipe = assert(io.popen("sh -c " .. quote("echo $$; exec " .. command(arguments)) .. " 2>&1; echo EXIT $?"))
    local pid = pipe:read "l"
    repeat
      local ended = not shell.run("sleep 0.01; kill -0 " .. pid)
    until ended or has_faulted()
    shell.run("kill -INT " .. pid)
    local output = pipe:read "a"
    pipe:close()
    server:set { faults = {} }
    return tonumber(output:match "EXIT (%d+)\n$"), output
  end

  it("stops at Ctrl-C while it reads, and leaves no plan", function()
    start_with {}
    local status, output = interrupt(nil, "GET", "/reports$")
    assert.equal(130, status, output)
    has(output, "Interrupted.")
    assert.is_nil(output:find("traceback", 1, true))
    assert.is_nil(read(folder .. "/out/plan.json"))
  end)

  it("stops at Ctrl-C amid the changes, and ends as if nothing had been", function()
    local many = {}
    for i = 1, 12 do many[i] = report("Old " .. i, 400, 1) end
    start_with { workspace = { reports = 0, collections = 1, personal = 0, datasets = 0, add = many } }
    assert.equal(0, (run()))
    local status, output = interrupt("--apply", "PATCH", "/archive$")
    assert.equal(130, status, output)
    has(output, "Interrupted.", "Run the same command again to go on; nothing is done twice.", "--undo")
    status, output = run "--apply"
    assert.equal(0, status, output)
    for operation, things in pairs(server:state().analyst.changes) do
      for token, count in pairs(things) do assert.equal(1, count, operation .. " " .. token) end
    end
    status, output = interrupt("--undo", "POST", "/schedules$")
    assert.equal(130, status, output)
    status, output = run "--undo"
    assert.equal(0, status, output)
    assert.same(start, server:workspace())
  end)

  it("tells wrong use", function()
    start_with {}
    for arguments, message in pairs {
      ["--unused-for 90"] = "needs a span", ["--schedules maybe"] = "delete or keep", ["--apply --undo"] = "not both",
      ["--apply --unused-for 1d"] = "makes a plan", ["--limit-window 0"] = "seconds above 0",
      ["--nope"] = "unknown option", ["plan.json"] = "what is 'plan.json' for?", ["--out="] = "needs a value",
    } do
      local status, output = run(arguments)
      assert.equal(2, status, arguments)
      has(output, message, "All options:")
    end
    local status, output = run "--help"
    assert.equal(0, status)
    has(output, "usage: ")
    status, output = run "--apply"
    assert.equal(1, status)
    has(output, "there is no plan")
    status, output = run "--undo"
    assert.equal(1, status)
    has(output, "nothing was carried out")
    status, output = run(nil, "ANALYST_SECRET=")
    assert.equal(1, status)
    has(output, "set ANALYST_SECRET")
    status, output = run "--discovery"
    assert.equal(1, status)
    has(output, "set ANALYST_SIGNATURE_KEY, ANALYST_SIGNATURE_SECRET, ANALYST_SIGNATURE_TOKEN")
    assert.equal(0, #server:log())
  end)
end)
