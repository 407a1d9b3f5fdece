-- The sandbox's reader of forms, and the file that uploads go to: pieces of any size give the same.
-- SPDX-License-Identifier: MIT

local form = require "studio.sandbox.form"
local heap = require "studio.sandbox.heap"

local BOUNDARY <const> = "xyz"
local TRAP <const> = "\r\n--xy\r\n--xy--\r\n\r\n--" -- begins like a boundary, over and over

local BODY <const> = table.concat({
  "--xyz", 'Content-Disposition: form-data; name="file"; filename="a%22.bin"', "Content-Type: image/png", "", TRAP,
  "--xyz", 'Content-Disposition: form-data; name="empty"; filename="e"', "", "",
  "--xyz", 'Content-Disposition: form-data; name="words"', "", "some words",
  "--xyz--", "what comes after is nobody's",
}, "\r\n")

-- The parts, read in pieces of that size.
local function read(body, size)
  local parts = {}
  local reader = form.reader(BOUNDARY, function(part)
    part.bytes = ""
    parts[#parts + 1] = part
    return function(bytes) part.bytes = part.bytes .. bytes end
  end)
  for at = 1, #body, size do reader:take(body:sub(at, at + size - 1)) end
  return parts, reader:is_whole()
end

describe("a form in pieces", function()
  it("is the same whatever their size", function()
    local wanted = {
      { field = "file", filename = 'a".bin', type = "image/png", bytes = TRAP },
      { field = "empty", filename = "e", bytes = "" }, { field = "words", bytes = "some words" },
    }
    for size = 1, #BODY do
      local parts, whole = read(BODY, size)
      assert.same(wanted, parts)
      assert.is_true(whole)
    end
  end)

  it("is not whole when it ends early, and no form when it begins otherwise", function()
    local ends = select(2, BODY:find("--xyz--", 1, true))
    for last = 0, ends - 1 do
      local _, whole = read(BODY:sub(1, last), 7)
      assert.is_false(whole, last)
    end
    assert.is_false((select(2, read("preamble\r\n" .. BODY, 7))))
    assert.is_false((select(2, read("--xyz\r\nno header\r\n\r\nx\r\n--xyz--", 7))))
    assert.is_false((select(2, read("--xyz\r\n" .. ("x"):rep(20000), 7))))
  end)
end)

describe("bytes on disk", function()
  it("are those that were written, though several write in turns", function()
    local disk = heap.new(1000)
    local a, b = disk:blob(), disk:blob()
    a:write "one "
    b:write "eins "
    a:write "two "
    a:write "three"
    b:write "zwei"
    assert.equal("one two three", a:text())
    assert.equal("eins zwei", b:text())
    assert.equal("two", tostring(a:bytes():sub(5, 7)))
    assert.equal("e two", tostring(a:bytes():sub(3, 7)))
    assert.equal("", disk:blob():text())
  end)

  it("are no more than they may be", function()
    local disk = heap.new(10)
    local a, b = disk:blob(), disk:blob()
    a:write "12345678"
    b:write "90x"
    assert.is_true(b.overflow)
    assert.is_nil(a.overflow)
    assert.equal(8, disk.size)
  end)
end)
