-- Data stores and their rows. SPDX-License-Identifier: MIT
--
-- Paths, bodies and `ws_response_data` are those of somebody's client. What a data store has is documented for the
-- console only; its field names, pages of rows, and all refusals are assumed. A write is carried out whole, or not.

local answers = require "studio.sandbox.five9.answers"
local json = require "studio.sandbox.json"
local rows = require "studio.sandbox.five9.rows"
local where = require "studio.sandbox.five9.where"

local function shown(store)
  local list = json.array {}
  for i, column in ipairs(store.columns) do
    list[i] = { name = column.name, type = column.type, secure = false }
  end
  return { data_store_id = store.id, name = store.name, columns = list, retention = "keep_all",
    transcription_language = "en-US", webhook_url = json.null }
end

local function find(place, id)
  local n = answers.whole(id)
  for _, store in ipairs(place.stores) do
    if store.id == n then return store end
  end
end

local function list(_, req)
  local out = json.array {}
  for i, store in ipairs(req.place.stores) do out[i] = shown(store) end
  return answers.data(out)
end

local function get(_, req)
  local store = find(req.place, req.args.store)
  if not store then return answers.not_found "Data store" end
  return answers.data(shown(store))
end

-- A handler that gets the data store which the body names.
local function with_store(handle)
  return function(instance, req)
    local id = req.json.data_store_id
    if id == nil then return answers.invalid { data_store_id = "The data store id field is required." } end
    local store = find(req.place, id)
    if not store then return answers.not_found "Data store" end
    return handle(instance, req, store)
  end
end

-- The objects of a write's `data`; or nil and what is wrong.
local function given(instance, req)
  local data, most = req.json.data, instance.options.batch
  if not json.is_array(data) or #data == 0 then
    return nil, { data = "The data field is required and must be a list." }
  elseif #data > most then
    return nil, { data = ("The data may not have more than %d items."):format(most) }
  end
  return data
end

-- What fits of each object, and all that does not.
local function read(store, data)
  local all, wrong = {}, {}
  for i, object in ipairs(data) do
    local values, fields = store:read(object)
    all[i] = values
    for name, why in pairs(fields or {}) do
      local path = ("data.%d%s"):format(i - 1, name ~= "" and "." .. name or "")
      wrong[path] = ("The %s %s."):format(path, why)
    end
  end
  if next(wrong) then return nil, wrong end
  return all
end

local function insert(instance, req, store)
  local data, wrong = given(instance, req)
  if not data then return answers.invalid(wrong) end
  local all
  all, wrong = read(store, data)
  if not all then return answers.invalid(wrong) end
  local added, timestamp = {}, instance:timestamp()
  for i, values in ipairs(all) do added[i] = store:insert(values, timestamp) end
  instance:tell("inserts", #added)
  return answers.data(json.raw("[" .. table.concat(added, ",") .. "]"))
end

local function update(instance, req, store)
  local data, wrong = given(instance, req)
  if not data then return answers.invalid(wrong) end
  local all
  all, wrong = read(store, data)
  if not all then return answers.invalid(wrong) end
  local numbers = {}
  for i, object in ipairs(data) do
    numbers[i] = store:number_of(object._id)
    local field = ("data.%d._id"):format(i - 1)
    if not numbers[i] then return answers.invalid { [field] = ("The selected %s is invalid."):format(field) } end
  end
  for i, values in ipairs(all) do store:update(numbers[i], values) end
  instance:tell("updates", #all)
  return answers.data { updated = #all }
end

-- How many rows at most, and which page of them.
local function bounds(instance, body)
  local limit, per_page, page = body.row_limit, answers.count(body.per_page, 15), answers.count(body.page, 1)
  if limit == nil or limit == "no-limit" then limit = math.maxinteger else limit = answers.count(limit) end
  if not limit then return nil, { row_limit = "The row limit must be no-limit or an integer from 1 on." } end
  if not per_page then return nil, { per_page = "The per page must be an integer from 1 on." } end
  if not page then return nil, { page = "The page must be an integer from 1 on." } end
  if not instance.options.paging then page = 1 end
  local first = (page - 1) * per_page + 1
  return first, math.min(limit, first + per_page - 1)
end

local function query(instance, req, store)
  local first, last = bounds(instance, req.json)
  if not first then return answers.invalid(last) end
  local test, why = where.test(store, req.json.where)
  if not test then return answers.invalid { where = why } end
  local found, n = {}, 0
  for _, row in ipairs(store.rows) do
    if test(row) then
      n = n + 1
      if n >= first then found[#found + 1] = row end
      if n >= last then break end
    end
  end
  instance:tell "queries"
  return 200, rows.text('{"ws_response_data":[', found, "]}"), { ["content-type"] = "application/json" }
end

return function(add)
  add("GET", "/data/data-store", "data", list)
  add("GET", "/data/data-store/{store}", "data", get)
  add("POST", "/data/data-store-collection", "data", with_store(insert))
  add("POST", "/data/getdatastorecollection", "data", with_store(query))
  add("POST", "/data/bulk-update-documents", "data", with_store(update))
end
