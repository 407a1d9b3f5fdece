-- examples/chat.lua: a conversation through pipes, and what a terminal is spared. SPDX-License-Identifier: MIT

local shell = require "spec.support.shell"

local LUA = os.getenv "STUDIO_LUA" or "lua5.4"

local function chat(input, arguments, environment)
  local command = ("{ printf '%s' | env FIVE9_CHAT_API_KEY= FIVE9_CHAT_TASK_KEY= %s %s examples/chat.lua %s; "
    .. "echo \"= $?\"; }"):format(input, environment or "", LUA, arguments or "")
  local _, text = shell.run(command)
  local said, status = text:match "^(.*)= (%d+)\n$"
  return said, tonumber(status)
end

describe("examples/chat.lua", function()
  it("talks with the sandbox's bot, line by line, to the end of the conversation", function()
    local typed = { "buttons", "2", "", '/json {"order":7}', '/json {"a":{}}', "/what", "image", "nasty", "end",
      "more" }
    local said, status = chat(table.concat(typed, "\\n") .. "\\n", "--sandbox")
    for _, words in ipairs { "bot> Hello. How can I help?", "you> buttons", "bot>   2. No",
      "bot>   - Our hours: https://example.com/hours", "you> 2\nbot> You said: no", 'bot> I got: {"order":7}',
      "chat: the message is one level deep", "chat: there are /json and /quit",
      "bot> [picture: file file-1]", "bot> ?[2J?]0;title?<script>", "bot> Goodbye.\n(The bot has ended" } do
      assert.matches(words, said, 1, true)
    end
    assert.is_nil(said:find("more", 1, true))
    assert.is_nil(said:find "[\1-\8\11-\31]")
    assert.equal(0, status)
  end)

  it("says what is missing or wrong, and ends with a status", function()
    local keys = "FIVE9_CHAT_API_KEY=a FIVE9_CHAT_TASK_KEY=b"
    for _, case in ipairs {
      { "", nil, "give one of --sandbox, --region and --base-url", 2 },
      { "--timeout x --sandbox", nil, "--timeout needs seconds", 2 },
      { "--region us", nil, "set FIVE9_CHAT_API_KEY and FIVE9_CHAT_TASK_KEY", 1 },
      { "--region uss", keys, "there is no region 'uss'; did you mean 'us'", 1 },
      { "--base-url usstudio.inferencecommunications.com", keys, "is Studio 6, which has another API", 1 },
    } do
      local said, status = chat("", case[1], case[2])
      assert.matches(case[3], said, 1, true)
      assert.equal(case[4], status)
      assert.is_nil(said:find "stack traceback")
    end
  end)
end)
