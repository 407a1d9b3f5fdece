-- What a run of a report gave: tables as CSV or JSON, and a PDF. SPDX-License-Identifier: MIT

local check = require "studio.check"
local csv = require "studio.csv"
local json_rows = require "studio.json_rows"
local merge = require "studio.merge"
local page = require "studio.page"
local spool = require "studio.services.analyst.spool"
local task = require "studio.task"

local result = {}

-- Seconds for the look why there is no result: the answer that there is none stands already.
local PATIENCE = 15

---@class studio.analyst.result
---@field client studio.client
---@field report string token
---@field run string token
---@field job studio.job? where it is the result of one
local methods = {}
local Result = { __name = "studio.analyst.result", __index = methods }

function Result:__tostring() return ("studio.analyst.result of run %s"):format(self.run) end

--- The result of a run, whether it is there or not.
---@param client studio.client
---@param report string token
---@param run string token
---@param job studio.job?
---@return studio.analyst.result
function result.new(client, report, run, job)
  return setmetatable({ client = client, report = report, run = run, job = job }, Result)
end

-- Why a result is missing: purged, or not there yet. The 404 itself stands when that cannot be found out.
local function explain_missing(self, err)
  local params = { report = self.report, run = self.run }
  local run = self.client:call("runs.get", params, nil, { deadline = PATIENCE })
  if type(run) ~= "table" then return err end
  local fields = { status = err.status, response = err.response }
  if type(run.purge_started_at) == "string" then
    fields.kind, fields.code = "not_found", "purged"
    fields.message = ("the results of run %s were purged (%s)"):format(self.run, run.purge_started_at)
    fields.advice = "Run the report again"
  elseif run.state and run.state ~= "succeeded" and run.state ~= "completed" then
    fields.kind, fields.code = "conflict", "not_succeeded"
    fields.message = ("run %s has no results: it is %s"):format(self.run, tostring(run.state))
  else
    return err
  end
  return self.client:problem(err.route, fields)
end

--- The run's queries, and what became of each; asked for once.
---@return table[]? query_runs nil, err on failure
---@return studio.error? err
function methods:query_runs()
  if self.queries then return self.queries end
  local rows, err = page.list(self.client, "query_runs.list", { report = self.report, run = self.run })
  if not rows then return nil, err end
  self.queries = rows
  return rows
end

local function problem(self, kind, message, code)
  return nil, self.client:problem("query_runs.list", { kind = kind, message = message, code = code })
end

