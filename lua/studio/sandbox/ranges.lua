-- Bytes of which a part can be asked for, so that a download that was cut goes on. SPDX-License-Identifier: MIT

local ranges = {}

-- "bytes=a-b", "bytes=a-" and "bytes=-n"; anything else is ignored, as HTTP asks.
local function read_range(value, size)
  local from, to = (value or ""):match "^bytes=(%d*)%-(%d*)$"
  from, to = math.tointeger(tonumber(from)), math.tointeger(tonumber(to))
  if from then return from, math.min(to or size, size - 1) end
  if to then return math.max(0, size - to), size - 1 end
end

--- The whole, or the part of it that was asked for: it goes on only when the validator is the same.
---@param req table
---@param bytes string|sandbox.lazy
---@param headers table<string, string>  of the answer, with an `etag`
---@return integer status
---@return string|sandbox.lazy body
---@return table<string, string> headers
function ranges.answer(req, bytes, headers)
  headers["accept-ranges"] = "bytes"
  local condition = req.header "if-range"
  local from, to
  if not condition or condition == headers.etag then from, to = read_range(req.header "range", #bytes) end
  if not from then return 200, bytes, headers end
  if from > to then
    headers["content-range"] = ("bytes */%d"):format(#bytes)
    return 416, "", headers
  end
  headers["content-range"] = ("bytes %d-%d/%d"):format(from, to, #bytes)
  return 206, bytes:sub(from + 1, to + 1), headers
end

return ranges
