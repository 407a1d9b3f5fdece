-- client:query: numbers about sessions and events, as rows. SPDX-License-Identifier: MIT
--
--   local rows = assert(c3:query {
--     metrics = { sessions = c3.aggregate.count(), fps = c3.aggregate.avg "c3d.metrics.fps_score" },
--     slice = c3.slice.by_date "month", from = "2026-01-01", to = "2026-04-01", exclude_tags = true,
--   })
--   rows[1] --> { date = "2026-01-01", sessions = 27, fps = 71.5 }

local body = require "studio.services.cognitive3d.query.body"
local check = require "studio.check"
local rows = require "studio.services.cognitive3d.query.rows"

local WHAT <const> = "cognitive3d:query"
local ROUTE <const> = "queries.slice"

---@class studio.cognitive3d.query.options: studio.cognitive3d.conditions
---@field metrics studio.cognitive3d.metric|studio.cognitive3d.metric[]|table<string, studio.cognitive3d.metric> what
---  is computed, by the name of the column; a single one is called `value`, those in a list count, events, avg …
---@field slice studio.cognitive3d.slice|studio.cognitive3d.slice[]|nil by what it is split, at most two
---@field project integer|table|nil default: the client's project_id
---@field session_type "project"|"scene"|nil default "project": whole sessions, which is what the service itself does
---  not take when nothing is said. "scene": a session's part in one scene
---@field scene string|table|nil with session_type "scene"
---@field version integer|table|nil with session_type "scene", which needs it: the id of a scene's version
---@field output "json0_key_y"|"json0_list"|"json0_keyed"|"legacy"|nil in which shape the service answers; rows are the
---  same, but json0_list leaves empty buckets out. Default "json0_key_y"; by two slices that are both text, or both
---  not, "json0_list": there the first and "legacy" do not tell which of the two is which, and are refused

---@class studio.cognitive3d.query.info what comes with the rows
---@field warnings string[] what the service says about them
---@field answer table its answer, as it came
---@field body table what was sent

-- Says what an answer lacks; nil when it can be read.
local function lacks(answer, reading)
  local all = type(answer) == "table" and answer.aggregations
  local main = type(all) == "table" and all[reading.main]
  if type(main) ~= "table" then return "no aggregations" end
  for _, name in ipairs(reading.names) do
    local one = main[name]
    if type(one) ~= "table" or (#reading.columns > 0 and type(one.values) ~= "table") then
      return ("no values for '%s'"):format(name)
    end
  end
end

--- Asks for numbers about sessions and events. Test and junk sessions count unless exclude_tags leaves them out.
---@param client studio.client
---@param options studio.cognitive3d.query.options
---@param call_options studio.call_options?
---@return table[]? rows a column for each slice and metric; without a slice there is one row. A metric that cannot be
---  computed in a bucket (an average of nothing) is nil. Dates are texts: "2026-03-02", or with a time_zone the moment
---  ("2026-03-01T23:00:00Z"); nil, err on failure
---@return table response_or_err
---@return studio.cognitive3d.query.info? info
return function(client, options, call_options)
  check.argument(WHAT, "options", options, "table")
  local request, reading = body.make(WHAT, options, client.state.params.project_id)
  local answer, response = client.queries:slice(request, call_options)
  if answer == nil then return nil, response end
  local missing = lacks(answer, reading)
  if missing then
    local message = "the answer has " .. missing
    return nil, client:problem(ROUTE, { kind = "protocol", message = message, response = response })
  end
  local list, warnings = rows.read(answer.aggregations[reading.main], reading.names, reading.columns, reading.output)
  return list, response, { warnings = warnings, answer = answer, body = request }
end
