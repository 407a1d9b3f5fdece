-- studio.sandbox: a local server that behaves like the services, in a process of its own. SPDX-License-Identifier: MIT
--
--   local sb <close> = assert(studio.sandbox.start { window = 5 })
--   local ms = studio.mstudio { api_key = "sk_live_sandbox", base_url = sb.mstudio_url }
--   local an = studio.analyst { workspace = "acme", token = "tok_workspace", secret = "sec_workspace",
--     base_url = sb.analyst_url }
--
-- The child lives as long as the pipe between us: when this process ends, however it does, so does the child. It
-- needs lua-http, cqueues and luaossl; this side needs none of them.

local json = require "studio.sandbox.json"
local launch = require "studio.sandbox.launch"
local options = require "studio.sandbox.options"

local sandbox = {}

---@class studio.sandbox
---@field url string          origin of mStudio, plain HTTP
---@field https_url string    the same over TLS (HTTP/2 where the client can)
---@field mstudio_url string  base URL for studio.mstudio
---@field mstudio_https_url string
---@field analyst_url string  base URL for studio.analyst: an origin of its own
---@field analyst_https_url string
---@field cognitive3d_url string  base URL of Cognitive3D's query host
---@field cognitive3d_https_url string
---@field cognitive3d_data_url string  of its collector: an origin of its own
---@field cognitive3d_data_https_url string
---@field five9_url string    base URL for studio.five9: an origin of its own
---@field five9_https_url string
---@field cdn_url string      origin of results: another one than the services'
---@field control_url string
---@field pid integer         of the child
---@field ca_file string      the authority that signed the certificate; for the option ca_file of a client
local methods = {}
local Sandbox = { __name = "studio.sandbox", __index = methods }

local PATIENCE <const> = 10 -- seconds

-- The connection to the child, and a client for its control port, kept out of sight.
local private = setmetatable({}, { __mode = "k" })

--- Starts a sandbox.
---@param given table?  see options.lua: keys, tokens, limit, window, algorithm, headers, job_seconds, fail_rate …
---@return studio.sandbox? sandbox
---@return string? why  what is missing on this machine
function sandbox.start(given)
  given = given or {}
  if type(given) ~= "table" then error("sandbox.start: options must be a table, not a " .. type(given), 2) end
  local complaint = options.complaint(given)
  if complaint then error("sandbox.start: " .. complaint, 2) end
  local pipe, facts = launch.start("studio.sandbox.child", json.encode(given))
  if not pipe then return nil, facts end
  local self = setmetatable({}, Sandbox)
  for name, value in pairs(facts) do self[name] = value end
  private[self] = { pipe = pipe }
  return self
end

-- One request to the control port; raises when the sandbox does not answer: it is ours.
local function control(self, method, path, query, body)
  local own = private[self]
  if not own.pipe then error("the sandbox is stopped", 3) end
  local core, task = require "studio.core", require "studio.task"
  own.client = own.client or core.client { base_url = self.control_url, proxy = "", http2 = false }
  local response, failure = task.await(own.client:submit { method = method, path = path, query = query, body = body })
  if not response then
    local said = failure.response and json.decode(failure.response.body)
    error("the sandbox: " .. (said and said.message or failure.message), 3)
  end
  return response.body ~= "" and json.decode(response.body) or true
end

--- The requests so far (the last 20000), oldest first: n, time, server ("api" is mStudio, "analyst", "cognitive3d",
--- "cognitive3d_data", "cdn"), method,
--- path, query, status (nil when the connection was broken off), key (its name, never its value), used, capacity (of
--- its limit), ms, bytes, fault, headers (harmless ones; of the others "***").
---@param after integer?  only those with a greater n
---@return table[]
function methods:log(after) return control(self, "GET", "/log", { after = after }).records end

--- Forgets the requests.
function methods:clear_log() control(self, "DELETE", "/log") end

--- What there is: projects, frames, tracks, voices, assets, teams, comments, reviews, jobs (counts), generations (frame
--- id as text -> how many were accepted), generated (kind -> id of the track, frame or project, as text -> how many),
--- wallet;
--- `analyst`: archived (tokens of reports), schedules (report token -> how many), changes (operation -> token of what
--- was changed -> how often it took effect), collections (count);
--- `cognitive3d`: generated (rows of each stream, in all sessions), ingested (rows that came in, by stream), recorded
--- (sessions that came in), scenes, versions (counts), sessions (project id as text -> how many), uploads (scene id ->
--- created, versions, added, replaced, renamed, screenshots, objects, manifests -> how often it took effect);
--- `five9`: rows by data store, what was inserted, updated, said, made and tried: see five9/instance.lua.
---@return table
function methods:state() return control(self, "GET", "/state") end

--- The generations that were accepted, oldest first: id (of the job), kind, operation, project_id, frame_id, track_id,
--- prompt. Also those of which a fault told nobody.
---@return table[]
function methods:generations() return control(self, "GET", "/generations").generations end

--- What the workspace of Analyst Studio holds, without times and the tokens of schedules: two moments, or two sandboxes
--- of the same options, are in the same state when these are equal.
---@return table
function methods:workspace() return control(self, "GET", "/workspace") end

--- Changes options while it runs: limit, window, job_seconds, fail_rate, faults, wallet … `workspace` makes a new one.
---@param changes table
function methods:set(changes)
  local complaint = options.complaint(changes, true)
  if complaint then error("sandbox:set: " .. complaint, 2) end
  control(self, "POST", "/options", nil, json.encode(changes))
end

--- Forgets all data, budgets and requests; keys and options stay.
function methods:reset() control(self, "POST", "/reset") end

-- Kills the child unless it is gone when so many seconds are over, or the guard is called off before.
local GUARD <const> = "exec 2>/dev/null; sleep %s & echo $!; wait $! && kill -KILL %d"

--- Ends it; a second time does nothing.
---@param patience number?  seconds that it may take over its end (default 10) before it is killed: it may hang
function methods:stop(patience)
  local own = private[self]
  if not own or not own.pipe then return end
  local pipe = own.pipe
  own.pipe = nil
  if own.client then own.client:close() end
  -- Closing the pipe ends the child only when nobody else holds our end of it, and every command that this process
  -- left running in the background does. So tell it first; it is our child and not yet reaped: the id is still its own.
  os.execute(("kill -TERM %d 2>/dev/null"):format(self.pid))
  local guard = io.popen(GUARD:format(patience or PATIENCE, self.pid))
  local sleeper = guard:read "n"
  pipe:close() -- waits for it
  os.execute(("kill %d 2>/dev/null"):format(sleeper))
  guard:close()
  os.remove(self.ca_file) -- its own last deed, unless it was killed
end

Sandbox.__gc = function(self) self:stop() end
Sandbox.__close = Sandbox.__gc
function Sandbox:__tostring()
  return "studio.sandbox (" .. (private[self].pipe and self.url or "stopped") .. ")"
end

return sandbox
