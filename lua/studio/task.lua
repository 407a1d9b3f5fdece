-- Tasks: the one place that waits, suspending inside a task and blocking everywhere else. SPDX-License-Identifier: MIT
--
-- Inside a task (studio.spawn, studio.map) a wait lets the other tasks run; outside it blocks in short
-- turns, so that Ctrl-C works, and drives all tasks meanwhile. Same functions in both places. How that
-- is done is scheduler.lua's; here is what users hold.
--
-- What becomes of errors in a task:
--  * error objects of ours (an assert on `nil, err`) come out of task:await() as nil, err;
--  * anything else is a mistake in the program: task:await() raises it again, with the task's own traceback;
--  * a task that raised, and whose handle was dropped without await, is reported once through studio.on_error.

local Scheduler = require "studio.scheduler"
local check = require "studio.check"
local core = require "studio.core"
local errors = require "studio.error"
local where = require "studio.where"

local Tasks = {}
Tasks.__index = Tasks

-- Errors that were raised, with the stack they were raised on -------------------------------------

local Raised = { __name = "studio.raised" }

local function raised(value)
  if getmetatable(value) == Raised then return value end
  return setmetatable({ value = value, trace = debug.traceback(nil, 2) }, Raised)
end

-- As text for people, the stack below it.
function Raised:__tostring()
  if errors.is(self.value) then return tostring(self.value) end
  return tostring(self.value) .. "\nin a task:\n" .. (self.trace:gsub("^stack traceback:\n", ""))
end

-- Raises it again in whoever waited. Tables of the user's own go through as they are.
local function raise_again(failure)
  error(type(failure.value) == "string" and tostring(failure) or failure.value, 0)
end

-- Calls fn: true and its results, or false and a Raised.
local function attempt(fn, ...)
  local results = table.pack(xpcall(fn, raised, ...))
  if not results[1] then results[2] = raised(results[2]) end -- when the handler itself failed: out of stack
  return results
end

local function cancelled() return errors.new { kind = "cancelled", message = "the task was cancelled" } end

-- The handle --------------------------------------------------------------------------------------

---@class studio.task
local methods = {}
local Handle = { __name = "studio.task", __index = methods }

-- The handle holds the record, the running task never the handle: so that we see when nobody can await
-- any more.
local records = setmetatable({}, { __mode = "k" })

local function record_of(handle, method)
  local record = records[handle]
  if not record then check.fail("task:%s: call it with a colon, on what studio.spawn returned", method) end
  return record
end

local function report(record)
  if not record.failure or record.observed then return end
  record.observed = true
  local handler = record.tasks.error_handler
  local ok, why = pcall(handler, record.failure.value, tostring(record.failure))
  if not ok then warn("studio.on_error: " .. tostring(why)) end
end

--- Waits for the task to end.
---@return any ... what its function returned; nil, err when it raised one of our errors or was cancelled early
function methods:await()
  local record = record_of(self, "await")
  record.observed = true
  local scheduler, fiber = record.tasks.scheduler, record.fiber
  if fiber == scheduler.running and not fiber.done then check.fail("task:await: a task cannot wait for itself") end
  local done = scheduler:wait_fiber(fiber)
  if done == nil then
    check.fail("task:await: that task can only go on once the present one is suspended, and it cannot be "
      .. "suspended here (inside a callback, metamethod or coroutine of another's)")
  elseif not done then
    return nil, cancelled()
  end
  local failure = record.failure
  if not failure then return table.unpack(record.results, 2, record.results.n) end
  if errors.is(failure.value) then return nil, failure.value end
  raise_again(failure)
end

--- Cancels the task: the call or sleep it waits for gives it nil, err (kind "cancelled"), and so does
--- every further wait. Its code goes on from there, so that it can clean up. A task that is done is
--- left alone.
function methods:cancel()
  local record = record_of(self, "cancel")
  record.tasks.scheduler:cancel(record.fiber)
end

