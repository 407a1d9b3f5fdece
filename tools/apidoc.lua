-- Makes the API reference from the comments above functions, and checks those comments. SPDX-License-Identifier: MIT
--
-- usage: lua5.4 tools/apidoc.lua [--check] OUTPUT.md FILE.lua...     (with --check no file is written)
--
-- Read are blocks of `---` lines (LuaCATS: @param, @return, @field, @class …) with what stands below them. A
-- complaint is a @param that the function does not have, or a function that documents some of its parameters but
-- not all: comments that have drifted from the code.

local apidoc = {}

--- Splits a source into documented items.
---@param text string a Lua source
---@return table[] items { line, doc = lines of the comment, code = the line below it }
function apidoc.items(text)
  local items, doc, number = {}, nil, 0
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    local comment = line:match "^%s*%-%-%-(.*)$"
    if comment and not comment:find "^%-" then
      doc = doc or { first = number }
      doc[#doc + 1] = comment:gsub("^ ", "", 1)
    elseif doc then
      items[#items + 1] = { line = doc.first, doc = doc, code = line }
      doc = nil
    end
  end
  return items
end

--- The name and the parameters of a function definition's first line; nil when it is something else.
function apidoc.signature(code)
  local name, list = code:match "function%s+([%w_.:]+)%s*(%b())"
  if not name then name, list = code:match "([%w_.]+)%s*=%s*function%s*(%b())" end
  if not name then return nil end
  local params = {}
  for param in list:sub(2, -2):gmatch "[%w_.]+" do params[#params + 1] = param end
  return name, params, list
end

--- The parameters that a comment describes, in order, without the mark of an optional one.
local function described(doc)
  local names = {}
  for _, line in ipairs(doc) do
    local name = line:match "^@param%s+([%w_.]+)"
    if name then names[#names + 1] = name end
  end
  return names
end

--- What is wrong with an item's comment; nil when nothing is.
function apidoc.complaint(item)
  local name, params = apidoc.signature(item.code)
  local given = described(item.doc)
  if not name or #given == 0 then return nil end
  local known = {}
  for _, param in ipairs(params) do known[param] = true end
  for _, param in ipairs(given) do
    if param ~= "self" and not known[param] then
      return ("%s has no parameter '%s'"):format(name, param)
    end
    known[param] = nil
  end
  for _, param in ipairs(params) do
    if known[param] and not param:find "^_" and param ~= "self" then
      return ("%s does not say what '%s' is"):format(name, param)
    end
  end
  return nil
end

--- Splits "type text": a type may have blanks inside brackets, and after the colon of `fun(x): y`.
local function split_type(text)
  local depth = 0
  for i = 1, #text do
    local char = text:sub(i, i)
    if char:find "[(<{%[]" then depth = depth + 1 end
    if char:find "[)>}%]]" then depth = depth - 1 end
    if char == " " and depth == 0 and not text:sub(1, i - 1):find "[:|]$" and not text:find("^ *|", i) then
      return text:sub(1, i - 1), text:sub(i + 1)
    end
  end
  return text, ""
end

--- A tag's line as Markdown: a parameter or field is a name and a type, a result a type and perhaps a name.
local function entry(tag, rest)
  local name = ""
  if tag == "param" or tag == "field" then name, rest = rest:match "^(%S+)%s*(.*)$" end
  local kind, text = split_type(rest)
  if tag == "return" then name, text = text:match "^(%S*)%s*(.*)$" end
  if name ~= "" then name = "`" .. name .. "`" .. (kind ~= "" and ", " or "") end
  return name .. (kind ~= "" and "`" .. kind .. "`" or "") .. (text ~= "" and ": " .. text or "")
end

local LABEL <const> = { param = "takes", ["return"] = "returns", field = "has", overload = "also" }

--- One item as Markdown.
local function rendered(item)
  local name, _, list = apidoc.signature(item.code)
  local out = {}
  for _, line in ipairs(item.doc) do
    local class = line:match "^@class%s+([%w_.]+)" or line:match "^@alias%s+([%w_.]+)"
    local tag, rest = line:match "^@(%w+)%s*(.*)$"
    if class and not name then
      name, list = class, ""
    elseif tag and LABEL[tag] then
      out[#out + 1] = ("- %s %s"):format(LABEL[tag], entry(tag, rest))
    elseif not tag then
      out[#out + 1] = line
    end
  end
  if not name then return nil end
  return ("\n### %s%s\n\n%s\n"):format(name, list:gsub("^%(%)$", "()"), table.concat(out, "\n"))
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function main(args)
  local check = table.remove(args, args[1] == "--check" and 1 or #args + 1)
  local output = table.remove(args, 1)
  local out, complaints = { "# lua-studio: reference\n\nMade by `make docs`.\n" }, 0
  for _, path in ipairs(args) do
    local text = read(path)
    local sections = {}
    for _, item in ipairs(apidoc.items(text)) do
      local wrong = apidoc.complaint(item)
      if wrong then
        complaints = complaints + 1
        io.stderr:write(("%s:%d: %s\n"):format(path, item.line, wrong))
      end
      -- Local functions are no part of the API.
      if not item.code:find "^%s*local " then sections[#sections + 1] = rendered(item) end
    end
    if #sections > 0 then
      local summary = text:match "^%-%-+ *(.-) *SPDX" or ""
      out[#out + 1] = ("\n## %s\n\n%s\n%s"):format(path, summary, table.concat(sections))
    end
  end
  if not check then
    local file = assert(io.open(output, "wb"))
    file:write(table.concat(out))
    file:close()
    print(("%s: written from %d files"):format(output, #args))
  end
  if check and complaints > 0 then os.exit(1) end
end

if arg and arg[0] and arg[0]:find "tools/apidoc%.lua$" then main(arg) end

return apidoc
