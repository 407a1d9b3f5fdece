-- Five9 Studio's sandbox: prompts and voices, chat bots, users; by the core alone, and by curl.
-- SPDX-License-Identifier: MIT

local five9_ask = require "spec.support.five9_ask"
local json = require "studio.json"
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
  before_each(function() sb:set { five9 = { window = 3600 } } end)

  local function column(rows, name)
    local values = {}
    for i, row in ipairs(rows) do values[i] = tostring(row[name]) end
    return table.concat(values, " ")
  end

  describe("has voices that", function()
    it("are listed, alone and by language, to keys that may see them", function()
      local _, voices = ask("GET", "/prompt/tts-voices")
      assert.equal("Joanna Matthew Amy Lupe de-DE-Wavenet-A Chantal", column(voices.data, "voice_name"))
      local _, languages = ask("GET", "/prompt/languages", nil, { key = "f9-languages-only" })
      assert.equal("1 2", column(languages.data["English (US)"], "tts_voice_id"))
      for _, key in ipairs { "f9-languages-only", "f9-data-only" } do
        local status, body = ask("GET", "/prompt/tts-voices", nil, { key = key })
        assert.same({ 403, "User does not have permission to perform this action." }, { status, body.message })
      end
      assert.equal(403, (ask("GET", "/data/data-store", nil, { key = "f9-languages-only" })))
      assert.equal(200, (ask("GET", "/data/data-store", nil, { key = "f9-data-only" })))
    end)

    it("speak: a WAV file that others take for one", function()
      local status, bytes, response = ask("POST", "/speech/get_prompt_audio",
        { prompt_text = "Hello there", tts_voice_id = 1 })
      assert.same({ 200, "audio/wav" }, { status, response:header "content-type" })
      local path = os.tmpname()
      shell.write(path, bytes)
      local _, told = shell.tool("python3 -c 'import sys, wave; f = wave.open(sys.argv[1]); print(f.getnframes(), "
        .. "f.getframerate(), f.getnchannels())' " .. path)
      os.remove(path)
      assert.equal("15360 16000 1", told:match "[^\n]*")
      local _, other = ask("POST", "/speech/get_prompt_audio", { prompt_text = "Hello there", tts_voice_id = 2 })
      assert.are_not.equal(bytes, other)
      assert.equal(422, (ask("POST", "/speech/get_prompt_audio", { prompt_text = "Hello", tts_voice_id = 99 })))
      assert.equal(422, (ask("POST", "/speech/get_prompt_audio", { tts_voice_id = 1 })))
    end)

    it("say where their file is instead, when they are told to", function()
      local spoken = { prompt_text = "Hello there", tts_voice_id = 1 }
      local _, direct = ask("POST", "/speech/get_prompt_audio", spoken)
      sb:set { five9 = { audio = "file" } }
      local _, metadata = ask("POST", "/speech/get_prompt_audio", spoken)
      assert.equal("audio/wav", metadata.fileType)
      local _, bytes, response = ask("POST", "/api/file-download-from-url", metadata)
      assert.is_true(bytes == direct)
      assert.is_truthy(response:header("content-disposition"):find(metadata.fileName, 1, true))
      metadata.path = "speech/1/none.wav"
      assert.equal(404, (ask("POST", "/api/file-download-from-url", metadata)))
    end)
  end)

  describe("has prompts that", function()
    local function body(name, text, more)
      local fields = {
        prompt_name = name, default_tts_value = text, default_voice_name = "Joanna", folder_id = 0,
        guard_name = "admin",
        prompt_values = json.array { { tts_voice_id = 1, tts_value = text, voice_name = "Joanna", file_url = "",
          file_path = "" } },
      }
      for key, value in pairs(more or {}) do fields[key] = value end
      return fields
    end

    local function names(query)
      local status, answer = ask("GET", "/prompt/prompts", nil, { query = query })
      if status ~= 200 then return status end
      return column(answer.data.prompts or answer.data, "prompt_name"):gsub("prompt%-", "")
    end

    it("are listed: pages, order, folder, without the system's", function()
      assert.equal("001 002 003 004 005", names())
      assert.equal("003 004", names { per_page = 2, page = 2 })
      assert.equal("", names { per_page = 5, page = 2 })
      assert.equal("005 004", names { orderBy = "prompt_id", sortedBy = "desc", per_page = 2, folder_id = 0,
        task_id = -1, hide_system = "false", prompt_type = "IVA" })
      assert.equal("002 003 004 005", names { hide_system = "true" })
      assert.equal("", names { folder_id = 7 })
      assert.equal(422, names { orderBy = "secret" })
      assert.equal(422, names { page = 0 })
      sb:set { five9 = { listing = "nested", prompt_rows = "brief" } }
      assert.equal("001 002 003 004 005", names())
    end)

    it("are made and changed, and counted by name", function()
      local status, made = ask("POST", "/prompt/prompts", body("hello", "Good day"))
      assert.same({ 200, "hello" }, { status, made.data.prompt_name })
      local path = "/prompt/prompts/" .. made.data.prompt_id
      local changed = body("hello", "Good evening", { prompt_id = made.data.prompt_id, is_archived = 0 })
      assert.equal(200, (ask("PUT", path, changed)))
      local _, all = ask("GET", "/prompt/prompts")
      assert.same(changed.prompt_values, all.data[6].prompt_values)
      changed.prompt_id = 1
      assert.equal(422, (ask("PUT", path, changed)))
      assert.equal(404, (ask("PUT", "/prompt/prompts/1", body("x", "y"))))
      assert.equal(403, (ask("PUT", "/prompt/prompts/" .. all.data[1].prompt_id, body("x", "y"))))
      local state = sb:state().five9
      assert.same({ { hello = 1 }, { hello = 1 } }, { state.prompts_created, state.prompts_updated })
      sb:set { five9 = { created = "bare" } }
      _, made = ask("POST", "/prompt/prompts", body("hello", "Good day"))
      assert.is_truthy(math.tointeger(made.prompt_id))
    end)

    it("must be whole", function()
      local function refused(more)
        local status, answer = ask("POST", "/prompt/prompts", body("hello", "Good day", more))
        assert.equal(422, status)
        return next(answer.errors)
      end
      assert.equal("prompt_name", refused { prompt_name = " " })
      assert.equal("prompt_values", refused { prompt_values = {} })
      assert.equal("prompt_values.0.tts_voice_id",
        refused { prompt_values = json.array { { tts_voice_id = 99, tts_value = "x" } } })
      assert.equal("prompt_values.0.tts_value", refused { prompt_values = json.array { { tts_voice_id = 1 } } })
      assert.equal("folder_id", refused { folder_id = "0" })
      assert.equal("guard_name", refused { guard_name = "root" })
      assert.same({}, sb:state().five9.prompts_created)
    end)
  end)

  describe("has a bot that", function()
    local NOBODY = { key = false, scope = false, id = false }

    local function say(fields)
      fields.api_key, fields.task_key = fields.api_key or "f9-bot-key", fields.task_key or "task-1"
      local status, body = ask("POST", "/chatbot", fields, NOBODY)
      return body, status
    end

    local function texts(reply)
      local out = {}
      for i, message in ipairs(reply.messages) do out[i] = message.payload and message.payload.object.message or "?" end
      return table.concat(out, " | ")
    end

    it("keeps a conversation, and counts its turns", function()
      local reply = say {}
      assert.equal("Hello. How can I help?", texts(reply))
      local id = reply.session_id
      assert.equal("You said: two", texts(say { session_id = id, text = "two" }))
      local other = say { text = "one", session_id = "" }
      assert.equal("Hello. How can I help? | You said: one", texts(other))
      reply = say { session_id = id, text = " END " }
      assert.same({ "Goodbye.", true }, { texts(reply), reply.session_ended })
      local _, status = say { session_id = id, text = "more" }
      assert.equal(404, status)
      local state = sb:state().five9
      assert.same({ [id] = { "", "two", " END " }, [other.session_id] = { "one" } }, state.conversations)
      assert.same({ 4, 2 }, { state.turns, state.chats })
    end)

    it("sends all that a message can hold", function()
      local id = say({}).session_id
      local function first(word) return say({ session_id = id, text = word }).messages[1] end
      assert.equal("LINK_BUTTON", first("buttons").payload.object.children[1].type)
      assert.equal("POSTBACK_BUTTON", first("postback").payload.object.children[1].type)
      local image = first "image"
      assert.same({ "IMAGE", "attachment://file-1", "file-1" },
        { image.payload.contentType, image.payload.object.image, image.attachments[1] })
      assert.same({ "file-1", "file-2" }, first("attachments").attachments)
      assert.equal("CAROUSEL", first("strange").payload.contentType)
      assert.is_truthy(first("nasty").payload.object.message:find("\27", 1, true))
      assert.is_nil(first "silence")
      assert.equal('I got: {"a":1,"deep":null}',
        texts(say { session_id = id, message_json = { a = 1, deep = { b = 2 } } }))
      assert.equal('I got: {"a":1}', texts(say { session_id = id, message_json = '{"a":1}' }))
    end)

    it("knows its key and its task, and no service provider's key", function()
      for wanted, fields in pairs {
        [401] = { api_key = "other" }, [403] = { api_key = "f9-sp-key" }, [404] = { task_key = "task-9" },
        [422] = { message_json = { 1, 2 } },
      } do
        local _, status = say(fields)
        assert.equal(wanted, status)
      end
      assert.equal(0, sb:state().five9.turns)
    end)
  end)

  describe("has users who", function()
    local NOBODY = { key = false, scope = false, id = false }

    local function post(path, fields)
      local status, body = ask("POST", "/auth/" .. path, fields, NOBODY)
      return status, body
    end

    local function login(email, password) return (post("login", { email = email, password = password })) end

    it("log in, until they are locked out, whatever their address", function()
      assert.equal(200, login("Ann@Example.com ", "ann-password"))
      for i = 1, 4 do assert.equal(401, login(i % 2 == 0 and "ann@example.com" or "ann.alias@example.com", "wrong")) end
      assert.equal(200, login("ann@example.com", "ann-password")) -- forgives
      for _ = 1, 5 do assert.equal(401, login("ann.alias@example.com", "wrong")) end
      assert.equal(423, login("ann@example.com", "ann-password"))
      assert.equal(200, login("bob@example.com", "bob-password"))
      assert.equal(401, login("nobody@example.com", "x"))
      assert.equal(422, login("nobody", "x"))
      local state = sb:state().five9
      assert.same({ ann = 12, bob = 1, ["nobody@example.com"] = 1 }, state.login_attempts)
      assert.same({ ann = 5, ["nobody@example.com"] = 1 }, state.logins)
    end)

    it("are locked out at one address of the network, not at all of them", function()
      sb:set { five9 = { lock_after = 1, locked = 429 } }
      assert.equal(401, login("ann@example.com", "wrong"))
      local function from(address)
        local _, text = shell.tool("curl -s -o /dev/null -w '%{http_code}' --noproxy '*' --interface " .. address
          .. " -d '{\"email\":\"ann@example.com\",\"password\":\"ann-password\"}' " .. sb.five9_url .. "/auth/login")
        return text
      end
      assert.equal("429", from "127.0.0.1")
      assert.equal("200", from "127.0.0.2")
    end)

    it("get a code that is good once", function()
      assert.equal(422, (post("2fa/verify", { email = "ann@example.com", code = "111111" })))
      assert.equal(200, (post("2fa/send", { email = "ann.alias@example.com" })))
      assert.equal(422, (post("2fa/verify", { email = "ann@example.com", code = "000000" })))
      assert.equal(200, (post("2fa/verify", { email = "ann@example.com", code = 111111 })))
      assert.equal(422, (post("2fa/verify", { email = "ann@example.com", code = "111111" })))
    end)

    it("choose a new password with the token of a letter", function()
      local new = "new-ann-1"
      local function reset(token)
        return (post("reset-password", { email = "ann@example.com", password = new, token = token }))
      end
      assert.equal(422, reset "reset-ann")
      assert.equal(200, (post("forgot-password", { email = "ann@example.com" })))
      assert.equal(200, (post("forgot-password", { email = "nobody@example.com" })))
      assert.equal(422, reset "other")
      assert.equal(200, reset "reset-ann")
      assert.equal(422, reset "reset-ann")
      assert.equal(401, login("ann@example.com", "ann-password"))
      assert.equal(200, login("ann@example.com", new))
      assert.equal(200, (post("validate-password", { password = "long-enough" })))
      assert.equal(422, (post("validate-password", { password = "short" })))
      assert.equal(422, (post("validate-password", { password = "onlyletters" })))
    end)

    it("share limits as documented: 2FA by user, with all addresses; passwords by network address", function()
      sb:set { five9 = { twofa = 3, passwords = 3, window = 3600, headers = "retry_after" } }
      local function send(email) return (post("2fa/send", { email = email })) end
      assert.same({ 200, 200 }, { send "ann@example.com", send "ann.alias@example.com" })
      assert.equal(422, (post("2fa/verify", { email = "ann@example.com", code = "0" })))
      assert.same({ 429, 429, 200 },
        { send "ann.alias@example.com", send "ann@example.com", send "bob@example.com" })
      local function forgot(email) return (post("forgot-password", { email = email })) end
      assert.same({ 200, 200 }, { forgot "ann@example.com", forgot "bob@example.com" })
      assert.equal(200, (post("validate-password", { password = "long-enough" })))
      assert.equal(429, forgot "bob@example.com")
      assert.equal(3, sb:state().five9.limited)
    end)
  end)
end)
