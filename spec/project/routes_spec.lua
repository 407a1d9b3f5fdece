-- The documents of the services' routes tell what the code does. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"
local tool = dofile "tools/routes.lua"

local SERVICES <const> = {
  ["docs/analyst_routes.md"] = { "studio.services.analyst.routes", "studio.services.analyst.discovery.routes" },
  ["docs/mstudio_routes.md"] = { "studio.services.mstudio.routes" },
}

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
