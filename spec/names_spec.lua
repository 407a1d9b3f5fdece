-- Names that are one slip away from what a client, a resource or the module has. SPDX-License-Identifier: MIT

local studio = require "studio"

describe("a name", function()
  local ms = studio.mstudio { api_key = "k", base_url = "http://127.0.0.1:1" }

  it("that is misspelt raises at the caller's line, and says which was meant", function()
    for what, fn in pairs {
      ["studio%.mstudio has no 'project'; did you mean 'projects'"] = function() ms.project:list() end,
      ["studio%.mstudio has no 'reqest'; did you mean 'request'"] = function() ms:reqest { path = "/x" } end,
      ["mstudio%.projects has no 'lits'; did you mean 'list'"] = function() ms.projects:lits() end,
      ["studio has no 'mstudoi'; did you mean 'mstudio'"] = function() return studio.mstudoi end,
      ["studio has no 'spwan'; did you mean 'spawn'"] = function() return studio.spwan end,
      ["studio%.cognitive3d has no 'recoder'; did you mean 'recorder'"] = function()
        return studio.cognitive3d.recoder
      end,
    } do
      local ok, message = pcall(fn)
      assert.is_false(ok)
      assert.matches("^spec/names_spec.lua:%d+: " .. what, message)
    end
  end)

  it("that resembles none is nil, so that a script can ask for what only a newer version has", function()
    for _, thing in ipairs { ms, ms.projects, studio, studio.cognitive3d } do
      assert.is_nil(thing.what_a_newer_version_has)
      assert.is_nil(thing[1])
      assert.is_nil(thing[true])
    end
  end)

  it("is told by pairs as before", function()
    local names = {}
    for name in pairs(ms.projects) do names[#names + 1] = name end
    assert.same({ "client" }, names)
  end)
end)
