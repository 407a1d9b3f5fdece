-- A CSV file into a data store: all of it is checked, then sent, no row twice. SPDX-License-Identifier: MIT
--
-- The file is read twice, row by row: nothing is sent before every row of it was read. insert.lua sends.

local check = require "studio.check"
local errors = require "studio.error"
local exchange = require "studio.exchange"
local insert = require "studio.services.five9.data.insert"
local open = require "studio.services.five9.data.open"
local record = require "studio.services.five9.record"
local refused = require "studio.services.five9.data.refused"

local WHAT <const>, ROUTE <const> = "data_stores:import_csv", "data_stores.import_csv"

---@class studio.five9.import_options
---@field columns table<string, string|false>? the file's name of a column -> the data store's; false: left out. Names
---  that are the same need not stand here
---@field types table<string, string>? column -> type, where the data store does not tell it, or not rightly
---@field partial boolean? the file need not have every column of the data store
---@field raw boolean? cells are taken as they are; default: the apostrophe that keeps a spreadsheet from taking a text
---  for a formula is taken away
---@field key string? a column whose values are unique, in the file and in the data store: rows whose request got no
---  answer are looked for by it. Without it they are looked for by their number and by all that is in them, and nobody
---  else may insert rows meanwhile
---@field batch integer? rows of a request, default 500
---@field state string? a file that keeps what was asked for: with it an import that was killed goes on where it was
---@field refused string? where rows go that cannot be sent; default PATH.refused.csv. Written if there are any
---@field on_refused "report"|"stop"|fun(refusal: studio.five9.refusal)|nil "stop": nothing is sent when a row is
---  refused; a function is told of each
---@field on_unknown "stop"|fun(doubt: studio.five9.doubt): string|nil what becomes of a request of which it cannot be
---  told whether it was carried out: the function says "done", "again" or "stop" (default)
---@field settle number? seconds after which what the service carried out is to be seen, default 30
---@field dry_run boolean? everything is checked, nothing sent
---@field progress fun(text: string)? studio.progress, for one

---@class studio.five9.import_report
---@field complete boolean all rows are in, but for those refused
---@field rows integer in the file
---@field refused integer
---@field refused_file string? where they are
---@field inserted integer by this run
---@field found integer of these: inserted by a request whose answer was lost
---@field before integer inserted by earlier runs
---@field batches integer
---@field calls integer requests that were sent

local rules = { refused = "string", on_refused = { "string", "callable" }, on_unknown = { "string", "callable" },
  dry_run = "boolean" }
for name, kinds in pairs(open.rules) do rules[name] = kinds end

local function read_options(given)
  local options = open.options(WHAT, given, rules)
  local on_refused, on_unknown = options.on_refused, options.on_unknown
  if type(on_refused) == "string" and on_refused ~= "report" and on_refused ~= "stop" then
    check.fail("%s: option 'on_refused' must be \"report\", \"stop\" or a function", WHAT)
  end
  if type(on_unknown) == "string" and on_unknown ~= "stop" then
    check.fail("%s: option 'on_unknown' must be \"stop\" or a function", WHAT)
  end
  return options
end

-- The key of a row; why it cannot be one.
local function key_problem(self, row)
  local column, key = self.key, row.values[self.key.name]
  if key == nil then return ("%s is empty, and it is the key"):format(column.name) end
  key = column.plain(key)
  if self.keys[key] then return ("%s is that of line %d"):format(column.name, self.keys[key]) end
  self.keys[key] = row.line
end

local function note_refused(self, row)
  local on_refused = self.options.on_refused
  if check.callable(on_refused) then on_refused { line = row.line, why = row.refused, cells = row.cells } end
  return self.refused:add(row)
end

-- Reads the whole file: counts rows, and writes down those that cannot be sent.
local function read_all(self)
  local report, next_row, why = self.report, self.sheet:rows()
  if not next_row then return open.unreadable(self.client, ROUTE, self.sheet.path, why) end
  while true do
    local row
    row, why = next_row()
    if not row then break end
    report.rows = report.rows + 1
    if not row.refused and self.key then row.refused = key_problem(self, row) end
    if row.refused then
      self.skip[row.line] = true
      local ok, err = note_refused(self, row)
      if not ok then return nil, err end
    end
    if self.options.progress and report.rows % 1000 == 0 then
      self.options.progress(("import: %d rows checked"):format(report.rows))
    end
  end
  if why ~= nil then return open.unreadable(self.client, ROUTE, self.sheet.path, why) end
  local path, err = self.refused:finish()
  if err then return nil, err end
  report.refused, report.refused_file = self.refused.count, path
  report.batches = (report.rows - report.refused + self.options.batch - 1) // self.options.batch
  return true
end

local function send(self)
  local header = open.header(self.client, "lua-studio five9 import", self.store)
  header.file, header.columns = self.sheet.print, self.sheet:shape()
  header.batch, header.key = self.options.batch, self.options.key or ""
  local log, message = record.open(self.options.state, header)
  if not log then return exchange.refuse(self.client, ROUTE, { kind = "file", message = message }) end
  local _ <close> = log
  local sent = self.client:stats().attempts
  local done, err = errors.catch(insert, self, log) -- that the record cannot be kept is raised, wherever it is met
  self.report.calls = self.client:stats().attempts - sent
  self.report.complete = done == true
  return done, err
end

--- Imports a file: see data_stores:import_csv.
---@param client studio.five9.client
---@param store string|integer
---@param path string
---@param options studio.five9.import_options?
---@return studio.five9.import_report? report
---@return studio.error? err
---@return studio.five9.import_report? so_far
return function(client, store, path, options)
  check.argument(WHAT, "path", path, "string")
  options = read_options(options)
  local own, err = open.sheet(client, ROUTE, store, path, options)
  if not own then return nil, err end
  if options.refused == path then check.fail("%s: option 'refused' is the file itself", WHAT) end
  local list <close> = refused.new(options.refused or path .. ".refused.csv", own.header)
  local self = { client = client, store = store, sheet = own, options = options, refused = list, skip = {}, keys = {},
    report = { complete = false, rows = 0, refused = 0, inserted = 0, found = 0, before = 0, batches = 0, calls = 0 } }
  if options.key then
    self.key, err = open.key(client, ROUTE, own, options.key)
    if not self.key then return nil, err end
  end
  local ok
  ok, err = read_all(self)
  if not ok then return nil, err end
  self.keys = nil
  local report = self.report
  if options.on_refused == "stop" and report.refused > 0 then
    ok, err = exchange.refuse(client, ROUTE, { kind = "invalid",
      message = ("%d of %d rows cannot be sent, so none was: see %s"):format(report.refused, report.rows,
        report.refused_file) })
  elseif not options.dry_run then
    ok, err = send(self)
  end
  if not ok then return nil, err, report end
  return report
end
