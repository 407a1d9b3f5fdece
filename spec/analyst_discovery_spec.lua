-- Signature tokens and the Discovery API of Analyst Studio. SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local studio = require "studio"

local CREATED = '{"token":"sigtok","name":"night%sly","access_key":"key%%1","access_secret":"canary-secret",'
  .. '"expires_at":"2027-01-01T00:00:00Z","creator_id":7}'

describe("Discovery", function()
  local server, clients, an

  local function keep(client)
    clients[#clients + 1] = client
    return client
  end

  local function serve(script)
    server = echo.start(script)
    an = keep(studio.analyst { workspace = "acme", token = "tok " .. server.port, secret = "sec", base_url = server.url,
      state_dir = false, limits = { spacing = 0 }, timeout = 30, backoff_base = 0.001, backoff_cap = 0.001 })
  end

  local function create()
    return an.signature_tokens:create { name = "nightly", expires_at = "2027-01-01T00:00:00Z" }
  end

  before_each(function() clients = {} end)

  after_each(function()
    for _, client in ipairs(clients) do client:close() end
    server:stop()
  end)

  describe("signature tokens", function()
    it("are made with the documented scope, and show their secret to who asks for it", function()
      serve { ["POST /batch/acme/signature_tokens"] = { { body = CREATED:format "" } },
        ["DELETE /batch/acme/signature_tokens/sigtok"] = { { status = 200 } } }
      local signature, nothing_more = assert(create())
      assert.is_nil(nothing_more)
      local sent = server:log()[1]
      assert.same({ signature_token = { name = "nightly", expires_at = "2027-01-01T00:00:00Z",
        auth_scope = { authentication_for = "batch-api", authorization_type = "read-only" } } },
        studio.json.decode(sent.body))
      assert.matches("^Basic ", sent.headers.authorization)
      assert.same({ token = "sigtok", access_key = "key%1", access_secret = "canary-secret" }, signature:reveal())
      assert.equal("2027-01-01T00:00:00Z", signature.data.expires_at)
      assert.is_true((signature:delete()))
      local deleted = server:log()[2]
      assert.equal("DELETE /batch/acme/signature_tokens/sigtok", deleted.method .. " " .. deleted.target)
    end)

    it("show no secret to who does not ask", function()
      serve { ["POST /batch/acme/signature_tokens"] = { { body = CREATED:format "\\u001b" } } }
      local lines = {}
      studio.log("debug", function(_, line) lines[#lines + 1] = line end)
      local signature = assert(create())
      studio.log "off"
      local shown = tostring(signature) .. studio.json.encode(signature) .. table.concat(lines, "\n")
      assert.is_nil(shown:find("canary", 1, true), shown)
      assert.is_nil(shown:find("key%1", 1, true), shown)
      assert.equal("studio.analyst.signature (night ly, ***)", tostring(signature))
    end)

    it("are an error when the answer has no credentials, and one that says where to look", function()
      serve { ["*"] = { { body = '{"token":"sigtok","access_key":"canary"}' } } }
      local signature, err = create()
      assert.is_nil(signature)
      assert.equal("protocol", err.kind)
      assert.is_true(err.maybe_done)
      assert.is_nil(tostring(err):find("canary", 1, true))
    end)
  end)

  describe("the client", function()
    local script = {
      ["GET /batch/acme/reports"] = {
        { body = '{"reports":[{"token":"a"},{"token":"b"}],"pagination":{"page":1,"per_page":2,"count":2,'
          .. '"total_pages":2,"total_count":3},"_links":{"next_page":{"href":"/batch/acme/reports?page=2"}}}' },
        { body = '{"reports":[{"token":"c"}],"pagination":{"page":2,"per_page":2,"count":1,"total_pages":2,'
          .. '"total_count":3},"_links":{"next_page":{"href":"/batch/acme/reports?page=3"}}}' },
      },
      ["GET /batch/acme/members"] = { { body = '{"memberships":[{"token":"m"}],"pagination":{"total_pages":1}}' } },
      ["GET /batch/acme/spaces"] = { { status = 401,
        body = '{"id":"unauthorized","message":"canary-secret and key%1 are no good"}' } },
      ["GET /batch/acme/charts"] = { { body = '{"charts":[],"pagination":{"page":1,"total_pages":0}}' } },
    }
    local credentials = { token = "sigtok", access_key = "key%1", access_secret = "canary-secret" }

    before_each(function() serve(script) end)

    it("sends token, key and secret as a Bearer token, and asks for JSON", function()
      local d = keep(an:discovery(credentials))
      assert.equal("m", d.members:list()[1].token)
      local sent = server:log()[1]
      -- $ printf 'sigtok:key%%1:canary-secret' | base64
      assert.equal("Bearer c2lndG9rOmtleSUxOmNhbmFyeS1zZWNyZXQ=", sent.headers.authorization)
      assert.equal("application/json", sent.headers.accept)
    end)

    it("reads to the last page, and not on where the link past the end leads", function()
      local tokens = {}
      for row in keep(an:discovery(credentials)).reports:each { include_spaces = "all", per_page = 2 } do
        tokens[#tokens + 1] = row.token
      end
      assert.equal("a b c", table.concat(tokens, " "))
      local log = server:log()
      assert.equal(2, #log)
      assert.equal("/batch/acme/reports?include_spaces=all&page=2&per_page=2", log[2].target)
      assert.same({}, (keep(an:discovery(credentials)).charts:list()))
    end)

    it("shows its secrets nowhere, not even those that a server sends back", function()
      local d = keep(an:discovery(credentials))
      local rows, err = d.collections:list()
      assert.is_nil(rows)
      assert.equal("*** and *** are no good", err.message)
      assert.matches("left the workspace", err.advice)
      local shown = tostring(err) .. err:curl() .. tostring(d) .. d:curl "charts.list"
      assert.is_nil(shown:find("canary", 1, true), shown)
      assert.matches('"Authorization: Bearer $ANALYST_DISCOVERY_TOKEN"', shown, 1, true)
    end)

    it("has the options and the limit of the client that it comes from", function()
      local d = keep(an:discovery(credentials))
      assert.equal(an.state.origin, d.state.origin)
      assert.equal(30, d.state.defaults.timeout)
      assert.equal(7, keep(an:discovery(credentials, { timeout = 7 })).state.defaults.timeout)
      an.collections:list()
      assert.equal(1, d:limits()[1].cooling)
      d.members:list()
      assert.equal("analyst account, class batch members", d:limits()[2].name)
    end)

    it("can be made by itself, and says what is missing", function()
      local d = keep(studio.analyst_discovery { workspace = "acme", token = "sigtok", access_key = "key%1",
        access_secret = "canary-secret", base_url = server.url, state_dir = false })
      assert.equal("m", d.members:list()[1].token)
      assert.equal(0.25, d:limits()[1].spacing)
      local ok, message = pcall(studio.analyst_discovery, { workspace = "acme", token = "t", access_key = "k" })
      assert.is_false(ok)
      assert.matches("access_secret is missing", message, 1, true)
      assert.has_error(function() an:discovery { token = "t", access_key = "k" } end)
      assert.has_error(function() an:discovery() end)
    end)
  end)
end)
