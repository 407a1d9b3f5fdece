-- Routes: a turn of a chat. SPDX-License-Identifier: MIT
--
-- Documented (the ChatBot API guide): POST of JSON to the instance's base URL, the fields of the body, and that the
-- task's "API Info" shows the address. The path itself is not.

return {
  { name = "chatbot.turn", verb = "POST", path = "/chatbot", from = "assumed",
    required = { "api_key", "task_key" },
    find_out = "ask the bot where the conversation stands: it may have got the message",
    note = "the address is shown by the task's \"API Info\": f9.chatbot { chat_path = … } replaces it" },
}
