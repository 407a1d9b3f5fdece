-- Five9: conversations with bots: no turn twice, rich content, what is refused before it is sent.
-- SPDX-License-Identifier: MIT

local echo = require "spec.support.echo"
local five9 = require "spec.support.five9"
local json = require "studio.json"
local reply = require "studio.services.five9.reply"
local studio = require "studio"

local KEYS = { api_key = "f9-bot-key", task_key = "task-1" }

describe("a conversation", function()
  local toys, bot

  setup(function() toys = five9.start() end)
  before_each(function()
    toys:reset()
    bot = toys:client().chatbot(KEYS)
  end)
  teardown(function() toys:stop() end)

  it("begins with the first turn, and goes on by the session's id", function()
    local session = assert(bot:start())
    assert.equal(0, toys:state().turns)
    assert.equal("Hello. How can I help?", assert(session:say()).text)
    assert.equal("You said: hours?", assert(session:say "hours?").text)
    assert.equal('I got: {"order":7}', assert(session:say { order = 7 }).text)
    local both = assert(session:say("this", { message_json = { order = 8 } }))
    assert.equal('I got: {"order":8}\nYou said: this', both.text)
    local last = assert(session:say "end")
    assert.same({ true, true, 5, "studio.five9.session (5 turns)" }, { last.ended, session.ended, session.turns,
      tostring(session) })
    assert.same({ [session.session_id] = { "", "hours?", '{"order":7}', "this", "end" } }, toys:state().conversations)
    for _, request in ipairs(toys.server:log()) do
      assert.is_nil(request.headers["studio-api-key"])
      assert.is_nil(request.headers.scope)
    end
  end)

  it("needs no key of an account, but the bot's own", function()
    local f9 <close> = studio.five9 { base_url = toys.server.five9_url, state_dir = false }
    local session, first = f9.chatbot(KEYS):start "hi"
    assert.is_string(session.session_id)
    assert.equal("Hello. How can I help?\nYou said: hi", first.text)
    local none, err = f9.chatbot { api_key = "f9-sp-key", task_key = "task-1" }:start "hi"
    assert.is_nil(none)
    assert.same({ "forbidden", false }, { err.kind, err.maybe_done })
    assert.matches("keys of service providers are refused here", tostring(err), 1, true)
  end)

  -- Faults of every kind, before and behind the bot: of 50 turns each is said once by us, and heard at most once.
  it("of 50 turns among faults says no turn twice", function()
    local kinds = {
      { kind = "drop" }, { kind = "drop", effect = false }, { kind = "status", status = 503 },
      { kind = "status", status = 500, effect = true }, { kind = "cut" }, { kind = "bad_json" }, { kind = "empty" },
      { kind = "status", status = 429, headers = { ["retry-after"] = "0" } }, { kind = "html" },
      { kind = "redirect", status = 307, location = "/api/chatbot" }, { kind = "garbage" }, { kind = "reset" },
    }
    local session = assert(bot:start "begin")
    local said, answered, doubtful, refused = { "begin" }, 1, 0, 0
    for n = 2, 50 do
      local fault = n % 3 == 0 and kinds[n // 3 % #kinds + 1]
      toys.server:set { faults = fault and { { kind = fault.kind, effect = fault.effect, status = fault.status,
        headers = fault.headers, location = fault.location, count = 1, server = "five9" } } or {} }
      said[n] = "turn " .. n
      local got, err = session:say(said[n])
      if got then
        answered = answered + 1
        assert.equal("You said: " .. said[n], got.text)
      else
        assert.is_truthy(fault, tostring(err))
        if err.maybe_done then
          doubtful = doubtful + 1
          assert.same({ n, said[n], err }, { session.doubtful.turn, session.doubtful.said, session.doubtful.err })
        else
          refused = refused + 1
        end
      end
    end
    local heard = toys:state().conversations[session.session_id]
    local times = {}
    for _, words in ipairs(heard) do
      assert.is_nil(times[words], words .. " was heard twice")
      times[words] = true
    end
    assert.equal(session.turns, answered)
    assert.is_true(#heard >= answered and #heard < 50, #heard)
    assert.is_true(answered >= 34 and doubtful >= 8, answered .. " " .. doubtful .. " " .. refused)
  end)

  it("has one turn at a time", function()
    local session = assert(bot:start "hi")
    toys.server:set { latency = 0.05 }
    local got = assert(studio.map({ "one", "two" }, function(words)
      return { pcall(session.say, session, words) }
    end))
    assert.equal("You said: one", got[1][2].text)
    local ok, message = table.unpack(got[2])
    assert.is_false(ok)
    assert.matches("session:say: the turn before this one is still under way", message, 1, true)
    toys.server:set { latency = 0 }
    assert.equal("You said: three", assert(session:say "three").text)
    assert.equal(3, toys:state().turns)
  end)

  it("raises for what cannot be said, and sends nothing", function()
    local session = assert(bot:start "hi")
    local f9 = toys:client()
    for message, mistake in pairs {
      ["what is to be said is missing"] = function() session:say() end,
      ["the message is one level deep, and 'a' is a table"] = function() session:say { a = { b = 1 } } end,
      ["the message must be an object"] = function() session:say { "a" } end,
      ["the message is empty"] = function() session:say {} end,
      ["text must be a string"] = function() session:say(7) end,
      ["the message is given twice"] = function() session:say({ a = 1 }, { message_json = { a = 1 } }) end,
      ["unknown option 'timeot'; did you mean 'timeout'"] = function() session:say("x", { timeot = 1 }) end,
      ["call it with a colon"] = function() session.say "x" end,
      ["five9.chatbot: task_key is missing"] = function() f9.chatbot { api_key = "x" } end,
      ["five9.chatbot: unknown option 'task'"] = function() f9.chatbot { task = "x" } end,
      ["chat_path must be a path that begins with /, or a whole URL"] = function()
        f9.chatbot { api_key = "x", task_key = "y", chat_path = "chat" }
      end,
    } do
      local ok, text = pcall(mistake)
      assert.is_false(ok)
      assert.matches(message, text, 1, true)
    end
    assert.equal(1, #toys.server:log())
  end)

  it("shows pictures, buttons and files, and passes through what it does not know", function()
    local session = assert(bot:start "hi")
    local link, choice = table.unpack(assert(session:say "buttons").messages)
    assert.same({ "link", "Our hours", "https://example.com/hours", true }, { link.buttons[1].type,
      link.buttons[1].text, link.buttons[1].url, link.buttons[1].default })
    assert.same({ "reply", "yes", "reply", "attachment://file-2" }, { choice.buttons[1].type,
      choice.buttons[1].response, choice.buttons[2].type, choice.buttons[2].image })
    assert.equal("postback", assert(session:say "postback").messages[1].buttons[1].type)
    local picture = assert(session:say "image").messages[1]
    assert.same({ "image", "The shop", { attachment = "file-1", listed = true } }, { picture.type, picture.title,
      picture.image })
    assert.same({ "file-1", "file-2" }, assert(session:say "attachments").messages[1].attachments)
    local strange = assert(session:say "strange").messages
    assert.same({ "unknown", "unknown" }, { strange[1].type, strange[2].type })
    assert.equal("no payload", strange[2].raw.note)
    assert.same({}, assert(session:say "silence").messages)
  end)
end)

describe("a bot", function()
  it("shows its keys in no error, no command line and no log", function()
    local server = echo.start { ["*"] = { { status = 401, body = '{"message":"No: canary-bot canary-task"}' } } }
    local f9 <close> = studio.five9 { base_url = server.url, state_dir = false }
    local bot = f9.chatbot { api_key = "canary-bot", task_key = "canary-task" }
    local lines = { tostring(bot), bot:curl "hi" }
    studio.log("debug", function(_, line) lines[#lines + 1] = line end)
    local _, err = bot:start "hi"
    studio.log "off"
    lines[#lines + 1] = tostring(err) .. err:curl()
    server:stop()
    local text = table.concat(lines, "\n")
    assert.matches('"session_id":""', text, 1, true)
    assert.matches('"$BODY_TASK_KEY"', text, 1, true)
    assert.is_nil(text:find("canary", 1, true), text)
  end)

  it("goes where its task's API Info says: a path, or a whole URL", function()
    local server = echo.start { ["*"] = { { body = '{"session_id":"s","text":"ok"}' } } }
    local f9 <close> = studio.five9 { region = "us", state_dir = false }
    local other <close> = studio.five9 { base_url = server.url, state_dir = false }
    assert(f9.chatbot { api_key = "a", task_key = "b", chat_path = server.url .. "/x/chat" }:start "hi")
    assert(other.chatbot { api_key = "a", task_key = "b", chat_path = "/x/talk" }:start "hi")
    local log = server:log()
    assert.same({ "/x/chat", "/api/x/talk" }, { log[1].target, log[2].target })
    server:stop()
  end)

  it("that is not where it was thought to be is said to be a guess", function()
    local server = echo.start { ["*"] = { { status = 404, body = '{"message":"The route could not be found."}' } } }
    local f9 <close> = studio.five9 { base_url = server.url, state_dir = false }
    local _, err = f9.chatbot(KEYS):start "hi"
    assert.matches("is a guess, nobody has documented it", tostring(err), 1, true)
    assert.matches("f9.chatbot { chat_path = … }", tostring(err), 1, true)
    server:stop()
  end)
end)

describe("an answer", function()
  it("may have its words in any of the usual places", function()
    local rich = '{"payload":{"contentType":"TEXT","object":{"message":"Hi"}}}'
    for i, body in ipairs { '{"session_id":"s","text":"Hi"}', '{"data":{"session_id":"s","messages":["Hi"]}}',
      '{"session_id":"s","message":' .. rich .. "}", '{"session_id":"s","reply":[' .. rich .. "]}",
      '{"session_id":"s","text":' .. json.encode(rich) .. "}", '{"session_id":"s","response":{"text":"Hi"}}',
      '{"session_id":"s","data":' .. rich .. "}" } do
      local read = reply.read(json.decode(body))
      assert.same({ "s", "Hi", 1, false }, { read.session_id, read.text, #read.messages, read.ended }, i)
    end
  end)

  it("may be anything, and is never a mistake of the program's", function()
    for _, body in ipairs { "true", '"Hi"', "[]", "{}", '{"session_id":null}', '{"session_id":{}}', '{"messages":7}',
      '{"messages":[null,3,[["x"]]]}', '{"message":{"payload":{"object":{"children":[1,{"REPLY_BUTTON":{}}]}}}}',
      '{"message":{"payload":{"contentType":3,"object":"x"},"attachments":"y"}}', '{"text":"{\\"payload\\":3}"}' } do
      local read = reply.read(json.decode(body))
      assert.is_table(read.messages)
      assert.is_nil(read.session_id)
    end
  end)
end)
