-- client:upload_scene: a folder as a scene, or as a new version of one; never twice. SPDX-License-Identifier: MIT
--
--   local scene = assert(c3:upload_scene("build/harbour", { name = "Harbour" }))
--   print(scene.scene_id, scene.version_number)
--
-- The same call again finds that nothing changed and sends nothing; after a break it first finds out what became of
-- what was sent. What counts as done is what the service then shows, whatever it answered: its answers are known to
-- say yes when it means no.

local check = require "studio.check"
local doors = require "studio.doors"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local merge = require "studio.merge"
local model = require "studio.services.cognitive3d.uploads.model"
local records = require "studio.services.cognitive3d.uploads.record"
local route = require "studio.route"
local task = require "studio.task"
local versions = require "studio.services.cognitive3d.uploads.versions"

local WHAT <const> = "cognitive3d:upload_scene"
local SETTLE <const> = 10 -- seconds after which what the service took is to be seen there
local LOOK <const> = 0.05 -- seconds before the second look; twice as many before each next one, up to:
local LOOK_MOST <const> = 1

local UUID <const> = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$"

local rules = {
  scene = { "string", "table" }, name = "string", new_version = "boolean", state = "string", max_bytes = "integer",
  settle = "seconds", progress = "callable", timeout = "seconds", deadline = "seconds",
}

---@class studio.cognitive3d.upload_scene.options
---@field name string? of the scene; default: what settings.json says. Without that file it is needed
---@field scene string|table|nil id (a UUID) of a scene that is there already, or shall be made with that id; default:
---  the one of the last time, at first a new id
---@field new_version boolean? where the scene is there and holds something else, a new version is made of the folder;
---  without it that is refused
---@field state string? the file that remembers what was sent; default: the folder's name with ".c3d-scene" behind it
---@field max_bytes integer? largest file that is sent, default 100 MiB, as in the vendor's tools
---@field settle number? seconds after which what was sent must be to be seen; default 10
---@field progress fun(event: studio.transfer.event)?
---@field timeout number? seconds, as for every call
---@field deadline number? seconds for the request that sends the files

---@class studio.cognitive3d.uploaded_scene
---@field scene_id string
---@field version_number integer? 1, 2, 3 … in the scene, which uploads of objects want
---@field version_id integer? which queries want
---@field created boolean the scene is new
---@field sent boolean false: it was there already
---@field files integer
---@field bytes integer

local function refuse(client, kind, code, message, advice)
  return exchange.refuse(client, "upload_scene", { kind = kind, code = code, message = message, advice = advice })
end

-- Ids --------------------------------------------------------------------------------------------------------------

-- A random UUID (version 4), in the lower case that the vendor's tools want.
local function new_id()
  local file = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(16)
  if file then file:close() end
  if not bytes or #bytes < 16 then return nil end
  local parts = { bytes:byte(1, 16) }
  parts[7], parts[9] = parts[7] & 0x0F | 0x40, parts[9] & 0x3F | 0x80
  return (("%02x"):rep(16):format(table.unpack(parts))
    :gsub("^(........)(....)(....)(....)", "%1-%2-%3-%4-"))
end

local function id_of(value)
  if value == nil then return nil end
  local field = type(value) == "table" and value.sdkFacingId ~= nil and "sdkFacingId" or "id"
  local text, why = route.id(value, field)
  if not text then check.fail("%s: option 'scene' %s", WHAT, why) end
  if not text:find(UUID) or text:find "%u" then
    check.fail("%s: option 'scene' must be a UUID in lower case, not %q", WHAT, text)
  end
  return text
end

-- Finding out ------------------------------------------------------------------------------------------------------

-- The scene, once it shows what was sent: it is there, or has a version more. False: it does not; nil, err: nobody
-- can tell.
local function shown(up)
  local scene, err = versions.read(up.client, up.record.scene)
  if not scene then return scene, err end
  if up.record.what == "scene" then return scene end
  local newest = versions.newest(scene)
  return newest and newest.versionNumber > (up.record.before or 0) and scene or false
