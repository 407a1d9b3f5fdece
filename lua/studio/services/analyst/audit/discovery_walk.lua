-- Goes through a workspace by the Discovery API: a thousand reports a call. SPDX-License-Identifier: MIT
--
-- Discovery knows when a report was viewed, and lacks three things: whether it is archived, how often it ran, and its
-- schedules. So each report that would be caught, or of which too little is known, is looked at by the REST API as
-- well; all others cost nothing.

local moment = require "studio.moment"
local pool = require "studio.services.analyst.audit.pool"
local record = require "studio.services.analyst.audit.record"
local task = require "studio.task"
local walk = require "studio.services.analyst.audit.walk"

local discovery_walk = {}

-- Private collections too: an admin's signature token sees them.
local QUERY <const> = { include_spaces = "all" }

-- Calls fn(row, response) for each row of a list, with its nulls; nil, err when a page fails.
local function each(list, query, key, fn)
  local next_page = list:pages(query)
  while true do
    local rows, response = next_page()
    if not rows then
      if response then return nil, response end
      return true
    end
    for _, row in ipairs(record.with_nulls(rows, response, key)) do fn(row, response) end
  end
end

local function whole(value) return math.tointeger(tonumber(value)) end

-- token -> views and schedules; numbers only, since all of them are held.
local function read_stats(discovery)
  local stats = {}
  local ok, err = each(discovery.report_stats, QUERY, "report_stats", function(row)
    if type(row.report_token) == "string" then
      stats[row.report_token] = { views = whole(row.view_count), schedules = whole(row.active_schedules_count) }
    end
  end)
  return ok and stats, err
end

local function add_collection(self, spaces, collection)
  local wanted, why = self.settings.wants(collection)
  spaces[collection.token] = wanted and collection or false
  if wanted then
    self.found.collections = self.found.collections + 1
  elseif why then
    table.insert(self.found.skipped, { collection = collection, why = why })
  end
end

-- token -> collection, or false when it is not wanted.
local function read_collections(self, discovery)
  local spaces = {}
  local ok, err = each(discovery.collections, nil, "spaces", function(row, response)
    walk.note_clock(self, response)
    local collection = record.of_collection(row)
    if not collection or spaces[collection.token] ~= nil then return end
    add_collection(self, spaces, collection)
  end)
  return ok and spaces, err
end

-- A record of Discovery's row and its statistics. Nil when its collection is not wanted.
local function of_row(self, row, stats, spaces)
  local token = type(row.space_token) == "string" and row.space_token or nil
  local collection = token and spaces[token]
  if collection == false then return nil end
  -- A collection that Discovery did not list is not asked for by a name, so it is out when there are names.
  if collection == nil and token then
    collection = { token = token }
    if not self.settings.wants(collection) then return nil end
  end
  self.where.collection = collection
  local report = record.of_report(row, self.where)
  if not report then return nil end
  local known = stats[report.token] or {}
  report.view_count, report.schedules_count = known.views, known.schedules
  report.creator = type(row.creator_email) == "string" and row.creator_email or nil
  return report
end

-- What the REST API says goes before, except where only Discovery knows, or has seen later use.
local function merged(fresh, report)
  for _, field in ipairs { "last_run_at", "last_successful_run_at", "edited_at", "last_viewed_at" } do
    fresh[field] = record.later(fresh[field], report[field])
  end
  if report.view_count and report.view_count > (fresh.view_count or -1) then fresh.view_count = report.view_count end
  fresh.creator = fresh.creator or report.creator
  local nulls = fresh.nulls or {}
  nulls.last_viewed_at = report.nulls and report.nulls.last_viewed_at
  fresh.nulls = next(nulls) and nulls or nil
  return fresh
end

-- The collection that a report is in now: Discovery's data may be a day old, and tell of no personal collections.
-- False: it is not wanted; nil, err: not known, so nobody can say whether it was to be left out.
local function place_of(self, row, report, spaces)
  local token = type(row.space_token) == "string" and row.space_token or report.collection and report.collection.token
  if not token then return nil, self.client:problem("reports.get", {
    kind = "protocol", message = "the report does not say in which collection it is" }) end
  if spaces[token] == nil then
    local found, err = self.client.collections:get(token, self.call)
    if not found then return nil, err end
    if spaces[token] == nil then add_collection(self, spaces, record.of_collection(found) or { token = token }) end
  end
  return spaces[token]
