-- A workspace's state: who sees what, and what was changed. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local generate = require "studio.sandbox.analyst.generate"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.analyst.requests"

local workspace = { complaint = generate.complaint }

---@class sandbox.workspace
---@field world sandbox.world
---@field options table      see generate.lua
---@field name string        as in paths
---@field seed number
---@field made number        seconds since 1970: ages are counted back from here
---@field collections table[]        in order of their making
---@field by_collection table<string, table>  token -> collection; each has `reports` in order
---@field reports table<string, table>  token -> report, datasets too
---@field data_sources table[]
---@field users table[]      id, username, token, membership; those of the tokens among them
---@field groups table[]
---@field bearers table<string, table>  who comes in by `Authorization: Bearer …`
---@field purges table[]     what was thrown away: from, to, at, data_source (nil: of all)
---@field duplicates table[] copies of reports that are being made
---@field exports table<string, table>  token of a run -> its PDF
---@field changes table<string, table<string, integer>>  operation -> token of the thing -> how often it took effect
local methods = {}
methods.__index = methods

--- Makes one.
---@param world sandbox.world
---@return sandbox.workspace
function workspace.new(world)
  local options = {}
  for name, option in pairs(generate.options) do
    options[name] = world.options.workspace[name]
    if options[name] == nil then options[name] = option[1] end
  end
  local self = setmetatable({
    world = world, options = options, name = options.name, seed = options.seed,
    made = options.now or world.epoch() + options.ahead, last = 0, changes = {},
    collections = {}, by_collection = {}, reports = {}, data_sources = {}, users = {}, groups = {}, bearers = {},
    purges = {}, duplicates = {}, exports = {},
  }, methods)
  generate.fill(self)
  return self
end

--- Seconds since 1970, by the service's clock.
function methods:now() return self.world.epoch() + self.options.ahead end

--- A token for something that is made while the sandbox runs.
function methods:new_token(kind)
  self.last = self.last + 1
  return chance.token(self.seed, "new " .. kind, self.last)
end

--- The path below the workspace: ws:path("/reports/%s", token).
function methods:path(format, ...) return ("/api/%s" .. format):format(self.name, ...) end

--- Notes that an operation took effect.
function methods:changed(operation, token)
  local counts = self.changes[operation] or {}
  self.changes[operation] = counts
  counts[token] = (counts[token] or 0) + 1
end

function methods:add_collection(collection)
  collection.reports = {}
  self.collections[#self.collections + 1] = collection
  self.by_collection[collection.token] = collection
  return collection
end

function methods:add_report(report)
  self.reports[report.token] = report
  table.insert(report.collection.reports, report)
  return report
end

--- The user of that name.
function methods:user(username)
  for _, user in ipairs(self.users) do
    if user.username == username then return user end
  end
end

--- The user of that token.
function methods:user_of(token) return (requests.find(self.users, token)) end

--- The personal collection of who calls; made when it is first needed.
function methods:personal(principal)
  for _, collection in ipairs(self.collections) do
    if collection.owner == principal.user then return collection end
  end
  return self:add_collection {
    n = 1000 + self.last, token = self:new_token "space", owner = principal.user, type = "private", name = "Personal",
    description = json.null, level = "edit", created = self:now(),
  }
end

local function remove(list, item)
  for i, candidate in ipairs(list) do
    if candidate == item then return table.remove(list, i) end
  end
end

function methods:remove_collection(collection)
  for _, report in ipairs(collection.reports) do self.reports[report.token] = nil end
  self.by_collection[collection.token] = nil
  remove(self.collections, collection)
end

function methods:remove_report(report)
  self.reports[report.token] = nil
  remove(report.collection.reports, report)
end

function methods.move_report(_, report, collection)
  remove(report.collection.reports, report)
  report.collection = collection
  table.insert(collection.reports, report)
end

--- To be called after a change of a report, or of what is counted in its row.
function methods:touch(report)
  report.updated, report.rows = self:now(), nil
end

-- ---- who sees what ------------------------------------------------------------------------------------------------

--- Other people's personal collections are closed, to admins too.
function methods.sees(_, principal, collection)
  return not collection.owner or collection.owner == principal.user
end

--- The collection of the path; or nil and the answer instead of it. What is not ours is refused in both ways that a
--- service may choose: 403 and 404.
---@param req table
---@param token string?  default: the path's
function methods:collection(req, token)
  local found = self.by_collection[token or req.args.collection]
  if not found then return nil, answers.not_found "space" end
  if self:sees(req.principal, found) then return found end
  if found.n % 2 == 0 then return nil, answers.error(403, "You do not have access to this space") end
  return nil, answers.not_found "space"
end

--- The report (or dataset) of the path; or nil and the answer instead of it.
---@param req table
---@param token string?  default: the path's
function methods:report(req, token)
  local found = self.reports[token or req.args.report]
  if found and self:sees(req.principal, found.collection) then return found end
  return nil, answers.not_found "report"
end

--- The data source of the path; or nil and the answer instead of it.
function methods:data_source(req)
  local found = requests.find(self.data_sources, req.args.data_source)
  if found then return found end
  return nil, answers.not_found "data source"
end

return workspace
