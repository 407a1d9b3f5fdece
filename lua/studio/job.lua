-- Jobs: work that a service finishes later, as handles that can be waited for. SPDX-License-Identifier: MIT
--
-- The words below are those in use for states among such services, documented or seen. A word that is not
-- here gives the state "unknown", which is waited for like "active": the word itself is job.raw_state.
--
-- Polls must not eat the budget that the work itself needs: all jobs that one client waits for take
-- together at most a share (a quarter) of its limit, one after another (turns.lua), and wait behind everything else
-- in the queue (priority "poll").

local check = require "studio.check"
local log = require "studio.log"
local merge = require "studio.merge"
local result = require "studio.result"
local route = require "studio.route"
local task = require "studio.task"

local job = {}

local words = {
  waiting = "pending queued backlogged scheduled throttled waiting created new accepted submitted enqueued "
    .. "requested",
  active = "processing running in_progress generating rendering dreaming sampling intermediate_complete planning "
    .. "fetching saving started active running_notebook importing uploading",
  done = "completed complete succeeded success successful done ready finished",
  failed = "failed failure error errored rejected expired timed_out",
  cancelled = "cancelled canceled aborted",
}
local state_of = {}
for state, list in pairs(words) do
  for word in list:gmatch "%S+" do state_of[word] = state end
end

-- The state of a word: "In Progress", "in-progress" and "in_progress" are one.
local function known_state(word) return state_of[(word:lower():gsub("[%s-]+", "_"))] or "unknown" end

local final = { done = true, failed = true, cancelled = true }

-- Poll settings: seconds until the first, growth, longest pause; share of the limit for all polls
-- together; jitter as a part of the pause; failed polls in a row that are borne.
local poll_defaults = { first = 3, factor = 1.5, cap = 15, share = 0.25, jitter = 0.2, failures = 3 }
local poll_options = {
  first = "seconds", factor = "number", cap = "seconds", share = "number", jitter = "number", failures = "integer",
  random = "callable",
}

-- Seconds between two polls at the least, whatever a service asks for and even without a limit; the poll
-- setting `first` can make it less.
local LEAST_PAUSE = 0.25

-- A wait that may take so long gets this much more (seconds) for the answer to its last look.
local GRACE = 5

-- Failures of a poll that say nothing about the job.
local passing = { network = true, server = true, timeout = true, rate_limited = true }

-- Reading an answer -------------------------------------------------------------------------------

local id_fields = { "job_id", "generation_job_id", "id" }

-- `fields`: where this service has ids, when it is known.
local function id_of(data, fields)
  for _, name in ipairs(fields or id_fields) do
    if route.id(data[name]) then return data[name] end
  end
end

-- The table that tells about the job: the answer, or what it has under `job`.
local function facts_of(data, fields)
  for _, name in ipairs { "job", "generation_job", "generation", "response", "data" } do
    if type(data[name]) == "table" and (id_of(data[name], fields) or data[name].status or data[name].state) then
      return data[name]
    end
  end
  return data
end

local function raw_state_of(facts)
  for _, name in ipairs { "status", "state" } do
    if type(facts[name]) == "string" and facts[name] ~= "" then return facts[name] end
  end
end

-- 0..1. Whole numbers from 1 on are per cent: a job at 1 of 1 has a state that says so.
local function progress_of(facts, state)
  if state == "done" then return 1 end
  local value = facts.progress or facts.percent or facts.percentage
  if type(value) == "string" then value = tonumber((value:match "^%s*([%d.]+)%s*%%?%s*$")) end
  if type(value) ~= "number" or value ~= value then return nil end
  if value > 1 or (math.type(value) == "integer" and value == 1) then value = value / 100 end
  return math.max(0, math.min(1, value))
end

-- Why a job failed, in the service's words.
local function reason_of(facts)
  local inner = type(facts.result) == "table" and facts.result or {}
  for _, value in ipairs {
    facts.error or false, facts.failure_reason or false, facts.failure or false, facts.error_message or false,
    facts.message or false, inner.error or false, inner.message or false,
  } do
    if type(value) == "table" then value = value.message or value.detail end
    if type(value) == "string" and value:find "%S" then return value end
  end
end

local function code_of(facts)
  local inner = type(facts.error) == "table" and facts.error or {}
  local code = facts.failure_code or facts.failureCode or facts.error_code or inner.code
  return code ~= nil and type(code) ~= "table" and tostring(code) or nil
end

-- The handle --------------------------------------------------------------------------------------

---@class studio.job.source what a service knows of its jobs
---@field submit string? name of the route that began it
---@field get string name of the route that tells how it is
---@field param string name of the id in the path of `get`
---@field params table<string, string>? what else stands in that path
---@field id_fields string[]? where the id stands in an answer; default job_id, generation_job_id, id
---@field made string[]? fields of an answer that is no job but the result itself, where that has no URL
---@field again (fun(self: studio.job): string)? the code that comes back to it, for people
---@field reason (fun(self: studio.job): string?, string?)? why it failed, and a code, where its own answer does not say
---  so; nil when that cannot be found out
---@field result (fun(self: studio.job): any, any)? what a job that is done gives; default studio.result

