-- Every module loads alone and leaves no global behind; every C function is documented. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"

-- The sandbox's server needs lua-http, which Debian files under older versions of Lua.
local OLD <const> = "/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;/usr/share/lua/5.1/?.lua"

-- Run in a fresh interpreter: loads one module and reports the globals it made.
local PROBE <const> = [[
  local before = {}
  for name in pairs(_G) do before[name] = true end
  local ok, err = xpcall(require, debug.traceback, arg[1])
  if not ok then io.stderr:write(tostring(err), "\n") os.exit(1) end
  for name in pairs(_G) do
    if not before[name] then io.stderr:write("made the global ", tostring(name), "\n") os.exit(1) end
  end
]]

local function interpreter()
  local lowest = 0
  while arg[lowest - 1] do lowest = lowest - 1 end
  return arg[lowest]
end

describe("each module", function()
  local tool = dofile "tools/rockspec.lua"
  local modules = tool.on_disk()
  local probe_file

  setup(function()
    probe_file = os.tmpname()
    local file = assert(io.open(probe_file, "w"))
    file:write(PROBE)
    file:close()
  end)
  teardown(function() os.remove(probe_file) end)

  local names = {}
  for name in pairs(modules) do
    -- What is in types/ is for editors: nobody requires it, but it has to be Lua.
    if not name:find "^studio%.types%." then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do
    it("loads alone: " .. name, function()
      local command = ("LUA_PATH='%s;%s' LUA_CPATH='%s' '%s' %s %s 2>&1"):format(
        package.path, OLD, package.cpath, interpreter(), probe_file, name)
      local pipe = assert(io.popen(command))
      local said = pipe:read "a"
      local ok = pipe:close()
      assert(ok, said)
    end)
  end

  it("is Lua that this interpreter can compile, types/ included", function()
    for _, path in pairs(modules) do assert(loadfile(path, "t")) end
  end)
end)

describe("lua/studio/types/core.lua", function()
  --- The names a binding file registers: entries of luaL_Reg tables and fields set to C functions.
  local function registered(text)
    local names = {}
    text = text:gsub("/%*.-%*/", "")
    for name in text:gmatch '{%s*"([%a][%w_]*)"%s*,%s*[%a_][%w_]*%s*}' do names[name] = true end
    for rest in text:gmatch 'lua_pushc%a+%s*(%b();%s*lua_setfield%s*%b())' do
      local name = rest:match '"([%a][%w_]*)"%s*%)$'
      if name then names[name] = true end
    end
    return names
  end

  -- `function thing.name(…)`, `function thing:name(…)` or `---@field name fun(…)`.
  local function documented(types, name)
    return types:find("function [%w_.]+[.:]" .. name .. "%s*%(") or types:find("@field " .. name .. "%??%s+fun%(")
  end

  it("documents every function that the binding registers", function()
    local types = project.read "lua/studio/types/core.lua"
    local complaints, seen = {}, 0
    for _, path in ipairs(project.files("csrc/bind", "%.c$")) do
      for name in pairs(registered(project.read(path))) do
        seen = seen + 1
        if not documented(types, name) then
          complaints[#complaints + 1] = ("%s registers %s, which types/core.lua does not describe"):format(path, name)
        end
      end
    end
    table.sort(complaints)
    project.none(complaints)
    assert.is_true(seen > 10, "the search found too few functions to be right")
  end)

  it("documents every function of the module table", function()
    local types = project.read "lua/studio/types/core.lua"
    local complaints = {}
    for name, value in pairs(require "studio.core") do
      if type(value) == "function" and not documented(types, name) then complaints[#complaints + 1] = name end
    end
    table.sort(complaints)
    project.none(complaints)
  end)
end)

describe("the types for editors", function()
  -- An editor makes one class of two with the same name, and offers the fields of both.
  it("tell the fields of each class in one place, and build on classes that there are", function()
    local told, declared, parents, complaints = {}, {}, {}, {}
    local function read(path, number, line, class)
      local name, after = line:match "^%s*%-%-%-@class%s+([%w_.]+)%s*(.*)"
      if name then
        declared[name] = true
        for parent in (after:match "^:%s*(.+)" or ""):gmatch "studio%.[%w_.]+" do parents[parent] = path end
        return name
      elseif not (class and line:find "^%s*%-%-%-") then
        return nil
      elseif line:find "^%s*%-%-%-@field" then
        told[class] = told[class] or path
        if told[class] ~= path then
          complaints[#complaints + 1] = ("%s:%d: fields of %s, as in %s"):format(path, number, class, told[class])
        end
      end
      return class
    end
    for _, path in ipairs(project.files("lua", "%.lua$")) do
      local class
      for number, line in project.lines(project.read(path)) do class = read(path, number, line, class) end
    end
    for parent, path in pairs(parents) do
      if not declared[parent] then complaints[#complaints + 1] = path .. ": there is no class " .. parent end
    end
    assert(next(told), "no class was found")
    table.sort(complaints)
    project.none(complaints)
  end)
end)
