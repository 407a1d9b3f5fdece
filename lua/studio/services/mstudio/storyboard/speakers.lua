-- A voice for each character: chosen by the caller, or in turn from the library. SPDX-License-Identifier: MIT
--
-- A choice is on record, so that a character keeps its voice over all runs, whatever the library has by then.

local exchange = require "studio.exchange"
local look = require "studio.services.mstudio.storyboard.look"

local function library(board)
  local rows, err = look.all(board.client.voices:pages())
  if not rows then return nil, err end
  local voices = {}
  for _, row in ipairs(rows) do
    if row.id ~= nil then voices[#voices + 1] = row.id end
  end
  if #voices == 0 then
    return exchange.refuse(board.client, "storyboard", { kind = "conflict", message = "the library has no voices",
      advice = "Give one to each character: voices = { ANNA = voice_id }" })
  end
  return voices
end

-- Voices that no character has yet come first.
local function next_voice(voices, used)
  local best
  for _, id in ipairs(voices) do
    if not best or (used[id] or 0) < (used[best] or 0) then best = id end
  end
  return best
end

--- Gives every character a voice.
---@param board studio.mstudio.storyboard.board
---@return boolean? ok
---@return studio.error? err
return function(board)
  local chosen = type(board.options.voices) == "table" and board.options.voices or {}
  local used, voices, err = {}, nil, nil
  for _, character in ipairs(board.plan.characters) do
    local item = board:speaker(character)
    local own = chosen[character]
    if own ~= nil and item.id ~= own then board:set(item, { step = "done", id = own }) end
    if item.id then used[item.id] = (used[item.id] or 0) + 1 end
  end
  for _, character in ipairs(board.plan.characters) do
    local item = board:speaker(character)
    if not item.id then
      if not voices then voices, err = library(board) end
      if not voices then return nil, err end
      local id = next_voice(voices, used)
      used[id] = (used[id] or 0) + 1
      board:set(item, { step = "done", id = id })
    end
  end
  return true
end
