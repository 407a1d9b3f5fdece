-- mStudio's routes. Only GET /projects is documented; the rest is convention. SPDX-License-Identifier: MIT
--
-- Source of what is documented: https://mstudio.ai/docs (the API reference: base URL, X-API-Key,
-- scopes, limits, status codes, and the one example, GET /projects). That the operations exist is
-- documented too, by the scopes and section texts; their verbs, paths and fields are not. Those follow
-- what is usual among REST services of this make, are marked `assumed`, and can be replaced (option
-- `routes`).

local parts = {
  require "studio.services.mstudio.routes.projects",
  require "studio.services.mstudio.routes.frames",
  require "studio.services.mstudio.routes.generations",
  require "studio.services.mstudio.routes.audio",
  require "studio.services.mstudio.routes.assets",
  require "studio.services.mstudio.routes.exports",
  require "studio.services.mstudio.routes.teams",
  require "studio.services.mstudio.routes.voices",
}

local all = {}
for _, part in ipairs(parts) do table.move(part, 1, #part, #all + 1, all) end
return all
