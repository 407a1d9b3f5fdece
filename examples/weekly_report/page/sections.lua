--- Devices, objectives and answers, as sections of the page. SPDX-License-Identifier: MIT

local html = require "studio.html"
local plot = require "weekly_report.page.plot"
local say = require "weekly_report.say"

local e, named = html.element, html.named

local sections = {}

local function nothing(words) return e("p", { class = "nothing-here" }, words) end

-- A table: columns are { heading, class }, rows are lists of cells; the first cell names the row. Bars go where there
-- is no room for them, unless it keeps them.
local function table_of(columns, rows, class)
  local heads, lines = {}, {}
  for i, column in ipairs(columns) do
    heads[i] = e("th", { scope = "col", class = column[2] or false }, column[1])
  end
  for i, row in ipairs(rows) do
    local cells = {}
    for k, column in ipairs(columns) do
      local head = k == 1
      cells[k] = e(head and "th" or "td", { scope = head and "row" or false, class = column[2] or false }, row[k] or "")
    end
    lines[i] = { e("tr", nil, cells), "\n" }
  end
  return e("table", { class = class or false }, e("thead", nil, e("tr", nil, heads)), "\n", e("tbody", nil, lines))
end

sections.table_of = table_of

-- Devices -------------------------------------------------------------------------------------------------

---@param week weekly_report.Week
function sections.devices(week)
  if not week.devices then return nil end
  local all, named_sum, rows = week.total.sessions, 0, {}
  for i, row in ipairs(week.devices) do
    named_sum = named_sum + row.sessions
    rows[i] = { named(row.device), plot.share(row.sessions, all), say.count(row.sessions),
      say.share(row.sessions, all), say.score(row.fps), say.score(row.comfort) }
  end
  local rest = all - named_sum
  if rest > 0 and #rows > 0 then
    rows[#rows + 1] = { e("span", { class = "soft" }, "others and unknown"), plot.share(rest, all), say.count(rest),
      say.share(rest, all), "", "" }
  end
  return e("section", nil, e("h2", nil, "Devices"),
    #rows == 0 and nothing "No session of these days says on which device it was."
      or table_of({ { "Headset" }, { "", "bar" }, { "Sessions", "number" }, { "Share", "number" },
        { "Frame rate", "number" }, { "Comfort", "number" } }, rows))
end

-- Objectives ----------------------------------------------------------------------------------------------

local function steps_of(one, all)
  local rows = {}
  for i, step in ipairs(one.steps) do
    rows[i] = { { ("%d. "):format(i), step.name and named(step.name) }, plot.share(step.succeeded, all),
      say.count(step.succeeded), say.share(step.succeeded, all),
      step.duration and say.seconds(step.duration) or "–" }
  end
  return #rows > 0 and table_of({ { "Step" }, { "", "bar" }, { "Passed by", "number" }, { "Share", "number" },
    { "Average time", "number" } }, rows)
end

local function beside(one)
  local before = one.before
  if not before then return "nothing to compare with in the seven days before" end
  local past = before.succeeded + before.failed
  return ("%s of %s in the seven days before"):format(say.share(before.succeeded, past), say.count(past))
end

local function objective(one)
  local all = one.succeeded + one.failed
  local earlier = one.earlier > 0 and e("p", { class = "soft" },
    ("%s judged by an earlier version of it, which has other steps."):format(say.counted(one.earlier, "session")))
  if all == 0 then
    return e("div", { class = "each" }, e("h3", nil, named(one.name)), nothing "No session was judged by it.", earlier)
  end
  return e("div", { class = "each" }, e("h3", nil, named(one.name)),
    e("div", { class = "result" }, e("b", nil, say.share(one.succeeded, all)),
      e("span", nil, ("%s of %s succeeded"):format(say.count(one.succeeded), say.counted(all, "session"))),
      e("span", { class = "soft" }, beside(one))),
    steps_of(one, all), earlier)
end

