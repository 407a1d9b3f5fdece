-- Operations: images, videos, and their jobs. See mstudio_operations.lua. SPDX-License-Identifier: MIT

local function of_frame(name, path, scope, says)
  return { name, "POST /frames/f1/" .. path, with = { "f1", { prompt = "dawn" } }, body = '{"prompt":"dawn"}',
    job = "answer", scope = scope, says = says }
end

return {
  of_frame("images.generate", "generate-image", "image_generation", "Generate AI images for frames"),
  of_frame("images.edit", "edit-image", "image_generation", "editing"),
  of_frame("images.multi_shot", "multi-shot", "image_generation", "multi-shot"),
  of_frame("videos.generate", "generate-video", "video_generation", "Generate AI videos from frame images"),
  of_frame("videos.extend", "extend-video", "video_generation", "extend"),
  of_frame("videos.lip_sync", "lip-sync", "video_generation", "lip-sync"),
  { "jobs.get", "GET /generation-jobs/j1", with = { "j1" }, job = "j1", scope = "frames",
    says = "Poll the status of async AI generation jobs" },
  { "jobs.list", "GET /generation-jobs?project_id=p1", with = { { project_id = "p1" } }, rows = "jobs",
    scope = "frames", says = "generation job polling" },
}
