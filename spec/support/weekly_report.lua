-- A week made by hand for the page of examples/weekly_report.lua. SPDX-License-Identifier: MIT
--
--   local week = fixture.week()              -- as examples/weekly_report/collect.lua makes one
--   page = fixture.page(week)

package.path = "./examples/?.lua;" .. package.path

local page = require "weekly_report.page"

local fixture = {}

local DAY <const> = 86400

fixture.to = 1795305600 -- 2026-11-22

local function days(from, counts)
  local list = {}
  for i, n in ipairs(counts) do
    list[i] = { at = from + (i - 1) * DAY, sessions = n, fps = n > 0 and 60 + n or nil, comfort = n > 0 and 70 or nil,
      length = n > 0 and 61000 * n or nil }
  end
  return list
end

--- A week with a day without sessions; `name` is what everything is called.
---@param name string?
---@param counts integer[]? sessions of the seven days
---@return weekly_report.Week
function fixture.week(name, counts)
  name, counts = name or "Shop", counts or { 4, 12, 0, 7, 1, 3, 9 }
  local sum = 0
  for _, n in ipairs(counts) do sum = sum + n end
  local question = { title = name, minLabel = name, maxLabel = name }
  local function ask(kind, more)
    local one = { type = kind }
    for field, value in pairs(question) do one[field] = value end
    for field, value in pairs(more or {}) do one[field] = value end
    return one
  end
  return {
    project = { id = 10, name = name }, from = fixture.to - 7 * DAY, to = fixture.to,
    days = days(fixture.to - 7 * DAY, counts), days_before = days(fixture.to - 14 * DAY, { 5, 5, 5, 5, 0, 5, 5 }),
    total = { sessions = sum, fps = 66.5, comfort = 70, length = 3725000 },
    before = { sessions = 30, fps = 65, comfort = 70, length = 300000 },
    left_out = { all = 5, test = 4, junk = 2 },
    devices = { { device = name, sessions = sum - 2, fps = 66.5, comfort = nil } },
    objectives = { { name = name, succeeded = 20, failed = 10, before = { succeeded = 1, failed = 3 }, earlier = 2,
      steps = { { name = name, succeeded = 25, failed = 5, duration = 12340 }, { succeeded = 20, failed = 10 } } } },
    sets = { { set = { name = name, title = name, version = 3, questions = { ask "BOOLEAN",
      ask("MULTIPLE", { answers = { { answer = name }, { answer = "B" } } }), ask("SCALE", { range = { start = 1,
        ["end"] = 5 } }), ask "VOICE", ask(name) } },
      counts = {
        { { value = "1", count = 3, skipped = false }, { value = "0", count = 1, skipped = false } },
        { { value = "0", count = 2, skipped = false }, { value = "7", count = 1, skipped = false } },
        { { value = "5", count = 2, skipped = false }, { value = "2", count = 2, skipped = false },
          { count = 1, skipped = true } },
        { { value = "x", count = 2, skipped = false } },
        { { value = name, count = 2, skipped = false } },
      } } },
    more_sets = 1, troubles = { { part = "objectives", why = name } },
  }
end

--- Its page.
---@param week weekly_report.Week
---@return string
function fixture.page(week) return page.render(week, { at = fixture.to, calls = 15 }) end

return fixture
