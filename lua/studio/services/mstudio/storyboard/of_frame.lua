-- What images and videos have in common: both are generated for a frame. SPDX-License-Identifier: MIT

local look = require "studio.services.mstudio.storyboard.look"

-- The frame with its jobs and what it shows now.
local function shown(board, thing, field)
  local frame, err = board.client.frames:get(thing.entry.frame.id)
  if not frame then return nil, err end
  return frame, type(frame[field]) == "string" and frame[field] or nil
end

-- The versions of a kind, newest first; one that does not say its kind is taken for an image.
local function versions(board, thing, kind)
  local rows, err = look.rows(board.client.versions:pages(thing.entry.frame.id))
  if err then return nil, err end
  local list = {}
  for i = #(rows or {}), 1, -1 do
    if (look.kind_of(rows[i]) or "image") == kind then list[#list + 1] = rows[i] end
  end
  return list
end

--- A stage that generates something for a frame.
---@param kind "image"|"video"
---@param ask fun(board: studio.mstudio.storyboard.board, frame_id: any, fields: table): any, any
return function(kind, ask)
  local stage = { noun = kind, media = kind }
  local field = kind .. "_url"

  function stage.ask(board, thing)
    return ask(board, thing.entry.frame.id, board:fields(kind, { prompt = board:prompt(thing.entry, kind) }))
  end

  function stage.job(board, id) return board.client.jobs:get(id) end

  --- Among the frame's jobs and versions, then in the list of jobs; what the frame shows comes last, since after an
  --- attempt that failed it may show an older one.
  function stage.find(board, thing)
    local frame, url = shown(board, thing, field)
    if not frame then return nil, false, url end
    local jobs = frame.jobs or frame.generation_jobs
    local kindless = kind == "image" or thing.entry.image.job_id ~= nil
    local of = { frame_id = thing.entry.frame.id }
    return look.first {
      function() return look.job(board, type(jobs) == "table" and jobs or nil, kind, {}, kindless) end,
      function()
        local rows, err = versions(board, thing, kind)
        return rows and look.made(board, rows), false, err -- one that is not done yet is not among them
      end,
      look.jobs_list(board, of, kind, of, kindless),
      function() return url and not thing.item.past and look.bare() or nil, false end,
    }
  end

  --- The URL of what was made by a job whose id was never learnt.
  function stage.made(board, thing)
    local frame, url = shown(board, thing, field)
    if not frame then return nil, url end
    if url then return url end
    local rows, err = versions(board, thing, kind)
    for _, row in ipairs(rows or {}) do
      url = row.url or row[field]
      if type(url) == "string" then return url end
    end
    return nil, err or board.client:problem("frames.get", { kind = "protocol", message = "the frame has no " .. kind })
  end

  function stage.file(_, thing) return kind .. "s/" .. thing.entry.stem end

  return stage
end
