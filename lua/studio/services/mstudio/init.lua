-- studio.mstudio: storyboards, their pictures, voices and films at mstudio.ai. SPDX-License-Identifier: MIT

local check = require "studio.check"
local core = require "studio.core"
local service = require "studio.service"

-- Documented: 60 requests a minute for each API key, 120 for each user with a Bearer token. Window in
-- seconds.
local KEY_LIMIT = { name = "mstudio key", requests = 60, window = 60 }
local USER_LIMIT = { name = "mstudio user", requests = 120, window = 60 }

local function credential(secret, fixed)
  if type(secret) == "string" then return core.auth(fixed(secret)) end
  return core.auth { kind = "provider", provider = function()
    local value, more = secret()
    if type(value) ~= "string" then return nil, more or "the provider gave no key" end
    if value:find "%c" then return nil, "the provider's key has a line break or control character in it" end
    return core.auth(fixed(value)), more
  end }
end

local function header(key) return { kind = "header", name = "X-API-Key", value = key } end

local function bearer(token) return { kind = "bearer", token = token } end

-- How to log in, and which limits follow from that.
local function connect(options, what)
  local key, token = options.api_key, options.token
  if key and token then check.fail("%s: give api_key or token, not both", what) end
  if not (key or token) or key == "" or token == "" then
    check.fail("%s: api_key is missing (from mStudio's Settings > Developer; is the environment variable set?)", what)
  end
  local secret = key or token
  if type(secret) == "string" and secret:find "%c" then
    check.fail("%s: %s has a line break or control character in it (read from a file?)", what,
      key and "api_key" or "token")
  end
  return {
    auth = credential(secret, key and header or bearer),
    limits = { key and KEY_LIMIT or USER_LIMIT },
    -- A provider's keys change, and the account they belong to does not: option limit_key can name it.
    limit_key = type(secret) == "string" and secret or nil,
  }
end

--- Makes a client of one mStudio account.
---@type fun(options: studio.mstudio.options): studio.mstudio.client
return service.define {
  name = "mstudio",
  base_url = "https://mstudio.ai/api/v1",
  options = { api_key = { "string", "callable" }, token = { "string", "callable" } },
  connect = connect,
  id_field = "id",
  -- Documented in every example; without it, frameworks of this make answer bad input with a redirect.
  headers = { Accept = "application/json" },
  scopes = {
    "projects", "frames", "image_generation", "video_generation", "audio", "export", "teams", "assets", "voices",
    "sync", -- not in the reference; the vendor's After Effects plugin asks for it
  },
  routes = require "studio.services.mstudio.routes",
  methods = {
    storyboard = function(...) return require "studio.services.mstudio.storyboard"(...) end, -- loaded when first used
  },
  resources = {
    projects = require "studio.services.mstudio.projects",
    frames = require "studio.services.mstudio.frames",
    versions = require "studio.services.mstudio.versions",
    comments = require "studio.services.mstudio.comments",
    reviews = require "studio.services.mstudio.reviews",
    images = require "studio.services.mstudio.images",
    videos = require "studio.services.mstudio.videos",
    jobs = require "studio.services.mstudio.jobs",
    audio = require "studio.services.mstudio.audio",
    assets = require "studio.services.mstudio.assets",
    exports = require "studio.services.mstudio.exports",
    teams = require "studio.services.mstudio.teams",
    invites = require "studio.services.mstudio.invites",
    members = require "studio.services.mstudio.members",
    voices = require "studio.services.mstudio.voices",
  },
  explain = require "studio.services.mstudio.explain",
}
