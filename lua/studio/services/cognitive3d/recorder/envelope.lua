-- A batch of samples as the body of one request. SPDX-License-Identifier: MIT
--
-- The envelopes are those of the vendor's open SDKs: who and which session, a part number that counts 1, 2, 3 … in
-- each stream of a session, and the samples. Each stream has a word of its own; nobody has documented any of it.

local json = require "studio.json"

local envelope = {}

---@class studio.cognitive3d.recorder.batch
---@field stream string
---@field part integer given when it is closed
---@field count integer samples in it
---@field bytes integer of them
---@field from number when it was begun, by the recorder's clock
---@field items string[] samples as JSON
---@field groups table<string, string[]>? sensors: samples by the sensor's name
---@field names string[]? sensors: their names, as they came
---@field shapes string[]? boundary: the other list
---@field manifest (string[]|table<string, true>)? dynamics: the things that are told of for the first time, and their
---  ids
---@field properties table<string, any>? gaze: properties of the session that are new or changed
---@field scene string
---@field version integer

---@class studio.cognitive3d.recorder.session
---@field user string
---@field id string
---@field started integer seconds since 1970
---@field lobby string?
---@field hmd string?
---@field interval number seconds between two samples of gaze

local function head(session, batch, user, time)
  local text = ('{"%s":%s,"sessionid":%s,"%s":%d,"part":%d,"formatversion":"1.0"'):format(user,
    json.encode(session.user), json.encode(session.id), time, session.started, batch.part)
  return session.lobby and text .. ',"lobbyId":' .. json.encode(session.lobby) or text
end

local function data(items) return ',"data":[' .. table.concat(items, ",") .. "]" end

local writers = {}

function writers.gaze(session, batch)
  local text = head(session, batch, "userid", "timestamp")
  if session.hmd then text = text .. ',"hmdtype":' .. json.encode(session.hmd) end
  text = text .. ',"interval":' .. json.encode(session.interval)
  if batch.properties then text = text .. ',"properties":' .. json.encode(batch.properties, { sort = true }) end
  return text .. data(batch.items) .. "}"
end

function writers.events(session, batch)
  return head(session, batch, "userid", "timestamp") .. data(batch.items) .. "}"
end

writers.fixations = writers.events

-- Here the vendor's SDKs for WebXR and Android call the user `name`.
function writers.sensors(session, batch)
  local lists = {}
  for i, name in ipairs(batch.names) do
    lists[i] = ('{"name":%s,"data":[%s]}'):format(name, table.concat(batch.groups[name], ","))
  end
  return head(session, batch, "name", "timestamp") .. data(lists) .. "}"
end

function writers.dynamics(session, batch)
  local manifest = batch.manifest and ',"manifest":{' .. table.concat(batch.manifest, ",") .. "}" or ""
  return head(session, batch, "userid", "timestamp") .. manifest .. data(batch.items) .. "}"
end

-- Its session's start is called `time`, as the vendor's SDK for Android has it.
function writers.boundary(session, batch)
  return ('%s%s,"shapes":[%s]}'):format(head(session, batch, "userid", "time"), data(batch.items),
    table.concat(batch.shapes, ","))
end

--- How many samples a batch of each stream holds by default: what the vendor's SDK for Android has, and its like.
envelope.sizes = { gaze = 256, events = 256, dynamics = 512, sensors = 512, fixations = 256, boundary = 64 }

--- Can that be a scene's id? It becomes a part of a path.
---@param text string
---@return boolean
function envelope.is_scene(text) return #text <= 128 and text:find "^%w[%w._-]*$" ~= nil end

--- The body of a batch's request.
---@param session studio.cognitive3d.recorder.session
---@param batch studio.cognitive3d.recorder.batch
---@return string
function envelope.write(session, batch) return writers[batch.stream](session, batch) end

return envelope
