-- Where results are downloaded from: another origin, with URLs that are signed and expire. SPDX-License-Identifier: MIT

local png = require "studio.sandbox.png"
local ranges = require "studio.sandbox.ranges"

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
  return ranges.answer(req, job.bytes, { ["content-type"] = "image/png", etag = '"' .. job.id .. '"' })
end

return cdn