end

-- The same, waiting until the service must have it to show.
local function wait_until_shown(up)
  local settle = up.options.settle or SETTLE
  local left = math.max(0, math.min(settle, up.record.asked_at + settle - os.time())) -- clocks are put back, too
  local ends, pause = task.loop:now() + left, LOOK
  while true do
    local scene, err = shown(up)
    local wait = ends - task.loop:now()
    if scene or scene == nil or wait <= 0 then return scene, err end
    local slept
    slept, err = task.sleep(math.min(wait, pause))
    if not slept then return nil, err end
    pause = math.min(2 * pause, LOOK_MOST)
  end
end

local function finish(up, scene, sent, response)
  local newest = versions.newest(scene)
  local record = up.record
  local created = sent and record.what == "scene"
  if record.step ~= "done" then
    record:set { step = "done", number = newest and newest.versionNumber or false, done_mark = record.mark }
  end
  return { scene_id = record.scene, version_number = newest and newest.versionNumber,
    version_id = newest and newest.id, created = created, sent = sent, files = #up.model.files,
    bytes = up.model.bytes }, response
end

-- It was not sent, or certainly not taken: as it was before.
local function withdraw(record) record:set { step = record.done_mark and "done" or "new" } end

-- Sending ----------------------------------------------------------------------------------------------------------

local function send_files(up, what)
  local options = { progress = up.options.progress, timeout = up.options.timeout, deadline = up.options.deadline }
  local form = model.form(up.model)
  local collector = up.client.collector
  if what == "version" then return collector:add_version(up.record.scene, form, options) end
  return collector:create_scene(form, { sceneId = up.record.scene }, options)
end

-- The collector may have given the scene another id than the one we made.
local function heed_answer(up, answer)
  local id = type(answer) == "string" and answer:lower():match "^[%s\"]*([%x-]+)[%s\"]*$"
  if up.record.what == "scene" and id and id:find(UUID) and id ~= up.record.scene then
    up.record:set { step = "sending", scene = id }
  end
end

local send_version

-- Files that change while they are sent leave a scene that is neither what was there nor what is: that must not be
-- taken for what the folder holds, be it that the folder is put back.
local function check_unchanged(up, what, scene)
  if model.is_unchanged(up.model) then return true end
  local newest = versions.newest(scene)
  up.record:set { step = "done", number = newest and newest.versionNumber or false, done_mark = "changed" }
  return nil, up.client:problem(what == "scene" and "collector.create_scene" or "collector.add_version", {
    kind = "conflict", code = "changed",
    message = ("%s changed while it was sent, so nobody knows what the scene %s holds"):format(up.folder,
      up.record.scene), advice = "Run it again with new_version = true" })
end

-- A scene that came after we had looked for it in vain: the one of an earlier run, since nobody else knows its id.
local function came_late(up, earlier)
  local record = up.record
  record:set { step = "done", number = false, done_mark = earlier or false }
  local scene, err = versions.read(up.client, record.scene)
  if not scene then return nil, err end
  if earlier == up.model.mark then return finish(up, scene, false) end
  return send_version(up, scene)
end

local function send(up, what, before)
  local record, earlier = up.record, up.record.mark
  record:set { step = "sending", what = what, before = before or false, scene = record.scene, mark = up.model.mark,
    asked_at = os.time() }
  local answer, response = send_files(up, what)
  if answer == nil and not response.maybe_done then
    if response.kind == "conflict" and what == "scene" and earlier then return came_late(up, earlier) end
    withdraw(record)
    return nil, response
  end
  if answer ~= nil then heed_answer(up, answer) end
  record.asked_at = os.time() -- it took its time to be sent
  local scene, err = wait_until_shown(up)
  if scene then
    local same, changed = check_unchanged(up, what, scene)
    if not same then return nil, changed end
    return finish(up, scene, true, answer ~= nil and response or nil)
  end
  if answer == nil then return nil, response end
  return nil, err or up.client:problem(what == "scene" and "collector.create_scene" or "collector.add_version", {
    kind = "protocol", code = "false_success", response = response,
    message = ("the collector answered that it took the %s, and does not show it"):format(what),
    advice = "Run it again later: it looks whether it has come, and sends it again only if not" })