-- The query run that `query` means: a number in the list, a token of either kind, a name, or a row.
local function query_run_of(self, query)
  if type(query) == "table" then query = query.token end
  local rows, err = self:query_runs()
  if not rows then return nil, err end
  if type(query) == "number" then
    local row = rows[query]
    if row then return row.token end
    return problem(self, "not_found", ("there is no query %s: the run has %d"):format(tostring(query), #rows))
  end
  local named, names = {}, {}
  for _, row in ipairs(rows) do
    if row.token == query or row.query_token == query then return row.token end
    if row.query_name == query then named[#named + 1] = row end
    if type(row.query_name) == "string" then names[row.query_name] = true end
  end
  if #named == 1 then return named[1].token end
  if #named > 1 then
    return problem(self, "conflict", ("%d queries are called '%s': name one by its token"):format(#named, query),
      "several")
  end
  return problem(self, "not_found", ("the run has no query '%s'%s"):format(tostring(query),
    check.suggestion(query, names)))
end

-- What is to be fetched, by format and query.
local function content_of(self, format, query)
  local params, route = { report = self.report, run = self.run }, "results." .. format
  if query ~= nil then
    local token, err = query_run_of(self, query)
    if not token then return nil, err end
    params.query_run, route = token, "results.query_" .. format
  end
  return {
    client = self.client, route = route, params = params, name = (params.query_run or self.run) .. "." .. format,
    missing = function(err) return explain_missing(self, err) end,
  }
end

local save_options = merge(spool.options, { query = { "string", "number", "table" } })

local function save(self, format, path, options)
  local what = "result:" .. format
  check.method(what, self, Result)
  spool.check_path(what, path)
  options = check.options(what, options, save_options)
  local content, err = content_of(self, format, options.query)
  if not content then return nil, err end
  return spool.save(content, path, options)
end

--- Saves the result as CSV, unpacked if it came packed; the name only ever holds a whole file. A download that broke
--- off goes on when it is asked for again.
---@param path string one that ends with / is a folder: a file for each query, under names that were made safe
---@param options studio.analyst.save_options? query = a query's name, token or number: its result alone
---@return string|string[]|nil path of the file; of a folder, the paths of the files; nil, err on failure: "not_found"
---  with code "purged" when the results are gone, "conflict" when there are none yet, or several for one file
---@return table response_or_err
function methods:csv(path, options) return save(self, "csv", path, options) end

--- The same as JSON: an array of objects. Without `query` it holds the first query's rows only.
---@param path string
---@param options studio.analyst.save_options?
---@return string|string[]|nil path
---@return table response_or_err
function methods:json(path, options) return save(self, "json", path, options) end

-- Rows --------------------------------------------------------------------------------------------

local row_options = merge(save_options, { format = "string", columns = "table" })

local function chosen(row, columns)
  local few = {}
  for _, name in ipairs(columns) do few[name] = row[name] end
  return few
end

-- The next rows of an open result; raises what goes wrong.
local function reader_of(content, format, unpacked, columns)
  local read, why = unpacked:reader()
  local next_row, names
  if read and format == "csv" then
    next_row, names = csv.records(read)
    if not next_row then why = names end
  elseif read then
    next_row = json_rows.reader(read)
  end
  if not next_row then error(select(2, spool.unreadable(content, why)), 0) end
  local known = {}
  for _, name in ipairs(names or {}) do known[name] = true end
  for _, name in ipairs(names and columns or {}) do
    if not known[name] then
      error(content.client:problem(content.route, {
        kind = "not_found", message = ("the result has no column '%s'%s"):format(name, check.suggestion(name, known)),
      }), 0)
    end
  end
  return function()
    local row, wrong = next_row()
    if wrong ~= nil then error(select(2, spool.unreadable(content, wrong)), 0) end
    return columns and type(row) == "table" and chosen(row, columns) or row
  end
end

-- An iterator for `for` over what content() names; raises error objects.
local function rows_of(content, format, options)
  local unpacked, next_row
  local function close()
    if unpacked then unpacked:close() end
    next_row = function() return nil end
  end
  local function begin()
    local what, err = content()
    if what then unpacked, err = spool.borrow(what, options) end
    if not unpacked then error(err, 0) end
    if #unpacked.names > 1 then
      error(spool.several(what, unpacked, "query = … asks for one query's rows"), 0)
    end
    return reader_of(what, format, unpacked, options.columns)
  end
  local function step()
    local ok, row = pcall(function()
      next_row = next_row or begin()
      return next_row()
    end)
    if not ok or row == nil then close() end
    if not ok then error(row, 0) end
    return row
  end
  return step, nil, nil, setmetatable({}, { __close = close })
end

--- The rows of a result, each a table by its columns' names, for `for`. The result is fetched whole into a file that
--- nobody else sees (in TMPDIR or /tmp, for as long as it is read), then read row by row: it may be of any size. Raises
--- the error object when it cannot be fetched or read, since a nil would end the loop without a word.
---@param options studio.analyst.row_options? query; format = "csv" (default: texts) or "json" (numbers are exact, null
---  is nil); columns = names of those that are wanted
---@return fun(): table?
function methods:rows(options)
  check.method("result:rows", self, Result)
  options = check.options("result:rows", options, row_options)
  local format = options.format or "csv"
  if format ~= "csv" and format ~= "json" then check.fail("result:rows: format must be csv or json") end
  return rows_of(function() return content_of(self, format, options.query) end, format, options)
end

-- PDF ---------------------------------------------------------------------------------------------

local pdf_options = { timeout = "seconds", deadline = "seconds", progress = "callable", wait = "seconds" }

--- The run as a PDF: has it made, waits for that, and saves it.
---@param path string one that ends with / is a folder: the server names the file, and nothing there is replaced
---@param options studio.analyst.pdf_options? wait = seconds for the making, default 600
---@return string? path of the file; nil, err on failure
---@return table response_or_err
function methods:pdf(path, options)
  check.method("result:pdf", self, Result)
  spool.check_path("result:pdf", path)
  options = check.options("result:pdf", options, pdf_options)
  local start = task.loop:now()
  local function left() return options.deadline and math.max(0, options.deadline - (task.loop:now() - start)) end
  local job, err = self.client.exports:render(self.report, self.run, { timeout = options.timeout, deadline = left() })
  if not job then return nil, err end
  local export
  export, err = job:wait { timeout = options.wait, deadline = left() }
  if not export then return nil, err end
  return export:download(path, { timeout = options.timeout, deadline = left(), progress = options.progress })
end

-- For client.results.
result.rows_of = rows_of

return result
