--- What a bot says, for a terminal. SPDX-License-Identifier: MIT
---
--- All of it comes from a server: nothing in it may steer the terminal.

local columns = require "studio.columns"

local show = {}

local function image(of)
  if of.url then return "[picture: " .. of.url .. "]" end
  return "[picture: file " .. of.attachment .. (of.listed and "]" or ", which is not attached]")
end

-- A button as a line; those that reply get the number by which they are chosen.
local function button(own, choices)
  local words = own.text or "(no text)"
  if own.type == "link" then return "  - " .. words .. ": " .. (own.url or "") end
  if own.type ~= "reply" then return "  - " .. words .. " (" .. own.type .. ")" end
  choices[#choices + 1] = own.response or own.text
  return ("  %d. %s"):format(#choices, words)
end

local function message(own, lines, choices)
  if own.title then lines[#lines + 1] = own.title end
  for line in ((own.text or "") .. "\n"):gmatch "([^\n]*)\n" do
    if line:find "%S" then lines[#lines + 1] = line end
  end
  if own.image then lines[#lines + 1] = image(own.image) end
  for _, each in ipairs(own.buttons) do lines[#lines + 1] = button(each, choices) end
  for _, file in ipairs(own.attachments) do
    lines[#lines + 1] = "[file " .. tostring(type(file) == "table" and (file.name or file.id) or file) .. "]"
  end
  if own.type == "unknown" then lines[#lines + 1] = "[something that cannot be shown here]" end
end

--- An answer as lines, and what its reply buttons say, by number.
---@param reply studio.five9.reply
---@return string[] lines
---@return string[] choices
function show.lines(reply)
  local lines, choices = {}, {}
  for _, own in ipairs(reply.messages) do message(own, lines, choices) end
  for i, line in ipairs(lines) do lines[i] = "bot> " .. columns.clean((line:gsub("\r$", ""))) end
  return lines, choices
end

return show
