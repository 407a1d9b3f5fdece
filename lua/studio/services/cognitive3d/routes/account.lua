-- Routes: the login, the organization, its tags. SPDX-License-Identifier: MIT
--
-- What is below /organizations needs the organization scope (API reference of the vendor's plugin).

local doors = require "studio.services.cognitive3d.routes.doors"

local organization = "/v0/organizations/{organization_id}"

return doors.organization {
  { name = "account.login", verb = "POST", path = "/v0/sessions", from = "documented",
    find_out = "look at account:current: it answers while somebody is logged in",
    note = "for people with a password; answers userId and csrf. The body's fields are not documented (once: email, "
      .. "password). With a key nothing of this is needed" },
  { name = "account.current", verb = "GET", path = "/v0/sessions/current", from = "documented",
    note = "the csrf of the login; of use with cookies only" },

  { name = "organizations.whoami", verb = "GET", path = "/v0/organizations/apiKeys/whoami", from = "documented",
    note = "whose key it is: { organizationId }" },
  { name = "organizations.get", verb = "GET", path = organization, from = "documented",
    note = "with its projects; excludeTags = \"test,junk\" for their stats" },
  { name = "organizations.sso_url", verb = "GET", path = "/v0/identify/sso/login", from = "documented",
    required = { "orgId" }, answer = "any",
    note = "where a participant's browser begins to log in; the method makes the address, and sends nothing" },

  { name = "tags.list", verb = "GET", path = organization .. "/tags", from = "documented", paging = "once" },
  { name = "tags.all", verb = "GET", path = organization .. "/tags/all", from = "documented", paging = "once",
    note = "the inherited ones too" },
  { name = "tags.create", verb = "POST", path = organization .. "/tags", from = "documented",
    required = { "title" }, find_out = "list the tags and look for it before trying again",
    note = "title, description, colourHex, projectIds (texts); at most 100 in an organization" },
  { name = "tags.set", verb = "PUT", path = "/v0/projects/{project_id}/sessions/{session_id}/tags/{tag_name}",
    from = "documented", required = { "value" },
    find_out = "read the session: its tags", note = "value: true or false; at most 10 on a session" },
}
