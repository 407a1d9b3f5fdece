-- studio.five9 against a server scripted for each case, on a real socket. SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local five9 = require "spec.support.five9"
local shell = require "spec.support.shell"
local studio = require "studio"

local KEY = "f9-canary-key"
local server, f9

local function start(script, options)
  server = echo.start(script)
  local all = { base_url = server.url .. "/api", scope_id = 1234, api_key = KEY, state_dir = false,
    backoff_base = 0.001, backoff_cap = 0.001 }
  for name, value in pairs(options or {}) do all[name] = value end
  f9 = studio.five9(all)
  return f9
end

after_each(function()
  if f9 then f9:close() end
  if server then server:stop() end
  f9, server = nil, nil
end)

local function raised(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  return message
end

local function answer(status, body, headers) return { { status = status, body = body, headers = headers } } end

-- The whole URL that a client made with these options asks.
local function asks(options)
  options.scope_id, options.api_key, options.state_dir = 1, "k", false
  local client <close> = studio.five9(options)
  return (client:curl "data_stores.list":match '"(%a+://[^"]*)/data/data%-store"')
end

describe("where an instance is", function()
  it("is told by its region, by the names of older guides too", function()
    assert.equal("https://api.us7.studioportal.io/api", asks { region = "us" })
    assert.equal("https://api.us7.studioportal.io/api", asks { region = "US7" })
    assert.equal("https://api.prod.eu.five9.net/studio-backend/api", asks { region = "eu" })
    assert.equal("https://api.au7.studioportal.io/api", asks { region = "au" })
    assert.equal("https://api.ca7.studioportal.io/api", asks { region = "ca7" })
    assert.equal("https://api.uk7.studioportal.io/api", asks { region = "uk" })
    assert.matches("there is no region 'uss'; did you mean 'us'", raised(studio.five9, { region = "uss" }), 1, true)
  end)

  it("is told by a base URL with or without scheme and /api", function()
    for _, text in ipairs { "api.prod.uk.five9.net/studio-backend", "api.prod.uk.five9.net/studio-backend/api/",
      "https://api.prod.uk.five9.net/studio-backend", "https://api.prod.uk.five9.net/studio-backend/api" } do
      assert.equal("https://api.prod.uk.five9.net/studio-backend/api", asks { base_url = text })
    end
    for _, text in ipairs { "api.us7.studioportal.io", "HTTPS://API.us7.StudioPortal.io.:443/api//" } do
      assert.equal("https://api.us7.studioportal.io/api", asks { base_url = text }) -- one place has one spelling
    end
    assert.equal("http://127.0.0.1:81/api", asks { base_url = "http://127.0.0.1:81" })
    assert.equal("http://[::1]/api", asks { base_url = "http://[::1]:80" })
  end)

  it("must be told, once", function()
    assert.matches("^spec/five9_client_spec.lua:%d+: studio.five9: region is missing", raised(function()
      studio.five9 { scope_id = 1, api_key = "k" }
    end))
    assert.matches("not both", raised(studio.five9, { region = "us", base_url = "x.test" }))
    assert.matches("must be a host", raised(studio.five9, { base_url = "x.test?a=b" }))
  end)

  it("is no Studio 6, which has another API", function()
    for _, text in ipairs { "usstudio.inferencecommunications.com", "https://UKstudio.InferenceCommunications.com/",
      "usstudio.inferencecommunications.com.:443/api" } do
      assert.matches("is Studio 6, which has another API", raised(studio.five9, { base_url = text }), 1, true)
    end
  end)
end)

describe("who is asking", function()
  it("stands in three headers", function()
    start({ ["*"] = answer(200, '{"data":[]}') }, { scope = "sp", scope_id = "77" })
    assert(f9.data_stores:list())
    local sent = server:log()[1].headers
    assert.same({ "sp", "77", KEY }, { sent.scope, sent["scope-id"], sent["studio-api-key"] })
  end)

  it("is said of what is missing, at the caller's line", function()
    for message, options in pairs {
      ["scope_id is missing (the account's id, from Manage > Account Profile"] = { api_key = "k" },
      ["scope_id is missing (the service provider's id"] = { scope = "sp", api_key = "k" },
      ["api_key is missing (from Manage > API Keys"] = { scope_id = "1", api_key = "" },
      ["there is no scope 'acc'"] = { scope = "acc", scope_id = 1, api_key = "k" },
      ["api_key has a line break"] = { scope_id = 1, api_key = "k\n" },
    } do
      options.region = "us"
      local text = raised(function() studio.five9(options) end)
      assert.matches("^spec/five9_client_spec.lua:%d+: studio.five9: ", text)
      assert.matches(message, text, 1, true)
    end
  end)

  it("may be nobody, and then nothing that needs a key is sent", function()
    server = echo.start { ["*"] = answer(200, "{}") }
    f9 = studio.five9 { base_url = server.url, state_dir = false }
    local value, err = f9.data_stores:list()
    assert.is_nil(value)
    assert.same({ "unauthorized", 0 }, { err.kind, err.attempts })
    assert.equal(0, #server:log())
  end)

  it("is another account with for_account, by the same key and options", function()
    start({ ["*"] = answer(200, '{"data":[]}') }, { scope = "sp", scope_id = "77" })
    local other <close> = f9:for_account(42)
    assert(other.data_stores:list())
    local sent = server:log()[1].headers
    assert.same({ "ac", "42", KEY }, { sent.scope, sent["scope-id"], sent["studio-api-key"] })
  end)

  it("is shown nowhere", function()
    start { ["*"] = answer(401, ('{"message":"No such key: %s"}'):format(KEY)) }
    local _, err = f9.data_stores:list()
    for _, text in ipairs { tostring(f9), tostring(err), err:curl(), f9:curl "prompts.voices" } do
      assert.is_nil(text:find(KEY, 1, true))
    end
    assert.matches('"scope-id: 1234"', err:curl(), 1, true)
    assert.matches("$FIVE9_STUDIO_API_KEY", err:curl(), 1, true)
  end)
end)

describe("a failure", function()
  local function failing(status, body)
    start { ["*"] = answer(status, body) }
    local value, err = f9.data_stores:list()
    assert.is_nil(value)
    return tostring(err)
  end

  it("401 says what belongs together", function()
    assert.matches('Unauthenticated. Is the key right and set to Active? And with scope "ac" the scope_id must be the '
      .. "account's (Manage > Account Profile), here it is 1234, and the key one of the same",
      failing(401, '{"message":"Unauthenticated."}'), 1, true)
  end)

  it("403 speaks of permissions", function()
    assert.matches("User does not have permission to perform this action. The key needs the permission for this",
      failing(403, '{"message":"User does not have permission to perform this action."}'), 1, true)
  end)

  it("404 says that the route was seen in other people's clients only", function()
    assert.matches('routes = { ["data_stores.list"] = "VERB /path" } replaces it',
      failing(404, '{"message":"Nope"}'), 1, true)
  end)

  it("404 of a route that is a guess says so, in whatever words it comes", function()
    for _, words in ipairs { "Not Found", "The requested resource was not found.", "User not found." } do
      start { ["*"] = answer(404, ('{"message":"%s"}'):format(words)) }
      local _, err = f9.account:send_code { email = "a@b.c" }
      assert.matches("the route account.send_code is assumed, nobody has documented it", tostring(err), 1, true)
      server:stop()
      f9:close()
    end
  end)

  it("422 says which field", function()
    start { ["*"] = answer(422, '{"message":"Invalid.","errors":{"age":["must be an integer"]}}') }
    local _, err = f9.rows:insert(1, { { age = "x" } })
    assert.matches("Invalid. age: must be an integer", tostring(err), 1, true)
    assert.is_false(err.maybe_done)
  end)
end)

describe("rows", function()
  local function sent(i) return studio.json.decode(server:log()[i].body) end

  it("are asked for by a POST that only reads: by read-only clients, and again after a failure", function()
    start({ ["*"] = { { status = 503, body = "" }, { body = '{"ws_response_data":[]}' } } }, { read_only = true })
    assert.same({}, (assert(f9.rows:query(1))))
    assert.equal(2, #server:log())
    assert.same({}, sent(2).where.children)
    assert.matches('"children":[]', server:log()[2].body, 1, true)
    local value, err = f9.rows:insert(1, { { a = 1 } })
    assert.is_nil(value)
    assert.equal("refused", err.kind)
    assert.equal(2, #server:log())
  end)

  it("are never inserted twice by themselves", function()
    start { ["*"] = answer(503, "") }
    local value, err = f9.rows:insert(1, { { a = 1 } })
    assert.is_nil(value)
    assert.same({ true, 1 }, { err.maybe_done, #server:log() })
    assert.matches("query the rows and look for these", tostring(err), 1, true)
  end)

  it("end where an answer repeats, or is empty", function()
    local first, second = '{"ws_response_data":[{"_id":"a"},{"_id":"b"}]}', '{"ws_response_data":[{"_id":"c"}]}'
    start { ["*"] = { { body = first }, { body = second }, { body = '{"ws_response_data":[]}' }, { body = first },
      { body = first } } }
    local ids = {}
    for row in f9.rows:each(1, { per_page = 2 }) do ids[#ids + 1] = row._id end
    for row in f9.rows:each(1) do ids[#ids + 1] = row._id end -- one that knows no pages
    assert.equal("a b c a b", table.concat(ids, " "))
    assert.same({ 2, 2, 3 }, { sent(2).page, sent(2).per_page, sent(3).page })
  end)

  it("are asked for by trees of conditions", function()
    start { ["*"] = answer(200, '{"ws_response_data":[]}') }
    local w = f9.where
    assert(f9.rows:query(1, { where = w.eq("a", "x"), row_limit = 5 }))
    local both = w.and_ { w.is("b", ">", 3), w.is("c", "=", "d", "date") }
    assert(f9.rows:query(1, { where = w.or_ { w.eq("a", "x"), both } }))
    local a = { fieldName = "a", fieldTypeName = "text", operatorName = "=", value = "x" }
    assert.same({ maxDepth = 0, connectionType = "and", children = { a } }, sent(1).where)
    assert.equal(5, sent(1).row_limit)
    assert.same({ maxDepth = 1, connectionType = "or", children = { a, { connectionType = "and", children = {
      { fieldName = "b", fieldTypeName = "number", operatorName = ">", value = 3 },
      { fieldName = "c", fieldTypeName = "date", operatorName = "=", value = "d" } } } } }, sent(2).where)
  end)

  it("raise for what cannot be meant, and nothing is sent", function()
    start { ["*"] = answer(200, "{}") }
    for message, mistake in pairs {
      ["rows:query: store is a table without 'data_store_id'"] = function() f9.rows:query { name = "x" } end,
      ["rows:query: unknown option 'limit'"] = function() f9.rows:query(1, { limit = 3 }) end,
      ["rows:insert: rows must be a list with at least one row"] = function() f9.rows:insert(1, { city = "Graz" }) end,
      ["rows:update: row 2 is a table without '_id'"] = function() f9.rows:update(1, { { _id = "r" }, { a = 1 } }) end,
      ["where.or_: condition 1 is none"] = function() f9.where.or_ { { a = 1 } } end,
      ["where.eq: value must be"] = function() f9.rows:query(1, { where = { city = {} } }) end,
    } do
      local text = raised(mistake)
      assert.matches(message, text, 1, true)
      assert.matches("^spec/five9_client_spec.lua:%d+: ", text)
    end
    assert.same({}, server:log())
  end)
end)

describe("a prompt's sound", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("is the answer, or what the answer's metadata leads to", function()
    start {
      ["POST /api/speech/get_prompt_audio"] = {
        { body = "RIFFone", headers = { ["Content-Type"] = "application/octet-stream" } },
        { body = '{"data":{"fileName":"a.wav","path":"/x"}}', headers = { ["Content-Type"] = "application/json" } },
        { body = '{}', headers = { ["Content-Type"] = "application/json" } },
      },
      ["POST /api/api/file-download-from-url"] = answer(200, "RIFFtwo", { ["Content-Type"] = "audio/wav" }),
    }
    assert.equal(path, assert(f9.prompts:audio("Hi", 5, { save_to = path })))
    assert.equal("RIFFone", shell.read(path))
    assert.equal(path, assert(f9.prompts:audio("Hi", 5, { save_to = path })))
    assert.equal("RIFFtwo", shell.read(path))
    assert.same({ fileName = "a.wav", path = "/x" }, studio.json.decode(server:log()[3].body))
    local value, err = f9.prompts:audio("Hi", 5)
    assert.is_nil(value)
    assert.same({ "protocol", false }, { err.kind, err.maybe_done })
  end)
end)

describe("keys and the sandbox", function()
  local toys

  setup(function() toys = five9.start() end)
  teardown(function() toys:stop() end)

  it("a key for all accounts opens each of them, an account's only its own", function()
    local provider = toys:client { scope = "sp", scope_id = "77", api_key = "f9-sp-key" }
    local account = provider:for_account(1234)
    assert.equal("customers", assert(account.data_stores:list())[1].name)
    assert.equal(3, assert(provider:for_account "1235".data_stores:list())[1].data_store_id)
    local value, err = toys:client():for_account(1235).data_stores:list()
    assert.is_nil(value)
    assert.equal("forbidden", err.kind)
    assert.matches("do not match. The key needs the permission for this (Manage > API Keys); or it is not this "
      .. "account's: with scope \"ac\" the scope_id must be", tostring(err), 1, true)
    provider:close()
    assert.is_true(#assert(account.data_stores:list()) > 0) -- each is closed for itself
    account:close()
  end)

  it("a key has permissions, and what is not permitted is told", function()
    f9 = toys:client { api_key = "f9-data-only" }
    assert(f9.data_stores:list())
    local _, err = f9.prompts:list()
    assert.matches("The key needs the permission for this", tostring(err), 1, true)
  end)

  it("rows are inserted, found, changed and read page after page", function()
    f9 = toys:client()
    local store = assert(f9.data_stores:list())[1]
    assert(f9.rows:insert(store, { { customer_id = "X-1", name = "Zoë" }, { customer_id = "X-2", name = "Zed" } }))
    local found = assert(f9.rows:query(store, { where = { name = "Zoë" } }))
    assert.same({ 1, "X-1" }, { #found, found[1].customer_id })
    assert(f9.rows:update(store, { { _id = found[1]._id, name = "Zora" } }))
    assert.equal("Zora", assert(f9.rows:query(store, { where = f9.where.eq("customer_id", "X-1") }))[1].name)
    local count = 0
    for _ in f9.rows:each(store, { per_page = 5 }) do count = count + 1 end
    toys.server:set { five9 = { paging = false } }
    local again = 0
    for _ in f9.rows:each(1) do again = again + 1 end
    assert.same({ 14, 12 }, { count, again }) -- the second instance is a fresh one
  end)

  it("a client that was closed says so", function()
    f9 = toys:client()
    f9:close()
    for _, use in ipairs {
      function() f9.data_stores:list() end, function() f9.account:send_code { email = "a@b.c" } end,
      function() f9.chatbot { api_key = "a", task_key = "b" } end,
    } do
      local text = raised(use)
      assert.matches("the client is closed", text, 1, true)
    end
  end)
end)
