-- CSV is read in whatever pieces it comes, and written so that no spreadsheet runs it. SPDX-License-Identifier: MIT

local csv = require "studio.csv"

-- Hands out a text in pieces whose sizes `size()` tells.
local function pieces(text, size)
  local at = 1
  return function()
    if at > #text then return nil end
    local piece = text:sub(at, at + size() - 1)
    at = at + #piece
    return piece
  end
end

local function all(text, size, options)
  local rows, next_row = {}, csv.reader(pieces(text, size or function() return #text end), options)
  while true do
    local row, why = next_row()
    if not row then return rows, why end
    rows[#rows + 1] = row
  end
end

-- A seeded random number from 1 to n.
local function dice(seed)
  local state = seed
  return function(n)
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    return (state >> 8) % n + 1
  end
end

describe("CSV is read", function()
  -- Written by Python's csv module (dialects excel and unix) and by PostgreSQL's COPY; and what RFC 4180 shows.
  local fixtures = {
    ["a,b,c\r\n1,2,3\r\n"] = { { "a", "b", "c" }, { "1", "2", "3" } },
    ["a,b,c\n1,2,3"] = { { "a", "b", "c" }, { "1", "2", "3" } },
    ['"aaa","b""bb","ccc"\r\n'] = { { "aaa", 'b"bb', "ccc" } },
    ['"aaa","b\r\nbb","ccc"\r\nzzz,yyy,xxx'] = { { "aaa", "b\r\nbb", "ccc" }, { "zzz", "yyy", "xxx" } },
    ['"quoted ""text"", with comma",plain,\r\n"two\nlines",,""\r\n'] =
      { { 'quoted "text", with comma', "plain", "" }, { "two\nlines", "", "" } },
    ['1,\\N,"{""a"": [1,2]}"\n2,x,"{}"\n'] = { { "1", "\\N", '{"a": [1,2]}' }, { "2", "x", "{}" } },
    ['"""",""""""\n'] = { { '"', '""' } },
    ["\xEF\xBB\xBFid,name\n1,Zoë\n"] = { { "id", "name" }, { "1", "Zoë" } },
    ["\xEF\xBB\xBF\"id\",name\n"] = { { "id", "name" } },
    ['5" disk,a"b\n"x"y,z\n'] = { { '5" disk', 'a"b' }, { "xy", "z" } }, -- as browsers and Python take it
    ["a\n\nb\n"] = { { "a" }, { "" }, { "b" } },
    ["a\rb,c\rd\r\n"] = { { "a\rb", "c\rd" } },
    [",\n,"] = { { "", "" }, { "", "" } },
    ["\n"] = { { "" } }, [""] = {}, ["a"] = { { "a" } }, ['""'] = { { "" } },
    ["\0,\xff\n"] = { { "\0", "\xff" } },
  }

  it("as RFC 4180 and the world write it, in pieces of any size", function()
    for text, expected in pairs(fixtures) do
      for size = 1, #text + 1 do
        local rows, why = all(text, function() return size end)
        assert.is_nil(why)
        assert.same(expected, rows)
      end
    end
  end)

  -- Fields of every kind in tables of every shape, more columns than one pattern has captures too.
  it("back to what any table was", function()
    local random = dice(7)
    local parts = { "a", "bc", ",", '"', '""', "\n", "\r\n", "\r", "", "ä", " ", "0", "\0", "=1" }
    local function field()
      local out = {}
      for i = 1, random(4) do out[i] = parts[random(#parts)] end
      return table.concat(out)
    end
    for _ = 1, 150 do
      local rows, lines, columns = {}, {}, random(10) == 1 and 20 + random(60) or random(5)
      for r = 1, random(12) do
        local row, cells = {}, {}
        for c = 1, columns do
          local text = random(3) == 1 and field() or "plain" .. c
          row[c] = text
          local must = text:find '[,"\r\n]' or random(4) == 1 or columns == 1
          cells[c] = must and '"' .. text:gsub('"', '""') .. '"' or text
        end
        rows[r], lines[r] = row, table.concat(cells, ",")
      end
      local text = table.concat(lines, random(2) == 1 and "\n" or "\r\n") .. (random(2) == 1 and "\n" or "")
      local size = random(40)
      local found, why = all(text, function() return random(size) end)
      assert.is_nil(why)
      assert.same(rows, found)
    end
  end)

  it("and a text that was cut within quotes, or is all one row, is no table", function()
    local rows, why = all 'a,b\n1,"2'
    assert.same({ { "a", "b" } }, rows)
    assert.equal("the text ends within a quoted field", why)
    rows, why = all('a,b\n1,"2' .. ("x"):rep(5000), function() return 100 end, { max_row = 1000 })
    assert.same({ { "a", "b" } }, rows)
    assert.equal("a row is longer than 1000 bytes", why)
  end)

  it("and what broke the reading is told, not taken for the end", function()
    local given = { "a,b\n1,2\n3,", nil }
    local next_row = csv.reader(function()
      local piece = table.remove(given, 1)
      if piece then return piece end
      return nil, "broken"
    end)
    assert.same({ "a", "b" }, next_row())
    assert.same({ "1", "2" }, next_row())
    assert.same({ nil, "broken" }, { next_row() })
  end)

  it("one row at a time, with no more held than that needs", function()
    local line, given = ("x"):rep(99) .. "\n", 0
    local next_row = csv.reader(function()
      given = given + 1
      return given <= 40 and line:rep(100) or nil
    end)
    assert.equal(99, #next_row()[1])
    assert.is_true(given <= 2)
    local count = 1
    while next_row() do count = count + 1 end
    assert.equal(4000, count)
  end)
end)

describe("CSV with names", function()
  local function records(text, size)
    local next_record, names = csv.records(pieces(text, size or function() return 7 end))
    if not next_record then return nil, names end
    local list = {}
    while true do
      local record, why = next_record()
      if not record then return list, names, why end
      list[#list + 1] = record
    end
  end

  it("gives each row by its columns", function()
    local list, names = records 'id,name\r\n1,"A, B"\r\n\r\n2\r\n'
    assert.same({ "id", "name" }, names)
    assert.same({ { id = "1", name = "A, B" }, { id = "2" } }, list)
  end)

  it("gives the same rows as without names, whatever they look like", function()
    local random = dice(11)
    local cells = { "a", '"b"', '"c,d"', '"e""f"', "", '""', '"g\nh"', "i\r", "ä" }
    for _, columns in ipairs { 1, 2, 5, 31, 32, 70 } do
      local lines, header = {}, {}
      for c = 1, columns do header[c] = "n" .. c end
      lines[1] = table.concat(header, ",")
      for r = 2, 40 do
        local row = {}
        for c = 1, columns do row[c] = cells[random(4) > 1 and 1 or random(#cells)] end
        lines[r] = table.concat(row, ",", 1, random(6) == 1 and random(columns) or columns)
      end
      local text = table.concat(lines, "\n") .. "\n"
      local rows, list = all(text), records(text, function() return random(60) end)
      local at = 0
      for i = 2, #rows do
        local expected = {}
        for c, value in ipairs(rows[i]) do expected["n" .. c] = value end
        if columns == 1 or #rows[i] > 1 or rows[i][1] ~= "" then
          at = at + 1
          assert.same(expected, list[at])
        end
      end
      assert.equal(at, #list)
    end
  end)

  it("hides no column behind another", function()
    local list, names = records "a,a,,a_2,\n1,2,3,4,5\n"
    assert.same({ "a", "a_3", "column_3", "a_2", "column_5" }, names)
    assert.same({ { a = "1", a_3 = "2", column_3 = "3", a_2 = "4", column_5 = "5" } }, list)
  end)

  it("keeps the empty rows of one column, and has none without a header", function()
    assert.same({ { a = "1" }, { a = "" }, { a = "2" } }, (records "a\n1\n\n2\n"))
    assert.same({}, (records ""))
  end)

  it("loses no field that has no column", function()
    local list, _, why = records "a,b\n1,2\n1,2,3\n"
    assert.equal(1, #list)
    assert.equal("row 3 has 3 fields, and there are 2 columns", why)
    local none, cut = records '"a,b\n'
    assert.is_nil(none)
    assert.equal("the text ends within a quoted field", cut)
  end)
end)

describe("CSV is written", function()
  it("so that a reader finds what was there", function()
    assert.equal('a,"b,c","d""e",1,0.1,true,,"x\ny"\r\n', csv.line({ "a", "b,c", 'd"e', 1, 0.1, true, nil, "x\ny" }, 8))
    assert.equal('""\r\n', csv.line { "" })
    assert.equal('9007199254740993,-5,1e+300,"a;b"," a"\r\n', csv.line { 9007199254740993, -5, 1e300, "a;b", " a" })
    assert.same({ { "a", "", 'q"\n' } }, (all(csv.line({ "a", nil, 'q"\n' }, 3))))
  end)

  it("and no spreadsheet takes text for a formula", function()
    for _, text in ipairs {
      '=HYPERLINK("http://evil.test","x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=", "-",
    } do
      local cell = all(csv.line { text })[1][1]
      assert.equal("'" .. text, cell)
    end
    assert.equal("a=b", csv.cell "a=b")
    assert.equal("-1.5", csv.cell(-1.5))
  end)
end)
