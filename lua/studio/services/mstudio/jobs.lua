-- mStudio generation jobs: client.jobs, and jobs out of submissions. SPDX-License-Identifier: MIT
--
-- Polling needs the scope `frames`, whatever scope the generation itself needs (documented).

local job = require "studio.job"

local function again(self)
  local id = type(self.id) == "string" and ("%q"):format(self.id) or tostring(self.id)
  return ("client.jobs:get(%s)"):format(id)
end

local function source(submit) return { submit = submit, get = "jobs.get", param = "job_id", again = again } end

---@class studio.mstudio.jobs
local jobs = {}

--- The state of a job; the way back to one whose id was kept.
---@param id string|integer
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function jobs:get(id, options)
  local data, response = self.client:call("jobs.get", { job_id = id }, nil, options)
  if data == nil then return nil, response end
  return job.new(self.client, source(), data, response, id)
end

--- Calls a route that starts a generation. The service may answer with a job or with the result at once.
---@param client studio.client
---@param route string
---@param params table
---@param fields table?
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function jobs.submit(client, route, params, fields, options)
  local data, response = client:call(route, params, fields, options)
  if data == nil then return nil, response end
  return job.new(client, source(route), data, response)
end

return jobs
