-- The rock lists what is on disk, and the version stands in one place. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"

local FILE <const> = "rockspec/lua-studio-scm-1.rockspec"

--- The rockspec's own globals.
local function load_rockspec()
  local env = {}
  assert(loadfile(FILE, "t", env))()
  return env
end

describe("the rockspec", function()
  it("lists exactly the modules and C sources on disk (else: make rockspec)", function()
    local tool = dofile "tools/rockspec.lua"
    local modules, sources = tool.on_disk()
    local spec = load_rockspec()
    local core = spec.build.modules["studio.core"]
    spec.build.modules["studio.core"] = nil
    assert.same(modules, spec.build.modules)
    assert.same(sources, core.sources)
    assert.equal(project.read(FILE), tool.renewed(project.read(FILE)))
  end)

  it("has the metadata that LuaRocks shows", function()
    local spec = load_rockspec()
    assert.equal("3.0", spec.rockspec_format)
    assert.equal("lua-studio", spec.package)
    assert.equal("lua-studio-scm-1.rockspec", FILE:match "[^/]+$")
    assert.equal("scm-1", spec.version)
    assert.equal("MIT", spec.description.license)
    for _, field in ipairs { "summary", "detailed", "homepage", "maintainer", "labels" } do
      assert.truthy(spec.description[field], field)
    end
    assert.equal("busted", spec.test.type)
  end)

  it("names only folders and commands that exist", function()
    local spec = load_rockspec()
    for _, folder in ipairs(spec.build.copy_directories) do
      assert.is_true(#project.files(folder, ".") > 0, folder)
    end
    for _, path in pairs(spec.build.install.bin) do project.read(path) end
  end)
end)

describe("the version", function()
  local version = project.read("csrc/core/version.h"):match 'STUDIO_VERSION "(%d+%.%d+%.%d+)"'

  it("is defined in csrc/core/version.h", function() assert.truthy(version) end)

  it("heads the changelog", function()
    assert.equal(version, project.read("CHANGELOG.md"):match "\n## %[([^%]]+)%]")
  end)

  it("is what the module says", function() assert.equal("lua-studio " .. version, require("studio")._VERSION) end)

  it("is written nowhere else in the code", function()
    local complaints = {}
    for _, path in ipairs(project.files("csrc lua examples bin bench", "%.[chlua]+$")) do
      if path ~= "csrc/core/version.h" and project.read(path):find('"' .. version .. '"', 1, true) then
        complaints[#complaints + 1] = path .. " repeats the version"
      end
    end
    project.none(complaints)
  end)
end)
