-- Routes: projects, their script and their sharing. SPDX-License-Identifier: MIT

local project = "/projects/{project_id}"

return {
  { name = "projects.list", verb = "GET", path = "/projects", from = "documented", scope = "projects",
    key = "projects" },
  { name = "projects.create", verb = "POST", path = "/projects", from = "assumed", scope = "projects", unwrap = "data",
    find_out = "list the projects and look for it before trying again" },
  { name = "projects.get", verb = "GET", path = project, from = "assumed", scope = "projects", unwrap = "data" },
  -- PUT and not PATCH: frameworks of this make take both, and a PUT may be repeated after a failure.
  { name = "projects.update", verb = "PUT", path = project, from = "assumed", scope = "projects", unwrap = "data" },
  { name = "projects.delete", verb = "DELETE", path = project, from = "assumed", scope = "projects", unwrap = "data" },
  { name = "projects.generate_script", verb = "POST", path = project .. "/generate-script", from = "assumed",
    scope = "projects", unwrap = "data", priority = "submit",
    find_out = "look at the project (its script) before trying again, or it may be paid for twice",
    note = "polling its job needs the scope frames" },
  { name = "projects.share", verb = "POST", path = project .. "/share", from = "assumed", scope = "projects",
    unwrap = "data", find_out = "look at the project (its link) before trying again" },
  { name = "projects.unshare", verb = "DELETE", path = project .. "/share", from = "assumed", scope = "projects",
    unwrap = "data", find_out = "read the project: it tells whether it is shared" },
}
