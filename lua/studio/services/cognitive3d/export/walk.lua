-- All sessions of a list, oldest first, while new ones arrive. SPDX-License-Identifier: MIT
--
-- A list that is read by page numbers loses a session when an older one is taken away meanwhile, and shows one twice
-- when one is added. So the walk goes by date: each page is the first one of those from the date on that was reached,
-- and what was seen of that date is left out. What ends the list is fixed before: sessions that begin after it are not
-- in it. Only a date that more sessions share than a page holds is read by page numbers.

local errors = require "studio.error"
local moment = require "studio.moment"

local walk = {}

---@class studio.cognitive3d.walk.mark where a walk is; it can be kept, and gone on with
---@field from integer ms since 1970: sessions before were seen
---@field to integer ms since 1970: the last date that counts
---@field page integer of those from `from` on, 0 is the first
---@field seen string[] ids of sessions at `from` that were seen
---@field ended boolean?

---@class studio.cognitive3d.walk
---@field mark studio.cognitive3d.walk.mark
local methods = {}
methods.__index = methods

--- A walk.
---@param ask fun(from: integer, to: integer, page: integer): table?, table one page of sessions between two dates, by
---  date: rows and { last: boolean? }; nil, err
---@param problem fun(fields: table): studio.error makes an error about an answer
---@param mark studio.cognitive3d.walk.mark
---@return studio.cognitive3d.walk
function walk.new(ask, problem, mark)
  local self = setmetatable({ ask = ask, problem = problem, mark = mark, seen = {} }, methods)
  for _, id in ipairs(mark.seen) do self.seen[id] = true end
  return self
end

--- Where a walk begins.
---@param from integer
---@param to integer
---@return studio.cognitive3d.walk.mark
function walk.start(from, to) return { from = from, to = to, page = 0, seen = {} } end

-- ms since 1970, rounded down: a part of one that was rounded up would be behind the sessions that share it. Nil when a
-- session says nothing that is certain.
local function date_of(session)
  local seconds = moment.read(session.date)
  return seconds and math.floor(seconds * 1000 + 0.01) or math.tointeger(session.startTime)
end

--- The id of a session.
---@param session table
---@return string?
function walk.id(session)
  local id = session.sessionId or session.sdkSessionId
  return type(id) == "string" and id or nil
end

-- The sessions of a page that were not seen yet, and the date of the last one. Nil, err: the list cannot be walked.
local function fresh(self, page)
  local list, last = {}, self.mark.from
  for _, session in ipairs(page) do
    local id = type(session) == "table" and walk.id(session)
    local date = id and date_of(session)
    if not date then
      return nil, self.problem { kind = "protocol", message = "a session of the list has no id, or no date" }
    elseif date < last then
      return nil, self.problem { kind = "protocol",
        message = "the list of sessions is not in the order of their dates, so its end cannot be known" }
    end
    if date > last then self.seen, last = {}, date end
    if not self.seen[id] then
      self.seen[id], list[#list + 1] = true, session
    end
  end
  return list, last
end

--- The next sessions, and `mark` goes on behind them.
---@return table[]? sessions at least one; nil at the end; nil, err
---@return studio.error? err
function methods:next()
  local mark = self.mark
  while not mark.ended do
    local page, info = self.ask(mark.from, mark.to, mark.page)
    if not page then return nil, info end
    local list, last = fresh(self, page)
    if not list then return nil, last end
    mark.ended = #page == 0 or info.last
    if last > mark.from then mark.from, mark.page = last, 0 else mark.page = mark.page + 1 end
    mark.seen = {}
    for id in pairs(self.seen) do mark.seen[#mark.seen + 1] = id end
    if #list > 0 then return list end
  end
  return nil
end

--- An iterator over all sessions, for `for`: raises the error object when a page fails.
---@return fun(): table?
function methods:each()
  local list, at = {}, 0
  local function step()
    at = at + 1
    if at > #list then
      local err
      list, err = self:next()
      at = 1
      if not list then
        list, self.mark.ended = {}, true
        if errors.is(err) then error(err, 0) end
        return nil
      end
    end
    return list[at]
  end
  local closing = setmetatable({}, { __close = function() self.mark.ended, list = true, {} end })
  return step, nil, nil, closing
end

return walk
