-- The media library of a project: what there is at first. SPDX-License-Identifier: MIT

local png = require "studio.sandbox.png"
local wav = require "studio.sandbox.wav"

local media = {}

-- { name, file, content type, points of interest, bytes when asked for }
local FIRST = {
  { "Poster", "source_albedo.png", "image/png", 2, function(id) return png.picture(1, id) end },
  { "Announcement", "announcement.wav", "audio/wav", 0, function(id) return wav.tune(220, id, 500) end },
  { "Old poster", "source_albedo.png", "image/png", 0, function(id) return png.picture(2, id) end, true },
}

local function first(c3)
  local all = {}
  for _, project in ipairs(c3.made.projects) do
    for n, facts in ipairs(FIRST) do
      local id = project.id * 1000 + n
      all[#all + 1] = { id = id, projectId = project.id, name = facts[1], fileName = facts[2], contentType = facts[3],
        uploadId = ("5b0c%04x-0000-4000-8000-%012x"):format(n, id), staticMedia = false, archived = facts[6] or false,
        description = facts[1] .. " of the shop", make = facts[5], points = facts[4] }
    end
  end
  return all
end

--- All media of all projects; `make(id)` gives the bytes.
---@param c3 sandbox.c3
function media.all(c3) return c3:keep("media", first) end

return media
