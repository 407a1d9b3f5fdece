-- A result of a gibibyte: saved, cut on the way, read by row, unpacked, in little memory. SPDX-License-Identifier: MIT

local sandbox = require "spec.support.sandbox"
local shell = require "spec.support.shell"

-- Sixty bytes each, so that they are a gibibyte.
local ROWS <const> = 17900000
local LIMIT_KIB <const> = 32 * 1024

-- Runs in a process of its own, and tells what it cost: "seconds peak-KiB …".
local FRAME = [[
  local url, report, run, path = ...
  local studio = require "studio"
  local client = studio.analyst {
    base_url = url, workspace = "acme", token = "tok_workspace", secret = "sec_workspace", state_dir = false,
    limits = false, max_attempts = 1,
  }
  local result = client.results:of(report, run)
  local function exists(name)
    local file = io.open(name, "rb")
    return file ~= nil and file:seek "end", file and file:close()
  end
  local loop = require("studio.core").loop()
  local start = loop:now()
  local said = {}
  %s
  local peak
  for line in io.lines "/proc/self/status" do peak = peak or line:match "^VmHWM:%%s*(%%d+)" end
  print(("%%.1f"):format(loop:now() - start), peak, table.unpack(said))
]]

local SAVE = [[ assert(result:csv(path)) ]]

local READ = [[
  local count, first, last = 0, nil, nil
  for row in result:rows() do
    count, first, last = count + 1, first or row.id, row.id
  end
  said = { count, first, last }
]]

-- The connection breaks twenty times, after more or fewer bytes; the last time nothing breaks it.
local CUT = [[
  local cutter = require "spec.support.cutter"
  local way <close> = cutter.start(tonumber(url:match "(%d+)$"))
  client = studio.analyst {
    base_url = "http://127.0.0.1:" .. way.port, workspace = "acme", token = "tok_workspace", secret = "sec_workspace",
    state_dir = false, limits = false, max_attempts = 1,
  }
  result = client.results:of(report, run)
  math.randomseed(4)
  local before = 0
  for i = 1, 20 do
    way:next("down", math.random(1000, 50000000), i % 2 == 0 and "rst" or "fin")
    local value, err = result:csv(path)
    assert(not value and err:is("network", "protocol"), tostring(err))
    assert(not exists(path), "something is there under its name")
    local now = exists(path .. ".download.part") or 0
    assert(now >= before, "the download did not go on")
    before = now
  end
  assert(before > 0)
  way:clear()
  assert(result:csv(path))
  assert(not exists(path .. ".download.part"))
  said = { before }
]]

local UNPACK = [[
  local csv, unpack = require "studio.csv", require "studio.unpack"
  local packed <close> = assert(unpack.open(path))
  local next_row = assert(csv.records(assert(packed:reader())))
  local count = 0
  while true do
    local row, why = next_row()
    if not row then
      assert(not why, why)
      break
    end
    count = count + 1
  end
  said = { count, packed.kind }
]]

describe("a result of a gibibyte #soak", function()
  local toys, dir, report, run
  setup(function()
    toys = sandbox.start { run_seconds = 0.01, result_rows = ROWS, workspace = { reports = 6, collections = 2,
      personal = 0 } }
    local an = toys:analyst()
    report = an.reports:list(an.collections:list()[1])[1]
    local job = assert(an.runs:run(report))
    assert(job:wait())
    run = job.id
    local pipe = assert(io.popen "mktemp -d")
    dir = pipe:read "l"
    pipe:close()
  end)
  teardown(function()
    toys:stop()
    shell.run("rm -rf " .. dir)
  end)

  local function cost(program, path)
    local script = dir .. "/program.lua"
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
      .. FRAME:format(program))
    local lua = os.getenv "STUDIO_LUA" or "lua5.4"
    local ok, text = shell.run(("TMPDIR=%s %s %s %s %s %s %s"):format(dir, lua, script, toys.server.analyst_url,
      report.token, run, path))
    assert.is_true(ok, text)
    local seconds, peak, rest = text:match "^([%d.]+)\t(%d+)\t?([^\n]*)"
    return tonumber(seconds), tonumber(peak), rest
  end

  -- By programs that nobody here wrote.
  local function sum(path)
    local ok, text = shell.tool("sha256sum " .. path)
    assert.is_true(ok, text)
    return text:match "^%x+"
  end

  local function told(what, seconds, peak, bytes)
    print(("  %s: %.1f s, %.0f MB/s, at most %.1f MiB"):format(what, seconds, bytes / seconds / 1e6, peak / 1024))
    assert.is_true(peak < LIMIT_KIB, ("%s took %d KiB"):format(what, peak))
  end

  -- As curl gets it: what is saved must be the same, and what is packed is made of it.
  local size, expected
  setup(function()
    local target = ("/api/acme/reports/%s/runs/%s/results/content.csv"):format(report.token, run)
    assert.is_true(shell.tool(("curl -sf -u tok_workspace:sec_workspace -o %s/curl.csv %s%s"):format(dir,
      toys.server.analyst_url, target)))
    local file = assert(io.open(dir .. "/curl.csv", "rb"))
    size = file:seek "end"
    file:close()
    assert.is_true(size >= 1 << 30)
    expected = sum(dir .. "/curl.csv")
  end)

  it("is saved as it is", function()
    local seconds, peak = cost(SAVE, dir .. "/a.csv")
    assert.equal(expected, sum(dir .. "/a.csv"))
    shell.run("rm " .. dir .. "/a.csv")
    told("saved", seconds, peak, size)
  end)

  it("is saved although the connection breaks twenty times", function()
    local seconds, peak, at = cost(CUT, dir .. "/b.csv")
    assert.equal(expected, sum(dir .. "/b.csv"))
    shell.run("rm " .. dir .. "/b.csv")
    told(("saved, with 20 cuts before byte %s"):format(at), seconds, peak, size)
  end)

  it("is read row by row", function()
    local seconds, peak, rest = cost(READ, "none")
    local count, first, last = rest:match "(%d+)\t(%d+)\t(%d+)"
    assert.equal(ROWS, tonumber(count))
    assert.equal(ROWS - 1, tonumber(last) - tonumber(first))
    told(("fetched and read, %.0f rows/s"):format(ROWS / seconds), seconds, peak, size)
    local _, left = shell.run("ls " .. dir .. " | grep studio | wc -l")
    assert.equal(0, tonumber(left))
  end)

  it("is read out of gzip and zip", function()
    assert.is_true(shell.tool(("cd %s && gzip -1 <curl.csv >a.gz && zip -q1 a.zip curl.csv"):format(dir)))
    for _, kind in ipairs { "gz", "zip" } do
      local seconds, peak, rest = cost(UNPACK, dir .. "/a." .. kind)
      assert.equal(ROWS, tonumber(rest:match "^%d+"))
      told(("unpacked (%s) and read, %.0f rows/s"):format(kind, ROWS / seconds), seconds, peak, size)
    end
  end)
end)