end

-- Views that the REST API counts and Discovery does not yet were later than what Discovery calls the last one.
local function was_viewed_since(fresh, report)
  return report.last_viewed_at and report.view_count and fresh.view_count and fresh.view_count > report.view_count
end

-- Leaves a report alone.
local function leave(self, report, why)
  table.insert(self.found.unread, { report = walk.brief(report), why = why })
  return true
end

local function leave_unread(self, report, err)
  if not err:is("forbidden", "not_found") then return walk.unread(self, { report = walk.brief(report) }, err) end
  return leave(self, report, walk.why(err)) -- in a personal collection of somebody, or gone
end

-- The work of looking at a report by the REST API.
local function look_work(self, report, spaces)
  return function(add)
    local row, response = self.client.reports:get(report.token, self.call)
    if not row then return leave_unread(self, report, response) end
    local place, err = place_of(self, row, report, spaces)
    if place == nil then return leave_unread(self, report, err) end
    self.where.collection = place or nil
    local fresh = record.of_report(record.alone_with_nulls(row, response), self.where)
    if not fresh then return true end
    if not place or fresh.type == "DatasetReport" then
      self.found.reports = self.found.reports - 1
      if place then self.found.datasets = self.found.datasets + 1 end
      return true
    end
    if fresh.archived then self.found.archived = self.found.archived + 1 end
    if was_viewed_since(fresh, report) then return leave(self, report, "viewed since Discovery's data was made") end
    walk.finish(self, merged(fresh, report), add)
    return true
  end
end

-- The work of reading the next page of reports.
local function reports_work(self, next_page, stats, spaces)
  return function(add)
    local rows, response = next_page()
    if not rows then
      if response then return nil, response end
      return true
    end
    add(reports_work(self, next_page, stats, spaces))
    for _, row in ipairs(record.with_nulls(rows, response, "reports")) do
      local report = of_row(self, row, stats, spaces)
      if report and walk.count(self, report) then
        if self.settings.doubts(report, self.found) then
          add(look_work(self, report, spaces))
        else
          walk.finish(self, report, add)
        end
      end
    end
    walk.tell(self)
    return true
  end
end

-- A client for Discovery with a signature token that is deleted afterwards.
local function own_discovery(client)
  local signature, err = client.signature_tokens:create {
    name = "lua-studio audit", expires_at = moment.text(os.time() + 86400),
  }
  if not signature then
    err.advice = err:is("refused") and "Give the option 'discovery', a client of an:discovery(…)" or err.advice
    return nil, err
  end
  return client:discovery(signature), nil, signature
end

local function run_with(self, discovery)
  local spaces, err = read_collections(self, discovery)
  if not spaces then return nil, err end
  local stats
  stats, err = read_stats(discovery)
  if not stats then return nil, err end
  local work = reports_work(self, discovery.reports:pages(QUERY), stats, spaces)
  local ok
  ok, err = pool.run(walk.concurrency(self), work)
  if not ok then return nil, err end
  return self.found
end

-- A task that was cancelled can wait for nothing any more, so another one deletes then.
local function delete(client, signature)
  if not task.is_cancelled() then return signature:delete() end
  task.spawn(function()
    if not client.state.closed then signature:delete() end
  end)
end

--- Walks, and hands out each report once. When a list of Discovery fails, nothing can be said: then nil, err.
---@param client table studio.analyst
---@param settings studio.analyst.walk.settings
---@param discovery table? client of an:discovery(…); default: one of its own, with a token that is deleted at the end
---@return table? found as walk.run
---@return studio.error? err
function discovery_walk.run(client, settings, discovery)
  local self = walk.new(client, settings)
  if discovery then return run_with(self, discovery) end
  local own, err, signature = own_discovery(client)
  if not own then return nil, err end
  local _ <close> = setmetatable({}, { __close = function()
    own:close()
    delete(client, signature)
  end })
  return run_with(self, own)
end

return discovery_walk
