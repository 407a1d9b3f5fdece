-- The house rules that a machine can check: first lines, sizes, links. SPDX-License-Identifier: MIT

local project = dofile "spec/support/project.lua"

local SOURCES <const> = "csrc lua spec tools mk bench bin examples rockspec docs .ci .github .busted .luacheckrc "
  .. "Makefile README.md CHANGELOG.md SECURITY.md"

--- Files of ours that have comments (a document, a picture or the screenplay has none).
local function sources()
  local list = {}
  for _, path in ipairs(project.files(SOURCES, ".")) do
    local name = path:match "[^/]+$"
    local commented = name:find "%.[ch]$" or name:find "%.lua$" or name:find "%.sh$" or name:find "%.mk$"
      or name:find "%.rockspec$" or name:find "%.yml$" or name:find "%.ld$"
      or not name:find "%.%w+$" or path == ".busted" or path == ".luacheckrc"
    if commented then list[#list + 1] = path end
  end
  return list
end

describe("each file", function()
  it("says what it is, and its licence, at the top", function()
    local complaints = {}
    for _, path in ipairs(sources()) do
      local head = project.read(path):sub(1, 600)
      -- A script's first line belongs to the system.
      local first = head:gsub("^#!.-\n", ""):match "^[^\n]*\n?[^\n]*\n?[^\n]*"
      if not first:find("SPDX-License-Identifier: MIT", 1, true) then
        complaints[#complaints + 1] = path .. ": no SPDX line at its top"
      end
    end
    project.none(complaints)
  end)

  it("is at most 500 lines long, with lines of at most 120 characters", function()
    local complaints = {}
    for _, path in ipairs(sources()) do
      local count, most = 0, 120
      for number, line in project.lines(project.read(path)) do
        count = number
        if (utf8.len(line) or #line) > most then
          complaints[#complaints + 1] = ("%s:%d is too long"):format(path, number)
        end
        if line:find "[ \t]$" then
          complaints[#complaints + 1] = ("%s:%d ends with a blank"):format(path, number)
        end
      end
      if count > 501 and not path:find "%.rockspec$" then -- that one is written by a tool, a line for each module
        complaints[#complaints + 1] = ("%s has %d lines"):format(path, count)
      end
    end
    project.none(complaints)
  end)
end)

describe("the documents", function()
  local function documents()
    local list = project.files("docs", "%.md$")
    for _, path in ipairs { "README.md", "CHANGELOG.md", "SECURITY.md" } do list[#list + 1] = path end
    return list
  end

  local function exists(path)
    local handle = io.open(path, "rb")
    if handle then handle:close() end
    return handle ~= nil
  end

  it("link only to files that are there", function()
    local complaints = {}
    for _, path in ipairs(documents()) do
      local folder = path:match "^(.*/)" or ""
      for target in project.read(path):gmatch "%]%(([^)%s]+)%)" do
        local file = target:gsub("#.*", "")
        if not target:find "^%a+:" and file ~= "" and not exists(folder .. file) then
          complaints[#complaints + 1] = path .. " links to " .. target
        end
      end
    end
    project.none(complaints)
  end)

  it("tell of make targets that exist", function()
    local targets = {}
    for _, path in ipairs { "Makefile", "mk/check.mk", "mk/install.mk" } do
      for names in project.read(path):gmatch "\n([%a][%w %-]*):[^=]" do
        for name in names:gmatch "%S+" do targets[name] = true end
      end
    end
    local complaints = {}
    for _, path in ipairs(documents()) do
      -- `make X=1` sets a variable.
      for name, set in project.read(path):gmatch "[`\n$] ?make ([%a][%w_-]*)(=?)" do
        if set == "" and not targets[name] then complaints[#complaints + 1] = path .. " tells of make " .. name end
      end
    end
    project.none(complaints)
    assert.is_true(targets.test and targets.demo and targets.check)
  end)
end)
