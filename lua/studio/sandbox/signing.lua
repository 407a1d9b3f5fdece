-- URLs that are signed and expire. SPDX-License-Identifier: MIT

local signing = {}

-- No cryptography is needed here, only that a changed or old URL is refused.
local function signature(world, path, expires)
  local sum = math.floor(world.options.seed) + 7
  for byte in (path .. ":" .. expires):gmatch "." do sum = (sum * 31 + byte:byte()) & 0xFFFFFFFFFF end
  return ("%010x"):format(sum)
end

--- A URL for that path at the origin of results, good for options.url_ttl seconds.
function signing.sign(world, path)
  local expires = math.floor((world.epoch() + world.options.url_ttl) * 1000)
  return ("%s%s?expires=%d&signature=%s"):format(world.cdn_url, path, expires, signature(world, path, expires))
end

--- What is wrong with the URL of a request; nil when it is good.
---@return string|nil complaint
function signing.complaint(world, req)
  local expires = tonumber(req.query.expires)
  if not expires or req.query.signature ~= signature(world, req.path, math.tointeger(expires) or 0) then
    return "the signature does not match"
  end
  if world.epoch() * 1000 > expires then return "the URL has expired" end
end

return signing
