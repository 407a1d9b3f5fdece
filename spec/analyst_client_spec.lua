-- studio.analyst against the sandbox: a whole workspace read, and the budget of a user with two tokens.
-- SPDX-License-Identifier: MIT

local sandbox = require "spec.support.sandbox"
local studio = require "studio"

describe("studio.analyst and a workspace", function()
  local toys

  setup(function()
    toys = sandbox.start {
      workspace = { reports = 70, collections = 3, personal = 0, seed = 4 },
      analyst_tokens = {
        { token = "tok_workspace", secret = "sec_workspace", kind = "workspace", user = "admin" },
        { token = "tok_second", secret = "sec_second", kind = "workspace", user = "admin" },
      },
    }
  end)

  after_each(function() toys:reset { analyst_headers = "x_ratelimit_bare" } end)

  teardown(function() toys:stop() end)

  it("read every report once, page after page, and the same by its links", function()
    local an = toys:analyst()
    local seen, count = {}, 0
    for collection in an.collections:each() do
      for report in an.reports:each(collection) do
        assert.is_nil(seen[report.token])
        seen[report.token], count = report, count + 1
      end
    end
    assert.equal(70, count)
    local report
    for _, row in pairs(seen) do
      if tonumber(row.schedules_count) > 0 then report = row end
    end
    assert.equal(report.token, assert(an:follow(report, "self")).token)
    local schedules = assert(an:follow(report, "schedules"))
    assert.equal(tonumber(report.schedules_count), #schedules)
    assert.equal(schedules[1].token, assert(an.schedules:list(report))[1].token)
    assert.equal(0, an:stats().rate_limited)
  end)

  it("never meet a 429 with two tokens of one user, when they are told to share", function()
    toys.server:set { analyst_headers = "none" } -- or the two would learn of one another from what is left
    local one = toys:analyst { limit_key = "admin" }
    local other = toys:analyst { limit_key = "admin", token = "tok_second", secret = "sec_second" }
    local calls = {}
    for i = 1, 60 do calls[i] = i % 2 == 0 and one or other end
    assert(studio.map(calls, function(an) return an.workspace:verify() end, { concurrency = 16 }))
    assert.equal(60, one:stats().calls + other:stats().calls)
    assert.equal(0, one:stats().rate_limited + other:stats().rate_limited)
  end)

  it("change what is archived, and nothing when the client only reads", function()
    local an, reader = toys:analyst(), toys:analyst { read_only = true }
    local collections = assert(an.collections:list())
    local report
    for _, collection in ipairs(collections) do
      for row in an.reports:each(collection) do
        if not row.archived then report = report or row end
      end
    end
    assert.equal("refused", select(2, reader.reports:archive(report)).kind)
    assert.is_false(reader.reports:get(report).archived)
    assert(an.reports:archive(report))
    assert.is_true(reader.reports:get(report).archived)
    assert(an.reports:unarchive(report))
    assert.is_false(reader.reports:get(report).archived)
  end)
end)
