-- A process that makes a storyboard, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: storyboard_maker.lua SETUP FILE. SETUP sets package.path; FILE is JSON: url, options of ms:storyboard, and
-- die: ["append", n] behind the n-th line of the journal, ["send", n] before the n-th request is sent, ["answer", n]
-- when the answer to it has come. Else it writes what came of it as one line of JSON. See storyboards.lua.

local setup, path = ...
assert(load(setup))()
local core = require "studio.core"
local exchange = require "studio.exchange"
local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local options = assert(json.decode(assert(shell.read(path))))
local die, count = options.die or {}, 0

local function at(event)
  if event ~= die[1] then return end
  count = count + 1
  if count == die[2] then os.execute "kill -KILL $PPID" end
end

local open, perform = core.journal, exchange.perform

function core.journal(...)
  local file, message, code = open(...)
  if not file then return nil, message, code end
  return {
    append = function(_, line)
      local ok, why = file:append(line)
      at "append"
      return ok, why
    end,
    keep = function(_, size) return file:keep(size) end,
    close = function() return file:close() end,
  }
end

function exchange.perform(...)
  at "send"
  local results = table.pack(perform(...))
  at "answer"
  return table.unpack(results, 1, results.n)
end

local ms = studio.mstudio { api_key = "sk_live_sandbox", limits = false, base_url = options.url, state_dir = false,
  backoff_base = 0.005, backoff_cap = 0.01, poll = { first = 0.01, cap = 0.05 } }
for _, name in ipairs { "url", "die", "before" } do options[name] = nil end
local heap = 0
options.on_event = function() heap = math.max(heap, collectgarbage "count") end
local board, err = ms:storyboard(options)
local status = shell.read "/proc/self/status" or ""
print(json.encode({
  complete = board and board.complete, spent = board and board.spent, err = err and tostring(err),
  kind = err and err.kind, heap_kb = heap // 1, peak_kb = tonumber(status:match "VmHWM:%s*(%d+)"),
  voices = board and board:counts "voice", images = board and board:counts "image",
  export = board and board.export and board.export.error,
}, { sort = true }))
