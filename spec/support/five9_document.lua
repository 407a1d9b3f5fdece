-- Runs the Lua of docs/five9.md against a sandbox, each block by itself. SPDX-License-Identifier: MIT
--
-- usage: five9_document.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is JSON: text, name, url. A block stands at
-- its own line, so an error names the document's line. What it takes from the environment is the sandbox's here, and
-- `f9`, where a block makes none, is a client of the account 1234.

local setup, text = ...
assert(load(setup))()
local json = require "studio.json"
local merge = require "studio.merge"
local real = require "studio"

local options = assert(json.decode(text))

local KEYS <const> = { FIVE9_API_KEY = "f9-key", FIVE9_CHAT_API_KEY = "f9-bot-key", FIVE9_CHAT_TASK_KEY = "task-1" }

local function five9(given)
  local all = merge({ login_guard = { file = "guard.state" } }, given, { base_url = options.url, state_dir = false })
  all.region = nil
  if all.scope == "sp" then all.api_key = "f9-sp-key" end
  return real.five9(all)
end

local studio = setmetatable({ five9 = five9,
  sandbox = { start = function() return setmetatable({ five9_url = options.url }, { __close = function() end }) end },
}, { __index = real })

local environment = setmetatable({
  require = function(name) return name == "studio" and studio or require(name) end, studio = studio,
  f9 = five9 { scope_id = 1234, api_key = "f9-key" }, key = "f9-key", password = "ann-password", code = "111111",
  os = setmetatable({ getenv = function(name) return KEYS[name] end }, { __index = os }),
}, { __index = _G })

local number, block, from, blocks = 0, nil, nil, 0
for line in (options.text .. "\n"):gmatch "([^\n]*)\n" do
  number = number + 1
  if block and line == "```" then
    assert(load(("\n"):rep(from) .. table.concat(block, "\n"), "@" .. options.name, "t", environment))()
    block, blocks = nil, blocks + 1
  elseif block then
    block[#block + 1] = line
  elseif line == "```lua" then
    block, from = {}, number
  end
end
print(("%d blocks ran"):format(blocks))
