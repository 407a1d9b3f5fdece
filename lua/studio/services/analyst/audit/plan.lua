-- What an audit found, and what would be done about it. SPDX-License-Identifier: MIT
--
--   local plan = assert(an:audit { unused_for = "90d" })
--   print(plan:table())
--   assert(plan:save "plan.json")                                  -- or .html, .csv
--   local plan = assert(require "studio.services.analyst.audit.plan".load "plan.json")
--
-- A plan changes nothing. It holds only what some rule caught, so it stays small for a workspace of any size.

local check = require "studio.check"
local core = require "studio.core"
local errors = require "studio.error"
local file = require "studio.file"
local json = require "studio.json"
local limits = require "studio.limits"
local record = require "studio.services.analyst.audit.record"
local shape = require "studio.services.analyst.audit.shape"

local plan = {}

local FORMAT <const>, VERSION <const> = "lua-studio analyst plan", 1

---@class studio.analyst.plan
---@field id string hash of what it holds
---@field workspace string
---@field base_url string
---@field made_at string ISO 8601, UTC
---@field source "api"|"discovery" where the facts come from
---@field options table of the audit; spans in seconds
---@field entries studio.analyst.plan.entry[] by collection, name, token
---@field skipped { collection: table, why: string }[] collections that these credentials may not read
---@field unread { report: table?, collection: table?, why: string }[] what could not be read, or decided: left alone
---@field notes string[] what a person should know before carrying it out
---@field complete boolean false: `unread` holds something that an error kept from being read
---@field counts table collections, reports, datasets, archived (by Discovery: among what was looked at), caught,
---  archive, delete_schedule
---@field calls integer that carrying it out takes
---@field seconds number the least time that these calls take under the limit
local methods = {}

---@class studio.analyst.plan.entry
---@field report studio.analyst.record
---@field rules studio.analyst.rule[] that caught it
---@field actions { kind: "archive"|"delete_schedule", schedule: table? }[] none: it is only listed

local class = { __name = "studio.analyst.plan", __index = methods }

function class:__tostring()
  local counts = self.counts
  return ("studio.analyst.plan %s (%d of %d reports caught: %d to archive, %d schedules to delete)"):format(
    self.id, counts.caught, counts.reports, counts.archive, counts.delete_schedule)
end

-- What is derived ---------------------------------------------------------------------------------------------------

-- What carrying out costs: the report is looked at again, and each change is a call. The report counts its schedules,
-- so one call lists them. The subscriptions of one that is to be deleted (nobody could tell of them later) are read to
-- a page that is empty: two calls, unless its row says that it has none.
local LOOK <const>, LIST <const>, EMPTY_LIST <const>, CHANGE <const> = 1, 2, 1, 1

local function calls_of_deletion(schedule)
  local none = schedule and tonumber(schedule.subscriber_count) == 0
  return (none and EMPTY_LIST or LIST) + CHANGE
end

--- The calls that carrying out one entry takes, when none has to be repeated.
---@param entry studio.analyst.plan.entry
---@return integer
function plan.calls_of(entry)
  if #entry.actions == 0 then return 0 end
  local calls, schedules = LOOK, 0
  for _, action in ipairs(entry.actions) do
    if action.kind == "archive" then
      calls = calls + CHANGE
    else
      calls, schedules = calls + calls_of_deletion(action.schedule), LOOK
    end
  end
  return calls + schedules
end

local function count(self, counted)
  local counts = { collections = counted.collections or 0, reports = counted.reports or 0,
    datasets = counted.datasets or 0, archived = counted.archived or 0, caught = #self.entries, archive = 0,
    delete_schedule = 0 }
  self.calls = 0
  for _, entry in ipairs(self.entries) do
    self.calls = self.calls + plan.calls_of(entry)
    for _, action in ipairs(entry.actions) do counts[action.kind] = counts[action.kind] + 1 end
  end
  self.counts = counts
end

local KEPT <const> = { "workspace", "base_url", "made_at", "source", "options", "entries", "skipped", "unread", "notes",
  "complete", "limit" }

