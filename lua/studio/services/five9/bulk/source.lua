-- The prompts that somebody wants, from a CSV file or a Lua table. SPDX-License-Identifier: MIT
--
--   prompt_name,text,text:de-DE,voices
--   hello,Good day.,Guten Tag.,Joanna;Vicki
--
-- Nothing is asked for before all of it is read and whole.

local check = require "studio.check"
local csv = require "studio.csv"
local pieces = require "studio.pieces"

local source = {}

---@class studio.five9.bulk.wanted
---@field at string where it stands, for messages: "row 4"
---@field name string
---@field text string? spoken by every voice for whose language there is none of its own
---@field texts table<string, string> by language
---@field voices (string|integer)[]? its own; else those of the whole

local PROBLEMS <const> = 5 -- of a file that are told

-- One sentence out of many problems.
local function told(problems)
  local list = table.move(problems, 1, math.min(#problems, PROBLEMS), 1, {})
  if #problems > PROBLEMS then list[#list + 1] = ("and %d more"):format(#problems - PROBLEMS) end
  return table.concat(list, "; ")
end

--- Where a prompt stands and what it is called, for messages: "row 4 ('hello')".
---@param wanted studio.five9.bulk.wanted
---@return string
function source.place(wanted)
  local name = "'" .. wanted.name .. "'"
  return wanted.at == name and name or ("%s (%s)"):format(wanted.at, name)
end

local function trimmed(text) return text and text:match "^%s*(.-)%s*$" or "" end

-- Names without a second meaning, and something to say: what is wrong with the whole list.
local function problems_of(list)
  local problems, seen = {}, {}
  for _, wanted in ipairs(list) do
    if wanted.name == "" then
      problems[#problems + 1] = wanted.at .. " has no name"
    elseif seen[wanted.name] then
      problems[#problems + 1] = ("%s has the name of %s ('%s')"):format(wanted.at, seen[wanted.name], wanted.name)
    elseif not wanted.text and next(wanted.texts) == nil then
      problems[#problems + 1] = source.place(wanted) .. " has no text"
    end
    seen[wanted.name] = seen[wanted.name] or wanted.at
  end
  return problems
end

-- CSV ---------------------------------------------------------------------------------------------

-- What each column is for; or nil and which one is for nothing.
local function roles_of(names, key)
  local roles, has = {}, {}
  for _, name in ipairs(names) do
    local language = name:match "^text:%s*(%S.-)%s*$"
    if language then
      roles[name], has.text = { language = language }, true
    elseif name == key or name == "text" or name == "voices" then
      roles[name] = name == key and "name" or name
      has[roles[name]] = true
    else
      return nil, ("the column '%s' is for nothing: there is %s, text, text:LANGUAGE and voices"):format(name, key)
    end
  end
  if not has.name then return nil, ("there is no column '%s'"):format(key) end
  if not has.text then return nil, "there is no column 'text', nor one as 'text:en-US'" end
  return roles
end

local function voices_of(text)
  local list = {}
  for voice in text:gmatch "[^;]+" do
    voice = trimmed(voice)
    if voice ~= "" then list[#list + 1] = voice end
  end
  return #list > 0 and list or nil
end

local function wanted_of(row, roles, number)
  local wanted = { at = "row " .. number, texts = {} }
  for name, role in pairs(roles) do
    local value = trimmed(row[name])
    if type(role) == "table" then
      wanted.texts[role.language] = value ~= "" and value or nil
    elseif role == "voices" then
      wanted.voices = voices_of(value)
    elseif role == "name" or value ~= "" then
      wanted[role] = value
    end
  end
  return wanted
end

local function from_csv(path, key)
  local file, why = io.open(path, "rb")
  if not file then return nil, why, "file" end
  local _ <close> = file
  local rows, names = csv.records(pieces.of_file(file))
  if not rows then return nil, path .. ": " .. tostring(names) end
  local roles, message = roles_of(names, key)
  if not roles then return nil, path .. ": " .. message end
  local list = {}
  while true do
    local row
    row, why = rows()
    if not row then break end
    list[#list + 1] = wanted_of(row, roles, #list + 2)
  end
  if why then return nil, path .. ": " .. tostring(why) end
  local problems = problems_of(list)
  if #problems > 0 then return nil, path .. ": " .. told(problems) end
  return list
end

-- Tables ------------------------------------------------------------------------------------------

local shape = { text = { "string", "table" }, voices = "table" }

local function from_entry(what, entry, key, at)
  check.argument(what, at, entry, "table")
  for name, value in pairs(entry) do
    if name ~= key and not shape[name] then
      check.fail("%s: %s has no field '%s'; there is %s, text and voices", what, at, tostring(name), key)
    end
    check.argument(what, at .. "." .. name, value, name == key and "string" or shape[name])
  end
  local wanted = { at = at, name = trimmed(entry[key]), texts = {}, voices = entry.voices }
  if type(entry.text) == "table" then
    for language, text in pairs(entry.text) do
      check.argument(what, at .. ".text[\"" .. tostring(language) .. "\"]", text, "string")
      wanted.texts[language] = text
    end
  else
    wanted.text = entry.text ~= "" and entry.text or nil
  end
  return wanted
end

-- A list of prompts, or { name = "text", … }.
local function from_table(what, given, key)
  local list = {}
  if given[1] ~= nil then
    for i, entry in ipairs(given) do list[i] = from_entry(what, entry, key, "prompt " .. i) end
  else
    local names = {}
    for name in pairs(given) do names[#names + 1] = check.argument(what, "each name of a prompt", name, "string") end
    table.sort(names)
    for i, name in ipairs(names) do
      local text = check.argument(what, "the text of '" .. name .. "'", given[name], "string")
      list[i] = { at = "'" .. name .. "'", name = trimmed(name), text = text ~= "" and text or nil, texts = {} }
    end
  end
  local problems = problems_of(list)
  if #problems > 0 then check.fail("%s: %s", what, told(problems)) end
  return list
end

--- What is wanted.
---@param what string for messages
---@param given string|table path of a CSV file; { { prompt_name =, text =, voices = }, … }; or { name = "text", … }
---@param key string the column, or field, that names prompts
---@return studio.five9.bulk.wanted[]? list
---@return string? message
---@return string? kind of the error, default "invalid"
function source.read(what, given, key)
  check.argument(what, "source", given, { "string", "table" })
  if type(given) == "string" then return from_csv(given, key) end
  return from_table(what, given, key)
end

source.told = told

return source
