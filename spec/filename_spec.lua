-- Names from a server are safe, whatever they are. SPDX-License-Identifier: MIT

local filename = require "studio.filename"
local studio = require "studio"

describe("a name from elsewhere", function()
  it("becomes a plain base name", function()
    local long = ("ä"):rep(200)
    for given, expected in pairs {
      ["frame-01.png"] = "frame-01.png", ["Grüße aus Köln.mp4"] = "Grüße aus Köln.mp4", ["日本.glb"] = "日本.glb",
      ["../../etc/passwd"] = "passwd", ["/etc/passwd"] = "passwd", ["..\\..\\boot.ini"] = "boot.ini",
      ["C:\\x\\a.txt"] = "a.txt", ["a/.."] = "download", [".."] = "download", ["."] = "download", [""] = "download",
      ["a/"] = "download", [".bashrc"] = "bashrc", ["...x"] = "x", ["-rf"] = "rf", ["- .-x"] = "x", ["~root"] = "root",
      ["a\0.png"] = "a.png", ["a\r\nb\27[31m.png"] = "ab[31m.png", ["a. . ."] = "a", ["  a  "] = "a",
      ["CON"] = "_CON", ["con.png"] = "_con.png", ["Nul .txt"] = "_Nul .txt", ["COM1.tar.gz"] = "_COM1.tar.gz",
      ["LPT0"] = "_LPT0", ["console.log"] = "console.log", ['a<b>:"c|?*.png'] = "a_b___c___.png",
      ["a\u{202E}gnp.exe"] = "agnp.exe", ["a\u{200B}b"] = "ab", ["\u{FEFF}a"] = "a", ["a\u{85}b"] = "ab",
      ["caf\xe9.png"] = "café.png", ["\xff\xfe"] = "ÿþ", ["a.part"] = "a_part", ["A.Part.INFO"] = "A_Part.INFO",
      [long .. ".png"] = ("ä"):rep(98) .. ".png", [long] = ("ä"):rep(100),
      ["x." .. long] = "x." .. ("ä"):rep(99),
    } do
      assert.equal(expected, filename.safe(given))
    end
    assert.equal("frame", studio.safe_name("//", "frame"))
    for _, none in ipairs { 5, {}, false } do assert.equal("download", studio.safe_name(none)) end
  end)

  -- Seeded, so that a failure can be repeated.
  it("is safe, whatever bytes it is made of", function()
    local parts = {
      "a", ".", "/", "\\", "-", " ", "\0", "\n", "\xc3", "ä", "\u{202E}", "con", ":", "~", "%", "\xff", "part",
    }
    local state = 42
    local function random(n)
      state = (state * 1103515245 + 12345) & 0x7FFFFFFF
      return (state >> 8) % n + 1
    end
    for _ = 1, 3000 do
      local out = {}
      for i = 1, random(12) do out[i] = parts[random(#parts)] end
      local name = filename.safe(table.concat(out):rep(random(30)))
      assert.is_truthy(utf8.len(name))
      assert.is_true(#name >= 1 and #name <= 200)
      assert.is_nil(name:find "[/\\%c]")
      assert.is_nil(name:find "^[%.%-%s~]")
      assert.is_nil(name:find "[%.%s]$")
      assert.not_equal("con", name:lower():match "^[^.]*")
      assert.equal(name, filename.safe(name)) -- nothing is left to do
    end
  end)
end)

describe("the name of an answer", function()
  it("is the one that the server gives", function()
    for disposition, expected in pairs {
      ['attachment; filename="a b.png"'] = "a b.png", ["attachment; filename=a.png"] = "a.png",
      ["inline;filename = a.png ; size=5"] = "a.png", ['attachment; FileName="x\\"y;z.png"'] = 'x"y;z.png',
      ["attachment; filename=\"plain.png\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.png"] = "Grüße.png",
      ["attachment; filename*=utf-8'de'a%2Fb.png; filename=c.png"] = "a/b.png",
      ["attachment; filename*=ISO-8859-1''caf%E9.png"] = "café.png",
      ["attachment; filename*=UTF-8''%FF; filename=c.png"] = "c.png",
      ["attachment; filename*=KOI8-R''x; filename=c.png"] = "c.png",
      ['attachment; filename=""'] = "", ['attachment; filename="a.png'] = "a.png",
      ['attachment; filename="a.png"; filename="b.png"'] = "a.png",
      ['attachment; x=";filename=no"; filename=yes'] = "yes",
    } do
      assert.equal(expected, filename.of_disposition(disposition))
    end
    for _, nothing in ipairs { "attachment", "attachment; name=x", "", ";;;", "attachment; =" } do
      assert.is_nil(filename.of_disposition(nothing))
    end
    assert.is_nil(filename.of_disposition(nil))
  end)

  it("is the URL's when there is none, and gets the extension of its type", function()
    local choose = filename.choose
    assert.equal("a b.png", choose("https://x/y/a%20b.png?sig=secret#z"))
    assert.equal("passwd", choose "https://x/%2e%2e%2fetc%2Fpasswd")
    assert.equal("download", choose "https://x")
    assert.equal("download.png", choose("https://x/?name=a.gif", nil, "image/png; x=1"))
    assert.equal("output.mp4", choose("https://x/output", nil, "VIDEO/MP4"))
    assert.equal("output.bin", choose("https://x/output.bin", nil, "video/mp4"))
    assert.equal("b.mp4", choose("https://x/a.png", "attachment; filename=b", "video/mp4"))
    assert.equal("a.png", choose("https://x/a.png", "attachment; filename=../.."))
    assert.equal("a-2.png", filename.numbered("a.png", 2))
    assert.equal("a-3", filename.numbered("a", 3))
  end)
end)
