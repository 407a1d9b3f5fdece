-- Routes: a project as a film. SPDX-License-Identifier: MIT

local project = "/projects/{project_id}"
local paid = "needs paid access"
local find_out = "look for the export in the app before trying again, or it may be paid for twice"

return {
  { name = "exports.create", verb = "POST", path = project .. "/export", from = "assumed", scope = "export",
    unwrap = "data", priority = "submit", find_out = find_out, note = paid },
  { name = "exports.render", verb = "POST", path = project .. "/render", from = "assumed", scope = "export",
    unwrap = "data", priority = "submit", find_out = find_out, note = paid .. "; Remotion renders it" },
  { name = "exports.get", verb = "GET", path = "/exports/{export_id}", from = "assumed", scope = "export",
    unwrap = "data", priority = "user" },
}
