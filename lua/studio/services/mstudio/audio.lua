-- mStudio audio tracks (voiceover, music, SFX) of a project, and their generation: client.audio.
-- SPDX-License-Identifier: MIT

local jobs = require "studio.services.mstudio.jobs"
local lists = require "studio.lists"

---@class studio.mstudio.audio
---@field list studio.mstudio.list_of one page of a project's audio tracks
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local audio = {}
lists(audio, "audio", { "project_id" })

---@param project studio.mstudio.id
---@param track studio.mstudio.id
---@param options studio.call_options?
---@return table? track nil, err on failure
---@return table response_or_err
function audio:get(project, track, options)
  return self.client:call("audio.get", { project_id = project, track_id = track }, nil, options)
end

---@param project studio.mstudio.id
---@param fields table { kind = "voiceover", "music" or "sfx", name = … }
---@param options studio.call_options?
---@return table? track nil, err on failure
---@return table response_or_err
function audio:create(project, fields, options)
  return self.client:call("audio.create", { project_id = project }, fields, options)
end

---@param project studio.mstudio.id
---@param track studio.mstudio.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? track nil, err on failure
---@return table response_or_err
function audio:update(project, track, fields, options)
  return self.client:call("audio.update", { project_id = project, track_id = track }, fields, options)
end

---@param project studio.mstudio.id
---@param track studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function audio:delete(project, track, options)
  return self.client:call("audio.delete", { project_id = project, track_id = track }, nil, options)
end

--- Has a text spoken. Needs paid access; never repeated when its outcome is unknown.
---@param project studio.mstudio.id
---@param fields table { text = …, voice_id = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function audio:generate_voice(project, fields, options)
  return jobs.submit(self.client, "audio.generate_voice", { project_id = project }, fields, options)
end

--- Has a sound effect made. Needs paid access; never repeated when its outcome is unknown.
---@param project studio.mstudio.id
---@param fields table { prompt = … }
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function audio:generate_sfx(project, fields, options)
  return jobs.submit(self.client, "audio.generate_sfx", { project_id = project }, fields, options)
end

return audio
