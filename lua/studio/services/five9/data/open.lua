-- What import and mirror begin with: the data store's columns, the file, and its record. SPDX-License-Identifier: MIT

local check = require "studio.check"
local columns = require "studio.services.five9.data.columns"
local exchange = require "studio.exchange"
local sheet = require "studio.services.five9.data.sheet"

local open = {}

--- Options that both have.
open.rules = { columns = "table", types = "table", partial = "boolean", raw = "boolean", key = "string",
  batch = "integer", state = "string", settle = "seconds", progress = "callable" }

-- Rows of a write, at the most. The service's own bound is not known.
local BATCH <const> = 500

--- Checks the options.
---@param what string
---@param given table?
---@param rules table<string, string|string[]>
---@return table options a copy, with the defaults
function open.options(what, given, rules)
  local options = {}
  for name, value in pairs(check.options(what, given, rules)) do options[name] = value end
  for name, meant in pairs(options.columns or {}) do
    check.argument(what, "a name in columns", name, "string")
    check.argument(what, ("columns['%s']"):format(name), meant, meant == false and "boolean" or "string")
  end
  for name, kind in pairs(options.types or {}) do
    check.argument(what, "a name in types", name, "string")
    check.argument(what, ("types['%s']"):format(name), kind, "string")
  end
  options.batch = options.batch or BATCH
  if options.batch < 1 then check.fail("%s: option 'batch' must be 1 or more", what) end
  return options
end

--- The columns of a data store.
---@param client studio.five9.client
---@param store string|integer
---@param types table<string, string>?
---@return studio.five9.column[]? list nil, err
---@return table by_name_or_err
function open.columns(client, store, types)
  local row, err = client.data_stores:get(store)
  if not row then return nil, err end
  return columns.of(row, types)
end

--- The file, as the data store has columns for it.
---@param client studio.five9.client
---@param route string for errors: what is being done
---@param store string|integer
---@param path string
---@param options table
---@return studio.five9.sheet? sheet nil, err
---@return studio.error? err
function open.sheet(client, route, store, path, options)
  local list, by_name = open.columns(client, store, options.types)
  if not list then return nil, by_name end
  if #list == 0 then
    return exchange.refuse(client, route, { kind = "invalid", message = "the data store does not tell its columns",
      advice = "Give the option types = { column = \"String\", … }" })
  end
  local own, message, kind = sheet.open(path, list, by_name, options)
  if not own then return exchange.refuse(client, route, { kind = kind, message = message }) end
  return own
end

--- The column by which rows are found.
---@return studio.five9.column? key nil, err
---@return studio.error? err
function open.key(client, route, own, name)
  for _, column in ipairs(own.columns) do
    if column.name == name and not column.secure then return column end
  end
  return exchange.refuse(client, route, { kind = "invalid",
    message = ("the column '%s' is not shown, so no row can be found by it"):format(name) })
end

--- That a file cannot be read on.
function open.unreadable(client, route, path, why)
  if type(why) == "table" then return nil, why end -- the task was cancelled
  return exchange.refuse(client, route, { kind = "invalid", message = ("%s: %s"):format(path, tostring(why)) })
end

--- What a record of work on a data store belongs to.
---@param client studio.five9.client
---@param format string
---@param store string|integer
---@return table
function open.header(client, format, store)
  local facts = client.state.facts
  return { format = format, base_url = facts.base_url, scope = facts.scope, scope_id = facts.scope_id,
    data_store = tostring(store) }
end

return open
