-- The media library. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local json = require "studio.sandbox.json"
local media = require "studio.sandbox.cognitive3d.media"
local ranges = require "studio.sandbox.ranges"
local requests = require "studio.sandbox.cognitive3d.requests"

local function path_of(one) return ("projects/%d/media/%d/files/%s"):format(one.projectId, one.id, one.fileName) end

local function row(one)
  return { id = one.id, name = one.name, uploadId = one.uploadId, staticMedia = one.staticMedia,
    archived = one.archived, description = one.description, fileName = one.fileName, contentType = one.contentType,
    thumbnailLocation = one.contentType:find "^image/" and path_of(one) or json.null, externalUrl = json.null }
end

local function list(c3, req, project)
  local rows = json.array {}
  for _, one in ipairs(media.all(c3)) do
    local hidden = one.archived and req.query.excludeArchived == "true"
    if one.projectId == project.id and not hidden then rows[#rows + 1] = row(one) end
  end
  return 200, rows
end

-- A handler of one medium of the project in the path.
local function on_medium(handle)
  return requests.on_project(function(c3, req, project)
    for _, one in ipairs(media.all(c3)) do
      if one.projectId == project.id and one.id == tonumber(req.args.id) then return handle(c3, req, one) end
    end
    return answers.not_found "media"
  end)
end

local function file(_, req, one)
  if req.args.file ~= one.fileName then return answers.not_found "file" end
  local bytes = one.make(one.id)
  return ranges.answer(req, bytes, { ["content-type"] = one.contentType, etag = ('"%s"'):format(one.uploadId) })
end

-- Nobody has said what one looks like.
local function points(_, _, one)
  local rows = json.array {}
  for n = 1, one.points do
    rows[n] = { id = one.id * 10 + n, mediaId = one.id, name = "Point " .. n, u = n / (one.points + 1), v = 0.5 }
  end
  return 200, rows
end

local function archive(_, _, one)
  one.archived = true
  return 200
end

return function(add)
  add("GET", "/projects/{project}/media", requests.on_project(list))
  add("GET", "/projects/{project}/media/{id}/files/{file}", on_medium(file))
  add("GET", "/projects/{project}/media/{id}/pointOfInterests", on_medium(points))
  add("DELETE", "/projects/{project}/media/{id}", on_medium(archive), { writes = true })
end
