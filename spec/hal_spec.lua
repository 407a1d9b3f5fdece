-- Links of HAL documents: which are followed, and where they lead. SPDX-License-Identifier: MIT

local hal = require "studio.hal"

local ORIGIN = "https://app.mode.com"

local function target(href, values, origin)
  return hal.target({ _links = { x = { href = href } } }, "x", origin or ORIGIN, values)
end

describe("a link", function()
  it("of our own origin is absolute, however it was written", function()
    for href, expected in pairs {
      ["/api/x"] = "/api/x",
      ["https://app.mode.com/api/x?a=1#f"] = "/api/x?a=1#f",
      ["HTTPS://App.Mode.com:443/api/x"] = "/api/x",
      ["//app.mode.com/api/x"] = "/api/x",
      ["https://app.mode.com"] = "",
      ["/api/x{?page,per_page}"] = "/api/x",
    } do
      assert.equal(ORIGIN .. expected, target(href), href)
    end
    assert.equal("http://127.0.0.1:8080/x", target("http://127.0.0.1:8080/x", nil, "http://127.0.0.1:8080"))
    assert.equal("https://app.mode.com:443/x", target("https://app.mode.com/x", nil, "https://app.mode.com:443"))
  end)

  it("that leads anywhere else is refused", function()
    for _, href in ipairs {
      "https://evil.invalid/api", "//evil.invalid/api", "http://app.mode.com/api", "https://app.mode.com:8443/api",
      "https://app.mode.com.evil.invalid/", "https://app.mode.com@evil.invalid/", "https://user:pw@app.mode.com/",
      "https://app.mode.com\\@evil.invalid/", "/api/x y", "/api/\r\nX: y", "/\\evil.invalid/", "api/x", "?page=2",
      "javascript:alert(1)", "file:///etc/passwd", "https:/api", "https:///api", "\\\\evil.invalid\\x",
    } do
      local url, why = target(href)
      assert.is_nil(url, href)
      assert.matches("is not followed", why, 1, true)
    end
  end)

  it("may be a list, or a plain text, and is none when it has no address", function()
    assert.equal(ORIGIN .. "/a", (hal.target({ _links = { x = { { href = "/a" }, { href = "/b" } } } }, "x", ORIGIN)))
    assert.equal(ORIGIN .. "/a", (hal.target({ _links = { x = "/a" } }, "x", ORIGIN)))
    for _, links in ipairs { {}, { x = {} }, { x = { href = "" } }, { x = { href = 7 } }, { x = true }, "odd" } do
      local url, why = hal.target({ _links = links }, "x", ORIGIN)
      assert.is_nil(url)
      assert.matches("has no link 'x'", why, 1, true)
    end
    assert.is_nil((hal.target({}, "x", ORIGIN)))
  end)

  it("that is a template takes values, escaped so that none leaves its place", function()
    assert.equal(ORIGIN .. "/api/a%2F..%3Fb/7", (target("/api/{x}/{n}", { x = "a/..?b", n = 7 })))
    local url, why = target("/api/{x}/{n}", { x = "a" })
    assert.is_nil(url)
    assert.matches("needs a value for 'n'", why, 1, true)
    assert.is_nil((target("{base}/x", { base = "https://evil.invalid" })))
  end)

  it("to the next page is told, but for a template", function()
    assert.equal("/p2", hal.next_page { _links = { next_page = { href = "/p2" } } })
    assert.equal("/p2", hal.next_page { _links = { next = { href = "/p2" } } })
    assert.is_nil(hal.next_page { _links = { next = { href = "/p{?page}" } } })
    assert.is_nil(hal.next_page {})
  end)
end)
