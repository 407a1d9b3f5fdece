-- mStudio's library of uploaded images, sounds and videos. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local files = require "studio.sandbox.mstudio.files"
local things = require "studio.sandbox.mstudio.things"
local uploads = require "studio.sandbox.mstudio.uploads"

local KINDS = { image = true, audio = true, video = true }

local function shown(world, asset)
  local copy = { url = files.blob_url(world, asset.blob), content_type = asset.blob.type, size = #asset.blob.bytes }
  for name, value in pairs(asset) do copy[name] = value end
  copy.blob = nil
  return copy
end

local function list(world, req)
  local query = req.query
  local assets = answers.sorted(world.assets, function(asset)
    return (not query.type or asset.type == query.type)
      and (not query.project_id or tostring(asset.project_id) == query.project_id)
  end)
  return answers.page(req, assets, function(asset) return shown(world, asset) end)
end

local function upload(world, req)
  local blob, fields, body = uploads.receive(world, req, KINDS)
  if not blob then return fields, body end
  local project = fields.project_id and world.projects[math.tointeger(tonumber(fields.project_id)) or false]
  local kind, wrong = blob.type:match "^%a+", nil
  if fields.project_id and not project then wrong = { project_id = "The selected project does not exist." } end
  if fields.type and fields.type ~= kind then wrong = { type = "The type is not that of the file." } end
  if wrong then
    uploads.drop(world, blob)
    return answers.invalid(wrong)
  end
  local asset = { id = world:id(), type = kind, name = fields.name or fields.filename, blob = blob,
    project_id = project and project.id, created_at = world:timestamp() }
  world.assets[asset.id] = asset
  return answers.data(201, shown(world, asset))
end

local function get(world, _, asset) return answers.data(200, shown(world, asset)) end

local function delete(world, _, asset)
  world.assets[asset.id] = nil
  uploads.drop(world, asset.blob)
  return 204
end

return function(add)
  add("GET", "/assets", "assets", list)
  add("POST", "/assets", "assets", upload, { form = true })
  add("GET", "/assets/{asset}", "assets", things.with(things.asset, get))
  add("DELETE", "/assets/{asset}", "assets", things.with(things.asset, delete))
end
