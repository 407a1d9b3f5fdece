-- What the service says of a report now, whole: null and unknown fields included. SPDX-License-Identifier: MIT
--
-- The client's own rows leave null out, which is right for programs; what may have to be put back is kept as it came.

local json = require "studio.json"
local records = require "studio.services.analyst.audit.record"

local look = {}

-- All rows of a list, from an iterator over its pages. `count`: so many there were.
local function all(pages, key, count)
  local rows = json.array {}
  local page, response
  repeat
    page, response = pages()
    if not page then
      if response then return nil, response end
      return rows
    end
    for _, row in ipairs(records.with_nulls(page, response, key)) do rows[#rows + 1] = row end
  until records.is_all(rows, page, count)
  return rows
end

--- The report itself.
---@param client studio.client
---@param token string
---@return table? row
---@return table response_or_err
function look.report(client, token)
  local row, response = client.reports:get(token)
  if not row then return nil, response end
  return records.alone_with_nulls(row, response), response
end

--- All schedules of a report.
---@param client studio.client
---@param report string token
---@param row table? the report as it was read just before: it counts its schedules. Not relied on to have none
---@return table[]? rows
---@return studio.error? err
function look.schedules(client, report, row)
  local count = row and tonumber(row.schedules_count)
  return all(client.schedules:pages(report), "report_schedules", count and math.max(1, count))
end

--- What would go with a schedule that is deleted.
---@param client studio.client
---@param report string token
---@param schedule string token
---@return table[]? rows
---@return studio.error? err
function look.subscriptions(client, report, schedule)
  return all(client.subscriptions:pages_by_schedule(report, schedule), "report_subscriptions")
end

--- The tokens of some rows.
---@param rows table[]
---@return string[]
function look.tokens(rows)
  local tokens = json.array {}
  for i, row in ipairs(rows) do tokens[i] = row.token end
  return tokens
end

--- The first of these rows that a caller looks for; nil when there is none.
---@param rows table[]
---@param wanted fun(row: table): boolean
---@return table?
function look.first(rows, wanted)
  for _, row in ipairs(rows) do
    if wanted(row) then return row end
  end
end

return look
