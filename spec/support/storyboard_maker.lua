-- A process that makes a storyboard, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: storyboard_maker.lua SETUP FILE. SETUP sets package.path; FILE is JSON: url, options of ms:storyboard, and
-- die: ["append", n] behind the n-th line of the journal, ["send", n] before the n-th request is sent, ["answer", n]
-- when the answer to it has come. Else it writes what came of it as one line of JSON. See storyboards.lua.

local setup, path = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local options = assert(json.decode(assert(shell.read(path))))
die_at(options.die or {})

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
