-- The log: levels, where it goes, and warnings that come once. SPDX-License-Identifier: MIT

local log = require "studio.log"
local shell = require "spec.support.shell"

describe("a warning", function()
  after_each(function() log.set("off") end)

  it("comes once for each key, and goes to the log function", function()
    local events = {}
    log.set("warn", function(event, line) events[#events + 1] = { event.level, event.message, line } end)
    log.warn_once("spec a", "first")
    log.warn_once("spec a", "first again")
    log.warn_once("spec b", "second")
    assert.same({ { "warn", "first", "studio: warning: first" }, { "warn", "second", "studio: warning: second" } },
                events)
  end)

  it("goes to standard error when nobody asked for a log, and is silent when it was turned off", function()
    local lua = os.getenv "STUDIO_LUA" or "lua5.4"
    local script = os.tmpname()
    shell.write(script, ([[
      package.path, package.cpath = %q, %q
      local log = require "studio.log"
      if ... then log.set(...) end
      log.warn_once("k", "the text")
      log.warn_once("k", "the text")
    ]]):format(package.path, package.cpath))
    assert.same({ true, "studio: warning: the text\n" }, { shell.run(lua .. " " .. script) })
    assert.same({ true, "" }, { shell.run(lua .. " " .. script .. " off") })
    os.remove(script)
  end)

  it("does no harm when the log function fails", function()
    local stderr = io.stderr
    local said = {}
    io.stderr = { write = function(_, ...) said[#said + 1] = table.concat { ... } end } -- luacheck: ignore 122
    log.set("warn", function() error "no" end)
    local ok = pcall(log.warn_once, "spec c", "x")
    io.stderr = stderr -- luacheck: ignore 122
    assert.is_true(ok)
    assert.matches("log function failed", said[1])
  end)
end)

describe("studio.log", function()
  it("refuses a level there is not, and a file that cannot be written", function()
    assert.error_matches(function() log.set "debgu" end, "did you mean 'debug'")
    assert.error_matches(function() log.set("debug", "/nowhere/x") end, "cannot be written")
    assert.error_matches(function() log.set("debug", 3) end, "studio.log: to must be callable")
  end)
end)
