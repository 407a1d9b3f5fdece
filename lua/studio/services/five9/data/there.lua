-- What a data store says now of the rows that a mirror wants. SPDX-License-Identifier: MIT

local exchange = require "studio.exchange"
local walk = require "studio.services.five9.data.walk"

local TOLD <const> = 1000 -- rows between two words of progress

-- Notes a row of the data store; false when its key is there twice.
local function note(work, row, extra)
  local key = work.key.plain(row[work.key.name])
  local entry = work.by_key[key]
  if not entry then
    extra[#extra + 1] = { key = key, id = row._id }
    return true
  elseif entry.id then
    return false
  end
  local now = work.sheet:plain(row)
  entry.id = row._id
  entry.now = now == entry.wanted and entry.wanted or now -- one text for both, where they are equal
  return true
end

--- Reads the whole data store, and sets `id` and `now` of each entry.
---@param work table client, store, sheet, key, by_key, entries, options
---@return { extra: { key: string, id: any }[], calls: integer }? found nil, err
---@return studio.error? err
return function(work)
  for _, entry in ipairs(work.entries) do entry.id, entry.now = nil, nil end
  local client, progress = work.client, work.options.progress
  local sent, extra = client:stats().attempts, {}
  local rows, err = walk(client, work.store)
  if not rows then return nil, err end
  local _ <close> = rows
  while true do
    local row
    row, err = rows:next()
    if not row then break end
    if not note(work, row, extra) then
      return exchange.refuse(client, "data_stores.mirror", { kind = "conflict",
        message = ("two rows of the data store have %s = %s: which is meant is not known"):format(work.key.name,
          work.key.plain(row[work.key.name])) })
    end
    if progress and rows.total % TOLD == 0 then progress(("mirror: %d rows read"):format(rows.total)) end
  end
  if err then return nil, err end
  return { extra = extra, calls = client:stats().attempts - sent }
end
