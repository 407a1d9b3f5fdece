-- What the results of queries hold: rows that depend on a seed alone, as CSV and as JSON. SPDX-License-Identifier: MIT
--
-- Eight rows in turn with a running number: quotes, commas, line breaks inside of cells, formulas, empty cells and
-- nulls come by in every result, and a result may have as many rows as one likes.

local json = require "studio.sandbox.json"
local lazy = require "studio.sandbox.lazy"

local contents = {}

contents.columns = { "id", "region", "customer", "amount", "ordered_at", "note" }

local rows = {
  { "north", "Ada & Co", 1234.5, "2026-01-02T03:04:05Z", json.null },
  { "south", 'The "Kettle" Works', -7, "2026-02-03T00:00:00Z", "two\nlines" },
  { "east", "Smith, Jones and Sons", 0.1, "2026-03-04T23:59:59Z", "" },
  { "west", "Zo\u{eb}'s Caf\u{e9}", 9007199254740993, "2026-04-05T12:00:00Z", "=1+1" },
  { "north", "\u{6771}\u{4eac} \u{1f680}", 42, json.null, "-2+3" },
  { "south", "<b>Bold</b>", json.null, "2026-06-07T08:09:10Z", "@SUM(A1)" },
  { "east", "tab\there", 100, "2026-07-08T01:02:03Z", "C:\\path" },
  { "west", json.null, 1e-07, "2026-08-09T10:11:12Z", " spaces " },
}

local function cell(value)
  if value == json.null then return "" end
  local text = type(value) == "string" and value or json.encode(value)
  if text == "" then return '""' end -- an empty text, where nothing stands for no value
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local function csv_format(row)
  local cells = {}
  for i, value in ipairs(row) do cells[i] = cell(value):gsub("%%", "%%%%") end
  return "%d," .. table.concat(cells, ",") .. "\n"
end

local function json_format(row)
  local fields = {}
  for i, value in ipairs(row) do
    fields[i] = (',"%s":%s'):format(contents.columns[i + 1], json.encode(value)):gsub("%%", "%%%%")
  end
  return '{"id":%d' .. table.concat(fields) .. "}"
end

-- The rows' formats, begun elsewhere for each seed.
local function turned(format, seed)
  local list = {}
  for i = 1, #rows do list[i] = format(rows[(seed + i - 1) % #rows + 1]) end
  return list
end

-- Ten digits each, however many rows there are.
local function first_id(seed) return 1000000000 + seed % 8000 * 1000000 end

--- A result as CSV: a line of names, then the rows.
---@param seed integer
---@param count integer
---@return sandbox.lazy
function contents.csv(seed, count)
  return lazy.rows(table.concat(contents.columns, ",") .. "\n", turned(csv_format, seed), first_id(seed), count, "")
end

--- The same as a JSON array of objects.
---@param seed integer
---@param count integer
---@return sandbox.lazy
function contents.json(seed, count)
  if count == 0 then return lazy.rows("[]", { "%d" }, 0, 0, "") end
  local formats = turned(json_format, seed)
  local head = "[" .. formats[1]:format(first_id(seed))
  for i, format in ipairs(formats) do formats[i] = ",\n" .. format end
  table.insert(formats, table.remove(formats, 1)) -- the first row stands in the head
  return lazy.rows(head, formats, first_id(seed) + 1, count - 1, "]\n")
end

return contents
