-- Makes a workspace from a seed: collections, reports of all ages, schedules. SPDX-License-Identifier: MIT
--
-- The same options make the same workspace, token for token, in every sandbox. Ages are counted back from the time at
-- which it is made (or the option `now`). Rows are small; what a client sees of them is written when it asks.

local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"
local nasty = require "studio.sandbox.analyst.nasty"

local generate = {}

local DAY = 86400

--- name -> { default, type, what it is }; the option `workspace` of the sandbox.
generate.options = {
  name = { "acme", "string", "as in paths" },
  seed = { 1, "number", "of everything here" },
  reports = { 40, "number", "in the collections that everybody sees" },
  collections = { 6, "number", "that everybody sees" },
  personal = { 2, "number", "private collections of other people, two reports in each" },
  datasets = { 2, "number", "reports of type DatasetReport" },
  mix_datasets = { false, "boolean", "lists of reports show datasets too" },
  data_sources = { 2, "number", "" },
  nasty = { false, "boolean", "every other name is one that does harm; see nasty.lua" },
  now = { false, "number", "seconds since 1970 that ages are counted back from; false: the sandbox's clock" },
  ahead = { 0, "number", "seconds that the service's clock is ahead of ours" },
  add = { {}, "table", "further reports, each a table; see `given` in generate.lua" },
}

-- Fields of a report of the option `add`; what is left out is drawn. Ages are days; false: never.
local given = {
  name = "string", collection = "number", type = "string", archived = "boolean", created_days = "number",
  run_days = "number", success_days = "number", viewed_days = "number", views = "number", runs = "number",
  schedules = "number",
}

--- Checks the option `workspace`.
---@return string|nil complaint
function generate.complaint(options)
  for name, value in pairs(options) do
    local option = generate.options[name]
    if not option then return ("option 'workspace' has no field '%s'"):format(tostring(name)) end
    if type(value) ~= option[2] and not (value == false and option[1] == false) then
      return ("workspace.%s must be a %s, not a %s"):format(name, option[2], type(value))
    end
    if option[2] == "number" and value and (math.type(value) ~= "integer" or value < 0) and name ~= "now" then
      return ("workspace.%s must be a whole number from 0 on"):format(name)
    end
  end
  if options.collections == 0 then return "workspace.collections must be above 0" end
  for i, report in ipairs(options.add or {}) do
    if type(report) ~= "table" then return ("workspace.add[%d] must be a table"):format(i) end
    for name, value in pairs(report) do
      if not given[name] then return ("workspace.add[%d] has no field '%s'"):format(i, tostring(name)) end
      if type(value) ~= given[name] and value ~= false then
        return ("workspace.add[%d].%s must be a %s"):format(i, name, given[name])
      end
    end
  end
end

-- ---- names --------------------------------------------------------------------------------------------------------

local subjects = { "Revenue", "Churn", "Signups", "Orders", "Retention", "Support load", "Margins", "Stock",
  "Deliveries", "Campaigns", "Sessions", "Invoices", "Refunds", "Trials", "Hiring", "Uptime" }
local views = { "by week", "by region", "by cohort", "per customer", "against plan", "overview", "(old)",
  "for the board", "draft", "by channel" }
local places = { "Finance", "Growth", "Operations", "Product", "Support", "Sales", "People", "Platform" }