---@param week weekly_report.Week
function sections.objectives(week)
  if not week.objectives then return nil end
  local list = {}
  for i, one in ipairs(week.objectives) do list[i] = { objective(one), "\n" } end
  return e("section", nil, e("h2", nil, "Objectives"),
    e("p", { class = "soft" }, "An objective is reached when its last step is passed."),
    #list == 0 and nothing "This project has no objective that is in use." or list)
end

-- ExitPoll ------------------------------------------------------------------------------------------------

local two = {
  BOOLEAN = { ["0"] = "No", ["1"] = "Yes" }, THUMBS = { ["0"] = "Thumbs down", ["1"] = "Thumbs up" },
  HAPPYSAD = { ["0"] = "Sad", ["1"] = "Happy" },
}

-- What a value of a question means; of a choice, values are indexes (from 0).
local function meaning(question, value)
  local words = two[question.type] and two[question.type][value]
  if words then return words end
  local index = math.tointeger(tonumber(value))
  local answer = index and type(question.answers) == "table" and question.answers[index + 1]
  return type(answer) == "table" and answer.answer or value
end

-- Answers that were given, by value; how many; how many skipped.
local function tally(counts)
  local by_value, given, skipped = {}, 0, 0
  for _, cell in ipairs(counts or {}) do
    if cell.skipped or cell.value == nil then
      skipped = skipped + cell.count
    else
      by_value[tostring(cell.value)], given = cell.count, given + cell.count
    end
  end
  return by_value, given, skipped
end

local function choices(question, by_value, given)
  local values, rows = {}, {}
  for value in pairs(by_value) do values[#values + 1] = value end
  table.sort(values, function(a, b)
    if by_value[a] ~= by_value[b] then return by_value[a] > by_value[b] end
    return a < b
  end)
  for i, value in ipairs(values) do
    rows[i] = { named(meaning(question, value)), plot.share(by_value[value], given), say.count(by_value[value]),
      say.share(by_value[value], given) }
  end
  return table_of({ { "Answer" }, { "", "bar" }, { "Given", "number" }, { "Share", "number" } }, rows, "keep")
end

-- Columns from one end of the scale to the other, and the average.
local function on_scale(question, by_value, given)
  local range = type(question.range) == "table" and question.range or {}
  local first, last = math.tointeger(tonumber(range.start)) or 0, math.tointeger(tonumber(range["end"])) or 10
  if last <= first or last - first > 20 then return choices(question, by_value, given) end
  local labels, values, sum = {}, { n = last - first + 1 }, 0
  for i = 1, values.n do
    local value = ("%d"):format(first + i - 1)
    labels[i], values[i] = { value }, by_value[value] or 0
    sum = sum + (first + i - 1) * values[i]
  end
  local ends = question.minLabel and question.maxLabel and { ", from ", named(question.minLabel), " to ",
    named(question.maxLabel) }
  return { e("p", { class = "result" }, e("b", nil, ("%.1f"):format(sum / given)),
    e("span", { class = "soft" }, ("on average, of %d to %d"):format(first, last), ends)),
    plot.columns { label = "How often each value was given", unit = "answers", labels = labels, values = values,
      whole = true, say = say.count } }
end

local function shown(question, by_value, given)
  if given == 0 then return nothing "Nobody answered it." end
  if question.type == "VOICE" then
    return nothing(say.counted(given, "recording") .. ", to be heard in the dashboard.")
  end
  if question.type == "SCALE" then return on_scale(question, by_value, given) end
  return choices(question, by_value, given)
end

local function questions(entry)
  local list = {}
  for i, question in ipairs(type(entry.set.questions) == "table" and entry.set.questions or {}) do
    local by_value, given, skipped = tally(entry.counts[i])
    list[i] = { e("div", { class = "each" }, e("h3", nil, named(question.title or ("Question %d"):format(i))),
      e("p", { class = "soft" }, say.counted(given, "answer"), skipped > 0 and (", %s skipped"):format(
        say.count(skipped))), shown(question, by_value, given)), "\n" }
  end
  return list
end

---@param week weekly_report.Week
function sections.answers(week)
  if not week.sets or #week.sets == 0 then return nil end
  local list = {}
  for i, entry in ipairs(week.sets) do
    list[i] = { e("section", nil, e("h2", nil, "ExitPoll: ", named(entry.set.title or entry.set.name)),
      e("p", { class = "soft" }, "Version ", named(entry.set.version or "?"), " of ", named(entry.set.name)),
      e("div", { class = "pair" }, "\n", questions(entry))), "\n" }
  end
  if week.more_sets > 0 then
    list[#list + 1] = e("p", { class = "soft" }, say.counted(week.more_sets, "more question set"), " not shown.")
  end
  return list
end

return sections