---@class studio.job
---@field id string|integer|nil nil when the service answered with the result at once
---@field state string "waiting", "active", "done", "failed", "cancelled", or "unknown"
---@field raw_state string? the service's own word
---@field progress number? 0..1
---@field data table the answer
local methods = {}
local Job = { __name = "studio.job", __index = methods }

local function update(self, data)
  local fields = self.source.id_fields
  local facts = facts_of(data, fields)
  self.data = data
  self.facts = facts
  self.id = self.id or id_of(facts, fields) or id_of(data, fields)
  self.raw_state = raw_state_of(facts) or raw_state_of(data)
  self.state = self.raw_state and known_state(self.raw_state) or "unknown"
  self.progress = progress_of(facts, self.state)
end

function Job:__tostring()
  local state = self.state == "unknown" and self.raw_state or self.state
  return ("studio.job %s (%s)"):format(self.id or "without id", state)
end

-- Is an answer the result itself?
local function is_result(source, data, client)
  for _, name in ipairs(source.made or {}) do
    if data[name] ~= nil then return true end
  end
  return #result.urls(data, client) > 0
end

--- A job out of the answer to a submission or a look-up. An answer that holds the result and no state
--- is a job that is done.
---@param client studio.client
---@param source studio.job.source
---@param data any the answer, out of its envelope
---@param response table
---@param id (string|integer)? where it is known
---@return studio.job? job
---@return table response_or_err
function job.new(client, source, data, response, id)
  if type(data) == "table" then
    local self = setmetatable({ client = client, source = source, id = id }, Job)
    update(self, data)
    if not self.raw_state and is_result(source, data, client) then
      self.state, self.progress = "done", 1
      if not facts_of(data).job_id and not facts_of(data).generation_job_id then self.id = id end
    end
    if self.id or final[self.state] then return self, response end
  end
  return nil, client:problem(source.submit or source.get, {
    kind = "protocol", response = response,
    message = (source.submit and "the service accepted this, but its" or "the")
      .. " answer names neither a job nor a result (see err.response.body)",
  })
end

--- Is it a job?
---@param value any
---@return boolean
function job.is(value) return getmetatable(value) == Job end

--- Asks the service how the job is.
---@param options table? of the call
---@return studio.job? job the same handle, brought up to date
---@return table response_or_err
function methods:refresh(options)
  if not self.id then return self end
  options = options or {}
  local params = merge(self.source.params, { [self.source.param] = self.id })
  local data, response = self.client:call(self.source.get, params, nil, options)
  if data == nil then return nil, response end
  if type(data) ~= "table" then
    return nil, self.client:problem(self.source.get, {
      kind = "protocol", message = "the answer tells nothing about the job", response = response,
    })
  end
  update(self, data)
  return self, response
end

local function failed(self)
  local facts, ask = self.facts, self.source.reason
  if ask and not self.reason then self.reason, self.code = ask(self) end -- once: it may cost calls
  local err = self.client:problem(self.source.get, {
    kind = "job_failed", code = self.code or code_of(facts),
    message = ("job %s %s: %s"):format(self.id or "without id", self.raw_state or self.state,
      self.reason or reason_of(facts) or "the service gave no reason"),
  })
  err.job = self
  return nil, err
end

--- The result of a job that is done.
---@return any result a studio.result, unless the service has another kind
---@return studio.error? err kind "job_failed", or "conflict" while it is not done
function methods:result()
  if self.state == "done" then return (self.source.result or result.new)(self) end
  if final[self.state] then return failed(self) end
  return nil, self.client:problem(self.source.get, {
    kind = "conflict", message = ("job %s is not done yet (%s)"):format(self.id, self.raw_state or self.state),
  })
end

-- Waiting -----------------------------------------------------------------------------------------

local function number_of(value)
  value = tonumber(value)
  return value and value >= 0 and value < math.huge and value or nil
end

-- Seconds that the service asks us to leave between polls.
local function hint_of(self, response)
  local facts = self.facts
  local ms = number_of(facts.poll_after_ms)
  return number_of(facts.poll_after) or (ms and ms / 1000) or number_of(facts.retry_after)
    or (response and response.header and number_of(response:header "retry-after")) or nil
end

--- Seconds between two polls of one client, whichever its jobs, that leave them their share of its tightest limiter.
---@param client studio.client
---@return number
function job.spacing(client)
  local pause, share = 0, client.state.poll.share
  for _, limit in ipairs(client:limits()) do
    if (limit.capacity or 0) > 0 then pause = math.max(pause, limit.window / (share * limit.capacity)) end
  end
  return pause
end

