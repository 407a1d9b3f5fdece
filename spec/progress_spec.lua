--- What a user of `studio.progress` relies on: few drawings, a safe terminal. SPDX-License-Identifier: MIT

local progress = require "studio.progress"

local function fixture(options)
  local written, now = {}, 0
  local stream = { write = function(_, ...) for _, s in ipairs { ... } do written[#written + 1] = s end end,
    flush = function() end }
  local settings = { stream = stream, clock = function() return now end, color = false, width = 40 }
  for name, value in pairs(options) do settings[name] = value end
  return progress.new(settings), function() return table.concat(written) end, function(s) now = now + s end
end

describe("progress on a terminal", function()
  it("draws over the same line, at most ten times a second", function()
    local line, written, pass = fixture { tty = true }
    for i = 1, 64 do
      line:status("step " .. i)
      pass(1 / 64)
    end
    local _, drawings = written():gsub("\r", "")
    assert.equal(10, drawings)
    assert.matches("^\rstep 1\27%[K\rstep 8\27%[K", written())
    assert.is_nil(written():find("\n"))
    line:finish()
    assert.matches("\r\27%[K$", written())
  end)

  it("prints lines that stay above it", function()
    local line, written = fixture { tty = true }
    line:status("working")
    line:print("one is done")
    line:status("working")
    assert.equal("\rworking\27[K\r\27[Kone is done\n\rworking\27[K", written())
  end)

  it("cuts a status to the width, by characters", function()
    local line, written = fixture { tty = true, width = 6 }
    line:status("äöü", { "red", "äöüß" })
    assert.equal("\räöüäö\27[K", written())
  end)

  it("paints only where colour is wanted", function()
    local line, written = fixture { tty = true, color = true }
    line:print({ "red", "no" }, " ", { "bold", "way" })
    assert.equal("\27[31mno\27[0m \27[1mway\27[0m\n", written())
    local plain, plainly = fixture { tty = true }
    plain:print({ "red", "no" })
    assert.equal("no\n", plainly())
  end)

  it("cannot be steered by a text", function()
    local line, written = fixture { tty = true }
    line:status("a\27[2Jb\r\nc\7\u{9B}1md")
    line:print("\27]0;title\7")
    line:print("bad \xFF byte")
    assert.equal("\ra?[2Jb c??1md\27[K\r\27[K?]0;title?\nbad ? byte\n", written())
  end)
end)

describe("progress elsewhere", function()
  it("prints a plain line now and then", function()
    local line, written, pass = fixture { tty = false }
    for i = 1, 300 do
      line:status(i .. " done")
      pass(1 / 8)
    end
    assert.equal("1 done\n81 done\n161 done\n241 done\n", written())
    line:finish()
    assert.is_nil(written():find("[\r\27]"))
  end)

  it("does not repeat itself", function()
    local line, written, pass = fixture { tty = false }
    for _ = 1, 5 do
      line:status("waiting")
      pass(11)
    end
    assert.equal("waiting\n", written())
  end)

  it("keeps silent about a text it will not show", function()
    local line = fixture { tty = false }
    assert.is_true(line:due())
    line:status("x")
    assert.is_false(line:due())
  end)
end)

describe("progress of a job", function()
  it("shows state and share, and leaves a line at the end", function()
    local line, written, pass = fixture { tty = true }
    line { id = 7, state = "active", progress = 0.426 }
    pass(1)
    line { id = 7, state = "unknown", raw_state = "dreaming\27" }
    line { id = 7, state = "done", progress = 1 }
    assert.equal("\rjob 7: active, 42 %\27[K\rjob 7: unknown state dreaming?\27[K\r\27[Kjob 7: done\n", written())
  end)

  it("elsewhere shows each change once", function()
    local line, written, pass = fixture { tty = false }
    for _, state in ipairs { "waiting", "waiting", "active", "active", "failed" } do
      line { id = "j", state = state }
      pass(0.5)
    end
    assert.equal("job j: waiting\njob j: active\njob j: failed\n", (written():gsub("(job j: %l+\n)%1", "%1")))
  end)

  it("shows transfers and texts", function()
    local line, written, pass = fixture { tty = true }
    line { name = "a.png", received = 1500000, total = 3000000 }
    pass(1)
    line { name = "b", received = 0, sent = 200000 }
    pass(1)
    line "text"
    assert.equal("\ra.png: 1.5 of 3.0 MB\27[K\rb: 0.2 MB\27[K\rtext\27[K", written())
  end)

  it("is callable as the module itself", function()
    assert.is_function(getmetatable(progress).__call)
  end)
end)

describe("progress.new", function()
  it("raises for what is no table, at the caller", function()
    local ok, message = pcall(function() progress.new(7) end)
    assert.is_false(ok)
    assert.matches("progress_spec.lua:%d+: bad argument #1 to 'new'", message)
  end)

  it("does not take a stream of the caller's for a terminal", function()
    local stream <close> = io.tmpfile()
    assert.is_false(progress.new({ stream = stream }).tty)
  end)
end)