--- Has it ended?
---@return boolean
function methods:done() return record_of(self, "done").fiber.done end

function Handle:__tostring()
  local record = records[self]
  return "studio.task (" .. (record.fiber.done and "done" or record.fiber.cancelled and "cancelled" or "running") .. ")"
end

function Handle:__gc()
  local record = records[self]
  if record then
    record.dropped = true
    report(record)
  end
end

-- What studio exports -----------------------------------------------------------------------------

--- Starts a task; it begins to run with the next wait or step.
---@param fn function
---@param ... any its arguments
---@return studio.task
function Tasks:spawn(fn, ...)
  check.argument("studio.spawn", "function", fn, "callable")
  local arguments = table.pack(...)
  local record = { tasks = self }
  record.fiber = self.scheduler:fiber(function(fiber)
    if fiber.cancelled then
      record.results = table.pack(true, nil, cancelled())
      return
    end
    local results = attempt(fn, table.unpack(arguments, 1, arguments.n))
    if results[1] then
      record.results = results
    else
      record.failure = results[2]
      local value = record.failure.value
      if fiber.cancelled and errors.is(value) and value.kind == "cancelled" then record.observed = true end
      if record.dropped then report(record) end
    end
  end)
  record.fiber.origin = where()
  record.fiber.on_broken = function(why)
    record.failure = raised(why)
    if record.dropped then report(record) end
  end
  local handle = setmetatable({}, Handle)
  records[handle] = record
  return handle
end

--- Waits for a call of the core, at most so long.
---@param call table
---@param seconds number? default: until it is done
---@return boolean done
function Tasks:wait(call, seconds)
  if self.scheduler:wait_call(call, seconds) then return true end
  local fiber = self.scheduler.running
  if fiber and fiber.cancelled then call:cancel() end
  return call:done()
end

--- Waits for a call of the core.
---@param call table
---@return table? response
---@return table? failure
function Tasks:await(call)
  self:wait(call)
  return call:result()
end

--- Waits so many seconds; other tasks run meanwhile.
---@param seconds number
---@return boolean? slept
---@return studio.error? err kind "cancelled"
function Tasks:sleep(seconds)
  check.argument("studio.sleep", "seconds", seconds, "seconds")
  if self.scheduler:sleep(seconds) then return true end
  return nil, cancelled()
end

--- Drives everything once, for programs with a frame or loop of their own. What the world does wrong
--- never raises here.
---@param max_ms number? waits at most so long (milliseconds) for something to happen, and resumes tasks for about
---  as long; what is left is for the next step. Default 0: does what is ready, for half a millisecond or so
---@return integer active tasks and calls that have not ended
function Tasks:step(max_ms)
  local ms = max_ms or 0
  if type(ms) ~= "number" or ms ~= ms or ms < 0 then
    check.fail("studio.step: max_ms must be a number of milliseconds, 0 or more")
  end
  local seconds = ms / 1000
  self.scheduler:turn(seconds, seconds)
  return self.scheduler:active()
end

--- A descriptor that becomes readable when studio.step has something to do.
---@return integer
function Tasks:fd() return self.scheduler:fd() end

--- Sets who is told of an error in a task that nobody waits for; the default writes it to standard error.
---@param handler fun(err: any, text: string) text has the traceback
---@return fun(err: any, text: string) previous
function Tasks:on_error(handler)
  check.argument("studio.on_error", "handler", handler, "callable")
  local previous = self.error_handler
  self.error_handler = handler
  return previous
end

--- The user's line that started the task we run in, for errors whose own stack has no line of the user's.
---@return string?
function Tasks:origin()
  local fiber = self.scheduler.running
  return fiber and fiber.origin
end

--- Is the present code in a task that was cancelled?
---@return boolean
function Tasks:is_cancelled()
  local fiber = self.scheduler.running
  return fiber ~= nil and fiber.cancelled
end

--- Does the credential provider of this client run here?
---@param client table of the core
---@return boolean
function Tasks:asks(client) return self.scheduler:asks(client) end

