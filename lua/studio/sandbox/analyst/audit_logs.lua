-- Audit logs: what was done in the workspace, for admins. SPDX-License-Identifier: MIT
--
-- How a list of them is wrapped is not documented; this is how an unofficial client reads it.

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local json = require "studio.sandbox.json"

local COUNT, STEP = 75, 3600 -- entries, one in an hour, up to the making of the workspace

local actions = { "report.view", "report.run", "report.archive", "user.login", "schedule.create" }

local function entry(ws, n)
  local user = ws.users[n % #ws.users + 1]
  local action = actions[n % #actions + 1]
  return {
    id = chance.token(ws.seed, "audit log", n), action = action, description = "somebody did " .. action,
    timestamp = answers.time(ws.made - n * STEP), workspace_username = ws.name,
    context = { correlation_id = chance.token(ws.seed, "correlation", n),
      event_source = n % 3 == 0 and "api" or "web" },
    actor = { ip = "192.0.2." .. n, user_agent = "sandbox", user_id = tostring(user.id), username = user.username },
    entity = { entity_id = chance.token(ws.seed, "entity", n), entity_type = action:match "^[^.]+",
      entity_name = "Thing " .. n },
  }
end

-- A filter's name -> what it is compared with.
local filters = {
  action = function(item) return item.action end,
  username = function(item) return item.actor.username end,
  ip = function(item) return item.actor.ip end,
  event_source = function(item) return item.context.event_source end,
  entity_id = function(item) return item.entity.entity_id end,
  entity_type = function(item) return item.entity.entity_type end,
  entity_name = function(item) return item.entity.entity_name end,
}

local function fits(req, item)
  if item.timestamp < req.query.start_timestamp or item.timestamp > req.query.end_timestamp then return false end
  for name, read in pairs(filters) do
    if req.query[name] and read(item) ~= req.query[name] then return false end
  end
  return true
end

-- Refuses the HAL type that everything else is asked for with, as was observed.
local function list(ws, req)
  if not (req.header "accept" or ""):find("application/json", 1, true) then
    return answers.error(406, "Not Acceptable")
  end
  local wrong = {}
  for _, name in ipairs { "start_timestamp", "end_timestamp" } do
    if not (req.query[name] or ""):find "^%d%d%d%d%-%d%d%-%d%d" then wrong[name] = "is not a time" end
  end
  if next(wrong) then return answers.invalid(wrong) end
  local from, rows, more = math.tointeger(tonumber(req.query.next_token)) or 1, json.array {}, nil
  for n = from, COUNT do
    local item = entry(ws, n)
    if fits(req, item) then
      if #rows == answers.PAGE then
        more = n
        break
      end
      rows[#rows + 1] = item
    end
  end
  local next_token = more and tostring(more) or json.null
  return 200, { audit_logs = rows, next_token = next_token }, { ["content-type"] = "application/json" }
end

return function(add) add("GET", "/audit_logs", "audit_logs", list, { kinds = { workspace = true } }) end
