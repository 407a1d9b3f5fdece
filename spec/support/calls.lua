-- All operations of a service called once, for the specs that compare what was sent with a table written by hand.
-- SPDX-License-Identifier: MIT
--
-- Each call has a mark of its own, which its client sends as a header; afterwards the requests are told apart by it.

local calls = {}

--- How the methods of a list are called, each to the rows that it gives.
calls.ways = {
  list = function(method, ...) return (assert(method(...))) end,
  each = function(method, ...)
    local rows = {}
    for row in method(...) do rows[#rows + 1] = row end
    return rows
  end,
  pages = function(method, ...)
    local next_page, rows = method(...), {}
    for page in next_page do table.move(page, 1, #page, #rows + 1, rows) end
    return rows
  end,
}

---@param i integer of the operation
---@param way string
---@return string
function calls.mark(i, way) return i .. " " .. way end

--- Calls each operation in each of its ways.
---@param operations table[]
---@param ways_of fun(operation: table): string[]
---@param call fun(operation: table, way: string, headers: table): any  its client sends the headers
---@return table<string, { ok: boolean, value: any }> by mark
function calls.all(operations, ways_of, call)
  local came = {}
  for i, operation in ipairs(operations) do
    for _, way in ipairs(ways_of(operation)) do
      local mark = calls.mark(i, way)
      local ok, value = pcall(call, operation, way, { ["X-Mark"] = mark })
      came[mark] = { ok = ok, value = value }
    end
  end
  return came
end

--- The requests that servers of spec.support.echo saw, by mark; each says which server's it is.
---@param servers table<string, table>
---@return table<string, table[]>
function calls.sent(servers)
  local sent = {}
  for name, server in pairs(servers) do
    for _, request in ipairs(server:log()) do
      local mark = request.headers["x-mark"]
      sent[mark] = sent[mark] or {}
      request.host = name
      table.insert(sent[mark], request)
    end
  end
  return sent
end

--- The pattern that the paths of a route match.
---@param path string "/frames/{frame_id}"
---@return string
function calls.pattern(path) return "^" .. path:gsub("[%-.]", "%%%0"):gsub("{[%w_]+}", "[^/]+") .. "$" end

--- The routes of a client by name.
---@param client table it is closed
---@return table<string, table>
function calls.routes(client)
  local routes = {}
  for _, r in ipairs(client:routes()) do routes[r.name] = r end
  client:close()
  return routes
end

---@param set table
---@return integer
function calls.count(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

--- Does the sandbox have a route? It is answered by whatever it makes of things that are not there.
---@param value any what a request for it gave
---@param err table?
---@param unknown string[] patterns of what it says of routes that it has not
---@return boolean
function calls.known(value, err, unknown)
  if value ~= nil then return true end
  local said = tostring(err)
  assert(err.status and err.status < 500, said)
  for _, pattern in ipairs(unknown) do
    if err.message:find(pattern) then return false end
  end
  return true
end

return calls
