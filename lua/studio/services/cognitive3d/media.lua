-- The media library of a project: client.media. SPDX-License-Identifier: MIT
--
-- How media get there is not published.

local lists = require "studio.lists"

---@class studio.cognitive3d.media
---@field list studio.cognitive3d.list_of query: excludeArchived
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
local media = {}
lists(media, "media", { "project_id" })

--- A file of a medium, as it was uploaded.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param medium studio.cognitive3d.id its id (not its uploadId), or the row
---@param file string? its name; default: fileName of the row
---@param options studio.call_options? save_to
---@return string? bytes_or_path nil, err on failure
---@return table response_or_err
function media:file(project, medium, file, options)
  if file == nil and type(medium) == "table" then file = medium.fileName end
  return self.client:call("media.file", { project_id = project, media_id = medium, file = file }, nil, options)
end

---@param project studio.cognitive3d.id? default: the client's project_id
---@param medium studio.cognitive3d.id
---@param options studio.call_options?
---@return any? points nil, err on failure
---@return table response_or_err
function media:points_of_interest(project, medium, options)
  return self.client:call("media.points_of_interest", { project_id = project, media_id = medium }, nil, options)
end

---@param project studio.cognitive3d.id? default: the client's project_id
---@param medium studio.cognitive3d.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function media:delete(project, medium, options)
  return self.client:call("media.delete", { project_id = project, media_id = medium }, nil, options)
end

return media
