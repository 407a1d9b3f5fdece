-- Runs the Lua of a document about Cognitive3D, block after block, against a sandbox. SPDX-License-Identifier: MIT
--
-- usage: cognitive3d_document.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is JSON: text, name, url, data_url.
-- The blocks are one program, each at the line where it stands, so an error names the document's line. What a document
-- takes from the environment, and the service's addresses, are the sandbox's here.

local setup, text = ...
assert(load(setup))()
local json = require "studio.json"
local merge = require "studio.merge"
local real = require "studio"

local options = assert(json.decode(text))

local KEYS <const> = { C3D_ORG_KEY = "orgkey-sandbox", C3D_DEVELOPER_KEY = "dev-sandbox",
  C3D_DATA_KEY = "data-sandbox" }

local function here(given)
  return real.cognitive3d(merge(given, { base_url = options.url, data_url = options.data_url, state_dir = false }))
end

local function recorder(given)
  return real.cognitive3d.recorder(merge(given, { data_url = options.data_url }))
end

local cognitive3d = setmetatable({ recorder = recorder }, { __call = function(_, given) return here(given) end })
local studio = setmetatable({ cognitive3d = cognitive3d }, { __index = real })

-- The program: lines that stand in a block of Lua, and empty ones for all others.
local function program(document)
  local lines, inside, blocks = {}, false, 0
  for line in (document .. "\n"):gmatch "([^\n]*)\n" do
    local fence = line:match "^```(.*)$"
    if fence then
      inside = not inside and fence == "lua"
      blocks = blocks + (inside and 1 or 0)
    end
    lines[#lines + 1] = inside and not fence and line or ""
  end
  return table.concat(lines, "\n"), blocks
end

local environment = setmetatable({
  require = function(name) return name == "studio" and studio or require(name) end,
  os = setmetatable({ getenv = function(name) return KEYS[name] end }, { __index = os }),
}, { __index = _G })

local source, blocks = program(options.text)
assert(load(source, "@" .. options.name, "t", environment))()
print(("%d blocks ran"):format(blocks))
