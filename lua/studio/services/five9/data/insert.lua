-- The rows of an import, sent batch by batch, each on record before it is asked for. SPDX-License-Identifier: MIT
--
-- A batch that got no answer may have been carried out. Then all rows of the data store are read: conditions that find
-- some of them are known for one value of a text only. With a key a row is there or not. Without one the number of rows
-- tells: the others were counted before, so it has grown by the whole batch or not at all; else nobody knows.

local check = require "studio.check"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local open = require "studio.services.five9.data.open"
local phrases = require "studio.phrases"
local settle = require "studio.services.five9.settle"
local walk = require "studio.services.five9.data.walk"

local ROUTE <const> = "data_stores.import_csv"
local ATTEMPTS <const> = 3 -- for a batch whose answers are lost
local COUNT <const> = "other rows" -- the record's item of the count

---@class studio.five9.doubt
---@field batch integer
---@field rows table<string, any>[] that were sent
---@field first_line integer of the file
---@field last_line integer
---@field why string what was seen

local methods = {}
methods.__index = methods

-- Calls fn for each row of the data store.
function methods:each_there(fn)
  local rows, err = walk(self.client, self.store)
  if not rows then return nil, err end
  local _ <close> = rows
  while true do
    local row
    row, err = rows:next()
    if not row then break end
    fn(row)
  end
  if err then return nil, err end
  return rows.total
end

