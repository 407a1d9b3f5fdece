-- The options of an audit. SPDX-License-Identifier: MIT

local check = require "studio.check"
local moment = require "studio.moment"

local options = {}

---@class studio.analyst.audit_options spans: seconds or "90d", "12w", "36h"; false turns a rule off
---@field unused_for number|string|false? no run, and no view where that is known, for so long; default "90d"
---@field never_run boolean? reports that never ran; default true
---@field older_than number|string? what was made or edited later is not caught for want of runs; default: unused_for,
---  else "90d"
---@field failing_for number|string|false? runs go on, and none succeeded for so long; default false
---@field unviewed_for number|string|false? nobody viewed it for so long (without Discovery: ever); default false
---@field scheduled_unviewed number|string|boolean? schedules run for what nobody viewed for so long: they would be
---  deleted, the report stays; true: as unviewed_for, else "90d"; default false
---@field schedules "delete"|"keep"? of reports that a rule caught; default "delete", since it is not documented that an
---  archived report's schedules stop
---@field archive boolean? default true; false: reports are listed, and at most lose their schedules
---@field collections (string|table)[]? tokens, rows or names ("Finance*" is a pattern); default: all that can be read
---@field exclude (string|table)[]|(fun(report: studio.analyst.record): boolean)? tokens, rows or names of reports or
---  collections
---@field source "api"|"discovery"? default "api"
---@field discovery table? a client of an:discovery(…); means source = "discovery"
---@field concurrency integer? calls under way; default 16
---@field now number|string? seconds since 1970, or ISO 8601; default: by the clock of the service or of this machine,
---  whichever is earlier
---@field progress (fun(text: string, found: table))? told now and then; studio.progress draws it
---@field on_report (fun(report: studio.analyst.record, caught: studio.analyst.rule[]))? told of each report

local SPAN <const> = { "number", "string", "boolean" }

-- What every walk through a workspace takes.
local of_walk <const> = {
  collections = "table", exclude = { "table", "callable" }, source = "string", discovery = "table",
  concurrency = "integer", progress = "callable",
}

local of_audit <const> = {
  unused_for = SPAN, never_run = "boolean", older_than = { "number", "string" }, failing_for = SPAN,
  unviewed_for = SPAN, scheduled_unviewed = SPAN, schedules = "string", archive = "boolean",
  now = { "number", "string" }, on_report = "callable",
}
for name, kind in pairs(of_walk) do of_audit[name] = kind end

local of_use <const> = { exact = "boolean" }
for name, kind in pairs(of_walk) do of_use[name] = kind end

local DEFAULT <const> = 90 * 86400

-- A rule's span: seconds, or false when the rule is off.
local function span(what, given, name, default)
  local value = given[name]
  if value == nil then return default end
  if value == false then return false end
  if value == true then check.fail("%s: option '%s' must be a span of time such as \"90d\", or false", what, name) end
  return moment.span(what, name, value)
end

local function names(what, name, list)
  if type(list) ~= "table" then return list end
  local texts = {}
  for i, one in ipairs(list) do
    local text = type(one) == "table" and one.token or one -- a row stands for its token
    texts[i] = check.argument(what, ("option '%s'[%d]"):format(name, i), text, "string")
  end
  return texts
end

local function one_of(what, name, value, choices)
  if not choices[value] then
    check.fail("%s: option '%s': there is no '%s'%s", what, name, value, check.suggestion(value, choices))
  end
  return value
end

local function now_of(what, given)
  if type(given) ~= "string" then return given end
  local at = moment.read(given)
  if not at then check.fail("%s: option 'now' must be a moment such as \"2026-03-05T07:15:00Z\"", what) end
  return at
end

local function read_walk(what, given)
  if given.concurrency and given.concurrency < 1 then
    check.fail("%s: option 'concurrency' must be 1 or more", what)
  end
  return {
    collections = names(what, "collections", given.collections), exclude = names(what, "exclude", given.exclude),
    source = one_of(what, "source", given.source or given.discovery and "discovery" or "api",
      { api = true, discovery = true }),
    discovery = given.discovery, concurrency = given.concurrency, progress = given.progress,
  }
end

--- Reads the options of an audit; raises for what cannot be meant.
---@param what string "analyst:audit"
---@param given table?
---@return table settings spans in seconds or false, everything filled in
function options.read(what, given)
  given = check.options(what, given, of_audit)
  local settings = read_walk(what, given)
  local unused_for, unviewed_for = span(what, given, "unused_for", DEFAULT), span(what, given, "unviewed_for", false)
  local scheduled = given.scheduled_unviewed
  if scheduled == true then scheduled = unviewed_for or DEFAULT end
  if scheduled then scheduled = moment.span(what, "scheduled_unviewed", scheduled) end
  settings.unused_for, settings.unviewed_for, settings.scheduled_unviewed = unused_for, unviewed_for, scheduled or false
  settings.never_run, settings.archive = given.never_run ~= false, given.archive ~= false
  settings.older_than = span(what, given, "older_than", unused_for or DEFAULT)
  settings.failing_for = span(what, given, "failing_for", false)
  settings.schedules = one_of(what, "schedules", given.schedules or "delete", { delete = true, keep = true })
  settings.now, settings.on_report = now_of(what, given.now), given.on_report
  return settings
end

--- Reads the options of report_use: those of a walk, and `exact`.
---@param what string
---@param given table?
---@return table settings
function options.read_use(what, given)
  given = check.options(what, given, of_use)
  local settings = read_walk(what, given)
  settings.exact = given.exact == true
  return settings
end

-- What a plan keeps of them: what decided, nothing that runs.
local KEPT <const> = { "unused_for", "never_run", "older_than", "failing_for", "unviewed_for", "scheduled_unviewed",
  "archive", "schedules", "collections" }

--- The options as data, for a plan.
---@param settings table
---@return table
function options.data(settings)
  local data = {}
  for _, name in ipairs(KEPT) do data[name] = settings[name] end
  if type(settings.exclude) == "table" then data.exclude = settings.exclude end
  if settings.exclude and not data.exclude then data.exclude = { "(by a function)" } end
  return data
end

-- Names and patterns --------------------------------------------------------------------------------------------

---@class studio.analyst.names
local Names = {}
Names.__index = Names

--- A list of tokens, names and patterns ("Finance*"), which remembers what of it was ever met.
---@param list string[]
---@return studio.analyst.names
function options.names(list)
  local self = setmetatable({ exact = {}, patterns = {}, met = {}, list = list }, Names)
  for _, name in ipairs(list) do
    self.exact[name] = true
    if name:find("*", 1, true) then
      local pattern = "^" .. name:gsub("%W", "%%%0"):gsub("%%%*", ".*") .. "$"
      self.patterns[#self.patterns + 1] = { name = name, pattern = pattern }
    end
  end
  return self
end

--- Is a thing with a token and a name one of them?
---@param thing { token: string, name: string? }?
---@return boolean
function Names:has(thing)
  if not thing then return false end
  for _, text in ipairs { thing.token, thing.name } do
    if self.exact[text] then
      self.met[text] = true
      return true
    end
  end
  for _, one in ipairs(self.patterns) do
    if thing.name and thing.name:find(one.pattern) then
      self.met[one.name] = true
      return true
    end
  end
  return false
end

--- What was never met: probably a slip of the finger.
---@return string[]
function Names:missed()
  local missed = {}
  for _, name in ipairs(self.list) do
    if not self.met[name] then missed[#missed + 1] = name end
  end
  return missed
end

return options
