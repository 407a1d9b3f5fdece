-- studio.analyst against a scripted server: what is sent, refused and understood. SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local studio = require "studio"

local SPACES = '{"_embedded":{"spaces":[%s]}}'
local SPACE = '{"token":"aaa","id":"7","_links":{"reports":{"href":"/api/acme/spaces/aaa/reports"},'
  .. '"self":{"href":"{base}/api/acme/collections/aaa"},"elsewhere":{"href":"https://evil.invalid/api/acme"},'
  .. '"userinfo":{"href":"{base}@evil.invalid/"},"protocol":{"href":"//evil.invalid/x"},"none":{"href":null},'
  .. '"odd":{"href":"javascript:alert(1)"},"space_reports":{"href":"/api/acme/spaces/aaa/reports?short"},'
  .. '"logs":{"href":"/api/acme/audit_logs?x=1"},'
  .. '"a_twin":{"href":"/a"},"b_twin":{"href":"/b"},"a_one":{"href":"/api/acme/one"},'
  .. '"search":{"href":"/api/acme/spaces/{token}/find{?q,page}","templated":true}}}'

describe("studio.analyst", function()
  local server, clients

  local function open(options)
    local all = { workspace = "acme", token = "tok_1", secret = "sec_1", base_url = server.url, state_dir = false,
      limits = false, backoff_base = 0.001, backoff_cap = 0.001 }
    for name, value in pairs(options or {}) do all[name] = value end
    local client = studio.analyst(all)
    clients[#clients + 1] = client
    return client
  end

  local function serve(script)
    if server then server:stop() end
    server = echo.start(script)
  end

  before_each(function() clients = {} end)

  after_each(function()
    for _, client in ipairs(clients) do client:close() end
    if server then server:stop() end
    server = nil
  end)

  describe("what is sent", function()
    before_each(function() serve { ["*"] = { { body = SPACES:format(SPACE) } } } end)

    it("has Basic credentials and asks for HAL", function()
      local rows = assert(open().collections:list())
      assert.equal("aaa", rows[1].token)
      local request = server:log()[1]
      assert.equal("GET /api/acme/spaces", request.method .. " " .. request.target)
      assert.equal("Basic dG9rXzE6c2VjXzE=", request.headers.authorization)
      assert.equal("application/hal+json", request.headers.accept)
    end)

    it("takes rows for ids, and refuses what is none", function()
      local an = open()
      local space = assert(an.collections:list())[1]
      an.reports:list(space)
      an.schedules:delete({ token = "r/1" }, { token = "s1" })
      an.reports:move("r1", space)
      local log = server:log()
      assert.equal("/api/acme/spaces/aaa/reports", log[2].target)
      assert.equal("DELETE /api/acme/reports/r%2F1/schedules/s1", log[3].method .. " " .. log[3].target)
      assert.equal('{"report":{"space_token":"aaa"}}', log[4].body)
      local ok, message = pcall(an.reports.list, an.reports, { id = 7 })
      assert.is_false(ok)
      assert.matches("reports.list: collection is a table without 'token'", message, 1, true)
      assert.has_error(function() an.reports:list() end)
      assert.equal(4, #server:log())
    end)

    it("keeps the fields of a query out of the body, and can be told otherwise", function()
      open().reports:purge { time = "2026-01-31" }
      open({ routes = { ["reports.purge"] = { query = false } } }).reports:purge { time = "2026-01-31" }
      local log = server:log()
      assert.equal("/api/acme/reports/purge?time=2026-01-31", log[1].target)
      assert.equal("", log[1].body)
      assert.equal("/api/acme/reports/purge", log[2].target)
      assert.equal('{"time":"2026-01-31"}', log[2].body)
    end)

    it("is nothing that writes when the client is read-only", function()
      local deleted, err = open({ read_only = true }).reports:archive "r1"
      assert.is_nil(deleted)
      assert.equal("refused", err.kind)
      assert.same({}, server:log())
    end)
  end)

  describe("what is asked of the user", function()
    before_each(function() serve {} end)

    it("is told by name when it is missing or cannot be", function()
      for _, case in ipairs {
        { { workspace = "" }, "workspace is missing" }, { { token = "" }, "token is missing" },
        { { workspace = "https://app.mode.com/acme" }, "workspace is the username alone" },
        { { secret = "sec\n" }, "secret has a line break" }, { { token = "tok:sec" }, "token has a colon" },
        { { token_kind = "memver" }, "did you mean 'member'?" }, { { base_url = server.url .. "/api" }, "base_url" },
        { { base_url = server.url .. "/api/" }, "base_url is the origin alone" },
        { { base_url = server.url .. "/mode" }, "base_url is the origin alone" },
      } do
        local ok, message = pcall(open, case[1])
        assert.is_false(ok)
        assert.matches(case[2], message, 1, true)
        assert.is_nil(message:find("sec\n", 1, true))
      end
    end)
  end)

  describe("limits", function()
    before_each(function()
      serve { ["*"] = { { body = SPACES:format "", headers = { ["X-RateLimit-Limit"] = "30",
        ["X-RateLimit-Remaining"] = "29" } } } }
    end)

    it("are 40 in 10 s, a quarter of a second apart, and learned by class of resources", function()
      local an = open { limits = { spacing = 0 } }
      an.collections:list()
      assert.equal("analyst account", an:limits()[1].name)
      assert.equal("analyst account, class collections", an:limits()[2].name)
      assert.equal(40, an:limits()[1].capacity)
      assert.equal(10, an:limits()[1].window)
      assert.equal(30, an:limits()[2].capacity)
      assert.equal(0.25, open({ token = "tok_2", limits = {} }):limits()[1].spacing)
    end)

    it("are one for all tokens of a user that share a limit_key", function()
      local spaced = { spacing = 0 }
      local one = open { token = "tok_3", limit_key = "ann", limits = spaced }
      local other = open { token = "tok_4", limit_key = "ann", limits = spaced }
      local stranger = open { token = "tok_5", limits = spaced }
      one.collections:list()
      assert.equal(1, other:limits()[1].cooling)
      assert.equal(0, stranger:limits()[1].cooling)
    end)
  end)

  describe("the kind of the token", function()
    before_each(function() serve { ["*"] = { { body = '[{"id":"log"}]' } } } end)

    local span = { start_timestamp = "2026-01-01T00:00:00Z", end_timestamp = "2026-01-02T00:00:00Z" }

    it("refuses what the service would, before it is sent", function()
      local rows, err = open({ token_kind = "member" }).audit_logs:list(span)
      assert.is_nil(rows)
      assert.equal("forbidden", err.kind)
      assert.equal("token_kind", err.code)
      assert.equal("a member token cannot do this; it takes a workspace token", err.message)
      assert.same({}, server:log())
      assert.is_table(open({ token_kind = "workspace" }).audit_logs:list(span))
      assert.is_table(open().audit_logs:list(span)) -- nobody said what kind it is
      assert.is_table(open({ token_kind = "member", routes = { ["audit_logs.list"] = { token_kinds = false } } })
        .audit_logs:list(span))
    end)

    it("\"personal\" warns once that there are none any more", function()
      local lines = {}
      studio.log("warn", function(_, line) lines[#lines + 1] = line end)
      open { token_kind = "personal" }
      open { token_kind = "personal" }
      studio.log "off"
      assert.equal(1, #lines)
      assert.matches("retired on 2025%-02%-28", lines[1])
    end)

    it("refuses clones of runs and invitations but to personal tokens", function()
      for kind, sent in pairs { workspace = 0, member = 0, personal = 1 } do
        local an = open { token_kind = kind }
        for _, write in ipairs {
          function() return an.runs:clone("r1", "n1") end,
          function() return an.invites:create { invitee = { email = "ann@acme.test" } } end,
        } do
          local before = #server:log()
          local value, err = write()
          assert.equal(sent, #server:log() - before, kind)
          if sent == 0 then
            assert.is_nil(value)
            assert.equal(("a %s token cannot do this; it takes a personal token"):format(kind), err.message)
          end
        end
      end
    end)
  end)

  describe("audit logs", function()
    local span = { start_timestamp = "2026-01-01T00:00:00Z", end_timestamp = "2026-01-02T00:00:00Z" }

    local function ids(script)
      serve { ["GET /api/acme/audit_logs"] = script }
      local found = {}
      for row in open().audit_logs:each(span) do found[#found + 1] = row.id end
      return table.concat(found, " ")
    end

    it("are asked for as plain JSON, page after page by a token", function()
      assert.equal("a b c", ids { { body = '{"audit_logs":[{"id":"a"},{"id":"b"}],"pagination":{"next_token":"n/1"}}' },
        { body = '{"audit_logs":[{"id":"c"}],"next_token":null}' } })
      local log = server:log()
      assert.equal("application/json", log[1].headers.accept)
      assert.equal("/api/acme/audit_logs?end_timestamp=2026-01-02T00%3A00%3A00Z&next_token=n%2F1"
        .. "&start_timestamp=2026-01-01T00%3A00%3A00Z", log[2].target)
    end)

    it("are asked for as the caller wants them, where he says so", function()
      serve { ["*"] = { { body = "[]" } } }
      open().audit_logs:list(span, { headers = { accept = "text/x" } })
      assert.equal("text/x", server:log()[1].headers.accept)
    end)

    it("are understood in every form that anybody has told of", function()
      assert.equal("a b", ids { { body = '[{"id":"a"},{"id":"b"}]' } })
      assert.equal("a", ids { { body = '{"id":"a","action":"x","context":{}}' } })
      assert.equal("", ids { { body = '{"audit_logs":[]}' } })
    end)

    it("need a beginning and an end", function()
      serve {}
      local ok, message = pcall(function() open().audit_logs:list { start_timestamp = "2026-01-01T00:00:00Z" } end)
      assert.is_false(ok)
      assert.matches("field 'end_timestamp' is needed", message, 1, true)
    end)
  end)

  describe("links of a row", function()
    local an, space

    before_each(function()
      serve {
        ["GET /api/acme/spaces"] = { { body = SPACES:format(SPACE) } },
        ["GET /api/acme/spaces/aaa/reports"] = { { body = '{"_embedded":{"reports":[{"token":"r1"}],"extra":[]}}' } },
        ["GET /api/acme/collections/aaa"] = { { body = '{"token":"aaa","_embedded":{"things":[1]}}' } },
        ["GET /api/acme/audit_logs"] = { { body = '{"audit_logs":[]}' } },
        ["GET /api/acme/spaces/a%2Fb/find"] = { { body = '{"token":"found"}' } },
      }
      an = open()
      space = assert(an.collections:list())[1]
    end)

    it("lead to plain rows and objects, whether relative or absolute", function()
      local rows, response, info = an:follow(space, "reports", { page = 2 })
      assert.same({ { token = "r1" } }, rows)
      assert.equal(200, response.status)
      assert.is_table(info)
      assert.equal("aaa", an:follow(space, "self").token)
      local log = server:log()
      assert.equal("/api/acme/spaces/aaa/reports?page=2", log[2].target)
      assert.equal(log[1].headers.authorization, log[3].headers.authorization)
      assert.equal(server.url .. "/api/acme/spaces/aaa/reports", (an:href(space, "reports")))
    end)

    it("are gone through page after page, and what is no list, or fails, is raised", function()
      serve {
        ["GET /api/acme/spaces"] = { { body = SPACES:format(SPACE) } },
        ["GET /api/acme/spaces/aaa/reports"] = {
          { body = '{"_embedded":{"reports":[{"token":"r1"},{"token":"r2"}]}}' },
          { body = '{"_embedded":{"reports":[{"token":"r3"}]}}' }, { body = '{"_embedded":{"reports":[]}}' },
        },
        ["GET /api/acme/collections/aaa"] = { { body = '{"token":"aaa","_embedded":{"things":[1]}}' } },
      }
      an = open()
      space = assert(an.collections:list())[1]
      local tokens, targets = {}, {}
      for report in an:follow_each(space, "reports", { order = "asc" }) do tokens[#tokens + 1] = report.token end
      assert.same({ "r1", "r2", "r3" }, tokens)
      for i, seen in ipairs(server:log()) do targets[i] = seen.target:match "%?.*" or "" end
      assert.same({ "", "?order=asc", "?order=asc&page=2", "?order=asc&page=3" }, targets)
      for rel, kind in pairs { self = "protocol", none = "not_found", elsewhere = "refused" } do
        local ok, err = pcall(function()
          for _ in an:follow_each(space, rel) do error "a row" end
        end)
        assert.is_false(ok)
        assert.equal(kind, err.kind)
      end
    end)

    it("are filled in when they are templates, and refused when they cannot be", function()
      assert.equal("found", an:follow(space, "search", { token = "a/b", q = "x y" }).token)
      assert.equal("/api/acme/spaces/a%2Fb/find?q=x%20y", server:log()[2].target)
      local row, err = an:follow(space, "search", { q = "x" })
      assert.is_nil(row)
      assert.matches("needs a value for 'token'", err.message, 1, true)
    end)

    it("that lead elsewhere are refused, and nothing is sent", function()
      for _, rel in ipairs { "elsewhere", "userinfo", "protocol", "odd" } do
        local row, err = an:follow(space, rel)
        assert.is_nil(row)
        assert.equal("refused", err.kind)
        assert.matches("is not followed", err.message, 1, true)
        assert.is_nil((an:href(space, rel)))
      end
      assert.equal(1, #server:log())
    end)

    it("are asked for as their route would be: what is accepted, whose limit, and by which token", function()
      local limited = open { token = "tok_6", limits = { spacing = 0 } }
      limited:follow(space, "self") -- /collections/: another name for what the routes call spaces
      limited:follow(space, "reports")
      limited:follow(space, "logs")
      local names = {}
      for i, limit in ipairs(limited:limits()) do names[i] = limit.name:match "%S+$" end
      assert.same({ "account", "audit_logs", "collections", "reports" }, names)
      limited:follow(space, "logs", nil, { headers = { accept = "text/x" } })
      local log = server:log()
      assert.equal("application/hal+json", log[#log - 2].headers.accept)
      assert.equal("application/json", log[#log - 1].headers.accept)
      assert.equal("text/x", log[#log].headers.accept)
      assert.equal("token_kind", select(2, open({ token_kind = "member" }):follow(space, "logs")).code)
    end)

    it("may go by the end of their names, when only one ends so", function()
      assert.equal(server.url .. "/api/acme/one", (an:href(space, "one")))
      -- A whole name comes first.
      assert.equal(server.url .. "/api/acme/spaces/aaa/reports", (an:href(space, "reports")))
      assert.is_nil((an:href(space, "twin")))
      assert.is_nil((an:href(space, "ne")))
    end)

    it("that are not there are told, with what was probably meant", function()
      local row, err = an:follow(space, "repots")
      assert.is_nil(row)
      assert.equal("not_found", err.kind)
      assert.matches("did you mean 'reports'?", err.message, 1, true)
      assert.equal("not_found", select(2, an:follow(space, "none")).kind)
      assert.equal("not_found", select(2, an:follow({}, "self")).kind)
    end)
  end)

  describe("an error", function()
    local function answer(status, body)
      serve { ["*"] = { { status = status, body = body } } }
      return select(2, open({ token_kind = "member" }).reports:update("r1", { name = "x" }))
    end

    it("has the service's code, and its message whether it is text or an object", function()
      local err = answer(400, '{"id":"bad_request","message":{"name":["is too long"],"space":["is gone"]}}')
      assert.equal("bad_request", err.code)
      assert.equal("name: is too long; space: is gone", err.message)
      assert.equal("the service answered 404", answer(404, '{"id":"not_found","message":{}}').message)
    end)

    it("says what to do", function()
      local wrong = answer(404, '{"id":"not_found","message":"account not found"}')
      assert.matches("is 'acme' the workspace's username", wrong.advice)
      assert.matches("cannot see", answer(404, '{"id":"not_found","message":"space not found"}').advice)
      assert.matches("The member token has no right", answer(403, '{"id":"forbidden","message":"no"}').advice)
      local hidden = answer(403, '{"id":"forbidden","message":"no access to this space"}')
      assert.matches("personal collection", hidden.advice)
      assert.matches("Check token and secret", answer(401, '{"id":"unauthorized","message":"no"}').advice)
      assert.matches("in 'report'", answer(400, '{"id":"param_missing","message":"param is missing"}').advice, 1, true)
      serve { ["*"] = { { status = 500 }, { status = 403, body = '{"id":"forbidden","message":"no"}' } } }
      local late = select(2, open().reports:delete "r1")
      assert.equal(403, late.status)
      assert.matches("An earlier attempt may have been done", late.advice)
      local html = answer(502, "<html><title>Bad Gateway</title></html>")
      assert.matches("HTML page", html.message)
      assert.matches("may have been done", html.advice)
    end)
  end)
end)
