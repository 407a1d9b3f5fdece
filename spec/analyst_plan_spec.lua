-- Plans of Analyst Studio: what they count, how they are shown and kept. SPDX-License-Identifier: MIT

local columns = require "studio.columns"
local csv = require "studio.csv"
local errors = require "studio.error"
local fixture = require "spec.support.analyst_plan"
local json = require "studio.json"
local limits = require "studio.limits"
local plan = require "studio.services.analyst.audit.plan"

local folder

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
end)
teardown(function() os.execute("rm -r " .. folder) end)

local function write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

describe("a plan", function()
  it("counts what is to be done, and the calls that it takes", function()
    local p = fixture.plan()
    assert.same({ collections = 3, reports = 57, datasets = 2, archived = 11, caught = 4, archive = 2,
      delete_schedule = 3 }, p.counts)
    -- To look again at three reports 3, at the schedules of two 2, three schedules and what
    -- goes with each 9, two reports to archive 2.
    assert.equal(16, p.calls)
    assert.equal(15 * 0.25, p.seconds)
    assert.is_true(plan.is(p))
    assert.is_false(plan.is {})
    assert.matches("4 of 57 reports caught: 2 to archive, 3 schedules to delete", tostring(p))
  end)

  it("knows the least time under any limit", function()
    local window = { capacity = 40, window = 10, guard = 0.02 }
    for calls, seconds in pairs { [0] = 0, [1] = 0, [40] = 0, [41] = 10.02, [80] = 10.02, [81] = 20.04 } do
      assert.near(seconds, limits.least_seconds(calls, window), 1e-9)
    end
    assert.near(250 * 0.25, limits.least_seconds(251, { capacity = 40, window = 10, spacing = 0.25 }), 0.26)
    assert.equal(0, limits.least_seconds(500, nil))
    assert.equal(0, limits.least_seconds(500, { capacity = 0 }))
  end)

  it("is in one order, whatever the order of finding", function()
    local a = fixture.plan()
    local turned = {}
    for i, entry in ipairs(fixture.plan().entries) do turned[5 - i] = entry end
    local b = fixture.plan(nil, { entries = turned })
    local tokens = {}
    for i, entry in ipairs(b.entries) do tokens[i] = entry.report.token end
    assert.same({ "a00000000002", "a00000000001", "a00000000003", "a00000000004" }, tokens)
    assert.equal(a:json(), b:json())
    assert.equal(a.id, b.id)
    table.remove(turned)
    assert.are_not.equal(a.id, fixture.plan(nil, { entries = turned }).id)
  end)

  it("says of no report that it never ran, unless the rules would", function()
    local function last_run(fields)
      local p = fixture.plan()
      local report = p.entries[1].report
      report.runs_count, report.nulls = fields.runs, { last_run_at = fields.null }
      return p:table():match "never  +never" and "never" or "unknown", p:html():find ">never<" and "never" or "unknown"
    end
    assert.same({ "never", "never" }, { last_run { runs = 0 } })
    assert.same({ "never", "never" }, { last_run { null = true } })
    assert.same({ "unknown", "unknown" }, { last_run {} })
    -- it ran twelve times, and only the moment of the last one is missing
    assert.same({ "unknown", "unknown" }, { last_run { runs = 12, null = true } })
  end)

  it("can be empty", function()
    local p = plan.new { workspace = "acme", base_url = "https://app.mode.com", made_at = "2025-11-22T09:00:00Z" }
    assert.equal(0, p.calls)
    assert.equal("[]", json.encode(json.decode(p:json()).entries))
    assert.matches("0 reports in 0 collections: 0 caught", p:table())
    assert.equal(0, #assert(plan.parse(p:json())).entries)
  end)

  it("is the same after it was saved and read again", function()
    for _, names in ipairs { false, fixture.nasty } do
      local p = fixture.plan(names or nil)
      local path = folder .. "/plan.json"
      assert(p:save(path))
      local again = assert(plan.load(path))
      assert.equal(p:json(), again:json())
      assert.equal(p.id, again.id)
      assert.equal("delete_schedule", again.entries[names and 2 or 2].actions[1].kind)
    end
  end)

  it("may be cut by hand", function()
    local data = json.decode(fixture.plan():json())
    table.remove(data.entries, 1)
    local p = assert(plan.parse(json.encode(data)))
    assert.equal(1, p.counts.archive)
    assert.are_not.equal(data.id, p.id)
    assert.equal(14, p.calls)
  end)
end)

describe("a file that is no plan", function()
  local function refused(text, message)
    local p, err = plan.load(write("bad.json", text))
    assert.is_nil(p)
    assert.is_true(errors.is(err) and err:is "file")
    assert.matches(message, err.message, 1, true)
    assert.matches("bad.json", err.message, 1, true)
  end

  it("is refused with a sentence", function()
    refused("", "JSON")
    refused("{", "line 1")
    refused("[]", "it is no plan")
    refused("null", "it is no plan")
    refused('{"format":"lua-studio analyst plan","version":2}', "another version")
    local _, err = plan.load(folder .. "/none.json")
    assert.equal("file", err.kind)
  end)

  it("is refused when a part of it is not what it must be", function()
    local function changed(message, change)
      local data = json.decode(fixture.plan():json())
      change(data)
      refused(json.encode(data), message)
    end
    changed("workspace", function(d) d.workspace = nil end)
    changed("an audit whose unused_for is no span", function(d) d.options.unused_for = "90d" end)
    changed("an audit whose older_than is no span", function(d) d.options = { never_run = true } end)
    changed("entry 1: a report whose view_count is no count", function(d) d.entries[1].report.view_count = "3" end)
    changed("entry 1: a report whose schedules is no list", function(d) d.entries[1].report.schedules = 3 end)
    changed("entry 1: a schedule without a token", function(d) d.entries[1].report.schedules = { 3 } end)
    changed("made_at is no moment", function(d) d.made_at = "today" end)
    changed("entry 1: a report without a token", function(d) d.entries[1].report.token = "" end)
    changed("entry 2: an action that is none", function(d) d.entries[2].actions[1].kind = "delete_report" end)
    changed("entry 2: a schedule without a token", function(d) d.entries[2].actions[1].schedule.token = 5 end)
    changed("entry 3: an entry without rules", function(d) d.entries[3].rules = nil end)
    changed("entry 4: a rule without a name", function(d) d.entries[4].rules[1].says = nil end)
    changed("whose last_run_at is no text", function(d) d.entries[2].report.last_run_at = 12 end)
    changed("a collection whose name is no text", function(d) d.entries[2].report.collection.name = 12 end)
    changed("a limit whose window is no number", function(d) d.limit = { window = "10" } end)
    changed("notes 1: a note that is no text", function(d) d.notes = { 5 } end)
    changed("unread 1: something left alone", function(d) d.unread = { "all of it" } end)
  end)

  it("is a plan that can be shown, or refused, whatever stands in a field of it", function()
    local text = fixture.plan():json()
    local function try(value, ...)
      local data = json.decode(text)
      local place, path = data, { ... }
      for i = 1, #path - 1 do place = place[path[i]] end
      place[path[#path]] = value
      local p, err = plan.parse(json.encode(data))
      if p then return p:table(), p:csv(), p:html() end
      assert.equal("file", err.kind)
    end
    local data = json.decode(text)
    for _, value in ipairs { { a = 1 }, true } do
      for name in pairs(data) do try(value, name) end
      for _, part in ipairs { "counts", "options" } do
        for name in pairs(data[part]) do try(value, part, name) end
      end
      for name in pairs(data.entries[2].report) do try(value, "entries", 2, "report", name) end
    end
  end)
end)

describe("plan:save", function()
  it("goes by the extension", function()
    local p = fixture.plan()
    for extension, text in pairs { csv = p:csv(), json = p:json(), txt = p:table(), JSON = p:json() } do
      local path = folder .. "/out." .. extension
      assert.is_true(p:save(path))
      assert.equal(text, read(path))
    end
    assert.error_matches(function() p:save "plan.pdf" end, "must end in")
    assert.error_matches(function() p.save "plan.json" end, "colon")
  end)

  it("leaves what stood there when it cannot write", function()
    local p = fixture.plan()
    local path = write("kept.json", "old")
    assert(os.execute("mkdir " .. path .. ".new"))
    local ok, err = p:save(path)
    assert.is_nil(ok)
    assert.equal("file", err.kind)
    assert.equal("old", read(path))
    ok, err = p:save(folder .. "/no/such/folder/plan.json")
    assert.is_nil(ok)
    assert.matches("no/such/folder", err.message, 1, true)
  end)
end)

describe("plan:table", function()
  it("shows each entry, what is done and why", function()
    local text = fixture.plan():table { width = 120 }
    for _, part in ipairs { "archive, delete 2 schedules", "Revenue by week", "Finance", "2024-10-06", "a00000000002",
      "never", "delete 1 schedule", "only listed", "57 reports in 3 collections, 11 archived already, 2 datasets",
      "archive 2 reports, delete 3 schedules; 16 calls, at least 4 s", "Bob's drafts: 403", "Cohorts: not known",
      "'Financ'" } do
      assert.is_truthy(text:find(part, 1, true), part)
    end
  end)

  it("fits the terminal, and shows no more rows than asked for", function()
    local p = fixture.plan(fixture.nasty)
    for _, width in ipairs { 80, 100, 200 } do
      for line in p:table({ width = width }):match "^(.-)\n\n":gmatch "[^\n]+" do
        assert.is_true(columns.width(line) <= width, line)
      end
    end
    assert.matches("\nand 9 more\n", p:table { most = 2 })
  end)

  it("lets no name steer the terminal", function()
    local p = fixture.plan(fixture.nasty)
    local text = p:table { width = 1000 }
    assert.is_nil(text:gsub("\n", ""):find "%c")
    assert.is_nil(text:find "\xC2[\x80-\x9F]")
    assert.is_nil(text:find "\u{202E}")
    assert.is_truthy(utf8.len(text))
    local lines = select(2, text:match "^(.-)\n\n":gsub("\n", ""))
    assert.equal(#fixture.nasty, lines) -- no name breaks a line
  end)
end)

describe("plan:csv", function()
  it("has a line for each entry, under a head", function()
    local text = fixture.plan():csv()
    local rows = {}
    local read_piece = function()
      local piece = text
      text = nil
      return piece
    end
    for row in csv.records(read_piece) do rows[#rows + 1] = row end
    assert.equal(4, #rows)
    assert.equal("a00000000001", rows[2].report)
    assert.equal("delete_schedule; delete_schedule; archive", rows[2]["do"])
    assert.equal("312", rows[2].view_count)
    assert.equal("yes", rows[3].archived)
  end)

  it("holds no formula", function()
    for line in (fixture.plan(fixture.nasty):csv()):gmatch "[^\r\n]+" do
      for cell in ("," .. line):gmatch ',"?([^,]?)' do
        assert.is_nil(cell:find "^[=+@]", line)
      end
    end
  end)
end)
