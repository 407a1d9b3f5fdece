-- mStudio's routes. Only GET /projects is documented; the rest is convention. SPDX-License-Identifier: MIT
--
-- Source of what is documented: https://mstudio.ai/docs (the API reference: base URL, X-API-Key,
-- scopes, limits, status codes, and the one example, GET /projects). That the operations exist is
-- documented too, by the scopes and section texts; their verbs, paths and fields are not. Those follow
-- what is usual among REST services of this make, are marked `assumed`, and can be replaced (option
-- `routes`).

return {
  { name = "projects.list", verb = "GET", path = "/projects", from = "documented", scope = "projects" },
  { name = "projects.create", verb = "POST", path = "/projects", from = "assumed", scope = "projects", unwrap = "data",
    find_out = "list the projects and look for it before trying again" },
  { name = "projects.get", verb = "GET", path = "/projects/{project_id}", from = "assumed", scope = "projects",
    unwrap = "data" },
  -- PUT and not PATCH: frameworks of this make take both, and a PUT may be repeated after a failure.
  { name = "projects.update", verb = "PUT", path = "/projects/{project_id}", from = "assumed", scope = "projects",
    unwrap = "data" },
  { name = "projects.delete", verb = "DELETE", path = "/projects/{project_id}", from = "assumed", scope = "projects",
    unwrap = "data" },

  { name = "frames.list", verb = "GET", path = "/projects/{project_id}/frames", from = "assumed", scope = "frames" },
  { name = "frames.create", verb = "POST", path = "/projects/{project_id}/frames", from = "assumed", scope = "frames",
    unwrap = "data", find_out = "list the project's frames and look for it before trying again" },
  { name = "frames.get", verb = "GET", path = "/frames/{frame_id}", from = "assumed", scope = "frames",
    unwrap = "data" },
  { name = "frames.update", verb = "PUT", path = "/frames/{frame_id}", from = "assumed", scope = "frames",
    unwrap = "data" },
  { name = "frames.delete", verb = "DELETE", path = "/frames/{frame_id}", from = "assumed", scope = "frames",
    unwrap = "data" },

  { name = "images.generate", verb = "POST", path = "/frames/{frame_id}/generate-image", from = "assumed",
    scope = "image_generation", unwrap = "data", priority = "submit",
    find_out = "look at the frame (its image and versions) before trying again, or it may be paid for twice",
    note = "needs a subscription or wallet balance; polling its job needs the scope frames" },

  { name = "jobs.get", verb = "GET", path = "/generation-jobs/{job_id}", from = "assumed", scope = "frames",
    unwrap = "data", priority = "user" },
}
