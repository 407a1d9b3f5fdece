--- The page of a week: figures, plots, tables. SPDX-License-Identifier: MIT
--
-- One file that needs no network and runs no script. Names, questions and answers come from a server: all of them pass
-- through studio.html, where text cannot become markup.

local html = require "studio.html"
local plot = require "weekly_report.page.plot"
local say = require "weekly_report.say"
local sections = require "weekly_report.page.sections"
local style = require "weekly_report.page.style"

local e, named = html.element, html.named
local page = {}

-- The head ------------------------------------------------------------------------------------------------

local function left_out(week)
  local out = week.left_out
  if week.with_tests then return "Sessions tagged test or junk count as well." end
  if not out then return "Sessions tagged test or junk are left out; how many is not known." end
  if out.all <= 0 then return "No session of these days is tagged test or junk." end
  local both = out.test + out.junk - out.all
  return ("Left out: %s (%s tagged test, %s tagged junk%s)."):format(say.counted(out.all, "session"),
    say.count(out.test), say.count(out.junk), both > 0 and (", %s of them both"):format(say.count(both)) or "")
end

local parts = { left_out = "How many sessions were left out", devices = "Devices", objectives = "Objectives",
  sets = "ExitPoll" }

local function notices(week)
  local list = {}
  for i, trouble in ipairs(week.troubles) do
    list[i] = { e("p", { class = "notice", role = "note" }, parts[trouble.part] or trouble.part,
      " could not be read: ", named(trouble.why)), "\n" }
  end
  return list
end

-- Figures -------------------------------------------------------------------------------------------------

local function figure(title, value, unit, now, before, words)
  local sign, text = say.change(now, before, words)
  return { e("div", nil, e("dt", nil, title),
    e("dd", { class = "figure" }, value, unit and e("small", nil, " " .. unit)),
    text and e("dd", { class = "change" }, sign .. " " .. text)), "\n" }
end

local function figures(week)
  local now, before = week.total, week.before
  local none = before.sessions == 0
  local function past(value) if not none then return value end end
  return e("dl", { class = "totals" }, "\n",
    figure("Sessions", say.count(now.sessions), nil, now.sessions, past(before.sessions),
      { more = "more", less = "fewer", format = say.count, share = true }),
    figure("Frame rate score", say.score(now.fps), now.fps and "of 100", now.fps, past(before.fps),
      { more = "better", less = "worse", format = say.score }),
    figure("Comfort score", say.score(now.comfort), now.comfort and "of 100", now.comfort, past(before.comfort),
      { more = "better", less = "worse", format = say.score }),
    figure("Average length", say.length(now.length), nil, now.length, past(before.length),
      { more = "longer", less = "shorter", format = say.length }))
end

-- What the changes are against.
local function against(week)
  local from = week.from - (week.to - week.from)
  local past = week.before.sessions
  local days = say.span(from, week.from)
  return e("p", { class = "against" }, past == 0 and ("%s: no session to compare with."):format(days)
    or ("Compared with %s (%s)."):format(days, say.counted(past, "session")))
end

-- Plots ---------------------------------------------------------------------------------------------------

local function labels_of(week)
  local labels = {}
  for i, day in ipairs(week.days) do labels[i] = { say.short_day(day.at) } end
  return labels
end

-- One number of each day; `scaled` by so much.
local function values_of(days, name, scaled)
  local values = { n = #days }
  for i, day in ipairs(days) do values[i] = day[name] and day[name] * (scaled or 1) end
  return values
end

local DASH = e("span", { class = "dash" })

local function sessions_plot(week)
  return e("section", nil, e("h2", nil, "Sessions a day"),
    e("div", { class = "legend" }, e("span", nil, DASH, "the same weekday of the week before")),
    plot.columns { label = "Sessions on each of the seven days; the table below has the numbers",
      unit = "sessions", labels = labels_of(week), values = values_of(week.days, "sessions"),
      before = values_of(week.days_before, "sessions"), whole = true, say = say.count,
      empty = "No sessions in these two weeks" })
end

local function scores_plot(week)
  local series = {
    { name = "Frame rate", class = "fps", shape = "circle", values = values_of(week.days, "fps") },
    { name = "Comfort", class = "comfort", shape = "square", values = values_of(week.days, "comfort") },
  }
  local legend = {}
  for i, one in ipairs(series) do legend[i] = e("span", nil, plot.key(one), one.name) end
  return e("section", nil, e("h2", nil, "Frame rate and comfort"), e("div", { class = "legend" }, legend),
    plot.lines { label = "Average frame rate and comfort scores of each day; the table below has the numbers",
      unit = "score, 0 to 100", labels = labels_of(week), ticks = { 0, 20, 40, 60, 80, 100 }, series = series,
      say = say.score, empty = "No session of these days has a score" })
end

-- Day by day ----------------------------------------------------------------------------------------------

local function day_table(week)
  local rows = {}
  for i, day in ipairs(week.days) do
    local weekday, date = say.short_day(day.at)
    rows[i] = { weekday .. ", " .. date, say.count(day.sessions), say.count(week.days_before[i].sessions),
      say.score(day.fps), say.score(day.comfort), say.clock(day.length) }
  end
  return e("section", nil, e("h2", nil, "Day by day"),
    sections.table_of({ { "Day", "day" }, { "Sessions", "number" }, { "Week before", "number spare" },
      { "Frame rate", "number" },
      { "Comfort", "number" }, { "Length, min:s", "number" } }, rows))
end

-- The page ------------------------------------------------------------------------------------------------

--- The page of a week.
---@param week weekly_report.Week
---@param made { at: integer, calls: integer }  when it was made, in seconds since 1970, and of how many calls
---@return string html
function page.render(week, made)
  local name = week.project.name or ("Project %s"):format(week.project.id or "?")
  return html.document {
    title = ("%s, %s"):format(html.upright(name), say.span(week.from, week.to)), style = style,
    body = {
      e("header", nil, e("h1", nil, named(name)), e("p", { class = "when" }, say.span(week.from, week.to)),
        e("p", { class = "lead" }, say.counted(week.total.sessions, "session"), " in seven days (UTC). ",
          left_out(week))),
      "\n", notices(week),
      e("main", nil, "\n", figures(week), "\n", against(week), "\n",
        e("div", { class = "plots" }, "\n", sessions_plot(week), "\n", scores_plot(week)), "\n", day_table(week), "\n",
        sections.devices(week), "\n", sections.objectives(week), "\n", sections.answers(week)), "\n",
      e("footer", nil, e("p", nil, ("Made with lua-studio on %s at %s UTC, from %s to Cognitive3D."):format(
          say.day(made.at), os.date("!%H:%M", made.at), say.counted(made.calls, "call"))),
        e("p", nil, "Scores are the service's own (c3d.metrics.fps_score, c3d.metrics.comfort_score), averaged over "
          .. "sessions; 100 is best. Sessions count on the day on which they began.")),
    },
  }
end

return page
