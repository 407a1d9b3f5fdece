-- Goes through a workspace by the REST API: collections, their reports, and schedules. SPDX-License-Identifier: MIT
--
-- There is no list of all reports. Reports are handed out one by one and not kept, so that memory does not grow with
-- the workspace; enough calls are under way for the limit to be the only thing that is waited for.

local moment = require "studio.moment"
local pool = require "studio.services.analyst.audit.pool"
local record = require "studio.services.analyst.audit.record"

local walk = {}

-- With so many under way the documented 4 a second are reached until an answer takes 4 seconds.
local CONCURRENCY <const> = 16

---@class studio.analyst.walk what is under way
---@field client table
---@field settings studio.analyst.walk.settings
---@field found table collections, reports, datasets, archived (counts), skipped, unread, complete, clock
---@field where table workspace and base_url, for records
---@field seen table<string, boolean> tokens of reports: one that is moved meanwhile may come twice
---@field call table options of each call

---@class studio.analyst.walk.settings
---@field wants fun(collection: table): boolean, string? not: left out, or skipped for a reason
---@field doubts fun(record: studio.analyst.record, found: table): boolean must more be known of it
---  before it can be handed out? Asked by discovery_walk.lua
---@field needs_schedules fun(record: studio.analyst.record, found: table): boolean
---@field visit fun(record: studio.analyst.record, found: table) each report once
---@field progress fun(found: table)?
---@field concurrency integer?

--- Begins one; shared with discovery_walk.lua.
---@param client table
---@param settings studio.analyst.walk.settings
---@return studio.analyst.walk
function walk.new(client, settings)
  local state = client.state
  return {
    client = client, settings = settings, seen = {}, call = { priority = "submit" },
    where = { workspace = state.params.workspace, base_url = state.origin },
    found = { collections = 0, reports = 0, datasets = 0, archived = 0, skipped = {}, unread = {}, complete = true },
  }
end

--- How many at a time.
function walk.concurrency(self) return self.settings.concurrency or CONCURRENCY end

-- What ends everything: more calls would meet it again.
local function is_fatal(err) return err:is("unauthorized", "payment_required", "cancelled") end

--- Why something could not be read, in a few words: "403 forbidden: You may not".
---@param err studio.error
---@return string
function walk.why(err)
  return ("%s%s: %s"):format(err.status and err.status .. " " or "", err.kind:gsub("_", " "), err.message)
end

--- Notes the service's clock, of the first answer that tells it.
function walk.note_clock(self, response)
  local found = self.found
  found.clock = found.clock or moment.read_http(response:header "date") or false
end

--- Notes that something could not be read; it is left alone.
---@param self studio.analyst.walk
---@param what table { report = } or { collection = }
---@param err studio.error
---@return boolean? go_on nil, err when nothing can go on
---@return studio.error? err
function walk.unread(self, what, err)
  if is_fatal(err) then return nil, err end
  local found = self.found
  what.why = walk.why(err)
  found.unread[#found.unread + 1] = what
  found.complete = false
  return true
end

--- Tells how far it is.
function walk.tell(self)
  if self.settings.progress then self.settings.progress(self.found) end
end

-- Schedules ---------------------------------------------------------------------------------------------------------

-- All schedules of a report.
local function read_schedules(self, report)
  local next_page = self.client.schedules:pages(report.token, nil, self.call)
  local list = {}
  while true do
    local rows, err = next_page()
    if not rows then
      if err then return nil, err end
      return list
    end
    table.move(rows, 1, #rows, #list + 1, list)
    if record.is_all(list, rows, report.schedules_count) then return list end
  end
end

--- The last step for each report: its schedules are read where they are needed, and it is handed out.
---@param self studio.analyst.walk
---@param report studio.analyst.record
---@param add fun(work: function)
function walk.finish(self, report, add)
  local found = self.found
  if not self.settings.needs_schedules(report, found) then return self.settings.visit(report, found) end
  add(function()
    local list, err = read_schedules(self, report)
    if list then
      report.schedules = list
      self.settings.visit(report, found)
    elseif not err:is "not_found" then -- or else it was deleted meanwhile
      return walk.unread(self, { report = walk.brief(report) }, err)
    end
    return true
  end)
end

--- What is kept of a report that is left alone.
---@param report studio.analyst.record
---@return table
function walk.brief(report)
  return { token = report.token, name = report.name, collection = report.collection, url = report.url }
end

-- Reports -----------------------------------------------------------------------------------------------------------

--- Counts a report, unless it came before. Datasets are reports of a kind that nobody archives.
---@param self studio.analyst.walk
---@param report studio.analyst.record
---@return boolean go_on
function walk.count(self, report)
  if self.seen[report.token] then return false end
  self.seen[report.token] = true
  local found = self.found
  if report.type == "DatasetReport" then
    found.datasets = found.datasets + 1
    return false
  end
  found.reports = found.reports + 1
  if report.archived then found.archived = found.archived + 1 end
  return true
end

local function read_row(self, row, collection, add)
  self.where.collection = collection
  local report = record.of_report(row, self.where)
  if not report then
    self.found.complete = false
    table.insert(self.found.unread, { collection = collection, why = "the list holds a row without a token" })
  elseif walk.count(self, report) then
    walk.finish(self, report, add)
  end
end

-- The work of reading the next page of a collection's reports. Its own next page waits below what it adds.
local function reports_work(self, collection, next_page, first)
  return function(add)
    local rows, response = next_page()
    if first and (rows or not response) then self.found.collections = self.found.collections + 1 end
    if rows then
      add(reports_work(self, collection, next_page, false))
      for _, row in ipairs(record.with_nulls(rows, response, "reports")) do read_row(self, row, collection, add) end
      walk.tell(self)
    elseif response then
      -- Personal collections of others are listed, and closed.
      if not response:is("forbidden", "not_found") then
        return walk.unread(self, { collection = collection }, response)
      end
      table.insert(self.found.skipped, { collection = collection, why = walk.why(response) })
    end
    return true
  end
end

-- Collections -------------------------------------------------------------------------------------------------------

local function begin_collection(self, row, add)
  local collection = record.of_collection(row)
  if not collection then
    self.found.complete = false
    table.insert(self.found.unread, { why = "the list of collections holds a row without a token" })
    return
  end
  if self.seen[collection.token] then return end
  self.seen[collection.token] = true
  local wanted, why = self.settings.wants(collection)
  if wanted then
    add(reports_work(self, collection, self.client.reports:pages(collection.token, nil, self.call), true))
  elseif why then
    table.insert(self.found.skipped, { collection = collection, why = why })
  end
end

-- The work of reading the next page of collections; without the first one there is nothing.
local function collections_work(self, next_page, first)
  return function(add)
    local rows, response = next_page()
    if rows then
      walk.note_clock(self, response)
      add(collections_work(self, next_page, false))
      for i = #rows, 1, -1 do begin_collection(self, rows[i], add) end
    elseif response then
      if first then return nil, response end
      return walk.unread(self, { collection = { token = "", name = "(the list of collections)" } }, response)
    end
    return true
  end
end

--- Walks, and hands out each report once.
---@param client table studio.analyst
---@param settings studio.analyst.walk.settings
---@return table? found counts, skipped, unread, complete; nil, err when it could not begin, or may not go on
---@return studio.error? err
function walk.run(client, settings)
  local self = walk.new(client, settings)
  local next_page = client.collections:pages({ filter = "all" }, self.call)
  local ok, err = pool.run(walk.concurrency(self), collections_work(self, next_page, true))
  if not ok then return nil, err end
  return self.found
end

return walk
