-- What gzip and zip packed is unpacked, whole or not at all. SPDX-License-Identifier: MIT

local shell = require "spec.support.shell"
local unpack = require "studio.unpack"

local dir
setup(function()
  local pipe = assert(io.popen "mktemp -d")
  dir = pipe:read "l"
  pipe:close()
end)
teardown(function() shell.run("rm -rf " .. dir) end)

local function run(command)
  local ok, text = shell.tool(("cd %s && %s"):format(dir, command))
  assert.is_true(ok, text)
end

-- Texts that pack well, badly and not at all.
local function text_of(kind, size)
  if kind == "zeros" then return ("\0"):rep(size) end
  local out, state = {}, 5
  for i = 1, size // 8 do
    state = (state * 1103515245 + 12345) & 0x7FFFFFFF
    out[i] = kind == "noise" and ("<I8"):pack(state * 2654435761 & math.maxinteger) or ("%07d,"):format(state % 5000)
  end
  return table.concat(out)
end

local function contents(opened, which)
  local read, why = opened:reader(which)
  if not read then return nil, why end
  local out = {}
  for piece in function()
    local piece
    piece, why = read()
    return piece
  end do out[#out + 1] = piece end
  if why then return nil, why end
  return table.concat(out)
end

local function open(name, options)
  local opened, why, code = unpack.open(dir .. "/" .. name, options)
  return opened, why, code
end

local function same(expected, found) -- of long texts nobody wants to see the difference
  assert.is_true(expected == found, ("%d bytes expected, %s came"):format(#expected, found and #found or "nothing"))
end

describe("a file that is not packed", function()
  it("is what it is", function()
    for _, text in ipairs { "", "a", "a,b\n1,2\n", "P", ("x"):rep(300000) } do
      shell.write(dir .. "/plain", text)
      local opened <close> = assert(open "plain")
      assert.equal("plain", opened.kind)
      assert.same({ "" }, opened.names)
      same(text, contents(opened))
      same(text, contents(opened)) -- and again from the start
    end
    local none, why = open "nothing"
    assert.is_nil(none)
    assert.matches("nothing", why)
  end)
end)

describe("what gzip packed", function()
  it("comes whole, one stream or several, with zeros behind it or none", function()
    for _, kind in ipairs { "zeros", "noise", "digits" } do
      local text = text_of(kind, 200000)
      shell.write(dir .. "/a", text)
      run "gzip -9kf a && cat a.gz a.gz >twice.gz && cp a.gz padded.gz && truncate -s +5000 padded.gz"
      for name, expected in pairs { ["a.gz"] = text, ["twice.gz"] = text .. text, ["padded.gz"] = text } do
        local opened <close> = assert(open(name))
        assert.equal("gzip", opened.kind)
        same(expected, contents(opened))
      end
    end
    shell.write(dir .. "/empty", "")
    run "gzip -kf empty"
    local opened <close> = assert(open "empty.gz")
    assert.equal("", contents(opened))
  end)

  it("is an error where it is cut, changed, or goes on with something else", function()
    local packed = shell.read(dir .. "/twice.gz")
    local half = #packed // 2
    for i, broken in ipairs {
      packed:sub(1, -2), packed:sub(1, half - 1), packed:sub(1, half + 1), packed:sub(1, half + 9), packed:sub(1, 3),
      packed .. "x", packed:sub(1, half) .. "hello",
      packed:sub(1, half // 2) .. "\xff\x55" .. packed:sub(half // 2 + 3),
      packed:sub(1, -5) .. "\1\2\3\4", -- the size
      packed:sub(1, -9) .. "\1\2\3\4" .. packed:sub(-4), -- the checksum
    } do
      shell.write(dir .. "/broken", broken)
      local opened <close> = assert(open "broken")
      local found, why = contents(opened)
      assert.is_nil(found, "case " .. i)
      assert.matches("^the packed file ", why)
    end
  end)
end)

describe("what zip packed", function()
  local texts = {}
  setup(function()
    for _, kind in ipairs { "zeros", "noise", "digits" } do
      texts[kind] = text_of(kind, 120000)
      shell.write(dir .. "/" .. kind, texts[kind])
    end
    shell.write(dir .. "/nil", "")
    run "mkdir -p sub && cp digits sub/digits"
  end)

  it("comes whole, file by file: packed, stored, large, from a pipe, with a comment", function()
    run "zip -q9 some.zip zeros noise digits nil"
    run "zip -q0 stored.zip zeros noise digits nil && zip -qfz large.zip zeros noise digits nil"
    run "cp some.zip noted.zip && echo 'PK no end of it' | zip -qz noted.zip"
    texts["nil"] = ""
    for _, name in ipairs { "some", "stored", "large", "noted" } do
      local opened <close> = assert(open(name .. ".zip"))
      assert.equal("zip", opened.kind)
      assert.same({ "zeros", "noise", "digits", "nil" }, opened.names)
      for i, entry in ipairs(opened.names) do same(texts[entry], contents(opened, i)) end
    end
    run "cat noise | zip -q piped.zip -" -- sizes behind the data, and in eight bytes
    local opened <close> = assert(open "piped.zip")
    assert.same({ "-" }, opened.names)
    same(texts.noise, contents(opened))
  end)

  it("has no folders, and names as they are", function()
    run "zip -qr folders.zip sub"
    local opened <close> = assert(open "folders.zip")
    assert.same({ "sub/digits" }, opened.names)
  end)

  it("is read side by side", function()
    local opened <close> = assert(open "some.zip")
    local a, b, found = assert(opened:reader(2)), assert(opened:reader(3)), { "", "" }
    local more
    repeat
      more = false
      for i, read in ipairs { a, b } do
        local piece = read()
        if piece then found[i], more = found[i] .. piece, true end
      end
    until not more
    same(texts.noise, found[1])
    same(texts.digits, found[2])
  end)

  it("is an error where it is damaged, cut, encrypted or packed otherwise", function()
    local packed = shell.read(dir .. "/some.zip")
    for _, at in ipairs { #packed - 10, #packed - 300, 100 } do
      shell.write(dir .. "/broken.zip", packed:sub(1, at))
      local opened, why = open "broken.zip"
      assert.is_nil(opened)
      assert.equal("the packed file is damaged", why)
    end
    shell.write(dir .. "/broken.zip", packed:sub(1, 60000) .. "\0\1\2\3\4\5\6\7" .. packed:sub(60009))
    local opened <close> = assert(open "broken.zip")
    assert.is_nil((contents(opened, 2)))
    run "zip -qP secret locked.zip digits"
    local locked <close> = assert(open "locked.zip")
    assert.same({ nil, "it is encrypted" }, { locked:reader() })
    local list = packed:find("PK\1\2", 1, true)
    shell.write(dir .. "/broken.zip", packed:sub(1, list + 9) .. "\12\0" .. packed:sub(list + 12))
    local other <close> = assert(open "broken.zip")
    assert.matches("not known here %(method 12%)", select(2, other:reader()))
  end)

  -- Every byte of the list and of the end: whatever they say, nothing is raised and nothing else than the files comes.
  it("does no harm, whatever its list says", function()
    run "rm -f small.zip && printf 'hello' >small && zip -qfz small.zip small"
    local packed = shell.read(dir .. "/small.zip")
    local list = packed:find("PK\1\2", 1, true)
    for at = list, #packed do
      for _, byte in ipairs { "\0", "\x7f", "\xff" } do
        shell.write(dir .. "/odd.zip", packed:sub(1, at - 1) .. byte .. packed:sub(at + 1))
        local opened <close> = open "odd.zip"
        if opened and opened.kind == "zip" and #opened.names > 0 then
          local text = contents(opened)
          assert.is_true(text == nil or text == "hello")
        end
      end
    end
  end)
end)

describe("unpacking", function()
  it("ends where it was told to, however small the file is", function()
    run "truncate -s 8M bomb && gzip -9f bomb && truncate -s 8M bomb && zip -q9 bomb.zip bomb"
    for _, name in ipairs { "bomb.gz", "bomb.zip" } do
      local opened <close> = assert(open(name, { max_bytes = 3000000 }))
      local found, why = contents(opened)
      assert.is_nil(found)
      assert.equal("it unpacks to more than 3000000 bytes", why)
    end
  end)

  it("without lua-zlib says what is missing", function()
    local true_require = require
    _G.require = function(name) -- luacheck: ignore 122
      if name == "zlib" then error "not found" end
      return true_require(name)
    end
    local opened, why, code = open "bomb.gz"
    _G.require = true_require -- luacheck: ignore 122
    assert.is_nil(opened)
    assert.matches("lua%-zlib", why)
    assert.equal("no_zlib", code)
  end)
end)
