-- What the option `cognitive3d` can say: names, defaults and checks. SPDX-License-Identifier: MIT

local settings = {}

--- name -> { default, type, what it is }
settings.list = {
  sessions = { 24, "integer", "of project 10; project 11 has five more" },
  seed = { 1, "integer", "of everything that is left to chance" },
  now = { false, "integer", "seconds since 1970, before which all sessions were; default: last midnight (UTC)" },
  days = { 60, "integer", "over which the sessions are spread" },
  events = { 200, "integer", "of a session: from half as many to twice as many" },
  gaze = { 600, "integer", "samples of a session, ten in a second: from half as many to half as many again" },
  long = { 1, "integer", "how many of the sessions have more events than answers of lists show" },
  lenient = { false, "boolean", "queries: what the service ignores without a word is no error here either" },
  upload_limit = { 1 << 30, "integer", "bytes of uploads that are kept, on disk" },
  bare_ids = { false, "boolean", "a new scene's id is told as plain text, not as JSON" },
  event_cut = { 8000, "integer", "events of a session that answers of lists show" },
}

--- Checks the option.
---@param given table
---@return string|nil complaint
function settings.complaint(given)
  for name, value in pairs(given) do
    local known = settings.list[name]
    if not known then return ("cognitive3d has no field '%s'"):format(tostring(name)) end
    local kind = known[2]
    local fits = kind == "integer" and math.type(value) == "integer" and value >= 0 or type(value) == kind
    if not fits then
      return ("cognitive3d.%s must be a %s"):format(name, kind == "integer" and "whole number" or kind)
    end
  end
end

--- The given fields with the defaults for the rest.
---@param given table
---@param epoch number  seconds since 1970
---@return table
function settings.complete(given, epoch)
  local all = {}
  for name, known in pairs(settings.list) do
    all[name] = known[1]
    if given[name] ~= nil then all[name] = given[name] end
  end
  all.now = all.now or math.floor(epoch) // 86400 * 86400
  return all
end

return settings
