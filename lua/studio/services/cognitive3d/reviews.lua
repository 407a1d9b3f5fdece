-- Reviews of an app in a store: client.reviews. SPDX-License-Identifier: MIT

local form = require "studio.services.cognitive3d.form"
local ids = require "studio.services.cognitive3d.ids"
local lists = require "studio.lists"

---@class studio.cognitive3d.reviews
---@field list studio.cognitive3d.list_of of a project
---@field each studio.cognitive3d.each_of
---@field pages studio.cognitive3d.pages_of
local reviews = {}
lists(reviews, "reviews", { "project_id" })

--- Sends reviews: the CSV that Meta's developer dashboard gives.
---@param csv string|studio.body a path, or a studio.file or studio.reader
---@param project studio.cognitive3d.id? default: the client's project_id
---@param options studio.call_options?
---@return any? answer nil, err on failure
---@return table response_or_err
function reviews:upload(csv, project, options)
  return self.client:call("reviews.upload", { project_id = project }, form.one("reviews", csv), options)
end

--- The review that goes with a session.
---@param session studio.cognitive3d.session_id
---@param version studio.cognitive3d.id? of a scene; default: that of the row
---@param project studio.cognitive3d.id? default: the client's project_id
---@param options studio.call_options?
---@return any? review nil, err on failure
---@return table response_or_err
function reviews:by_session(session, version, project, options)
  local at = ids.of_version("reviews:by_session", session, version)
  return self.client:call("reviews.by_session", { project_id = project },
    { sdkSessionId = at.session_id, versionId = at.version_id }, options)
end

return reviews
