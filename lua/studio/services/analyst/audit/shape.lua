-- What a plan that was kept must look like to be used again. SPDX-License-Identifier: MIT
--
-- It decides what is changed, and people cut it by hand: so it is read as strictly as if a stranger had written it.

local moment = require "studio.moment"

local function is_list(value)
  if type(value) ~= "table" then return false end
  for key in pairs(value) do
    if math.type(key) ~= "integer" then return false end
  end
  return true
end

-- kind -> how it is said of a value that it is none; is it one?
local KINDS <const> = {
  text = { "no text", function(value) return type(value) == "string" end },
  count = { "no count", function(value) return math.type(value) == "integer" and value >= 0 end },
  number = { "no number", function(value) return type(value) == "number" and value >= 0 end },
  flag = { "neither true nor false", function(value) return type(value) == "boolean" end },
  span = { "no span of seconds", function(value) return value == false or type(value) == "number" and value > 0 end },
  list = { "no list", is_list },
  object = { "no object", function(value) return type(value) == "table" end },
}

-- field -> kind; which of them may be missing, the readers below say.
local function all(kind, names)
  local fields = {}
  for name in names:gmatch "[%w_]+" do fields[name] = kind end
  return fields
end

local function join(...)
  local fields = {}
  for _, more in ipairs { ... } do
    for name, kind in pairs(more) do fields[name] = kind end
  end
  return fields
end

local PLAN <const> = join(all("text", "workspace base_url made_at source"), all("list", "entries skipped unread notes"),
  all("object", "options counts limit"), all("flag", "complete"))
local COUNTS <const> = all("count", "collections reports datasets archived")
local LIMIT <const> = all("number", "capacity window guard spacing")
local OPTIONS <const> = join(all("span", "unused_for older_than failing_for unviewed_for scheduled_unviewed"),
  all("flag", "never_run archive"), all("text", "schedules"))
local RECORD <const> = join(all("count", "view_count runs_count schedules_count"), all("list", "schedules"),
  all("object", "nulls collection"), all("flag", "archived"), all("text", "token name type url creator created_at "
    .. "updated_at edited_at last_run_at last_successful_run_at last_viewed_at"))
local COLLECTION <const> = all("text", "token name type")

-- "a report whose view_count is no count"; nil when each field that is there is what it must be.
local function wrong_field(what, value, fields)
  if type(value) ~= "table" then return what .. " that is no object" end
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local kind = KINDS[fields[name]]
    if value[name] ~= nil and not kind[2](value[name]) then
      return ("%s whose %s is %s"):format(what, name, kind[1])
    end
  end
end

local function is_schedule(value) return type(value) == "table" and type(value.token) == "string" end

local function wrong_schedules(list)
  for _, schedule in ipairs(list or {}) do
    if not is_schedule(schedule) then return "a schedule without a token" end
  end
end

-- The rules are asked again with these before anything is changed.
local function wrong_options(options)
  if options.never_run and not options.older_than then return "an audit whose older_than is no span of seconds" end
  return wrong_field("an audit", options, OPTIONS)
end

local function wrong_record(report)
  if type(report) ~= "table" or type(report.token) ~= "string" or report.token == "" then
    return "a report without a token"
  end
  return wrong_field("a report", report, RECORD)
    or report.collection and wrong_field("a collection", report.collection, COLLECTION)
    or wrong_schedules(report.schedules)
end

local ACTIONS <const> = { archive = true, delete_schedule = true }

local function wrong_action(action)
  if type(action) ~= "table" or not ACTIONS[action.kind] then return "an action that is none" end
  if action.kind == "delete_schedule" and not is_schedule(action.schedule) then return "a schedule without a token" end
end

local function wrong_entry(entry)
  if type(entry) ~= "table" or not is_list(entry.actions) or not is_list(entry.rules) then
    return "an entry without rules and actions"
  end
  for _, action in ipairs(entry.actions) do
    local wrong = wrong_action(action)
    if wrong then return wrong end
  end
  for _, rule in ipairs(entry.rules) do
    if type(rule) ~= "table" or type(rule.name) ~= "string" or type(rule.says) ~= "string" then
      return "a rule without a name or a sentence"
    end
  end
  return wrong_record(entry.report)
end

-- What is told of things left alone: { report = } or { collection = }, and why.
local function wrong_left(item)
  if type(item) ~= "table" or type(item.why) ~= "string" then return "something left alone without a reason" end
end

local function wrong_note(note)
  if type(note) ~= "string" then return "a note that is no text" end
end

local LISTS <const> = { entries = wrong_entry, skipped = wrong_left, unread = wrong_left, notes = wrong_note }

--- What is wrong with data that should be a plan of this format and version.
---@param data table
---@return string? why nil: nothing
return function(data)
  for _, name in ipairs { "workspace", "base_url", "made_at" } do
    if type(data[name]) ~= "string" then return "it does not say its " .. name end
  end
  for _, name in ipairs { "entries", "options", "counts" } do
    if type(data[name]) ~= "table" then return "it has no " .. name end
  end
  local wrong = wrong_field("a plan", data, PLAN) or wrong_field("a plan", data.counts, COUNTS)
    or wrong_options(data.options) or data.limit and wrong_field("a limit", data.limit, LIMIT)
  if wrong then return wrong end
  if not moment.read(data.made_at) then return "made_at is no moment" end
  for _, name in ipairs { "entries", "skipped", "unread", "notes" } do
    for i, item in ipairs(data[name] or {}) do
      wrong = LISTS[name](item)
      if wrong then return ("%s %d: %s"):format(name == "entries" and "entry" or name, i, wrong) end
    end
  end
end
