-- Analyst Studio's routes, all of them. SPDX-License-Identifier: MIT
--
-- Sources: the vendor's swagger file and API reference ("documented"); unofficial clients that say what they saw the
-- service do, such as mode-sdk ("third_party"). Where the two disagree a route's note says so, and the other form is
-- one replaced route away (option `routes`). Collections are "spaces" in paths. {workspace} is filled in by the client.

local parts = {
  require "studio.services.analyst.routes.audit_logs",
  require "studio.services.analyst.routes.signature_tokens",
  require "studio.services.analyst.routes.workspace",
  require "studio.services.analyst.routes.members",
  require "studio.services.analyst.routes.collections",
  require "studio.services.analyst.routes.access",
  require "studio.services.analyst.routes.reports",
  require "studio.services.analyst.routes.runs",
  require "studio.services.analyst.routes.queries",
  require "studio.services.analyst.routes.schedules",
  require "studio.services.analyst.routes.subscriptions",
  require "studio.services.analyst.routes.datasets",
  require "studio.services.analyst.routes.data_sources",
}

local all = {}
for _, part in ipairs(parts) do table.move(part, 1, #part, #all + 1, all) end
return all
