-- mStudio generation jobs: client.jobs, and jobs out of submissions. SPDX-License-Identifier: MIT
--
-- Polling needs the scope `frames`, whatever scope the generation itself needs (documented).

local job = require "studio.job"
local lists = require "studio.lists"

---@class studio.mstudio.jobs
---@field list studio.mstudio.list one page of jobs, as rows; query: whatever the service filters by (project_id,
---  frame_id)
---@field each studio.mstudio.each all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages page by page
local jobs = {}
lists(jobs, "jobs", {})

--- The code that comes back to a job, for people.
---@param pattern string with %s for the id
---@return fun(self: studio.job): string
function jobs.again(pattern)
  return function(self)
    return pattern:format(type(self.id) == "string" and ("%q"):format(self.id) or tostring(self.id))
  end
end

--- The id out of what stands for one.
---@param value studio.mstudio.id
---@return string|integer
function jobs.id_of(value) return type(value) == "table" and value.id or value end

--- How a generation job is read.
---@param submit string? name of the route that began it
---@return studio.job.source
function jobs.source(submit)
  return { submit = submit, get = "jobs.get", param = "job_id", again = jobs.again "client.jobs:get(%s)" }
end

--- The state of a job; the way back to one whose id was kept.
---@param id studio.mstudio.id
---@param options studio.call_options?
---@return studio.job? job nil, err on failure
---@return table response_or_err
function jobs:get(id, options)
  local data, response = self.client:call("jobs.get", { job_id = id }, nil, options)
  if data == nil then return nil, response end
  return job.new(self.client, jobs.source(), data, response, jobs.id_of(id))
end

-- The answers to one submission, which may have started several jobs. The jobs in a row (a frame's) are older ones.
local function each_of(data)
  if type(data) ~= "table" then return { data } end
  local list = data.id == nil and type(data.jobs) == "table" and data.jobs or data
  return type(list[1]) == "table" and list or { data }
end

--- Calls a route that starts a generation. The service may answer with a job, with several, or with the result at
--- once.
---@param client studio.client
---@param route string
---@param params table
---@param fields table?
---@param options studio.call_options?
---@param source_of (fun(submit: string, data: any): studio.job.source)? default: the generation jobs
---@return studio.job? job the first one; nil, err on failure
---@return table response_or_err
---@return studio.job[]? all
function jobs.submit(client, route, params, fields, options, source_of)
  local data, response = client:call(route, params, fields, options)
  if data == nil then return nil, response end
  local all = {}
  for i, one in ipairs(each_of(data)) do
    local err
    all[i], err = job.new(client, (source_of or jobs.source)(route, one), one, response)
    if not all[i] then return nil, err end
  end
  return all[1], response, all
end

return jobs
