-- Five9 Studio's sandbox: who may come in, data stores and their rows; by the core alone, and by curl.
-- SPDX-License-Identifier: MIT

local five9_ask = require "spec.support.five9_ask"
local json = require "studio.json"
local row_texts = require "studio.sandbox.five9.rows"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

describe("Five9 Studio's sandbox", function()
  local sb, ask, close

  setup(function()
    sb = assert(sandbox.start {})
    ask, close = five9_ask(sb)
  end)
  teardown(function()
    close()
    sb:stop()
  end)
  before_each(function()
    sb:reset()
    sb:set { five9 = {}, faults = {} }
  end)

  local function status_of(...) return (ask(...)) end

  local function message_of(...)
    local status, body = ask(...)
    return status .. " " .. body.message
  end

  -- A query body with one level of conditions: { column, operator, value }.
  local function conditions(connection, list)
    local children = json.array {}
    for i, own in ipairs(list) do
      children[i] = { fieldName = own[1], fieldTypeName = "text", operatorName = own[2], value = own[3] }
    end
    return { maxDepth = 0, connectionType = connection, children = children }
  end

  local function query(where, more)
    local body = { data_store_id = 1, per_page = 10000, row_limit = "no-limit",
      where = where or conditions("and", {}) }
    for name, value in pairs(more or {}) do body[name] = value end
    local status, answer = ask("POST", "/data/getdatastorecollection", body)
    return answer.ws_response_data or answer, status
  end

  local function insert(list, store)
    return ask("POST", "/data/data-store-collection", { data_store_id = store or 1, data = json.array(list) })
  end

  local function update(list, store)
    return ask("POST", "/data/bulk-update-documents", { data_store_id = store or 1, data = json.array(list) })
  end

  -- The values of a column, joined.
  local function column(list, name)
    local values = {}
    for i, row in ipairs(list) do values[i] = tostring(row[name]) end
    return table.concat(values, " ")
  end

  describe("lets in", function()
    it("a key with its scope and its scope id, and nobody else", function()
      local path = "/data/data-store"
      assert.equal(200, status_of("GET", path))
      assert.equal("401 Unauthenticated.", message_of("GET", path, nil, { key = "f9-other" }))
      assert.equal("401 Unauthenticated.", message_of("GET", path, nil, { key = false }))
      assert.equal("403 The selected scope is invalid.", message_of("GET", path, nil, { scope = "xx" }))
      assert.equal("403 The selected scope is invalid.", message_of("GET", path, nil, { scope = false }))
      local mismatch = "403 The API key and the scope id do not match."
      assert.equal(mismatch, message_of("GET", path, nil, { id = "1235" }))
      assert.equal(mismatch, message_of("GET", path, nil, { id = false }))
      assert.equal(403, status_of("GET", path, nil, { scope = "sp", id = "77" }))
    end)

    it("a service provider's key to all its accounts, each with its own data", function()
      local function names(scope, id)
        local status, body = ask("GET", "/data/data-store", nil, { key = "f9-sp-key", scope = scope, id = id })
        return status == 200 and column(body.data, "data_store_id") or status
      end
      assert.equal("1 2", names("ac", "1234"))
      assert.equal("3", names("ac", "1235"))
      assert.equal("", names("sp", "77"))
      assert.equal(403, names("ac", "9999"))
      assert.equal(403, names("sp", "1234"))
      assert.equal(404, status_of("GET", "/data/data-store/3"))
    end)
  end)

  describe("has data stores that", function()
    it("tell their columns, one or all of them", function()
      local _, one = ask("GET", "/data/data-store/1")
      assert.same({ "customers", 1 }, { one.data.name, one.data.data_store_id })
      assert.equal("String String String Integer Double Date", column(one.data.columns, "type"))
      local _, all = ask("GET", "/data/data-store")
      assert.same(one.data, all.data[1])
      assert.equal("Text Long Text Number Decimal Float Audio", column(all.data[2].columns, "type"))
      assert.equal("404 Data store not found.", message_of("GET", "/data/data-store/9"))
      assert.equal(405, status_of("DELETE", "/data/data-store/1"))
      assert.equal("404 The route could not be found.", message_of("GET", "/data"))
    end)

    it("give the rows that a tree of conditions asks for", function()
      assert.equal(12, #query())
      assert.equal("C-000003", column(query(conditions("and", { { "customer_id", "=", "C-000003" } })), "customer_id"))
      local some = { { "customer_id", "=", "C-000003" }, { "customer_id", "=", "C-000011" },
        { "customer_id", "=", "none" } }
      assert.equal("C-000003 C-000011", column(query(conditions("or", some)), "customer_id"))
      assert.equal("", column(query(conditions("and", some)), "customer_id"))
      local tree = conditions("and", { { "customer_id", ">", "C-000003" } })
      tree.children[2] = conditions("or", { { "customer_id", "=", "C-000001" }, { "customer_id", "<", "C-000006" } })
      assert.equal("C-000004 C-000005", column(query(tree), "customer_id"))
      local row = query()[2]
      for _, name in ipairs { "_id", "visits", "balance", "name" } do
        assert.same({ row }, query(conditions("and", { { name, "=", tostring(row[name]) } })), name)
      end
    end)

    it("find what has quotes and braces in it", function()
      local nasty = 'a "name": "C-000001", {"visits":7} \\ \n ß'
      assert.equal(200, insert { { customer_id = "X", name = nasty } })
      assert.equal("X", column(query(conditions("and", { { "name", "=", nasty } })), "customer_id"))
      assert.equal(nasty, query(conditions("and", { { "customer_id", "=", "X" } }))[1].name)
    end)

    it("cut what they give: a limit, pages, or no pages", function()
      assert.equal(5, #query(nil, { row_limit = 5 }))
      assert.equal("C-000006 C-000007 C-000008 C-000009 C-000010",
        column(query(nil, { per_page = 5, page = 2 }), "customer_id"))
      assert.equal(2, #query(nil, { per_page = 5, page = 3 }))
      assert.equal(0, #query(nil, { per_page = 5, page = 4 }))
      assert.equal(2, #query(nil, { per_page = 5, page = 2, row_limit = 7 }))
      sb:set { five9 = { paging = false } }
      assert.equal("C-000001", query(nil, { per_page = 5, page = 2 })[1].customer_id)
    end)

    it("take rows of the right types, all or none", function()
      local status, body = insert {
        { _id = "", _uuid = "", _timestamp = "", customer_id = "N-1", visits = 3, balance = 1.2345,
          joined = "2024-02-29" },
        { customer_id = "N-2", visits = "-7", balance = "80", name = json.null },
      }
      assert.equal(200, status)
      local rows = query(conditions("or", { { "customer_id", "=", "N-1" }, { "customer_id", "=", "N-2" } }))
      assert.same(body.data, rows)
      assert.same({ 3, 1.2345, -7, 80 }, { rows[1].visits, rows[1].balance, rows[2].visits, rows[2].balance })
      assert.is_nil(rows[2].name)
      for _, name in ipairs { "_id", "_uuid" } do
        assert.is_true(#rows[1][name] > 0 and rows[1][name] ~= rows[2][name], name)
      end
      assert.is_truthy(rows[1]._timestamp:find "^%d%d%d%d%-%d%d%-%d%dT")

      status, body = insert { { customer_id = "N-3" },
        { visits = 2.5, balance = 1.23456, joined = "2025-02-29", foo = 1 } }
      assert.equal(422, status)
      assert.same({ "The data.1.visits must be an integer." }, body.errors["data.1.visits"])
      local fields = 0
      for _ in pairs(body.errors) do fields = fields + 1 end
      assert.equal(4, fields)
      assert.equal(422, (insert { { visits = 2147483648 } }))
      local state = sb:state().five9
      assert.same({ 14, 2, 0 }, { state.rows["1"], state.inserts, state.updates })
    end)

    it("of earlier types too, and refuse what is too much", function()
      assert.equal(200, (insert({ { call = ("ü"):rep(255), cost = 1.125, score = 0.5 } }, 2)))
      assert.equal(422, (insert({ { call = ("ü"):rep(256) } }, 2)))
      assert.equal(422, (insert({ { cost = 1.1255 } }, 2)))
      assert.equal(422, (ask("POST", "/data/data-store-collection", '{"data_store_id":2,"data":[{"call":"\xff"}]}')))
      sb:set { five9 = { batch = 2 } }
      local _, body = insert { {}, {}, {} }
      assert.equal("The data may not have more than 2 items.", body.message)
    end)

    it("change rows by their ids, all or none", function()
      local rows = query()
      local first, second = rows[1], rows[2]
      assert.equal(200, (update { { _id = first._id, _uuid = "", _timestamp = 1, visits = 1000 },
        { _id = second._id, name = "New \"name\"" } }))
      first.visits, second.name = 1000, "New \"name\""
      assert.same(rows, query())
      local status, body = update { { _id = first._id, visits = 2 }, { _id = "0123456789abcdef01234567", visits = 3 } }
      assert.equal(422, status)
      assert.is_table(body.errors["data.1._id"])
      assert.same(rows, query())
      assert.equal(2, sb:state().five9.updates)
    end)

    it("take nothing for a body that is none", function()
      local path = "/data/getdatastorecollection"
      for body, message in pairs {
        ["["] = "422 The request body is not a JSON object.", ["[]"] = "422 The request body is not a JSON object.",
        ["{}"] = "422 The data store id field is required.", ['{"data_store_id":9}'] = "404 Data store not found.",
        ['{"data_store_id":{}}'] = "404 Data store not found.",
        ['{"data_store_id":1,"per_page":[]}'] = "422 The per page must be an integer from 1 on.",
        ['{"data_store_id":1,"per_page":0}'] = "422 The per page must be an integer from 1 on.",
        ['{"data_store_id":1,"where":{"connectionType":"and","children":{}}}'] =
          "422 The where must have a connectionType (and, or) and children.",
        ['{"data_store_id":1,"row_limit":"all"}'] = "422 The row limit must be no-limit or an integer from 1 on.",
      } do
        assert.equal(message, message_of("POST", path, body))
      end
      local _, status = query(conditions("and", { { "nobody", "=", "x" } }))
      assert.equal(422, status)
      _, status = query(conditions("and", { { "name", "like", "x" } }))
      assert.equal(422, status)
    end)
  end)

  it("sends many rows without joining them first, from any byte to any byte", function()
    local list = {}
    for i = 1, 40 do list[i] = ("%d"):rep(i % 7 + 1):format(i, i, i, i, i, i, i) end
    local text, whole = row_texts.text("<", list, ">"), "<" .. table.concat(list, ",") .. ">"
    assert.equal(whole, tostring(text))
    assert.equal("<>", tostring(row_texts.text("<", {}, ">")))
    for from = 1, #whole, 3 do
      for _, length in ipairs { 1, 2, 17, 64 } do
        assert.equal(whole:sub(from, from + length - 1), tostring(text:sub(from, from + length - 1)))
      end
    end
    for i = #whole, 1, -1 do assert.equal(whole:sub(i, i), tostring(text:sub(i, i))) end
  end)

  it("answers curl too, and is seen in the log without its key", function()
    sb:clear_log()
    local _, text = shell.tool("curl -s --noproxy '*' -H 'Studio-Api-Key: f9-key' -H 'Scope: ac' -H 'Scope-Id: 1234' "
      .. "-d '{\"data_store_id\":2}' " .. sb.five9_url .. "/data/getdatastorecollection")
    assert.equal(3, #json.decode(text).ws_response_data)
    local entry = sb:log()[1]
    assert.same({ "five9", "/api/data/getdatastorecollection", 200, "five9#1" },
      { entry.server, entry.path, entry.status, entry.key })
    assert.is_nil(json.encode(entry):find("f9-key", 1, true))
  end)

  it("goes wrong on demand", function()
    sb:set { faults = { { kind = "status", status = 500, server = "five9", count = 1 } } }
    assert.equal("500 The service is unwell.", message_of("GET", "/data/data-store"))
    assert.equal(200, status_of("GET", "/data/data-store"))
  end)

  it("counts requests where it is told to", function()
    sb:set { five9 = { limit = 2, window = 3600, headers = "retry_after" } }
    for _ = 1, 2 do assert.equal(200, status_of("GET", "/data/data-store")) end
    local status, body, response = ask("GET", "/data/data-store")
    assert.same({ 429, "Too Many Attempts." }, { status, body.message })
    assert.is_truthy(tonumber(response:header "retry-after"))
  end)
end)
