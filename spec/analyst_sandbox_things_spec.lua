-- The sandbox for Analyst Studio: what belongs to reports and to the workspace. SPDX-License-Identifier: MIT

local asker = require "spec.support.analyst_asker"
local sandbox = require "studio.sandbox"

local W = "/api/acme"

describe("the sandbox for Analyst Studio", function()
  local sb, curl

  setup(function()
    sb = assert(sandbox.start { analyst_limit = 100000, run_seconds = 0, workspace = { reports = 20, datasets = 4 } })
    curl = asker.new(sb)
  end)
  teardown(function() sb:stop() end)
  before_each(function()
    sb:reset()
    sb:set { analyst_bodies = "wrapped" }
  end)

  -- The path of the first report for which `fits` says so.
  local function report_where(fits)
    for _, report in ipairs(curl:reports()) do
      if fits(report) then return W .. "/reports/" .. report.token, report end
    end
    error "no such report"
  end

  local function some_report() return report_where(function(report) return tonumber(report.query_count) > 1 end) end

  -- Creates, finds in the list, changes and deletes a thing; `changed` is a field with its new value.
  local function lives(case)
    local path = case.path
    local wrapped = { [case.wrapper] = case.fields }
    local status, made = curl:ask("POST", path, wrapped)
    assert.equal(200, status)
    assert.is_string(made.token)
    for name, value in pairs(case.seen or case.fields) do assert.same(value, made[name]) end
    local one, found = path .. "/" .. made.token, false
    for _, row in ipairs(curl:rows(path, case.key)) do found = found or row.token == made.token end
    assert.is_true(found)
    if not case.no_get then assert.same(made.token, curl:get(one).token) end
    local changes = { [case.wrapper] = { [case.changed[1]] = case.changed[2] } }
    status, made = curl:ask("PATCH", one, changes)
    assert.equal(200, status)
    assert.same(case.changed[2], made[case.changed[3] or case.changed[1]])
    -- without the wrapper, with an unknown field, as no object
    local answer
    for _, method in ipairs { "POST", "PATCH" } do
      local where = method == "POST" and path or one
      status, answer = curl:ask(method, where, case.fields)
      assert.same({ 400, "param_missing" }, { status, answer.id })
      status, answer = curl:ask(method, where, { [case.wrapper] = { nonsense = 1 } })
      assert.same({ 400, "table" }, { status, type(answer.message) })
      assert.equal(400, (curl:ask(method, where, "[1]")))
    end
    assert.equal(200, (curl:ask("DELETE", one)))
    assert.equal(404, (curl:ask("DELETE", one)))
    assert.equal(404, (curl:ask("GET", case.no_get and one .. "/x" or one)))
  end

  it("keeps queries, their data source named by number, and shows charts; neither list pages", function()
    local path, report = some_report()
    local source = curl:rows(W .. "/data_sources", "data_sources")[1]
    lives { path = path .. "/queries", key = "queries", wrapper = "query", changed = { "name", "Other" },
      fields = { raw_query = "SELECT 2", data_source_id = source.id, name = "Two" } }
    local status, answer = curl:ask("POST", path .. "/queries", { query = { raw_query = "SELECT 1",
      data_source_id = 1 } })
    assert.same({ 404, "data source not found" }, { status, answer.message })
    assert.equal(400, (curl:ask("POST", path .. "/queries", { query = { raw_query = "SELECT 1" } })))
    local rows = curl:rows(path .. "/queries", "queries")
    assert.equal(tonumber(report.query_count), #rows)
    assert.same(rows, curl:rows(path .. "/queries?page=2&per_page=1", "queries"))
    local charts = 0
    for _, query in ipairs(rows) do
      local below = ("%s/queries/%s/charts"):format(path, query.token)
      for _, chart in ipairs(curl:rows(below, "charts")) do
        charts = charts + 1
        assert.same(chart, curl:get(below .. "/" .. chart.token))
        assert.is_string(chart.view_vegas.chartType)
      end
      assert.equal(404, (curl:ask("GET", below .. "/none")))
    end
    assert.is_true(charts > 0)
  end)

  it("keeps filters, whose words it knows", function()
    local path = some_report()
    local fields = { name = "Region", formula = "[region]", data_type = "string", filter_type = "MULTI",
      control_type = "LIST", variable_type = "DISCRETE" }
    lives { path = path .. "/filters", key = "report_filters", wrapper = "report_filter", fields = fields,
      changed = { "name", "Where" } }
    fields.filter_type = "SOME"
    assert.equal(400, (curl:ask("POST", path .. "/filters", { report_filter = fields })))
  end)

  it("keeps subscriptions, of reports and of schedules, which take theirs along", function()
    local path
    for _, report in ipairs(curl:reports()) do
      local one = W .. "/reports/" .. report.token
      for _, schedule in ipairs(tonumber(report.schedules_count) > 0
        and curl:rows(one .. "/schedules", "report_schedules") or {}) do
        local below = ("%s/schedules/%s/subscriptions"):format(one, schedule.token)
        assert.equal(schedule.subscriber_count > 0 and 1 or 0, #curl:rows(below, "report_subscriptions"))
        if schedule.subscriber_count > 0 then path = one end
      end
    end
    lives { path = path .. "/subscriptions", key = "report_subscriptions", wrapper = "report_subscription",
      fields = { csv_attachments_enabled = true }, changed = { "pdf_attachments", true, "pdf_attachments_enabled" } }
    local before = curl:rows(path .. "/subscriptions", "report_subscriptions")
    local schedules, of_schedules = curl:rows(path .. "/schedules", "report_schedules"), 0
    for _, schedule in ipairs(schedules) do
      local below = ("%s/schedules/%s"):format(path, schedule.token)
      of_schedules = of_schedules + #curl:rows(below .. "/subscriptions", "report_subscriptions")
      assert.equal(200, (curl:ask("DELETE", below)))
      assert.equal(404, (curl:ask("GET", below .. "/subscriptions")))
    end
    assert.equal(#before, of_schedules)
    assert.same({}, curl:rows(path .. "/subscriptions", "report_subscriptions"))
    sb:set { analyst_bodies = "flat" }
    assert.equal(200, (curl:ask("POST", path .. "/subscriptions", { data_previews = true })))
  end)

  it("deletes schedules in one go, all that are named or none", function()
    local path, report = report_where(function(report) return tonumber(report.schedules_count) > 1 end)
    local tokens = {}
    for i, schedule in ipairs(curl:rows(path .. "/schedules", "report_schedules")) do tokens[i] = schedule.token end
    local bulk = ("%s/reports/schedules/v1/bulk_delete?report=%s"):format(W, report.token)
    assert.equal(400, (curl:ask("DELETE", bulk)))
    assert.equal(404, (curl:ask("DELETE", bulk .. "&schedule=" .. tokens[1] .. ",none")))
    assert.equal(#tokens, #curl:rows(path .. "/schedules", "report_schedules"))
    assert.equal(200, (curl:ask("DELETE", bulk .. "&schedule=" .. table.concat(tokens, ","))))
    assert.same({}, curl:rows(path .. "/schedules", "report_schedules"))
  end)

  it("keeps definitions, all of them in one list, or by their tokens", function()
    lives { path = W .. "/definitions", key = "definitions", wrapper = "definition", changed = { "source", "SELECT 3" },
      fields = { name = "active", source = "SELECT 2", description = "Who is" } }
    local rows = curl:rows(W .. "/definitions?page=2", "definitions")
    assert.is_true(#rows > 30)
    local chosen = curl:rows(("%s/definitions?filter=by_tokens&tokens=%s,%s"):format(W, rows[3].token, rows[9].token),
      "definitions")
    assert.same({ rows[3].token, rows[9].token }, { chosen[1].token, chosen[2].token })
    assert.equal(2, #chosen)
  end)

  it("shows data sources, and does what can be done to them; grants are no more", function()
    local source = curl:rows(W .. "/data_sources", "data_sources")[1]
    local path = W .. "/data_sources/" .. source.token
    assert.same(source, curl:get(path))
    local status, changed = curl:ask("PATCH", path, { data_source = { name = "Lake",
      custom_attributes = { a = "b" } } })
    assert.same({ 200, "Lake" }, { status, changed.name })
    assert.equal(400, (curl:ask("PATCH", path, { name = "Lake" })))
    local update
    status, update = curl:ask("POST", path .. "/schema_updates")
    assert.same({ 200, "string" }, { status, type(update.token) })
    assert.equal(202, (curl:ask("POST", path .. "/purge")))
    assert.equal(404, (curl:ask("GET", path .. "/grants")))
    assert.equal(404, (curl:ask("GET", W .. "/data_sources/none")))
  end)

  it("knows datasets: lists, runs, fields and what is said of them", function()
    local datasets = {}
    for _, space in ipairs(curl:rows(W .. "/spaces", "spaces")) do
      for _, row in ipairs(curl:rows(("%s/spaces/%s/datasets"):format(W, space.token), "reports")) do
        datasets[row.token] = row
      end
    end
    local by_source = 0
    for _, source in ipairs(curl:rows(W .. "/data_sources", "data_sources")) do
      for _, row in ipairs(curl:rows(("%s/data_sources/%s/datasets"):format(W, source.token), "reports")) do
        assert.equal("DatasetReport", datasets[row.token].type)
        by_source = by_source + 1
      end
    end
    assert.equal(4, by_source)
    local token = next(datasets)
    local path = W .. "/datasets/" .. token
    for rel, link in pairs(curl:get(path)._links) do -- each leads somewhere
      if rel ~= "web" then assert.equal(200, (curl:ask("GET", link.href)), rel) end
    end
    local status, changed = curl:ask("PATCH", path, { report = { name = "Renamed", description = "x" } })
    assert.same({ 200, "Renamed" }, { status, changed.name })
    local run
    status, run = curl:ask("POST", path .. "/runs")
    assert.same({ 202, "succeeded", true }, { status, run.state, run.is_latest_dataset_run })
    assert.equal(run.token, curl:rows(path .. "/runs", "report_runs")[1].token)
    assert.is_true(curl:get(path .. "/runs/" .. run.token).is_latest_successful_dataset_run)
    assert.equal("id", curl:rows(path .. "/fields", "fields")[1].name)
    lives { path = path .. "/field_descriptions", key = "field_descriptions", wrapper = "field_description",
      fields = { name = "id", desc = "its number" }, changed = { "desc", "the number" }, no_get = true }
    assert.is_true(#curl:rows(path .. "/reports", "reports") > 0)
    assert.is_table(curl:rows(path .. "/schedules", "report_schedules"))
    local _, report = some_report()
    assert.equal(404, (curl:ask("GET", W .. "/datasets/" .. report.token)))
    status = curl:ask("POST", ("%s/reports/%s/runs"):format(W, report.token), { report = { dataset_tokens = {
      { token = token } } } })
    assert.equal(202, status)
    assert.equal(200, (curl:ask("DELETE", path)))
    assert.equal(404, (curl:ask("GET", path)))
  end)

  it("purges the results of runs of a time", function()
    local path = report_where(function(report) return report.last_run_at end)
    local _, run = curl:ask("POST", path .. "/runs")
    assert.equal(400, (curl:ask("POST", W .. "/reports/purge")))
    assert.equal(400, (curl:ask("POST", W .. "/reports/purge?time=yesterday")))
    assert.equal(202, (curl:ask("POST", W .. "/reports/purge?time=2001-01-01&end_time=2001-02-01")))
    assert.is_nil(curl:get(path .. "/runs/" .. run.token).purge_started_at)
    assert.equal(202, (curl:ask("POST", W .. "/reports/purge", { time = "2001-01-01" })))
    assert.is_string(curl:get(path .. "/runs/" .. run.token).purge_started_at)
  end)

  it("tells admins what was done, as plain JSON, by pages with a token", function()
    local base = W .. "/audit_logs?start_timestamp=2020-01-01T00:00:00Z&end_timestamp=2999-01-01T00:00:00Z"
    local plain = { accept = "application/json" }
    assert.equal(406, (curl:ask("GET", base)))
    assert.equal(400, (curl:ask("GET", W .. "/audit_logs", nil, plain)))
    assert.equal(403, (curl:ask("GET", base, nil, { accept = "application/json", who = "tok_member:sec_member" })))
    local path, seen, pages = base, {}, 0
    while path do
      local body = curl:get(path, plain)
      for _, entry in ipairs(body.audit_logs) do
        assert.is_nil(seen[entry.id])
        seen[entry.id] = entry
      end
      pages, path = pages + 1, body.next_token and base .. "&next_token=" .. body.next_token
    end
    assert.equal(3, pages)
    for _, entry in ipairs(curl:get(base .. "&action=report.run", plain).audit_logs) do
      assert.equal("report.run", entry.action)
    end
  end)
end)
