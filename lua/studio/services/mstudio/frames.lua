-- mStudio frames (the shots of a project): client.frames. SPDX-License-Identifier: MIT

local check = require "studio.check"
local json = require "studio.json"
local lists = require "studio.lists"
local page = require "studio.page"
local route = require "studio.route"

---@class studio.mstudio.frames
---@field list studio.mstudio.list_of one page of a project's frames
---@field each studio.mstudio.each_of all of them; raises the error object when a page fails
---@field pages studio.mstudio.pages_of page by page
local frames = {}
lists(frames, "frames", { "project_id" })

---@param frame studio.mstudio.id
---@param options studio.call_options?
---@return table? frame nil, err on failure
---@return table response_or_err
function frames:get(frame, options) return self.client:call("frames.get", { frame_id = frame }, nil, options) end

---@param project studio.mstudio.id
---@param fields table { script = … }
---@param options studio.call_options?
---@return table? frame nil, err on failure
---@return table response_or_err
function frames:create(project, fields, options)
  return self.client:call("frames.create", { project_id = project }, fields, options)
end

---@param frame studio.mstudio.id
---@param fields table what changes
---@param options studio.call_options?
---@return table? frame nil, err on failure
---@return table response_or_err
function frames:update(frame, fields, options)
  return self.client:call("frames.update", { frame_id = frame }, fields, options)
end

---@param frame studio.mstudio.id
---@param options studio.call_options?
---@return any? deleted true, or what the service answered; nil, err on failure
---@return table response_or_err
function frames:delete(frame, options)
  return self.client:call("frames.delete", { frame_id = frame }, nil, options)
end

--- Puts a project's frames into an order.
---@param project studio.mstudio.id
---@param order studio.mstudio.id[] all frames of the project, the first one first
---@param options studio.call_options?
---@return any? done true, or what the service answered; nil, err on failure
---@return table response_or_err
function frames:reorder(project, order, options)
  check.argument("frames:reorder", "order", order, "table")
  local ids = json.array {}
  for i, frame in ipairs(order) do
    local id, why = route.id(frame, "id")
    if not id then check.fail("frames:reorder: frame %d %s", i, why) end
    ids[i] = type(frame) == "table" and frame.id or frame
  end
  if #ids == 0 then check.fail "frames:reorder: order must be a list of frames or of their ids" end
  return self.client:call("frames.reorder", { project_id = project }, { frame_ids = ids }, options)
end

--- One page of a frame's versions (takes): client.versions:list, and beside it client.versions:each and :pages.
---@param frame studio.mstudio.id
---@param query table?
---@param options studio.call_options?
---@return table[]? versions nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function frames:versions(frame, query, options)
  return page.list(self.client, "versions.list", { frame_id = frame }, query, options)
end

return frames
