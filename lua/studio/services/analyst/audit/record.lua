-- What an audit knows of a report: one small table, whatever the service sends. SPDX-License-Identifier: MIT

local core = require "studio.core"
local json = require "studio.json"
local moment = require "studio.moment"

local record = {}

---@class studio.analyst.record all moments are ISO 8601 as the service sent them
---@field token string
---@field name string? nil: it has none
---@field collection { token: string, name: string?, type: string? }?
---@field type string? "Report"; datasets are reports of type "DatasetReport"
---@field url string? of its page, for people
---@field archived boolean
---@field created_at string?
---@field updated_at string?
---@field edited_at string? by a person; the later of what the service calls edited and saved
---@field last_run_at string? start of the last run
---@field last_successful_run_at string? end of the last run that succeeded
---@field last_viewed_at string? only Discovery tells it
---@field view_count integer?
---@field runs_count integer?
---@field creator string? user name, or the address that Discovery tells
---@field schedules table[]? rows as sent; nil: not read
---@field schedules_count integer?
---@field nulls table<string, boolean>? moments that the service sent as null, which says more than not sending them

-- Texts only: what else stands there is kept as text, so that a rule sees that it cannot be read.
local function text(value)
  if value == nil or value == json.null then return nil end
  if type(value) == "string" then return value end
  return type(value) == "number" and tostring(value) or "(" .. type(value) .. ")"
end

-- Counts come as numbers or as texts.
local function count(value)
  if type(value) ~= "number" and type(value) ~= "string" then return nil end
  local n = tonumber(value)
  n = n and math.tointeger(n)
  return n and n >= 0 and n or nil
end

--- The later of two moments as sent. What cannot be read stays, so that a rule sees that it cannot.
---@param a string?
---@param b string?
---@return string?
function record.later(a, b)
  if not (a and b) then return a or b end
  local x, y = moment.read(a), moment.read(b)
  if x and y then return x > y and a or b end
  return x and b or a
end

-- record's field -> the service's
local MOMENTS <const> = {
  created_at = "created_at", updated_at = "updated_at", last_run_at = "last_run_at",
  last_successful_run_at = "last_successfully_run_at", last_viewed_at = "last_viewed_at",
}

local function read_moments(self, row)
  for field, sent in pairs(MOMENTS) do
    self[field] = text(row[sent])
    if row[sent] == json.null then
      self.nulls = self.nulls or {}
      self.nulls[field] = true
    end
  end
  self.edited_at = record.later(text(row.edited_at), text(row.last_saved_at))
end

-- The user name in "/api/ada".
local function creator_of(row)
  local links = type(row._links) == "table" and row._links
  local link = links and links.creator
  local href = type(link) == "table" and link.href or link
  return type(href) == "string" and href:match "/([^/?#]+)$" or nil
end

--- Reads a report's row, of a list or alone. (Decoded with nulls kept it tells more; see `nulls`.)
---@param row table
---@param where { collection: table?, base_url: string, workspace: string }
---@return studio.analyst.record? nil when it has no token
function record.of_report(row, where)
  if type(row) ~= "table" or type(row.token) ~= "string" or row.token == "" then return nil end
  local self = {
    token = row.token, name = text(row.name), type = text(row.type), collection = where.collection,
    archived = row.archived == true or row.archived == "true",
    view_count = count(row.view_count), runs_count = count(row.runs_count),
    schedules_count = count(row.schedules_count), creator = creator_of(row),
    -- The address that people see in their browser; rows have it under no name that is documented.
    url = ("%s/%s/reports/%s"):format(where.base_url, core.escape(where.workspace), core.escape(row.token)),
  }
  read_moments(self, row)
  return self
end

--- Did it never run, by the service's own word: a count of 0, or a null where the last run would stand?
---@param self studio.analyst.record
---@return boolean
function record.never_ran(self)
  if self.last_run_at or self.last_successful_run_at then return false end
  local null = type(self.nulls) == "table" and self.nulls.last_run_at == true
  return self.runs_count == 0 or (null and self.runs_count == nil)
end

--- Reads a collection's row.
---@param row table
---@return { token: string, name: string?, type: string? }? nil when it has no token
function record.of_collection(row)
  if type(row) ~= "table" or type(row.token) ~= "string" or row.token == "" then return nil end
  return { token = row.token, name = text(row.name), type = text(row.space_type) }
end

--- One order for all lists of reports: by collection, name, token.
---@param a studio.analyst.record
---@param b studio.analyst.record
---@return boolean a_first
function record.before(a, b)
  local x, y = a.collection and a.collection.name or "", b.collection and b.collection.name or ""
  if x == y then x, y = a.name or "", b.name or "" end
  if x == y then x, y = a.token, b.token end
  return x < y
end

-- No list is cut into pages as short as this. (They have 30 rows, as other people's clients saw.)
local SHORT <const> = 10

--- Is a list read to its end, so that the call can be saved which would say that no more rows come? A short page alone
--- says nothing, and the count of a report's row may be older than the list: a full page may hide one that came since.
---@param rows table[] read so far
---@param page table[] the last page of them
---@param known integer? so many there were
---@return boolean
function record.is_all(rows, page, known) return #rows == known and #page < SHORT end

--- The rows of an answer with its nulls kept, in the order of the list that the client found in it.
---@param rows table[] as the client gave them
---@param response table
---@param key string name of the list
---@return table[]
function record.with_nulls(rows, response, key)
  local body = response.body and json.decode(response.body, { null = "keep" })
  if type(body) ~= "table" then return rows end
  local embedded = type(body._embedded) == "table" and body._embedded or body
  local list = embedded[key]
  return type(list) == "table" and #list == #rows and list or rows
end

--- A report that came alone, with its nulls kept.
---@param row table as the client gave it
---@param response table
---@return table
function record.alone_with_nulls(row, response)
  local body = response.body and json.decode(response.body, { null = "keep" })
  return type(body) == "table" and body.token == row.token and body or row
end

return record
