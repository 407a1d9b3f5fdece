--- What a storyboard's run says: status, summary, what is left behind. SPDX-License-Identifier: MIT

local things = require "storyboard.things"

local report = {}

local MOST_LINES = 40  -- of a list on a terminal; the page has all
local KINDS = { "image", "video", "voice", "film" }

---@param seconds number
---@return string
function report.duration(seconds)
  if seconds < 90 then return string.format("%d s", math.ceil(seconds)) end
  return string.format("%d min", math.ceil(seconds / 60))
end

--- A number of things: "1 shot", "2 shots".
---@param n integer
---@param thing string
---@return string
function report.count(n, thing) return ("%d %s%s"):format(n, thing, n == 1 and "" or "s") end

-- The least seconds that the limit leaves for what is still to be sent; nil when there is no window.
local function time_left(limit, list)
  if not limit or not limit.window or limit.capacity == 0 then return nil end
  local calls = 0
  for _, thing in ipairs(list) do
    if thing.step == "new" then
      -- what it belongs to (a frame, an audio track), the generation, about two polls
      calls = calls + ((thing.what == "image" and thing.frame_id or thing.what == "video") and 3 or 4)
    elseif thing.step == "submitting" or thing.step == "submitted" then
      calls = calls + 2
    end
  end
  local windows = math.max(0, calls - (limit.free or 0)) / limit.capacity
  return math.max(windows * (limit.window + (limit.guard or 0)), limit.next_slot or 0)
end

--- The parts of a status line.
---@param board studio.mstudio.storyboard.board
---@param limit table?  one of client:limits()
---@return table parts  for line:status
function report.status(board, limit)
  local list = things.of(board)
  local counts, all = things.counts(list)
  local running, to_go = counts.submitting + counts.submitted, counts.new
  local parts = { { "green", string.format("%d/%d done", counts.done, all) }, ", " .. running .. " running" }
  if to_go > 0 then parts[#parts + 1] = ", " .. to_go .. " to go" end
  if counts.failed > 0 then
    parts[#parts + 1] = ", "
    parts[#parts + 1] = { "red", counts.failed .. " failed" }
  end
  if limit and (limit.waiting or 0) > 0 and (limit.next_slot or 0) >= 1 then
    parts[#parts + 1] = { "yellow", ", next slot in " .. report.duration(limit.next_slot) }
  end
  local left = running + to_go > 0 and time_left(limit, list)
  if left and left >= 1 then
    parts[#parts + 1] = { "dim", ", about " .. report.duration(left) .. " left" }
  end
  return parts
end

local function name_of(thing)
  local shot = thing.shot
  if not shot then return "the film" end
  local name = string.format("shot %d (scene %d, line %d)", shot.index, shot.scene, shot.line)
  if thing.what == "image" then return name end
  return name .. ", " .. thing.what .. (thing.whose and " of " .. thing.whose or "")
end

-- Prints one line for each thing of which `text` has something to say.
local function list(line, all, text)
  local printed, more = 0, 0
  for _, thing in ipairs(all) do
    local said = text(thing)
    if said and printed == MOST_LINES then
      more = more + 1
    elseif said then
      printed = printed + 1
      line:print("  " .. name_of(thing) .. ": ", said)
    end
  end
  if more > 0 then line:print("  and " .. more .. " more: see storyboard.html") end
end

--- What failed and why.
---@param line table  studio.progress
---@param all storyboard.Thing[]
function report.failures(line, all)
  list(line, all, function(thing)
    if thing.step == "done" then return nil end
    if thing.step == "failed" then return thing.why or "failed" end
    if thing.step == "unknown" then
      return "unknown" .. (thing.frame_id and (" (frame %s)"):format(thing.frame_id) or "")
    end
    return thing.why
  end)
end

--- What the service still works on after the run was broken off.
---@param line table  studio.progress
---@param all storyboard.Thing[]
---@return integer how_many
function report.running(line, all)
  local counts = things.counts(all)
  if counts.submitted > 0 then
    line:print(string.format("Still being made at the service (%d):", counts.submitted))
    list(line, all, function(thing)
      if thing.step ~= "submitted" then return nil end
      return (thing.frame_id and ("frame %s, "):format(thing.frame_id) or "") .. "job "
        .. tostring(thing.job_id or "unknown")
    end)
  end
  if counts.submitting > 0 then
    line:print(string.format("Asked for, but no answer came (%d); the next run looks them up:", counts.submitting))
    list(line, all, function(thing)
      return thing.step == "submitting" and (thing.frame_id and "frame " .. thing.frame_id or "no frame") or nil
    end)
  end
  return counts.submitted + counts.submitting
end

--- What is there: "6 of 6 images, 2 of 2 videos".
---@param all storyboard.Thing[]
---@return string
function report.made(all)
  local parts = {}
  for _, what in ipairs(KINDS) do
    local counts, wanted = things.counts(all, what)
    if what == "film" and wanted > 0 then
      parts[#parts + 1] = counts.done > 0 and "the film" or "no film"
    elseif wanted > 0 then
      parts[#parts + 1] = ("%d of %s"):format(counts.done, report.count(wanted, what))
    end
  end
  return table.concat(parts, ", ")
end

--- What a run would do, as a dry run tells it.
---@param line table  studio.progress
---@param estimate studio.mstudio.storyboard.estimate
function report.estimate(line, estimate)
  local wanted = {}
  for _, kind in ipairs { "image", "video", "voice" } do
    local n = estimate.generations[kind]
    if n > 0 then wanted[#wanted + 1] = report.count(n, kind) end
  end
  if estimate.generations.export > 0 then wanted[#wanted + 1] = "1 film" end
  line:print({ "bold", report.count(estimate.generations.total, "generation") }, " to ask for",
    wanted[1] and ": " .. table.concat(wanted, ", ") or "", ".")
  if estimate.spent > 0 then line:print(report.count(estimate.spent, "generation"), " asked for so far.") end
  line:print("At least ", report.count(estimate.calls, "call"), ", and ", report.duration(estimate.seconds),
    " under the limit; the time that generating takes comes on top.")
  line:print("Nothing was sent.")
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
