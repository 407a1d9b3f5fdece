-- Operations: the collector, for apps. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local studio = require "studio"

local PART = { userid = "dev", sessionid = "1700000000_dev", timestamp = 1700000000, part = 1, formatversion = "1.0",
  data = { { name = "door", time = 1700000001.5, point = { 0, 1, 0 } } } }
local SENT = [[{"userid":"dev","sessionid":"1700000000_dev","timestamp":1700000000,"part":1,"formatversion":"1.0",
  "data":[{"name":"door","time":1700000001.5,"point":[0,1,0]}]}]]

local operations = {
  { "runtime.question_set", "GET /v0/questionSetHooks/at_exit/questionSet", with = { "at_exit" } },
  { "runtime.answer", "POST /v0/questionSets/comfort/2/responses", bare = true,
    with = { "comfort", 2, { userId = "dev", sessionId = "1700000000_dev", hook = "at_exit",
      answers = { { type = "BOOLEAN", value = 1 }, studio.null } } },
    body = [[{"userId":"dev","sessionId":"1700000000_dev","hook":"at_exit",
      "answers":[{"type":"BOOLEAN","value":1},null]}]] },
  { "runtime.remote_variables", "GET /v0/remotevariables?identifier=p1", with = { "p1" } },
  { "runtime.lobby", "POST /v0/lobbies", standing = "documented" },
  { "runtime.audio", "POST /v0/audio", with = { { a = 1 } }, body = '{"a":1}', bare = true },
}

for i, stream in ipairs { "gaze", "events", "dynamics", "sensors", "fixations", "boundary" } do
  table.insert(operations, i, { "runtime." .. stream, "POST /v0/" .. stream .. "/0a1b?version=3",
    with = { "0a1b", 3, PART }, body = SENT, bare = true })
end

return operations