--- Makes a plan: order, counts, calls, least time and id are worked out here.
---@param fields table workspace, base_url, made_at, source, options, entries, skipped, unread, notes, complete; counts:
---  collections, reports, datasets, archived; limit: one of client:limits()
---@return studio.analyst.plan
function plan.new(fields)
  local self = setmetatable({ format = FORMAT, version = VERSION }, class)
  for _, name in ipairs(KEPT) do self[name] = fields[name] end
  for _, name in ipairs { "entries", "skipped", "unread", "notes" } do self[name] = json.array(self[name] or {}) end
  for _, entry in ipairs(self.entries) do json.array(entry.actions) end
  self.options, self.source = self.options or {}, self.source or "api"
  if self.complete == nil then self.complete = true end
  table.sort(self.entries, function(a, b) return record.before(a.report, b.report) end)
  count(self, fields.counts or {})
  local limit = fields.limit
  self.limit = limit and { capacity = limit.capacity, window = limit.window, guard = limit.guard,
    spacing = limit.spacing }
  self.seconds = limits.least_seconds(self.calls, self.limit)
  local told = {}
  for _, name in ipairs(KEPT) do told[name] = self[name] end
  self.id = core.sha256(json.encode(told, { sort = true })):sub(1, 16)
  return self
end

-- Showing and keeping -----------------------------------------------------------------------------------------------

--- The plan as JSON, to be read again by `load`.
---@return string
function methods:json() return json.encode(self, { sort = true, indent = true }) .. "\n" end

--- A table for a terminal; nothing in it can steer the terminal.
---@param options { width: integer?, most: integer? }? width: columns (default COLUMNS, else 100); most: rows shown
---@return string text lines, the last one ended
function methods:table(options) return require("studio.services.analyst.audit.table").render(self, options) end

--- The entries as CSV, for a spreadsheet: a cell that it would take for a formula is quoted.
---@return string
function methods:csv() return require("studio.services.analyst.audit.sheet").render(self) end

--- The plan as a page for a browser: one file, no network.
---@return string
function methods:html() return require("studio.services.analyst.audit.page").render(self) end

local kinds <const> = { html = "html", csv = "csv", json = "json", txt = "table" }

--- Writes the plan to a file; the extension says how: .json, .csv, .html, .txt (the table).
---@param path string replaced when it is there, whole or not at all
---@return boolean? saved
---@return studio.error? err kind "file"
function methods:save(path)
  check.argument("plan:save", "path", path, "string")
  local extension = path:match "%.(%w+)$"
  local kind = extension and kinds[extension:lower()]
  if not kind then check.fail("plan:save: the name must end in .json, .csv, .html or .txt") end
  return file.write(path, self[kind](self))
end

for name, method in pairs(methods) do
  methods[name] = function(self, ...)
    check.method("plan:" .. name, self, class)
    return method(self, ...)
  end
end

-- Reading one again -------------------------------------------------------------------------------------------------

-- What is wrong with data that should be a plan; nil when it can be used.
local function check_data(data)
  if type(data) ~= "table" or data.format ~= FORMAT then return "it is no plan" end
  if data.version ~= VERSION then return "it is a plan of another version of this library" end
  return shape(data)
end

--- Makes a plan of its JSON. Entries may have been taken out by hand: counts and id are worked out anew.
---@param text string
---@param name string? for messages; default "the plan"
---@return studio.analyst.plan? plan
---@return studio.error? err kind "file"
function plan.parse(text, name)
  check.argument("plan.parse", "text", text, "string")
  local data, why = json.decode(text)
  if data ~= nil then why = check_data(data) end
  if why then
    return nil, errors.new { kind = "file", message = ("%s cannot be used: %s"):format(name or "the plan", why) }
  end
  return plan.new(data)
end

--- Reads a plan that plan:save "….json" wrote.
---@param path string
---@return studio.analyst.plan? plan
---@return studio.error? err kind "file"
function plan.load(path)
  check.argument("plan.load", "path", path, "string")
  local text, err = file.read(path)
  if not text then return nil, err end
  return plan.parse(text, path)
end

--- Is this a plan?
---@param value any
---@return boolean
function plan.is(value) return getmetatable(value) == class end

return plan
