--- Older takes of the shots and what people wrote about them, as the service has them. SPDX-License-Identifier: MIT
--
-- Neither is needed for the film, and of both lists nobody has confirmed that they are there: what cannot be read is
-- left out of the page, and said once. Takes that the page shows anyway are not downloaded again.

local studio = require "studio"
local files = require "shared.files"
local upload = require "studio.upload"

local takes = {}

local LANES = 4
local EXTENSIONS = { "png", "jpg", "webp", "gif", "mp4", "mov", "webm" }

-- All rows of a frame's list. (A `for` would take a page that failed for the end.)
local function rows_of(list, frame_id)
  local rows, next_page = {}, list:pages(frame_id)
  while true do
    local page, err = next_page()
    if not page then return not err and rows or nil, err end
    table.move(page, 1, #page, #rows + 1, rows)
  end
end

-- "2026-11-22T10:15:09Z" for people; anything else that is short stays as it is.
local function moment(text)
  if type(text) ~= "string" then return nil end
  local day, time = text:match "^(%d%d%d%d%-%d%d%-%d%d)[T ](%d%d:%d%d)"
  return day and day .. " " .. time or #text <= 40 and text or nil
end

-- A file that belongs to a take, if an earlier run fetched it.
local function there(folder, stem)
  for _, extension in ipairs(EXTENSIONS) do
    if files.exists(folder .. "/" .. stem .. "." .. extension) then return stem .. "." .. extension end
  end
end

-- Fetches a take; only what is a picture or a video by its bytes gets a name that the page shows.
local function fetch(client, folder, stem, url)
  local raw = folder .. "/" .. stem .. ".download"
  local saved, err = client:request { url = url, save_to = raw, headers = { Accept = "*/*" } }
  if not saved then return nil, err.message end
  local extension, content_type = upload.kind_of(raw)
  if not extension or not content_type:find "^image/" and not content_type:find "^video/" then
    os.remove(raw)
    return nil, "What the service sent is neither a picture nor a video."
  end
  os.rename(raw, folder .. "/" .. stem .. "." .. extension)
  return stem .. "." .. extension
end

-- The rows that the card shows: those of the jobs whose files we have, else the newest of their kind.
local function shown_rows(rows, entry)
  local shown = {}
  for _, kind in ipairs { "image", "video" } do
    local item, newest = entry[kind], nil
    for _, row in ipairs(rows) do
      if (row.kind or "image") == kind then
        newest = row
        if item and item.job_id and row.job_id == item.job_id then shown[row] = item.file end
      end
    end
    local is_known = false
    for row in pairs(shown) do is_known = is_known or (row.kind or "image") == kind end
    if newest and not is_known and item and item.file and not item.job_id then shown[newest] = item.file end
  end
  return shown
end

local function takes_of(board, client, entry, rows)
  local list, shown = {}, shown_rows(rows, entry)
  for i, row in ipairs(rows) do
    local kind = row.kind == "video" and "video" or "image"
    local take = { kind = kind, made = moment(row.created_at), file = shown[row], is_shown = shown[row] ~= nil }
    local url = row.url or row[kind .. "_url"]
    local stem = ("takes/%s-%s-%s"):format(entry.stem, kind, studio.safe_name(tostring(row.id or i)))
    if not take.file and type(url) == "string" then
      take.file = there(board.folder, stem)
      if not take.file then take.file, take.why = fetch(client, board.folder, stem, url) end
    end
    if not take.file then take.missing = "not here" end
    list[i] = take
  end
  return list
end

local function text_of(...)
  for i = 1, select("#", ...) do
    local text = select(i, ...)
    if type(text) == "string" and text:find "%S" then return text end
  end
end

-- Comments, and reviews, which have a verdict and perhaps no words.
local function remarks_of(rows, are_reviews)
  local list = {}
  for _, row in ipairs(rows) do
    local by = type(row.author) == "table" and row.author or type(row.user) == "table" and row.user or {}
    local text = text_of(row.text, row.body, row.comment, row.content, row.message)
    local verdict = are_reviews and text_of(row.status, row.verdict, row.decision) or nil
    list[#list + 1] = (text or verdict) and {
      text = text, verdict = verdict and (verdict:gsub("_", " ")),
      author = text_of(row.author, row.author_name, by.name), made = moment(row.created_at),
    }
  end
  return list
end

--- Reads the takes, comments and reviews of all shots that have a frame, and downloads takes into DIR/takes.
---@param client studio.mstudio.client
---@param board studio.mstudio.storyboard.board
---@return table<integer, { takes: storyboard.Take[]?, comments: table[]?, reviews: table[]? }>  by the shot's index
---@return table<string, studio.error> failures  "takes", "comments", "reviews" -> why they could not be read
function takes.read(client, board)
  local extras, failures = {}, {}
  local ok, message = files.make_folder(board.folder .. "/takes")
  if not ok then failures.takes = message end
  -- one refusal of a list is enough: it would be the same for all frames
  local function rows(name, list, entry)
    if failures[name] then return nil end
    local all, err = rows_of(list, entry.frame.id)
    if not all then failures[name] = failures[name] or err end
    return all
  end
  studio.map(board.shots, function(entry)
    if not entry.frame.id then return end
    local versions = rows("takes", client.versions, entry)
    local comments, reviews = rows("comments", client.comments, entry), rows("reviews", client.reviews, entry)
    extras[entry.shot.index] = {
      takes = versions and takes_of(board, client, entry, versions), comments = comments and remarks_of(comments),
      reviews = reviews and remarks_of(reviews, true),
    }
  end, { concurrency = LANES })
  return extras, failures
end

return takes
