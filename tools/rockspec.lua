-- Writes the module list of the rockspec from what is on disk, or checks it. SPDX-License-Identifier: MIT
--
-- usage: lua5.4 tools/rockspec.lua [--check] FILE.rockspec     (from the checkout's root)
-- Only the lines between the two marker comments are touched; everything else in the file is written by hand.

local rockspec = {}

local BEGIN <const> = "    -- modules: begin (written by `make rockspec`)"
local FINISH <const> = "    -- modules: end"

--- The files under a folder whose names end in `suffix`, sorted, as paths from the checkout's root.
local function files(folder, suffix)
  local list = {}
  local pipe = assert(io.popen("find " .. folder .. " -type f -name '*" .. suffix .. "' | LC_ALL=C sort"))
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

--- The name under which a file below lua/ is required.
function rockspec.module_name(path)
  return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

--- What the rock has to contain: module name to file, and the sources of the one C module.
---@return table<string, string> modules, string[] sources
function rockspec.on_disk()
  local modules, sources = {}, {}
  for _, path in ipairs(files("lua", ".lua")) do modules[rockspec.module_name(path)] = path end
  for _, folder in ipairs { "csrc/core", "csrc/bind" } do
    for _, path in ipairs(files(folder, ".c")) do sources[#sources + 1] = path end
  end
  return modules, sources
end

--- The lines that belong between the markers.
function rockspec.block()
  local modules, sources = rockspec.on_disk()
  local out = { BEGIN, '    ["studio.core"] = {', "      sources = {" }
  for _, path in ipairs(sources) do out[#out + 1] = ("        %q,"):format(path) end
  out[#out + 1] = "      },"
  out[#out + 1] = '      incdirs = { "csrc" },'
  out[#out + 1] = '      libraries = { "curl", "pthread", "m" },'
  -- The second one gives macOS back what the first takes away there; elsewhere it means nothing.
  out[#out + 1] = '      defines = { "_POSIX_C_SOURCE=200809L", "_DARWIN_C_SOURCE" },'
  out[#out + 1] = "    },"
  local names = {}
  for name in pairs(modules) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do out[#out + 1] = ("    [%q] = %q,"):format(name, modules[name]) end
  out[#out + 1] = FINISH
  return table.concat(out, "\n")
end

--- The file's text with the block made anew.
function rockspec.renewed(text)
  local first = assert(text:find(BEGIN, 1, true), "no begin marker in the rockspec")
  local _, last = text:find(FINISH, first, true)
  assert(last, "no end marker in the rockspec")
  return text:sub(1, first - 1) .. rockspec.block() .. text:sub(last + 1)
end

local function main(args)
  local check = args[1] == "--check"
  local path = args[check and 2 or 1]
  if not path then
    io.stderr:write("usage: tools/rockspec.lua [--check] FILE.rockspec\n")
    os.exit(2)
  end
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  local renewed = rockspec.renewed(text)
  if renewed == text then
    print(path .. " lists exactly the files on disk")
  elseif check then
    io.stderr:write(path .. " does not list the files on disk: run `make rockspec`\n")
    os.exit(1)
  else
    file = assert(io.open(path, "wb"))
    file:write(renewed)
    file:close()
    print(path .. ": the module list was written anew")
  end
end

-- A spec loads this file with dofile and uses the functions; on the command line it does its work.
if arg and arg[0] and arg[0]:find "tools/rockspec%.lua$" then main(arg) end

return rockspec