-- map ---------------------------------------------------------------------------------------------

-- One worker: takes the next item until there is none, or until one failed and that stops all.
local function work(job)
  while job.next <= job.n and not job.stopped do
    local i = job.next
    job.next = i + 1
    local results = attempt(job.fn, job.list[i], i)
    local value, err = results[2], results[3]
    if not results[1] then
      if not errors.is(value.value) then
        job.mistake, job.stopped = job.mistake or value, true
        return
      end
      value, err = nil, value.value
    end
    if value or err == nil then
      job.results[i] = value
    elseif not job.stopped then
      job.errors[i], job.errors.n = err, job.errors.n + 1
      job.first = job.first or err
      job.stopped = job.on_error == "stop"
    end
  end
end

local function cancel_workers(job)
  job.stopped = true
  for _, fiber in ipairs(job.workers) do job.scheduler:cancel(fiber) end
end

-- Waits for all workers; false when the caller itself was cancelled.
local function join(job)
  for _, fiber in ipairs(job.workers) do
    if not job.scheduler:wait_fiber(fiber) then return false end
    if fiber.broken then raise_again(raised(fiber.broken)) end
  end
  return true
end

--- Calls fn(item, index) for each item of a list, several at a time, each in a task of its own. An item
--- fails when fn returns nil, err or raises one of our errors; any other error in fn stops all and is
--- raised.
---@param list any[]
---@param fn fun(item: any, index: integer): any
---@param options { concurrency: integer?, on_error: string? }? concurrency: default 8; on_error: "stop" (default: the
---  first failure cancels the rest) or "collect"
---@return any[]? results in the order of the list, n is its length; nil when stopped or cancelled
---@return studio.error|table err "stop": the first error; "collect": errors by index, n is how many
---@return any[]? partial "stop": what was done before
function Tasks:map(list, fn, options)
  check.argument("studio.map", "list", list, "table")
  check.argument("studio.map", "function", fn, "callable")
  options = check.options("studio.map", options, { concurrency = "integer", on_error = "string" })
  local on_error, concurrency = options.on_error or "stop", options.concurrency or 8
  if on_error ~= "stop" and on_error ~= "collect" then
    check.fail("studio.map: option 'on_error' must be \"stop\" or \"collect\"")
  end
  if concurrency < 1 then check.fail("studio.map: option 'concurrency' must be 1 or more") end
  local n = list.n or #list
  local job = {
    list = list, fn = fn, n = n, next = 1, on_error = on_error, scheduler = self.scheduler, workers = {},
    results = { n = n }, errors = { n = 0 },
  }
  -- However this ends, by Ctrl-C too: no worker goes on.
  local _ <close> = setmetatable({}, { __close = function() cancel_workers(job) end })
  local origin = where()
  for i = 1, math.min(concurrency, n) do
    job.workers[i] = self.scheduler:fiber(function(fiber)
      if not fiber.cancelled then work(job) end
      if job.stopped then cancel_workers(job) end
    end)
    job.workers[i].origin = origin
  end
  local finished = join(job)
  if job.mistake then raise_again(job.mistake) end
  if not finished then return nil, cancelled(), job.results end
  if job.on_error == "collect" then return job.results, job.errors end
  if job.first then return nil, job.first, job.results end
  return job.results
end

-- The module --------------------------------------------------------------------------------------

local function to_stderr(_, text)
  io.stderr:write("studio: an error in a task that nobody waits for: ", text, "\n")
end

--- The functions above over a loop, as plain functions.
---@param loop table
---@return table
local function new(loop)
  local tasks = setmetatable({ scheduler = Scheduler.new(loop), error_handler = to_stderr }, Tasks)
  local api = { loop = loop, new = new }
  for name, method in pairs(Tasks) do
    if type(method) == "function" then
      api[name] = function(...) return method(tasks, ...) end
    end
  end
  return api
end

return new(core.loop())
