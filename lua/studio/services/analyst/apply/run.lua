-- One run over many reports, to apply or to undo, and what came of it. SPDX-License-Identifier: MIT
--
-- Reports are worked on side by side, each by one task: the changes of one report keep their order. A run ends early
-- when going on would be wrong (nobody lets us in, nothing can be put on record) or vain (the service is down);
-- what has not begun then is left for the next run with the same log.

local check = require "studio.check"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local task = require "studio.task"

local run = {}

---@class studio.analyst.change_run
---@field client studio.client
---@field log studio.analyst.journal
---@field what string "apply" or "undo", for messages
---@field options table
---@field summary studio.analyst.summary
local methods = {}
local Run = { __name = "studio.analyst.change_run", __index = methods }

---@class studio.analyst.summary
---@field complete boolean everything is done: nothing failed, nothing is left
---@field skipped { report: table, why: string }[] left alone, since they are not as they were
---@field failed { report: table, change: string, schedule: table?, error: studio.error, unknown: boolean }[] unknown:
---  nobody knows whether it was done; the next run looks first
---@field stopped studio.error? why the run ended early
---@field calls integer requests that were sent
---@field log string path of the undo log

---@class studio.analyst.change_options
---@field concurrency integer? reports at a time; default 8
---@field progress fun(text: string)? studio.progress, for one
---@field on_change fun(change: { kind: string, report: table, schedule: table? })? called after each change

--- Begins a run.
---@param what string
---@param client studio.client
---@param log studio.analyst.journal
---@param options table concurrency, progress, on_change
---@param counts table the summary's own fields, set to 0
---@return studio.analyst.change_run
function run.new(what, client, log, options, counts)
  local summary = { complete = false, skipped = {}, failed = {}, calls = 0, log = log.path }
  for name, value in pairs(counts) do summary[name] = value end
  return setmetatable({ what = what, client = client, log = log, options = options, summary = summary }, Run)
end

--- nil, err: the run cannot even begin.
---@param client studio.client
---@param what string
---@param message string
---@param kind string? default "file"
function run.refuse(client, what, message, kind)
  return exchange.refuse(client, what, { kind = kind or "file", message = message })
end

--- The header of a log of this client's.
---@param client studio.client
---@return { workspace: string, base_url: string }
function run.header(client)
  return { workspace = client.state.params.workspace, base_url = client.state.origin }
end

--- Options that both have.
---@param what string
---@param options table?
---@param more table<string, string|string[]>
---@return table
function run.options(what, options, more)
  local rules = { concurrency = "integer", progress = "callable", on_change = "callable" }
  for name, kinds in pairs(more) do rules[name] = kinds end
  options = check.options(what, options, rules)
  if options.concurrency and options.concurrency < 1 then
    check.fail("%s: option 'concurrency' must be 1 or more", what)
  end
  return options
end

--- Ends the run; what is under way comes to its end.
---@param err studio.error
function methods:stop(err) self.summary.stopped = self.summary.stopped or err end

--- Puts something on record; the run stops when that cannot be.
---@return any? what `write` returned
function methods:record(write, ...)
  local value, message = write(self.log, ...)
  if value then return value end
  local _, err = run.refuse(self.client, self.what, "nothing more is changed, since it could not be put on record: "
    .. message)
  self:stop(err)
end

--- Notes a failure; the run stops after one that the next report would meet as well.
---@param report table
---@param change string "look", "archive", "delete_schedule", …
---@param err studio.error
---@param more table? schedule; unknown
function methods:fail(report, change, err, more)
  if errors.ends_work(err) or err.code == "retry_budget" then self:stop(err) end
  if err.kind == "cancelled" then return end
  local failure = { report = report, change = change, error = err, unknown = false }
  for name, value in pairs(more or {}) do failure[name] = value end
  table.insert(self.summary.failed, failure)
end

---@param report table
---@param why string
function methods:skip(report, why) table.insert(self.summary.skipped, { report = report, why = why }) end

--- Counts what was done, and tells whoever listens.
---@param counter string field of the summary
---@param change table kind, report; schedule
function methods:did(counter, change)
  self.summary[counter] = self.summary[counter] + 1
  if self.options.on_change then self.options.on_change(change) end
end

--- Works on each item of a list; returns the summary.
---@param list any[]
---@param work fun(run: studio.analyst.change_run, item: any)
---@return studio.analyst.summary
function methods:over(list, work)
  local summary, progress, finished = self.summary, self.options.progress, 0
  local sent = self.client:stats().attempts
  local _, err = task.map(list, function(item)
    if summary.stopped then return true end
    work(self, item)
    finished = finished + 1
    if progress then progress(("%s: %d of %d reports"):format(self.what, finished, #list)) end
    return true
  end, { concurrency = self.options.concurrency })
  if err then self:stop(err) end
  summary.calls = self.client:stats().attempts - sent
  summary.complete = not summary.stopped and #summary.failed == 0
  return summary
end

return run
