-- JSON: the same answers from each back end, and nothing but JSON accepted. SPDX-License-Identifier: MIT

local core = require "studio.core"
local json = require "studio.json"

local NULL <const> = json.null

--- A lua-cjson that does all things right, for no release known to us does. `flaws` replaces functions of it.
local function exact_cjson(flaws)
  local cjson = { _VERSION = "9", null = NULL, array_mt = { __name = "cjson.array" }, empty_array = json.empty_array }
  for _, name in ipairs { "decode_array_with_array_mt", "encode_number_precision", "encode_invalid_numbers",
                          "decode_invalid_numbers", "encode_sparse_array", "decode_max_depth", "encode_max_depth" } do
    cjson[name] = function() end
  end
  function cjson.decode(text)
    local value, message = core.json_decode(text, { null = "keep" })
    if message then error(message, 2) end
    return value
  end
  function cjson.encode(value)
    local text, message = core.json_encode(value)
    return text or error(message, 2)
  end
  for name, fn in pairs(flaws or {}) do cjson[name] = fn end
  function cjson.new() return cjson end
  return cjson
end

--- Calls fn while `require "cjson"` finds the given module.
local function with_cjson(cjson, fn)
  local loaded = package.loaded.cjson
  package.loaded.cjson = cjson
  local ok, err = pcall(fn)
  package.loaded.cjson = loaded
  json.use "own"
  if not ok then error(err, 0) end
end

