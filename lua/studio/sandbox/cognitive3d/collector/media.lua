-- What editors ask of a project: its media, and the hooks of its questions. SPDX-License-Identifier: MIT

local developer = require "studio.sandbox.cognitive3d.collector.developer"
local exitpoll = require "studio.sandbox.cognitive3d.exitpoll"
local json = require "studio.sandbox.json"
local media = require "studio.sandbox.cognitive3d.media"

local function list_media(c3)
  local rows = json.array {}
  for _, one in ipairs(media.all(c3)) do
    if one.projectId == developer.project(c3).id and not one.archived then
      rows[#rows + 1] = { name = one.name, uploadId = one.uploadId, description = one.description }
    end
  end
  return 200, rows
end

return function(add)
  add("GET", "/media", "developer", list_media)
  add("GET", "/hooks", "developer", function() return 200, json.array(exitpoll.hooks()) end)
end
