--- What a storyboard's run says: status, summary, what is left behind. SPDX-License-Identifier: MIT

local report = {}

local MOST_LINES = 40  -- of a list on a terminal; the rest is in the state file

---@param seconds number
---@return string
function report.duration(seconds)
  if seconds < 90 then return string.format("%d s", math.ceil(seconds)) end
  return string.format("%d min", math.ceil(seconds / 60))
end

-- What is told of a shot: how far its image is, or its frame when that is why there is no image.
local function entry_of(entry)
  local frame, image = entry.frame, entry.image
  local told = frame.step ~= "done" and (frame.step == "failed" or frame.step == "unknown") and frame or image
  return { step = told.step, error = image.error or frame.error, image = image.file, frame_id = frame.id,
    job_id = image.job_id }
end

--- All shots, as they are told of.
---@param board studio.mstudio.storyboard.board
---@return { step: string, error: string?, image: string?, frame_id: any, job_id: any }[]
function report.entries(board)
  local list = {}
  for i, entry in ipairs(board.shots) do list[i] = entry_of(entry) end
  return list
end

--- How many of them are at which step.
---@param board studio.mstudio.storyboard.board
---@return table<string, integer>
function report.counts(board)
  local counts = { new = 0, submitting = 0, submitted = 0, done = 0, failed = 0, unknown = 0, skipped = 0 }
  for _, entry in ipairs(report.entries(board)) do counts[entry.step] = counts[entry.step] + 1 end
  return counts
end

-- The least seconds that the limit leaves for what is still to be sent; nil when there is no window.
local function time_left(limit, entries)
  if not limit or not limit.window or limit.capacity == 0 then return nil end
  local calls = 0
  for _, entry in ipairs(entries) do
    if entry.step == "new" then
      calls = calls + (entry.frame_id and 3 or 4)  -- frame, generation, about two polls
    elseif entry.step == "submitting" or entry.step == "submitted" then
      calls = calls + 2
    end
  end
  local windows = math.max(0, calls - (limit.free or 0)) / limit.capacity
  return math.max(windows * (limit.window + (limit.guard or 0)), limit.next_slot or 0)
end

--- A number of things: "1 shot", "2 shots".
---@param n integer
---@param thing string
---@return string
function report.count(n, thing) return ("%d %s%s"):format(n, thing, n == 1 and "" or "s") end

--- The parts of a status line.
---@param board studio.mstudio.storyboard.board
---@param limit table?  one of client:limits()
---@return table parts  for line:status
function report.status(board, limit)
  local entries, counts = report.entries(board), report.counts(board)
  local running, to_go = counts.submitting + counts.submitted, counts.new
  local parts = { { "green", string.format("%d/%d done", counts.done, #entries) }, ", " .. running .. " running" }
  if to_go > 0 then parts[#parts + 1] = ", " .. to_go .. " to go" end
  if counts.failed > 0 then
    parts[#parts + 1] = ", "
    parts[#parts + 1] = { "red", counts.failed .. " failed" }
  end
  if limit and (limit.waiting or 0) > 0 and (limit.next_slot or 0) >= 1 then
    parts[#parts + 1] = { "yellow", ", next slot in " .. report.duration(limit.next_slot) }
  end
  local left = running + to_go > 0 and time_left(limit, entries)
  if left and left >= 1 then
    parts[#parts + 1] = { "dim", ", about " .. report.duration(left) .. " left" }
  end
  return parts
end

-- Prints one line for each entry of which `text` has something to say.
local function list(line, board, text)
  local printed, more = 0, 0
  for i, entry in ipairs(report.entries(board)) do
    local said, shot = text(entry), board.shots[i].shot
    if said and printed == MOST_LINES then
      more = more + 1
    elseif said then
      printed = printed + 1
      line:print(string.format("  shot %d (scene %d, line %d): ", i, shot.scene, shot.line), said)
    end
  end
  if more > 0 then line:print("  and " .. more .. " more: see storyboard.html") end
end

--- What failed and why, shot by shot.
function report.failures(line, board)
  list(line, board, function(entry)
    if entry.step == "done" then return nil end
    if entry.step == "failed" then return entry.error or "failed" end
    if entry.step == "unknown" then return "unknown (frame " .. tostring(entry.frame_id) .. ")" end
    return entry.error
  end)
end

--- What the service still works on after the run was broken off.
---@return integer how_many
function report.running(line, board)
  local counts = report.counts(board)
  if counts.submitted > 0 then
    line:print(string.format("Still being made at the service (%d):", counts.submitted))
    list(line, board, function(entry)
      if entry.step ~= "submitted" then return nil end
      return string.format("frame %s, job %s", entry.frame_id, entry.job_id or "unknown")
    end)
  end
  if counts.submitting > 0 then
    line:print(string.format("Asked for, but no answer came (%d); the next run looks them up:", counts.submitting))
    list(line, board, function(entry) return entry.step == "submitting" and "frame " .. entry.frame_id or nil end)
  end
  return counts.submitted + counts.submitting
end

local function bytes(n)
  if n < 1e6 then return string.format("%.1f kB", n / 1e3) end
  return string.format("%.1f MB", n / 1e6)
end

--- What it took, in figures.
---@param stats table  client:stats()
---@return string
function report.figures(stats)
  return string.format("%d calls, %d attempts, %d answers 429, %.1f s waited for the limit (all calls together), "
    .. "%s received, %s sent", stats.calls, stats.attempts, stats.rate_limited, stats.waited, bytes(stats.bytes_in),
    bytes(stats.bytes_out))
end

return report
