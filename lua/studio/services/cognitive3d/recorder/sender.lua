-- Sends what waits in the spool: each stream in order, streams side by side, in tasks. SPDX-License-Identifier: MIT
--
-- What becomes of a batch, by its answer:
--
--   200 (or another 2xx) with cvr-request-time  sent
--   400, 404, 413 and the other 4xx             given up, as the vendor's SDKs do: it would be refused again
--   401, 403                                    kept, unlike there: a key can be put right, a lost session cannot
--   407, 408, 429                               kept, unlike there: another time it may be taken
--   3xx, 5xx, no answer at all                  kept
--   200 without that header                     kept: somebody else has answered, a login page of a network say
--
-- So nothing is given up that those SDKs would keep: the one for Unity gives up whatever is refused with a 4xx (429,
-- too), the one for Android keeps such a batch at first, and gives it up when it is refused once more.
--
-- What is kept is tried again after 60 s, then 120, then 240 and so on, as the vendor's SDKs wait (or when the service
-- says, if that is later); meanwhile its stream stands still, so that order is kept. A batch whose answer was lost is
-- sent again, too, as those SDKs do: its part number is the same, so the service can tell. Whether it does, nobody
-- says.

local errors = require "studio.error"
local log = require "studio.log"
local task = require "studio.task"

local sender = {}

-- Batches under way at once.
local MOST <const> = 4

local kept_refusals = { [401] = true, [403] = true, [407] = true, [408] = true, [429] = true }

---@class studio.cognitive3d.recorder.sender
local methods = {}
local Sender = { __name = "studio.cognitive3d.recorder.sender", __index = methods }

-- ---- Judging ------------------------------------------------------------------------------------------------------

-- "sent", "refused" or "kept".
local function judge(response, err)
  if response then
    local failed = (response.body or ""):find("Internal Server Error", 1, true) -- under a 200: seen by the vendor
    local taken = response.status >= 200 and response.status < 300 and response:header "cvr-request-time"
    return taken and not failed and "sent" or "kept"
  end
  local status = err.status or 0
  if status >= 400 and status < 500 and not kept_refusals[status] then return "refused" end
  return "kept"
end

local function no_success(response)
  return errors.new { kind = "protocol", status = response.status, service = "cognitive3d",
    message = response:header "cvr-request-time" and "the collector says that it was not done"
      or "the answer has no cvr-request-time, so it is not the collector's (a network that wants a login?)" }
end

-- ---- Lanes: one for each stream, and one for what earlier sessions have left of it --------------------------------

-- The first batch of a lane that is not gone yet.
local function first(lane)
  while lane.from <= lane.to do
    local entry = lane[lane.from]
    if not entry.gone then return entry end
    lane[lane.from] = nil
    lane.from = lane.from + 1
  end
end

local function count_sent(self, entry)
  local sent = self.sent
  sent.batches, sent.samples, sent.bytes = sent.batches + 1, sent.samples + entry.samples, sent.bytes + entry.bytes
end

local function keep(self, lane, entry, err)
  lane.failures = lane.failures + 1
  local pause = math.min(self.retry_cap, self.retry_first * 2 ^ math.min(lane.failures - 1, 30))
  lane.due = task.loop:now() + math.max(pause, err.retry_after or 0)
  self.failures, self.last_error = self.failures + 1, err
  entry.tries = (entry.tries or 0) + 1
  if entry.gone then self.on_drop(entry, "spool_full", err) end -- it was pushed out while it was under way
  if err.status == 401 or err.status == 403 then
    log.warn_once("recorder " .. tostring(err.status), "the recorder's data_key is refused, so recordings wait: "
      .. tostring(err))
  end
end

local function send_one(self, lane, entry)
  local body, why, lost = self.spool:read(entry)
  if lost then
    self.spool:done(entry)
    return self.on_drop(entry, "unreadable")
  elseif not body then -- the program has too many files open, say
    return keep(self, lane, entry, errors.new { kind = "file", service = "cognitive3d", message = why })
  end
  entry.sending = true
  self.in_flight = self.in_flight + 1
  local response, err = self.post(entry, body)
  self.in_flight = self.in_flight - 1
  entry.sending = false
  if self.closed then return end -- the recorder has ended meanwhile, and counted it among what is left
  local fate = judge(response, err)
  if fate == "kept" then return keep(self, lane, entry, err or no_success(response)) end
  lane.failures, lane.due = 0, 0
  local pushed_out = entry.gone
  self.spool:done(entry)
  if fate == "sent" then return count_sent(self, entry) end
  self.last_error = err
  self.on_drop(entry, pushed_out and "spool_full" or "refused", err)
end

local function work(self, lane)
  local _ <close> = setmetatable({}, { __close = function() lane.busy = false end })
  while not self.closed and task.loop:now() >= lane.due do
    local entry = first(lane)
    if not entry then return end
    send_one(self, lane, entry)
  end
end

-- ---- Using --------------------------------------------------------------------------------------------------------

--- A batch that the spool has taken; or one that an earlier recorder has left.
---@param entry studio.cognitive3d.recorder.entry
function methods:add(entry)
  -- What is left may be of no use to this key, and must not hold up the session that is recorded now.
  local name = entry.session == self.session and entry.stream or "left " .. entry.stream
  local lane = self.lanes[name]
  if not lane then
    lane = { from = 1, to = 0, failures = 0, due = 0, busy = false }
    self.lanes[name] = lane
    self.order[#self.order + 1] = lane
  end
  lane.to = lane.to + 1
  lane[lane.to] = entry
end

--- Starts what is due.
function methods:start()
  local now, busy = task.loop:now(), 0
  for _, lane in ipairs(self.order) do
    if lane.busy then busy = busy + 1 end
  end
  for _, lane in ipairs(self.order) do
    if busy >= MOST then return end
    if not lane.busy and now >= lane.due and first(lane) then
      lane.busy, busy = true, busy + 1
      lane.task = task.spawn(work, self, lane)
    end
  end
end

--- Ends it: what is under way is called off, so that it cannot be sent behind the back of the next recorder.
function methods:stop()
  self.closed = true
  for _, lane in ipairs(self.order) do
    if lane.busy then lane.task:cancel() end
  end
end

--- It comes to an end: what waits is tried now, and from now on each second.
function methods:hurry()
  self.retry_first = math.min(self.retry_first, 1)
  self.retry_cap = self.retry_first
  for _, lane in ipairs(self.order) do lane.due = 0 end
end

--- Is anything under way, or will be tried before that moment?
---@param due number of the loop's clock
---@return boolean
function methods:is_busy(due)
  for _, lane in ipairs(self.order) do
    if lane.busy or lane.due < due and first(lane) then return true end
  end
  return false
end

--- Seconds until the next try of a stream that stands still; nil: none does.
---@return number?
function methods:paused_for()
  local least
  for _, lane in ipairs(self.order) do
    local left = first(lane) and lane.due - task.loop:now() or 0
    if left > 0 then least = math.min(least or left, left) end
  end
  return least
end

---@param options table spool, post(entry, body): response or nil, err; on_drop, session, retry_first, retry_cap
---@return studio.cognitive3d.recorder.sender
function sender.new(options)
  local self = setmetatable({
    spool = options.spool, post = options.post, on_drop = options.on_drop, retry_first = options.retry_first,
    retry_cap = options.retry_cap, session = options.session, lanes = {}, order = {}, in_flight = 0, failures = 0,
    sent = { batches = 0, samples = 0, bytes = 0 }, closed = false,
  }, Sender)
  for _, entry in ipairs(options.spool.left) do self:add(entry) end
  return self
end

return sender
