-- What the project specs share: reading the checkout's own files. SPDX-License-Identifier: MIT

local project = {}

--- A file as one string.
---@param path string from the checkout's root
---@return string
function project.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

--- The files below the given folders, sorted; folders that are not there count as empty.
---@param folders string words for find, such as "csrc lua"
---@param ending string a Lua pattern the path must match, such as "%.[ch]$"
---@return string[]
function project.files(folders, ending)
  local list = {}
  local pipe = assert(io.popen("find " .. folders .. " -type f 2>/dev/null | LC_ALL=C sort"))
  for path in pipe:lines() do
    if path:find(ending) then list[#list + 1] = path end
  end
  pipe:close()
  return list
end

--- Goes over the lines of a text with their numbers.
function project.lines(text)
  local number = 0
  local next_line = text:gmatch "([^\n]*)\n?"
  return function()
    local line = next_line()
    if line then
      number = number + 1
      return number, line
    end
  end
end

--- Asserts that a list of complaints is empty, and shows the complaints when it is not.
function project.none(complaints)
  if #complaints > 0 then error(table.concat(complaints, "\n"), 2) end
end

return project
