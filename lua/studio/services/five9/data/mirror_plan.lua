-- What a mirror would do, and how that is shown. SPDX-License-Identifier: MIT

local check = require "studio.check"
local columns = require "studio.columns"
local limits = require "studio.limits"
local phrases = require "studio.phrases"

local mirror_plan = {}

---@class studio.five9.mirror_plan
---@field insert integer rows that the data store lacks
---@field update integer rows that say something else there
---@field unchanged integer
---@field extra integer rows that only the data store has: never touched
---@field extras { key: string, id: any }[] these
---@field entries studio.five9.mirror_entry[] the file's rows, in its order
---@field unseen string[] columns that are not shown, so that a change in them alone is not seen
---@field calls integer that carrying it out takes
---@field seconds number the least time that these take under the client's limit; 0: there is none
local methods = {}
local Plan = { __name = "studio.five9.mirror_plan", __index = methods }

function Plan:__tostring()
  return ("studio.five9.mirror_plan (%d to insert, %d to update, %d unchanged, %d extra)"):format(self.insert,
    self.update, self.unchanged, self.extra)
end

--- Makes a plan.
---@param work table of mirror.lua, with entries that are decided
---@param found { extra: table[], calls: integer }
---@return studio.five9.mirror_plan
function mirror_plan.new(work, found)
  local self = setmetatable({ entries = work.entries, extras = found.extra, extra = #found.extra, insert = 0,
    update = 0, unchanged = 0, unseen = {} }, Plan)
  for _, entry in ipairs(work.entries) do self[entry.action] = self[entry.action] + 1 end
  local names, batch = {}, work.options.batch
  for i, column in ipairs(work.sheet.columns) do
    names[i] = column.name
    if column.secure then table.insert(self.unseen, column.name) end
  end
  local writes = (self.insert + batch - 1) // batch + (self.update + batch - 1) // batch
  self.calls = writes > 0 and writes + found.calls or 0 -- the rows are read again, in case somebody changed them
  self.seconds = limits.least_seconds(self.calls, work.client:limits()[1])
  function self.columns() return names end
  function self.carry_out(options) return require("studio.services.five9.data.mirror_apply")(work, self, options) end
  return self
end

local function parts_of(plain)
  local list = {}
  for part in (plain .. "\xFF"):gmatch "([^\xFF]*)\xFF" do list[#list + 1] = part end
  return list
end

-- "visits: 3 -> 4, name: -> Ann"
local function difference(entry, names)
  local before, wanted, out = parts_of(entry.before), parts_of(entry.wanted), {}
  for i, name in ipairs(names) do
    if before[i] ~= wanted[i] then out[#out + 1] = ("%s: %s -> %s"):format(name, before[i], wanted[i]) end
  end
  return table.concat(out, ", ")
end

local HEADS <const> = { { title = "do" }, { title = "key", gives = true }, { title = "what", gives = true } }
local MOST <const> = 100

--- A table for a terminal; what is unchanged is only counted. Nothing in it can steer the terminal.
---@param options { width: integer?, most: integer? }? width: columns (default COLUMNS, else 100); most: rows shown,
---  default 100
---@return string text lines, the last one ended
function methods:table(options)
  check.method("plan:table", self, Plan)
  options = options or {}
  local rows, most, names = {}, options.most or MOST, self.columns()
  local shown = math.min(most, self.insert + self.update)
  for _, entry in ipairs(self.entries) do
    if #rows == shown then break end
    if entry.action ~= "unchanged" then
      rows[#rows + 1] = { entry.action, entry.key, entry.action == "update" and difference(entry, names)
        or "line " .. entry.line }
    end
  end
  local out = columns.excerpt(HEADS, rows, self.insert + self.update, options.width)
  out[#out + 1] = ("%s: insert %d, update %d; %d unchanged."):format(phrases.count(#self.entries, "row"), self.insert,
    self.update, self.unchanged)
  if self.extra > 0 then
    out[#out + 1] = ("The data store has %s more, which stay: no way to delete one is known."):format(
      phrases.count(self.extra, "row"))
  end
  if #self.unseen > 0 then
    out[#out + 1] = ("Not compared, since the service does not show it: %s."):format(
      columns.clean(table.concat(self.unseen, ", ")))
  end
  if self.calls > 0 then out[#out + 1] = phrases.cost(self.calls, self.seconds) .. "." end
  return table.concat(out, "\n") .. "\n"
end

---@class studio.five9.mirror_report
---@field complete boolean the data store says what the file says, but for extra rows
---@field inserted integer
---@field updated integer
---@field found integer of both: by a request whose answer was lost
---@field unchanged integer
---@field extra integer
---@field left { key: string, why: string }[] rows that somebody made, changed or deleted since the plan was made
---@field calls integer requests that were sent

--- Carries it out. The rows are read again first, and only what the plan showed is done. A request without an answer is
--- looked for before it is sent again. Killed: make the plan anew and apply that.
---@param options { progress: fun(text: string)? }?
---@return studio.five9.mirror_report? report nil, err: it ended early
---@return studio.error? err
---@return studio.five9.mirror_report? so_far
function methods:apply(options)
  check.method("plan:apply", self, Plan)
  return self.carry_out(options)
end

return mirror_plan
