-- The rows of a data store as a CSV file, whole or not at all. SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local five9_data = require "spec.support.five9_data"
local part = require "studio.services.five9.data.part"
local shell = require "spec.support.shell"
local studio = require "studio"
local walk = require "studio.services.five9.data.walk"

describe("data_stores:export_csv", function()
  local data

  setup(function() data = five9_data.start { max_attempts = 1 } end)
  teardown(function() data:stop() end)
  before_each(function() data:reset() end)

  local HARD <const> = { "=1+1", "'=1+1", "''@x", "+43 1", "-5", "'", "a,b", 'say "hi"', "two\nlines", "cr\r\nlf",
    " blanks ", "Łukasz", "semi;colon", "\ttab", "null" }

  local function export(options, name)
    return data.f9.data_stores:export_csv(1, data:path(name or "out.csv"), options)
  end

  local function put_hard()
    local rows = {}
    for i, text in ipairs(HARD) do
      rows[i] = { id = ("h%02d"):format(i), name = text, visits = i - 5, balance = i / 8 }
    end
    data:put(rows)
  end

  local function names()
    local list = {}
    for i, row in ipairs(data:rows()) do list[i] = row.name end
    return list
  end

  it("writes what an import reads as equal rows, guarded against formulas or not", function()
    for _, raw in ipairs { false, true } do
      data:reset()
      put_hard()
      local report = assert(export { raw = raw })
      assert.same({ 15, { "id", "name", "visits", "balance", "joined" } }, { report.rows, report.columns })
      local text = data:read "out.csv"
      assert.equal(raw and "=1+1" or "'=1+1", text:match('\nh01,"?([^,"]*)'))
      data.server:set { five9 = { rows = 0, columns = five9_data.COLUMNS } }
      assert(data.f9.data_stores:import_csv(1, data:path "out.csv", { raw = raw }))
      assert.same(HARD, names())
      assert(export({ raw = raw }, "again.csv"))
      assert.equal(text, data:read "again.csv")
    end
  end)

  it("is read by somebody else's reader as it is", function()
    put_hard()
    assert(export { raw = true })
    local ok, out = shell.tool("python3 -c 'import csv,json,sys; print(json.dumps([r[\"name\"] for r in "
      .. "csv.DictReader(open(sys.argv[1], newline=\"\", encoding=\"utf-8\"))]))' " .. data:path "out.csv")
    assert.is_true(ok, out)
    assert.same(HARD, studio.json.decode(out))
  end)

  it("reads pages where the service counts them, and one answer where it does not", function()
    data:reset { rows = 25 }
    assert.equal(25, assert(export { per_page = 10 }).rows)
    local paged = data:read "out.csv"
    for _, per_page in ipairs { 10, 25, 100 } do
      data:reset { rows = 25, paging = false }
      assert.equal(25, assert(export { per_page = per_page }).rows)
      assert.equal(paged, data:read "out.csv")
    end
    data:reset { rows = 20 }
    assert.equal(20, assert(export { per_page = 10 }).rows)
  end)

  -- What comes of answers that the sandbox does not give: pages as bodies, the last one for ever.
  local function export_of(per_page, bodies)
    local call = data.f9.call
    data.f9.call = function(client, route, params, body, options)
      if route ~= "rows.query" then return call(client, route, params, body, options) end
      shell.write(options.save_to, bodies[math.min(body.page, #bodies)])
      return options.save_to, {}
    end
    local report, err = export { per_page = per_page, columns = { "id" } }
    data.f9.call = nil
    return report and data:read("out.csv"):gsub("\r\n", " "), err
  end

  it("knows the end of pages however it looks, and what is no answer", function()
    local first = '{"ws_response_data": [{"_id": 1, "id": "a"}, {"_id": 2, "id": "b"}]}'
    local second = '{"ws_response_data": [{"_id": 3, "id": "c"}], "errors": [{"id": "none"}]}'
    for _, last in ipairs { '{"ws_response_data": []}', '{"ws_response_data":null}', '{"data": []}' } do
      assert.equal("id a b c ", (export_of(2, { first, second, last })))
      assert.equal("id ", (export_of(2, { last })))
    end
    assert.equal("id a b c ", (export_of(2, { first, second }))) -- the last page comes again
    local full = '{"ws_response_data": [{"_id": 3, "id": "c"}, {"_id": 4, "id": "d"}]}'
    assert.equal("id a b c d ", (export_of(2, { first, full })))
    assert.equal("id a b c d ", (export_of(2, { first, full, first:gsub("2", "5") })))
    for _, odd in ipairs { '{"message": "no"}', "", "[", '{"ws_response_data": [{"_id": 3, "id": "c"}' } do
      local text, err = export_of(2, { first, odd })
      assert.is_nil(text, odd)
      assert.equal("protocol", err.kind, odd)
    end
  end)

  it("writes the columns and rows that are asked for", function()
    data:put { { id = "a", visits = 1 }, { id = "b", visits = 2 }, { id = "a", visits = 3 } }
    assert(export { columns = { "visits", "id" }, where = { id = "a" } })
    assert.equal("visits,id\r\n1,a\r\n3,a\r\n", data:read "out.csv")
    assert(export { columns = { "_id", "name" } })
    assert.is_truthy(data:read("out.csv"):find "^_id,name\r\n%x+,\r\n")
    assert(export { columns = { "name" } })
    assert.equal('name\r\n""\r\n""\r\n""\r\n', data:read "out.csv")
    local none, err = export { columns = { "nam" } }
    assert.is_nil(none)
    assert.matches("no column 'nam'; did you mean 'name'", err.message, 1, true)
    assert.has_error(function() export { columns = {} } end)
    assert.has_error(function() export { columns = { 1 } } end)
  end)

  it("finds the columns in the rows where the data store tells none", function()
    data:put { { id = "a", visits = 1 }, { id = "b", name = "x, y" } }
    local get = data.f9.data_stores.get
    data.f9.data_stores.get = function() return { data_store_id = 1 } end
    local report = assert(export())
    data.f9.data_stores.get = nil
    assert.equal(get, data.f9.data_stores.get)
    assert.same({ "id", "name", "visits" }, report.columns)
    assert.equal('id,name,visits\r\na,,1\r\nb,"x, y",\r\n', data:read "out.csv")
    assert.is_nil(data:read "out.csv.rows")
  end)

  it("leaves what was there when it fails, and nothing of its own", function()
    data:reset { rows = 30 }
    data:write("out.csv", "old")
    local answers = { { kind = "bad_json", count = 1 }, { kind = "cut", count = 9 }, { kind = "html", status = 200 },
      { kind = "status", status = 500 }, { kind = "empty" } }
    for _, fault in ipairs(answers) do
      fault.path = "/data/getdatastorecollection$"
      data.server:set { faults = { fault } }
      local report, err = export()
      assert.is_nil(report, fault.kind)
      assert.is_truthy(err.kind, fault.kind)
      assert.equal("old", data:read "out.csv", fault.kind)
      local _, list = shell.run("ls " .. data.folder)
      assert.equal("out.csv\n", list, fault.kind)
    end
    data.server:set { faults = studio.json.array {} }
    local report, err = data.f9.data_stores:export_csv(1, data:path "none/out.csv")
    assert.is_nil(report)
    assert.equal("file", err.kind)
  end)

  it("is of one run at a time", function()
    local held = assert(part.new(data:path "out.csv"))
    local report, err = export()
    assert.is_nil(report)
    assert.matches("is in use: another run is at work with it", err.message, 1, true)
    held:write "ours"
    assert(held:finish())
    assert.equal("ours", data:read "out.csv")
    assert(export())
  end)

  it("writes a header for no rows", function()
    assert.equal(0, assert(export()).rows)
    assert.equal("id,name,visits,balance,joined\r\n", data:read "out.csv")
  end)
end)

describe("a walk through all rows", function()
  -- The ids that come of such pages; "a=b": a row without an id, and what it says. `seen` is called with each file.
  local function walked(per_page, pages, seen)
    local answers = {}
    for i, ids in ipairs(pages) do
      local rows = studio.json.array {}
      for id in ids:gmatch "%S+" do rows[#rows + 1] = id:find "=" and { name = id } or { _id = id } end
      answers[i] = { body = studio.json.encode { ws_response_data = rows } }
    end
    local server = echo.start { ["*"] = answers }
    local f9 <close> = studio.five9 { base_url = server.url, scope_id = 1, api_key = "k", state_dir = false }
    local client = setmetatable({ call = function(_, ...)
      local path, response = f9:call(...)
      if seen then seen(path) end
      return path, response
    end }, { __index = f9 })
    local rows <close> = assert(walk(client, 1, { per_page = per_page }))
    local out = {}
    while true do
      local row, err = rows:next()
      assert.is_nil(io.open(rows.path))
      if not row then
        assert.is_nil(err)
        break
      end
      out[#out + 1] = row._id or row.name
    end
    server:stop()
    return table.concat(out, " ")
  end

  it("gives a row once that moves to the next page meanwhile", function()
    assert.equal("a b c d e", walked(3, { "a b c", "c d e", "" }))
    assert.equal("a b c d e", walked(3, { "a b c", "b c d", "d e", "" }))
  end)

  it("keeps answers where nobody else can read them, and no longer than they are read", function()
    local modes = {}
    walked(2, { "a b", "c d", "" }, function(path)
      modes[#modes + 1] = select(2, shell.run("ls -l " .. path)):sub(1, 10)
    end)
    assert.same({ "-rw-------", "-rw-------", "-rw-------" }, modes)
  end)

  it("ends at a page that comes again, the last one or the first", function()
    assert.equal("a b c d", walked(2, { "a b", "c d", "c d", "a b c d" }))
    assert.equal("a b c d", walked(2, { "a b", "c d", "a b", "a b c d" }))
    assert.equal("a b", walked(3, { "a b", "a b" }))
  end)

  it("asks for all of them where pages are not counted, and gives rows that are equal each", function()
    assert.equal("a b c d", walked(2, { "a b", "a b", "a b c d" }))
    assert.equal("x=1 y=1 x=1 x=1", walked(2, { "x=1 y=1", "x=1 y=1", "x=1 y=1 x=1 x=1" }))
  end)
end)
