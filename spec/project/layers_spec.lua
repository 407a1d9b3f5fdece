-- The arrows between the layers only point down. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"

--- Calls fn(path, line number, name, quoted) for each #include in some files.
local function each_include(folder, fn)
  for _, path in ipairs(project.files(folder, "%.[ch]$")) do
    for number, line in project.lines(project.read(path)) do
      local mark, name = line:match '^%s*#%s*include%s*([<"])([^>"]+)[>"]'
      if name then fn(path, number, name, mark == '"') end
    end
  end
end

--- Calls fn(path, line number, module name) for each require of a plain name.
local function each_require(folders, fn)
  for _, path in ipairs(project.files(folders, "%.lua$")) do
    for number, line in project.lines(project.read(path)) do
      local code = line:gsub("^%s*%-%-.*", "")
      for name in code:gmatch "require%s*%(?%s*[\"']([%w_.]+)[\"']" do fn(path, number, name) end
    end
  end
end

local LUA <const> = { ["lua.h"] = true, ["lauxlib.h"] = true, ["lualib.h"] = true, ["luaconf.h"] = true }

describe("csrc/core", function()
  it("knows nothing of Lua and includes only its own headers and the system's", function()
    local complaints, seen = {}, 0
    each_include("csrc/core", function(path, number, name, quoted)
      seen = seen + 1
      if LUA[name] or name:find "^lua" or (quoted and not name:find "^core/") then
        complaints[#complaints + 1] = ("%s:%d includes %s"):format(path, number, name)
      end
    end)
    project.none(complaints)
    assert.is_true(seen > 0)
  end)

  it("has include guards named for their files", function()
    local complaints = {}
    for _, path in ipairs(project.files("csrc", "%.h$")) do
      local guard = path:gsub("^csrc/", "STUDIO_"):gsub("[/.]", "_"):upper()
      local text = project.read(path)
      if not (text:find("#ifndef " .. guard .. "\n", 1, true) and text:find("#define " .. guard .. "\n", 1, true)) then
        complaints[#complaints + 1] = path .. " has no guard " .. guard
      end
    end
    project.none(complaints)
  end)
end)

describe("csrc/bind", function()
  it("knows nothing of libcurl and includes only the binding's and the core's headers", function()
    local complaints, seen = {}, 0
    each_include("csrc/bind", function(path, number, name, quoted)
      seen = seen + 1
      if name:find "^curl/" or (quoted and not (name:find "^core/" or name:find "^bind/")) then
        complaints[#complaints + 1] = ("%s:%d includes %s"):format(path, number, name)
      end
    end)
    project.none(complaints)
    assert.is_true(seen > 0)
  end)
end)

describe("lua", function()
  -- studio/init.lua is the door: it may name everything. A service may name what all share, never another service.
  it("keeps services apart from one another and from the sandbox", function()
    local complaints = {}
    each_require("lua/studio", function(path, number, name)
      local service = path:match "^lua/studio/services/([%w_]+)"
      local sandbox = path:find "^lua/studio/sandbox"
      local wanted = name:match "^studio%.services%.([%w_]+)"
      local bad = false
      if wanted and path ~= "lua/studio/init.lua" then bad = wanted ~= service end
      if name:find "^studio%.sandbox" and path ~= "lua/studio/init.lua" then bad = bad or not sandbox end
      if bad then complaints[#complaints + 1] = ("%s:%d requires %s"):format(path, number, name) end
    end)
    project.none(complaints)
  end)

  -- A client tested against a server made of the client's own parts proves nothing. init.lua is the parent's
  -- side: it runs in the user's script and may use the client to talk to its child.
  it("lets the sandbox's server use nothing of the client", function()
    local complaints = {}
    each_require("lua/studio/sandbox", function(path, number, name)
      local own = name:find "^studio%.sandbox" or not name:find "^studio"
      if not own and path ~= "lua/studio/sandbox/init.lua" then
        complaints[#complaints + 1] = ("%s:%d requires %s"):format(path, number, name)
      end
    end)
    project.none(complaints)
  end)
end)
