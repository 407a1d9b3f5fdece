-- What a recorder is made of, from its options. SPDX-License-Identifier: MIT

local batches = require "studio.services.cognitive3d.recorder.batches"
local check = require "studio.check"
local core = require "studio.core"
local doors = require "studio.doors"
local envelope = require "studio.services.cognitive3d.recorder.envelope"
local errors = require "studio.error"
local merge = require "studio.merge"
local samples = require "studio.services.cognitive3d.recorder.samples"
local sender = require "studio.services.cognitive3d.recorder.sender"
local spool = require "studio.services.cognitive3d.recorder.spool"
local task = require "studio.task"

local open = {}

local WHAT <const> = "studio.cognitive3d.recorder"
local MEBI <const> = 1024 * 1024

-- Bytes from which a batch is full however few its samples are: the service's own bound is not published, and what is
-- refused as too large is lost as a whole.
local LARGEST <const> = 256 * 1024

-- Options of the client that a recorder makes for itself; docs are at studio.cognitive3d.options.
local client_options = {
  data_key = "string", data_url = "string", environment = "string", proxy = { "string", "boolean" },
  ca_file = "string", insecure = "boolean", allow_http = "boolean", http2 = "boolean", user_agent = "string",
  timeout = "seconds",
}

local rules = merge(client_options, {
  client = "table", scene = { "string", "table" }, version_number = "integer", user = "string", session_id = "string",
  hmd = "string", lobby = "string", properties = "table", interval = "seconds", batch = "table",
  flush_every = "seconds", spool = "string", spool_max = "integer", retry_first = "seconds", retry_cap = "seconds",
  clock = "callable", on_drop = "callable",
})

-- Now, by the wall's clock as it was when the recorder was made: within a session time never steps.
local function steady_clock()
  local loop = task.loop
  local base = core.epoch() - loop:now()
  return function() return base + loop:now() end
end

--- A scene as the collector's paths want it: the id that apps send.
---@param what string
---@param scene any
---@param version_number any
---@return string
---@return integer
function open.scene(what, scene, version_number)
  if type(scene) == "table" then scene = scene.sdkFacingId or scene.id end
  check.argument(what, "scene", scene, "string")
  if not envelope.is_scene(scene) then check.fail("%s: scene must be the id of a scene", what) end
  check.argument(what, "version_number", version_number, "integer")
  if version_number < 1 then check.fail("%s: version_number must be 1 or more", what) end
  return scene, math.tointeger(version_number)
end

local function batch_sizes(given)
  local known = {}
  for stream in pairs(envelope.sizes) do known[stream] = "integer" end
  local sizes = check.options(WHAT .. ": batch", given, known)
  for stream, count in pairs(sizes) do
    if count < 1 then check.fail("%s: batch: %s must be 1 or more", WHAT, stream) end
  end
  return sizes
end

-- Two sessions of a user that begin in one second would have one id, and be one to the service: the second is taken to
-- begin a second later.
local last_start = {}

local function start_of(options, clock)
  local started = math.floor(clock())
  if options.clock or options.session_id then return started end
  started = math.max(started, (last_start[options.user] or 0) + 1)
  last_start[options.user] = started
  return started
end

local function session_of(options, clock)
  local started = start_of(options, clock)
  for _, name in ipairs { "user", "session_id", "hmd", "lobby" } do
    if options[name] then samples.name(WHAT, "option '" .. name .. "'", options[name]) end
  end
  return {
    user = options.user, id = options.session_id or ("%d_%s"):format(started, options.user), started = started,
    lobby = options.lobby, hmd = options.hmd, interval = options.interval or 0.1,
  }
end

