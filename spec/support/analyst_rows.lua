-- A workspace written by hand: a client of Analyst Studio that answers from tables. SPDX-License-Identifier: MIT
--
-- For what the sandbox does not do: rows without what they should have, reports that move meanwhile, a clock that is
-- wrong. It has as much of a client as an audit uses.

local json = require "studio.json"

local rows = {}

--- A whole list that has no parents, as the resources of a client of Discovery.
---@param list table[][] pages of rows
---@param key string
function rows.list(list, key) return { pages = function() return rows.pages(list, key) end } end

--- Pages of a list as the client would give them: nulls are gone from the rows and still stand in the body.
---@param list table[][] pages of rows; an error of ours instead of a page fails it
---@param key string
---@param date string? of the answers
function rows.pages(list, key, date)
  local n = 0
  return function()
    n = n + 1
    local page = list[n]
    if page == nil then return nil end
    if page.kind then return nil, page end
    local body = json.encode { _embedded = { [key] = json.array(page) } }
    return json.decode(body)._embedded[key], { body = body, header = function() return date end }
  end
end

--- Makes one.
---@param workspace { collections: table[][], reports: table<string, table[][]>, schedules: table<string, table[][]>?,
---  date: string? } pages of rows, by token; an error of ours instead of a page fails it. date: of the answers
---@return table client
function rows.client(workspace)
  local asked = {}
  local function lister(name, key)
    return { pages = function(_, token)
      local list = workspace[name]
      if name ~= "collections" then
        asked[#asked + 1] = name .. " " .. token
        list = list and list[token] or {}
      end
      return rows.pages(list, key, workspace.date)
    end }
  end
  return {
    asked = asked, state = { params = { workspace = "acme" }, origin = "https://app.mode.com" },
    limits = function() return {} end, collections = lister("collections", "spaces"),
    reports = lister("reports", "reports"), schedules = lister("schedules", "report_schedules"),
  }
end

return rows
