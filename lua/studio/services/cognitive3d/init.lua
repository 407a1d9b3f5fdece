-- studio.cognitive3d: projects, scenes, sessions and queries at Cognitive3D. SPDX-License-Identifier: MIT
--
--   local c3 = studio.cognitive3d { org_key = os.getenv "C3D_ORG_KEY", project_id = 10 }
--   for session in c3.sessions:each() do print(session.date, session.duration) end
--
-- The module is a table that can be called: beside clients it has what needs none (recorder, filter, slice, aggregate).

local check = require "studio.check"
local explain = require "studio.services.cognitive3d.explain"
local hosts = require "studio.services.cognitive3d.hosts"
local ids = require "studio.services.cognitive3d.ids"
local keys = require "studio.services.cognitive3d.keys"
local service = require "studio.service"

local folder = "studio.services.cognitive3d."

-- No limit is published. The vendor asks agents for one call at a time; a few are what its dashboard does.
local LIMIT = { name = "cognitive3d account", max_in_flight = 4 }

-- How to log in: a door for each kind of key.
local function connect(options, what)
  local origins = { query = options.base_url, data = hosts.data(options, what) }
  local doors, first = {}, nil
  for i, kind in ipairs(keys.kinds) do
    local text = options[kind.option]
    first = first or text
    doors[i] = {
      name = kind.door, base_url = origins[kind.host], auth = text and keys.auth(kind, text, what),
      missing = keys.missing(kind),
    }
  end
  if not first then
    check.fail("%s: give org_key (queries), developer_key (uploads) or data_key (live data): org_key is from the %s; "
      .. "is the environment variable set?", what, keys.kinds[1].from_where)
  end
  return {
    doors = doors, limits = { LIMIT }, limit_key = first,
    facts = { query_url = options.base_url },
    params = { organization_id = options.organization_id, project_id = options.project_id },
  }
end

-- A method that is loaded when it is first called.
local function later(module)
  return function(...) return require(folder .. module)(...) end
end

local new = service.define {
  name = "cognitive3d",
  base_url = hosts.query,
  options = {
    org_key = "string", developer_key = "string", data_key = "string", environment = "string", data_url = "string",
    organization_id = { "integer", "string" }, project_id = { "integer", "string" },
  },
  connect = connect,
  id_field = "id",
  id_fields = {
    session_id = ids.session_fields, version_id = ids.version_fields, tag_name = "title",
    sdk_scene_id = { "sdkFacingId", "id" },
  },
  headers = { Accept = "application/json" },
  routes = require "studio.services.cognitive3d.routes",
  methods = {
    query = later "query", upload_scene = later "uploads.scene", upload_objects = later "uploads.objects",
    filter = require "studio.services.cognitive3d.query.filter",
    slice = require "studio.services.cognitive3d.query.slice",
    aggregate = require "studio.services.cognitive3d.query.aggregate",
  },
  resources = require "studio.services.cognitive3d.resources",
  explain = explain.error,
  judge = explain.judge,
}

-- What needs no client; loaded when first used.
local parts = {
  recorder = "recorder", filter = "query.filter", slice = "query.slice", aggregate = "query.aggregate",
}

--- Makes a client of one organization (or, with the other keys, project) at Cognitive3D.
return setmetatable({}, {
  __name = "studio.cognitive3d",
  __call = function(_, options) return new(options) end,
  __index = function(self, name)
    if not parts[name] then return check.slip("studio.cognitive3d", name, parts) end
    local part = require(folder .. parts[name])
    rawset(self, name, part)
    return part
  end,
})
