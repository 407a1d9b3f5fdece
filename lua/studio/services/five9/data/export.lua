-- The rows of a data store as a CSV file, in little memory. SPDX-License-Identifier: MIT
--
-- The file has its name when it is whole, and not before. Columns are those of the data store, so two exports have the
-- same ones; where it does not tell them, the rows are kept until the last one has shown which there are.

local cells = require "studio.services.five9.data.cells"
local check = require "studio.check"
local columns = require "studio.services.five9.data.columns"
local csv = require "studio.csv"
local exchange = require "studio.exchange"
local json = require "studio.json"
local json_rows = require "studio.json_rows"
local open = require "studio.services.five9.data.open"
local part = require "studio.services.five9.data.part"
local phrases = require "studio.phrases"
local pieces = require "studio.pieces"
local walk = require "studio.services.five9.data.walk"

local WHAT <const>, ROUTE <const> = "data_stores:export_csv", "data_stores.export_csv"
local TOLD <const> = 1000 -- rows between two words of progress

---@class studio.five9.export_options
---@field columns string[]? which, in this order; "_id", "_uuid" and "_timestamp" are the service's own. Default: those
---  of the data store
---@field where studio.five9.where|table|nil as for rows:query
---@field raw boolean? text that a spreadsheet takes for a formula is written as it is; default: with an apostrophe
---  before it, which an import takes away
---@field per_page integer? rows of an answer, default 10000
---@field progress fun(text: string)? studio.progress, for one

---@class studio.five9.export_report
---@field rows integer
---@field columns string[]
---@field path string
---@field calls integer requests that were sent

local rules = { columns = "table", where = "table", raw = "boolean", per_page = "integer", progress = "callable" }

-- A value as text or number; JSON for what is neither.
local function cell_of(value)
  if value == json.null then return nil end
  if type(value) == "table" then return json.encode(value, { sort = true }) end
  if type(value) == "boolean" then return tostring(value) end
  return value
end

-- A row as a line of the file.
local function line_of(self, row)
  local out, cell = {}, self.raw and cells.raw or cells.guarded
  for i, name in ipairs(self.columns) do out[i] = cell(cell_of(row[name])) end
  if #out == 1 and out[1] == "" then out[1] = '""' end -- else it would be an empty line
  return table.concat(out, ",") .. "\r\n"
end

-- Calls fn with each row and its text, until it fails.
local function each_row(self, fn)
  local rows, err = walk(self.client, self.store, { where = self.where, per_page = self.per_page,
    path = self.path .. ".answer" })
  if not rows then return nil, err end
  local _ <close> = rows
  while true do
    local row, text = rows:next()
    if not row then
      if text then return nil, text end
      return true
    end
    local ok
    ok, err = fn(row, text)
    if not ok then return nil, err end
    self.rows = self.rows + 1
    if self.progress and self.rows % TOLD == 0 then
      self.progress("export: " .. phrases.count(self.rows, "row"))
    end
  end
end

-- Columns are known: rows go straight into the file.
local function write_known(self, file)
  local ok, err = file:write(csv.line(self.columns))
  if not ok then return nil, err end
  return each_row(self, function(row) return file:write(line_of(self, row)) end)
end

-- The names that rows have, in the order of their letters.
local function note_names(names, row)
  for name in pairs(row) do
    if not columns.system[name] then names[name] = true end
  end
end

-- Columns are not known: rows are kept as they came, then written.
local function write_unknown(self, file)
  local kept <close>, err = part.new(self.path .. ".rows")
  if not kept then return nil, err end
  local names, comma = {}, "["
  local ok
  ok, err = each_row(self, function(row, text)
    note_names(names, row)
    local done, why = kept:write(comma .. text)
    comma = ",\n"
    return done, why
  end)
  if not ok then return nil, err end
  for name in pairs(names) do table.insert(self.columns, name) end
  table.sort(self.columns)
  if #self.columns == 0 then
    return exchange.refuse(self.client, ROUTE, { kind = "invalid",
      message = "there are no rows, and the data store does not tell its columns: give the option columns" })
  end
  kept:write(comma == "[" and "[]" or "]")
  ok, err = kept:finish()
  if not ok then return nil, err end
  local read <close> = assert(io.open(self.path .. ".rows", "rb"))
  os.remove(self.path .. ".rows") -- it is gone when it is closed
  ok, err = file:write(csv.line(self.columns))
  for row in json_rows.reader(pieces.of_file(read)) do
    if not ok then break end
    ok, err = file:write(line_of(self, row))
  end
  return ok, err
end

-- Those that were asked for; a data store that tells its columns has them.
local function chosen(self, given, list, by_name)
  for i, name in ipairs(given) do
    if #list > 0 and not (by_name[name] or columns.system[name]) then
      return exchange.refuse(self.client, ROUTE, { kind = "invalid",
        message = ("the data store has no column '%s'%s"):format(name, check.suggestion(name, by_name)) })
    end
    self.columns[i] = name
  end
  return true
end

local function columns_of(self, given)
  local list, by_name = open.columns(self.client, self.store)
  if not list and given and by_name.kind == "forbidden" then list, by_name = {}, {} end -- rows may be open all the same
  if not list then return nil, by_name end
  if given then return chosen(self, given, list, by_name) end
  for i, column in ipairs(list) do self.columns[i] = column.name end
  return true
end

--- Exports a data store: see data_stores:export_csv.
---@param client studio.five9.client
---@param store string|integer
---@param path string
---@param options studio.five9.export_options?
---@return studio.five9.export_report? report
---@return studio.error? err
return function(client, store, path, options)
  check.argument(WHAT, "path", path, "string")
  options = check.options(WHAT, options, rules)
  if options.columns and #options.columns == 0 then check.fail("%s: option 'columns' names none", WHAT) end
  for i, name in ipairs(options.columns or {}) do
    check.argument(WHAT, ("columns[%d]"):format(i), name, "string")
  end
  if options.per_page and options.per_page < 1 then check.fail("%s: option 'per_page' must be 1 or more", WHAT) end
  local self = { client = client, store = store, path = path, where = options.where, raw = options.raw,
    per_page = options.per_page, progress = options.progress, columns = {}, rows = 0 }
  local sent = client:stats().attempts
  local ok, err = columns_of(self, options.columns)
  if not ok then return nil, err end
  local file <close>, why = part.new(path)
  if not file then return nil, why end
  ok, err = (#self.columns > 0 and write_known or write_unknown)(self, file)
  if ok then ok, err = file:finish() end
  if not ok then return nil, err end
  return { rows = self.rows, columns = self.columns, path = path, calls = client:stats().attempts - sent }
end
