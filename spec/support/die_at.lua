-- Has this process die at a chosen moment of what a program does. SPDX-License-Identifier: MIT
--
-- For programs that specs start and kill: die_at { event, n, verb } has the n-th event of that kind be the last one.
-- Events: "append" (a line of a journal is written), "send" and "answer" (of a request, of that verb if one is given),
-- "rename" and "remove" (of a file), "sleep" (a task lets others have a turn).

local core = require "studio.core"
local exchange = require "studio.exchange"
local task = require "studio.task"

---@param die { [1]: string?, [2]: integer?, [3]: string? }
---@param signal string? default "KILL"
return function(die, signal)
  local count = 0
  local function at(event, verb)
    if event ~= die[1] or (die[3] and verb ~= die[3]) then return end
    count = count + 1
    -- not os.execute, which shields us from Ctrl-C
    if count == die[2] then io.popen(("kill -%s $PPID"):format(signal or "KILL")):close() end
  end

  local open, perform = core.journal, exchange.perform

  function core.journal(...)
    local file, message, code = open(...)
    if not file then return nil, message, code end
    return setmetatable({
      append = function(_, line)
        local ok, why = file:append(line)
        at "append"
        return ok, why
      end,
      keep = function(_, size) return file:keep(size) end,
      close = function() return file:close() end,
    }, { __close = function() file:close() end })
  end

  for name, owner in pairs { rename = os, remove = os, sleep = task } do
    local plain = owner[name]
    owner[name] = function(...)
      local results = table.pack(plain(...))
      at(name)
      return table.unpack(results, 1, results.n)
    end
  end

  function exchange.perform(client, request, ...)
    local verb = request.method
    at("send", verb)
    local results = table.pack(perform(client, request, ...))
    at("answer", verb)
    return table.unpack(results, 1, results.n)
  end
end