end

function send_version(up, scene)
  local newest = versions.newest(scene)
  if not up.options.new_version then
    return refuse(up.client, "conflict", "scene_exists",
      ("the scene %s is there already, and holds something else than the folder"):format(up.record.scene),
      "new_version = true makes a new version of it")
  end
  return send(up, "version", newest and newest.versionNumber or 0)
end

-- What became of what an earlier run sent: true when it is known, and on record.
local function settle_old(up)
  local record = up.record
  if record.step ~= "sending" then return true end
  local scene, err = wait_until_shown(up)
  if scene == nil then return nil, err end
  if not scene then
    withdraw(record)
    return true
  end
  local newest = versions.newest(scene)
  record:set { step = "done", number = newest and newest.versionNumber or false, done_mark = record.mark }
  return true
end

local function upload(up)
  local record, wanted = up.record, id_of(up.options.scene)
  if record.scene and wanted and record.scene ~= wanted then
    return refuse(up.client, "conflict", "other_scene", ("%s tells of the scene %s, not of %s"):format(record.path,
      record.scene, wanted), "Give another file with the option 'state'")
  end
  local ok, err = settle_old(up)
  if not ok then return nil, err end
  record.scene = record.scene or wanted or new_id()
  if not record.scene then return refuse(up.client, "file", nil, "no id can be made: cannot read /dev/urandom") end
  local scene
  if record.done_mark or wanted then
    scene, err = versions.read(up.client, record.scene)
    if scene == nil then return nil, err end
  end
  if not scene then return send(up, "scene") end
  if record.step == "done" and record.done_mark == up.model.mark then return finish(up, scene, false) end
  return send_version(up, scene)
end

-- Calling ----------------------------------------------------------------------------------------------------------

local function state_of(folder, options)
  if options.state then return options.state end
  local base = folder:match "[^/]*$"
  if base == "" or base == "." or base == ".." then
    check.fail("%s: option 'state' is needed: the record stands beside the folder, and %q has no name", WHAT, folder)
  end
  return folder .. ".c3d-scene"
end

--- Uploads a scene: scene.gltf with the buffers and textures that it refers to, settings.json, screenshot.png. All of
--- it is checked before anything is sent. Wants a developer_key.
---@param client studio.client
---@param folder string
---@param options studio.cognitive3d.upload_scene.options?
---@return studio.cognitive3d.uploaded_scene? scene nil, err on failure
---@return table? response_or_err kind "conflict", code "scene_exists": say new_version
return function(client, folder, options)
  folder = model.folder(WHAT, folder)
  options = merge(check.options(WHAT, options, rules))
  if options.max_bytes and options.max_bytes < 1 then check.fail("%s: option 'max_bytes' must be 1 or more", WHAT) end
  id_of(options.scene)
  local state = state_of(folder, options)
  if client.state.read_only then
    return refuse(client, "refused", nil, "this client is read-only, so nothing can be uploaded")
  end
  local found, problem = model.scene(folder, options.name, options.max_bytes)
  if not found then return exchange.refuse(client, "upload_scene", problem) end
  local door, missing = doors.find(client.state, "developer", "upload_scene")
  if not door then return exchange.refuse(client, "upload_scene", missing) end
  local record <close>, message = records.open(state, door:origin())
  if not record then return refuse(client, "file", nil, message) end
  -- that the record cannot be kept any more is raised, wherever it is met
  return errors.catch(upload, { client = client, folder = folder, options = options, model = found,
    record = record })
end
