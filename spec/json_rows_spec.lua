-- The rows of JSON arrays come one at a time, in whatever pieces the text comes. SPDX-License-Identifier: MIT

local json = require "studio.json"
local json_rows = require "studio.json_rows"

local function all(text, size, options)
  local at = 1
  local next_row = json_rows.reader(function()
    if at > #text then return nil end
    local piece = text:sub(at, at + size - 1)
    at = at + size
    return piece
  end, options)
  local list = {}
  while true do
    local row, why = next_row()
    if row == nil then return list, why, next_row end
    list[#list + 1] = row
  end
end

describe("the rows of a JSON array", function()
  it("are what a decoder makes of the whole, in pieces of any size", function()
    for _, text in ipairs {
      "[]", " [ ] \n", "[1]", "[1,2 , 3]", '["a","b\\"]c","\\\\"]', "[null,true,false,-0.5e3]", "[[],[1,[2]],{}]",
      '[{"a":1,"b":"x}y"},\n{"a":{"c":[1,{"d":"]"}]},"b":null}]\n', '[{"a":"\\"}"},{"":"{"}]', '["ä\\ud83d\\ude80"]',
    } do
      for size = 1, #text + 1 do
        local rows, why = all(text, size)
        assert.is_nil(why)
        assert.same(json.decode(text), json.array(rows))
      end
    end
  end)

  it("have exact numbers, and nulls on request", function()
    local rows = all('[{"n":9007199254740993,"m":0.1,"x":null}]', 5)
    assert.equal("integer", math.type(rows[1].n))
    assert.equal(9007199254740993, rows[1].n)
    assert.equal(0.1, rows[1].m)
    assert.is_nil(rows[1].x)
    assert.equal(json.null, all('[{"x":null}]', 5, { null = "keep" })[1].x)
  end)

  it("end with a reason when the text is no array, is cut or goes on", function()
    for text, expected in pairs {
      [""] = "row 1 cannot be read: the text ends too early",
      ["<html>"] = "row 1 cannot be read: it is no JSON array",
      ['{"id":"not_found"}'] = "row 1 cannot be read: it is no JSON array",
      ['[{"a":1},{"a":'] = "row 2 cannot be read: the text ends too early",
      ["[1,2"] = "row 2 cannot be read: the text ends too early",
      ["[1,"] = "row 2 cannot be read: the text ends too early",
      ["[1"] = "row 1 cannot be read: the text ends too early",
      ["[1,]"] = "row 2 cannot be read: ",
      ["[1 2]"] = "row 2 cannot be read: there is no comma before it",
      ["[1}"] = "row 2 cannot be read: there is no comma before it",
      ['[{"a":nope}]'] = "row 1 cannot be read: ",
      ["[1] x"] = "there is text after its end",
    } do
      for size = 1, #text + 1, 2 do
        local _, why, next_row = all(text, size)
        assert.equal(expected, why and why:sub(1, #expected), text)
        assert.is_nil(next_row()) -- and it stays ended
      end
    end
    local rows, why = all("[1," .. (" "):rep(50) .. '"' .. ("x"):rep(5000), 100, { max_row = 1000 })
    assert.same({ 1 }, rows)
    assert.equal("row 2 cannot be read: it is longer than 1000 bytes", why)
  end)

  it("are read on no further than is needed", function()
    local given = 0
    local next_row = json_rows.reader(function()
      given = given + 1
      if given > 2 then return nil, "broken" end
      return given == 1 and "[" or '{"a":1},'
    end)
    assert.same({ a = 1 }, next_row())
    assert.same({ nil, "broken" }, { next_row() })
  end)
end)

local function listed(text, size, options)
  local at = 1
  local next_row = json_rows.lists(function()
    if at > #text then return nil end
    local piece = text:sub(at, at + size - 1)
    at = at + size
    return piece
  end, options)
  local found = {}
  while true do
    local row, name, raw = next_row()
    if row == nil then return found, name, next_row end
    found[#found + 1] = { row, name, raw }
  end
end

describe("the rows of arrays within objects", function()
  it("come with the name of their array and the text as it was sent, in pieces of any size", function()
    local text = '{ "ok" : true , "data":{"gaze":[{"p":[1,2.50,3]},\n {}],"x\\"y":"[","none":[],"list":{"b":{"c":1}},'
      .. '"deep":{"er":{"too":{"far":[1]}}},"dots":[9007199254740993,null]}, "n":-1.5}\n'
    for size = 1, #text + 1 do
      local found, why = listed(text, size, { whole = function(name) return name == "list" end })
      assert.is_nil(why)
      assert.same({
        { { p = { 1, 2.5, 3 } }, "gaze", '{"p":[1,2.50,3]}' }, { {}, "gaze", "{}" },
        { { b = { c = 1 } }, "list", '{"b":{"c":1}}' },
        { 9007199254740993, "dots", "9007199254740993" }, { json.null, "dots", "null" },
      }, found)
    end
    assert.same({ { 1, nil, "1" }, { { 2 }, nil, "[2]" } }, (listed("[1,[2]]", 3)))
    assert.same({}, (listed("{}", 1)))
  end)

  it("end with a reason when the text is cut, is none, or goes on", function()
    for text, expected in pairs {
      [""] = "row 1 cannot be read: the text ends too early",
      ["<html>"] = "row 1 cannot be read: it is neither a JSON object nor an array",
      ['{"a":[1,2'] = "row 2 cannot be read: the text ends too early",
      ['{"a":[1,2]'] = "row 3 cannot be read: the text ends too early",
      ['{"a":[1,2]}}'] = "there is text after its end",
      ['{"a":[1]"b":1}'] = "row 2 cannot be read: there is no comma before it",
      ['{"a" 1}'] = "row 1 cannot be read: a colon is missing",
      ['{"a":1,}'] = "row 1 cannot be read: a name is missing",
      ['{"a":[1,]}'] = "row 2 cannot be read: ",
      ['{"a":[1}}'] = "row 2 cannot be read: there is no comma before it",
      ['{"a":nope}'] = "row 1 cannot be read: ",
    } do
      for size = 1, #text + 1, 2 do
        local _, why, next_row = listed(text, size)
        assert.equal(expected, why and why:sub(1, #expected), text)
        assert.is_nil(next_row())
      end
    end
  end)
end)
