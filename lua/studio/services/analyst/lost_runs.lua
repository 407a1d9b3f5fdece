-- A run that was asked for, and of which no answer came: is it among the newest? SPDX-License-Identifier: MIT
--
-- A run costs work at the warehouse, so the request is never sent again. It is looked for instead: a run that has our
-- parameters and no others, was begun since we asked (by the service's own clock), and is not known to be somebody
-- else's. One such run is taken for ours: at worst it is another person's of the same moment, with the same result.
-- Several, none, and one that may be ours and shows too little or too much, are left to the caller, as err.runs.

local merge = require "studio.merge"
local moment = require "studio.moment"
local page = require "studio.page"
local task = require "studio.task"

local lost_runs = {}

-- Looks, and how long the pauses between them are, counted in first pauses between polls: a gateway that gave up is
-- sometimes ahead of the service behind it.
local PAUSES = { 0, 1, 2 }

-- Seconds that the clocks of a gateway and of a database may be apart, and whole-second stamps hide.
local SLACK = 5

-- Runs on the newest page are enough: it holds 30, of the last moments.
local PATIENCE = 60

-- Runs of its own that a client remembers: far more than can be among the newest of one report.
local REMEMBERED = 2000

-- What each client submitted: tokens that are its own already, and parameters that are under way.
local books = setmetatable({}, { __mode = "k" })

local function book_of(client)
  local book = books[client]
  if not book then
    book = { known = {}, ring = {}, next = 0, under_way = {} }
    books[client] = book
  end
  return book
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b or tostring(a) == tostring(b) end
  for k, v in pairs(a) do
    if not same(v, b[k]) then return false end
  end
  return #a == #b
end

-- A service may fill in what was not given: a run may have more parameters than were asked for, not others.
local function fits(row, parameters)
  return type(row.parameters) ~= "table" or same(parameters or {}, row.parameters)
end

-- Are they ours and no more? What is filled in may as well be what somebody else asked for.
local function fits_exactly(row, parameters)
  if type(row.parameters) ~= "table" then return next(parameters or {}) == nil end
  return same(row.parameters, parameters or {})
end

--- Notes a submission before it is made.
---@param client studio.client
---@param place string what is run: submissions elsewhere have nothing to do with it
---@param parameters table?
---@return table submission
function lost_runs.begin(client, place, parameters)
  local submission = { book = book_of(client), place = place, parameters = parameters, at = task.loop:now() }
  submission.book.under_way[submission] = true
  return setmetatable(submission, { __close = function() submission.book.under_way[submission] = nil end })
end

--- Notes that a run is the client's own.
function lost_runs.known(client, token)
  local book = book_of(client)
  if token == nil or book.known[token] then return end
  local place = book.next % REMEMBERED
  if book.ring[place] then book.known[book.ring[place]] = nil end
  book.known[token], book.ring[place], book.next = true, token, book.next + 1
end

-- Begun since the submission, by the service's clock. A run whose time cannot be read (`created` is nil) may be ours.
local function since(created, submission, response)
  local now = moment.read_http(response.header and response:header "date") or os.time()
  return not created or created >= now - (task.loop:now() - submission.at) - SLACK
end

-- Could it be what another call of this client asked for, and has no answer to yet?
local function claimed(row, submission)
  for other in pairs(submission.book.under_way) do
    if other ~= submission and other.place == submission.place and fits(row, other.parameters) then return true end
  end
  return false
end

-- The runs that may be ours; whether there is one, and it must be.
local function candidates(rows, submission, response)
  local found, certain = {}, true
  for _, row in ipairs(rows) do
    local created = type(row) == "table" and moment.read(row.created_at) or nil
    if type(row) == "table" and not submission.book.known[row.token] and fits(row, submission.parameters)
      and since(created, submission, response) then
      found[#found + 1] = row
      certain = certain and created and fits_exactly(row, submission.parameters) and not claimed(row, submission)
    end
  end
  return found, certain and #found == 1
end

-- What the caller is told instead of "look for it": that was done.
local function advise(err, found, why)
  err.runs = found
  if why then
    err.advice = "Looking for it among the newest runs failed as well: " .. why.message
      .. (err.advice and ". " .. err.advice or "")
  elseif #found == 0 then
    err.advice = "It is not among the newest runs: most probably it never began; look again, since it may come late"
  else
    err.advice = ("It may be %s, in err.runs"):format(#found == 1 and "the only new run" or "one of "
      .. #found .. " new runs")
  end
end

--- Looks for the run of a submission that failed and may have been carried out.
---@param client studio.client
---@param route string that lists the runs
---@param params table of that route
---@param submission table of lost_runs.begin
---@param err studio.error of the submission; gets `runs`, the candidates, when none is certain
---@return table? run nil when it is not found for certain
---@return table? response
function lost_runs.find(client, route, params, submission, err)
  local found, why = {}, nil
  for _, pause in ipairs(PAUSES) do
    if pause > 0 and not task.sleep(pause * client.state.poll.first) then break end
    local rows, response = page.list(client, route, merge(params), nil, { deadline = PATIENCE })
    why = not rows and response or nil
    if rows then
      local certain
      found, certain = candidates(rows, submission, response)
      if certain then
        lost_runs.known(client, found[1].token)
        return found[1], response
      end
    end
    if why and why.kind ~= "network" and why.kind ~= "timeout" and why.kind ~= "server" then break end
  end
  advise(err, found, why)
  return nil
end

return lost_runs