--- Reads and checks the options.
---@param options table
---@return table plan
function open.read(options)
  options = check.options(WHAT, options, rules)
  for _, name in ipairs { "scene", "version_number", "user" } do
    if options[name] == nil then check.fail("%s: option '%s' is missing", WHAT, name) end
  end
  if (options.client == nil) == (options.data_key == nil) then
    check.fail("%s: give either data_key, or a client that has one", WHAT)
  end
  local clock = options.clock or steady_clock()
  local scene, version = open.scene(WHAT, options.scene, options.version_number)
  local most = options.spool_max or (options.spool and 64 * MEBI or 8 * MEBI)
  if most < 65536 then check.fail("%s: option 'spool_max' must be 65536 bytes or more", WHAT) end
  return {
    client = options.client, own = options, clock = clock, scene = scene, version = version,
    session = session_of(options, clock), sizes = batch_sizes(options.batch), properties = options.properties,
    largest = math.min(LARGEST, most // 8), flush_every = options.flush_every or 5, spool = options.spool,
    spool_max = most, on_drop = options.on_drop,
    retry_first = options.retry_first or 60, retry_cap = options.retry_cap or 240, timeout = options.timeout or 10,
  }
end

-- A client for nothing else: what to do about a failure is the sender's business. The second attempt is for a kept
-- connection that has died meanwhile.
local function make_client(options)
  local own = { max_attempts = 2, max_refusals = 0, max_redirects = 0, backoff_base = 0.1, backoff_cap = 0.1 }
  for name in pairs(client_options) do own[name] = options[name] end
  return require "studio.services.cognitive3d"(own)
end

-- The function that sends one batch: the answer, or nil and an error object. The body is text already, so it goes past
-- the route of its stream. A batch may be sent again anyway (see sender.lua), so it also may go on a connection that
-- was idle for a while: a handshake every few seconds would cost a game more than all the rest.
local function poster(client, timeout)
  return function(entry, body)
    if client.state.closed then -- by its owner: what is recorded waits, as it does for a network
      return nil, errors.new { kind = "refused", service = "cognitive3d", stage = "not_sent",
        message = "the client that the recorder was given is closed" }
    end
    local value, response = client:request {
      method = "POST", path = ("/v0/%s/%s"):format(entry.stream, entry.scene), query = { version = entry.version },
      body = body, content_type = "application/json", raw = true, door = "data", timeout = timeout, priority = "poll",
      repeatable = true,
    }
    if value ~= nil then return response end
    if response.status == 401 or response.status == 403 then
      response.advice = "Check the data_key: it is the application key of the scene's project, and a key of the dev "
        .. "environment is good for nothing else"
    end
    return nil, response
  end
end

-- A session that goes on after a restart (option session_id) goes on counting behind what is left of it.
local function go_on(parts, left, session)
  for _, entry in ipairs(left) do
    if entry.session == session then parts[entry.stream] = math.max(parts[entry.stream], entry.part) end
  end
end

--- Makes what a recorder works with.
---@param self studio.cognitive3d.recorder
---@param plan table from open.read
---@param on_drop function
---@return boolean? done
---@return studio.error? err the spool cannot be used, or the client has no key for it
function open.parts(self, plan, on_drop)
  local client = plan.client or make_client(plan.own)
  self.client, self.owns_client = client, not plan.client
  local door, refused = doors.find(client.state, "data", WHAT)
  if client.state.read_only then
    door, refused = nil, { kind = "refused", message = "the client is read-only, so nothing could be sent" }
  end
  if not door then return nil, errors.new(merge(refused, { service = "cognitive3d", stage = "not_sent" })) end
  local kept, why, code = spool.open { folder = plan.spool, max = plan.spool_max, origin = door:origin(),
    on_drop = on_drop }
  if not kept then
    if self.owns_client then client:close() end
    return nil, errors.new { kind = "file", code = code, service = "cognitive3d", stage = "not_sent", message = why }
  end
  self.spool = kept
  self.sender = sender.new { spool = kept, post = poster(client, plan.timeout), on_drop = on_drop,
    session = plan.session.id, retry_first = plan.retry_first, retry_cap = plan.retry_cap }
  self.batches = batches.new { clock = plan.clock, sizes = plan.sizes, largest = plan.largest, scene = plan.scene,
    version = plan.version, on_drop = on_drop }
  go_on(self.batches.parts, kept.left, plan.session.id)
  return true
end

return open
