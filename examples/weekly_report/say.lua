--- Numbers, dates and changes as the page says them. SPDX-License-Identifier: MIT

local say = {}

local DAY <const> = 86400

--- "7", "12,345".
---@param n integer
---@return string
function say.count(n)
  local text = ("%d"):format(n)
  while true do
    local grouped, found = text:gsub("^(%-?%d+)(%d%d%d)", "%1,%2")
    text = grouped
    if found == 0 then return text end
  end
end

--- "7 sessions".
function say.counted(n, thing) return say.count(n) .. " " .. thing .. (n == 1 and "" or "s") end

--- A score: "73.3"; a dash where there is none.
---@param value number?
---@return string
function say.score(value) return value and ("%.1f"):format(value) or "–" end

--- A length, from ms: "0:59", "1:02:03"; a dash where there is none.
---@param ms number?
---@return string
function say.clock(ms)
  if not ms then return "–" end
  local seconds = math.floor(ms / 1000 + 0.5)
  if seconds < 3600 then return ("%d:%02d"):format(seconds // 60, seconds % 60) end
  return ("%d:%02d:%02d"):format(seconds // 3600, seconds // 60 % 60, seconds % 60)
end

--- The same with its unit: "0:59 min", "1:02:03 h".
---@param ms number?
---@return string
function say.length(ms)
  if not ms then return "–" end
  return say.clock(ms) .. (ms < 3599500 and " min" or " h")
end

--- Seconds, from ms: "12.8 s".
function say.seconds(ms) return ("%.1f s"):format(ms / 1000) end

--- A part of a whole: "59 %"; a dash of nothing.
---@param part number
---@param whole number
---@return string
function say.share(part, whole) return whole > 0 and ("%.0f %%"):format(100 * part / whole) or "–" end

-- Days ----------------------------------------------------------------------------------------------------

local function date(format, at) return (os.date("!" .. format, at):gsub("^0", "")) end

--- "Sunday, 15 November 2026".
function say.day(at) return os.date("!%A, ", at) .. date("%d %B %Y", at) end

--- "Sun" and "15 Nov".
function say.short_day(at) return os.date("!%a", at), date("%d %b", at) end

--- "15 – 21 November 2026".
---@param from integer
---@param to integer  the first second after it
---@return string
function say.span(from, to)
  local last = to - DAY
  local first = date("%d", from)
  if os.date("!%Y", from) ~= os.date("!%Y", last) then first = date("%d %B %Y", from)
  elseif os.date("!%m", from) ~= os.date("!%m", last) then first = date("%d %B", from) end
  return first .. " – " .. date("%d %B %Y", last)
end

-- Changes -------------------------------------------------------------------------------------------------

--- How a number differs from the one before, as a sign and words: "▲", "5 more (12 %)". Nil: it cannot be compared.
---@param now number?
---@param before number?
---@param words { more: string, less: string, format: fun(value: number): string, share: boolean? }
---@return string? sign
---@return string? text
function say.change(now, before, words)
  if not now or not before then return nil end
  local difference = now - before
  local size = words.format(math.abs(difference))
  if size == words.format(0) then return "=", "as before" end
  local percent = words.share and before > 0 and 100 * math.abs(difference) / before
  local share = percent and (percent < 1 and " (under 1 %)" or (" (%.0f %%)"):format(percent)) or ""
  return difference > 0 and "▲" or "▼", ("%s %s%s"):format(size, difference > 0 and words.more or words.less, share)
end

return say
