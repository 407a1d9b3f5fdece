-- Prompts in bulk: the plan says what will be, nothing is made twice, nobody's work is overwritten unseen.
-- SPDX-License-Identifier: MIT

local five9_ask = require "spec.support.five9_ask"
local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local studio = require "studio"

describe("prompts:bulk", function()
  local sb, f9, ask, close, folder

  setup(function()
    sb = assert(sandbox.start {})
    ask, close = five9_ask(sb)
    f9 = studio.five9 { base_url = sb.five9_url, scope_id = "1234", api_key = "f9-key", backoff_base = 0.005,
      backoff_cap = 0.01, max_attempts = 1 }
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)
  teardown(function()
    close()
    f9:close()
    sb:stop()
    os.execute("rm -rf " .. folder)
  end)
  before_each(function()
    sb:set { five9 = { prompts = 2 }, faults = {} }
    os.execute("rm -f " .. folder .. "/*")
  end)

  local VOICES = { "Joanna" }

  -- With a record, and without waiting for what was carried out to be seen.
  local function bulk(source, options)
    local all = { voices = VOICES, state = folder .. "/state", settle = 0 }
    for name, value in pairs(options or {}) do all[name] = value or nil end
    return f9.prompts:bulk(source, all)
  end

  local function counts(plan) return { plan.create, plan.update, plan.unchanged, plan.left } end

  -- Every prompt by its name; nil where there are two of a name.
  local function all_prompts()
    local _, answer = ask("GET", "/prompt/prompts", nil, { query = { per_page = 1000 } })
    local by_name = {}
    for _, row in ipairs(answer.data) do
      assert.is_nil(by_name[row.prompt_name], "two prompts have the name " .. row.prompt_name)
      by_name[row.prompt_name] = row
    end
    return by_name
  end

  -- "1 Good day | 5 Guten Tag": who says what.
  local function said(row)
    local parts = {}
    for i, value in ipairs(row.prompt_values) do parts[i] = value.tts_voice_id .. " " .. value.tts_value end
    return table.concat(parts, " | ")
  end

  local function csv(text)
    local path = folder .. "/prompts.csv"
    shell.write(path, text)
    return path
  end

  local function many(n)
    local list = {}
    for i = 1, n do list[i] = { prompt_name = ("p%02d"):format(i), text = ("Text %d."):format(i) } end
    return list
  end

  local function created() return sb:state().five9.prompts_created end

  it("plans, then makes and changes what the plan says, and is done then", function()
    sb:clear_log()
    local source = { hello = "Good day.", bye = "Good bye.", ["prompt-002"] = "This is new." }
    local plan = assert(bulk(source))
    for _, entry in ipairs(sb:log()) do assert.equal("GET", entry.method) end
    assert.same({ 2, 1, 0, 0 }, counts(plan))
    assert.equal("studio.five9.bulk.plan (2 to make, 1 to change, 0 unchanged, 0 left alone)", tostring(plan))
    local changes = {}
    local report = assert(plan:apply { on_change = function(change) changes[change.name] = change.action end })
    assert.same({ true, 2, 1, 0 }, { report.complete, report.created, report.updated, report.found })
    assert.same({ hello = "created", bye = "created", ["prompt-002"] = "updated" }, changes)
    assert.equal(plan.calls, report.calls)
    local rows = all_prompts()
    assert.equal("1 Good day.", said(rows.hello))
    assert.equal("1 This is new.", said(rows["prompt-002"]))
    assert.same({ "Joanna", "Good day." }, { rows.hello.default_voice_name, rows.hello.default_tts_value })
    assert.same({ "This is new.", 0 }, { rows["prompt-002"].default_tts_value, rows["prompt-002"].is_archived })

    plan = assert(bulk(source))
    assert.same({ 0, 0, 3, 0 }, counts(plan))
    report = assert(plan:apply())
    assert.same({ true, 3 }, { report.complete, report.unchanged })
    assert.same({ hello = 1, bye = 1 }, created())
  end)

  it("shows itself as a table in which nothing steers the terminal", function()
    local plan = assert(bulk({ ["evil\27[2J"] = "Text\27]0;x\7", ["prompt-001"] = "x", ["prompt-002"] = "New." }))
    local ok, message = pcall(plan.table, {})
    assert.is_false(ok)
    assert.matches("plan:table: call it with a colon", message, 1, true)
    local text = plan:table { width = 90 }
    assert.is_nil(text:find "[%c]" and text:gsub("\n", ""):find "%c")
    assert.is_truthy(text:find("make    evil", 1, true))
    assert.is_truthy(text:find("change  prompt-002", 1, true))
    assert.is_truthy(text:find("it is the system's own", 1, true))
    assert.is_truthy(text:find("3 prompts: make 1, change 1, leave 1 alone; 0 unchanged.", 1, true))
    assert.is_truthy(plan:table({ most = 1 }):find("and 2 more", 1, true))
  end)

  it("knows the calls and the least time under a limit", function()
    local limited <close> = studio.five9 { base_url = sb.five9_url, scope_id = "1234", api_key = "f9-key",
      limit_key = "bulk, limited", limits = { requests = 5, window = 10, guard = 0 } }
    local plan = assert(limited.prompts:bulk(many(20), { voices = VOICES }))
    assert.same({ 20 + 2, 40 }, { plan.calls, math.floor(plan.seconds) }) -- the list's second page is the empty one
    assert.is_truthy(plan:table():find("22 calls, at least 40 s under the limit.", 1, true))
  end)

  it("reads CSV: texts by language, voices by name, id and language", function()
    local path = csv('\xEF\xBB\xBFprompt_name,text,text:de-DE,voices\r\nhello,"Good day, ""friend"".",Guten Tag.,\r\n'
      .. "short,Yes.,,Amy; 2\r\n\r\ngerman,,Nur Deutsch.,\r\n")
    local plan = assert(bulk(path, { languages = { "German", "en-gb" } }))
    assert.same({ 3, 0, 0, 0 }, counts(plan))
    assert.is_true(assert(plan:apply()).complete)
    local rows = all_prompts()
    assert.equal('1 Good day, "friend". | 5 Guten Tag. | 3 Good day, "friend".', said(rows.hello))
    assert.equal("3 Yes. | 2 Yes.", said(rows.short))
    assert.equal("5 Nur Deutsch.", said(rows.german))
    assert.same({ 0, 0, 3, 0 }, counts(assert(bulk(path, { languages = { "German", "en-gb" } }))))
  end)

  it("reads lists, with texts by language, and other names for the name", function()
    local plan = assert(bulk({ { id = "hello", text = { ["en-US"] = "Hi.", German = "Hallo." }, voices = { 5, 1 } } },
      { key = "id" }))
    assert.is_true(assert(plan:apply()).complete)
    assert.equal("5 Hallo. | 1 Hi.", said(all_prompts().hello))
  end)

  it("refuses a source with anything wrong in it, before anything is asked for", function()
    local function refused(text, words, options)
      local plan, err = bulk(text and csv(text) or folder .. "/none.csv", options)
      assert.is_nil(plan)
      assert.is_truthy(err.message:find(words, 1, true), err.message)
    end
    sb:clear_log()
    refused(nil, "none.csv")
    refused("prompt_name,txt\na,b\n", "the column 'txt' is for nothing")
    refused("prompt_name\na\n", "no column 'text'")
    refused("name,text\na,b\n", "the column 'name' is for nothing")
    refused("prompt_name,text\na,b\n,c\nd,\na,e\n",
      "row 3 has no name; row 4 ('d') has no text; row 5 has the name of row 2 ('a')")
    refused('prompt_name,text\na,"b\n', "quoted")
    assert.equal(0, #sb:log())
    refused("prompt_name,text\na,b\n", "there is no voice 'Nobody'", { voices = { "Nobody" } })
    refused("prompt_name,text\na,b\n", "there is no voice 'joana'; did you mean 'Joanna'?", { voices = { "joana" } })
    refused("prompt_name,text\na,b\n", "no voice speaks 'xx'", { languages = { "xx" } })
    refused("prompt_name,text\na,b\n", "row 2 ('a'): nobody is to say it", { voices = false })
    refused("prompt_name,text:de-DE\na,b\n", "none of its voices has a text in its language")
    refused("prompt_name,text:xx\na,b\n", "no voice speaks 'xx'")
    refused("prompt_name,text:en-US,text:English (US)\na,b,c\n",
      "its texts for 'English (US)' and 'en-US' are for one voice (Joanna)")
    assert.same({}, created())
    assert.has_error(function() bulk { { prompt_name = "a" } } end, nil)
    assert.has_error(function() bulk { { prompt_name = "a", txt = "b" } } end, nil)
    assert.has_error(function() bulk { a = 7 } end, nil)
  end)

  describe("when answers are lost,", function()
    it("finds what was made, by its name, and makes it no second time", function()
      local plan = assert(bulk(many(8)))
      sb:set { faults = { { kind = "drop", method = "POST", path = "/prompt/prompts$", rate = 0.5, count = 4 } } }
      local report = assert(plan:apply())
      assert.same({ true, 4, 4 }, { report.complete, report.created, report.found })
      for name, n in pairs(created()) do assert.equal(1, n, name) end
      all_prompts()
    end)

    it("asks again for what was not made", function()
      local plan = assert(bulk(many(5)))
      sb:set { faults = { { kind = "drop", method = "POST", path = "/prompt/prompts$", effect = false, count = 3 } } }
      local report = assert(plan:apply { concurrency = 2 })
      assert.same({ true, 5, 0 }, { report.complete, report.created, report.found })
      for name, n in pairs(created()) do assert.equal(1, n, name) end
    end)

    it("says so in the end, and the next run goes on from there", function()
      local plan = assert(bulk(many(2)))
      sb:set { faults = { { kind = "drop", method = "POST", path = "/prompt/prompts$", effect = false } } }
      local report = assert(plan:apply())
      assert.same({ false, 0, 2 }, { report.complete, report.created, #report.failed })
      assert.is_true(report.failed[1].unknown)
      sb:set { faults = {} }
      plan = assert(bulk(many(2)))
      assert.is_truthy(plan.entries[1].why:find("looked for first", 1, true))
      assert.is_true(assert(plan:apply()).complete)
      for name, n in pairs(created()) do assert.equal(1, n, name) end
    end)

    it("waits until the service must show what it did", function()
      local plan = assert(bulk(many(1), { settle = 0.05 }))
      sb:set { faults = { { kind = "drop", method = "POST", path = "/prompt/prompts$", count = 1 } } }
      local told = {}
      local report = assert(plan:apply { progress = function(text) told[#told + 1] = text end })
      assert.equal(1, report.found)
      assert.is_truthy(table.concat(told, "\n"):find("waiting %d s to see"))
    end)
  end)

  it("ends early when the key may not, and goes on with another one", function()
    local plan = assert(bulk(many(3)))
    sb:set { faults = { { kind = "status", status = 403, method = "POST", path = "/prompt/prompts$" } } }
    local report = assert(plan:apply { concurrency = 1 })
    assert.same({ false, "forbidden", 1 }, { report.complete, report.stopped.kind, #report.failed })
    sb:set { faults = {} }
    assert.equal(3, assert(assert(bulk(many(3))):apply()).created)
  end)

  it("leaves alone what somebody made or changed since the plan", function()
    local plan = assert(bulk { hello = "Good day.", bye = "Good bye.", ["prompt-002"] = "This is prompt 2." })
    assert(f9.prompts:create { prompt_name = "hello", prompt_values = { { tts_voice_id = 1, tts_value = "Theirs." } } })
    local row = all_prompts()["prompt-002"]
    assert(f9.prompts:update(row, { prompt_name = "prompt-002",
      prompt_values = { { tts_voice_id = 1, tts_value = "T" } } }))
    local report = assert(plan:apply())
    assert.same({ false, 1, 2 }, { report.complete, report.created, #report.left })
    assert.is_truthy(report.left[1].why:find("since the plan was made", 1, true))
    local rows = all_prompts()
    assert.same({ "1 Theirs.", "1 T" }, { said(rows.hello), said(rows["prompt-002"]) })
  end)

  it("keeps voices that nobody spoke of, and the default voice", function()
    local values = { { tts_voice_id = 3, tts_value = "British.", voice_name = "Amy" },
      { tts_voice_id = 1, tts_value = "Old.", voice_name = "Joanna", file_url = "", file_path = "kept" } }
    assert(f9.prompts:create { prompt_name = "hello", prompt_values = values, default_voice_name = "Amy",
      default_tts_value = "British." })
    local plan = assert(bulk({ hello = "New." }, { voices = { "Joanna", "Lupe" } }))
    assert.same({ 0, 1, 0, 0 }, counts(plan))
    assert(plan:apply())
    local row = all_prompts().hello
    assert.equal("3 British. | 1 New. | 4 New.", said(row))
    assert.same({ "kept", "Amy", "British." },
      { row.prompt_values[2].file_path, row.default_voice_name, row.default_tts_value })
  end)

  it("replaces what it cannot read only when it is told to, but knows its own", function()
    sb:set { five9 = { prompts = 2, prompt_rows = "brief", listing = "nested", created = "bare" } }
    local source = { hello = "Good day.", ["prompt-002"] = "New." }
    local plan = assert(bulk(source))
    assert.same({ 1, 0, 0, 1 }, counts(plan))
    local report = assert(plan:apply())
    assert.same({ 1, "prompt-002" }, { report.created, report.left[1].name })
    assert.same({ 0, 0, 1, 1 }, counts(assert(bulk(source))))
    source.hello = "Good evening."
    assert.same({ 0, 0, 0, 2 }, counts(assert(bulk(source))))
    assert.equal(2, assert(assert(bulk(source, { replace = true })):apply()).updated)
    assert.same({ 0, 0, 2, 0 }, counts(assert(bulk(source))))
  end)

  it("makes nothing again that is on record and gone, unless it is told to", function()
    assert(assert(bulk { hello = "Good day." }):apply())
    sb:set { five9 = { prompts = 2 } }
    local plan = assert(bulk { hello = "Good day." })
    assert.same({ 0, 0, 0, 1 }, counts(plan))
    assert.is_truthy(plan:table():find("made before", 1, true))
    assert.same({}, (function() plan:apply() return created() end)())
    assert.equal(1, assert(assert(bulk({ hello = "Good day." }, { remake = true })):apply()).created)
  end)

  it("does not guess which of two prompts of one name is meant", function()
    for _ = 1, 2 do
      assert(f9.prompts:create { prompt_name = "hello", prompt_values = { { tts_voice_id = 1, tts_value = "x" } } })
    end
    local plan = assert(bulk { hello = "Good day." })
    assert.same({ 0, 0, 0, 1 }, counts(plan))
    assert.is_truthy(plan.entries[1].why:find("2 prompts have this name", 1, true))
  end)

  it("keeps its record to one run at a time, and to one account", function()
    local plan = assert(bulk(many(1)))
    local held <close> = assert(require("studio.core").journal(folder .. "/state"))
    local report, err = plan:apply()
    assert.is_nil(report)
    assert.equal("file", err.kind)
    held:close()
    assert(plan:apply())
    local other <close> = studio.five9 { base_url = sb.five9_url, scope_id = "1235", api_key = "f9-sp-key" }
    local none
    none, err = other.prompts:bulk(many(1), { voices = VOICES, state = folder .. "/state" })
    assert.is_nil(none)
    assert.is_truthy(err.message:find("another scope id: 1234, not 1235", 1, true))
  end)

  -- Plans and applies in a process of its own, which may die on the way: "killed", its report, or what it wrote.
  local function child(source, die)
    local text = json.encode { url = sb.five9_url, state = folder .. "/state", source = source, voices = VOICES,
      die = die }
    local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
    local _, out = shell.run(("{ %s spec/support/five9_bulker.lua %s %s; echo status $?; }"):format(
      os.getenv "STUDIO_LUA" or "lua5.4", shell.quote(setup), shell.quote(text)))
    return out:find "status 137%s*$" and "killed" or json.decode(out:match "^[^\n]*") or out
  end

  it("killed at any point and run again, makes each prompt once", function()
    local source = many(3)
    for _, die in ipairs { { "append", 2 }, { "send", 2, "POST" }, { "answer", 2, "POST" }, { "append", 5 } } do
      sb:set { five9 = { prompts = 2 } }
      os.remove(folder .. "/state")
      local where = table.concat(die, " ")
      assert.equal("killed", child(source, die), where)
      local report = child(source)
      assert.is_true(type(report) == "table" and report.complete, where)
      assert.same({ p01 = 1, p02 = 1, p03 = 1 }, created(), where)
    end
  end)

  it("#soak killed at random points while answers are lost, makes each of 200 prompts once", function()
    local source, kills, rounds, seed = many(200), 0, 0, os.time()
    math.randomseed(seed)
    local report
    repeat
      rounds = rounds + 1
      sb:set { faults = {
        { kind = "drop", path = "/prompt/prompts$", rate = 0.03 },
        { kind = "drop", path = "/prompt/prompts$", effect = false, rate = 0.03 },
        { kind = "cut", path = "/prompt/prompts$", rate = 0.03 },
      } }
      report = child(source, ({ { "append", math.random(2, 60) }, { "send", math.random(40), "POST" },
        { "answer", math.random(40), "POST" } })[math.random(3)])
      if report == "killed" then kills = kills + 1 end
    until type(report) == "table" and report.complete or rounds == 60
    assert.is_true(type(report) == "table" and report.complete, "seed " .. seed)
    local n = 0
    for name, count in pairs(created()) do
      n = n + 1
      assert.equal(1, count, name .. ", seed " .. seed)
    end
    assert.equal(200, n)
    print(("  200 prompts in %d runs, %d of them killed: each made once"):format(rounds, kills))
  end)
end)
