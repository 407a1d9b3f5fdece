-- What is the same for a report and a dataset: new names and places, and the end. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local json = require "studio.sandbox.json"
local rows = require "studio.sandbox.analyst.report_rows"

local writes = {}

local function wrong_name(name)
  if name == nil or name == json.null then return nil end
  if type(name) ~= "string" then return { name = "is not a text" } end
  if (utf8.len(name) or #name) > 64 then return { name = "is too long (maximum is 64 characters)" } end
end

--- Changes the name, the description or the collection.
function writes.update(ws, req, report)
  local fields, status, body = answers.wrapped(req, "report")
  if not fields then return status, body end
  local wrong = wrong_name(fields.name)
  if wrong then return answers.invalid(wrong) end
  local space
  if fields.space_token ~= nil then
    space, status, body = ws:collection(req, fields.space_token)
    if not space then return status, body end
  end
  if fields.name ~= nil then report.name = fields.name end
  if fields.description ~= nil then report.description = fields.description end
  if space then ws:move_report(report, space) end
  ws:touch(report)
  ws:changed(space and "reports.move" or "reports.update", report.token)
  return 200, rows.whole(ws, req, report)
end

--- Deletes it.
function writes.delete(ws, _, report)
  ws:remove_report(report)
  ws:changed("reports.delete", report.token)
  return 200
end

return writes
