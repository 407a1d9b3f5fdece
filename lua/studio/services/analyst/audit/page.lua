--- The page of a plan: which reports were caught, by which rule, and what would change. SPDX-License-Identifier: MIT
--
-- One file that needs no network. Names, sentences and schedules come from a server and from the users of a
-- workspace: all of them pass through studio.html, where text cannot become markup.

local html = require "studio.html"
local look = require "studio.services.analyst.audit.page.look"
local moment = require "studio.moment"
local phrases = require "studio.services.analyst.audit.phrases"
local record = require "studio.services.analyst.audit.record"

local e, named = html.element, html.named
local count = phrases.count
local page = {}

local MOST_SCHEDULES = 5 -- of one report, by name; the rest is a number

-- Small texts -------------------------------------------------------------------------------------------

-- A text for people out of what should be one, whatever it is.
local function text_of(value)
  if type(value) == "string" and value:find "%S" then return value end
  if type(value) == "number" then return tostring(value) end
end

local function name_of(thing, fallback) return named(phrases.name(thing, fallback)) end

-- Cells -------------------------------------------------------------------------------------------------

local function cell(label, class, value, ...)
  return e("td", { ["data-label"] = label, class = class or false, ["data-value"] = value ~= nil and value }, ...)
end

local function origin_of(url)
  local scheme, host, after = url:match "^(https?)://([%w%.%-:%[%]]+)(.?)"
  return scheme and (after == "" or after:find "[/?#]") and scheme .. "://" .. host:lower()
end

-- Only to where the plan was made: a row that names another place leads nowhere.
local function link_to(report, base_url)
  local origin = type(report.url) == "string" and origin_of(report.url)
  if origin and type(base_url) == "string" and origin == origin_of(base_url) then return report.url end
end

local function name_cell(report, base_url)
  local link, name = link_to(report, base_url), name_of(report, "(no name)")
  local creator = text_of(report.creator)
  return cell("Report", "name", text_of(report.name) or "",
    link and e("a", { href = link, rel = "noopener noreferrer" }, name) or name,
    e("small", nil, text_of(report.token) or "", creator and { " by ", named(creator) }))
end

local function collection_cell(collection)
  collection = type(collection) == "table" and collection or {}
  return cell("Collection", nil, text_of(collection.name) or "", name_of(collection, "unknown"),
    collection.type == "private" and e("small", nil, "private"))
end

local BAD = { failing = true }

local function why_cell(entry)
  local list = {}
  for _, rule in ipairs(entry.rules) do
    local class = BAD[rule.name] and "tag bad" or "tag"
    list[#list + 1] = e("li", nil, e("span", { class = class }, (rule.name:gsub("_", " "))),
      rule.says and e("small", nil, named(rule.says)))
  end
  return cell("Why", nil, entry.rules[1] and entry.rules[1].name or "", e("ul", nil, list))
end

local DAY = 86400

-- "2025-03-01" and how long ago that was when the plan was made; the time of day is in the tooltip.
local function date(text, made_at, never)
  local at, now = moment.read(text), moment.read(made_at)
  if not at then return e("span", { class = "soft" }, text and named(text) or never) end
  local days = now and now >= at and (now - at) // DAY
  return { e("time", { datetime = moment.text(at), title = text, class = "number" }, (moment.text(at):sub(1, 10))),
    days and e("small", nil, days == 0 and "that day" or count(math.tointeger(days), "day") .. " ago") }
end

local function day(text) return e("span", { class = "day" }, named(text:sub(1, 10))) end

local function sort_of(text)
  local at = moment.read(text)
  return at and moment.text(at)
end

local function run_cell(report, made_at)
  local last, success = text_of(report.last_run_at), text_of(report.last_successful_run_at)
  local none = record.never_ran(report) and "never" or "unknown"
  return cell("Last run", nil, sort_of(last), e("div", nil, date(last, made_at, none),
    last and not success and e("small", nil, "no success known"),
    last and success and success:sub(1, 10) ~= last:sub(1, 10)
      and e("small", nil, "success ", day(success))))
end

local function views_cell(report)
  local viewed = text_of(report.last_viewed_at)
  return cell("Views", "number", text_of(report.view_count), e("div", nil,
    report.view_count and e("span", nil, report.view_count) or e("span", { class = "soft" }, "unknown"),
    viewed and e("small", nil, "last ", day(viewed))))
end

-- How often a schedule runs, where its row says so in one of the ways that have been seen.
local function rhythm(schedule)
  local cron = type(schedule.cron) == "table" and schedule.cron or {}
  return text_of(schedule.frequency) or text_of(cron.freq)
end

local function schedule_item(schedule)
  schedule = type(schedule) == "table" and schedule or {}
  local how = rhythm(schedule)
  return e("li", nil, name_of(schedule, "schedule"), how and e("small", nil, named((how:gsub("_", " ")))))
end

