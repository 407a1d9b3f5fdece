-- Where limiters keep what other processes and later runs must know. SPDX-License-Identifier: MIT

local check = require "studio.check"
local log = require "studio.log"

local state = {}

-- XDG's own rule: a path that is not absolute counts as none.
local function absolute(path) return path and path:sub(1, 1) == "/" and path or nil end

local function from_environment()
  local named = os.getenv "STUDIO_STATE_DIR"
  if named == "off" then return nil end
  if named and named ~= "" then return named end
  local home = absolute(os.getenv "HOME")
  local base = absolute(os.getenv "XDG_STATE_HOME") or home and home .. "/.local/state"
  if base then return base .. "/lua-studio" end
  return nil, "neither XDG_STATE_HOME nor HOME is set"
end

--- Tells, once for each reason, that limits are kept in this process only.
---@param why string
function state.warn(why)
  log.warn_once("state " .. why, "limits are kept in this process only, so other processes and later runs with the "
    .. "same key may draw answers 429: " .. why)
end

--- The folder; nil when nothing is to be kept.
---@param option string|boolean|nil a client's option state_dir
---@param what string for messages
---@return string? folder
function state.folder(option, what)
  if option == false then return nil end
  if option == "" then check.fail("%s: option 'state_dir' is an empty string; false turns it off", what) end
  if type(option) == "string" then return option end
  local folder, why = from_environment()
  if why then state.warn(why) end
  return folder
end

return state
