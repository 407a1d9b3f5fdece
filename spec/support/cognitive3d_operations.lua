-- Every operation of Cognitive3D, written by hand from the vendor's texts. SPDX-License-Identifier: MIT
--
-- Not made from our routes: it is what they are held to. Sources: the vendor's API overview and documentation, the API
-- reference that it publishes for coding agents (c3d-marketplace-public), its clients (cognitive3dpy, cognitive3dr),
-- SDKs (cvr-sdk-unity and others) and upload tools; two clients of others.
--
-- The client of these operations has organization_id = 1 and project_id = 10.
--
-- An entry: { "tags.all", "GET /v0/organizations/1/tags/all", list = true }
--   [1]       name of the route, and of the method unless `method` names another
--   [2]       what must be sent: verb, path, and query sorted by name
--   with      the method's arguments
--   body      the JSON that must be sent; nil: no body at all
--   form      the body must be a form with a part of this name
--   list      the answer is a plain list; true: one method; "ways": list, each and pages are called
--   page      the answer is a page object of the service's; `page` is as `list` otherwise
--   file      the answer is this text, of whatever type; the method takes save_to, and saves it
--   text      the answer is this text; `value` is what the method gives
--   bare      the answer is 200 without a body, and the method gives true
--   says      nothing is sent: the method gives this, behind the host's origin
--   standing  how the route is known: "documented" unless it says otherwise
--   key       whose key must be sent, and so to which host: see `sections`

local sections = {
  { "account", "organization" }, -- and tags
  { "projects", "organization" }, -- and scenes, versions, their files
  { "sessions", "organization" },
  { "queries", "organization" },
  { "objects", "organization" }, -- and objectives
  { "exitpoll", "organization" },
  { "remote", "organization" }, -- variables, configurations, A/B tests
  { "dashboard", "organization" }, -- media, widgets, dashboards, app reviews
  { "collector", "developer", "vendor" },
  { "runtime", "data", "vendor" },
}

local operations = {}
for _, section in ipairs(sections) do
  for _, operation in ipairs(require("spec.support.cognitive3d_operations." .. section[1])) do
    operation.section, operation.key = section[1], section[2]
    operation.standing = operation.standing or section[3] or "documented"
    operations[#operations + 1] = operation
  end
end

return operations
