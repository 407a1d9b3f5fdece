-- What would be made and changed, and how that is shown. SPDX-License-Identifier: MIT

local check = require "studio.check"
local columns = require "studio.columns"
local compare = require "studio.services.five9.bulk.compare"
local limits = require "studio.limits"
local phrases = require "studio.phrases"

local plan = {}

---@class studio.five9.bulk.plan
---@field create integer prompts that would be made
---@field update integer that would be changed
---@field unchanged integer that say already what they should
---@field left integer that are left alone, since it is not known what to do
---@field calls integer that carrying it out takes
---@field seconds number the least time that these calls take under the client's limit; 0: there is none
---@field entries studio.five9.bulk.entry[] in the order of the source
local methods = {}
local Plan = { __name = "studio.five9.bulk.plan", __index = methods }

---@class studio.five9.bulk.entry
---@field name string
---@field action "create"|"update"|"unchanged"|"left"
---@field why string?
---@field prompt_id (integer|string)?
---@field voices integer in how many it is said
---@field text string of the first of them

function Plan:__tostring()
  return ("studio.five9.bulk.plan (%d to make, %d to change, %d unchanged, %d left alone)"):format(self.create,
    self.update, self.unchanged, self.left)
end

--- Makes a plan.
---@param client studio.five9.client
---@param work table what apply needs: wanted, options
---@param there studio.five9.bulk.there
---@param log studio.five9.record
---@return studio.five9.bulk.plan
function plan.new(client, work, there, log)
  local self = setmetatable({ entries = {}, create = 0, update = 0, unchanged = 0, left = 0 }, Plan)
  for i, wanted in ipairs(work.wanted) do
    local action, why, row = compare.action(wanted, there:named(wanted.name), log:item(wanted.name), work.options)
    self.entries[i] = { name = wanted.name, action = action, why = why, prompt_id = row and row.prompt_id,
      voices = #wanted.values, text = wanted.values[1].tts_value }
    self[action] = self[action] + 1
  end
  local writes = self.create + self.update
  self.calls = writes > 0 and there.calls + writes or 0 -- the list is read again, in case somebody changed it
  self.seconds = limits.least_seconds(self.calls, client:limits()[1])
  function self.carry_out(options) return require("studio.services.five9.bulk.apply")(client, work, self, options) end
  return self
end

local HEADS <const> = {
  { title = "do" }, { title = "prompt", gives = true }, { title = "voices", right = true },
  { title = "text", gives = true }, { title = "why", gives = true },
}

local WORDS <const> = { create = "make", update = "change", left = "leave" }

--- A table for a terminal; what is unchanged is only counted. Nothing in it can steer the terminal.
---@param options { width: integer?, most: integer? }? width: columns (default COLUMNS, else 100); most: rows shown
---@return string text lines, the last one ended
function methods:table(options)
  check.method("plan:table", self, Plan)
  options = options or {}
  local rows, shown, most = {}, 0, options.most or math.huge
  for _, entry in ipairs(self.entries) do
    local word = WORDS[entry.action]
    if word then
      shown = shown + 1
      if shown <= most then rows[shown] = { word, entry.name, entry.voices, entry.text, entry.why } end
    end
  end
  local out = columns.excerpt(HEADS, rows, shown, options.width)
  out[#out + 1] = ("%s: make %d, change %d, leave %d alone; %d unchanged."):format(
    phrases.count(#self.entries, "prompt"), self.create, self.update, self.left, self.unchanged)
  if self.calls > 0 then out[#out + 1] = phrases.cost(self.calls, self.seconds) .. "." end
  return table.concat(out, "\n") .. "\n"
end

---@class studio.five9.bulk.apply_options
---@field concurrency integer? prompts at a time; default 4
---@field progress fun(text: string)? studio.progress, for one
---@field on_change fun(change: { name: string, action: string, prompt_id: any })? after each prompt that was made,
---  changed or found

---@class studio.five9.bulk.report
---@field complete boolean nothing failed, and nothing was left alone
---@field created integer
---@field updated integer
---@field found integer made or changed by a request whose answer was lost
---@field unchanged integer
---@field left { name: string, why: string }[]
---@field failed { name: string, error: studio.error, unknown: boolean }[] unknown: it may have been done all the same;
---  the next run looks first
---@field stopped studio.error? why it ended early
---@field calls integer requests that were sent

--- Carries it out. Each prompt is on record before it is asked for (option `state` of the plan); after an answer that
--- was lost, it is looked for by its name before anything else. Prompts that somebody made or changed since the plan
--- was made are left alone.
---@param options studio.five9.bulk.apply_options?
---@return studio.five9.bulk.report? report nil, err: it could not begin
---@return studio.error? err
function methods:apply(options)
  check.method("plan:apply", self, Plan)
  return self.carry_out(options)
end

return plan
