-- Cognitive3D's routes, all that are known. SPDX-License-Identifier: MIT
--
-- Sources: "documented", the vendor's documentation and the API reference that it publishes with its plugin for coding
-- agents (c3d-marketplace-public); "vendor", its clients, SDKs and upload tools (cognitive3dpy, cognitive3dr,
-- cvr-sdk-unity, c3d-upload-tools); "third_party", a session viewer and a re-implementation by others; "assumed",
-- concluded from those.
--
-- Each names its door: "organization" (host for queries), "developer" or "data" (the collector). {organization_id} and
-- {project_id} are filled in by the client where the caller gives none.

local parts = {
  require "studio.services.cognitive3d.routes.account",
  require "studio.services.cognitive3d.routes.projects",
  require "studio.services.cognitive3d.routes.sessions",
  require "studio.services.cognitive3d.routes.queries",
  require "studio.services.cognitive3d.routes.objects",
  require "studio.services.cognitive3d.routes.exitpoll",
  require "studio.services.cognitive3d.routes.remote",
  require "studio.services.cognitive3d.routes.dashboard",
  require "studio.services.cognitive3d.routes.collector",
  require "studio.services.cognitive3d.routes.runtime",
}

local all = {}
for _, part in ipairs(parts) do table.move(part, 1, #part, #all + 1, all) end
return all
