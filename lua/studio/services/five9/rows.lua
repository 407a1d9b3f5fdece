-- Rows of data stores: client.rows. SPDX-License-Identifier: MIT

local check = require "studio.check"
local id_of = require "studio.services.five9.ids"
local json = require "studio.json"
local merge = require "studio.merge"
local page = require "studio.page"
local where = require "studio.services.five9.where"

---@class studio.five9.rows
local rows = {}

---@class studio.five9.query
---@field where studio.five9.where|table<string, string|number|boolean>|nil conditions (f9.where), or columns with the
---  values that they must have; nil: every row
---@field per_page integer? rows of an answer, default 10000
---@field row_limit integer|"no-limit"|nil default "no-limit"
---@field page integer? from 1; whether the service counts pages is not known

local query_rules = {
  where = "table", per_page = "integer", row_limit = { "integer", "string" }, page = "integer",
}

-- The body of a query but for the store.
local function body_of(what, query)
  local body = merge(check.options(what, query, query_rules))
  body.where = where.body(body.where)
  return body
end

local function ask(self, how, store, query, options)
  local what = "rows:" .. (how == "list" and "query" or how)
  local params = { data_store_id = id_of(what, "store", store, "data_store_id") }
  return page[how](self.client, "rows.query", params, body_of(what, query), options)
end

--- The rows that a query finds, in one answer.
---@param store studio.five9.store
---@param query studio.five9.query?
---@param options studio.call_options?
---@return table[]? rows nil, err on failure
---@return table response_or_err
---@return studio.page.info? info
function rows:query(store, query, options) return ask(self, "list", store, query, options) end

--- All rows that a query finds, answer after answer; raises the error object when one fails.
---@param store studio.five9.store
---@param query studio.five9.query?
---@param options studio.call_options?
---@return fun(): table?
function rows:each(store, query, options) return ask(self, "each", store, query, options) end

--- The same, an answer at a time: rows, response, info; nil, err when one fails.
---@param store studio.five9.store
---@param query studio.five9.query?
---@param options studio.call_options?
---@return fun(): table[]?, table, studio.page.info?
function rows:pages(store, query, options) return ask(self, "pages", store, query, options) end

-- A list of rows, each made ready.
local function each_row(what, list, make)
  check.argument(what, "rows", list, "table")
  if list[1] == nil then
    check.fail("%s: rows must be a list with at least one row: { { column = value, … }, … }", what)
  end
  local out = {}
  for i, row in ipairs(list) do
    check.argument(what, "row " .. i, row, "table")
    out[i] = make(row, i)
  end
  return json.array(out)
end

local function write(self, what, route, store, list, make, options)
  local params = { data_store_id = id_of(what, "store", store, "data_store_id") }
  return self.client:call(route, params, { data = each_row(what, list, make) }, options)
end

--- Inserts rows, all in one request. System fields that rows have are not sent: the service makes its own.
---@param store studio.five9.store
---@param list table<string, any>[] column = value
---@param options studio.call_options?
---@return any? inserted what the service says of them; nil, err on failure: with err.maybe_done they may be there
---@return table response_or_err
function rows:insert(store, list, options)
  return write(self, "rows:insert", "rows.insert", store, list, function(row)
    return merge(row, { _id = "", _uuid = "", _timestamp = "" }) -- empty, as they were seen
  end, options)
end

--- Changes rows, all in one request.
---@param store studio.five9.store
---@param list table<string, any>[] each with its _id, and the columns that change
---@param options studio.call_options?
---@return any? updated what the service says of them; nil, err on failure
---@return table response_or_err
function rows:update(store, list, options)
  return write(self, "rows:update", "rows.update", store, list, function(row, i)
    id_of("rows:update", "row " .. i, row, "_id")
    return merge({ _uuid = "", _timestamp = "" }, row)
  end, options)
end

return rows
