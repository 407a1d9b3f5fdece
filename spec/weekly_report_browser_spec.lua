-- The weekly report in a real browser: it fits, whatever things are called, and its plots are drawn.
-- SPDX-License-Identifier: MIT
--
-- Run by `make check` (busted --run=browser), since it needs Chromium.

local browser = require "spec.support.browser"
local fixture = require "spec.support.weekly_report"
local shell = require "spec.support.shell"

-- What a person would see: does the page fit, are labels inside of their pictures, do they lie over each other?
local LOOK <const> = [[
  addEventListener("load", function () {
    var seen = { wide: document.documentElement.scrollWidth > innerWidth, out: 0, over: 0, drawn: 0, small: 0 };
    document.querySelectorAll("svg.plot").forEach(function (plot) {
      var frame = plot.getBoundingClientRect(), boxes = [];
      seen.drawn += plot.querySelectorAll("rect.column, .mark").length;
      plot.querySelectorAll("text").forEach(function (label) {
        var box = label.getBoundingClientRect();
        if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) seen.out++;
        if (box.height < 9) seen.small++;
        boxes.forEach(function (other) {
          if (box.left < other.right - 1 && other.left < box.right - 1 && box.top < other.bottom - 3
            && other.top < box.bottom - 3) seen.over++;
        });
        boxes.push(box);
      });
    });
    document.title = JSON.stringify(seen);
  });
]]

describe("the weekly report in a browser #browser", function()
  local folder

  setup(function()
    local _, path = shell.tool "mktemp -d"
    folder = path:gsub("%s+$", "")
  end)
  teardown(function() shell.run("rm -rf " .. folder) end)

  -- The page as it is, and what a script sees in it without its policy.
  local function look(page, size)
    shell.write(folder .. "/week.html", page)
    local as_it_is = browser.open(folder .. "/week.html", nil, size)
    local free, found = page:gsub('<meta content="default%-src[^>]*>', "")
    assert.equal(1, found)
    shell.write(folder .. "/look.html", (free:gsub("</body>", function()
      return "<script>" .. LOOK .. "</script></body>"
    end)))
    local seen = browser.open(folder .. "/look.html", nil, size)
    return seen.dom:match "<title>(.-)</title>", as_it_is
  end

  local function title(drawn) return ('{"wide":false,"out":0,"over":0,"drawn":%d,"small":0}'):format(drawn) end

  for _, size in ipairs { "1280,900", "400,900" } do
    it("fits a window of " .. size .. ", and labels stand apart and can be read", function()
      local said, seen = look(fixture.page(fixture.week()), size)
      assert.equal(title(6 + 2 * 6 + 2), said) -- columns of days, marks of two lines, columns of the scale
      assert.same({}, seen.console)
    end)

    it("fits it with long and nasty names, of which none does anything, " .. size, function()
      local name = "</svg><script>alert(1)</script><img src=x>" .. ("unbroken"):rep(40)
      local said, seen = look(fixture.page(fixture.week(name, { 1234567, 2, 3, 4, 5, 6, 7654321 })), size)
      assert.matches('"wide":false,"out":0,"over":0', said)
      assert.same({}, seen.console)
      for _, tag in ipairs { "<script", "<img" } do assert.is_nil(seen.dom:find(tag, 1, true)) end
    end)
  end

  it("would be seen here if it did not", function()
    local page = fixture.page(fixture.week()):gsub("svg text { font%-size: 12px", "svg text { font-size: 40px")
    assert.is_nil((look(page, "400,900")):find('"out":0,"over":0', 1, true))
    page = fixture.page(fixture.week()):gsub("<main>", '<main><div style="width: 60rem">x</div>')
    assert.matches('"wide":true', (look(page, "400,900")))
  end)
end)
