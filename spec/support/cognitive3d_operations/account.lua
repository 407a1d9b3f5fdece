-- Operations: the login, the organization, its tags. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

return {
  { "account.login", "POST /v0/sessions", with = { { email = "ann@example.com", password = "secret" } },
    body = '{"email":"ann@example.com","password":"secret"}' },
  { "account.current", "GET /v0/sessions/current" },

  { "organizations.whoami", "GET /v0/organizations/apiKeys/whoami" },
  { "organizations.get", "GET /v0/organizations/1?excludeTags=test%2Cjunk",
    with = { nil, { excludeTags = "test,junk" } } },
  { "organizations.sso_url", "GET /v0/identify/sso/login", says = "/v0/identify/sso/login?orgId=1" },

  { "tags.list", "GET /v0/organizations/1/tags", list = "ways" },
  { "tags.all", "GET /v0/organizations/2/tags/all", with = { 2 }, list = true },
  { "tags.create", "POST /v0/organizations/1/tags",
    with = { nil, { title = "VIP", description = "guests", colourHex = "#ff0000", projectIds = { "10" } } },
    body = '{"title":"VIP","description":"guests","colourHex":"#ff0000","projectIds":["10"]}' },
  { "tags.set", "PUT /v0/projects/10/sessions/1700000000_abc/tags/test",
    with = { nil, "1700000000_abc", "test", false }, body = '{"value":false}' },
}
