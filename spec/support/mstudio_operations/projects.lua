-- Operations: projects. See mstudio_operations.lua. SPDX-License-Identifier: MIT

local CRUD, SCRIPT, SHARING = "Projects CRUD", "script generation", "sharing"

local operations = {
  { "projects.list", "GET /projects?per_page=5", with = { { per_page = 5 } }, rows = "projects", says = CRUD,
    standing = "documented" },
  { "projects.create", "POST /projects", with = { { title = "T" } }, body = '{"title":"T"}', says = CRUD },
  { "projects.get", "GET /projects/p1", with = { "p1" }, says = CRUD },
  { "projects.update", "PUT /projects/p1", with = { "p1", { title = "U" } }, body = '{"title":"U"}', says = CRUD },
  { "projects.delete", "DELETE /projects/p1", with = { "p1" }, says = CRUD },
  { "projects.generate_script", "POST /projects/p1/generate-script", with = { "p1", { prompt = "a heist" } },
    body = '{"prompt":"a heist"}', job = "answer", says = SCRIPT },
  { "projects.share", "POST /projects/p1/share", with = { "p1", { access = "view" } }, body = '{"access":"view"}',
    says = SHARING },
  { "projects.unshare", "DELETE /projects/p1/share", with = { "p1" }, says = SHARING },
}
for _, operation in ipairs(operations) do operation.scope = "projects" end
return operations
