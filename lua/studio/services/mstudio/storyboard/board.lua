-- A storyboard at work: its items, what was spent, what has ended it. SPDX-License-Identifier: MIT

local budget = require "studio.services.mstudio.storyboard.budget"
local plans = require "studio.services.mstudio.storyboard.plan"

local board = {}

---@class studio.mstudio.storyboard.entry one shot with what is made of it
---@field shot studio.fountain.Shot
---@field stem string
---@field frame studio.mstudio.storyboard.item
---@field image studio.mstudio.storyboard.item
---@field video studio.mstudio.storyboard.item? nil: not wanted
---@field speeches studio.mstudio.storyboard.spoken[]

---@class studio.mstudio.storyboard.spoken a dialogue block with what is made of it
---@field speech studio.mstudio.storyboard.speech
---@field track studio.mstudio.storyboard.item
---@field voice studio.mstudio.storyboard.item

---@class studio.mstudio.storyboard.board
---@field folder string? nil in a dry run without one
---@field script studio.fountain.Script
---@field project studio.mstudio.storyboard.item
---@field shots studio.mstudio.storyboard.entry[]
---@field export studio.mstudio.storyboard.item? nil: not wanted
---@field complete boolean everything that is wanted is there
---@field resumed boolean an earlier run had begun it
---@field spent integer generations that were asked for, in all runs
local methods = {}
local Board = { __name = "studio.mstudio.storyboard.board", __index = methods }

local function entry_of(state, planned)
  local n = planned.shot.index
  local entry = { shot = planned.shot, stem = planned.stem, frame = state:item("frame/" .. n),
    image = state:item("image/" .. n), video = planned.video and state:item("video/" .. n) or nil, speeches = {} }
  for i, speech in ipairs(planned.speeches) do
    local key = ("%d/%d"):format(n, speech.index)
    entry.speeches[i] = { speech = speech, track = state:item("track/" .. key), voice = state:item("voice/" .. key) }
  end
  return entry
end

---@param client studio.client
---@param plan studio.mstudio.storyboard.plan
---@param state studio.mstudio.storyboard.state
---@param options studio.mstudio.storyboard.options
---@return studio.mstudio.storyboard.board
function board.new(client, plan, state, options)
  local self = setmetatable({
    client = client, plan = plan, script = plan.script, state = state, options = options, folder = options.out,
    troubles = 0, project = state:item "project", export = plan.export and state:item "export" or nil, shots = {},
    resumed = state.resumed, complete = false, kind_of = budget.kind_of,
  }, Board)
  for i, planned in ipairs(plan.shots) do self.shots[i] = entry_of(state, planned) end
  self.spent = budget.spent(state.items)
  return self
end

--- Tells whoever listens.
---@param event table
function methods:tell(event)
  event.board = self
  if self.options.on_event then self.options.on_event(event) end
end

--- Changes an item, on record first, and tells of it.
---@param item studio.mstudio.storyboard.item
---@param fields table false removes a field
function methods:set(item, fields)
  local before = item.step
  self.state:set(item, fields)
  if item.step ~= before or fields.error then self:tell { type = "item", item = item, before = before } end
end

--- The voice of a character, as an item.
---@param character string?
---@return studio.mstudio.storyboard.item
function methods:speaker(character) return self.state:item("speaker/" .. (character or "")) end

--- What is sent for a generation: the caller's own fields come last.
---@param kind string
---@param fields table
---@return table
function methods:fields(kind, fields)
  for name, value in pairs((self.options.fields or {})[kind] or {}) do fields[name] = value end
  return fields
end

--- What an image or a video of a shot is to show.
---@param entry studio.mstudio.storyboard.entry
---@param kind "image"|"video"
---@return string
function methods:prompt(entry, kind)
  local own = self.options.prompt and self.options.prompt(entry.shot, kind)
  return own or plans.prompt(entry.shot)
end

--- All that is wanted of one kind, in order.
---@param kind "frame"|"image"|"video"|"voice"|"export"
---@return studio.mstudio.storyboard.item[]
function methods:items(kind)
  local list = {}
  for _, entry in ipairs(self.shots) do
    if kind == "voice" then
      for _, one in ipairs(entry.speeches) do list[#list + 1] = one.voice end
    else
      list[#list + 1] = entry[kind]
    end
  end
  if kind == "export" then list[1] = self.export end
  return list
end

--- How many items of one kind are at which step.
---@param kind "frame"|"image"|"video"|"voice"|"export"
---@return table<string, integer> by_step
---@return integer all
function methods:counts(kind)
  local counts = { new = 0, submitting = 0, submitted = 0, done = 0, failed = 0, unknown = 0, skipped = 0 }
  local list = self:items(kind)
  for _, item in ipairs(list) do counts[item.step] = counts[item.step] + 1 end
  return counts, #list
end

--- Is everything there that is wanted?
---@return boolean
function methods:is_complete()
  for _, kind in ipairs { "image", "video", "voice", "export" } do
    local counts, all = self:counts(kind)
    if counts.done < all then return false end
  end
  return true
end

return board