--- Deep equality that tells integers from floats, -0.0 from 0.0, and arrays from objects.
local function identical(a, b)
  if math.type(a) ~= math.type(b) or type(a) ~= type(b) then return false end
  if type(a) ~= "table" then return a == b and (a ~= 0 or 1 / a == 1 / b) end
  if json.is_array(a) ~= json.is_array(b) then return false end
  for key, value in pairs(a) do
    if not identical(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

local function array(...) return json.array { ... } end

-- What each text is, in both directions where `back` is absent; `back` is what it is written as again.
local VALUES = {
  { "null", NULL }, { "true", true }, { "false", false },
  { "0", 0 }, { "-1", -1 }, { "3", 3 }, { "3.0", 3.0, back = "3" }, { "-0", -0.0, back = "-0.0" }, { "-0.0", -0.0 },
  { "9007199254740993", 9007199254740993 },
  { "9223372036854775807", math.maxinteger }, { "-9223372036854775808", math.mininteger },
  { "9223372036854775808", 2.0 ^ 63, back = "9.223372036854775808e18" },
  { "-9223372036854775809", -2.0 ^ 63, back = "-9.223372036854775808e18" },
  { "18446744073709551616", 2.0 ^ 64, back = "18446744073709551616.0" },
  { "0.5", 0.5 }, { "0.1", 0.1 }, { "-2.25", -2.25 }, { "1920.001", 1920.001 }, { "0.000001", 1e-6, back = "1e-06" },
  { "0.30000000000000004", 0.1 + 0.2 }, { "1e2", 100.0, back = "100" }, { "1E+2", 100.0, back = "100" },
  { "1e-2", 0.01, back = "0.01" }, { "5e-324", 5e-324, back = "4.94065645841247e-324" },
  { "1.7976931348623157e+308", 1.7976931348623157e308 }, { "1e-400", 0.0, back = "0" },
  { "0.00000000000000000000000000000000000000000000000001", 1e-50, back = "1e-50" },
  { "1" .. ("0"):rep(110) .. "." .. ("0"):rep(110) .. "1e-110", 1.0, back = "1" },
  { "0." .. ("0"):rep(110) .. "1e111", 1.0, back = "1" },
  { '""', "" }, { '"a/b"', "a/b" }, { [["\/"]], "/", back = '"/"' }, { [["\"\\\b\f\n\r\t"]], '"\\\b\f\n\r\t' },
  { [["\u0000\u001f"]], "\0\31" }, { '"\127"', "\127" }, { [["\u00e9\u20AC"]], "é€", back = '"é€"' },
  { '"é€😀"', "é€😀" }, { [["\ud83d\uDE00"]], "😀", back = '"😀"' }, { [["\u2028"]], "\u{2028}", back = '"\u{2028}"' },
  { [["\udbff\udfff"]], "\u{10FFFF}", back = '"\u{10FFFF}"' }, { '"\u{FFFF}\u{FEFF}"', "\u{FFFF}\u{FEFF}" },
  { "[]", array() }, { "{}", {} }, { "[[],{}]", array(array(), {}) }, { '{"a":[]}', { a = array() } },
  { "[null]", array(NULL) }, { "[1,null,3]", array(1, NULL, 3) }, { '{"a":null}', {}, back = "{}" },
  { '[{"a":null}]', array({}), back = "[{}]" }, { '{"a":[null]}', { a = array(NULL) } },
  { '{"":1}', { [""] = 1 } }, { [[{"\u0000":1}]], { ["\0"] = 1 } }, { '{"1":1}', { ["1"] = 1 } },
  { '{"a":1,"a":2}', { a = 2 }, back = '{"a":2}' }, { '{"a":1,"a":null}', {}, back = "{}" },
  { '{"a":null,"a":1}', { a = 1 }, back = '{"a":1}' },
  { " \t\r\n[ 1 , 2 ] \n", array(1, 2), back = "[1,2]" }, { ' { "a" : 1 } ', { a = 1 }, back = '{"a":1}' },
  { ("["):rep(512) .. ("]"):rep(512) },
}

-- What is not JSON, or is more than Lua can hold exactly.
local REFUSED = {
  "", " ", "[", "{", "]", "}", ",", ":", '"', "'a'", "a", "nul", "nulll", "True", "NULL", "undefined", "// c", "/**/1",
  "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1]]", "[1}", "1 2", "1,", "[]x", "[\0]", "1\0", "\0",
  '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{,}', '{"a" 1}', '{"a",1}', "{a:1}", "{1:1}", '{"a":1]',
  '{"a":1 "b":2}', '{null:1}', "-", "+1", "--1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+", "1e1.5",
  "0x10", "1_000", "NaN", "nan", "Infinity", "-Infinity", "inf", "1e309", "-1e999999999999", "１",
  '"a', '"\\', '"\\"', '"\\x"', '"\\u"', '"\\u12"', '"\\u123g"', '"\\u12 4"', '"\\U0041"', '"\\\0"', '"\\é"',
  '"\n"', '"\t"', '"\0"', '"\31"', '"\\ud800"', '"\\udc00"', '"\\ud800x"', '"\\ud800\\n"', '"\\ud800\\u0041"',
  '"\\ud800\\ud800"', '"\\udc00\\ud800"', '"\x80"', '"\xbf"', '"\xc0\xaf"', '"\xc3"', '"\xc3x"', '"\xe0\x80\xaf"',
  '"\xe2\x82"', '"\xed\xa0\x80"', '"\xf0\x80\x80\xaf"', '"\xf4\x90\x80\x80"', '"\xf8\x88\x80\x80\x80"', '"\xff"',
  "\xef\xbb\xbf1", "\xff\xfe1\0", "\xa01", "\u{a0}1", "\v1", "\f1", ("["):rep(513) .. ("]"):rep(513),
  ("["):rep(100000), ('{"a":'):rep(100000), ("[{"):rep(300),
}

-- What is not written, and the part of the message that names the place and the reason.
local UNWRITABLE = {
  { { 0 / 0 }, "[1]: nan" }, { { 1 / 0 }, "[1]: an infinity" }, { -1 / 0, "the value: an infinity" },
  { { a = { b = { 1, { c = print } } } }, ".a.b[2].c: a function" },
  { { ["a b"] = { true, io.stdout } }, '["a b"][2]: a userdata' },
  { { [3] = 1 }, "holes" }, { { 1, nil, 3 }, "holes" }, { { 1, 2, x = 3 }, "both list items and keys" },
  { { x = 1, y = 2, [1] = 3 }, "list items" }, { { [1.5] = 1 }, "a number as key" },
  { { [true] = 1 }, "a boolean as key" },
  { { [0] = 1, 2 }, "holes" }, { json.array { x = 1 }, "no index" }, { "\xff", "valid UTF-8" },
  { { s = "ab\xed\xa0\x80" }, ".s: the string is not valid UTF-8" }, { { ["\xc3"] = 1 }, '["?"]: the key' },
  { { "a", coroutine.create(print) }, "[2]: a thread" }, { { a = { 1, [4] = 2 } }, ".a: a table with holes" },
}

local function run_cases()
  describe("decodes and encodes", function()
    for _, case in ipairs(VALUES) do
      local text, value, back = case[1], case[2], case.back or case[1]
      it(#text > 60 and text:sub(1, 60) .. "…" or text, function()
        local decoded, message = json.decode(text)
        assert.is_nil(message)
        if #case > 1 then assert.is_true(identical(decoded, value)) end
        local again = json.encode(decoded)
        if math.type(decoded) == "float" and math.abs(decoded) >= 2.0 ^ 53 then
          assert.equal(decoded, tonumber(again)) -- how many digits is a matter of taste here
          assert.is_true(identical(decoded, json.decode(again)))
        else
          assert.equal(back, again)
        end
      end)
    end
  end)

  it("refuses what is not JSON, with a message that says where", function()
    for _, text in ipairs(REFUSED) do
      local value, message = json.decode(text)
      assert.is_nil(value, ("%q was read"):format(text:sub(1, 60)))
      assert.matches("^not JSON at line %d+, column %d+ %(byte %d+%): ", message)
    end
  end)

  it("refuses what JSON cannot hold, naming the place", function()
    for _, case in ipairs(UNWRITABLE) do
      local text, message = json.try_encode(case[1])
      assert.is_nil(text)
      assert.matches("^cannot encode ", message)
      assert.is_truthy(message:find(case[2], 1, true), message)
    end
  end)

  it("keeps nulls in objects on request, for an exact round trip", function()
    local value = json.decode('{"a":null,"b":[{"c":null}]}', { null = "keep" })
    assert.equal(NULL, value.a)
    assert.equal('{"a":null,"b":[{"c":null}]}', json.encode(value, { sort = true }))
    assert.is_nil(json.decode('{"a":null}', { null = "drop" }).a)
  end)

  it("writes a list whichever way it was filled", function()
    local list = {}
    for i = 40, 1, -1 do list[i] = i end
    local want = {}
    for i = 1, 40 do want[i] = ("%d"):format(i) end
    assert.equal("[" .. table.concat(want, ",") .. "]", json.encode(list))
    assert.equal("[1,2,3]", json.encode { [3] = 3, [1] = 1, [2] = 2 })
  end)

  it("tells a cycle from a table used twice", function()
    local shared, cycle = { 1 }, { a = {} }
    cycle.a.b = { cycle }
    assert.equal("[[1],[1]]", json.encode { shared, shared })
    local text, message = json.try_encode(cycle)
    assert.is_nil(text)
    assert.equal("cannot encode .a.b[1]: a table that contains itself", message)
  end)

  it("bounds the depth of what it writes", function()
    local deep = {}
    for _ = 1, 511 do deep = { deep } end
    assert.equal(512, select(2, json.encode(deep):gsub("[[{]", "")))
    local text, message = json.try_encode { deep }
    assert.is_nil(text)
    assert.is_truthy(message:find("nested too deep", 1, true))
  end)

  it("runs no metamethods", function()
    local guarded = setmetatable({ a = 1 }, { __index = error, __pairs = error, __len = error, __tostring = error })
    assert.equal('{"a":1}', json.encode(guarded))
  end)

  it("reads and writes lists and objects of any size", function()
    local list, object = {}, {}
    for i = 1, 70000 do list[i], object["k" .. i] = i, i end
    local text = json.encode { list = list, object = object, { 1 } and nil }
    local value = json.decode(text)
    assert.equal(70000, #value.list)
    for i = 1, 70000 do
      if value.list[i] ~= i or value.object["k" .. i] ~= i then error("item " .. i) end
    end
  end)
end

describe("json, our own codec:", function()
  setup(function() json.use "own" end)
  run_cases()
end)

-- The adapter is shown to keep each promise over a library that does; the real one joins when it is exact.
describe("json over an exact lua-cjson:", function()
  local loaded
  setup(function()
    loaded = package.loaded.cjson
    if not json.use "cjson" then
      package.loaded.cjson = exact_cjson()
      assert(json.use "cjson")
    end
    assert.equal("cjson", json.backend)
  end)
  teardown(function()
    package.loaded.cjson = loaded
    json.use "own"
  end)
  run_cases()
end)

describe("json.use", function()
  it("refuses a library that is not exact, and says why", function()
    local function ours(text, options) return core.json_decode(text, options or { null = "keep" }) end
    local function plain(value) return core.json_encode(value) end
    local flaws = {
      ["reads integers as floats"] = { decode = function(text)
        local value = ours(text)
        return math.type(value) == "integer" and value + 0.0 or value
      end },
      ["sign of -0"] = { decode = function(text) return text == "-0" and 0 or ours(text) end },
      ["does not write integers exactly"] = { encode = function(value)
        return (plain(value):gsub("9007199254740993", "9.007199254741e+15"))
      end },
      ["does not write floats exactly"] = { encode = function(value)
        return (plain(value):gsub("0%.30000000000000004", "0.3"))
      end },
      ["does not tell [] from {}"] = { encode = function(value) return (plain(value):gsub("%[%]", "{}")) end },
      ["reads what is not JSON"] = { decode = function(text) return ours((text:gsub("^%[1,%]$", "[1]"))) end },
      ["writes what is not JSON"] = { encode = function(value) return plain(value) or "[null]" end },
      ["escapes more than it must"] = { encode = function(value) return (plain(value):gsub("/", "\\/")) end },
      ["cannot mark arrays"] = { array_mt = false },
      ["precision"] = { encode_number_precision = function() error "precision: 1 to 16" end },
    }
    for reason, flaw in pairs(flaws) do
      with_cjson(exact_cjson(flaw), function()
        local done, why = json.use "cjson"
        assert.is_nil(done, reason)
        assert.is_truthy(why:find(reason, 1, true), why)
        assert.equal("own", json.backend)
        assert.equal("[[],{}]", json.encode(json.decode "[[],{}]"))
      end)
    end
  end)

  it("knows that lua-cjson 2.1.0 is not exact", function()
    local found, cjson = pcall(require, "cjson")
    if not found or cjson._VERSION ~= "2.1.0" then return pending "another lua-cjson, or none" end
    assert.is_nil((json.use "cjson"))
    assert.equal(cjson.null, json.null)
  end)

  it("takes the marks of another library", function()
    local cjson = exact_cjson()
    with_cjson(cjson, function()
      assert.is_true(json.use "cjson")
      assert.equal(cjson.array_mt, getmetatable(json.decode "[]"))
      assert.equal(cjson.array_mt, getmetatable(json.decode("[]", { depth = 3 })))
      assert.is_true(json.use "own")
    end)
    assert.equal("[]", json.encode(setmetatable({}, cjson.array_mt)))
    assert.is_true(json.is_array(setmetatable({}, cjson.array_mt)))
    assert.equal('{"a":[]}', json.encode { a = json.empty_array })
  end)

  it("raises for a name it does not know", function()
    assert.has_error(function() json.use "dkjson" end, nil)
  end)
end)

describe("json.decode", function()
  it("counts lines, columns in characters, and bytes", function()
    local _, message = json.decode('{\n "é": [1,\n  "éé" x]}')
    assert.equal("not JSON at line 3, column 8 (byte 23): expected ',' or ']'", message)
    _, message = json.decode '["a'
    assert.equal("not JSON at line 1, column 4 (byte 4): the text ends too early", message)
  end)

  it("shows nothing of the text in its message", function()
    local _, message = json.decode '{"token": s3cr3t}'
    assert.is_nil(message:find("s3cr3t", 1, true))
  end)

  it("obeys depth and max_bytes", function()
    assert.is_nil((json.decode("[[1]]", { depth = 1 })))
    assert.is_table(json.decode("[[1],[2],{}]", { depth = 2 }))
    assert.equal(1, json.decode("1", { depth = 0 }))
    local deep = ("["):rep(1024) .. ("]"):rep(1024)
    assert.equal(deep, json.encode(json.decode(deep, { depth = 1024 }), { depth = 1024 }))
    local value, message = json.decode("[1,2]", { max_bytes = 4 })
    assert.is_nil(value)
    assert.equal("JSON text of 5 bytes: no more than 4 are allowed", message)
    assert.equal(2, #json.decode("[1,2]", { max_bytes = 5 }))
  end)

  it("raises for a wrong argument or option, naming it", function()
    assert.error_matches(function() json.decode(nil) end, "string expected")
    assert.error_matches(function() json.decode(12) end, "string expected, got number")
    assert.error_matches(function() json.decode("1", "keep") end, "table expected")
    assert.error_matches(function() json.decode("1", { nulls = "keep" }) end, "unknown option 'nulls'")
    assert.error_matches(function() json.decode("1", { null = true }) end, "option 'null' must be")
    assert.error_matches(function() json.decode("1", { depth = 5000 }) end, "option 'depth' must be an integer")
    assert.error_matches(function() json.decode("1", { max_bytes = "9" }) end, "option 'max_bytes' must be")
  end)
end)

describe("json.encode", function()
  it("raises where the caller stands, naming the place", function()
    local ok, err = pcall(function() json.encode { a = { print } } end)
    assert.is_false(ok)
    assert.matches("json_spec%.lua:%d+: bad argument #1 to 'encode' %(cannot encode %.a%[1%]: a function", err)
    ok, err = pcall(function() json.encode({}, { sorted = true }) end)
    assert.is_false(ok)
    assert.matches("json_spec%.lua:%d+: bad argument #2 .*unknown option 'sorted'", err)
  end)

  it("sorts keys and indents on request", function()
    local value = { b = { 1, { x = json.array() } }, a = {}, ["a\0"] = 1, ["B"] = "x" }
    assert.equal([[{"B":"x","a":{},"a\u0000":1,"b":[1,{"x":[]}]}]], json.encode(value, { sort = true }))
    assert.equal('{\n  "a": [\n    1,\n    {\n      "b": {}\n    }\n  ],\n  "c": []\n}',
      json.encode({ a = { 1, { b = {} } }, c = json.array() }, { sort = true, indent = 2 }))
    assert.equal("[\n  1\n]", json.encode({ 1 }, { indent = true }))
    assert.error_matches(function() json.encode({}, { indent = "\t" }) end, "option 'indent' must be an integer")
    assert.error_matches(function() json.encode({}, { sort = 1 }) end, "option 'sort' must be true or false")
    local text, message = json.try_encode({ a = 1, [2] = 3 }, { sort = true })
    assert.is_nil(text)
    assert.is_truthy(message:find("cannot encode", 1, true))
  end)

  it("makes text safe inside HTML on request", function()
    assert.equal([=[["\u003c/script\u003e\u0026\u2028\u2029é"]]=],
      json.encode({ "</script>&\u{2028}\u{2029}é" }, { html_safe = true }))
    assert.equal('["</script>&\u{2028}"]', json.encode { "</script>&\u{2028}" })
  end)

  it("writes every float so that it reads back as the same", function()
    local state = 1
    local function bits()
      state = state * 6364136223846793005 + 1442695040888963407
      return state >> 32
    end
    for i = 1, 20000 do
      local value
      if i % 3 == 0 then value = string.unpack("d", string.pack("I4I4", bits(), bits())) -- any bits
      elseif i % 3 == 1 then value = bits() % 10 ^ 7 / 10 ^ (i % 9) -- few decimals
      else value = bits() / 2 ^ 31 end
      if value - value == 0 then
        local back = json.decode(json.encode { value })[1]
        if back ~= value then error(("%.17g became %.17g"):format(value, back)) end
      end
    end
  end)

  it("minds no locale", function()
    local before = os.setlocale(nil, "numeric")
    local found
    for _, name in ipairs { "de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "ps_AF" } do
      found = found or os.setlocale(name, "numeric")
    end
    if not found then return pending "no locale with a decimal comma on this machine" end
    local text = json.encode { 0.1 + 0.2, 1e300 / 3 }
    local value = json.decode "[0.30000000000000004,123456789.123456789e-30]"
    os.setlocale(before, "numeric")
    assert.equal("[0.30000000000000004,3.3333333333333335e+299]", text)
    assert.equal(0.1 + 0.2, value[1])
    assert.equal(123456789.123456789e-30, value[2])
  end)
end)

describe("json.array", function()
  it("marks a table, new or given", function()
    local list = {}
    assert.equal(list, json.array(list))
    assert.equal("[]", json.encode(list))
    assert.equal("[[],[]]", json.encode { json.array(), json.empty_array })
    assert.is_true(json.is_array(list) and json.is_array(json.decode "[1]") and json.is_array(json.empty_array))
    for _, other in ipairs { {}, { 1 }, json.decode "{}", "x", 1, true, json.null } do
      assert.is_false(json.is_array(other))
    end
    assert.is_false(json.is_array(nil))
  end)

  it("raises for what cannot be marked", function()
    assert.error_matches(function() json.array "x" end, "table expected, got string")
    assert.error_matches(function() json.array(setmetatable({}, {})) end, "metatable")
  end)
end)

-- Random documents, compared with another implementation of JSON in all that it gets right.
describe("json and lua-cjson", function()
  local state

  local function random(n)
    state = state * 6364136223846793005 + 1442695040888963407
    return (state >> 33) % n + 1
  end

  local STRINGS <const> = {
    '""', '"a"', '"Teaser"', [["\n\"\\\/"]], '"é€😀"', [["\u00e9\ud83d\ude00"]], '"12"', [["\u0041\t"]],
    '"a long one, ' .. ("and longer "):rep(9) .. '"',
  }
  local SPACES <const> = { "", "", "", " ", "\n", "\t \r\n" }

  local function space() return SPACES[random(#SPACES)] end

  local function document(depth)
    local kind = random(depth > 0 and 8 or 5)
    if kind == 1 then return STRINGS[random(#STRINGS)] end
    if kind == 2 then return ("%d"):format(random(2 ^ 30 | 0) - 2 ^ 29 | 0) end
    if kind == 3 then return ("%.17g"):format((random(2 ^ 30 | 0) - 2 ^ 29) / 2 ^ random(40)) end
    if kind == 4 then return ({ "true", "false", "null" })[random(3)] end
    if kind == 5 then return ("%de%d"):format(random(1000), random(40) - 20) end
    local parts = {}
    for i = 1, random(6) - 1 do
      local key = kind > 6 and ('"k%d"%s:'):format(random(9), space()) or ""
      parts[i] = space() .. key .. space() .. document(depth - 1) .. space()
    end
    local body = table.concat(parts, ",")
    return kind > 6 and "{" .. body .. "}" or "[" .. body .. "]"
  end

  --- Equality as far as lua-cjson goes: numbers by value, arrays and objects alike.
  local function same(a, b)
    if type(a) ~= "table" or type(b) ~= "table" then return a == b end
    for key, value in pairs(a) do
      if not same(value, b[key]) then return false end
    end
    for key in pairs(b) do
      if a[key] == nil then return false end
    end
    return true
  end

  it("agree on 2500 random documents, read and written", function()
    local found, cjson = pcall(require, "cjson")
    if not found then return pending "lua-cjson is not installed" end
    state = 20260101
    for i = 1, 2500 do
      local text = document(5)
      local value = json.decode(text, { null = "keep" })
      if not same(value, cjson.decode(text)) then error(("document %d is read differently: %s"):format(i, text)) end
      local written = json.encode(value, i % 2 == 0 and { sort = true, indent = i % 4 } or nil)
      if not same(value, cjson.decode(written)) then error(("document %d is written as %s"):format(i, written)) end
      local again = json.decode(written, { null = "keep" })
      if json.encode(again, { sort = true }) ~= json.encode(value, { sort = true }) then
        error(("document %d changes: %s"):format(i, text))
      end
    end
  end)
end)
