--- The work of a storyboard: project, frames, an image for each frame. SPDX-License-Identifier: MIT
--
-- A few lanes ask for images, each image then has a task of its own that waits and downloads; who may send
-- when is the limiter's business alone. A failure of one shot is noted beside the others. A refusal that
-- would meet every shot (key, scope, money) ends the run, and so does a service that no longer answers.

local studio = require "studio"
local files = require "shared.files"
local images = require "storyboard.images"

local LANES = 4             -- images asked for at once: with the limit per minute, more would only wait
local MOST_TROUBLES = 5     -- failures in a row before the service is taken for gone
local PATIENCE = 1800       -- seconds for one job; the next run asks for it again
local PROMPT_BYTES = 1500
local ROUNDS = 3            -- asking, finding out what became of what nobody knows, asking again

local FATAL = { unauthorized = true, forbidden = true, payment_required = true, refused = true, tls = true }

local run = {}
local methods = {}
local run_mt = { __name = "storyboard.run", __index = methods }

---@param what { client: table, state: table, script: table, shots: table, folder: string, options: table,
---  settle: number, say: fun(text: string) }  settle: seconds after which a generation that was carried out is seen
function run.new(what)
  local self = setmetatable({ troubles = 0, tasks = {}, notes = {} }, run_mt)
  for name, value in pairs(what) do self[name] = value end
  self.entries = self.state.data.shots
  return self
end

-- What is sent ------------------------------------------------------------------------------------------

local function cut(text, bytes)
  if #text <= bytes then return text end
  return (text:sub(1, utf8.offset(text, 0, bytes + 1) - 1):gsub("%s+%S*$", ""))
end

