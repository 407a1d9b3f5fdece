-- The record of what was asked for at Five9 Studio: what the next run finds in it. SPDX-License-Identifier: MIT

local record = require "studio.services.five9.record"
local shell = require "spec.support.shell"

local HEADER = { format = "spec", scope_id = "1234" }

describe("a record", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("is there for the next run, with all that was set last", function()
    local first = assert(record.open(path, HEADER))
    first:set("a", { step = "asked", note = "x" })
    first:set("a", { step = "done", id = 7, note = false })
    first:set("b", { step = "asked" })
    assert.is_false(first.resumed)
    first:close()
    local second <close> = assert(record.open(path, HEADER))
    assert.is_true(second.resumed)
    local a, b = second:item "a", second:item "b"
    assert.same({ "done", 7, "asked" }, { a.step, a.id, b.step })
    assert.is_nil(a.note)
    assert.is_true(math.abs(a.at - os.time()) < 1000)
    assert.same({}, second:item "c")
  end)

  it("forgets a line that was torn, and goes on behind the last whole one", function()
    local first = assert(record.open(path, HEADER))
    first:set("a", { step = "asked" })
    first:close()
    shell.write(path, shell.read(path) .. '{"item":"a","st')
    local second = assert(record.open(path, HEADER))
    assert.equal("asked", second:item("a").step)
    second:set("a", { step = "done" })
    second:close()
    local third <close> = assert(record.open(path, HEADER))
    assert.equal("done", third:item("a").step)
  end)

  it("is one run's at a time, and can be looked at meanwhile", function()
    local first <close> = assert(record.open(path, HEADER))
    first:set("a", { step = "asked" })
    local second, message = record.open(path, HEADER)
    assert.is_nil(second)
    assert.is_string(message)
    assert.equal("asked", assert(record.look(path, HEADER)):item("a").step)
  end)

  it("is refused when it belongs to something else, or is none", function()
    assert(record.open(path, HEADER)):close()
    local refused, message = record.open(path, { format = "spec", scope_id = "5" })
    assert.is_nil(refused)
    assert.is_truthy(message:find("another scope id: 1234, not 5", 1, true))
    refused, message = record.look(path, { format = "other", scope_id = "1234" })
    assert.is_nil(refused)
    assert.is_truthy(message:find("no record of this kind", 1, true))
    shell.write(path, shell.read(path) .. "7\n")
    refused, message = record.open(path, HEADER)
    assert.is_nil(refused)
    assert.is_truthy(message:find("damaged in line 2", 1, true))
    shell.write(path, "name,text\n")
    refused, message = record.open(path, HEADER)
    assert.is_nil(refused)
    assert.is_truthy(message:find("no record", 1, true))
    assert.equal("name,text\n", shell.read(path)) -- it is left as it was
  end)

  it("is for one run where nobody gives it a path", function()
    local own <close> = assert(record.open(nil, HEADER))
    own:set("a", { step = "asked" })
    assert.equal("asked", own:item("a").step)
    assert.is_nil(assert(record.look(nil, HEADER)):item("a").step)
    assert.is_nil(assert(record.look("/nowhere/at/all", HEADER)):item("a").step)
  end)
end)
