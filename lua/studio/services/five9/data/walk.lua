-- All rows of a data store, one after the other, in little memory. SPDX-License-Identifier: MIT
--
-- Each answer goes to a file first, and is read from there. Whether the service counts pages is not known, nor how many
-- rows of an answer it bears: pages are asked for until one is empty or comes again. A service that gave a full page,
-- and the same one when asked for the next, counts none: then all rows are asked for in one answer. A row that moves to
-- the next page, because others come in meanwhile, is given once.

local json = require "studio.json"
local json_rows = require "studio.json_rows"
local page = require "studio.page"
local pieces = require "studio.pieces"
local task = require "studio.task"
local where = require "studio.services.five9.where"

local ROUTE <const> = "rows.query"
local PER_PAGE <const> = 10000
local WHOLE <const> = 10000000 -- rows of one answer, where pages are not counted
local TURN <const> = 500 -- rows after which other tasks may have a turn

local methods = {}
local Walk = { __name = "studio.five9.walk", __index = methods }
Walk.__close = function(self) self:close() end

-- Nobody else can read the next answer: its download takes the part that it finds, which is this user's alone.
local function make_private(path)
  local made = os.tmpname()
  if not os.rename(made, path .. ".part") then os.remove(made) end
end

local function private_name()
  local made = os.tmpname()
  os.remove(made)
  return made .. ".rows"
end

function methods:close()
  if self.file then self.file:close() end
  self.file = nil
  for _, ending in ipairs { "", ".part", ".part.info" } do os.remove(self.path .. ending) end
end

local function protocol(self, message)
  return nil, self.client:problem(ROUTE, { kind = "protocol", message = message, response = self.response })
end

-- The next answer, as a function for its rows.
local function ask(self)
  if self.file then self.file:close() end
  self.file = nil
  os.remove(self.path)
  if self.private then make_private(self.path) end
  local body = { where = self.where, per_page = self.per_page, row_limit = "no-limit", page = self.page }
  local path, response = self.client:call(ROUTE, { data_store_id = self.store }, body, { save_to = self.path })
  if not path then return nil, response end
  self.response = response
  local why
  self.file, why = io.open(self.path, "rb")
  if not self.file then return protocol(self, "the answer cannot be read: " .. tostring(why)) end
  os.remove(self.path) -- it is gone when it is closed, or the program killed
  self.rows, self.count = json_rows.lists(pieces.of_file(self.file)), 0
  return true
end

-- Rows are in the list of the route; errors and the like beside it are none.
local function is_row(self, row, name)
  return type(row) == "table" and (name == self.key or name == "data" or name == nil)
end

-- An answer without rows must be a list without rows, or none where the list would be.
local function is_empty(self)
  local size = self.file:seek "end"
  self.file:seek "set"
  local body = size < 65536 and json.decode(self.file:read "a", { null = "keep" })
  if type(body) ~= "table" then return false end
  local items = page.read(body, { key = self.key })
  return body[self.key] == json.null or items and #items == 0
end

-- The answer is read to its end: what comes next. False at the end of all.
local function turn_page(self)
  if self.count == 0 then
    if not is_empty(self) then
      return protocol(self, "the answer holds no list that this client can find")
    end
    return false
  elseif self.whole then
    if self.count >= self.per_page then return protocol(self, "there are more rows than one answer holds") end
    return false
  end
  self.page, self.given, self.here = self.page + 1, self.here, {}
  return ask(self)
end

-- A page that was there before. The last one again is the end. The first one again: the service counts none, and what
-- came was all, unless it was a full page.
local function came_again(self)
  if self.page > 2 or self.first_count < self.per_page then return false end
  self.whole, self.page, self.per_page = true, nil, WHOLE
  return ask(self)
end

-- Whether a row was given with the page before. Rows without an id may be equal and yet two.
local function was_given(self, row, mark)
  local times = self.given[mark]
  if not times or row._id == nil and not self.whole then return false end
  self.given[mark] = times > 1 and times - 1 or nil
  return true
end

-- Notes a row; nil when its page came before. False when it was given already.
local function note(self, row, text)
  local mark = row._id ~= nil and tostring(row._id) or text
  if self.whole then return not was_given(self, row, mark) end
  if self.count == 1 then
    if self.page > 1 and (mark == self.first or mark == self.last_first) then return nil end
    self.first, self.last_first = self.first or mark, mark
  end
  if self.page == 1 then self.first_count = self.count end
  self.here[mark] = (self.here[mark] or 0) + 1
  return not was_given(self, row, mark)
end

--- The next row.
---@return table? row nil at the end; nil, err when the rows cannot be read to their end
---@return any text_or_err as it was sent
function methods:next()
  while not self.over do
    local row, name, text = self.rows()
    local going, err = true, nil
    if row == nil and name ~= nil then
      going, err = protocol(self, tostring(name))
    elseif row == nil then
      going, err = turn_page(self)
    elseif is_row(self, row, name) then
      self.count = self.count + 1
      local fresh = note(self, row, text)
      if fresh == nil then
        going, err = came_again(self)
      elseif fresh then
        self.total = self.total + 1
        if self.total % TURN == 0 then going, err = task.sleep(0) end
        if going then return row, text end
      end
    end
    if not going then
      self.over = true
      return nil, err
    end
  end
end

--- Begins to read; to be closed.
---@param client studio.five9.client
---@param store string|integer
---@param options { where: table?, per_page: integer?, path: string? }? path: where answers are kept meanwhile
---@return table? walk nil, err
---@return studio.error? err
return function(client, store, options)
  options = options or {}
  local self = setmetatable({ client = client, store = store, where = where.body(options.where), page = 1, total = 0,
    per_page = options.per_page or PER_PAGE, key = client.state.routes[ROUTE].key, given = {}, here = {},
    path = options.path or private_name(), private = not options.path }, Walk)
  local ok, err = ask(self)
  if ok then return self end
  self:close()
  return nil, err
end
