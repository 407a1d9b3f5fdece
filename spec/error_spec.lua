-- Errors: one line that a person can act on, made in one place. SPDX-License-Identifier: MIT

local errors = require "studio.error"
local core = require "studio.core"

-- A response as the core hands it out.
local function response(status, body, content_type, request_id)
  return {
    status = status, body = body, request_id = request_id,
    header = function(_, name) return name == "content-type" and content_type or nil end,
  }
end

local function answered(status, kind, body, content_type)
  return errors.from_failure({
    kind = kind, status = status, message = "HTTP " .. status, attempts = 1, stage = "answered",
    response = response(status, body, content_type or "application/json", "req_12"),
  }, { service = "mstudio", route = "images.generate", from = "documented" })
end

-- What fn raises, position and all (busted's own matcher takes the position off).
local function raised(fn)
  local ok, message = pcall(fn)
  assert.is_false(ok)
  return message
end

describe("error objects", function()
  it("read as one line with service, route, status, kind, message, request and the caller's line", function()
    local err = answered(402, "payment_required", '{"success":false,"message":"Your wallet is empty"}')
    local line = debug.getinfo(1, "l").currentline - 1
    assert.equal(
      "mstudio images.generate: 402 payment required: Your wallet is empty (request req_12, spec/error_spec.lua:"
        .. line .. ")", tostring(err))
    assert.equal("payment_required", err.kind)
    assert.equal(402, err.status)
    assert.equal("Your wallet is empty", err.message)
    assert.equal("req_12", err.request_id)
    assert.equal("spec/error_spec.lua:" .. line, err.where)
  end)

  it("can be concatenated from both sides, asserted and raised", function()
    local err = errors.new { kind = "timeout", message = "too late." }
    assert.matches("^x: timeout: too late %(", "x: " .. err)
    assert.matches("%)!$", err .. "!")
    local ok, caught = pcall(error, err)
    assert.is_false(ok)
    assert.equal(err, caught)
    assert.is_true(errors.is(err))
    assert.is_false(errors.is({ kind = "timeout" }))
    assert.is_false(errors.is("timeout"))
  end)

  it("know their kind, and refuse kinds that cannot be", function()
    local err = errors.new { kind = "timeout", message = "x" }
    assert.is_true(err:is "timeout")
    assert.is_true(err:is("network", "timeout"))
    assert.is_false(err:is("network", "server"))
    assert.matches("spec/error_spec.lua:%d+: .*did you mean 'timeout'",
      raised(function() return err:is "time_out" end))
    for _, kind in ipairs(core.kinds) do assert.is_boolean(err:is(kind)) end
    assert.has_error(function() errors.new { kind = "nonsense", message = "x" } end)
  end)

  it("show no control characters and no endless texts of a server", function()
    local err = errors.new { kind = "server", message = "a\27[31mred\r\nb\0c \u{9b}31m" .. ("ä"):rep(1000) }
    assert.is_nil(tostring(err):find "[%c\127]")
    assert.is_nil(tostring(err):find("\u{9b}", 1, true))
    assert.is_true(#tostring(err) < 600)
    assert.truthy(utf8.len(tostring(err)))
  end)

  it("say how many attempts were made, when it was more than one", function()
    local err = errors.new { kind = "network", message = "no route", attempts = 5 }
    assert.matches("%(5 attempts, ", tostring(err))
    err.attempts = 1
    assert.not_matches("attempt", tostring(err))
  end)
end)

describe("messages of services", function()
  local function message(body, content_type) return (errors.read_body(body, content_type) or {}).message end

  it("are found in the usual fields", function()
    assert.equal("a", message '{"message":"a","error":"b"}')
    assert.equal("b", message '{"error":"b"}')
    assert.equal("c", message '{"error":{"message":"c","code":"x1"}}')
    assert.equal("x1", errors.read_body('{"error":{"message":"c","code":"x1"}}').code)
    assert.equal("d", message '{"message":{"text":"d"}}')
    assert.equal("e", message '{"detail":"e"}')
    assert.equal("f", message '{"errors":["f"]}')
    assert.equal("r7", errors.read_body('{"error":{"message":"c"},"meta":{"request_id":"r7"}}').request_id)
    assert.is_nil(message "{}")
    assert.is_nil(message "")
    assert.is_nil(message(nil))
  end)

  it("tell the fields that a 422 complains about", function()
    local err = answered(422, "invalid",
      '{"success":false,"message":"Invalid.","errors":{"title":["The title is required."],"page":["Too big."]}}')
    assert.same({ "The title is required." }, err.errors.title)
    assert.matches("422 invalid: Invalid%. page: Too big%.; title: The title is required %(", tostring(err))
  end)

  it("do not repeat what the message says already", function()
    local words = errors.read_body '{"message":"The title is required.","errors":{"title":["The title is required."]}}'
    assert.equal("The title is required.", words.message)
  end)

  it("count the fields beyond the third", function()
    local words = errors.read_body '{"errors":{"a":["1"],"b":["2"],"c":["3"],"d":["4"],"e":["5"]}}'
    assert.equal("a: 1; b: 2; c: 3; and 2 more", words.message)
  end)

  it("are not made of web pages, only named after them", function()
    local page = "<!DOCTYPE html><html><head><title>502 Bad\nGateway</title></head><body>secret</body></html>"
    assert.equal("the server answered with an HTML page (502 Bad Gateway)", message(page, "text/html"))
    assert.equal("the server answered with an HTML page (502 Bad Gateway)", message(page, nil))
    assert.equal("the server answered with an HTML page", message("<html>x</html>", "text/html; charset=utf-8"))
  end)

  it("survive bodies that are broken", function()
    for _, body in ipairs { "{", "[[[", '{"message":', "[1,2]", "null", '"x"', "\0\1", '{"errors":3}',
                            '{"message":{}}', '{"error":[]}', '{"errors":[[],{},1]}' } do
      local err = answered(500, "server", body)
      assert.matches("500 server: HTTP 500", tostring(err))
    end
  end)
end)

describe("advice", function()
  local function fail(fields, context)
    fields.attempts = 1
    return errors.from_failure(fields, context)
  end

  it("says for an unknown outcome how to find out", function()
    local err = fail({ kind = "outcome_unknown", message = "the connection broke", stage = "unknown" },
      { service = "mstudio", route = "frames.create", find_out = "list the frames before trying again" })
    assert.matches("the connection broke%. To find out, list the frames before trying again %(", tostring(err))
  end)

  it("says when to come back after too many requests", function()
    local err = fail({ kind = "rate_limited", status = 429, message = "Too many.", retry_after = 40.2 }, {})
    assert.matches("Too many%. Try again in 41 s %(", tostring(err))
  end)

  it("says of an assumed route that is not there how to replace it", function()
    for _, status in ipairs { 404, 405 } do
      local err = fail({ kind = "not_found", status = status, message = "Not Found" },
        { service = "mstudio", route = "images.generate", from = "assumed" })
      assert.matches('the route images.generate is assumed.*'
        .. 'routes = { %["images.generate"%] = "VERB /path" } replaces it',
        tostring(err))
    end
    local err = fail({ kind = "not_found", status = 404, message = "Not Found" },
      { service = "mstudio", route = "projects.list", from = "documented" })
    assert.not_matches("assumed", tostring(err))
  end)

  it("takes credentials out of everything that can be shown", function()
    local err = errors.from_failure({
      kind = "unauthorized", status = 401, message = "x", attempts = 1, code = "sk_secret",
      response = response(401, '{"message":"bad key sk_secret","errors":{"sk_secret":["sk_secret is bad"]}}', nil,
        "sk_secret"),
    }, { redact = function(text) return (text:gsub("sk_secret", "***")) end })
    assert.equal("bad key ***. ***: *** is bad", err.message)
    assert.same({ ["***"] = { "*** is bad" } }, err.errors)
    for _, key in ipairs { "message", "code", "request_id" } do assert.not_matches("sk_secret", err[key]) end
    assert.not_matches("sk_secret", tostring(err))
  end)
end)

describe("maybe_done", function()
  local function maybe_done(verb, fields)
    fields.message, fields.attempts, fields.stage = "x", 1, fields.stage or "answered"
    return errors.from_failure(fields, { verb = verb }).maybe_done
  end

  it("is true of a write that was sent and not clearly refused", function()
    for _, fields in ipairs {
      { kind = "outcome_unknown", stage = "unknown" }, { kind = "cancelled", stage = "unknown" },
      { kind = "outcome_unknown", status = 404 },             -- what a redirect led to is not there
      { kind = "invalid", status = 402, stage = "unknown" },  -- an earlier attempt was lost
      { kind = "server", status = 500 }, { kind = "server", status = 504 }, { kind = "invalid", status = 408 },
      { kind = "protocol", status = 200 }, { kind = "protocol", status = 302 }, { kind = "too_large", status = 201 },
      { kind = "file", status = 200 }, { kind = "network" },
    } do
      for _, verb in ipairs { "POST", "PATCH", "PUT", "DELETE" } do assert.is_true(maybe_done(verb, fields)) end
      for _, verb in ipairs { "GET", "HEAD" } do assert.is_false(maybe_done(verb, fields)) end
    end
  end)

  it("is false of what was never sent, and of a clear refusal", function()
    for _, fields in ipairs {
      { kind = "network", stage = "not_sent" }, { kind = "cancelled", stage = "not_sent" },
      { kind = "tls", stage = "not_sent" }, { kind = "invalid", status = 200, refused = true },
      { kind = "invalid", status = 400 }, { kind = "unauthorized", status = 401 },
      { kind = "payment_required", status = 402 }, { kind = "forbidden", status = 403 },
      { kind = "conflict", status = 409 }, { kind = "invalid", status = 422 }, { kind = "rate_limited", status = 429 },
    } do assert.is_false(maybe_done("POST", fields)) end
    assert.is_false(errors.new { kind = "job_failed", message = "x" }.maybe_done)
  end)

  it("says so where the write may not be repeated", function()
    local err = errors.from_failure({ kind = "protocol", status = 200, message = "unreadable", stage = "answered" },
      { verb = "POST", find_out = "list the things" })
    assert.matches("unreadable%. It may have been done all the same: list the things", tostring(err))
  end)
end)

describe("the caller's line", function()
  it("is the user's, however deep the library is", function()
    local where = require "studio.where"
    local function user() return where() end
    local line = debug.getinfo(user, "S").linedefined
    local got = user()
    assert.matches("^spec/error_spec.lua:%d+$", got)
    assert.is_true(tonumber(got:match ":(%d+)$") >= line)
  end)

  it("stands in programmer's mistakes, with the argument and a suggestion", function()
    local check = require "studio.check"
    assert.matches("^spec/error_spec.lua:%d+: studio.x: unknown option 'api_kye'; did you mean 'api_key'%?$",
      raised(function() check.options("studio.x", { api_kye = 1 }, { api_key = "string", page = "integer" }) end))
    assert.matches("unknown option '1'; there is page$",
      raised(function() check.options("studio.x", { [1] = 1 }, { page = "integer" }) end))
    assert.matches("studio.x: option 'page' must be an integer, not number 1.5$",
      raised(function() check.options("studio.x", { page = 1.5 }, { page = "integer" }) end))
    assert.matches("must be seconds %(a number, 0 or more%), not number %-1$",
      raised(function() check.options("studio.x", { wait = -1 }, { wait = "seconds" }) end))
    assert.matches("options must be a table, not string$",
      raised(function() check.options("studio.x", "no", {}) end))
    -- A value may be a secret: its type is named, never the value.
    assert.matches("key must be a table, not string$",
      raised(function() check.argument("studio.x", "key", "sk_secret", "table") end))
  end)
end)
