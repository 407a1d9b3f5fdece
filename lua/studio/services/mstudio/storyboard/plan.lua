-- What a screenplay wants made: shots, words that are spoken, and who speaks. SPDX-License-Identifier: MIT

local check = require "studio.check"
local fountain = require "studio.fountain"
local names = require "studio.services.mstudio.storyboard.names"

local plan = {}

local PROMPT_BYTES <const> = 1500

---@class studio.mstudio.storyboard.speech one dialogue block: what one character says in one breath
---@field index integer 1, 2, … within the shot
---@field line integer where it begins in shot.dialogue
---@field character string? nil: lyrics that nobody in particular sings
---@field text string

---@class studio.mstudio.storyboard.planned one shot of the plan
---@field shot studio.fountain.Shot
---@field stem string of the names of its files
---@field hash string tells whether the shot is still the same
---@field video boolean
---@field speeches studio.mstudio.storyboard.speech[]

---@class studio.mstudio.storyboard.plan
---@field script studio.fountain.Script
---@field title string
---@field shots studio.mstudio.storyboard.planned[]
---@field characters string[] who speaks, in the order in which they first do
---@field export boolean

-- FNV-1a, 64 bit: nothing has to be secret here.
local function hash(text)
  local h = 0xcbf29ce484222325
  for i = 1, #text do h = (h ~ text:byte(i)) * 0x100000001b3 end
  return ("%016x"):format(h)
end

local function hash_of(shot)
  local parts = { shot.heading, shot.text }
  for _, speech in ipairs(shot.dialogue) do
    parts[#parts + 1] = (speech.character or "") .. "\1" .. (speech.parenthetical or "") .. "\1" .. speech.text
  end
  return hash(table.concat(parts, "\0"))
end

--- The dialogue blocks of a shot: lines of one character that follow each other are one.
---@param shot studio.fountain.Shot
---@return studio.mstudio.storyboard.speech[]
function plan.speeches(shot)
  local list = {}
  for i, line in ipairs(shot.dialogue) do
    local last = list[#list]
    if last and last.character == line.character then
      last.text = last.text .. "\n" .. line.text
    elseif line.text:find "%S" then
      list[#list + 1] = { index = #list + 1, line = i, character = line.character, text = line.text }
    end
  end
  return list
end

local function cut(text, bytes)
  if #text <= bytes then return text end
  return (text:sub(1, utf8.offset(text, 0, bytes + 1) - 1):gsub("%s+%S*$", ""))
end

--- What an image or a video of a shot is to show, in words.
---@param shot studio.fountain.Shot
---@return string
function plan.prompt(shot)
  local parts = { shot.heading ~= "" and shot.heading or nil }
  if shot.text ~= "" then
    parts[#parts + 1] = shot.text
  else
    for _, speech in ipairs(shot.dialogue) do
      parts[#parts + 1] = (speech.character or "Somebody") .. " says: " .. speech.text
    end
  end
  return cut((table.concat(parts, ". "):gsub("%s+", " ")), PROMPT_BYTES)
end

--- A frame's script, as the screenplay has it.
---@param shot studio.fountain.Shot
---@return string
function plan.script_of(shot)
  local parts = { shot.heading, shot.text ~= "" and shot.text or nil }
  for _, speech in ipairs(shot.dialogue) do
    local who = speech.character and speech.character .. "\n" or ""
    local aside = speech.parenthetical and "(" .. speech.parenthetical .. ")\n" or ""
    parts[#parts + 1] = who .. aside .. speech.text
  end
  return table.concat(parts, "\n\n")
end

-- Which shots become videos, as a function.
local function chooser(what, videos)
  if videos == nil or videos == "none" then return function() return false end end
  if videos == "all" then return function() return true end end
  if type(videos) == "string" then
    check.fail("%s: option 'videos' must be \"all\", \"none\", a list of shots or a function", what)
  end
  if type(videos) ~= "table" then return function(shot) return videos(shot) and true or false end end
  local chosen = {}
  for _, index in ipairs(videos) do
    chosen[check.argument(what, "a shot in option 'videos'", index, "integer")] = true
  end
  return function(shot) return chosen[shot.index] or false end
end

-- Characters without a voice (false in the map) stay silent.
local function is_heard(voices, character)
  if not voices then return false end
  return type(voices) ~= "table" or voices[character or ""] ~= false
end

--- The plan of a screenplay.
---@param what string for messages
---@param script studio.fountain.Script
---@param options studio.mstudio.storyboard.options
---@return studio.mstudio.storyboard.plan
function plan.new(what, script, options)
  local shots, wants_video = fountain.shots(script), chooser(what, options.videos)
  local title = options.title or (script.title.title or "Untitled"):gsub("[*_\n]+", " "):match "^%s*(.-)%s*$"
  local self = { script = script, title = title, shots = {}, characters = {}, export = options.export or false }
  local seen = {}
  for i, shot in ipairs(shots) do
    local speeches = {}
    for _, speech in ipairs(options.voices and plan.speeches(shot) or {}) do
      local character = speech.character or ""
      if is_heard(options.voices, character) then
        speeches[#speeches + 1] = speech
        if not seen[character] then
          seen[character] = true
          self.characters[#self.characters + 1] = character
        end
      end
    end
    self.shots[i] = { shot = shot, stem = names.stem(shot, shots[#shots]), hash = hash_of(shot),
      video = wants_video(shot), speeches = speeches }
  end
  return self
end

return plan