--- Seconds until the next poll.
---@param settings table see poll_defaults; random() in [0, 1)
---@param n integer polls so far
---@param hint number? what the service asked for, in seconds
---@param fair number least pause that the limit leaves
---@return number
function job.pause(settings, n, hint, fair)
  local pause = hint and math.min(hint, 60) or math.min(settings.cap, settings.first * settings.factor ^ n)
  local floor = settings.first > 0 and math.min(settings.first, LEAST_PAUSE) or LEAST_PAUSE
  pause = math.max(pause, fair, floor)
  local spread = settings.jitter * settings.random()
  -- Never sooner than was asked for; else around the pause, so that jobs of one moment drift apart.
  if hint or pause == fair then return pause * (1 + spread) end
  return math.max(floor, pause * (1 - settings.jitter / 2 + spread))
end

--- The poll settings of a client: the defaults with what the user changed.
---@param what string for the message about a wrong option
---@param given table?
---@return table
function job.settings(what, given)
  local settings = { random = function() return task.loop:random() end }
  for k, v in pairs(poll_defaults) do settings[k] = v end
  for k, v in pairs(check.options(what, given, poll_options)) do settings[k] = v end
  if not (settings.share > 0 and settings.factor >= 1) then
    check.fail("%s: share must be above 0, factor 1 or more", what)
  end
  return settings
end

local function gave_up(self, seconds, last)
  local again = self.source.again
  local err = self.client:problem(self.source.get, {
    kind = "timeout",
    message = ("job %s is still %s after %.0f s"):format(self.id, self.raw_state or self.state, seconds)
      .. (last and "; the last look at it failed: " .. last.message or ""),
    advice = "It goes on at the service" .. (again and ("; %s:wait() comes back to it"):format(again(self)) or ""),
  })
  return nil, err
end

local function tell(self, options, before)
  if options.on_update and before ~= (self.raw_state or self.state) .. tostring(self.progress) then
    options.on_update(self)
  end
  if options.progress then options.progress(self) end
  return (self.raw_state or self.state) .. tostring(self.progress)
end

-- One look at the job. False, err when waiting further makes no sense.
local function look(self, watch, left)
  local updated, response = self:refresh { priority = "poll", deadline = left }
  watch.looks = watch.looks + 1
  if updated then
    if log.shows "debug" then
      log.emit { type = "poll", level = "debug", service = self.client.state.definition.name, route = self.source.get,
        message = ("says: job %s is %s%s"):format(self.id, self.raw_state or self.state,
          self.progress and (" (%.0f %%)"):format(self.progress * 100) or "") }
    end
    watch.failures, watch.last, watch.hint = 0, nil, hint_of(self, response)
    return true
  end
  watch.failures, watch.last, watch.hint = watch.failures + 1, response, response.retry_after
  return passing[response.kind] and watch.failures <= watch.settings.failures, response
end

-- Waits until this job may be looked at. False: not in its time; nil, err: cancelled.
local function wait_for_turn(self, spacing, left, hard)
  local queue = self.client.state.turns
  -- At the end of its time a job that is alone is looked at at once.
  if left <= 0 and #queue == 0 then return hard > 0 end
  return queue:take(spacing, hard)
end

local function wait(self, options, settings)
  local start = task.loop:now()
  local limit = math.min(options.timeout or 600, options.deadline or math.huge)
  local hard = options.deadline or limit + GRACE
  local watch = { looks = 0, failures = 0, settings = settings }
  local seen = tell(self, options)
  while not final[self.state] do
    local spacing = job.spacing(self.client)
    local pause = job.pause(settings, watch.looks, watch.hint, spacing)
    -- The last look is at the end of the time, not somewhere before it.
    local left = limit - (task.loop:now() - start)
    local slept, err = task.sleep(math.max(0, math.min(pause, left)))
    if not slept then return nil, err end
    local spent = task.loop:now() - start
    local mine
    mine, err = wait_for_turn(self, spacing, limit - spent, hard - spent)
    if mine == nil then return nil, err end
    left = hard - (task.loop:now() - start)
    if not mine or left <= 0 then return gave_up(self, limit, watch.last) end
    local ok, failure = look(self, watch, left)
    local over = not final[self.state] and task.loop:now() - start >= limit
    if over and (ok or failure.kind ~= "cancelled") then return gave_up(self, limit, watch.last) end
    if not ok then return nil, failure end
    seen = tell(self, options, seen)
  end
  return self:result()
end

--- Waits until the job has ended, by looking at it now and then.
---@param options studio.job.wait_options?
---  timeout, deadline: seconds from now, default 600, the shorter one counts; progress: told after each look;
---  on_update: told when state or progress changed
---@return any result a studio.result, unless the service has another kind
---@return studio.error? err kind "job_failed" with the service's reason; any other, "timeout" first of all, says
---  nothing about the job, which goes on; err.job is this job in each
function methods:wait(options)
  check.method("job:wait", self, Job)
  options = check.options("job:wait", options, {
    timeout = "seconds", deadline = "seconds", progress = "callable", on_update = "callable",
  })
  local value, err = wait(self, options, self.client.state.poll)
  if not value then err.job = self end
  return value, err
end

return job
