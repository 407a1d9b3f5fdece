-- The documents of the services' routes tell what the code does. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"
local tool = dofile "tools/routes.lua"

local SERVICES <const> = {
  ["docs/analyst_routes.md"] = { "studio.services.analyst.routes", "studio.services.analyst.discovery.routes" },
  ["docs/mstudio_routes.md"] = { "studio.services.mstudio.routes" },
  ["docs/five9_routes.md"] = { "studio.services.five9.routes" },
  ["docs/cognitive3d_routes.md"] = { "studio.services.cognitive3d.routes" },
}

-- A lost write is looked for by GET at its own path, unless the route says another way: see lua/studio/error.lua.
describe("a route that writes", function()
  for service, least in pairs { analyst = 40, mstudio = 30, five9 = 10, cognitive3d = 35 } do
    it("says how a lost write is found, where there is no GET at its path: " .. service, function()
      local readable, writes, complaints = {}, 0, {}
      local function place(r) return (r.path:gsub("{[^}]*}", "{}")) end
      local routes = require("studio.services." .. service .. ".routes")
      for _, r in ipairs(routes) do readable[place(r)] = readable[place(r)] or r.verb == "GET" end
      for _, r in ipairs(routes) do
        if r.verb ~= "GET" and not r.reads then writes = writes + 1 end
        if not (r.find_out or r.reads or readable[place(r)]) then complaints[#complaints + 1] = r.name end
      end
      assert(writes >= least, "the routes are not where this looks for them")
      project.none(complaints)
    end)
  end
end)

for _, document in ipairs(tool.documents) do
  describe(document.file, function()
    it("is what the routes make of it (else: make routes)", function()
      assert.equal((tool.text(document)), project.read(document.file))
    end)

    it("leaves no route out", function()
      local there = 0
      for _, module in ipairs(SERVICES[document.file]) do there = there + #require(module) end
      local _, count = tool.text(document)
      assert.equal(there, count)
    end)
  end)
end
