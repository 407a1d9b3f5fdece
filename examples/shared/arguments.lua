--- Command lines: --name value, --name=value, switches, and words that are neither. SPDX-License-Identifier: MIT

local arguments = {}

--- Reads a command line.
---@param given string[]
---@param known { values: table<string, string>?, lists: table<string, string>?, switches: table<string, string>? }
---  option -> field; a list may be given more than once
---@return table? settings  fields of the options that were given
---@return string|string[] rest  the words that belong to no option; without settings: what is wrong
function arguments.parse(given, known)
  local values, lists, switches = known.values or {}, known.lists or {}, known.switches or {}
  local settings, words = {}, {}
  local i, only_words = 1, false
  while given[i] do
    local word = given[i]
    local name, value = word:match("^(%-%-[%w-]+)=(.*)$")
    name = name or word
    if only_words or word:sub(1, 1) ~= "-" or word == "-" then
      words[#words + 1] = word
    elseif word == "--" then
      only_words = true
    elseif switches[word] then
      settings[switches[word]] = true
    elseif values[name] or lists[name] then
      if not value then
        i = i + 1
        value = given[i]
      end
      if not value or value == "" then return nil, name .. " needs a value" end
      local field = values[name] or lists[name]
      if values[name] then
        settings[field] = value
      else
        settings[field] = settings[field] or {}
        table.insert(settings[field], value)
      end
    else
      return nil, "unknown option " .. word
    end
    i = i + 1
  end
  return settings, words
end

--- Seconds above 0, at most a day.
---@param text string
---@return number? seconds
function arguments.seconds(text)
  local seconds = tonumber(text)
  return seconds and seconds > 0 and seconds <= 86400 and seconds or nil
end

return arguments
