-- What requests name and carry: the report of a path, fields below a wrapper. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local history = require "studio.sandbox.analyst.history"
local json = require "studio.sandbox.json"

local requests = {}

--- A handler of one report that the caller may see: handle(ws, req, report).
function requests.on_report(handle)
  return function(ws, req)
    local report, status, body = ws:report(req)
    if not report then return status, body end
    return handle(ws, req, report)
  end
end

--- A handler of one collection that the caller may see: handle(ws, req, space).
function requests.on_space(handle)
  return function(ws, req)
    local space, status, body = ws:collection(req)
    if not space then return status, body end
    return handle(ws, req, space)
  end
end

--- A handler of one run of a report: handle(ws, req, run).
function requests.on_run(handle)
  return requests.on_report(function(ws, req, report)
    local run = history.find(ws, report, req.args.run)
    if not run then return answers.not_found "report run" end
    return handle(ws, req, run)
  end)
end

--- A handler of one dataset: handle(ws, req, dataset).
function requests.on_dataset(handle)
  return function(ws, req)
    local dataset = ws:report(req, req.args.dataset)
    if not dataset or dataset.type ~= "DatasetReport" then return answers.not_found "dataset" end
    return handle(ws, req, dataset)
  end
end

--- The item of a list with that token, and its place.
function requests.find(list, token)
  for i, item in ipairs(list) do
    if item.token == token then return item, i end
  end
end

--- The object that the fields of a write are in: below the wrapper; or, where sources differ about that, as the
--- option `analyst_bodies` says.
---@return table|nil fields
---@return integer|nil status
---@return table|nil body
function requests.either(ws, req, wrapper)
  local form = ws.world.options.analyst_bodies
  if form == "flat" or form == "either" and req.json[wrapper] == nil then return req.json end
  return answers.wrapped(req, wrapper)
end

--- Checks the fields of a write. Unknown ones are refused, so that a client's slip does not pass unseen.
---@param fields table
---@param shape table<string, string>  name -> type, or "any"
---@param required string[]|nil
---@return table|nil fields            null is kept as json.null
---@return integer|nil status          of the answer instead
---@return table|nil body
function requests.check(fields, shape, required)
  local wrong = {}
  for name, value in pairs(fields) do
    local kind = shape[name]
    if not kind then
      wrong[name] = "is not a field of this resource"
    elseif kind ~= "any" and value ~= json.null and type(value) ~= kind then
      wrong[name] = "must be a " .. kind
    end
  end
  for _, name in ipairs(required or {}) do
    if fields[name] == nil or fields[name] == json.null or fields[name] == "" then wrong[name] = "can't be blank" end
  end
  if next(wrong) then return nil, answers.invalid(wrong) end
  return fields
end

--- The fields below a wrapper, checked.
---@return table|nil fields
---@return integer|nil status
---@return table|nil body
function requests.fields(req, wrapper, shape, required)
  local fields, status, body = answers.wrapped(req, wrapper)
  if not fields then return nil, status, body end
  return requests.check(fields, shape, required)
end

return requests