local function schedules_cell(report)
  local list = report.schedules
  local number = type(list) == "table" and #list or report.schedules_count
  if type(list) ~= "table" then
    return cell("Schedules", nil, number, number and count(number, "schedule")
      or e("span", { class = "soft" }, "unknown"))
  end
  if number == 0 then return cell("Schedules", nil, 0, e("span", { class = "soft" }, "none")) end
  local items = {}
  for i = 1, math.min(number, MOST_SCHEDULES) do items[i] = schedule_item(list[i]) end
  if number > MOST_SCHEDULES then items[#items + 1] = e("li", nil, ("and %d more"):format(number - MOST_SCHEDULES)) end
  return cell("Schedules", nil, number, e("ul", nil, items))
end

local function actions_cell(entry)
  local archive, deletions, others = false, 0, {}
  for _, action in ipairs(entry.actions) do
    if action.kind == "archive" then archive = true
    elseif action.kind == "delete_schedule" then deletions = deletions + 1
    else others[#others + 1] = e("li", nil, tostring(action.kind)) end
  end
  local list = {
    entry.report.archived and e("li", nil, e("span", { class = "tag calm" }, "archived already")),
    archive and e("li", nil, "archive"),
    deletions > 0 and e("li", nil, "delete " .. count(deletions, "schedule")),
  }
  local shown = {}
  for i = 1, 3 do shown[#shown + 1] = list[i] or nil end
  table.move(others, 1, #others, #shown + 1, shown)
  if #shown == 0 then shown[1] = e("li", { class = "soft" }, "nothing") end
  return cell("To be done", nil, #entry.actions, e("ul", nil, shown))
end

-- The table ---------------------------------------------------------------------------------------------

-- key (in the address), heading, sorted as a number?, class of its <col>
local COLUMNS = {
  { "report", "Report", false, "c-name" }, { "collection", "Collection", false, "c-collection" },
  { "why", "Why", false, "c-why" }, { "last-run", "Last run", false, "c-run" },
  { "views", "Views", true, "c-views" }, { "schedules", "Schedules", true, "c-schedules" },
  { "actions", "To be done", true, "c-actions" },
}

local function table_of(plan)
  local heads, cols, rows = {}, {}, {}
  for i, column in ipairs(COLUMNS) do
    heads[i] = e("th", { scope = "col", ["data-key"] = column[1], ["data-number"] = column[3] }, column[2])
    cols[i] = e("col", { class = column[4] })
  end
  for i, entry in ipairs(plan.entries) do
    local report = entry.report
    rows[i] = { e("tr", nil, name_cell(report, plan.base_url), collection_cell(report.collection), why_cell(entry),
      run_cell(report, plan.made_at), views_cell(report), schedules_cell(report), actions_cell(entry)), "\n" }
  end
  return e("table", { id = "plan" }, "\n",
    e("caption", nil, e("span", { class = "unseen" }, "Reports that a rule caught")), "\n",
    e("colgroup", nil, cols), "\n", e("thead", nil, e("tr", nil, heads)), "\n", e("tbody", nil, "\n", rows))
end

local TOOLS = e("div", { class = "tools", id = "tools", hidden = true },
  e("label", { ["for"] = "filter", class = "soft" }, "Show only"),
  e("input", { id = "filter", type = "search", autocomplete = "off", spellcheck = "false",
    placeholder = "name, collection, rule …" }),
  e("span", { id = "shown", class = "soft", role = "status" }))

-- What stands around it ---------------------------------------------------------------------------------

local function totals(plan)
  local counts = plan.counts
  local list = {
    { "collections", counts.collections }, { "reports", counts.reports },
    { "datasets left out", counts.datasets > 0 and counts.datasets }, { "archived already", counts.archived },
    { "caught by a rule", counts.caught }, { "to archive", counts.archive },
    { "schedules to delete", counts.delete_schedule }, { "calls it takes", plan.calls },
    { "least time under the limit", phrases.wait(plan.seconds) },
  }
  local items = {}
  for _, item in ipairs(list) do
    if item[2] then items[#items + 1] = { e("div", nil, e("dt", nil, item[1]), e("dd", nil, item[2])), "\n" } end
  end
  return e("dl", { class = "totals" }, "\n", items)
end

-- Collections that could not be entered, and reports whose facts could not be read: nothing is done to those.
local function left_out(title, sentence, list)
  if #list == 0 then return nil end
  local items = {}
  for i, one in ipairs(list) do
    local thing = type(one.report) == "table" and one.report
      or type(one.collection) == "table" and one.collection or one
    local why = text_of(one.why)
    items[i] = { e("li", nil, name_of(thing, "unknown"), why and { ": ", named(why) }), "\n" }
  end
  return e("section", nil, e("h2", nil, title), e("p", { class = "soft" }, sentence),
    e("ul", { class = "left-out" }, "\n", items))
end

local function notes_of(plan)
  local list = {}
  if not plan.complete then
    list[1] = "This plan is not complete: some of the workspace could not be read. See below."
  end
  table.move(plan.notes, 1, #plan.notes, #list + 1, list)
  for i, note in ipairs(list) do list[i] = { e("p", { class = "notice", role = "note" }, named(note)), "\n" } end
  return list
end

local function lead(plan)
  local source = plan.source == "discovery" and "the Discovery API" or "the API"
  local when = text_of(plan.made_at) or "an unknown day"
  return e("p", { class = "lead" }, "Made at ", when:gsub("T", " "):gsub("Z$", " UTC"), " from ", source,
    text_of(plan.base_url) and { " of ", plan.base_url },
    ". This is a plan: it says what carrying it out changes, and was made without changing anything.")
end

--- The page of a plan.
---@param plan studio.analyst.plan
---@return string html
function page.render(plan)
  local title = "Stale reports in " .. (text_of(plan.workspace) or "a workspace")
  local none = #plan.entries == 0 and e("p", { class = "none" }, "No report was caught by any rule.")
  return html.document {
    title = title, style = look.style, script = look.script,
    body = {
      e("header", nil, e("h1", nil, title), lead(plan)), "\n", totals(plan), "\n",
      notes_of(plan),
      e("main", nil, "\n", TOOLS, "\n", none or table_of(plan), "\n",
        left_out("Could not be read or decided", "Nothing is done to these.", plan.unread), "\n",
        left_out("Skipped", "These collections are not open to the token.", plan.skipped), "\n"),
      e("footer", nil, "Made with lua-studio."),
    },
  }
end

return page
