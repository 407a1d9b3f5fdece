-- Limits by class of resource: a service that counts each class by itself. SPDX-License-Identifier: MIT

local core = require "studio.core"
local echo = require "spec.support.echo"
local service = require "studio.service"

local things, notes = {}, {}
function things:list(options) return self.client:call("things.list", nil, nil, options) end
function things:count(options) return self.client:call("things.count", nil, nil, options) end
function notes:list(options) return self.client:call("notes.list", nil, nil, options) end

local new = service.define {
  name = "classy",
  base_url = "https://classy.invalid",
  options = { key = "string" },
  connect = function(options)
    return {
      auth = core.auth { kind = "bearer", token = options.key },
      limits = { { name = "classy user", requests = 40, window = 10, classes = true } },
      limit_key = options.key,
    }
  end,
  routes = {
    { name = "things.list", verb = "GET", path = "/things", from = "documented" },
    { name = "things.count", verb = "GET", path = "/things/count", from = "documented", class = "counts" },
    { name = "notes.list", verb = "GET", path = "/notes", from = "documented" },
  },
  resources = { things = things, notes = notes },
}

-- The limiters of a client by the last word of their names.
local function limits_of(client)
  local result = {}
  for _, report in ipairs(client:limits()) do result[report.name:match "%a+$"] = report end
  return result
end

describe("limits by class of resource", function()
  local server, clients, made

  local function open(options)
    options = options or {}
    options.base_url = server.url
    options.key = options.key or "key of " .. server.url -- another server, another account
    options.backoff_base, options.backoff_cap = 0.001, 0.001
    made = new(options)
    clients[#clients + 1] = made
    return made
  end

  before_each(function()
    clients = {}
    server = echo.start {
      ["GET /things"] = { { body = "[1]", headers = { ["X-RateLimit-Limit"] = "6", ["X-RateLimit-Remaining"] = "5" } },
        { status = 429, headers = { ["X-RateLimit-Limit"] = "6", ["X-RateLimit-Remaining"] = "0",
          ["Retry-After"] = "600" } } },
      ["GET /things/count"] = { { body = "[3]" } },
      ["GET /notes"] = { { body = "[2]", headers = { ["X-RateLimit-Limit"] = "9" } } },
      ["GET /more"] = { { body = "[4]", headers = { ["X-RateLimit-Limit"] = "8" } } },
    }
  end)

  after_each(function()
    for _, client in ipairs(clients) do client:close() end
    server:stop()
  end)

  it("are learned from the first header, and kept for each class below the account's", function()
    local client = open()
    assert.same({ 1 }, (client.things:list()))
    assert.same({ 2 }, (client.notes:list()))
    assert.same({ 3 }, (client.things:count()))
    local limits = limits_of(client)
    assert.equal(6, limits.things.capacity)
    assert.equal(9, limits.notes.capacity)
    assert.equal(40, limits.counts.capacity) -- no header spoke of it
    assert.equal(40, limits.user.capacity)
    assert.equal(1, limits.things.cooling)
    assert.equal(3, limits.user.cooling) -- each takes a slot of the account as well
  end)

  it("stop with a 429 of theirs while the other classes go on", function()
    local client = open()
    assert(client.things:list())
    local _, err = client.things:list { deadline = 30 }
    assert.equal("timeout", err.kind)
    assert.equal("paused", limits_of(client).things.why)
    assert.same({ 2 }, (client.notes:list { deadline = 30 }))
    assert.equal(0, limits_of(client).user.paused)
    assert.equal(3, #server:log())
  end)

  it("are shared by the clients of a key, and by nobody else", function()
    assert(open().things:list())
    local same, other = open(), open { key = "another" }
    assert(same.notes:list())
    assert.is_nil(limits_of(same).things) -- it has called none
    local _, err = same.things:list { deadline = 30 }
    assert.equal("timeout", err.kind)
    assert.equal(6, limits_of(same).things.capacity)
    assert(other.notes:list())
    assert.equal(1, limits_of(other).user.sent)
  end)

  it("apply to any request that names its class, and not to one that does not", function()
    local client = open()
    assert.same({ 4 }, (client:request { path = "/more", class = "things" }))
    assert.equal(8, limits_of(client).things.capacity)
    assert.equal(40, limits_of(client).user.capacity)
    assert.same({ 4 }, (client:request { path = "/more" })) -- then the headers are about the account
    assert.equal(8, limits_of(client).user.capacity)
  end)

  it("are those of the route as the user has it", function()
    local client = open { routes = { ["things.count"] = { class = "things" } } }
    assert(client.things:count())
    local limits = limits_of(client)
    assert.equal(1, limits.things.sent)
    assert.is_nil(limits.counts)
  end)

  it("go away with the limits", function()
    local client = open { limits = false }
    assert(client.things:list())
    assert.same({}, client:limits())
  end)
end)
