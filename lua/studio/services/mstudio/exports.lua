-- A project as a film: client.exports. SPDX-License-Identifier: MIT
--
-- How an export is polled is not documented. It is read at exports.get by its own id; where the answer names nothing
-- but a generation job, that job is read.

local job = require "studio.job"
local jobs = require "studio.services.mstudio.jobs"

---@class studio.mstudio.exports
local exports = {}

local ids = { "export_id", "id", "render_id" }

local function has_id(data)
  for _, name in ipairs(ids) do
    if data[name] ~= nil then return true end
  end
end

local function source(submit, data)
  if type(data) == "table" and (data.job_id or data.generation_job_id) and not has_id(data) then
    return jobs.source(submit)
  end
  return {
    submit = submit, get = "exports.get", param = "export_id", id_fields = ids,
    again = jobs.again "client.exports:get(%s)",
  }
end

--- Has the project exported as a video. Needs paid access; never repeated when its outcome is unknown.
---@param project studio.mstudio.id
---@param fields table?
---@param options studio.call_options?
---@return studio.job? job of long films the wait needs a longer `timeout`; nil, err on failure
---@return table response_or_err
function exports:create(project, fields, options)
  return jobs.submit(self.client, "exports.create", { project_id = project }, fields, options, source)
end

--- Has the project rendered by Remotion. Needs paid access; never repeated when its outcome is unknown.
---@param project studio.mstudio.id
---@param fields table?
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function exports:render(project, fields, options)
  return jobs.submit(self.client, "exports.render", { project_id = project }, fields, options, source)
end

--- The state of an export; the way back to one whose id was kept.
---@param export studio.mstudio.id
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function exports:get(export, options)
  local data, response = self.client:call("exports.get", { export_id = export }, nil, options)
  if data == nil then return nil, response end
  return job.new(self.client, source(), data, response, jobs.id_of(export))
end

return exports
