-- studio.analyst and the sandbox: what is made, changed and deleted, there and back. SPDX-License-Identifier: MIT
--
-- The sandbox is strict about bodies: what goes below the wrong key is answered 400.

local sandbox = require "spec.support.sandbox"

describe("a thing", function()
  local toys, an, report, collection, dataset, source, member

  setup(function() toys = sandbox.start { analyst_limit = 10000 } end)

  before_each(function()
    toys:reset { analyst_limit = 10000 }
    an = toys:analyst { limits = false }
    collection = assert(an.collections:list())[1]
    report = assert(an.reports:list(collection))[1]
    source = assert(an.data_sources:list())[1]
    member = assert(an.memberships:list())[1]
  end)

  teardown(function()
    toys:reset {}
    toys:stop()
  end)

  local function find(rows, token)
    for _, row in ipairs(rows) do
      if row.token == token then return row end
    end
  end

  -- Makes one, reads it, changes it where that can be, finds it in its list, and deletes it. `parents` come first.
  local function there_and_back(name, parents, fields, changes)
    local resource = an[name]
    local function with(...)
      local all = table.move(parents, 1, #parents, 1, {})
      return table.unpack(table.move({ ... }, 1, select("#", ...), #all + 1, all))
    end
    local made = assert(resource:create(with(fields)))
    assert.is_string(made.token)
    if resource.get then assert.equal(made.token, assert(resource:get(with(made))).token) end
    if changes then
      local changed = assert(resource:update(with(made, changes)))
      for key, value in pairs(changes) do assert.same(value, changed[key]) end
    end
    assert.is_table(find(assert(resource:list(with())), made.token))
    assert(resource:delete(with(made)))
    assert.is_nil(find(assert(resource:list(with())), made.token))
    if resource.get then
      local gone, err = resource:get(with(made))
      assert.is_nil(gone)
      assert.equal("not_found", err.kind)
    end
    return made
  end

  it("may be a group, with members", function()
    there_and_back("groups", {}, { name = "Ops" }, { name = "Operations" })
    local group = assert(an.groups:create { name = "Finance" })
    there_and_back("group_memberships", { group }, { member_token = member.member_token })
  end)

  it("may be a collection, with members and permissions", function()
    there_and_back("collections", {}, { name = "Ops", description = "d" }, { name = "Operations" })
    there_and_back("collection_memberships", { collection }, { member_token = member.member_token })
    there_and_back("permissions", { collection },
      { accessor_type = "Account", accessor_token = member.member_token }, { access_level = "edit" })
  end)

  it("may be a query or a filter of a report", function()
    there_and_back("queries", { report }, { raw_query = "SELECT 1", data_source_id = source.id, name = "One" },
      { raw_query = "SELECT 2" })
    there_and_back("filters", { report }, {
      name = "Country", formula = "[country]", data_type = "string", formula_type = "field", filter_type = "SINGLE",
      control_type = "LIST", variable_type = "DISCRETE", options = { "SE" },
    }, { name = "Land" })
  end)

  it("may be a schedule or a subscription of a report", function()
    local cron = { freq = "daily", hour = 6, minute = 0, time_zone = "UTC" }
    there_and_back("schedules", { report }, { name = "Daily", cron = cron }, { name = "Nightly" })
    there_and_back("subscriptions", { report }, { csv_attachments_enabled = true }, { pdf_attachments_enabled = true })
  end)

  it("may be a definition, or the description of a dataset's field", function()
    there_and_back("definitions", {}, { name = "active_users", source = "SELECT 1" }, { source = "SELECT 2" })
    for row in an.collections:each { filter = "all" } do
      dataset = dataset or assert(an.datasets:list(row))[1]
    end
    local field = assert(an.dataset_fields:list(dataset))[1]
    there_and_back("field_descriptions", { dataset }, { name = field.name, desc = "ISO code" }, { desc = "ISO 3166" })
  end)

  it("may be a report, which moves and comes back", function()
    local made = assert(an.reports:create())
    assert.equal("Revenue", assert(an.reports:update(made, { name = "Revenue" })).name)
    assert(an.reports:move(made, collection))
    local rows = {}
    for row in an.reports:each(collection) do rows[#rows + 1] = row end
    assert.is_table(find(rows, made.token))
    assert(an.reports:archive(made))
    assert.is_true(assert(an.reports:get(made)).archived)
    assert(an.reports:unarchive(made))
    assert.is_false(assert(an.reports:get(made)).archived)
    assert(an.reports:delete(made))
    assert.equal("not_found", select(2, an.reports:get(made)).kind)
  end)

  it("of a list that ignores `page` comes once", function()
    for _, list in ipairs { { "data_sources" }, { "definitions" }, { "memberships" }, { "queries", report } } do
      local resource, count, calls = an[list[1]], 0, an:stats().calls
      for _ in resource:each(list[2]) do count = count + 1 end
      assert.equal(#assert(resource:list(list[2])), count)
      assert.equal(2, an:stats().calls - calls)
    end
  end)

  it("of a data source comes once, whatever its queries", function()
    local seen, rows, sent = {}, 0, 0
    for row in an.reports:each_by_data_source(source) do
      assert.is_nil(seen[row.token])
      seen[row.token], rows = true, rows + 1
    end
    for page in an.reports:pages_by_data_source(source) do sent = sent + #page end
    assert.is_true(sent > rows and rows > 0)
  end)

  it("is refused in the other form of its body, with a word about the route", function()
    an = toys:analyst { limits = false, routes = { ["schedules.create"] = { wrapper = false } } }
    local made, err = an.schedules:create(report, { cron = { freq = "daily" } })
    assert.is_nil(made)
    assert.equal("param_missing", err.code)
    assert.matches('routes = { ["schedules.create"] = { wrapper = … } }', tostring(err), 1, true)
  end)
end)
