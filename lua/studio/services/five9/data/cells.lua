-- Cells that a spreadsheet takes for no formula, and that read back as they were. SPDX-License-Identifier: MIT
--
-- studio.csv puts an apostrophe before text that would be a formula. That "'=1" may have been the text itself, so such
-- a text gets one more apostrophe here, and reading takes one away: what was written is what is read.

local csv = require "studio.csv"

local cells = {}

--- A cell of a file that spreadsheets may open.
---@param value any nil is an empty cell
---@return string
function cells.guarded(value)
  if type(value) == "string" and value:find "^'+[=+%-@\t\r\n]" then value = "'" .. value end
  return csv.cell(value)
end

--- The text that `guarded` was given.
---@param text string a cell, without its quotes
---@return string
function cells.unguarded(text)
  if text:find "^'+[=+%-@\t\r\n]" then return text:sub(2) end
  return text
end

--- A cell as it is: for programs, not for spreadsheets.
---@param value any
---@return string
function cells.raw(value)
  if type(value) ~= "string" or not value:find "^[=+%-@\t\r\n]" then return csv.cell(value) end
  return '"' .. value:gsub('"', '""') .. '"'
end

return cells
