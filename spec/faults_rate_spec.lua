-- A service that is unwell: one request in four goes wrong, in one of many ways, and 200 calls at once come through
-- the whole SDK. SPDX-License-Identifier: MIT

local studio = require "studio"
local sandbox = require "spec.support.sandbox"

local RATE = 0.25
local KINDS = {
  { kind = "status", status = 503 }, { kind = "status", status = 500 }, { kind = "html" }, { kind = "drop" },
  { kind = "reset" }, { kind = "cut" }, { kind = "bad_json" }, { kind = "length" }, { kind = "length", by = -5 },
  { kind = "garbage" }, { kind = "slow", seconds = 0.01 }, { kind = "stall", seconds = 0.01 },
  { kind = "stall_head", seconds = 0.01 },
}

-- Rules are asked in order, so that each must hit a greater share of what is left: alike shares of all.
local function faults(method)
  local rules, left = {}, 1
  for _, rule in ipairs(KINDS) do
    local one = { method = method, rate = RATE / #KINDS / left, kind = rule.kind, status = rule.status, by = rule.by,
                  seconds = rule.seconds }
    left = left - RATE / #KINDS
    rules[#rules + 1] = one
  end
  return rules
end

describe("a service of which every fourth answer goes wrong", function()
  local toys, ms
  setup(function() toys = sandbox.start { seed = 7 } end)
  teardown(function() toys:stop() end)
  before_each(function()
    toys:reset { faults = {}, limit = 1000, window = 60 }
    ms = toys:mstudio { limits = { requests = 1000 }, max_attempts = 6, timeout = 20 }
  end)

  -- Numbers to 200.
  local function numbers()
    local list = {}
    for i = 1, 200 do list[i] = i end
    return list
  end

  local function hit()
    local n = 0
    for _, entry in ipairs(toys.server:log()) do
      if entry.fault then n = n + 1 end
    end
    return n
  end

  it("gives each of 200 readers its own answer, or an error of the closed list", function()
    local ids = {}
    for i = 1, 20 do ids[i] = assert(ms.projects:create { title = "Project " .. i }).id end
    toys.server:set { faults = faults "GET" }
    local right, wrong = 0, {}
    local results = studio.map(numbers(), function(i)
      local project, err = ms.projects:get(ids[i % 20 + 1])
      return { project = project, err = err }
    end, { concurrency = 32 })
    for i = 1, 200 do
      local project, err = results[i].project, results[i].err
      if project then
        right = right + 1
        assert.same({ ids[i % 20 + 1], "Project " .. i % 20 + 1 }, { project.id, project.title })
      else
        wrong[#wrong + 1] = tostring(err)
        assert.truthy(err:is("server", "network", "protocol", "timeout"), tostring(err))
      end
    end
    assert.is_true(hit() >= 20, "few faults: " .. hit()) -- the check can fail
    assert.is_true(right >= 180, table.concat(wrong, "\n"))
    assert.same({ 0, 0 }, { ms:stats().in_flight, ms:stats().queued })
  end)

  it("does no write twice, and tells of each whether it may have been done", function()
    toys.server:set { faults = faults "POST" }
    local results = studio.map(numbers(), function(i)
      local project, err = ms.projects:create { title = "Write " .. i }
      return { project = project, err = err }
    end, { concurrency = 32 })
    toys.server:set { faults = {} }
    local titles = {}
    for project in ms.projects:each() do titles[project.title] = (titles[project.title] or 0) + 1 end
    local failed = 0
    for i = 1, 200 do
      local project, err, times = results[i].project, results[i].err, titles["Write " .. i] or 0
      assert.is_true(times <= 1)
      if project then
        assert.same({ "Write " .. i, 1 }, { project.title, times })
      else
        failed = failed + 1
        assert.is_true(times == 0 or err.maybe_done, tostring(err))
      end
    end
    assert.is_true(failed > 10, "few failures: " .. failed)
  end)
end)