-- Every other name of a nasty workspace is one that does harm.
local function name_of(options, n, plain)
  if options.nasty and n % 2 == 0 then return nasty[(n // 2 - 1) % #nasty + 1] end
  return plain
end

local people = { "ada", "bob", "carol", "dan", "erin" }

-- ---- kinds of reports ---------------------------------------------------------------------------------------------

-- Each draws: days since the last run, since the last success, since the last view (false: never), views, runs,
-- schedules.
local profiles = {
  { "fresh", 0.40, function(draw)
    local run = draw() * 30
    return run, run, draw() * 30, draw(20, 5000), draw(10, 500), draw() < 0.3 and 1 or 0
  end },
  { "stale", 0.25, function(draw)
    local run = 100 + draw() * 700
    return run, run, 95 + draw() * 800, draw(1, 200), draw(1, 80), draw(0, 2)
  end },
  { "never run", 0.08, function(draw) return false, false, false, draw(0, 3), 0, 0 end },
  { "failing", 0.07, function(draw)
    local run = draw() * 5
    return run, draw() < 0.25 and false or 60 + draw() * 240, draw() * 60, draw(5, 500), draw(50, 500), 1
  end },
  { "unviewed", 0.10, function(draw)
    local run = draw() * 3
    return run, run, false, 0, draw(100, 1000), draw(1, 3)
  end },
  { "archived", 0.10, function(draw)
    local run = 200 + draw() * 900
    return run, run, 200 + draw() * 900, draw(1, 200), draw(1, 80), draw(0, 1)
  end },
}

local function profile(draw)
  local x = draw()
  for _, candidate in ipairs(profiles) do
    x = x - candidate[2]
    if x < 0 then return candidate end
  end
  return profiles[1]
end

-- What was given, else what was drawn.
local function either(value, drawn)
  if value ~= nil then return value end
  return drawn
end

local function facts(draw, fixed)
  local kind = profile(draw)
  local run, success, viewed, seen, runs, schedules = kind[3](draw)
  run = either(fixed.run_days, run)
  return {
    run = run, viewed = either(fixed.viewed_days, viewed),
    success = either(fixed.success_days, fixed.run_days ~= nil and run or success),
    views = either(fixed.views, seen), runs = either(fixed.runs, run and math.max(runs, 1) or 0),
    schedules = either(fixed.schedules, schedules), archived = either(fixed.archived, kind[1] == "archived"),
    created = either(fixed.created_days, (run or 0) + 10 + draw() * 700),
  }
end

-- ---- schedules ----------------------------------------------------------------------------------------------------

local frequencies = { "daily", "weekly", "weekly", "hourly", "monthly", "every_15_minutes", "every_30_minutes" }
local regions = { "EMEA", "APAC", "AMER" }
local zones = { "Pacific Time (US & Canada)", "UTC", "Berlin", "Mumbai" }

-- What was posted to make it: freq, and what that frequency needs.
local function cron(draw)
  local freq = frequencies[draw(1, #frequencies)]
  local made = { freq = freq, time_zone = zones[draw(1, #zones)] }
  if not freq:find "^every" then made.minute = draw(0, 11) * 5 end
  if made.minute and freq ~= "hourly" then made.hour = draw(0, 23) end
  if freq == "weekly" then made.day_of_week = json.array { draw(1, 6) } end
  if freq == "monthly" then made.day_of_month = draw(1, 28) end
  return made
end

local function schedules_of(workspace, report, count, draw)
  for i = 1, count do
    local n = report.n * 8 + i
    report.schedules[i] = {
      token = chance.token(workspace.seed, "schedule", n), name = name_of(workspace.options, n, "Schedule " .. i),
      cron = cron(draw), timeout = draw() < 0.3 and draw(1, 12) * 300 or nil,
      params = draw() < 0.4 and { region = regions[draw(1, 3)], since = "2024-01-01", top = draw(5, 50) } or nil,
      created = report.created, updated = report.created, last_run = report.last_run,
      last_success = report.last_success, subscribers = draw(0, 4),
    }
  end
end

-- ---- the whole ----------------------------------------------------------------------------------------------------

local function report_of(workspace, n, collection, fixed)
  local draw = chance.stream(workspace.seed, "report", n)
  local fact, now = facts(draw, fixed), workspace.made
  local function ago(days) return days and now - days * DAY end
  local report = {
    n = n, token = chance.token(workspace.seed, "report", n), collection = collection, type = fixed.type or "Report",
    name = fixed.name or name_of(workspace.options, n,
      ("%s %s %d"):format(subjects[draw(1, #subjects)], views[draw(1, #views)], n)),
    archived = fact.archived, created = ago(fact.created), last_run = ago(fact.run), last_success = ago(fact.success),
    last_viewed = ago(fact.viewed), views = fact.views, runs_count = fact.runs, owner = people[draw(1, #people)],
    queries_count = draw(1, 3), data_source = draw(1, math.max(1, workspace.options.data_sources)), schedules = {},
  }
  if fixed.name == false then report.name = json.null end
  report.updated = math.min(now, report.created + draw() * 10 * DAY)
  report.edited = report.updated
  schedules_of(workspace, report, fact.schedules, draw)
  workspace:add_report(report)
end

local function collections(workspace, options)
  for n = 1, options.collections + options.personal do
    local own = n > options.collections
    local owner = own and people[3 + n % 3] or nil
    workspace:add_collection {
      n = n, token = chance.token(workspace.seed, "space", n), owner = owner,
      type = own and "private" or n == 1 and "community" or "custom", created = workspace.made - 1500 * DAY,
      name = name_of(options, n, own and "Personal" or places[(n - 1) % #places + 1] .. " " .. n),
      description = n % 3 == 0 and json.null or "Made for the sandbox", level = n % 4 == 1 and "restricted" or "view",
    }
  end
end

local function users(workspace)
  local names, seen = { table.unpack(people) }, {}
  for _, entry in ipairs(workspace.world.options.analyst_tokens) do names[#names + 1] = entry.user end
  for _, name in ipairs(names) do
    if not seen[name] then
      seen[name] = true
      local n = #workspace.users + 1
      workspace.users[n] = { n = n, id = 30 + n, username = name, admin = name == "admin",
        token = chance.token(workspace.seed, "user " .. name, 0),
        membership = chance.token(workspace.seed, "membership " .. name, 0) }
    end
  end
end

--- Fills a new workspace.
---@param workspace sandbox.workspace
function generate.fill(workspace)
  local options = workspace.options
  for n = 1, options.data_sources do
    workspace.data_sources[n] = { n = n, id = 1000 + n, token = chance.token(workspace.seed, "data source", n),
      name = "Warehouse " .. n }
  end
  users(workspace)
  workspace.groups[1] = { n = 1, token = chance.token(workspace.seed, "group", 1), name = "Analysts", members = {
    { token = chance.token(workspace.seed, "group membership", 1), user = workspace.users[1] },
  } }
  collections(workspace, options)
  local where = chance.stream(workspace.seed, "where", 0)
  local function anywhere() return workspace.collections[where(1, options.collections)] end
  for n = 1, options.reports do report_of(workspace, n, anywhere(), {}) end
  for i = 1, options.personal * 2 do
    report_of(workspace, 100000 + i, workspace.collections[options.collections + (i + 1) // 2], {})
  end
  for n = 1, options.datasets do report_of(workspace, 200000 + n, anywhere(), { type = "DatasetReport" }) end
  for n, fixed in ipairs(options.add) do
    report_of(workspace, 300000 + n, workspace.collections[fixed.collection or 1] or anywhere(), fixed)
  end
end

return generate
