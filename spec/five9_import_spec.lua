-- A CSV file into a data store: checked before anything is sent, and no row twice. SPDX-License-Identifier: MIT

local errors = require "studio.error"
local five9_data = require "spec.support.five9_data"
local record = require "studio.services.five9.record"
local studio = require "studio"
local task = require "studio.task"

local time = os.time

describe("data_stores:import_csv", function()
  local data

  setup(function() data = five9_data.start { max_attempts = 1 } end)
  teardown(function() data:stop() end)
  before_each(function() data:reset() end)

  -- With a record, and without waiting for what was carried out to be seen.
  local function import(path, options)
    local all = { state = data:path "state", settle = 0, batch = 4 }
    for name, value in pairs(options or {}) do
      if value == "none" then all[name] = nil else all[name] = value end
    end
    return data.f9.data_stores:import_csv(1, path, all)
  end

  local function drop(fields)
    local rule = { kind = "drop", path = "/data/data%-store%-collection$" }
    for name, value in pairs(fields) do rule[name] = value end
    data.server:set { faults = { rule } }
  end

  it("inserts every row with the types of its columns, in batches, in the order of the file", function()
    local told = {}
    local path = data:write("a.csv", "\xEF\xBB\xBFname,id,visits,balance,joined\r\n"
      .. '"Łukasz, ""the"" one",1,-5,1.25,2026-01-31\n"two\nlines",2,,.5,2026-02-28T10:00:00\r\n\r\n'
      .. "'=1+1,3,7,,\n''-x,4,8,1e2,\n'plain,5,9,12345678.1234,2024-02-29")
    local report = assert(import(path, { progress = function(text) told[#told + 1] = text end }))
    assert.same({ true, 5, 5, 0, 2 }, { report.complete, report.rows, report.inserted, report.refused, report.batches })
    assert.is_nil(report.refused_file)
    assert.same({ "import: 4 of 5 rows", "import: 5 of 5 rows" }, told)
    local got = {}
    for i, row in ipairs(data:rows()) do
      got[i] = { row.id, row.name, row.visits or "-", row.balance or "-", row.joined or "-" }
    end
    assert.same({ { "1", 'Łukasz, "the" one', -5, 1.25, "2026-01-31" },
      { "2", "two\nlines", "-", 0.5, "2026-02-28T10:00:00" }, { "3", "=1+1", 7, "-", "-" },
      { "4", "'-x", 8, 100.0, "-" }, { "5", "'plain", 9, 12345678.1234, "2024-02-29" } }, got)
  end)

  it("refuses a file whose columns are not those of the data store, before anything is sent", function()
    local function refused(text, words, options)
      local report, err = import(text and data:write("a.csv", text) or data:path "none.csv", options)
      assert.is_nil(report)
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    data.server:clear_log()
    refused(nil, "none.csv")
    refused("", "it is empty")
    refused("id,nmae\n", "the data store has no column 'nmae'; did you mean 'name'?")
    refused("id,id\n", "two columns of the file are called 'id'")
    refused("id,name,visits,balance\n1,2,3,4\n", "it has no column 'joined' (option partial = true")
    refused("id\n1\n", "no column 'name', the key", { partial = true, key = "name" })
    refused("id\n1\n", "no column 'Customer'", { partial = true, columns = { Customer = "id" } })
    refused("id,Customer\n1,2\n", "'id' and 'Customer' are both for the column 'id'",
      { columns = { Customer = "id" }, partial = true })
    refused("_id\n1\n", "none of the data store's columns", { partial = true })
    refused('id\n1\n"cut', "ends within a quoted field", { partial = true })
    assert.equal(0, data:writes())
    assert.has_error(function() import("x", { batch = 0 }) end)
    assert.has_error(function() import("x", { on_refused = "skip" }) end)
    assert.has_error(function() import("x", { columns = { a = true } }) end)
  end)

  it("takes columns under other names, leaves some out, and the service's own fields", function()
    local path = data:write("a.csv", "_id,Number,note,_timestamp\nxyz,7,private,2020\n")
    assert(import(path, { partial = true, columns = { Number = "id", note = false } }))
    local row = data:rows()[1]
    assert.equal("7", row.id)
    assert.not_equal("xyz", row._id)
  end)

  it("writes rows that cannot be sent to a file of their own, which can be put right", function()
    local path = data:write("a.csv", 'id,name,visits,balance,joined\n1,"a\nb",x,,\n2,b,2147483648,,\n3,c,,1.23456,\n'
      .. "4,d,,,2026-02-30\n5,e\n6,\xFF,,,\n7,'=g,0x1,,\n8,h,1,1,2026-01-01\n")
    local told = {}
    local report = assert(import(path, { on_refused = function(refusal) told[#told + 1] = refusal.line end }))
    assert.same({ true, 8, 7, 1 }, { report.complete, report.rows, report.refused, report.inserted })
    assert.same({ 2, 4, 5, 6, 7, 8, 9 }, told)
    assert.equal(path .. ".refused.csv", report.refused_file)
    assert.equal("line,why,id,name,visits,balance,joined\r\n"
      .. '2,visits is not an integer,1,"a\nb",x,,\r\n4,visits does not fit into 32 bits,2,b,2147483648,,\r\n'
      .. "5,balance has more than 4 decimals,3,c,,1.23456,\r\n6,joined is not a date (YYYY-MM-DD),4,d,,,2026-02-30\r\n"
      .. '7,"it has 2 fields, and there are 5 columns",5,e\r\n8,name is not UTF-8,6,\xFF,,,\r\n'
      .. "9,visits is not an integer,7,'=g,0x1,,\r\n", data:read "a.csv.refused.csv")
    local right = data:read("a.csv.refused.csv"):gsub("0x1", "1"):gsub(",5,e\r", ",5,e,,,\r")
    report = assert(import(data:write("b.csv", right), { state = data:path "other", refused = data:path "still",
      columns = { line = false, why = false } }))
    assert.same({ 2, 5 }, { report.inserted, report.refused })
    assert.equal("=g", data:rows()[3].name)
  end)

  it("sends nothing when a row is refused and it is to stop then, and in a dry run", function()
    local path = data:write("a.csv", "id,visits\n1,1\n2,x\n")
    data.server:clear_log()
    local report, err, so_far = import(path, { partial = true, on_refused = "stop" })
    assert.is_nil(report)
    assert.is_truthy(err.message:find("1 of 2 rows cannot be sent, so none was", 1, true), err.message)
    assert.equal(1, so_far.refused)
    report = assert(import(path, { partial = true, dry_run = true }))
    assert.same({ false, 0, 1, 1 }, { report.complete, report.inserted, report.refused, report.batches })
    assert.equal(0, data:writes())
  end)

  it("does not write over the file itself, and sends nothing that was not checked", function()
    local path = data:write("a.csv", "id,visits\n1,1\n2,x\n")
    local ok, message = pcall(import, path, { partial = true, refused = path })
    assert.is_false(ok)
    assert.matches("option 'refused' is the file itself", message, 1, true)
    for i, text in ipairs { "id,visits\n1,1\n2,x\n3,x\n", "id,visits\n1,1\n2,3\n3,x\n" } do
      data:reset()
      path = data:write(i .. ".csv", "id,visits\n1,1\n2,2\n3,x\n")
      local report, err = import(path, { partial = true, batch = 1,
        on_refused = function() data:write(i .. ".csv", text) end }) -- after its last row was read
      assert.is_nil(report)
      assert.matches("was changed while it was imported", err.message, 1, true)
      for _, row in ipairs(data:rows()) do assert.is_not_nil(row.visits) end
    end
  end)

  it("gives what was asked for time to be seen from when its answer was given up", function()
    local insert, sleep, at, waits = data.f9.rows.insert, task.sleep, os.time(), {}
    finally(function()
      task.sleep, data.f9.rows.insert = sleep, nil
      rawset(os, "time", time)
    end)
    task.sleep = function(seconds)
      if seconds > 0 then waits[#waits + 1] = seconds end
      return true
    end
    rawset(os, "time", function() return at end)
    data.f9.rows.insert = function()
      at = at + 60 -- a minute of silence
      return nil, errors.new { kind = "outcome_unknown", message = "lost", maybe_done = true }
    end
    local path = data:write("a.csv", "id,visits\n1,1\n")
    local options = { partial = true, settle = 30, key = "id" }
    assert.is_nil((import(path, options)))
    assert.same({ 30, 30 }, waits)
    data.f9.rows.insert = nil
    assert.equal(insert, data.f9.rows.insert)
    assert(import(path, options)) -- the next run
    assert.same({ 30, 30, 30 }, waits)
    assert.equal(1, #data:rows())
  end)

  it("ends with an error when its record cannot be kept", function()
    local open = record.open
    finally(function() record.open = open end)
    record.open = function(...)
      local log = assert(open(...))
      log.file = { append = function() return nil, "no space" end, close = function() end }
      return log
    end
    local path = data:write("a.csv", "id,visits\n1,1\n")
    local report, err, so_far = import(path, { partial = true, key = "id" })
    assert.is_nil(report)
    assert.same({ "file", false }, { err.kind, so_far.complete })
    assert.equal(0, #data:rows())
  end)

  it("wants a key to be there and its own, and types where the data store tells none", function()
    local path = data:write("a.csv", "id,visits\n1,1\n,2\n1,3\n2,4\n")
    local report = assert(import(path, { partial = true, key = "id" }))
    assert.same({ 2, 2 }, { report.inserted, report.refused })
    local list = data:read "a.csv.refused.csv"
    assert.is_truthy(list:find("3,\"id is empty, and it is the key\"", 1, true), list)
    assert.is_truthy(list:find("4,id is that of line 2", 1, true), list)
    path = data:write("b.csv", "visits,balance\n1,0.12345\n")
    report = assert(import(path, { partial = true, types = { balance = "Float" }, dry_run = true }))
    assert.equal(0, report.refused)
  end)

  for name, key in pairs { ["with a key"] = "id", ["without a key"] = "none" } do
    it(name .. " looks for rows whose answer was lost, and inserts what is not there", function()
      local path = data:rows_file(10)
      data:put { { id = "older", name = "Name 1" } }
      drop { count = 2 }
      local report = assert(import(path, { key = key }))
      assert.same({ true, 10, 8 }, { report.complete, report.inserted, report.found })
      data:reset()
      data:rows_file(10)
      drop { count = 2, effect = false }
      report = assert(import(path, { key = key }))
      assert.same({ true, 10, 0 }, { report.complete, report.inserted, report.found })
      assert.same(five9_data.once(10), data:ids())
    end)

    it(name .. " goes on where it ended, with the same file only", function()
      local path = data:rows_file(10)
      local where = "/data/data%-store%-collection$"
      data.server:set { faults = { { kind = "slow", seconds = 0, count = 1, path = where }, -- the first one goes well
        { kind = "drop", effect = false, path = where } } }
      local report, err, so_far = import(path, { key = key })
      assert.is_nil(report)
      assert.is_true(err.maybe_done)
      assert.same({ false, 4 }, { so_far.complete, so_far.inserted })
      data.server:set { faults = studio.json.array {} }
      data:put { { id = "between" } } -- somebody else's, between two runs
      drop { count = 1 }
      report = import(path, { key = key, on_unknown = function() return "again" end })
      assert.same({ true, 6, 4 }, { report.complete, report.inserted, report.before })
      local ids = data:ids()
      ids.between = nil
      assert.same(five9_data.once(10), ids)
      data.server:clear_log()
      report = assert(import(path, { key = key }))
      assert.same({ 0, 10, 0 }, { report.inserted, report.before, data:writes() })
      report, err = import(data:rows_file(11), { key = key })
      assert.is_nil(report)
      assert.is_truthy(err.message:find("on record for another file", 1, true), err.message)
    end)
  end

  it("stops where it cannot be told, and does what it is told then", function()
    local path = data:rows_file(4)
    drop { count = 1, effect = false }
    local doubt
    local function as_told(word)
      return function(what)
        doubt = what
        return word
      end
    end
    local report, err = import(path, { progress = function() end, on_unknown = as_told "stop", key = "none" })
    assert.is_truthy(report and not err) -- nobody else wrote: it is known
    assert.is_nil(doubt)
    data:reset()
    data:rows_file(4)
    -- somebody else inserts a row while the answer is lost
    drop { effect = false, count = 1 }
    local put = data.f9.rows.insert
    data.f9.rows.insert = function(...)
      local answer, why = put(...)
      if not answer then data:put { { id = "other" } } end
      return answer, why
    end
    report, err = import(path, { on_unknown = as_told "stop" })
    data.f9.rows.insert = nil
    assert.is_nil(report)
    assert.is_truthy(err.message:find("lines 2 to 5 were inserted: there are 1 rows, and 0 or 4", 1, true), err.message)
    assert.same({ 1, 2, 5, 4 }, { doubt.batch, doubt.first_line, doubt.last_line, #doubt.rows })
    report = assert(import(path, { on_unknown = as_told "again" }))
    assert.equal(4, report.inserted)
    assert.equal(5, #data:rows())
  end)

  it("says which lines the service refused", function()
    local path = data:write("a.csv", "id,visits\n1,1\n2,x\n3,3\n")
    local report, err, so_far = import(path, { partial = true, batch = 2, types = { visits = "String" } })
    assert.is_nil(report)
    assert.same({ "invalid", 0 }, { err.kind, so_far.inserted })
    assert.is_truthy(err.message:find("(it was about lines 2 to 3)", 1, true), err.message)
    assert.equal(0, #data:rows())
  end)

  it("does not send a batch that was refused as one that may be done", function()
    local path = data:rows_file(4)
    data.server:set { faults = { { kind = "status", status = 403, path = "/data/data%-store%-collection$" } } }
    local report, err = import(path)
    assert.is_nil(report)
    assert.equal("forbidden", err.kind)
    data.server:set { faults = studio.json.array {} }
    data:put { { id = "other" } } -- between two runs, which no lost answer is confused by
    drop { count = 1 }
    report = assert(import(path))
    assert.same({ 4, 4 }, { report.inserted, report.found })
    assert.equal(5, #data:rows())
  end)

  it("killed around a request and run again, inserts each row once", function()
    local path = data:rows_file(6)
    for _, die in ipairs { { "send", 4, "POST" }, { "answer", 4, "POST" }, { "append", 5 } } do
      for _, key in ipairs { "id", false } do
        data:reset()
        local what = { path = path, options = { state = data:path "state", settle = 0, batch = 2, key = key or nil } }
        what.die = die
        path = data:rows_file(6)
        local where = table.concat(die, " ") .. " " .. tostring(key)
        if die[3] and key then what.die = { die[1], 2, die[3] } end
        assert.equal("killed", data:child(what), where)
        what.die = nil
        local report = data:child(what)
        assert.is_true(type(report) == "table" and report.complete, where .. " " .. tostring(report))
        assert.same(five9_data.once(6), data:ids(), where)
      end
    end
  end)
end)
