-- Analyst Studio's sandbox as a client sees it that nobody here wrote: curl. SPDX-License-Identifier: MIT

local analyst_curl = require "spec.support.analyst_curl"
local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local sh = shell.tool

local WORKSPACE, MEMBER, PERSONAL = "tok_workspace:sec_workspace", "tok_member:sec_member", "tok_personal:sec_personal"

local _ -- what a spec does not look at

describe("the sandbox for Analyst Studio", function()
  local sb

  local function start(options)
    options = options or {}
    options.analyst_window = options.analyst_window or 3600 -- no window ends by itself within a spec
    options.analyst_limit = options.analyst_limit or 1000
    sb = assert(sandbox.start(options))
  end

  after_each(function()
    if sb then sb:stop() end
    sb = nil
  end)

  -- One request: status, body (decoded when JSON), headers.
  local function curl(...) return analyst_curl(sb, ...) end

  local function get(path, who)
    local status, body = curl("GET", path, nil, who)
    assert.equal(200, status)
    return body
  end

  -- All rows of a list that pages, and how many pages there were before the empty one.
  local function walk(path, key)
    local all, page = {}, 0
    local joint = path:find "?" and "&" or "?"
    repeat
      page = page + 1
      local rows = get(("%s%spage=%d"):format(path, joint, page))._embedded[key]
      for _, row in ipairs(rows) do all[#all + 1] = row end
    until #rows == 0
    return all, page - 1
  end

  -- Every report of the collections that we see.
  local function all_reports()
    local reports = {}
    for _, space in ipairs(walk("/api/acme/spaces", "spaces")) do
      for _, row in ipairs(walk("/api/acme/spaces/" .. space.token .. "/reports", "reports")) do
        reports[#reports + 1] = row
      end
    end
    return reports
  end

  local function added(list) return { reports = 0, collections = 1, personal = 1, datasets = 0, add = list } end

  local function first_report()
    local space = get("/api/acme/spaces")._embedded.spaces[1]
    return get("/api/acme/spaces/" .. space.token .. "/reports")._embedded.reports[1], space
  end

  it("is an origin of its own, plain and over TLS", function()
    start()
    assert.not_equal(sb.url, sb.analyst_url)
    local _, text = sh(("curl -s --noproxy '*' --cacert %s -u %s %s/api/verify"):format(sb.ca_file, WORKSPACE,
      sb.analyst_https_url))
    assert.equal("acme", json.decode(text).workspace)
    assert.equal(404, (curl("GET", "/api/v1/projects")))
    assert.equal("analyst", sb:log()[1].server)
  end)

  it("asks for a token with its secret, and says what is wrong in the documented shape", function()
    start()
    local status, body = curl("GET", "/api/acme/spaces", nil, false)
    assert.equal(401, status)
    assert.equal("unauthorized", body.id)
    assert.is_string(body.message)
    assert.equal(401, (curl("GET", "/api/acme/spaces", nil, "tok_workspace:wrong")))
    assert.equal(200, (curl("GET", "/api/acme/spaces", nil, MEMBER)))
    assert.equal(200, (curl("GET", "/api/acme", nil, false))) -- the one record that anybody may see
    status, body = curl("GET", "/api/other/spaces")
    assert.same({ 404, "account not found" }, { status, body.message })
    status, body = curl("GET", "/api/acme/nothing")
    assert.same({ 404, "no such route" }, { status, body.message })
    assert.equal(400, (curl("GET", "/api/account")))
  end)

  it("counts by username, with headers that say no reset, and by class where told", function()
    start { analyst_limit = 3, analyst_classes = { reports = { limit = 1 } }, analyst_tokens = {
      { token = "a", secret = "1", kind = "member", user = "ada" }, { token = "b", secret = "2", kind = "member",
        user = "ada" }, { token = "c", secret = "3", kind = "workspace" } } }
    local statuses, headers = {}, nil
    for i, who in ipairs { "a:1", "b:2", "a:1", "b:2", "c:3" } do
      statuses[i], _, headers = curl("GET", "/api/acme/spaces", nil, who)
    end
    assert.same({ 200, 200, 200, 429, 200 }, statuses)
    assert.same({ "3", "2", nil, nil },
      { headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"], headers["x-ratelimit-reset"] })
    -- a class of its own is counted by itself
    assert.equal(404, (curl("GET", "/api/acme/reports/none", nil, "a:1")))
    local status, body = curl("GET", "/api/acme/reports/none", nil, "a:1")
    assert.same({ 429, "rate_limited" }, { status, body.id })
    sb:set { analyst_limit = 40 }
    assert.equal(200, (curl("GET", "/api/acme/spaces", nil, "b:2")))
  end)

  it("makes the same workspace of the same options", function()
    local options = { reports = 70, collections = 3, seed = 5, nasty = true }
    start { workspace = options }
    local one = sb:workspace()
    sb:stop()
    start { workspace = options }
    assert.same(one, sb:workspace())
    sb:set { workspace = { reports = 70, collections = 3, seed = 6, nasty = true } }
    assert.not_same(one, sb:workspace())
  end)

  it("pages by 30 at most, and a page past the end is empty", function()
    start { workspace = { reports = 70, collections = 1, personal = 0, datasets = 3 } }
    local space = get("/api/acme/spaces")._embedded.spaces[1]
    local reports, pages = walk("/api/acme/spaces/" .. space.token .. "/reports?per_page=1000", "reports")
    assert.same({ 70, 3 }, { #reports, pages })
    local first = get("/api/acme/spaces/" .. space.token .. "/reports?per_page=5")._embedded.reports
    assert.equal(30, #first)
    local seen = {}
    for _, row in ipairs(reports) do seen[row.token] = true end
    local count = 0
    for _ in pairs(seen) do count = count + 1 end
    assert.equal(70, count)
  end)

  it("mixes links that are relative and absolute, and both names of collections", function()
    start()
    local report, space = first_report()
    local relative, absolute = 0, 0
    for rel, link in pairs(report._links) do
      if link.href:sub(1, 1) == "/" then relative = relative + 1 elseif rel ~= "web" then absolute = absolute + 1 end
    end
    assert.is_true(relative > 0 and absolute > 0)
    assert.matches("/collections/", space._links.self.href)
    assert.equal(space.token, get("/api/acme/collections/" .. space.token).token)
    local href = report._links.self.href
    assert.equal(report.token, get(href:find "^http" and href or href).token)
    assert.equal("patch", get("/api/acme/reports/" .. report.token)._forms.edit.method)
  end)

  it("shows that other people's personal collections are there, and keeps them closed", function()
    start { workspace = { personal = 2, collections = 2, reports = 4 } }
    local all = get("/api/acme/spaces?filter=all")._embedded.spaces
    assert.equal(2, #get("/api/acme/spaces")._embedded.spaces)
    assert.equal(4, #all)
    local refusals = {}
    for _, space in ipairs(all) do
      if not space["viewable?"] then
        refusals[#refusals + 1] = curl("GET", "/api/acme/spaces/" .. space.token .. "/reports")
      end
    end
    table.sort(refusals)
    assert.same({ 403, 404 }, refusals)
  end)

  it("archives and unarchives, and tells how often", function()
    start { workspace = added { { name = "Old", archived = false, run_days = 400, schedules = 0 } } }
    local report = first_report()
    local before = sb:workspace()
    local status, body = curl("PATCH", "/api/acme/reports/" .. report.token .. "/archive")
    assert.same({ 200, true, "Old" }, { status, body.archived, body.name })
    assert.same({ report.token }, sb:state().analyst.archived)
    assert.not_same(before, sb:workspace())
    curl("PATCH", "/api/acme/reports/" .. report.token .. "/unarchive")
    assert.same(before, sb:workspace())
    assert.same({ ["reports.archive"] = { [report.token] = 1 }, ["reports.unarchive"] = { [report.token] = 1 } },
      sb:state().analyst.changes)
    assert.equal(404, (curl("PATCH", "/api/acme/reports/none/archive")))
  end)

  it("keeps schedules: numbers in, prose out, and strict about the form of the body", function()
    start { workspace = added { { schedules = 0, archived = false } } }
    local report = first_report()
    local path = "/api/acme/reports/" .. report.token .. "/schedules"
    local fields = { name = "Mondays", cron = { freq = "weekly", hour = 9, minute = 45, day_of_week = { 1 },
      time_zone = "UTC" }, params = { region = "EMEA" }, timeout = 600 }
    local status, body = curl("POST", path, fields)
    assert.same({ 400, "param_missing" }, { status, body.id })
    status, body = curl("POST", path, { report_schedule = { name = "x", cron = { freq = "weekly", hour = 99 } } })
    assert.equal(400, status)
    assert.is_table(body.message) -- an object for what does not pass validation
    status, body = curl("POST", path, { report_schedule = fields })
    assert.equal(200, status)
    assert.same({ "Weekly", "9:45 am", "45 minutes past the hour", 9, 45, "Monday", "UTC", 600, "EMEA" },
      { body.frequency, body.hour, body.minute, body.cron_hour, body.cron_minute, body.day_of_week, body.time_zone,
        body.timeout, body.parameters.region })
    local one = path .. "/" .. body.token
    assert.equal(1, #get(path)._embedded.report_schedules)
    status, body = curl("PATCH", one, { report_schedule = { cron = { freq = "daily", hour = 0, minute = 5 } } })
    assert.same({ 200, "12:05 am", "Mondays" }, { status, body.hour, body.name })
    assert.equal("1", tostring(get("/api/acme/reports/" .. report.token).schedules_count))
    status, body = curl("DELETE", one)
    assert.same({ 200, "" }, { status, body })
    assert.equal(404, (curl("DELETE", one)))
    status, body = curl("POST", path, { report_schedule = { cron = { freq = "daily", hour = 1, hours = 2 } } })
    assert.same({ 400, "is not a field of a cron" }, { status, body.message.hours[1] })
    assert.equal("1:30 pm", select(2, curl("POST", path,
      { report_schedule = { cron = { freq = "daily", hour = 13, minute = 30 } } })).hour)
    sb:set { analyst_bodies = "flat" }
    assert.equal(200, (curl("POST", path, fields)))
    assert.equal(2, sb:state().analyst.schedules[report.token])
  end)

  it("is in the same state again when schedules are made anew, whatever the order and the tokens", function()
    start { workspace = added { { schedules = 0, archived = false, name = false } } }
    local report = first_report()
    assert.is_nil(report.name) -- null
    local path = "/api/acme/reports/" .. report.token .. "/schedules"
    local function make(name)
      local cron = { freq = "daily", hour = 9, minute = 0 }
      local _, made = curl("POST", path, { report_schedule = { name = name, cron = cron } })
      return made
    end
    local one, two = make "One", make "Two"
    local before = sb:workspace()
    curl("DELETE", path .. "/" .. one.token)
    assert.not_same(before, sb:workspace())
    local again = make "One"
    assert.not_equal(one.token, again.token)
    assert.same(before, sb:workspace())
    curl("PATCH", path .. "/" .. two.token, { report_schedule = { name = "Three" } })
    assert.not_same(before, sb:workspace())
  end)

  it("has faults on demand, in the service's own shape", function()
    start { faults = { { kind = "status", status = 503, server = "analyst", count = 1 },
      { kind = "html", server = "analyst", count = 1 } } }
    local status, body = curl("GET", "/api/verify")
    assert.same({ 503, "service_unavailable" }, { status, body.id })
    status, body = curl("GET", "/api/verify")
    assert.equal(502, status)
    assert.matches("^<!DOCTYPE html>", body)
    assert.equal(200, (curl("GET", "/api/verify")))
  end)

  it("has reports of every age, and names that do harm when asked", function()
    start { workspace = { reports = 200, collections = 4, nasty = true } }
    local never, archived, harm, text_counts = 0, 0, 0, 0
    for _, row in ipairs(all_reports()) do
      if row.last_run_at == nil then never = never + 1 end
      if row.archived then archived = archived + 1 end
      if row.name and row.name:find "<script>" then harm = harm + 1 end
      if type(row.view_count) == "string" then text_counts = text_counts + 1 end
    end
    assert.is_true(never > 0 and archived > 0 and harm > 0 and text_counts > 0)
  end)

  it("says what is wrong with options", function()
    local function complaint(options)
      return select(2, pcall(sandbox.start, options)):gsub("^.-sandbox%.start: ", "")
    end
    assert.equal("option 'workspace' has no field 'raports'", complaint { workspace = { raports = 1 } })
    assert.equal("analyst_tokens[1]: no kind of token is called 'x'",
      complaint { analyst_tokens = { { token = "a", secret = "b", kind = "x" } } })
    assert.equal("no form of bodies is called 'x'", complaint { analyst_bodies = "x" })
    assert.equal("workspace.add[1] has no field 'nam'", complaint { workspace = { add = { { nam = 1 } } } })
  end)

  it("lets personal tokens in", function()
    start()
    assert.equal("acme", get("/api/verify", PERSONAL).workspace)
  end)
end)

describe("a client of it", function()
  it("walks a workspace at the shortened limit without being refused", function()
    local toys <close> = setmetatable({}, { __close = function(toys) toys.it:stop() end })
    toys.it = require("spec.support.sandbox").start { workspace = { reports = 100, collections = 3, personal = 0,
      datasets = 0 } }
    local an, seen = toys.it:analyst { token_kind = "member" }, 0
    for space in an.collections:each { filter = "all" } do
      for report in an.reports:each(space) do
        assert(an.reports:get(report))
        seen = seen + 1
      end
    end
    assert.equal(100, seen)
    for _, record in ipairs(toys.it.server:log()) do assert.equal(200, record.status) end
  end)
end)