-- The rows of a batch that are missing, by their keys; nil, why.
function methods:missing_by_key(rows)
  local key, wanted, different = self.key, {}, nil
  for _, row in ipairs(rows) do wanted[key.plain(row[key.name])] = row end
  local total, err = self:each_there(function(there)
    local own = wanted[key.plain(there[key.name])]
    if own and self.sheet:plain(own) == self.sheet:plain(there) then
      wanted[key.plain(own[key.name])] = nil
    elseif own then
      different = key.plain(own[key.name])
    end
  end)
  if not total then return nil, err end
  if different then return nil, ("a row with %s = %s is there, and says something else"):format(key.name, different) end
  local missing = {}
  for _, row in ipairs(rows) do
    if wanted[key.plain(row[key.name])] then missing[#missing + 1] = row end
  end
  return missing
end

-- The same by number: all of them, or none; nil, why.
function methods:missing_by_count(rows)
  local wanted = {}
  for _, row in ipairs(rows) do
    local plain = self.sheet:plain(row)
    wanted[plain] = (wanted[plain] or 0) + 1
  end
  local total, err = self:each_there(function(there)
    local plain = self.sheet:plain(there)
    if wanted[plain] then wanted[plain] = wanted[plain] > 1 and wanted[plain] - 1 or nil end
  end)
  if not total then return nil, err end
  local before = self.log:item(COUNT).rows + self.sent
  if total == before then return rows end
  if total == before + #rows and next(wanted) == nil then return {} end
  return nil, ("there are %d rows, and %d or %d were to be there (did somebody else insert or delete some?)"):format(
    total, before, before + #rows)
end

-- What of a batch is to be sent again. Nil, err: nobody knows, and that is the end.
function methods:find_out(batch, rows)
  local settled, err = settle("rows", self.log:item(batch.name).at, self.options.settle, self.options.progress)
  if not settled then return nil, err end
  local missing, why
  if self.key then missing, why = self:missing_by_key(rows) else missing, why = self:missing_by_count(rows) end
  if missing then
    self.report.found = self.report.found + #rows - #missing
    return missing
  elseif type(why) == "table" then
    return nil, why
  end
  local on_unknown, word = self.options.on_unknown, "stop"
  if check.callable(on_unknown) then
    word = on_unknown { batch = batch.number, rows = rows, first_line = batch.first, last_line = batch.last, why = why }
  end
  self.counted = false -- what was counted did not tell
  if word == "done" then return {} end
  if word == "again" then return rows end
  return exchange.refuse(self.client, ROUTE, { kind = "conflict", maybe_done = true,
    message = ("it cannot be told whether the rows of lines %d to %d were inserted: %s"):format(batch.first,
      batch.last, why),
    advice = "Look at the data store, and say what is right with on_unknown = function(doubt) return \"done\" (or "
      .. "\"again\") end; a key (option key) would tell" })
end

function methods:did(batch)
  self.log:set(batch.name, { step = "done" })
  self.sent = self.sent + #batch.rows
  self.report.inserted = self.report.inserted + #batch.rows
  return true
end

-- Rows that are there beside ours, where a lost answer is judged by that. Counted when a run sends its first batch, so
-- that what others did between two runs does not matter.
function methods:count_others()
  if self.key or self.counted then return true end
  local total, err = self:each_there(function() end)
  if not total then return nil, err end
  self.log:set(COUNT, { rows = total - self.sent })
  self.counted = true
  return true
end

-- One batch, until it is in.
function methods:send(batch)
  local rows, err = batch.rows, nil
  if self.log:item(batch.name).step == "asked" then -- by a run that was killed
    self.counted = true -- by that run
    rows, err = self:find_out(batch, rows)
    if not rows then return nil, err end
  end
  for attempt = 1, ATTEMPTS do
    if #rows == 0 then return self:did(batch) end
    local counted
    counted, err = self:count_others()
    if not counted then return nil, err end
    self.log:set(batch.name, { step = "asked" })
    local answer
    answer, err = self.client.rows:insert(self.store, rows)
    if answer ~= nil then return self:did(batch) end
    if not err.maybe_done then
      -- of a batch that was sent in part some rows are in: it stays in question
      if #rows == #batch.rows then self.log:set(batch.name, { step = false }) end
      err.message = ("%s (it was about lines %d to %d)"):format(err.message, batch.first, batch.last)
      return nil, err
    end
    self.log:set(batch.name, { step = "asked" }) -- the service may have been at work until now
    if errors.ends_work(err) or attempt == ATTEMPTS then return nil, err end
    local missing, why = self:find_out(batch, rows)
    if not missing then return nil, why end
    rows = missing
  end
  return nil, err
end

-- What is sent must be what was checked.
function methods:changed()
  return exchange.refuse(self.client, ROUTE, { kind = "conflict",
    message = ("%s was changed while it was imported"):format(self.sheet.path),
    advice = "Look at what is in the data store before anything else is imported" })
end

-- A function for the next batch of rows that can be sent; nil at the end, or nil, err.
function methods:batches()
  local print = self.sheet.print
  local next_row, why = self.sheet:rows()
  local number = 0
  return function()
    local batch
    while next_row and not (batch and #batch.rows == self.options.batch) do
      local row
      row, why = next_row()
      if not row then
        next_row = nil
      elseif row.refused and not self.skip[row.line] then
        return self:changed()
      elseif not self.skip[row.line] then
        batch = batch or { rows = {}, first = row.line }
        batch.rows[#batch.rows + 1], batch.last = row.values, row.line
      end
    end
    if why ~= nil and not next_row then return open.unreadable(self.client, ROUTE, self.sheet.path, why) end
    if not next_row and self.sheet.print ~= print then return self:changed() end
    if not batch then return nil end
    number = number + 1
    batch.number, batch.name = number, ("batch %d"):format(number)
    return batch
  end
end

--- Sends what an import has read.
---@param import table
---@param log studio.five9.record
---@return boolean? done nil, err
---@return studio.error? err
return function(import, log)
  local self = setmetatable({ client = import.client, store = import.store, sheet = import.sheet, key = import.key,
    skip = import.skip, options = import.options, report = import.report, log = log, sent = 0 }, methods)
  local progress, report = self.options.progress, self.report
  local next_batch = self:batches()
  while true do
    local batch, err = next_batch()
    if not batch then return err == nil or nil, err end
    if log:item(batch.name).step == "done" then
      self.sent = self.sent + #batch.rows
      report.before = report.before + #batch.rows
    else
      local done
      done, err = self:send(batch)
      if not done then return nil, err end
    end
    if progress then
      progress(("import: %d of %s"):format(self.sent, phrases.count(report.rows - report.refused, "row")))
    end
  end
end
