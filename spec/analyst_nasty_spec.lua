-- Names that somebody gave a report do no harm in anything that is made of a plan. SPDX-License-Identifier: MIT
--
-- A report's name, its collection's, its creator's and those of its schedules are data of other people. All of them
-- come out of JSON, so they are UTF-8.

local csv = require "studio.csv"
local filename = require "studio.filename"
local fixture = require "spec.support.analyst_plan"
local loader = require "studio.services.analyst.audit.plan"

-- Beside those of the fixture: every way out of markup, every formula, paths, encodings, marks of direction.
local NAMES <const> = {
  "</script></style></title><svg onload=alert(3)>", "' onmouseover='alert(4)", "<!-- ", "]]>", "&lt;b&gt; &amp;",
  "@SUM(1+1)", "-2+3", "\t=1+1", "\r=1+1", " =1+1", "\n=1+1", "\u{FF1D}1+1", "a,b;c\"d'e", "\"", "=\"\"",
  "C:\\CON.txt", "..", "/", "a/b?c#d%00e", "a\0b", "~root", "-rf", "aux.csv",
  "\27]0;title\7", "\27[2J\27[H", "\u{9B}31m", "\8\8\8", "\u{2066}x\u{2069}", "\u{2028}line", "\u{FEFF}bom",
  "\u{0301}combining", ("W"):rep(3000), " ",
}
for _, name in ipairs(fixture.nasty) do NAMES[#NAMES + 1] = name end

-- Such names wherever people give names.
local function plan_of(names)
  local plan = fixture.plan(names)
  for i, entry in ipairs(plan.entries) do
    local name = names[i]
    entry.report.creator = name
    entry.report.schedules = { { token = "5c", name = name, frequency = name } }
    entry.rules = { { name = "unused", says = "no run: " .. name } }
  end
  plan.unread[1].why, plan.skipped[1].why, plan.notes[1] = names[1], names[2], names[3]
  return plan
end

local plain = {}
for i in ipairs(NAMES) do plain[i] = ("name %03d"):format(i) end

local function is_clean(text)
  assert.is_number(utf8.len(text))
  assert.is_nil(text:find "[\0-\8\11\12\14-\31\127]")
end

describe("nasty names", function()
  it("make no markup in the page", function()
    local function tags(text)
      local counts = {}
      for tag in text:gmatch "<[/!]?[%a-]*" do counts[tag] = (counts[tag] or 0) + 1 end
      return counts
    end
    local names = {} -- a blank one is shown as a token, by other markup
    for i, name in ipairs(NAMES) do names[i] = name:find "%S" and name or "blank" end
    local nasty = plan_of(names):html()
    assert.same(tags(plan_of(plain):html()), tags(nasty))
    is_clean(nasty)
    local shown = nasty:gsub("<[^>]*>", " ")
    for _, mark in ipairs { "\u{202E}", "\u{2066}" } do assert.is_nil(shown:find(mark, 1, true)) end
  end)

  it("are no formulas and make no lines in the CSV, and stay what they are otherwise", function()
    local rows, text = {}, plan_of(NAMES):csv()
    local function read()
      local piece = text
      text = nil
      return piece
    end
    for row in csv.reader(read) do rows[#rows + 1] = row end
    assert.equal(#NAMES + 1, #rows)
    for _, row in ipairs(rows) do
      assert.equal(#rows[1], #row)
      for _, cell in ipairs(row) do assert.is_nil(cell:find "^[=+%-@\t\r]") end
    end
    for row in plan_of(plain):csv():gmatch "[^\r\n]+" do assert.is_nil(row:find "'") end
  end)

  it("neither steer the terminal nor break its lines", function()
    for _, width in ipairs { 40, 80, 200 } do
      local nasty, calm = plan_of(NAMES):table { width = width }, plan_of(plain):table { width = width }
      is_clean(nasty)
      assert.is_nil(nasty:find("\u{9B}", 1, true))
      for _, mark in ipairs { "\u{202E}", "\u{2066}", "\u{2028}" } do assert.is_nil(nasty:find(mark, 1, true)) end
      local _, lines = nasty:gsub("\n", "")
      local _, expected = calm:gsub("\n", "")
      assert.equal(expected, lines)
    end
  end)

  it("come back from JSON as they were", function()
    local plan = plan_of(NAMES)
    local again = assert(loader.parse(plan:json()))
    local there = {}
    for _, entry in ipairs(again.entries) do there[entry.report.token] = entry.report.name end
    for _, entry in ipairs(plan.entries) do assert.equal(entry.report.name, there[entry.report.token]) end
  end)

  it("are safe as names of files", function()
    for _, name in ipairs(NAMES) do
      local safe = filename.safe(name)
      assert.is_nil(safe:find "[/\\%c]")
      assert.is_nil(safe:find "^[%.%-~]")
      assert.is_true(#safe > 0 and #safe <= 255)
    end
  end)
end)
