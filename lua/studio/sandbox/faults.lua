-- Faults on demand: which request is to go wrong, and how. SPDX-License-Identifier: MIT
--
-- A rule hits a share of the matching requests (`rate`) or the next few of them (`count`), or both at once. Rules are
-- asked in order; the first one that hits decides. What a kind does to the answer is in server.lua.

local faults = {}

--- kind -> whether the request takes effect first (a rule's `effect` overrides it). "drop" with its effect is the lost
--- reply: the work was done and nobody was told.
faults.kinds = {
  status = false,   -- answers `status` with `headers` and an error body (or `body`)
  html = false,     -- answers `status` (502) with a proxy's HTML page
  redirect = false, -- answers `status` (302) to `location`
  slow = true,      -- waits `seconds` before the first byte
  stall = true,     -- sends `share` (0.5) of the body, then nothing for `seconds` (30), then closes
  stall_head = true, -- the same in the middle of the headers
  cut = true,       -- sends `share` (0.5) of the body, then closes
  drop = true,      -- closes without an answer
  reset = true,     -- the same by a TCP reset (needs luasocket; else like drop)
  bad_json = true,  -- sends the first half of the JSON as if it were all
  empty = true,     -- sends the status and no body
  length = true,    -- says a Content-Length that is `by` bytes (10) too long, below zero too short; then closes
  garbage = true,   -- sends headers that are none (or `text`, as it is, instead of an answer), then closes
}

---@class sandbox.fault
---@field kind string
---@field server "api"|"analyst"|"cognitive3d"|"cognitive3d_data"|"five9"|"cdn"|nil   nil = all
---@field method string|nil
---@field path string|nil          a Lua pattern for the path
---@field rate number|nil          0 .. 1
---@field count integer|nil        how many more times; nil = for ever
---@field effect boolean|nil
---@field status integer|nil
---@field headers table<string, string>|nil
---@field body string|nil
---@field seconds number|nil
---@field location string|nil
---@field by integer|nil
---@field text string|nil
---@field share number|nil         of the body, 0 .. 1

local shape = {
  kind = "string", server = "string", method = "string", path = "string", rate = "number", count = "number",
  effect = "boolean", status = "number", headers = "table", body = "string", seconds = "number", location = "string",
  by = "number", text = "string", share = "number",
}

--- Checks a rule.
---@param rule table
---@return string|nil complaint
function faults.complaint(rule)
  if type(rule) ~= "table" then return "a fault is a table" end
  for name, value in pairs(rule) do
    if not shape[name] then return ("a fault has no field '%s'"):format(name) end
    if type(value) ~= shape[name] then return ("fault.%s must be a %s"):format(name, shape[name]) end
  end
  if faults.kinds[rule.kind] == nil then return ("no kind of fault is called '%s'"):format(tostring(rule.kind)) end
  if rule.kind == "redirect" and not rule.location then return "a redirect needs a location" end
  if rule.rate and not (rule.rate >= 0 and rule.rate <= 1) then return "fault.rate must be from 0 to 1" end
  if rule.share and not (rule.share >= 0 and rule.share <= 1) then return "fault.share must be from 0 to 1" end
  if rule.by and (math.type(rule.by) ~= "integer" or rule.by == 0) then return "fault.by must be a whole number" end
  if rule.path and not pcall(string.find, "", rule.path) then return "fault.path is no Lua pattern" end
end

local function matches(rule, server, method, path)
  return (not rule.server or rule.server == server)
    and (not rule.method or rule.method == method)
    and (not rule.path or path:find(rule.path) ~= nil)
end

--- The fault for a request, if any; counts it off.
---@param rules sandbox.fault[]
---@param server string  kind of the listener, as in a rule
---@param method string
---@param path string  without the query
---@param random fun(): number
---@return sandbox.fault|nil rule
---@return boolean|nil effect  whether the request is to be carried out all the same
function faults.pick(rules, server, method, path, random)
  for _, rule in ipairs(rules) do
    if (rule.count or 1) > 0 and matches(rule, server, method, path) and (not rule.rate or random() < rule.rate) then
      if rule.count then rule.count = rule.count - 1 end
      local effect = rule.effect
      if effect == nil then effect = faults.kinds[rule.kind] end
      return rule, effect
    end
  end
end

return faults
