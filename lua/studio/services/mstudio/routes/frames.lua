-- Routes: frames (shots), their order, versions, comments and reviews. SPDX-License-Identifier: MIT

local frames = "/projects/{project_id}/frames"
local frame = "/frames/{frame_id}"

return {
  { name = "frames.list", verb = "GET", path = frames, from = "assumed", scope = "frames", key = "frames" },
  { name = "frames.create", verb = "POST", path = frames, from = "assumed", scope = "frames", unwrap = "data",
    find_out = "list the project's frames and look for it before trying again" },
  { name = "frames.get", verb = "GET", path = frame, from = "assumed", scope = "frames", unwrap = "data" },
  { name = "frames.update", verb = "PUT", path = frame, from = "assumed", scope = "frames", unwrap = "data" },
  { name = "frames.delete", verb = "DELETE", path = frame, from = "assumed", scope = "frames", unwrap = "data" },
  { name = "frames.reorder", verb = "PUT", path = frames .. "/order", from = "assumed", scope = "frames",
    unwrap = "data", required = { "frame_ids" }, find_out = "list the project's frames: they tell their order",
    note = "that frames have an order is implied; if there is no such call, update the field order of each frame" },

  { name = "versions.list", verb = "GET", path = frame .. "/versions", from = "assumed", scope = "frames",
    key = "versions" },
  { name = "comments.list", verb = "GET", path = frame .. "/comments", from = "assumed", scope = "frames",
    key = "comments" },
  { name = "comments.create", verb = "POST", path = frame .. "/comments", from = "assumed", scope = "frames",
    unwrap = "data", find_out = "list the frame's comments and look for it before trying again" },
  { name = "comments.delete", verb = "DELETE", path = "/comments/{comment_id}", from = "assumed", scope = "frames",
    unwrap = "data", find_out = "list the frame's comments" },
  { name = "reviews.list", verb = "GET", path = frame .. "/reviews", from = "assumed", scope = "frames",
    key = "reviews" },
  { name = "reviews.create", verb = "POST", path = frame .. "/reviews", from = "assumed", scope = "frames",
    unwrap = "data", find_out = "list the frame's reviews and look for it before trying again" },
}
