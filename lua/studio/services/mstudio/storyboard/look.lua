-- Looking for what was generated: among jobs, versions and URLs that the service shows. SPDX-License-Identifier: MIT
--
-- All these places are assumed: each may be missing, or tell less than it could. Rows that do not say what they are
-- of prove nothing, and what another item of this storyboard has is not looked at.

local look = {}

-- The place is not there, or not for this key.
local function is_absent(err)
  return err.status == 404 or err.status == 405 or err.status == 501 or err.kind == "forbidden"
end

--- All rows of a list.
---@param pages function an iterator over pages
---@return table[]? rows
---@return studio.error? err a list that could not be read to its end proves nothing
function look.all(pages)
  local rows = {}
  while true do
    local page, err = pages()
    if not page then
      if err then return nil, err end
      return rows
    end
    table.move(page, 1, #page, #rows + 1, rows)
  end
end

--- The same of a list that may be missing: nil without an error then.
---@param pages function
---@return table[]? rows
---@return studio.error? err
function look.rows(pages)
  local rows, err = look.all(pages)
  if err and is_absent(err) then return nil end
  return rows, err
end

-- Jobs that belong to an item already.
local function known_jobs(board)
  local known = {}
  for _, item in pairs(board.state.items) do
    if item.job_id then known[tostring(item.job_id)] = true end
    for _, id in ipairs(item.past or {}) do known[tostring(id)] = true end
  end
  return known
end

local function is_of(row, fields)
  for name, value in pairs(fields) do
    if row[name] == nil then return nil end
    if tostring(row[name]) ~= tostring(value) then return false end
  end
  return true
end

-- Words that tell a kind, the most telling first: an "image_to_video" is a video, a "lip_sync" too.
local WORDS <const> = {
  { "export", "export" }, { "render", "export" }, { "video", "video" }, { "lip", "video" }, { "animat", "video" },
  { "voice", "voice" }, { "speech", "voice" }, { "tts", "voice" }, { "sfx", "sfx" }, { "sound", "sfx" },
  { "script", "script" }, { "image", "image" }, { "picture", "image" },
}

--- The kind that a row says it is of; nil when it says none that is known here, and may be of any.
---@param row table
---@return string?
function look.kind_of(row)
  local said = row.kind or row.type
  if type(said) ~= "string" then return nil end
  said = said:lower()
  for _, word in ipairs(WORDS) do
    if said:find(word[1], 1, true) then return word[2] end
  end
end

local function is_kind(row, kind)
  local said = look.kind_of(row)
  return said and said == kind -- nil: it may be
end

--- The newest job among rows that is of this kind and of that thing, and nobody's yet.
---@param board studio.mstudio.storyboard.board
---@param rows table[]? jobs; nil: there is no such list
---@param kind string "image", "video", "voice", "export"
---@param of table<string, any> frame_id or track_id: what the row must say; empty where the list is of that thing
---@param kindless boolean? a row that does not say its kind can be of no other
---@return table? found what to set
---@return boolean certain there is none
function look.job(board, rows, kind, of, kindless)
  if not rows then return nil, false end
  local known, newest, certain = known_jobs(board), nil, true
  for _, row in ipairs(rows) do
    local id = row.job_id or row.id
    local mine, fits = is_of(row, of), is_kind(row, kind)
    if fits == nil and kindless then fits = true end
    if mine ~= false and fits ~= false and id ~= nil and not known[tostring(id)] then
      if mine and fits then
        local later = not newest or tostring(row.created_at or "") >= tostring(newest.created_at or "")
        if later then newest = row end
      else
        certain = false -- it may be ours
      end
    end
  end
  if newest then return { step = "submitted", job_id = newest.job_id or newest.id, error = false }, true end
  return nil, certain
end

--- What to set of an item that is there, while its job's id is not known.
---@return table
function look.bare() return { step = "submitted", job_id = false, error = false } end

--- The first version whose job is nobody's yet.
---@param board studio.mstudio.storyboard.board
---@param rows table[]
---@return table? found
function look.made(board, rows)
  local known = known_jobs(board)
  for _, row in ipairs(rows) do
    if row.job_id ~= nil and not known[tostring(row.job_id)] then
      return { step = "submitted", job_id = row.job_id, error = false }
    end
  end
end

--- Of several places that were looked at: the first that has it.
---@param places (fun(): table?, boolean?, studio.error?)[] each: found, certain, err
---@return table? found
---@return boolean certain some place would show it, and does not
---@return studio.error? err the looking failed
function look.first(places)
  local certain, failed = false, nil
  for _, place in ipairs(places) do
    local found, sure, err = place()
    if found then return found, true end
    certain, failed = certain or sure or false, failed or err
  end
  return nil, certain, failed
end

--- The list of generation jobs as a place.
function look.jobs_list(board, query, kind, of, kindless)
  return function()
    local rows, err = look.rows(board.client.jobs:pages(query))
    if err then return nil, false, err end
    return look.job(board, rows, kind, of, kindless)
  end
end

return look
