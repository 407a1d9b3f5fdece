-- What the specs of uploads share: servers that read any body, and texts to send. SPDX-License-Identifier: MIT

local bodies = {}

-- Handlers: each is an expression; `read` takes a whole body, in chunks or of a given length.
function bodies.handler(text)
  return [[(function()
    local function read(c, head)
      local size, parts = tonumber(head.headers["content-length"] or 0), {}
      if not head.headers["transfer-encoding"] then return size > 0 and c.socket:read(size) or "" end
      for line in function() return c.socket:read "*l" end do
        local n = tonumber(line:match "^%x+", 16)
        if n > 0 then parts[#parts + 1] = c.socket:read(n) end
        c.socket:read "*l"
        if n == 0 then return table.concat(parts) end
      end
    end
    local seen = 0
    local function heads(c) return function() return c:head() end end
    ]] .. text .. [[ end)()]]
end

-- Answers with the body as it came, and tells how it came.
bodies.ECHO = bodies.handler [[
  return function(c)
    for head in heads(c) do
      local body = read(c, head)
      if not body then return end
      local h = head.headers
      c:answer(body, 200, "X-Type: " .. (h["content-type"] or ""), "X-Length: " .. (h["content-length"] or "none"),
               "X-Method: " .. head.method)
    end
  end]]

-- Bytes that no two places of a text share.
function bodies.noise(size)
  local parts = {}
  for i = 1, size // 8 + 1 do parts[i] = ("%07d\n"):format(i) end
  return table.concat(parts):sub(1, size)
end

-- A reader of a text, and how to begin it anew.
function bodies.reader(text, step)
  local at = 1
  return function()
    if at > #text then return nil end
    local piece = text:sub(at, at + step - 1)
    at = at + step
    return piece
  end, function() at = 1 end
end

return bodies
