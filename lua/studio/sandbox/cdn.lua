-- Where results are downloaded from: another origin, with URLs that are signed and expire. SPDX-License-Identifier: MIT

local png = require "studio.sandbox.png"

local cdn = {}

-- No cryptography is needed here, only that a changed or old URL is refused.
local function signature(world, path, expires)
  local sum = math.floor(world.options.seed) + 7
  for byte in (path .. ":" .. expires):gmatch "." do sum = (sum * 31 + byte:byte()) & 0xFFFFFFFFFF end
  return ("%010x"):format(sum)
end

--- A URL for that path, good for options.url_ttl seconds.
function cdn.sign(world, path)
  local expires = math.floor((world.epoch() + world.options.url_ttl) * 1000)
  return ("%s%s?expires=%d&signature=%s"):format(world.cdn_url, path, expires, signature(world, path, expires))
end

local TEXT = { ["content-type"] = "text/plain" }

-- "bytes=a-b", "bytes=a-" and "bytes=-n"; anything else is ignored, as HTTP asks.
local function read_range(value, size)
  local from, to = (value or ""):match "^bytes=(%d*)%-(%d*)$"
  from, to = math.tointeger(tonumber(from)), math.tointeger(tonumber(to))
  if from then return from, math.min(to or size, size - 1) end
  if to then return math.max(0, size - to), size - 1 end
end

-- The whole, or the part of it that was asked for: an interrupted download can go on when the validator is the same.
local function send(req, bytes, etag)
  local headers = { ["content-type"] = "image/png", ["accept-ranges"] = "bytes", etag = etag }
  local condition = req.header "if-range"
  local from, to
  if not condition or condition == etag then from, to = read_range(req.header "range", #bytes) end
  if not from then return 200, bytes, headers end
  if from > to then
    headers["content-range"] = ("bytes */%d"):format(#bytes)
    return 416, "", headers
  end
  headers["content-range"] = ("bytes %d-%d/%d"):format(from, to, #bytes)
  return 206, bytes:sub(from + 1, to + 1), headers
end

--- Answers a request.
---@return integer status
---@return string body
---@return table<string, string> headers
function cdn.handle(world, req)
  local job = world.jobs[req.path:match "^/images/([%w_]+)%.png$"]
  if not job then return 404, "no such file", TEXT end
  local expires = tonumber(req.query.expires)
  if not expires or req.query.signature ~= signature(world, req.path, math.tointeger(expires) or 0) then
    return 403, "the signature does not match", TEXT
  end
  if world.epoch() * 1000 > expires then return 403, "the URL has expired", TEXT end
  -- drawn when asked for, and kept: a picture costs more than everything else here
  job.bytes = job.bytes or png.picture(tonumber(job.order) or job.number, job.number)
  return send(req, job.bytes, '"' .. job.id .. '"')
end

return cdn
