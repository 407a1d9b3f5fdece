-- HTTP/2 for spec/support/peer_server.lua: frames by hand, so that they can be wrong. SPDX-License-Identifier: MIT
--
--   for s in c:streams() do s:answer "ok" end
--
-- Each stream is a request that was read whole. Small requests and answers only: no flow control, no CONTINUATION.

local hpack = require "http.hpack"

local DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
local END_STREAM, END_HEADERS, PADDED, PRIORITY, ACK = 1, 4, 8, 32, 1

local Stream = {}
Stream.__index = Stream

local function frame(connection, kind, flags, id, payload)
  return connection:send(string.pack(">I3BBI4", #payload, kind, flags, id), payload)
end

--- Status 200, with that Content-Length or none.
function Stream:headers(length)
  local field = length and "\x0f\x0d" .. string.pack("s1", length) or "" -- static field 28, not indexed
  frame(self.connection, HEADERS, END_HEADERS, self.id, "\x88" .. field)
end

function Stream:data(text, last) frame(self.connection, DATA, last and END_STREAM or 0, self.id, text) end
function Stream:reset(code) frame(self.connection, RST_STREAM, 0, self.id, string.pack(">I4", code)) end
function Stream:goaway(code) frame(self.connection, GOAWAY, 0, 0, string.pack(">I4I4", self.id, code)) end
function Stream:raw(bytes) self.connection:send(bytes) end
function Stream:close() self.connection:close() end

function Stream:answer(body)
  self:headers(tostring(#body))
  self:data(body, true)
end

local function unpadded(flags, payload)
  local from, to = 1, #payload
  if flags & PADDED ~= 0 then from, to = 2, to - payload:byte() end
  if flags & PRIORITY ~= 0 then from = from + 5 end
  return payload:sub(from, to)
end

--- Every request of a connection, as a stream; nil when the client has gone. `count` is told of each.
return function(connection, count)
  local decoder, open = hpack.new(4096), {}
  if not connection.socket:read(24) then return function() end end -- the preface
  frame(connection, SETTINGS, 0, 0, "")
  local handle = {
    [SETTINGS] = function(flags) if flags & ACK == 0 then frame(connection, SETTINGS, ACK, 0, "") end end,
    [PING] = function(flags, _, text) if flags & ACK == 0 then frame(connection, PING, ACK, 0, text) end end,
    [HEADERS] = function(flags, id, text)
      local fields = decoder:decode_headers(unpadded(flags, text))
      open[id] = setmetatable({ id = id, connection = connection, method = fields:get ":method",
                                target = fields:get ":path", body = "" }, Stream)
    end,
    [DATA] = function(flags, id, text)
      if open[id] then open[id].body = open[id].body .. unpadded(flags & PADDED, text) end
    end,
  }
  return function()
    while not connection.closed do
      local head = connection.socket:read(9)
      if not head then return nil end
      local size, kind, flags, id = string.unpack(">I3BBI4", head)
      local payload = size > 0 and connection.socket:read(size) or ""
      if not payload then return nil end
      if handle[kind] then handle[kind](flags, id, payload) end
      if (kind == HEADERS or kind == DATA) and flags & END_STREAM ~= 0 and open[id] then
        local stream = open[id]
        open[id] = nil
        count { method = stream.method, target = stream.target, body = stream.body }
        return stream
      end
    end
  end
end
