-- A file server that breaks off and lies as told, for specs of downloads. SPDX-License-Identifier: MIT
--
--   local server = files.start()      -- a peer (spec/support/peer.lua)
--   files.content(seed, size)         -- what it serves
--
-- GET /SEED/SIZE?cut=N&… serves that many bytes with a strong ETag and honours Range and If-Range. What the query
-- says counts for the first request of a target only, or names what the later ones do:
--   cut=N         the connection ends after N bytes of the body (the first time; cut=N,M,… the first times)
--   etag=weak|none|same    a weak one; none; one that does not change with the seed
--   modified=1    Last-Modified (an hour ago) as well
--   encoding=E    Content-Encoding
--   later=NAME    what is done with the second and further requests, see `later` below
--   chunked=1     the length is not told

local peer = require "spec.support.peer"

local files = {}

-- Lua text, since the child needs it too. No period of a power of two: a block in a wrong place shows.
local CONTENT = [[
  function content(seed, size)
    local out, x = {}, seed * 7919 + 12345
    for i = 1, math.min(size, 100003) do
      x = (x * 1103515245 + 12345) & 0x7FFFFFFF
      out[i] = string.char(x >> 16 & 255)
    end
    local text = table.concat(out)
    return text:rep(size // #text + 1):sub(1, size)
  end
]]

local HANDLER = "(function() " .. CONTENT .. [==[
  local counts = {}
  -- What a server may do when it is asked to go on; the answer's status and header lines, then its body. `f` has
  -- from (asked for), body (whole), etag (line).
  local later = {
    no_range = function(f) return 200, { f.etag }, f.body end,
    changed = function(f) local new = content(99, #f.body - 10) return 200, { 'ETag: "new"' }, new end,
    from_start = function(f)
      return 206, { f.etag, ("Content-Range: bytes 0-%d/%d"):format(#f.body - 1, #f.body) }, f.body
    end,
    from_start_unsaid = function(f) return 206, { f.etag }, f.body end,
    other_offset = function(f)
      return 206, { f.etag, ("Content-Range: bytes %d-%d/%d"):format(f.from - 1, #f.body - 1, #f.body) },
        f.body:sub(f.from)
    end,
    other_total = function(f)
      local new = content(99, #f.body + 5)
      return 206, { f.etag, ("Content-Range: bytes %d-%d/%d"):format(f.from, #new - 1, #new) }, new:sub(f.from + 1)
    end,
    other_file = function(f) -- it does not know If-Range
      local new = content(99, #f.body)
      return 206, { 'ETag: "new"', ("Content-Range: bytes %d-%d/%d"):format(f.from, #new - 1, #new) },
        new:sub(f.from + 1)
    end,
    unnamed = function(f)
      return 206, { ("Content-Range: bytes %d-%d/%d"):format(f.from, #f.body - 1, #f.body) }, f.body:sub(f.from + 1)
    end,
    encoded = function(f)
      return 206, { f.etag, "Content-Encoding: gzip",
                    ("Content-Range: bytes %d-%d/%d"):format(f.from, #f.body - 1, #f.body) }, f.body:sub(f.from + 1)
    end,
    pieces = function(f) -- never more than 40 bytes
      local to = math.min(f.from + 40, #f.body)
      return 206, { f.etag, ("Content-Range: bytes %d-%d/%d"):format(f.from, to - 1, #f.body) },
        f.body:sub(f.from + 1, to)
    end,
    unsatisfied = function(f) return 416, { ("Content-Range: bytes */%d"):format(#f.body + 1) }, "no" end,
    whole = function(f) return 416, { ("Content-Range: bytes */%d"):format(#f.body) }, "nothing left" end,
    failed = function() return 412, {}, "no" end,
    gone = function() return 404, {}, "gone" end,
  }

  local function answer(c, status, lines, body, cut, chunked)
    lines[#lines + 1] = chunked and "Transfer-Encoding: chunked" or "Content-Length: " .. #body
    c:send(("HTTP/1.1 %d X\r\n"):format(status), table.concat(lines, "\r\n"), "\r\n\r\n")
    if chunked then
      if #body > 0 then c:send(("%x\r\n"):format(#body), body:sub(1, cut or -1)) end
      if not cut then c:send "\r\n0\r\n\r\n" end
    elseif cut ~= 0 then
      c:send(cut and body:sub(1, cut) or body)
    end
    return cut == nil
  end

  local function serve(c, request)
    local seed, size = request.target:match "^/(%d+)/(%d+)"
    local query = {}
    for name, value in request.target:gmatch "[?&]([^=]+)=([^&]*)" do query[name] = value end
    local n = (counts[request.target] or 0) + 1
    counts[request.target] = n
    local cuts = {}
    for cut in (query.cut or ""):gmatch "%d+" do cuts[#cuts + 1] = math.tointeger(tonumber(cut)) end
    local body = content(math.tointeger(tonumber(seed)), math.tointeger(tonumber(size)))
    local tag = ('"%s-%s"'):format(seed, size)
    local lines = { "Date: " .. os.date "!%a, %d %b %Y %H:%M:%S GMT" }
    if query.etag == "weak" then lines[2] = "ETag: W/" .. tag
    elseif query.etag ~= "none" then lines[2] = "ETag: " .. tag end
    local modified = "Tue, 01 Feb 2022 10:00:00 GMT"
    if query.modified then lines[#lines + 1] = "Last-Modified: " .. modified end
    if query.encoding then lines[#lines + 1] = "Content-Encoding: " .. query.encoding end
    local from = math.tointeger(tonumber((request.headers.range or ""):match "^bytes=(%d+)%-$"))
    local condition = request.headers["if-range"]
    if n > 1 and query.later and from then
      local status, more, text = later[query.later] { from = from, body = body, etag = "ETag: " .. tag }
      return answer(c, status, more, text, cuts[n])
    end
    if from and (not condition or condition == tag or condition == modified) then
      if from >= #body then
        lines[#lines + 1] = "Content-Range: bytes */" .. #body
        return answer(c, 416, lines, "")
      end
      lines[#lines + 1] = ("Content-Range: bytes %d-%d/%d"):format(from, #body - 1, #body)
      return answer(c, 206, lines, body:sub(from + 1), cuts[n])
    end
    return answer(c, 200, lines, body, cuts[n], query.chunked)
  end

  return function(c)
    for request in function() return c:request() end do
      if not serve(c, request) then return end
    end
  end
end)()]==]

--- Starts it.
function files.start() return peer.start(HANDLER) end

local env = setmetatable({}, { __index = _G })
assert(load(CONTENT, "=content", "t", env))()

--- The bytes of /SEED/SIZE.
---@type fun(seed: integer, size: integer): string
files.content = env.content

--- The requests for that target, in order.
function files.requests(server, target)
  local found = {}
  for _, request in ipairs(server:log().requests) do
    if request.target == target then found[#found + 1] = request end
  end
  return found
end

return files
