-- Lists: every shape of paging, and walks that cannot run in circles. SPDX-License-Identifier: MIT

local errors = require "studio.error"
local json = require "studio.json"
local page = require "studio.page"

-- A client that answers from a list of bodies, or a function of the query. `r`: what its route says of the list.
local function client_of(answers, r)
  local self = { asked = {}, state = { routes = { ["things.list"] = r or {} }, id_field = "token" } }
  local function answer(request)
    self.asked[#self.asked + 1] = request
    local body = type(answers) == "function" and answers(request) or answers[#self.asked]
    if errors.is(body) then return nil, body end
    if body == nil then error "asked too often" end
    local url = request.url or "https://s.invalid/v1/things?page=1"
    return json.decode(body), { body = body, status = 200, url = url, header = function() end }
  end
  function self.call(_, route, params, query, _, whole)
    assert(whole and route == "things.list")
    local copy = {}
    for k, v in pairs(query) do copy[k] = v end
    return answer { query = copy, params = params }
  end
  function self.request(_, options) return answer { url = options.url } end
  function self.problem(_, route, fields)
    fields.route = route
    return errors.new(fields)
  end
  return self
end

local function collect(client, query)
  local result = {}
  for item in page.each(client, "things.list", nil, query) do result[#result + 1] = item end
  return result
end

local function queries(client)
  local out = {}
  for i, request in ipairs(client.asked) do
    out[i] = request.url or ("page=%s cursor=%s"):format(request.query.page, request.query.cursor)
  end
  return out
end

describe("a list", function()
  it("is found in every usual envelope", function()
    for _, body in ipairs {
      "[1,2]", '{"data":[1,2]}', '{"success":true,"data":{"current_page":1,"last_page":1,"data":[1,2]}}',
      '{"items":[1,2]}', '{"results":[1,2],"count":2}', '{"data":{"items":[1,2]}}',
    } do
      local items, response = page.list(client_of { body }, "things.list")
      assert.same({ 1, 2 }, items)
      assert.equal(body, response.body)
    end
    assert.same({}, (page.list(client_of { "[]" }, "things.list")))
    assert.same({}, (page.list(client_of { '{"data":[]}' }, "things.list")))
    assert.same({ 1 }, (page.list(client_of({ '{"generations":[1]}' }, { key = "generations" }), "things.list")))
  end)

  it("tells what the service says about paging", function()
    local _, _, info = page.list(client_of {
      '{"data":[1],"links":{"next":"https://x/y?page=3"},'
        .. '"meta":{"current_page":2,"last_page":"5","per_page":15,"total":70}}',
    }, "things.list", nil, { page = 2 })
    assert.same({ page = 2, last = 5, per_page = 15, total = 70, url = "https://x/y?page=3" }, info)
  end)

  it("that is not there is an error", function()
    for _, body in ipairs { '{"id":1}', '"x"', "3", '{"data":"x"}' } do
      local items, err = page.list(client_of { body }, "things.list")
      assert.is_nil(items)
      assert.equal("protocol", err.kind)
    end
  end)

  it("passes failures on", function()
    local err = errors.new { kind = "server", message = "x" }
    local items, got = page.list(client_of { err }, "things.list")
    assert.is_nil(items)
    assert.equal(err, got)
  end)
end)

describe("each", function()
  it("walks Laravel resources, paginators and pagination blocks by number", function()
    for _, shape in ipairs {
      '{"data":[%d],"links":{"next":"https://x/?page=9"},"meta":{"current_page":%d,"last_page":3}}',
      '{"data":[%d],"current_page":%d,"last_page":3,"next_page_url":"https://x/"}',
      '{"success":true,"data":{"data":[%d],"current_page":%d,"last_page":3}}',
      '{"status":"success","data":[%d],"pagination":{"current_page":%d,"last_page":3}}',
    } do
      local client = client_of { shape:format(10, 1), shape:format(20, 2), shape:format(30, 3) }
      assert.same({ 10, 20, 30 }, collect(client, { q = "x" }))
      assert.same({ "page=nil cursor=nil", "page=2 cursor=nil", "page=3 cursor=nil" }, queries(client))
      assert.equal("x", client.asked[3].query.q)
    end
  end)

  it("begins at the page that is asked for", function()
    local client = client_of { '{"data":[2],"meta":{"current_page":2,"last_page":3}}',
      '{"data":[3],"meta":{"current_page":3,"last_page":3}}' }
    assert.same({ 2, 3 }, collect(client, { page = 2 }))
  end)

  it("walks by cursor, wherever it is", function()
    for _, shape in ipairs { '{"data":[%d],"next_cursor":%s}', '{"items":[%d],"nextCursor":%s}',
      '{"data":[%d],"meta":{"next_cursor":%s}}', '{"data":[%d],"pagination":{"next_cursor":%s}}' } do
      local client = client_of { shape:format(1, '"a"'), shape:format(2, '"b"'), shape:format(3, "null") }
      assert.same({ 1, 2, 3 }, collect(client))
      assert.same({ "page=nil cursor=nil", "page=nil cursor=a", "page=nil cursor=b" }, queries(client))
    end
  end)

  it("walks by numbers without a last page, by links alone, and by has_more", function()
    local client = client_of { '{"data":[1],"current_page":1,"next_page_url":"https://x/?page=2"}',
      '{"data":[2],"current_page":2,"next_page_url":null}' }
    assert.same({ 1, 2 }, collect(client))
    assert.same({ "page=nil cursor=nil", "page=2 cursor=nil" }, queries(client))
    client = client_of { '{"data":[1],"links":{"next":"https://x/?after=1"}}', '{"data":[2],"links":{"next":null}}' }
    assert.same({ 1, 2 }, collect(client))
    assert.same({ "page=nil cursor=nil", "https://x/?after=1" }, queries(client))
    client = client_of { '{"data":[1],"has_more":true}', '{"data":[2],"has_more":false}' }
    assert.same({ 1, 2 }, collect(client))
  end)

  it("reads a list that does not page once, and does not stop at a short page", function()
    assert.same({ 1, 2 }, collect(client_of { "[1,2]" }))
    local client = client_of { '{"data":[1,2],"meta":{"current_page":1,"last_page":3}}',
      '{"data":[3],"meta":{"current_page":2,"last_page":3}}', '{"data":[4,5],"meta":{"current_page":3,"last_page":3}}' }
    assert.same({ 1, 2, 3, 4, 5 }, collect(client))
  end)

  it("raises the error object when a page fails, after the items before it", function()
    local err = errors.new { kind = "server", message = "x" }
    local client = client_of { '{"data":[1],"next_cursor":"a"}', err }
    local seen = {}
    local ok, got = pcall(function()
      for item in page.each(client, "things.list") do seen[#seen + 1] = item end
    end)
    assert.is_false(ok)
    assert.equal(err, got)
    assert.same({ 1 }, seen)
  end)

  it("fetches no page before it is needed, and none after a break", function()
    local client = client_of(function(request)
      local n = request.query.page or 1
      return ('{"data":[%d,%d],"meta":{"current_page":%d,"last_page":100}}'):format(n * 2 - 1, n * 2, n)
    end)
    for item in page.each(client, "things.list") do
      if item == 2 then break end
    end
    assert.equal(1, #client.asked)
    local step, _, _, closing = page.each(client, "things.list")
    assert.equal(1, step())
    getmetatable(closing).__close()
    assert.is_nil(step())
    assert.equal(2, #client.asked)
  end)
end)

describe("the loop guard", function()
  local function fails(client, words)
    local ok, err = pcall(collect, client)
    assert.is_false(ok)
    assert.equal("protocol", err.kind)
    assert.matches(words, tostring(err))
    assert.is_true(#client.asked < 10)
  end

  it("sees the same cursor, link or number twice", function()
    local n = 0
    local function counting(text) return function() n = n + 1; return text:format(n) end end
    fails(client_of(counting '{"data":[%d],"next_cursor":"a"}'), "hands out the same next page twice")
    fails(client_of(counting '{"data":[%d],"links":{"next":"https://x/"}}'), "same next page twice")
    fails(client_of(counting '{"data":[%d],"meta":{"current_page":1,"last_page":3}}'), "same next page twice")
  end)

  it("sees the same link again, whichever way it is written", function()
    local n = 0
    fails(client_of(function()
      n = n + 1
      return ('{"data":[%d],"links":{"next":"%s"}}'):format(n, n == 1 and "?page=2" or "/v1/things?page=2")
    end), "same next page twice")
  end)

  it("sees cursors that go in a circle", function()
    local next_of = { a = "b", b = "c", c = "a" }
    fails(client_of(function(request)
      local cursor = request.query.cursor
      return ('{"data":["%s"],"next_cursor":"%s"}'):format(cursor, next_of[cursor or "c"])
    end), "same next page twice")
  end)

  it("sees a service that ignores the page and gives the same one for ever", function()
    fails(client_of(function() return '{"data":[1],"has_more":true}' end), "a page came twice")
  end)

  it("ends a walk by number at an empty page", function()
    local client = client_of { '{"data":[1],"meta":{"current_page":1,"last_page":9}}',
      '{"data":[],"meta":{"current_page":2,"last_page":9}}' }
    assert.same({ 1 }, collect(client))
  end)

  it("bears some empty pages of a walk by cursor, not endless ones", function()
    local client = client_of { '{"data":[1],"next_cursor":"a"}', '{"data":[],"next_cursor":"b"}',
      '{"data":[2],"next_cursor":null}' }
    assert.same({ 1, 2 }, collect(client))
    local n = 0
    fails(client_of(function()
      n = n + 1
      return ('{"data":[],"next_cursor":"c%d"}'):format(n)
    end), "one empty page after another")
  end)
end)

describe("a link to the next page", function()
  it("may be relative to the page it stands on", function()
    for link, url in pairs {
      ["https://other.invalid/x"] = "https://other.invalid/x", ["//other.invalid/x"] = "https://other.invalid/x",
      ["/things?page=2"] = "https://s.invalid/things?page=2", ["?page=2"] = "https://s.invalid/v1/things?page=2",
      ["things?page=2"] = "https://s.invalid/v1/things?page=2",
    } do
      local client = client_of { ('{"data":[1],"links":{"next":"%s"}}'):format(link), '{"data":[2]}' }
      assert.same({ 1, 2 }, collect(client))
      assert.equal(url, client.asked[2].url)
    end
  end)
end)

describe("pages", function()
  it("gives items, response and info, then nil", function()
    local client = client_of { '{"data":[1],"next_cursor":"a"}', '{"data":[2]}' }
    local next_page = page.pages(client, "things.list")
    local items, response, info = next_page()
    assert.same({ 1 }, items)
    assert.equal(200, response.status)
    assert.equal("a", info.cursor)
    assert.same({ 2 }, (next_page()))
    assert.equal(1, select("#", next_page()))
    assert.is_nil((next_page()))
  end)

  it("gives nil and the error when a page fails, then nothing more", function()
    local err = errors.new { kind = "server", message = "x" }
    local next_page = page.pages(client_of { err }, "things.list")
    local items, got = next_page()
    assert.is_nil(items)
    assert.equal(err, got)
    assert.is_nil((next_page()))
    assert.is_nil(select(2, next_page()))
  end)
end)

-- HAL lists whose routes say how they page. `pages` are lists of tokens; the last one is sent for every further page.
local function rows_of(tokens, extra)
  local rows = {}
  for i, token in ipairs(tokens) do rows[i] = ('{"token":"%s","looks":%d}'):format(token, extra.looks) end
  return ('{"_embedded":{"things":[%s]}%s}'):format(table.concat(rows, ","), extra.more or "")
end

local function tokens_of(client, query)
  local tokens = {}
  for i, row in ipairs(collect(client, query)) do tokens[i] = row.token end
  return table.concat(tokens, " ")
end

describe("a route's paging", function()
  -- Answers page after page; each answer differs from all others in something that is no token.
  local function client_over(pages, r, more)
    local looks = 0
    return client_of(function(request)
      looks = looks + 1
      local at = math.tointeger(request.query.page) or 1
      return rows_of(pages[math.min(at, #pages)], { looks = looks, more = more and more(at) })
    end, r)
  end

  it("\"pages\" does not take a full page that comes again for the whole list", function()
    for _, case in ipairs { { { per_page = 2 }, false }, { { per_page = "2" }, false }, { { per_page = 3 }, true },
      { { per_page = 1 }, true }, { {}, true } } do
      local client = client_over({ { "a", "b" } }, { paging = "pages" })
      local ok, err = pcall(tokens_of, client, case[1])
      assert.equal(case[2], ok)
      if not ok then assert.matches("what lies behind its %d+ rows is not known", tostring(err)) end
    end
    local client = client_over({ { "a", "b" } }, { paging = "pages", defaults = { per_page = 2 } })
    assert.is_false(pcall(tokens_of, client))
    client = client_over({ { "a", "b" }, { "c", "d" } }, { paging = "pages" }) -- the last one again, and again
    assert.equal("a b c d", tokens_of(client, { per_page = 2 }))
  end)

  it("\"pages\" goes on past short pages, until one is empty", function()
    local client = client_over({ { "a", "b" }, { "c" }, { "d", "e" }, {} }, { paging = "pages" })
    assert.equal("a b c d e", tokens_of(client))
    assert.same({ "page=nil cursor=nil", "page=2 cursor=nil", "page=3 cursor=nil", "page=4 cursor=nil" },
      queries(client))
  end)

  it("\"pages\" ends at a page that repeats, whatever else changed in its rows", function()
    local client = client_over({ { "a", "b" } }, { paging = "pages" })
    assert.equal("a b", tokens_of(client))
    assert.equal(2, #client.asked)
    local round = client_of(function(request)
      local at = (math.tointeger(request.query.page) or 1) % 2
      return rows_of(at == 1 and { "a" } or { "b" }, { looks = at })
    end, { paging = "pages" })
    assert.equal("a b", tokens_of(round))
  end)

  it("\"pages\" ends at the last page, in both forms of the block, and although a link leads on", function()
    for _, block in ipairs { '"page":%d,"per_page":30,"total_pages":3,"total_count":3',
      '"first_page":1,"last_page":3,"total_pages":3,"total_count":3,"was":%d' } do
      local client = client_over({ { "a" }, { "b" }, { "c" } }, { paging = "pages" }, function(at)
        return (',"pagination":{%s},"_links":{"next_page":{"href":"/things?page=%d"}}'):format(block:format(at), at + 1)
      end)
      assert.equal("a b c", tokens_of(client))
      assert.equal(3, #client.asked)
    end
  end)

  it("\"pages\" ends where the answer says that this was the last", function()
    local client = client_over({ { "a" }, { "b" }, { "c" } }, { paging = "pages" }, function(at)
      return (',"pagination":{"last_page":%s}'):format(at == 2)
    end)
    assert.equal("a b", tokens_of(client))
    assert.equal(2, #client.asked)
  end)

  it("\"pages\" knows rows without a token by their id or name", function()
    local looks = 0
    local client = client_of(function()
      looks = looks + 1
      return ('{"_embedded":{"things":[{"id":7,"looks":%d},{"name":"n"}]}}'):format(looks)
    end, { paging = "pages" })
    assert.equal(2, #collect(client))
    assert.equal(2, looks)
  end)

  it("\"pages\" calls it an error when pages are announced and do not come", function()
    local client = client_over({ { "a" } }, { paging = "pages" }, function()
      return ',"pagination":{"total_pages":3}'
    end)
    local ok, err = pcall(tokens_of, client)
    assert.is_false(ok)
    assert.equal("protocol", err.kind)
    assert.matches("goes in circles", tostring(err))
  end)

  it("\"pages\" begins where it is told to", function()
    local client = client_over({ { "a" }, { "b" }, { "c" }, {} }, { paging = "pages" })
    assert.equal("b c", tokens_of(client, { page = 2 }))
  end)

  it("\"once\" reads once, unless the answer says that there is more", function()
    local client = client_over({ { "a" }, { "b" } }, { paging = "once" })
    assert.equal("a", tokens_of(client))
    assert.equal(1, #client.asked)
    local more = client_over({ { "a" }, { "b" } }, { paging = "once" }, function()
      return ',"pagination":{"total_pages":2,"total_count":2}'
    end)
    assert.equal("a b", tokens_of(more))
  end)

  it("sends a cursor where the route wants it", function()
    local client = client_of({ '{"things":[1],"pagination":{"next_token":"x"}}', '{"things":[2],"next_token":null}' },
      { key = "things", cursor = "next_token" })
    assert.same({ 1, 2 }, collect(client))
    assert.equal("x", client.asked[2].query.next_token)
  end)
end)

describe("a HAL list", function()
  it("is the one that the route names, or the only one", function()
    local both = '{"_embedded":{"things":[1],"others":[2],"count":3}}'
    assert.same({ 1 }, (page.list(client_of({ both }, { key = "things" }), "things.list")))
    assert.equal("protocol", select(2, page.list(client_of { both }, "things.list")).kind)
    assert.same({ 1 }, (page.list(client_of { '{"_embedded":{"things":[1],"count":3}}' }, "things.list")))
    assert.same({}, (page.list(client_of { '{"_embedded":{"things":[]}}' }, "things.list")))
  end)

  it("of one may be the bare object, where the route says so", function()
    assert.equal(7, page.list(client_of({ '{"id":7}' }, { single = true }), "things.list")[1].id)
    assert.is_nil((page.list(client_of { '{"id":7}' }, "things.list")))
    assert.is_nil((page.list(client_of({ '{"pagination":{}}' }, { single = true }), "things.list")))
  end)
end)
