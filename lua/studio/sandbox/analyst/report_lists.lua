-- Lists of reports and datasets: which are shown, in what order, page by page. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.analyst.answers"
local rows = require "studio.sandbox.analyst.report_rows"

local lists = {}

local orders = {
  created_at = function(report) return report.created end,
  updated_at = function(report) return report.updated end,
}

-- "created_at.gt.2026-01-01T00:00:00Z"; whatever else is passed over.
local function filter_of(text)
  local field, how, time = (text or ""):match "^(%a+_at)%.([gl]t)%.(%d%d%d%d%-%d%d%-%d%d.*)$"
  local read = orders[field]
  if not read then return function() return true end end
  return function(report)
    local own = answers.time(read(report))
    if how == "gt" then return own > time end
    return own < time
  end
end

--- What a list shows, in the order that was asked for.
---@param req table
---@param reports table[]
---@param wanted fun(report: table): boolean
---@return table[]
function lists.chosen(req, reports, wanted)
  local keep, list = filter_of(req.query.filter), {}
  for _, report in ipairs(reports) do
    if wanted(report) and keep(report) then list[#list + 1] = report end
  end
  local read = orders[req.query.order_by or req.query.order and "updated_at"]
  if read then
    local down = req.query.order ~= "asc"
    table.sort(list, function(a, b)
      local x, y = read(a), read(b)
      if x == y then return a.n < b.n end
      if down then return x > y end
      return x < y
    end)
  end
  return list
end

--- The same of all collections that the caller sees.
function lists.everywhere(ws, req, wanted)
  local list = {}
  for _, space in ipairs(ws.collections) do
    if ws:sees(req.principal, space) then
      for _, report in ipairs(lists.chosen(req, space.reports, wanted)) do list[#list + 1] = report end
    end
  end
  return list
end

--- A page of such a list: 30 to a page, whatever per_page says. The key of the rows is "reports" for datasets too.
function lists.page(ws, req, list)
  return answers.page(req, "reports", list, function(report) return rows.cached(ws, req, report) end, answers.PAGE)
end

return lists
