-- Reads forms (multipart/form-data), and takes nothing for one that is not (RFC 7578). SPDX-License-Identifier: MIT

local form = {}

---@class sandbox.form_file
---@field name string      as the sender has it
---@field type string?     as the sender says
---@field bytes string

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
  return unquoted(field), filename and unquoted(filename), media_type
end

--- The fields and files of a request.
---@param req table
---@return table<string, string|sandbox.form_file>|nil fields
---@return string|nil why
function form.read(req)
  local boundary = (req.header "content-type" or ""):match '^multipart/form%-data%s*;.-boundary="?([^";]+)'
  if not boundary then return nil, "the body is not multipart/form-data" end
  local body, delimiter = req.body, "\r\n--" .. boundary
  if body:sub(1, #delimiter - 2) ~= delimiter:sub(3) then return nil, "the body does not begin with its boundary" end
  local fields, at = {}, #delimiter - 1
  while body:sub(at, at + 1) ~= "--" do
    local head_end = body:find("\r\n\r\n", at, true)
    if body:sub(at, at + 1) ~= "\r\n" or not head_end then return nil, "a part has no headers" end
    local last, after = body:find(delimiter, head_end + 4, true)
    if not last then return nil, "a part has no end" end
    local name, file, media_type = read_head(body:sub(at + 2, head_end - 1))
    if not name then return nil, file end
    local bytes = body:sub(head_end + 4, last - 1)
    fields[name] = file and { name = file, type = media_type, bytes = bytes } or bytes
    at = after + 1
  end
  return fields
end

return form
