-- Journals: what is to be done, on record before it is done; one JSON value a line. SPDX-License-Identifier: MIT
--
-- core.journal has the file: it only grows, and one run at a time has it. Here is what all that is kept in such files
-- has in common: the first line says what it is, and a torn last line was never acted upon.

local errors = require "studio.error"
local json = require "studio.json"

local journal = {}

--- Reads the whole lines of a journal.
---@param path string
---@param header fun(value: any): boolean?, string? the first line; nil, why: it is no journal of this kind. A file that
---  is not empty and has no whole line is somebody else's: then the value is nil
---@param take fun(value: any): boolean each other line; false: it makes no sense
---@param options { null: string? }? as for studio.json.decode
---@return integer? size of the whole lines, in bytes; nil, why when it cannot be used
---@return string? message
function journal.read(path, header, take, options)
  local file, why = io.open(path, "rb")
  if not file then return nil, why end
  local _ <close> = file
  local whole, number = 0, 0
  for text in file:lines "L" do
    local torn = text:sub(-1) ~= "\n"
    if torn and number > 0 then break end
    number, whole = number + 1, whole + #text
    local value = not torn and json.decode(text, options) or nil
    if number == 1 then
      local ok, message = header(value)
      if not ok then return nil, message end
    elseif not take(value) then
      return nil, ("%s is damaged in line %d"):format(path, number)
    end
  end
  return whole
end

--- Adds a line, which is in the system's hands when this returns. Raises an error object when it cannot be: to go on
--- would be to risk that something is done twice.
---@param file studio.core.journal
---@param value table
---@param what string the beginning of the sentence: "the record cannot be kept, so nothing more is asked for"
function journal.append(file, value, what)
  local ok, message = file:append(json.encode(value, { sort = true }) .. "\n")
  if ok then return end
  error(errors.new { kind = "file", stage = "not_sent", message = ("%s: %s"):format(what, message) }, 0)
end

return journal
