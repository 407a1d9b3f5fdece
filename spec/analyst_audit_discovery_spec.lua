-- Audits by the Discovery API: the same reports caught in fewer calls, and views that the REST API does not tell.
-- SPDX-License-Identifier: MIT

local audit = require "studio.services.analyst.audit"
local errors = require "studio.error"
local fixture = require "spec.support.analyst_plan"
local json = require "studio.json"
local rows = require "spec.support.analyst_rows"
local studio = require "studio"

local told = fixture.told

describe("an audit by Discovery", function()
  local sb, an, watched

  local function client(options)
    options = options or {}
    options.workspace, options.token, options.secret = "acme", "tok_workspace", "sec_workspace"
    options.base_url, options.limits, options.backoff_base = sb.analyst_url, false, 0.001
    return studio.analyst(options)
  end

  setup(function()
    sb = assert(studio.sandbox.start { analyst_limit = 100000, workspace = { reports = 150, collections = 4,
      datasets = 6, personal = 2, seed = 5 } })
    watched = { reports = 0, datasets = 0, personal = 0, collections = 2, add = {
      { name = "read, not run", collection = 1, run_days = 200, viewed_days = 2, views = 9, created_days = 500 },
      { name = "old", collection = 1, run_days = 200, viewed_days = 200, views = 9, created_days = 500 },
      { name = "once read", collection = 2, run_days = 1, viewed_days = 200, views = 9, created_days = 500 },
      { name = "put away", collection = 2, run_days = 200, viewed_days = 200, created_days = 500, archived = true },
    } }
    for _, report in ipairs(watched.add) do
      report.schedules, report.archived = 0, report.archived or false
    end
  end)
  teardown(function() sb:stop() end)
  before_each(function() an = client() end)
  after_each(function()
    an:close()
    sb:set { faults = {} }
  end)

  -- path's last word -> how often it was asked for
  local function asked()
    local counts = {}
    for _, request in ipairs(sb:log()) do
      local what = request.path:match "^/(batch)" or request.path:match "/(%l+)$" or "report"
      counts[what] = (counts[what] or 0) + 1
    end
    sb:clear_log()
    return counts
  end

  -- Rules that do not ask when a report was viewed: there Discovery knows more.
  local RULES <const> = { unused_for = "90d", failing_for = "30d" }

  local function options(more)
    local all = {}
    for name, value in pairs(RULES) do all[name] = value end
    for name, value in pairs(more or {}) do all[name] = value end
    return all
  end

  it("catches what an audit by the REST API catches, in fewer calls", function()
    local by_api = assert(an:audit(options()))
    sb:clear_log()
    local by_discovery = assert(an:audit(options { source = "discovery" }))
    assert.same(told(by_api), told(by_discovery))
    assert.is_true(by_api.counts.caught > 20)
    assert.equal("discovery", by_discovery.source)
    local counts = asked()
    assert.equal(5, counts.batch) -- a token made, three lists of one page, the token deleted
    assert.is_nil(counts.spaces)
    assert.is_nil(counts.reports)
    -- Personal reports of others are in Discovery; the REST API does not show them, so they are left alone.
    for _, one in ipairs(by_discovery.unread) do assert.matches("404", one.why) end
    assert.is_true(by_discovery.complete)
    assert.same(0, #by_api.unread)
  end)

  it("takes a view for use", function()
    local made <close> = assert(studio.sandbox.start { analyst_limit = 100000, workspace = watched })
    local other <close> = studio.analyst { workspace = "acme", token = "tok_workspace", secret = "sec_workspace",
      base_url = made.analyst_url, limits = false }
    local unviewed = "unviewed: archive"
    assert.same({ old = "unused: archive", ["read, not run"] = "unused: archive" }, told(assert(other:audit {})))
    assert.same({ old = "unused: archive" }, told(assert(other:audit { source = "discovery" })))
    assert.same({ old = "unused, " .. unviewed, ["once read"] = unviewed },
      told(assert(other:audit { source = "discovery", unviewed_for = "60d" })))
    local list = assert(other:report_use { source = "discovery" })
    assert.equal("read, not run", list[2].report.name)
    assert.is_string(list[2].last_viewed_at)
    assert.is_true(list[2].viewed)
  end)

  it("uses a client that is given, and so needs no right to write", function()
    local signature = assert(an.signature_tokens:create { name = "spec audit", expires_at = "2099-01-01T00:00:00Z" })
    local discovery <close> = an:discovery(signature)
    local reader <close> = client { read_only = true }
    local plan, err = reader:audit { source = "discovery" }
    assert.is_nil(plan)
    assert.equal("refused", err.kind)
    assert.matches("option 'discovery'", tostring(err))
    sb:clear_log()
    assert.same(told(assert(an:audit(options()))), told(assert(reader:audit(options { discovery = discovery }))))
    for _, request in ipairs(sb:log()) do assert.equal("GET", request.method) end
    assert(signature:delete())
    plan, err = reader:audit { discovery = discovery }
    assert.is_nil(plan)
    assert.equal("unauthorized", err.kind)
  end)

  it("keeps to collections and leaves out what it was told to", function()
    local all = told(assert(an:audit(options { source = "discovery", collections = { "Growth 2" } })))
    assert.same(told(assert(an:audit(options { collections = { "Growth 2" } }))), all)
    assert.is_truthy(next(all))
    assert.same({}, told(assert(an:audit(options { source = "discovery", exclude = { "*" } }))))
  end)

  it("deletes its token whatever happens, and says nothing of a workspace that it could not read", function()
    sb:clear_log()
    sb:set { faults = { { kind = "status", status = 500, path = "/report_stats$" } } }
    local plan, err = an:audit { source = "discovery" }
    assert.is_nil(plan)
    assert.equal("server", err.kind)
    local log = sb:log()
    assert.equal("DELETE", log[#log].method)
    assert.matches("signature_tokens", log[#log].path)
  end)

  it("deletes its token when it is cancelled, too", function()
    sb:clear_log()
    local handle
    handle = studio.spawn(function()
      return an:audit(options { source = "discovery", on_report = function() handle:cancel() end })
    end)
    local plan, err = handle:await()
    assert.is_nil(plan)
    assert.equal("cancelled", err.kind)
    local deleted = false
    for _ = 1, 1000 do
      for _, request in ipairs(sb:log()) do deleted = deleted or request.method == "DELETE" end
      if deleted then break end
      studio.sleep(0.01)
    end
    assert.is_true(deleted)
  end)

  it("leaves alone what the REST API cannot tell of", function()
    sb:set { faults = { { kind = "status", status = 500, path = "^/api/acme/reports/%x+$" } } }
    local plan = assert(an:audit(options { source = "discovery" }))
    assert.same({}, told(plan))
    assert.is_false(plan.complete)
    assert.is_true(#plan.unread > 20)
  end)

  it("leaves alone what is used, or left out, since Discovery's data was made", function()
    local OLD <const> = "2020-02-02T00:00:00Z"
    local function row(token, space, fields)
      local made = { token = token, space_token = space, name = token, created_at = OLD, last_run_at = OLD }
      for name, value in pairs(fields or {}) do made[name] = value end
      return made
    end
    local viewed = { last_viewed_at = OLD }
    local list = { row("caught", "c1", viewed), row("viewed", "c1", viewed), row("moved", "c1"), row("personal", "p1"),
      row("closed", "p2"), row("nowhere", 7) }
    local alone = { caught = row("caught", "c1", { view_count = 4 }), moved = row("moved", "c2"),
      viewed = row("viewed", "c1", { view_count = "5" }), personal = row("personal", "p1"),
      closed = row("closed", "p2"), nowhere = row "nowhere" }
    local reader = rows.client { collections = {}, reports = {} }
    reader.reports.get = function(_, token) return alone[token], { body = json.encode(alone[token]) } end
    function reader.collections.get(_, token)
      if token == "p1" then return { token = "p1", name = "Of the boss" } end
      return nil, errors.new { kind = "not_found", message = "space not found" }
    end
    function reader.problem(_, _, fields) return errors.new(fields) end
    local plan = assert(audit.audit(reader, { now = "2025-11-22T09:00:00Z", schedules = "keep",
      exclude = { "Finance", "Of the boss" }, discovery = {
        collections = rows.list({ { { token = "c1", name = "One" }, { token = "c2", name = "Finance" } } }, "spaces"),
        report_stats = rows.list({ { { report_token = "caught", view_count = 4 },
          { report_token = "viewed", view_count = 4 } } }, "report_stats"),
        reports = rows.list({ list }, "reports"),
      } }))
    assert.same({ caught = "unused: archive" }, told(plan))
    local why = {}
    for _, one in ipairs(plan.unread) do why[one.report.token] = one.why end
    assert.matches("viewed since", why.viewed)
    assert.matches("space not found", why.closed)
    assert.matches("which collection", why.nowhere)
    assert.equal(3, #plan.unread)
    assert.same({ "Finance", "Of the boss" }, { plan.skipped[1].collection.name, plan.skipped[2].collection.name })
  end)

  it("makes nothing up where both APIs are silent", function()
    local NOW = "2025-11-22T09:00:00Z"
    local function row(token, fields)
      local made = { token = token, space_token = "c1", name = token, created_at = "2020-01-01T00:00:00Z",
        last_run_at = "2025-11-20T00:00:00Z" }
      for name, value in pairs(fields or {}) do made[name] = value end
      return made
    end
    local list = { row "a", row("b", { last_viewed_at = json.null }), row("c", { last_run_at = json.null }),
      row("d", { last_run_at = "2020-02-02T00:00:00Z" }), row("e", { last_run_at = "2020-02-02T00:00:00Z" }),
      row("f", { space_token = 7, last_run_at = "2020-02-02T00:00:00Z" }), row "g",
      row("h", { last_run_at = "2020-02-02T00:00:00Z" }),
      { name = "without a token" } }
    local alone = { a = row "a", b = row "b", c = row("c", { runs_count = "0", last_run_at = json.null }),
      d = row("d", { archived = true }), e = row "e", f = row("f", { type = "DatasetReport" }), -- e ran meanwhile
      -- of the two last runs of g the later one counts
      g = row("g", { view_count = 1, last_run_at = "2020-02-02T00:00:00Z" }),
      -- and the higher count of views
      h = row("h", { view_count = 0 }) }
    local reader = rows.client { collections = {}, reports = {} }
    reader.reports.get = function(_, token) return alone[token], { body = json.encode(alone[token]) } end
    local plan = assert(audit.audit(reader, { now = NOW, unviewed_for = "60d", schedules = "keep", discovery = {
      collections = rows.list({ { { token = "c1", name = "One", space_type = "custom" } } }, "spaces"),
      report_stats = rows.list({ { { report_token = "h", view_count = 3 } } }, "report_stats"),
      reports = rows.list({ list }, "reports"),
    } }))
    -- b: Discovery says that it was never viewed, and nobody says otherwise.
    assert.same({ b = "unviewed: archive", c = "never_run: archive" }, told(plan))
    assert.equal("not known, or not readable: view_count", plan.unread[1].why)
    assert.equal(7, plan.counts.reports)
    assert.equal(1, plan.counts.archived)
    assert.equal(1, plan.counts.datasets)
  end)
end)
