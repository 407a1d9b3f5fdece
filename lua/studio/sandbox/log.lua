-- The request log: the last so many requests, without secrets. SPDX-License-Identifier: MIT

local log = {}

-- Headers whose values are shown. Everything else is "***": a header we have not heard of may hold a secret.
local shown = {}
for name in ([[accept accept-encoding cache-control connection content-length content-type expect host if-match
  if-none-match if-range range te transfer-encoding user-agent idempotency-key x-request-id x-client-request-id
  traceparent]]):gmatch "%S+" do
  shown[name] = true
end

--- Header names with the values that may be shown.
---@param headers fun(): string|nil, string|nil  an iterator over name, value
---@return table<string, string>
function log.mask_headers(headers)
  local out = {}
  for name, value in headers do
    if name:sub(1, 1) ~= ":" then out[name] = shown[name] and value or "***" end
  end
  return out
end

--- A query without the values that open a door (signed URLs are secrets too).
---@param query string|nil
---@return string|nil
function log.mask_query(query)
  return query and (query:gsub("([^&=]+)=([^&]*)", function(name, value)
    local secret = name:lower():find "sig" or name:lower():find "token" or name:lower():find "key"
    return name .. "=" .. (secret and "***" or value)
  end))
end

---@class sandbox.log
local ring = {}
ring.__index = ring

--- A log that keeps the last `size` records.
---@param size integer
---@return sandbox.log
function log.new(size)
  return setmetatable({ size = size, total = 0, records = {} }, ring)
end

--- Adds a record and gives it its number.
function ring:add(record)
  self.total = self.total + 1
  record.n = self.total
  self.records[(self.total - 1) % self.size + 1] = record
end

--- The records, oldest first.
---@param after integer|nil  only those with a greater number
---@return table[]
function ring:list(after)
  local out = {}
  for n = math.max(1, self.total - self.size + 1, (after or 0) + 1), self.total do
    out[#out + 1] = self.records[(n - 1) % self.size + 1]
  end
  return out
end

function ring:clear()
  self.total, self.records = 0, {}
end

return log
