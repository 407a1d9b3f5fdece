-- The runs of a report: those that were there at the start, those that clients began. SPDX-License-Identifier: MIT
--
-- A run's state follows from its age alone: no timers. The runs of the past follow from the report's facts (how many,
-- the last one, the last success), and are made when somebody asks: a workspace may have a million of them.

local chance = require "studio.sandbox.chance"

local history = {}

local YEAR = 365 * 86400

-- Shares of a run's time; after that its queries are at work, or its notebook.
local PENDING, ENQUEUED = 0.1, 0.3

--- States in which a run has results.
history.succeeded = { succeeded = true, completed = true }

---@class sandbox.run
---@field token string
---@field number integer     counted from the report's first run
---@field report table
---@field created number     seconds since 1970
---@field duration number
---@field outcome "succeeded"|"completed"|"failed"|"cancelled"  decided when it begins
---@field parameters table

-- Reports with a notebook; their runs end as "completed".
local function has_notebook(report) return report.n % 5 == 0 and report.type ~= "DatasetReport" end

local function success_of(report) return has_notebook(report) and "completed" or "succeeded" end

-- What is known of a report's runs: `base`, how many there were at the start; `success`, the last good one of them (0:
-- none); `step`, seconds between two; `made`, the runs since then.
local function book_of(report)
  if report.history then return report.history end
  local base = report.last_run and report.runs_count or 0
  local book = { base = base, made = {}, by_token = {}, open = {}, last = report.last_run, success = 0, step = 3600 }
  if base > 0 then
    book.step = math.max(60, (report.last_run - report.created) / (base + 1))
    if report.last_success then
      local since = math.floor((report.last_run - report.last_success) / book.step + 0.5)
      book.success = math.max(1, base - math.max(0, since))
    end
  end
  report.history = book
  return book
end

-- A run of the past.
local function past(ws, report, number)
  local book = book_of(report)
  local draw = chance.stream(ws.seed, "run", report.n << 20 | number)
  local good = number == book.success or number < book.success and draw() < 0.9
  return {
    token = chance.token(ws.seed, "run", report.n << 20 | number), number = number, report = report,
    created = book.last - (book.base - number) * book.step, duration = math.min(book.step / 2, draw(1, 60)),
    outcome = good and success_of(report) or "failed", parameters = {},
  }
end

--- How many runs there are.
function history.count(report)
  local book = book_of(report)
  return book.base + #book.made
end

--- The run of that number.
---@return sandbox.run
function history.run(ws, report, number)
  local book = book_of(report)
  return book.made[number - book.base] or past(ws, report, number)
end

--- All runs, the newest first: a list that makes its items when they are asked for.
function history.list(ws, report)
  local count = history.count(report)
  return setmetatable({}, {
    __len = function() return count end,
    __index = function(_, i) return i >= 1 and i <= count and history.run(ws, report, count + 1 - i) or nil end,
  })
end

--- The run with that token.
---@return sandbox.run|nil
function history.find(ws, report, token)
  local book = book_of(report)
  for _, run in ipairs(book.made) do
    if run.token == token then return run end
  end
  if not next(book.by_token) then
    for number = 1, book.base do
      book.by_token[chance.token(ws.seed, "run", report.n << 20 | number)] = number
    end
  end
  local number = book.by_token[token]
  return number and past(ws, report, number)
end

--- Begins a run.
---@param ws sandbox.workspace
---@param report table
---@param parameters table
---@return sandbox.run
function history.begin(ws, report, parameters)
  local world, book = ws.world, book_of(report)
  local outcome = world.random() < world.options.run_fail_rate and "failed" or success_of(report)
  for _, value in pairs(parameters) do -- a client may ask for it
    if value == "FAIL" then outcome = "failed" end
    if value == "CANCEL" then outcome = "cancelled" end
  end
  local run = {
    token = ws:new_token "run", number = book.base + #book.made + 1, report = report, created = ws:now(),
    duration = world:draw(world.options.run_seconds), outcome = outcome, parameters = parameters,
  }
  book.made[#book.made + 1], book.open[#book.open + 1] = run, run
  report.runs_count, report.last_run = (report.runs_count or 0) + 1, run.created
  ws:changed(report.type == "DatasetReport" and "datasets.run" or "runs.run", report.token)
  ws:touch(report)
  return run
end

--- The state of a run, and the one of its notebook.
---@param run sandbox.run
---@param now number
---@return string state
---@return "none"|"pending"|"submitted"|"succeeded"|"failed" python_state
function history.state(run, now)
  local age, notebook = now - run.created, has_notebook(run.report)
  if age >= run.duration then
    if not notebook or run.outcome == "cancelled" then return run.outcome, "none" end
    return run.outcome, run.outcome == "failed" and "failed" or "succeeded"
  end
  if age < run.duration * PENDING then return "pending", notebook and "pending" or "none" end
  if notebook and age >= run.duration * ENQUEUED then return "running_notebook", "submitted" end
  return "enqueued", notebook and "pending" or "none"
end

--- When it was over; false while it is not.
function history.ended(run, now) return now >= run.created + run.duration and run.created + run.duration end

--- The number of the last good run (0: none), and whether one failed since.
function history.latest_success(report, now)
  local book, failed = book_of(report), false
  for i = #book.made, 1, -1 do
    local state = history.state(book.made[i], now)
    if history.succeeded[state] then return book.base + i, failed end
    failed = failed or state == "failed"
  end
  return book.success, failed or book.success < book.base
end

--- The token of the last good run; nil: there is none.
function history.success_token(ws, report)
  local number = history.latest_success(report, ws:now())
  return number > 0 and history.run(ws, report, number).token or nil
end

--- Writes into the report what its runs have come to; to be called before a report is shown.
function history.settle(ws, report)
  local book, now = report.history, ws:now()
  for i = book and #book.open or 0, 1, -1 do
    local run = book.open[i]
    local ended = history.ended(run, now)
    if ended then
      table.remove(book.open, i)
      if history.succeeded[run.outcome] then
        report.last_success = math.max(report.last_success or 0, ended)
        report.rows = nil
      end
    end
  end
end

--- When the results of a run were thrown away: after a year, or because somebody asked; nil: they are there.
function history.purged(ws, run)
  if ws.made - run.created > YEAR then return run.created + YEAR end
  for _, purge in ipairs(ws.purges) do
    local ours = not purge.data_source or purge.data_source == run.report.data_source
    if ours and run.created >= purge.from and run.created < purge.to then return purge.at end
  end
end

return history
