-- What the sandbox makes by itself: lazy texts, packed files, results. SPDX-License-Identifier: MIT

local contents = require "studio.sandbox.analyst.contents"
local json = require "studio.json"
local lazy = require "studio.sandbox.lazy"
local pack = require "studio.sandbox.pack"
local pdf = require "studio.sandbox.pdf"
local shell = require "spec.support.shell"

local sh, quote = shell.tool, shell.quote

-- Runs a command on a file with these bytes; its output.
local function with_file(bytes, command)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  local _, out = sh(command:format(quote(path)))
  os.remove(path)
  return out
end

describe("a lazy text", function()
  it("is the same bytes whole, in pieces and in any part", function()
    for _, count in ipairs { 0, 1, 2, 63, 64, 65, 500 } do
      local text = contents.csv(12, count)
      local all = tostring(text)
      assert.equal(#text, #all)
      for from = 1, #all, 997 do
        for _, size in ipairs { 1, 90, 7001 } do
          local part = text:sub(from, from + size - 1)
          assert.equal(all:sub(from, from + size - 1), tostring(part))
          assert.equal(#tostring(part), #part)
        end
      end
    end
    local text, pieces, ended = contents.csv(1, 5000), {}, nil
    for piece, last in lazy.pieces(text) do
      assert.is_true(#piece <= 65536)
      pieces[#pieces + 1], ended = piece, last
    end
    assert.is_true(ended)
    assert.is_true(#pieces > 2)
    assert.equal(tostring(text), table.concat(pieces))
    assert.equal("xyz" .. tostring(text), "xyz" .. text)
  end)

  it("holds the same rows as CSV and as JSON, of any number", function()
    for _, count in ipairs { 0, 1, 2, 8, 9, 130 } do
      local rows = assert(json.decode(tostring(contents.json(7, count))))
      assert.equal(count, #rows)
      local csv = tostring(contents.csv(7, count))
      local at = 1
      for i, row in ipairs(rows) do
        assert.equal(rows[1].id + i - 1, row.id)
        at = assert(csv:find(("\n%d,%s,"):format(row.id, row.region), at, true))
      end
    end
    assert.equal(9007199254740993, assert(json.decode(tostring(contents.json(0, 8))))[4].amount)
  end)
end)

describe("a packed file", function()
  local text = tostring(contents.csv(3, 2000)) -- more than one stored block

  it("is what gzip reads", function()
    assert.equal(text, with_file(pack.gzip(text), "gzip -dc < %s"))
    assert.equal("", with_file(pack.gzip "", "gzip -dc < %s"))
  end)

  it("is what unzip reads", function()
    local zip = pack.zip { { name = "Orders.csv", data = text }, { name = "empty.csv", data = "" } }
    assert.matches("No errors detected", with_file(zip, "unzip -tq %s"))
    assert.equal(text, with_file(zip, "unzip -p %s Orders.csv"))
  end)

  it("or a PDF, whose table of places is right", function()
    local page = pdf.page "Report (1) \\ \27[31m"
    assert.equal("%PDF-1.4", page:match "^[^\n]+")
    for place, number in page:gmatch "(%d%d%d%d%d%d%d%d%d%d) 00000 n ()" do
      assert.equal("obj", page:match("^%d+ 0 (obj)", tonumber(place) + 1), number)
    end
    local table_at = tonumber(page:match "startxref\n(%d+)\n%%%%EOF\n$")
    assert.equal("xref", page:sub(table_at + 1, table_at + 4))
    assert.is_nil(page:find "\27")
  end)
end)