local function prompt_of(shot)
  local parts = { shot.heading ~= "" and shot.heading or nil }
  if shot.text ~= "" then
    parts[#parts + 1] = shot.text
  else
    for _, speech in ipairs(shot.dialogue) do
      parts[#parts + 1] = (speech.character or "Somebody") .. " says: " .. speech.text
    end
  end
  return cut((table.concat(parts, ". "):gsub("%s+", " ")), PROMPT_BYTES)
end

-- A frame's script, as the screenplay has it.
local function script_of(shot)
  local parts = { shot.heading, shot.text ~= "" and shot.text or nil }
  for _, speech in ipairs(shot.dialogue) do
    local who = speech.character and speech.character .. "\n" or ""
    local aside = speech.parenthetical and "(" .. speech.parenthetical .. ")\n" or ""
    parts[#parts + 1] = who .. aside .. speech.text
  end
  return table.concat(parts, "\n\n")
end

-- Failures ------------------------------------------------------------------------------------------------

-- Takes note of an error that is not the fault of one shot; returns it when the run must end.
function methods:trouble(err)
  if err.kind == "cancelled" then return self.fatal or err end
  self.troubles = self.troubles + 1
  if FATAL[err.kind] or self.troubles >= MOST_TROUBLES then self.fatal = self.fatal or err end
  return self.fatal
end

-- Will no later attempt of the same call fare better? (The service looked at it and said no.)
local function is_final(err)
  return not err.maybe_done and (err.kind == "invalid" or err.kind == "not_found" or err.kind == "conflict")
end

-- What a creation made. An answer without its id is like none: the thing may be there, and must be looked for.
local function made(client, route, value, response)
  if value == nil or type(value) == "table" and value.id ~= nil then return value, response end
  return nil, client:problem(route, {
    kind = "protocol", response = response, message = "the answer does not say what was made",
  })
end

-- Project and frames --------------------------------------------------------------------------------------

-- Finds the project of which only the mark is known: the answer to its creation was lost.
function methods:find_project()
  for project in self.client.projects:each() do
    if type(project.description) == "string" and project.description:find(self.state.data.mark, 1, true) then
      return project
    end
  end
end

--- Makes the project, or finds the one of an earlier run.
---@return boolean? ok
---@return studio.error? err
function methods:ensure_project()
  local kept = self.state.data.project
  if kept.step == "created" then return true end
  local project, err
  if kept.step == "creating" then project = self:find_project() end
  if not project then
    self.state:set(kept, { step = "creating" })
    project, err = made(self.client, "projects.create", self.client.projects:create {
      title = (self.script.title.title or "Untitled"):gsub("[*_\n]+", " "):match("^%s*(.-)%s*$"),
      description = "Storyboard made by lua-studio, " .. self.state.data.mark,
    })
    if not project and err.maybe_done then project = self:find_project() end
  end
  if not project then
    self.state:set(kept, { step = err.maybe_done and "creating" or "new" })
    return nil, err
  end
  self.state:set(kept, { step = "created", id = project.id })
  return true
end

--- Finds frames that were made without our learning their ids: by their order, which is the shot's index.
function methods:find_frames()
  local missing = false
  for _, entry in ipairs(self.entries) do missing = missing or not entry.frame_id end
  if not missing then return end
  local found = false
  for frame in self.client.frames:each(self.state.data.project.id) do
    local entry = self.entries[math.tointeger(tonumber(frame.order)) or 0]
    if entry and not entry.frame_id then
      entry.frame_id, found = frame.id, true
    end
  end
  if found then self.state:save() end
end

function methods:ensure_frame(shot, entry)
  if entry.frame_id then return true end
  local project_id = self.state.data.project.id
  local frame, err = made(self.client, "frames.create",
    self.client.frames:create(project_id, { script = script_of(shot), order = shot.index }))
  if frame then
    self.state:set(entry, { frame_id = frame.id })
    return true
  end
  if err.maybe_done then self:find_frames() end
  if entry.frame_id then return true end
  return nil, err
end

-- Images --------------------------------------------------------------------------------------------------

-- The newest job that the service shows for a frame, apart from one that is known to have failed.
local function newest_job(jobs, failed_id)
  local newest
  for _, job in ipairs(jobs) do
    local later = not newest or tostring(job.created_at or "") >= tostring(newest.created_at or "")
    if job.id ~= nil and job.id ~= failed_id and later then newest = job end
  end
  return newest
end

-- Seconds for which a generation of which nobody knows may still be on its way: a gateway that gave up (504) does
-- not stop what is behind it, so that a frame without a job proves nothing yet.
function methods:unsettled(entry)
  return (entry.asked_at or 0) + self.settle - os.time()
end

--- Finds out at the service what became of a generation that may have been asked for.
function methods:look_up(entry)
  local frame, err = self.client.frames:get(entry.frame_id)
  if not frame then return nil, err end
  local jobs = frame.jobs or frame.generation_jobs
  local job = type(jobs) == "table" and newest_job(jobs, entry.failed_job)
  if job then
    self.state:set(entry, { step = "submitted", job_id = job.id, error = false })
  elseif type(frame.image_url) == "string" then
    self.state:set(entry, { step = "submitted", job_id = false, error = false })
  elseif self.options.resubmit_unknown or jobs and self:unsettled(entry) <= 0 then
    self.state:set(entry, { step = "new", error = false })
  else
    self.state:set(entry, { step = "unknown", error = "A run was cut off while it asked for this image, and the "
      .. "service does not show yet whether it did. Run again in a few minutes to look once more, or with "
      .. "--resubmit-unknown to ask again (which may be charged twice)." })
  end
  return true
end

-- What an error of `generate` says about the shot: asked for, not asked for, or nobody knows.
function methods:note_refusal(entry, err)
  if is_final(err) then
    self.state:set(entry, { step = "failed", error = err.message })
    self.troubles = 0
    return
  end
  self.state:set(entry, { step = err.maybe_done and "submitting" or "new", error = not err.maybe_done and err.message })
  return self:trouble(err)
end

--- Asks for the image of a shot, once: the intent is on disk before, the job's id right after.
---@return boolean? ok  nil, err when the whole run must end
function methods:submit(shot, entry)
  if self.fatal then return nil, self.fatal end
  local ok, err = self:ensure_frame(shot, entry)
  if not ok then
    if is_final(err) then
      self.state:set(entry, { step = "failed", error = err.message })
      return true
    end
    err = self:trouble(err)
    return not err or nil, err
  end
  self.state:set(entry, { step = "submitting", asked_at = os.time(), error = false })
  local job
  job, err = self.client.images:generate(entry.frame_id, { prompt = prompt_of(shot) })
  if not job then
    err = self:note_refusal(entry, err)
    return not err or nil, err
  end
  self.troubles = 0
  self.state:set(entry, { step = "submitted", job_id = job.id })
  self:follow(shot, entry, job)
  return true
end

-- The picture that a frame shows, for a shot whose job's id was never learnt; used like the result of a job.
function methods:picture_of(entry)
  local frame, err = self.client.frames:get(entry.frame_id)
  if not frame then return nil, err end
  if type(frame.image_url) ~= "string" then return nil, { kind = "protocol", message = "The frame has no image." } end
  return {
    download = function(_, path)
      return self.client:request { url = frame.image_url, save_to = path, headers = { Accept = "*/*" } }
    end,
  }
end

-- What a shot's job, which may be known by its id only, has made.
function methods:result_of(entry, job)
  if not job and entry.job_id then
    local err
    job, err = self.client.jobs:get(entry.job_id)
    if not job then return nil, err end
  end
  if job then return job:wait { timeout = PATIENCE } end
  return self:picture_of(entry)
end

-- Stores the bytes under the shot's name, with the extension that they deserve.
function methods:fetch(shot, result)
  local stem = "images/" .. images.stem(shot, self.shots)
  local raw = self.folder .. "/" .. stem .. ".download"
  local ok, err = result:download(raw)
  if not ok then return nil, err end
  local extension = images.image_type(raw)
  if not extension then
    os.remove(raw)
    return nil, { kind = "protocol", message = "What the service sent as an image is none." }
  end
  local name = stem .. "." .. extension
  local renamed, why = os.rename(raw, self.folder .. "/" .. name)
  if not renamed then return nil, { kind = "file", message = why } end
  return name
end

-- Waits for a job and downloads its image.
function methods:finish(shot, entry, job)
  local result, err = self:result_of(entry, job)
  local name
  if result then name, err = self:fetch(shot, result) end
  if result and not name and FATAL[err.kind] then
    -- Said by whoever keeps the images, of an address; it is not our key that was refused.
    err = { kind = "protocol", message = "The image cannot be fetched: " .. err.message }
  end
  if name then
    self.troubles = 0
    self.state:set(entry, { step = "done", image = name, error = false })
  elseif err.kind == "job_failed" then
    self.state:set(entry, { step = "failed", error = err.message, failed_job = entry.job_id })
  elseif err.kind ~= "cancelled" then
    self.state:set(entry, { error = err.message })  -- the image stays "submitted": fetched by the next run
    self:trouble(err)
  end
end

function methods:follow(shot, entry, job)
  self.tasks[#self.tasks + 1] = studio.spawn(function() self:finish(shot, entry, job) end)
end

-- The run -------------------------------------------------------------------------------------------------

-- Shots of an earlier run: what is to be asked for, fetched or looked up. Returns those to ask for.
function methods:take_up()
  local wanted = {}
  for i, entry in ipairs(self.entries) do
    local shot = self.shots[i]
    if entry.step == "submitting" or entry.step == "unknown" then
      local ok, err = self:look_up(entry)
      if not ok then return nil, err end
    elseif entry.step == "failed" and self.options.retry_failed then
      entry.step, entry.error = "new", nil
    elseif entry.step == "done" and not files.exists(self.folder .. "/" .. entry.image) then
      entry.step, entry.image = "submitted", nil
    end
    if entry.step == "new" then wanted[#wanted + 1] = i end
    if entry.step == "submitted" then self:follow(shot, entry) end
  end
  return wanted
end

-- Looks once more at generations of which nobody could tell, when what was carried out must be to see. Returns
-- the shots to ask for: the service knows nothing of them.
function methods:find_out()
  local wait, wanted = 0, {}
  for _, entry in ipairs(self.entries) do
    if entry.step == "submitting" or entry.step == "unknown" then wait = math.max(wait, self:unsettled(entry)) end
  end
  if wait > 0 then
    self.say(("Waiting %d s to see whether the service makes what it did not confirm."):format(wait))
    local slept, err = studio.sleep(wait)
    if not slept then return nil, err end
  end
  for i, entry in ipairs(self.entries) do
    if entry.step == "submitting" or entry.step == "unknown" then
      local ok, err = self:look_up(entry)
      if not ok then return nil, err end
      if entry.step == "submitted" then self:follow(self.shots[i], entry) end
      if entry.step == "new" then wanted[#wanted + 1] = i end
    end
  end
  return wanted
end

function methods:cancel()
  for _, task in ipairs(self.tasks) do task:cancel() end
end

function methods:join()
  for _, task in ipairs(self.tasks) do
    task:await()
    if self.fatal then self:cancel() end
  end
  self.tasks = {}
end

--- Does everything that is left to do.
---@return boolean? ok
---@return studio.error? err  what ended the run early
function methods:work()
  local ok, err = self:ensure_project()
  if not ok then return nil, err end
  if self.state.resumed then self:find_frames() end
  local wanted
  wanted, err = self:take_up()
  if not wanted then return nil, err end
  self.state:save()
  local function submit(i) return self:submit(self.shots[i], self.entries[i]) end
  for _ = 1, ROUNDS do
    ok, err = studio.map(wanted, submit, { concurrency = LANES })
    if not ok then self.fatal = self.fatal or err end
    self:join()
    if self.fatal then return nil, self.fatal end
    wanted, err = self:find_out()
    if not wanted then return nil, err end
    self:join()
    if #wanted == 0 then break end
  end
  return not self.fatal or nil, self.fatal
end

--- After Ctrl-C: cancels what waits, and lets it write down how far it came. Takes 0.1 s at most.
function methods:stop()
  if self.watcher then self.watcher:cancel() end
  self:cancel()
  for _ = 1, 10 do
    if studio.step(10) == 0 then break end
  end
end

---@return table<string, integer>  shots by step
function methods:counts()
  local counts = { new = 0, submitting = 0, submitted = 0, done = 0, failed = 0, unknown = 0 }
  for _, entry in ipairs(self.entries) do counts[entry.step] = counts[entry.step] + 1 end
  return counts
end

return run
