-- 100,000 rows into a data store and out again: equal files, flat memory, and no row twice whenever it is killed.
-- SPDX-License-Identifier: MIT

local csv = require "studio.csv"
local five9_data = require "spec.support.five9_data"
local shell = require "spec.support.shell"
local socket = require "socket"

local COLUMNS <const> = { { name = "id", type = "String" }, { name = "name", type = "Text" },
  { name = "note", type = "Long Text" }, { name = "visits", type = "Integer" }, { name = "points", type = "Number" },
  { name = "balance", type = "Double" }, { name = "price", type = "Decimal" }, { name = "joined", type = "Date" } }

local NOTES <const> = { "plain", "=SUM(A1)", "'=quoted", 'say "hi", and more', "two\r\nlines", "Łukasz Żółw",
  "+43 1 234", " edges ", "semi;colon" }

-- More than this between a small and a large file would not be flat: 100,000 rows are some 10 MB.
local FLAT_KB <const> = 12000

describe("100,000 rows #soak", function()
  local data

  setup(function() data = five9_data.start() end)
  teardown(function() data:stop() end)

  local function write(n)
    local path = data:path "rows.csv"
    local file = assert(io.open(path, "wb"))
    local names = {}
    for i, column in ipairs(COLUMNS) do names[i] = column.name end
    file:write(csv.line(names))
    for i = 1, n do
      local note = NOTES[i % #NOTES + 1]
      if note:sub(1, 1) == "'" then note = "'" .. note end -- as an export guards it
      local date = ("20%02d-%02d-%02d"):format(i % 27, i % 12 + 1, i % 28 + 1)
      file:write(csv.line({ ("c%06d"):format(i), "Name " .. i % 1000, i % 7 ~= 0 and note or nil, i - 50000,
        i % 3 == 0 and i or nil, i / 16 - 17, i % 1000 / 8, date }, 8))
    end
    assert(file:close())
    return path
  end

  local function equal_files()
    local ok, out = shell.tool(("cmp %s %s"):format(data:path "rows.csv", data:path "out.csv"))
    assert.is_true(ok, out)
  end

  local function child(what)
    local began = socket.gettime()
    local report = data:child(what)
    assert.is_table(report)
    assert.is_nil(report.error)
    return report, socket.gettime() - began
  end

  it("come out as they went in, in memory that does not grow with them", function()
    local import_kb, export_kb = {}, {}
    for _, n in ipairs { 1000, 10000, 100000 } do
      data:reset { columns = COLUMNS }
      local imported, import_s = child { path = write(n), options = { state = data:path "state" } }
      assert.same({ true, n }, { imported.complete, imported.inserted })
      local exported, export_s = child { export = true, path = data:path "out.csv" }
      assert.equal(n, exported.rows)
      equal_files()
      import_kb[n], export_kb[n] = imported.kilobytes, exported.kilobytes
      print(("  %6d rows: import %.1f s, %.1f MB; export %.1f s, %.1f MB"):format(n, import_s,
        imported.kilobytes / 1000, export_s, exported.kilobytes / 1000))
    end
    assert.is_true(import_kb[100000] - import_kb[10000] < FLAT_KB)
    assert.is_true(export_kb[100000] - export_kb[10000] < FLAT_KB)
  end)

  -- Imports until it is done, killed so many times on the way, at points of chance among all.
  local function killed(n, kills, key)
    local seed = os.time()
    math.randomseed(seed)
    data:reset { columns = COLUMNS }
    local what = { path = write(n), options = { state = data:path "state", settle = 0, batch = 500, key = key } }
    local each, done = n // 500 // kills - 1, 0
    local began = socket.gettime()
    while done < kills do
      -- hardly a run gets further than its share, so all of them are killed; some requests only look what is there
      local at = math.random(2, 1 + each)
      what.die = ({ { "append", 2 * at }, { "send", at, "POST" }, { "answer", at, "POST" } })[math.random(3)]
      local report = data:child(what)
      if report ~= "killed" then
        assert.is_table(report, "seed " .. seed .. ": " .. tostring(report))
        assert.is_nil(report.error, "seed " .. seed)
        break -- it came to its end before
      end
      done = done + 1
    end
    what.die = nil
    local report = child(what)
    assert.is_true(report.complete)
    local count = data:state().rows["1"] or data:state().rows[1]
    assert.equal(n, count, "seed " .. seed)
    child { export = true, path = data:path "out.csv" }
    equal_files()
    print(("  %d rows, killed %d times: each is there once, in the order of the file (%.0f s)"):format(n, done,
      socket.gettime() - began))
    assert.equal(kills, done)
  end

  it("are there once each, killed at 20 points of chance", function() killed(100000, 20) end)

  it("(20,000) are there once each with a key, too", function() killed(20000, 10, "id") end)
end)
