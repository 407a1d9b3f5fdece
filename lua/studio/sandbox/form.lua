-- Reads forms (multipart/form-data), and takes nothing for one that is not (RFC 7578). SPDX-License-Identifier: MIT
--
-- As the bytes come: what a part has in it goes on at once to whoever keeps it, so that a file of any size takes no
-- memory here.

local form = {}

local MOST_HEAD <const> = 16384 -- bytes of a part's headers

---@class sandbox.form_file
---@field name string      as the sender has it
---@field type string?     as the sender says
---@field bytes string

---@class sandbox.form_part
---@field field string
---@field filename string?  it is a file
---@field type string?

---@class sandbox.form_reader
---@field open fun(part: sandbox.form_part): fun(bytes: string)  called for each part; what it returns gets the bytes
local reader = {}
reader.__index = reader

local function unquoted(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- The headers of a part: the name of its field, and of its file when it has one.
local function read_head(head)
  local disposition, media_type
  for line in (head .. "\r\n"):gmatch "(.-)\r\n" do
    local name, value = line:match "^([%w-]+):%s*(.-)%s*$"
    if not name then return nil, "a part has a header that is none" end
    if name:lower() == "content-disposition" then disposition = value end
    if name:lower() == "content-type" then media_type = value end
  end
  if not (disposition and disposition:find "^form%-data%s*;") then return nil, "a part says no Content-Disposition" end
  local field = disposition:match '[;%s]name="([^"]*)"'
  if not field then return nil, "a part has no name" end
  local filename = disposition:match '[;%s]filename="([^"]*)"'
  return { field = unquoted(field), filename = filename and unquoted(filename), type = media_type }
end

--- The boundary that a Content-Type names; nil when it is that of no form.
---@param content_type string?
---@return string?
function form.boundary(content_type)
  return (content_type or ""):match '^multipart/form%-data%s*;.-boundary="?([^";]+)'
end

--- A reader of a form that comes in pieces.
---@param boundary string
---@param open fun(part: sandbox.form_part): fun(bytes: string)
---@return sandbox.form_reader
function form.reader(boundary, open)
  -- the first delimiter has no line before it; given one, it is like the others
  return setmetatable({ delimiter = "\r\n--" .. boundary, held = "\r\n", open = open, step = "preamble" }, reader)
end

-- Each step eats what it can of `held`, and returns the next step's name when it is through; nil to wait for more; or
-- false and what is wrong.
local steps = {}

function steps.preamble(self)
  local delimiter = self.delimiter
  if #self.held < #delimiter then return nil end
  if self.held:sub(1, #delimiter) ~= delimiter then return false, "the body does not begin with its boundary" end
  self.held = self.held:sub(#delimiter + 1)
  return "after"
end

-- After a delimiter: "--" ends the form, a line's end begins a part.
function steps.after(self)
  if #self.held < 2 then return nil end
  local two = self.held:sub(1, 2)
  if two == "--" then return "over" end
  if two ~= "\r\n" then return false, "a part has no headers" end
  return "head"
end

function steps.head(self)
  local stop = self.held:find("\r\n\r\n", 1, true)
  if not stop then
    if #self.held > MOST_HEAD then return false, "a part has no headers" end
    return nil
  end
  local part, why = read_head(self.held:sub(3, stop - 1))
  if not part then return false, why end
  self.write = self.open(part)
  self.held = self.held:sub(stop + 4)
  return "bytes"
end

function steps.bytes(self)
  local stop = self.held:find(self.delimiter, 1, true)
  -- without a delimiter, its beginning may stand at the end of what is here
  local last = stop and stop - 1 or #self.held - #self.delimiter + 1
  if last > 0 then self.write(self.held:sub(1, last)) end
  if not stop then
    if last > 0 then self.held = self.held:sub(last + 1) end
    return nil
  end
  self.held = self.held:sub(stop + #self.delimiter)
  return "after"
end

function steps.over(self)
  self.held = "" -- what comes after the end is nobody's
end

--- Takes the next bytes.
---@param bytes string
function reader:take(bytes)
  if self.failed then return end
  self.held = self.held .. bytes
  repeat
    local next_step, why = steps[self.step](self)
    if next_step == false then self.failed = why end
    if next_step then self.step = next_step end
  until not next_step
end

--- Is the form whole?
---@return boolean whole
---@return string? why  it is not
function reader:is_whole()
  if self.failed then return false, self.failed end
  if self.step == "over" then return true end
  return false, self.step == "preamble" and "the body does not begin with its boundary"
    or self.step == "bytes" and "a part has no end" or "a part has no headers"
end

--- The fields and files of a request whose body is in memory.
---@param req table
---@return table<string, string|sandbox.form_file>|nil fields
---@return string|nil why
function form.read(req)
  local boundary = form.boundary(req.header "content-type")
  if not boundary then return nil, "the body is not multipart/form-data" end
  local parts = {}
  local reading = form.reader(boundary, function(part)
    local kept = { part = part }
    parts[#parts + 1] = kept
    return function(bytes) kept[#kept + 1] = bytes end
  end)
  reading:take(req.body)
  local whole, why = reading:is_whole()
  if not whole then return nil, why end
  local fields = {}
  for _, kept in ipairs(parts) do
    local part, bytes = kept.part, table.concat(kept)
    fields[part.field] = part.filename and { name = part.filename, type = part.type, bytes = bytes } or bytes
  end
  return fields
end

return form
