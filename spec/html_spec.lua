--- What users of `studio.html` rely on: no text becomes markup. SPDX-License-Identifier: MIT

local html = require "studio.html"
local e = html.element

describe("html", function()
  it("escapes what has a meaning, and nothing else", function()
    assert.equal("&lt;b&gt; &amp;amp; &quot;q&quot; &#39;a&#39;", html.escape [[<b> &amp; "q" 'a']])
    assert.equal("Zürich\n\tπ", html.escape "Zürich\n\tπ")
    assert.equal("12", html.escape(12))
  end)

  it("makes valid UTF-8 of anything", function()
    for _, text in ipairs { "a\xFFb", "\xC3", "\xED\xA0\x80", "\xF8\x88\x80\x80\x80", "\0\1\27[31m\127",
      ("\x80"):rep(50000) } do
      local out = html.escape(text)
      assert.is_number(utf8.len(out))
      assert.is_nil(out:find("[\0-\8\14-\31\127]"))
    end
    assert.equal("a\u{FFFD}b", html.escape "a\xFFb")
  end)

  it("builds trees in which texts are escaped and elements are not", function()
    local row = e("p", { class = "a\"b", hidden = true, id = false }, "1 < 2", nil, false, { e("br"), "x" }, 7)
    assert.equal('<p class="a&quot;b" hidden>1 &lt; 2<br>x7</p>', tostring(row))
    assert.equal("<div>&lt;script&gt;</div>", tostring(e("div", nil, "<script>")))
  end)

  it("writes attributes in one order", function()
    assert.equal('<img alt="x" height="2" src="a.png" width="1">',
      tostring(e("img", { width = 1, src = "a.png", height = 2, alt = "x" })))
  end)

  it("lets no link run anything", function()
    for _, bad in ipairs { "javascript:alert(1)", " JavaScript:alert(1)", "java\nscript:x", "\1javascript:x",
      "vbscript:x", "data:text/html,<script>", "file:///etc/passwd" } do
      assert.is_nil(html.safe_link(bad))
      assert.equal('<a href="#"></a>', tostring(e("a", { href = bad })))
    end
    for _, good in ipairs { "images/a.png", "https://example.org/?a=b:c", "#top", "./a:b",
      "data:image/png;base64,AA==" } do
      assert.equal(good, html.safe_link(good))
    end
  end)

  it("turns file names into links", function()
    assert.equal("images/a%20%22b%22%3F%23%25.png", html.file_link 'images/a "b"?#%.png')
    assert.equal("a%3Ab.png", html.file_link "a:b.png")
  end)

  it("refuses names that would break out, at the caller", function()
    for _, wrong in ipairs { function() e("p onclick=x") end, function() e("script", nil, "x") end,
      function() e("p", { ["x y"] = 1 }) end, function() e("p", { onclick = "x" }) end,
      function() html.escape(nil) end,
      function() html.document { title = "", style = "</style>", body = "" } end } do
      local ok, message = pcall(wrong)
      assert.is_false(ok)
      assert.matches("^%S*html_spec.lua:%d+: bad ", message)
    end
  end)

  it("makes a page that needs no network and runs no script", function()
    local page = html.document {
      title = "</title><script>", body = { e("h1", nil, "<i>"), "text" }, style = "h1 { color: red }\n",
    }
    assert.matches("^<!DOCTYPE html>\n<html lang=\"en\">", page)
    assert.is_truthy(page:find("<title>&lt;/title&gt;&lt;script&gt;</title>", 1, true))
    assert.is_truthy(page:find("default-src &#39;none&#39;", 1, true))
    assert.is_truthy(page:find("h1 { color: red }", 1, true))
    assert.is_nil(page:find("<script", 1, true))
  end)

  it("keeps names of other people upright, and apart from what stands around them", function()
    local name = "a\u{202E}gnp.exe \u{2066}\u{05D0}<b>"
    assert.equal("<bdi>a\u{FFFD}gnp.exe \u{FFFD}\u{05D0}&lt;b&gt;</bdi>", tostring(html.named(name)))
    assert.equal("a\u{FFFD}gnp.exe \u{FFFD}\u{05D0}<b>", html.upright(name))
    assert.equal("<bdi>7</bdi>", tostring(html.named(7)))
  end)

  it("runs the script of its author, named by its hash, and no other", function()
    local script = "document.title = 'a & b < c';\n"
    local page = html.document { title = "t", script = script, body = e("p", nil, "<script>alert(1)</script>") }
    assert.is_truthy(page:find("<script>" .. script .. "</script>", 1, true))
    local _, scripts = page:gsub("<script", "")
    assert.equal(1, scripts)
    -- the hash as openssl makes it
    local pipe = assert(io.popen("unset LD_PRELOAD; printf %s " .. "'" .. script:gsub("'", "'\\''") .. "'"
      .. " | openssl dgst -sha256 -binary | openssl base64"))
    local hash = pipe:read "l"
    pipe:close()
    assert.is_truthy(page:find("script-src &#39;sha256-" .. hash .. "&#39;;", 1, true))
    for _, wrong in ipairs { "</script>", "'<!-- <script>'", "a\r\n" } do
      assert.is_false((pcall(html.document, { title = "", script = wrong, body = "" })))
    end
  end)
end)
