-- Limits across processes and runs: the file behind a limiter, as clients use it. SPDX-License-Identifier: MIT

local core = require "studio.core"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"
local spenders = require "spec.support.spenders"
local studio = require "studio"
local support = require "spec.support.core"

local KEY = "sk_live_never_written_down"

local function folder()
  local ok, dir = shell.run "mktemp -d"
  assert(ok, dir)
  return (dir:gsub("%s+$", ""))
end

local function statuses(many, i) return (many:answers(i)) end

describe("processes with one key", function()
  it("spend one budget, side by side and one after the other", function()
    local server <close> = peer.start [[function(c) c:serve "ok" end]]
    local many <close> = spenders.new {
      url = server.url, path = "/", key = KEY, capacity = 12, window = 600, depth = 12,
    }
    many:start(1)
    many:start(2)
    support.until_(function() return server:count "GET" >= 12 end, "that the budget is spent")
    many.options.seconds = 0.5
    many:run(3) -- a run within the window of an earlier one
    local total = 0
    for i = 1, 3 do total = total + (statuses(many, i)["200"] or 0) end
    assert.equal("", many:errors())
    assert.equal(12, server:count "GET")
    assert.is_true(total <= 12) -- the first two may still be at it
  end)

  it("get a killed one's slots back after a cycle, and not before", function()
    local server <close> = peer.start "function(c) c:request() sleep(60) end" -- never an answer
    local many <close> = spenders.new { url = server.url, path = "/", key = KEY, capacity = 2, window = 600, depth = 2 }
    many:start(1)
    while server:count "GET" < 2 do core.loop():step(0.01) end
    many:kill(1)
    local limiter = core.limiter { name = "n", key = server.url .. KEY, capacity = 2, window = 600,
                                   state_dir = many.dir .. "/state" }
    local report
    support.until_(function() -- a process takes a moment to end, and deaths are looked for ten times a second
      report = limiter:explain()
      return report.held == 0
    end, "the death of the process")
    assert.equal("file", report.store)
    assert.same({ 2, 0 }, { report.cooling, report.free })
    assert.is_true(report.next_slot > 590 and report.next_slot <= 601.1)
  end)
end)

describe("a client", function()
  local dir
  before_each(function() dir = folder() end)
  after_each(function() shell.run("chmod -R u+rwx " .. dir .. "; rm -r " .. dir) end)

  local number = 0
  local function client(options)
    number = number + 1
    options.api_key = KEY .. number
    return studio.mstudio(options)
  end

  it("keeps its limits in a file of the folder that is named, and nothing secret with them", function()
    local ms <close> = client { state_dir = dir .. "/new" }
    local limit = ms:limits()[1]
    assert.equal("file", limit.store)
    assert.is_nil(limit.store_trouble)
    local _, list = shell.run("ls -lR " .. dir .. "/new")
    assert.matches("%-rw%-%-%-%-%-%-%-.* salt\n", list)
    assert.is_false((shell.run(("grep -rq never_written_down %s"):format(dir))))
    assert.is_nil(list:find "sk_")
  end)

  it("keeps them in memory when told so, or when its key is not known", function()
    local ms <close> = client { state_dir = false }
    assert.equal("memory", ms:limits()[1].store)
    assert.is_nil(ms:limits()[1].store_trouble)
    local unknown <close> = studio.mstudio { api_key = function() return "sk" end, state_dir = dir }
    assert.equal("memory", unknown:limits()[1].store)
  end)

  it("takes the folder of the environment: STUDIO_STATE_DIR, XDG_STATE_HOME, HOME", function()
    local script = dir .. "/script"
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
      local limit = require "studio".mstudio { api_key = "k" }:limits()[1]
      print(limit.store, limit.store_trouble)
    ]])
    local function run(environment)
      local _, said = shell.run(("env -u STUDIO_STATE_DIR -u XDG_STATE_HOME %s %s %s"):format(environment,
        os.getenv "STUDIO_LUA" or "lua5.4", script))
      return said
    end
    local function there(path) return (shell.run("test -f " .. dir .. path .. "/salt")) end
    assert.equal("file\tnil\n", run("HOME=" .. dir .. "/home"))
    assert.is_true(there "/home/.local/state/lua-studio")
    assert.equal("file\tnil\n", run("XDG_STATE_HOME=" .. dir .. "/xdg"))
    assert.is_true(there "/xdg/lua-studio")
    assert.equal("file\tnil\n", run("XDG_STATE_HOME=relative STUDIO_STATE_DIR=" .. dir .. "/own"))
    assert.is_true(there "/own")
    assert.equal("memory\tnil\n", run "STUDIO_STATE_DIR=off")
    assert.matches("^studio: warning: limits are kept in this process only.*neither XDG_STATE_HOME nor HOME",
      run "-u HOME")
  end)

  it("warns once when the folder cannot be used, and goes on in memory", function()
    shell.write(dir .. "/file", "")
    local script = dir .. "/script"
    shell.write(script, ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath) .. [[
      local studio = require "studio"
      for i = 1, 3 do
        local ms <close> = studio.mstudio { api_key = "k" .. i, state_dir = ... }
        assert(ms:limits()[1].store == "memory" and ms:limits()[1].store_trouble)
      end
    ]])
    local ok, said = shell.run((os.getenv "STUDIO_LUA" or "lua5.4") .. " " .. script .. " " .. dir .. "/file")
    assert.is_true(ok, said)
    local _, warnings = said:gsub("warning", "")
    assert.equal(1, warnings, said)
    assert.matches("may draw answers 429: .*/file: Not a directory", said)
  end)

  it("names what is wrong with the option", function()
    assert.has_error(function() client { state_dir = "" } end)
    assert.has_error(function() client { state_dir = 5 } end)
  end)
end)
