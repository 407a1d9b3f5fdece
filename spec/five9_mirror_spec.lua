-- A data store made equal to a CSV file: the plan says what will be, and it is done once. SPDX-License-Identifier: MIT

local five9_data = require "spec.support.five9_data"
local json = require "studio.json"
local shell = require "spec.support.shell"

describe("data_stores:mirror", function()
  local data

  setup(function() data = five9_data.start { max_attempts = 1 } end)
  teardown(function() data:stop() end)
  before_each(function()
    data:reset()
    data:put {
      { id = "c00001", name = "Name 1", visits = -49, balance = 0.25, joined = "2026-01-02" }, -- as the file has it
      { id = "c00002", name = "Old", visits = 7, balance = 1, joined = "2026-01-03" },
      { id = "mine", name = "Theirs" },
    }
  end)

  local function mirror(path, options)
    local all = { key = "id", state = data:path "state", settle = 0, batch = 4 }
    for name, value in pairs(options or {}) do
      if value == "none" then all[name] = nil else all[name] = value end
    end
    return data.f9.data_stores:mirror(1, path, all)
  end

  local function counts(plan) return { plan.insert, plan.update, plan.unchanged, plan.extra } end

  local function drop(fields)
    local rule = { kind = "drop", path = "/data/%a+%-%a+%-" } -- writes of both kinds
    for name, value in pairs(fields) do rule[name] = value end
    data.server:set { faults = { rule } }
  end

  -- The file's rows, each once, and what was there beside them.
  local function equal_to_file(n)
    local all = five9_data.once(n)
    all.mine = 1
    assert.same(all, data:ids())
    for _, row in ipairs(data:rows()) do
      if row.id ~= "mine" then assert.equal("Name " .. tonumber(row.id:sub(2)), row.name) end
    end
  end

  it("plans without writing, does what the plan says, and has nothing more to do then", function()
    data.server:clear_log()
    local path = data:rows_file(10)
    local plan = assert(mirror(path))
    assert.equal(0, data:writes())
    assert.same({ 8, 1, 1, 1 }, counts(plan))
    assert.equal("studio.five9.mirror_plan (8 to insert, 1 to update, 1 unchanged, 1 extra)", tostring(plan))
    assert.same({ "mine" }, { plan.extras[1].key })
    local told = {}
    local report = assert(plan:apply { progress = function(text) told[#told + 1] = text end })
    assert.same({ true, 8, 1, 0, 1, 1 }, { report.complete, report.inserted, report.updated, report.found,
      report.unchanged, report.extra })
    assert.equal(plan.calls, report.calls)
    assert.equal("mirror: 8 inserted, 1 updated", told[#told])
    equal_to_file(10)
    local again = assert(mirror(path))
    assert.same({ 0, 0, 10, 1, 0 }, { again.insert, again.update, again.unchanged, again.extra, again.calls })
    report = assert(again:apply())
    assert.same({ true, 0, 10 }, { report.complete, report.calls, report.unchanged })
  end)

  it("shows itself as a table in which nothing steers the terminal", function()
    local path = data:write("a.csv", "id,name\nc00001,Name 1\nc00002,evil\27[2J\nnew\27]0;x\7,x\n")
    local text = assert(mirror(path, { partial = true })):table { width = 90 }
    assert.is_nil(text:gsub("\n", ""):find "%c")
    assert.is_truthy(text:find("update  c00002", 1, true), text)
    assert.is_truthy(text:find("name: Old -> evil", 1, true), text)
    assert.is_truthy(text:find("3 rows: insert 1, update 1; 1 unchanged.", 1, true), text)
    assert.is_truthy(text:find("The data store has 1 row more, which stay", 1, true), text)
    assert.is_truthy(assert(mirror(path, { partial = true })):table({ most = 1 }):find("and 1 more", 1, true))
  end)

  it("empties what the file leaves empty, and leaves alone what it does not have", function()
    local path = data:write("a.csv", "id,name,visits\nc00002,,\n")
    assert(assert(mirror(path, { partial = true })):apply())
    local row = data:rows()[2]
    assert.same({ "c00002", "", 1.0, "2026-01-03" }, { row.id, row.name, row.balance, row.joined })
    assert.is_nil(row.visits)
    assert.same({ 0, 0, 1, 2 }, counts(assert(mirror(path, { partial = true }))))
  end)

  it("takes a date with a time of midnight, and a number in other digits, for the same", function()
    data:put { { id = "d", joined = "2026-05-04 00:00:00", balance = 1.5, visits = 3 } }
    local path = data:write("a.csv", "id,joined,balance,visits\nd,2026-05-04,1.50,+3\n")
    assert.same({ 0, 0, 1, 3 }, counts(assert(mirror(path, { partial = true }))))
    path = data:write("a.csv", "id,joined,balance,visits\nd,2026-05-05,1.50,+3\n")
    assert.same({ 0, 1, 0, 3 }, counts(assert(mirror(path, { partial = true }))))
  end)

  it("compares nothing that the service does not show, and says so", function()
    local get = data.f9.data_stores.get
    data.f9.data_stores.get = function(...)
      local store = assert(get(...))
      store.columns[2].secure = true
      return store
    end
    local path = data:write("a.csv", "id,name,visits\nc00001,Secret,-49\nc00002,Other,8\n")
    local plan = assert(mirror(path, { partial = true }))
    local none, err = mirror(path, { partial = true, key = "name" })
    data.f9.data_stores.get = nil
    assert.same({ 0, 1, 1, 1 }, counts(plan))
    local ok, message = pcall(plan.apply, {})
    assert.is_false(ok)
    assert.matches("plan:apply: call it with a colon", message, 1, true)
    assert.is_truthy(plan:table():find("Not compared, since the service does not show it: name.", 1, true))
    assert.is_nil(none)
    assert.is_truthy(err.message:find("the column 'name' is not shown", 1, true), err.message)
  end)

  it("refuses files and data stores of which it is not known what is meant", function()
    local function refused(text, words, options)
      local all = { partial = true }
      for name, value in pairs(options or {}) do all[name] = value end
      local plan, err = mirror(data:write("a.csv", text), all)
      assert.is_nil(plan)
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    refused("id,visits\na,x\nb,1\nb,2\n,3\n",
      "line 2: visits is not an integer; line 4: id is that of line 3; line 5: id is empty")
    refused("name\nx\n", "no column 'id', the key")
    data:put { { id = "c00001" } }
    refused("id\nc00001\n", "two rows of the data store have id = c00001")
    assert.has_error(function() data.f9.data_stores:mirror(1, "x", {}) end)
  end)

  it("leaves alone what somebody made, changed or deleted since the plan was made", function()
    local path = data:rows_file(4)
    local plan = assert(mirror(path))
    data:put { { id = "c00003", name = "Somebody's" } }
    local rows = data:rows()
    data.ask("POST", "/data/bulk-update-documents", { data_store_id = 1, data = { { _id = rows[2]._id,
      name = "Changed" } } })
    local report = assert(plan:apply())
    assert.same({ false, 1, 0 }, { report.complete, report.inserted, report.updated })
    table.sort(report.left, function(a, b) return a.key < b.key end)
    assert.same({ { key = "c00002", why = "somebody changed it since the plan was made" },
      { key = "c00003", why = "somebody made it since the plan was made" } }, report.left)
    plan = assert(mirror(path))
    data:write("rows.csv", data:read "rows.csv" .. "c9,x,1,1,2026-01-01\r\n")
    local none, err = plan:apply()
    assert.is_nil(none)
    assert.is_truthy(err.message:find("has changed since the plan was made", 1, true), err.message)
  end)

  it("looks for what got no answer before it asks again", function()
    local path = data:rows_file(10)
    drop { count = 2 }
    local report = assert(assert(mirror(path)):apply())
    assert.same({ true, 8, 1, 8 }, { report.complete, report.inserted, report.updated, report.found })
    equal_to_file(10)
    local none, err, so_far
    drop { effect = false }
    data:rows_file(12)
    none, err, so_far = assert(mirror(path)):apply()
    assert.is_nil(none)
    assert.is_true(err.maybe_done)
    assert.same({ false, 0 }, { so_far.complete, so_far.inserted })
    data.server:set { faults = json.array {} }
    assert.is_true(assert(assert(mirror(path)):apply()).complete)
    equal_to_file(12)
  end)

  it("killed at any point and run again, inserts and updates each row once", function()
    for _, die in ipairs { { "send", 3, "POST" }, { "answer", 4, "POST" }, { "append", 3 } } do
      data:reset()
      data:put { { id = "c00002", name = "Old" }, { id = "mine" } }
      local what = { mirror = true, path = data:rows_file(6), die = die,
        options = { state = data:path "state", settle = 0, batch = 2, key = "id" } }
      local where = table.concat(die, " ")
      assert.equal("killed", data:child(what), where)
      what.die = nil
      local report = data:child(what)
      assert.is_true(type(report) == "table" and report.complete, where .. " " .. json.encode(report))
      equal_to_file(6)
    end
  end)

  it("is there as a program, which writes when it is told to", function()
    local path = data:rows_file(4)
    local function run(more)
      return shell.run(("FIVE9_API_KEY=f9-key FIVE9_SCOPE_ID=1234 %s examples/mirror.lua --base-url %s --store 1 "
        .. "--key id %s %s"):format(os.getenv "STUDIO_LUA" or "lua5.4", data.server.five9_url, path, more or ""))
    end
    local ok, out = run()
    assert.is_true(ok, out)
    assert.is_truthy(out:find("4 rows: insert 2, update 1; 1 unchanged.", 1, true), out)
    assert.is_truthy(out:find("Nothing was written: --apply does it.", 1, true), out)
    assert.equal(3, #data:rows())
    ok, out = run "--apply"
    assert.is_true(ok, out)
    assert.is_truthy(out:find("Inserted 2, updated 1.", 1, true), out)
    equal_to_file(4)
    ok, out = run "--apply --what"
    assert.is_false(ok)
    assert.is_truthy(out:find("unknown option --what", 1, true), out)
  end)
end)
