-- Five9 Studio 7's routes. The vendor publishes none: see each one's `from`. SPDX-License-Identifier: MIT
--
-- The vendor's API Resource Guide has the base URLs, the headers and the rate limits, and leads to a site of its own
-- for the endpoints, which is not public. `third_party` routes are those that two working clients of other people send
-- (python-inference-client, CCaS-Automation); `assumed` ones are known by name only, from the table of rate limits and
-- from the ChatBot guide, and their paths are guessed.

local parts = {
  require "studio.services.five9.routes.data",
  require "studio.services.five9.routes.prompts",
  require "studio.services.five9.routes.chatbot",
  require "studio.services.five9.routes.account",
}

local all = {}
for _, part in ipairs(parts) do table.move(part, 1, #part, #all + 1, all) end
return all
