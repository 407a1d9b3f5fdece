-- What Analyst Studio's sandbox lets a client change, by curl. SPDX-License-Identifier: MIT

local analyst_curl = require "spec.support.analyst_curl"
local sandbox = require "studio.sandbox"

local PERSONAL = "tok_personal:sec_personal"

local _ -- what a spec does not look at

describe("the sandbox for Analyst Studio", function()
  local sb

  setup(function() sb = assert(sandbox.start { analyst_limit = 1000, analyst_window = 3600 }) end)
  teardown(function() sb:stop() end)
  before_each(function()
    sb:reset()
    sb:set { faults = {}, workspace = { reports = 0, collections = 2, personal = 1, datasets = 1,
      add = { { name = "One" }, { name = "Two", collection = 2 } } } }
  end)

  local function curl(...) return analyst_curl(sb, ...) end

  local function get(path)
    local status, body = curl("GET", path)
    assert.equal(200, status)
    return body
  end

  local function spaces() return get("/api/acme/spaces")._embedded.spaces end
  local function reports(space) return get("/api/acme/spaces/" .. space.token .. "/reports")._embedded.reports end
  local function changes(operation) return sb:state().analyst.changes[operation] end

  it("renames, moves and deletes reports", function()
    local first, second = table.unpack(spaces())
    local path = "/api/acme/reports/" .. reports(first)[1].token
    local status, body = curl("PATCH", path, { report = { name = ("x"):rep(65) } })
    assert.equal(400, status)
    assert.is_table(body.message.name)
    status, body = curl("PATCH", path, { name = "flat" })
    assert.same({ 400, "param_missing" }, { status, body.id })
    assert.equal("Uno", select(2, curl("PATCH", path, { report = { name = "Uno" } })).name)
    status, body = curl("PATCH", path, { report = { space_token = "none" } })
    assert.same({ 404, "space not found" }, { status, body.message })
    assert.equal(200, (curl("PATCH", path, { report = { space_token = second.token } })))
    assert.same({ 0, 2 }, { #reports(first), #reports(second) })
    status, body = curl("DELETE", path)
    assert.same({ 200, "" }, { status, body })
    assert.equal(404, (curl("GET", path)))
  end)

  it("makes a report in the personal collection of who asks", function()
    local status, made = curl("POST", "/api/acme/reports", "{}", "tok_member:sec_member")
    assert.same({ 201, nil }, { status, made.name })
    assert.equal(404, (curl("GET", "/api/acme/reports/" .. made.token))) -- not the workspace token's to see
    assert.equal(200, (curl("GET", "/api/acme/reports/" .. made.token, nil, "tok_member:sec_member")))
  end)

  it("purges results by date, as query or body", function()
    assert.equal(202, (curl("POST", "/api/acme/reports/purge?time=2026-01-31")))
    assert.equal(202, (curl("POST", "/api/acme/reports/purge", { time = "2026-01-31" })))
    assert.equal(400, (curl("POST", "/api/acme/reports/purge")))
    assert.same({ ["2026-01-31"] = 2 }, changes "reports.purge")
  end)

  it("lists the reports of a data source once for each of their queries", function()
    sb:set { workspace = { reports = 20, collections = 2, personal = 0, data_sources = 1 } }
    local source = sb:state().analyst.data_sources[1]
    local seen, rows = {}, 0
    for page = 1, 5 do
      for _, row in ipairs(get(("/api/acme/data_sources/%s/reports?page=%d"):format(source, page))._embedded.reports) do
        seen[row.token], rows = (seen[row.token] or 0) + 1, rows + 1
      end
    end
    local distinct = 0
    for _ in pairs(seen) do distinct = distinct + 1 end
    assert.equal(20, distinct)
    assert.is_true(rows > 20)
    assert.equal(404, (curl("GET", "/api/acme/data_sources/none/reports")))
  end)

  it("filters and orders lists of reports as documented", function()
    sb:set { workspace = { reports = 0, collections = 1, personal = 0, add = { { name = "Young", created_days = 1 },
      { name = "Old", created_days = 100 }, { name = "Mid", created_days = 50 } } } }
    local function names(query)
      local list = {}
      for _, row in ipairs(get("/api/acme/spaces/" .. spaces()[1].token .. "/reports" .. query)._embedded.reports) do
        list[#list + 1] = row.name
      end
      return table.concat(list, " ")
    end
    assert.equal("Old Mid Young", names "?order=asc&order_by=created_at")
    assert.equal("Young Mid Old", names "?order=desc&order_by=created_at")
    local month_ago = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - 30 * 86400)
    assert.equal("Young", names("?filter=created_at.gt." .. month_ago))
    assert.equal("Mid Old", names("?order=desc&order_by=created_at&filter=created_at.lt." .. month_ago))
  end)

  it("makes, changes and deletes collections", function()
    local status, body = curl("POST", "/api/acme/spaces", { name = "flat" })
    assert.same({ 400, "param_missing" }, { status, body.id })
    status, body = curl("POST", "/api/acme/spaces", { space = { name = "New", description = "of today" } })
    assert.same({ 200, "New", "of today", "custom" }, { status, body.name, body.description, body.space_type })
    local path = "/api/acme/spaces/" .. body.token
    for _, verb in ipairs { "PATCH", "POST" } do
      status, body = curl(verb, path, { space = { default_access_level = "restricted" } })
      assert.same({ 200, "restricted", "New" }, { status, body.default_access_level, body.name })
    end
    assert.equal(400, (curl("PATCH", path, { space = { default_access_level = "none" } })))
    assert.equal(200, (curl("DELETE", path)))
    assert.equal(404, (curl("GET", path)))
  end)

  it("has permissions and memberships of collections", function()
    local path = "/api/acme/spaces/" .. spaces()[1].token
    local status, body = curl("POST", path .. "/permissions", { permission = { accessor_type = "Robot" } })
    assert.same({ 400, "is not included in the list" }, { status, body.message.accessor_type[1] })
    local group = { accessor_type = "UserGroup", accessor_token = "g1" }
    _, body = curl("POST", path .. "/permissions", { permission = group })
    local one = path .. "/permissions/" .. body.token
    assert.equal("edit", select(2, curl("PATCH", one, { permission = { access_level = "edit" } })).access_level)
    assert.equal(1, #get(path .. "/permissions/search?q=g1")._embedded.permissions)
    assert.equal(0, #get(path .. "/permissions/search?q=g2")._embedded.permissions)
    assert.equal(204, (curl("DELETE", one)))
    assert.equal(0, #get(path .. "/permissions")._embedded.permissions)

    local members = get(path .. "/memberships")._embedded.space_memberships
    assert.equal(200, (curl("DELETE", path .. "/memberships/" .. members[1].token)))
    assert.equal(404, (curl("GET", path .. "/memberships/" .. members[1].token)))
    status, body = curl("POST", path .. "/memberships",
      { membership = { member_type = "User", member_token = members[1].member_token } })
    assert.same({ 200, members[1].member_token }, { status, body.member_token })
    assert.equal(#members, #get(path .. "/memberships")._embedded.space_memberships)

    _, body = curl("POST", "/api/acme/spaces", { space = { name = "Mine", space_type = "private" } })
    status, body = curl("GET", "/api/acme/spaces/" .. body.token .. "/memberships")
    assert.same({ 400, "Invalid space" }, { status, body.message })
  end)

  it("has members, groups and their members", function()
    local all = get("/api/acme/memberships?page=2")._embedded.memberships -- not paged
    assert.is_nil(get("/api/acme/memberships/lite")._embedded.memberships[1].token)
    local status, group = curl("POST", "/api/acme/groups", { user_group = { name = "Team" } })
    assert.same({ 200, "Team", 0 }, { status, group.name, group.member_count })
    local path = "/api/acme/groups/" .. group.token
    local _, member = curl("POST", path .. "/memberships", { membership = { member_token = all[1].member_token } })
    assert.equal(1, get(path).member_count)
    assert.equal(member.token, get(path .. "/memberships")._embedded.group_memberships[1].token)
    assert.equal(member.token, get(path .. "/memberships/" .. member.token).token)
    assert.equal("Crew", select(2, curl("PATCH", path, { user_group = { name = "Crew" } })).name)
    assert.equal(0, #get("/api/acme/groups?member=nobody")._embedded.groups)
    assert.equal(2, #get("/api/acme/groups?member=ada")._embedded.groups) -- in both
    assert.equal(200, (curl("DELETE", path .. "/memberships/" .. member.token)))
    assert.equal(200, (curl("DELETE", path)))
    assert.equal(200, (curl("DELETE", "/api/acme/memberships/" .. all[1].token)))
    assert.equal(#all - 1, #get("/api/acme/memberships")._embedded.memberships)
  end)

  it("takes invites of personal tokens only", function()
    local body = { invite = { invitee = { email = "new@example.com" }, message = "Welcome" } }
    local status, said = curl("POST", "/api/acme/invites", body)
    assert.same({ 403, "forbidden" }, { status, said.id })
    assert.is_nil(changes "invites.create")
    status, said = curl("POST", "/api/acme/invites", body, PERSONAL)
    assert.same({ 200, "new@example.com" }, { status, said.email })
  end)
end)
