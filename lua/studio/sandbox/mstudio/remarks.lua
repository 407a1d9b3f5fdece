-- mStudio's comments and reviews of frames. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.mstudio.answers"
local things = require "studio.sandbox.mstudio.things"

local VERDICTS = { approved = true, changes_requested = true, rejected = true }

local function lister(name)
  return function(world, req, frame)
    local rows = answers.sorted(world[name], function(row) return row.frame_id == frame.id end)
    return answers.page(req, rows, function(row) return row end)
  end
end

local function keep(world, req, name, frame, row)
  row.id, row.frame_id, row.author, row.created_at = world:id(), frame.id, req.principal.user, world:timestamp()
  world[name][row.id] = row
  return answers.data(201, row)
end

local function comment(world, req, frame)
  local text = req.json.text
  if type(text) ~= "string" or not text:find "%S" then
    return answers.invalid { text = "The text field is required." }
  end
  return keep(world, req, "comments", frame, { text = text })
end

local function review(world, req, frame)
  local status, text = req.json.status, req.json.text
  if not VERDICTS[status] then
    return answers.invalid { status = "The status must be approved, changes_requested or rejected." }
  end
  if text ~= nil and type(text) ~= "string" then return answers.invalid { text = "The text must be a text." } end
  return keep(world, req, "reviews", frame, { status = status, text = text })
end

local function delete_comment(world, _, row)
  world.comments[row.id] = nil
  return 204
end

return function(add)
  local function of_frame(method, name, handle)
    add(method, "/frames/{frame}/" .. name, "frames", things.with(things.frame, handle))
  end
  of_frame("GET", "comments", lister "comments")
  of_frame("POST", "comments", comment)
  of_frame("GET", "reviews", lister "reviews")
  of_frame("POST", "reviews", review)
  add("DELETE", "/comments/{comment}", "frames", things.with(things.comment, delete_comment))
end
