-- Cognitive3D's own failures, and its answers that are none, in sentences that say what to do.
-- SPDX-License-Identifier: MIT
--
-- No schema of error bodies is published. Seen by the vendor's own clients: HTML pages with 400 and 5xx, answers 200
-- and 201 whose text says "Internal Server Error" or "Bad Request", "key expired" with 401 for old developer keys, 502
-- for a date range without an end.

local errors = require "studio.error"

local explain = {}

local failures = {
  { text = "internal server error", kind = "server" },
  { text = "bad request", kind = "invalid" },
}

-- What came: from a file that it was saved to, the beginning.
local function body_of(response)
  if not response.path then return response.body end
  local file = io.open(response.path, "rb")
  local _ <close> = file
  return file and file:read(4096)
end

-- The sentence in which an answer speaks of itself. Data may hold any text, so of JSON only a short object without an
-- id is looked at, and that must begin with it.
local function own_words(response)
  local body = body_of(response)
  if type(body) ~= "string" or #body > 65536 then return nil end
  local start = body:match "^%s*(.)"
  local words = errors.read_body(body, response:header "content-type")
  if start == "{" and #body <= 2000 and not body:find '"id"%s*:' then
    return words and words.message and words.message:lower():match "^%s*[%d:]*%s*(.*)$", true
  elseif start ~= "{" and start ~= "[" then
    return body:lower()
  end
end

local function false_success(response)
  local text, from_start = own_words(response)
  for _, failure in ipairs(text and failures or {}) do
    local at = text:find(failure.text, 1, true)
    if at and (at == 1 or not from_start) then
      return { kind = failure.kind, code = "false_success",
        message = ("the status is %d, and the answer says \"%s\""):format(response.status, failure.text) }
    end
  end
end

--- Why an answer of status 2xx is none; nil when it is one.
---@param response studio.core.response
---@param r studio.route
---@return table? fields of an error
function explain.judge(response, r)
  if response.status >= 300 then return nil end
  if r.proof and not response:header(r.proof) then
    return { kind = "protocol", code = "captive_portal", message = "the answer lacks the header " .. r.proof
      .. ", which the collector always sends: something else answered, such as the log-in page of a network" }
  end
  local is_file = response.path or r.answer == "file"
  if is_file and not (response:header "content-type" or ""):lower():find "html" then return nil end
  local why = false_success(response)
  if why and response.path then os.remove(response.path) end -- a page under the name of a report
  return why
end

local function on_unauthorized(err, door)
  local text = err.message:lower()
  if door == "developer" then
    return text:find "expired" and "The developer key has expired: get a new one from the dashboard"
      or "Check the developer_key: it belongs to one project and expires; keys of the dev environment are its own"
  elseif door == "data" then
    return "Check the data_key: it is the application key of one project, and neither a developer nor an "
      .. "organization key"
  end
  return "Check the org_key; keys of the dev environment are its own"
end

local function on_forbidden(_, door)
  if door ~= "organization" then return "The key belongs to another project, or has no right to this" end
  return "The key may be read-only, or of another organization; what writes objectives and ExitPoll needs a key "
    .. "with the role of an organization's or project's admin as well"
end

--- Adds to an error what only somebody who knows Cognitive3D can say.
---@param err studio.error
---@param client studio.client
function explain.error(err, client)
  if err.maybe_done or err.stage == "not_sent" then return end
  local r = client.state.routes[err.route]
  if not r then return end -- client:request: nobody here knows what was meant
  local door = r.door
  if err.kind == "unauthorized" then
    err.advice = on_unauthorized(err, door)
  elseif err.kind == "forbidden" then
    err.advice = on_forbidden(err, door)
  elseif err.status == 502 and r.reads then
    err.advice = "A date range without an end does that in big projects: give both ends"
  elseif err.status == 413 then
    err.advice = "It is too large for the service; its upload tools refuse files of more than 100 MB"
  elseif err.code == "captive_portal" then
    err.advice = ("If the service has changed: routes = { [\"%s\"] = { proof = false } }"):format(r.name)
  end
end

return explain
