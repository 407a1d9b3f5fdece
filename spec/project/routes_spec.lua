-- The document of Analyst Studio's routes tells what the code does. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"
local tool = dofile "tools/routes.lua"

describe("docs/analyst_routes.md", function()
  it("is what the routes make of it (else: make routes)", function()
    assert.equal((tool.text()), project.read(tool.FILE))
  end)

  it("leaves no route out", function()
    local _, count = tool.text()
    assert.equal(#require "studio.services.analyst.routes" + #require "studio.services.analyst.discovery.routes", count)
  end)
end)
