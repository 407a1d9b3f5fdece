-- The sandbox for Analyst Studio: the Discovery API, as curl sees it. SPDX-License-Identifier: MIT

local asker = require "spec.support.analyst_asker"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local B = "/batch/acme"
local SCOPE = { authentication_for = "batch-api", authorization_type = "read-only" }

describe("the sandbox's Discovery API", function()
  local sb, curl

  setup(function()
    sb = assert(sandbox.start { analyst_limit = 100000, workspace = { reports = 35, nasty = true } })
    curl = asker.new(sb)
  end)
  teardown(function() sb:stop() end)

  -- Makes a signature token: the answer, and what a request carries.
  local function sign()
    local status, made = curl:ask("POST", B .. "/signature_tokens", { signature_token = {
      name = "nightly", expires_at = "2999-01-01T00:00:00Z", auth_scope = SCOPE } })
    assert.equal(200, status)
    local _, bearer = shell.tool(("printf '%%s' '%s:%s:%s' | openssl base64 -A"):format(made.token, made.access_key,
      made.access_secret))
    return made, { bearer = bearer, accept = "application/json" }
  end

  it("wants a signature, made with a workspace token, and forgets it when told", function()
    local fields = { name = "abc", expires_at = "2999-01-01T00:00:00Z", auth_scope = SCOPE }
    assert.equal(400, (curl:ask("POST", B .. "/signature_tokens", { signature_token = fields }))) -- too short a name
    fields.name, fields.expires_at = "long enough", "2001-01-01T00:00:00Z"
    assert.equal(400, (curl:ask("POST", B .. "/signature_tokens", { signature_token = fields })))
    assert.equal(400, (curl:ask("POST", B .. "/signature_tokens", fields)))
    fields.expires_at, fields.auth_scope = "2999-01-01", { authentication_for = "all" }
    assert.equal(400, (curl:ask("POST", B .. "/signature_tokens", { signature_token = fields })))
    fields.auth_scope = SCOPE
    assert.equal(403, (curl:ask("POST", B .. "/signature_tokens", { signature_token = fields },
      { who = "tok_member:sec_member" })))
    local made, with = sign()
    assert.equal(200, (curl:ask("GET", B .. "/reports", nil, with)))
    assert.equal(403, (curl:ask("GET", "/api/acme/spaces", nil, with))) -- it opens nothing else
    assert.equal(403, (curl:ask("GET", B .. "/reports"))) -- and Basic opens nothing here
    assert.equal(401, (curl:ask("GET", B .. "/reports", nil, { bearer = "bm90OmF0OmFsbA==" })))
    assert.equal(200, (curl:ask("DELETE", B .. "/signature_tokens/" .. made.token)))
    assert.equal(404, (curl:ask("DELETE", B .. "/signature_tokens/" .. made.token)))
    assert.equal(401, (curl:ask("GET", B .. "/reports", nil, with)))
  end)

  it("lists the whole workspace in pages, with a link past the last one", function()
    local _, with = sign()
    local seen, count, path = {}, 0, B .. "/reports?include_spaces=all&per_page=10"
    for page = 1, 4 do
      local body = curl:get(path, with)
      assert.same({ page, 10, 4, 39 }, { body.pagination.page, body.pagination.per_page, body.pagination.total_pages,
        body.pagination.total_count })
      assert.equal(#body.reports, body.pagination.count)
      for _, report in ipairs(body.reports) do
        assert.is_nil(seen[report.token])
        seen[report.token], count = report, count + 1
      end
      path = body._links.next_page.href
    end
    assert.equal(39, count)
    local past = curl:get(path, with)
    assert.same({}, past.reports)
    assert.is_string(past._links.next_page.href)
    assert.equal(35, curl:get(B .. "/reports", with).pagination.total_count) -- without other people's personal ones
    for _, report in ipairs(curl:reports()) do
      local row = seen[report.token]
      assert.same({ report.name, report.last_run_at, report.space_token },
        { row.name, row.last_run_at, row.space_token })
    end
    assert.equal(400, (curl:ask("GET", B .. "/reports?per_page=0", nil, with)))
    assert.equal(404, (curl:ask("GET", "/batch/elsewhere/reports", nil, with)))
  end)

  it("lists what belongs to reports, collections and members", function()
    local _, with = sign()
    local stats = {}
    for _, row in ipairs(curl:get(B .. "/report_stats?include_spaces=all", with).report_stats) do
      stats[row.report_token] = row
    end
    local queries = 0
    for _, report in ipairs(curl:reports()) do
      assert.equal(tonumber(report.view_count), stats[report.token].view_count)
      assert.equal(tonumber(report.schedules_count), stats[report.token].active_schedules_count)
      queries = queries + tonumber(report.query_count)
    end
    local own = 0
    for _, query in ipairs(curl:get(B .. "/queries", with).queries) do
      own = own + 1
      assert.is_string(query.raw_query)
    end
    assert.equal(queries, own)
    assert.is_true(#curl:get(B .. "/charts", with).charts > 10)
    assert.equal(6, #curl:get(B .. "/spaces", with).spaces)
    assert.equal(8, #curl:get(B .. "/spaces?include_spaces=all", with).spaces)
    assert.is_string(curl:get(B .. "/members", with).memberships[1].member_email)
  end)
end)
