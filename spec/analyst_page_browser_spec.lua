-- The page of a plan in a real browser: it works, and no name does anything in it. SPDX-License-Identifier: MIT
--
-- Run by `make check` (busted --run=browser), since it needs Chromium.

local browser = require "spec.support.browser"
local fixture = require "spec.support.analyst_plan"
local shell = require "spec.support.shell"

local ENTITIES <const> = { ["&lt;"] = "<", ["&gt;"] = ">", ["&quot;"] = '"', ["&nbsp;"] = "\u{A0}", ["&amp;"] = "&" }

describe("the page of a plan in a browser #browser", function()
  local folder

  setup(function()
    local _, path = shell.tool "mktemp -d"
    folder = path:gsub("%s+$", "")
  end)
  teardown(function() shell.run("rm -rf " .. folder) end)

  local function open(text, fragment)
    shell.write(folder .. "/plan.html", text)
    return browser.open(folder .. "/plan.html", fragment)
  end

  -- The names of the reports in the order of the rows, hidden ones left out.
  local function names_in(dom)
    local list = {}
    for attributes, row in dom:gmatch "<tr([^>]*)>(<td.-)</tr>" do
      if not attributes:find "hidden" then list[#list + 1] = row:match "<bdi>(.-)</bdi>" end
    end
    return list
  end

  -- The same page without its policy and with one more script, which does what a person would do.
  local function by_hand(text, actions)
    local free, found = text:gsub('<meta content="default%-src[^>]*>', "")
    assert.equal(1, found)
    return (free:gsub("</body>", function() return "<script>" .. actions .. "</script></body>" end))
  end

  it("says nothing on the console, and lets no name become anything but text", function()
    local plan = fixture.plan(fixture.nasty)
    local seen = open(plan:html())
    assert.same({}, seen.console)
    local _, scripts = seen.dom:gsub("<script", "")
    assert.equal(1, scripts)
    for _, tag in ipairs { "<img", "<svg", "<b>" } do assert.is_nil(seen.dom:find(tag, 1, true)) end
    local names = names_in(seen.dom)
    for i, entry in ipairs(plan.entries) do
      local name = entry.report.name:gsub("\r\n?", "\n") -- as browsers read line breaks
      name = name:gsub("[\7\27]", "\u{FFFD}"):gsub("\u{202E}", "\u{FFFD}"):gsub("\u{202C}", "\u{FFFD}")
      assert.equal(name ~= "" and name or entry.report.token, (names[i]:gsub("&%a+;", ENTITIES)))
    end
    assert.equal(#plan.entries, #names)
  end)

  it("sorts by the address, with what is unknown at the end, and filters", function()
    local plan = fixture.plan { "b", "c", "a", "d" }
    for _, entry in ipairs(plan.entries) do
      entry.report.view_count = ({ b = 7, a = 21, d = 28 })[entry.report.name] -- and c: nobody knows
    end
    local text = plan:html()
    assert.same({ "b", "a", "d", "c" }, names_in(open(text, "#sort=views").dom))
    assert.same({ "d", "a", "b", "c" }, names_in(open(text, "#sort=-views").dom))
    local seen = open(text, "#sort=-report&filter=unused+a")
    assert.same({ "d", "c", "b", "a" }, names_in(seen.dom))
    seen = open(text, "#filter=b00000000003")
    assert.same({ "a" }, names_in(seen.dom))
    assert.is_truthy(seen.dom:find("1 of 4 shown", 1, true))
    assert.same({}, seen.console)
  end)

  it("sorts at a click, the other way at the next, and says so to screen readers", function()
    local text = fixture.plan({ "b", "c", "a" }):html()
    local click = "document.querySelector('th button').click();"
    local once, twice = open(by_hand(text, click)), open(by_hand(text, click .. click))
    assert.same({ "a", "b", "c" }, names_in(once.dom))
    assert.is_truthy(once.dom:find 'aria%-sort="ascending"[^>]*><button type="button">Report<')
    assert.same({ "c", "b", "a" }, names_in(twice.dom))
    assert.is_truthy(twice.dom:find 'aria%-sort="descending"')
    assert.same({}, twice.console)
  end)

  it("would show here what a name could run", function()
    local seen = open((fixture.plan({ "HERE" }):html():gsub("HERE", "<script>alert(1)</script>")))
    assert.is_true(#seen.console > 0) -- the policy says no, and we see it
  end)

  it("sorts and filters 2,000 reports while nobody has to wait", function()
    local names = {}
    for i = 1, 2000 do names[i] = "Report " .. i * 7919 % 2000 end
    local seen = open(by_hand(fixture.plan(names):html(), [[
      var start = performance.now(), heads = document.querySelectorAll("th button");
      for (var i = 0; i < heads.length; i++) heads[i].click();
      document.body.offsetHeight;
      var box = document.getElementById("filter"), middle = performance.now();
      box.value = "report 1999"; box.dispatchEvent(new Event("input"));
      document.body.offsetHeight;
      document.title = "took " + Math.round(middle - start) + " " + Math.round(performance.now() - middle);
    ]]))
    local sorts, filter = seen.dom:match "<title>took (%d+) (%d+)<"
    print(("2,000 reports: 7 sorts and layout %s ms, filter and layout %s ms"):format(sorts, filter))
    assert.is_true(tonumber(sorts) < 7 * 2000 and tonumber(filter) < 2000)
    local left = #names_in(seen.dom)
    assert.is_true(left >= 1 and left < 10)
  end)
end)
