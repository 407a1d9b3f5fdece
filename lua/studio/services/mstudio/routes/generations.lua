-- Routes: images and videos of frames, and the jobs that make them. SPDX-License-Identifier: MIT

local frame = "/frames/{frame_id}"
local paid = "needs a subscription or wallet balance; polling its job needs the scope frames"

local function of_frame(name, path, scope, what)
  return {
    name = name, verb = "POST", path = frame .. path, from = "assumed", scope = scope, unwrap = "data",
    priority = "submit", note = paid,
    find_out = "look at the frame (its " .. what .. " and versions) before trying again, or it may be paid for twice",
  }
end

return {
  of_frame("images.generate", "/generate-image", "image_generation", "image"),
  of_frame("images.edit", "/edit-image", "image_generation", "image"),
  of_frame("images.multi_shot", "/multi-shot", "image_generation", "image"),
  of_frame("videos.generate", "/generate-video", "video_generation", "video"),
  of_frame("videos.extend", "/extend-video", "video_generation", "video"),
  of_frame("videos.lip_sync", "/lip-sync", "video_generation", "video"),

  { name = "jobs.get", verb = "GET", path = "/generation-jobs/{job_id}", from = "assumed", scope = "frames",
    unwrap = "data", priority = "user" },
  { name = "jobs.list", verb = "GET", path = "/generation-jobs", from = "assumed", scope = "frames", key = "jobs",
    note = "polling of one job is documented; a list of them is not" },
}
