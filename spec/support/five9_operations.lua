-- Every operation of Five9 Studio 7 that is known, written by hand from its sources. SPDX-License-Identifier: MIT
--
-- Not made from our routes: it is what they are held to. Sources: two clients by other people (python-inference-client;
-- the prompt tools of CCaS-Automation), and for what is assumed the vendor's API Resource Guide, which names the
-- operations in its table of rate limits, and its ChatBot API guide.
--
-- An entry: { "rows.insert", "POST /data/…", with = { 3, { { a = 1 } } }, body = '{…}', answer = '{…}', gives = '…' }
--   [1]      name of the route, and of the method
--   [2]      what must be sent: verb, path below the base URL, and query sorted by name
--   with     the method's arguments
--   body     the JSON that must be sent; nil: no body at all
--   answer   what the service answers
--   gives    the JSON of what the method gives; for a list, of its rows
--   ways     of a list: its methods; default: the one named in [1]
--   standing how the request is known; default "third_party"
--   scoped   false: it goes without the three headers

local LIST = { "list", "each", "pages" }
local ROWS = { "query", "each", "pages" }

local data = {
  { "data_stores.list", "GET /data/data-store", ways = LIST, answer = '{"data":[{"data_store_id":3,"name":"c"}]}',
    gives = '[{"data_store_id":3,"name":"c"}]' },
  { "data_stores.get", "GET /data/data-store/3", with = { { data_store_id = 3 } }, gives = '{"data_store_id":3}',
    answer = '{"data":{"data_store_id":3}}' },
  { "rows.query", "POST /data/getdatastorecollection", with = { 3, { where = { city = "Graz" } } }, ways = ROWS,
    body = '{"data_store_id":3,"per_page":10000,"row_limit":"no-limit","where":{"maxDepth":0,"connectionType":"and",'
      .. '"children":[{"fieldName":"city","fieldTypeName":"text","operatorName":"=","value":"Graz"}]}}',
    answer = '{"ws_response_data":[{"_id":"r1","city":"Graz"}]}', gives = '[{"_id":"r1","city":"Graz"}]' },
  { "rows.insert", "POST /data/data-store-collection", with = { 3, { { city = "Graz" } } },
    body = '{"data_store_id":3,"data":[{"_id":"","_uuid":"","_timestamp":"","city":"Graz"}]}',
    answer = '{"data":{"ids":["r1"]}}', gives = '{"ids":["r1"]}' },
  { "rows.update", "POST /data/bulk-update-documents", with = { 3, { { _id = "r1", city = "Wien" } } },
    body = '{"data_store_id":3,"data":[{"_id":"r1","_uuid":"","_timestamp":"","city":"Wien"}]}',
    answer = '{"data":{"updated":1}}', gives = '{"updated":1}' },
}

local PROMPT = { prompt_name = "hello", prompt_values = { { tts_voice_id = 5, tts_value = "Hi" } } }
local SENT = '"prompt_name":"hello","prompt_values":[{"tts_voice_id":5,"tts_value":"Hi"}],"folder_id":0,'
  .. '"guard_name":"admin","default_voice_audio_url":"","default_voice_file_path":"",'
  .. '"default_voice_uploaded_file_name":""'

local prompts = {
  { "prompts.languages", "GET /prompt/languages", answer = '{"data":{"English":[{"tts_voice_id":5}]}}',
    gives = '{"English":[{"tts_voice_id":5}]}' },
  { "prompts.voices", "GET /prompt/tts-voices", answer = '{"data":[{"tts_voice_id":5}]}',
    gives = '[{"tts_voice_id":5}]' },
  { "prompts.list", "GET /prompt/prompts?orderBy=prompt_id&prompt_type=IVA", ways = LIST,
    with = { { prompt_type = "IVA", orderBy = "prompt_id" } }, answer = '{"data":[{"prompt_id":9}]}',
    gives = '[{"prompt_id":9}]' },
  { "prompts.create", "POST /prompt/prompts", with = { PROMPT }, body = "{" .. SENT .. "}",
    answer = '{"prompt_id":9}', gives = '{"prompt_id":9}' },
  { "prompts.update", "PUT /prompt/prompts/9", with = { { prompt_id = 9 }, PROMPT },
    body = "{" .. SENT .. ',"prompt_id":9,"prompt_type":"IVA","is_archived":0}', answer = '{"data":{"prompt_id":9}}',
    gives = '{"prompt_id":9}' },
  { "prompts.audio", "POST /speech/get_prompt_audio", with = { "Hi", { tts_voice_id = 5 } },
    body = '{"prompt_text":"Hi","tts_voice_id":5}', answer = "RIFFbytes", gives = '"RIFFbytes"' },
  { "files.download", "POST /api/file-download-from-url", with = { { fileName = "a.wav", path = "/tmp/a.wav" } },
    body = '{"fileName":"a.wav","path":"/tmp/a.wav"}', answer = "RIFFbytes", gives = '"RIFFbytes"' },
}

local ANN, USER = '"email":"ann@example.com"', { email = "ann@example.com", user = "ann" }

-- The fields of a call about that user, and more.
local function user(more)
  for name, value in pairs(USER) do more[name] = value end
  return { more }
end

local OK = '{"data":{"done":1}}'

local account = {
  { "account.login", "POST /auth/login", with = user { password = "pw" }, body = "{" .. ANN .. ',"password":"pw"}' },
  { "account.send_code", "POST /auth/2fa/send", with = user {}, body = "{" .. ANN .. "}" },
  { "account.verify_code", "POST /auth/2fa/verify", with = user { code = 123456 },
    body = "{" .. ANN .. ',"code":123456}' },
  { "account.forgot_password", "POST /auth/forgot-password", with = user {}, body = "{" .. ANN .. "}" },
  { "account.reset_password", "POST /auth/reset-password", with = user { password = "pw", token = "t" },
    body = "{" .. ANN .. ',"password":"pw","token":"t"}' },
  { "account.validate_password", "POST /auth/validate-password", with = { { password = "pw" } },
    body = '{"password":"pw"}' },
}
for _, operation in ipairs(account) do
  operation.standing, operation.answer, operation.gives = "assumed", OK, OK
end

local chat = {
  -- Documented (the ChatBot API guide): the fields, and that nothing of it is in a header.
  { "chatbot.turn", "POST /chatbot", with = { "Hi" }, scoped = false, standing = "assumed",
    body = '{"api_key":"bot","task_key":"task","session_id":"","text":"Hi"}',
    answer = '{"session_id":"s1","messages":["Hello."]}', gives = '"Hello."' },
}

local operations = {}
for _, section in ipairs { data, prompts, account, chat } do
  table.move(section, 1, #section, #operations + 1, operations)
end
return operations
