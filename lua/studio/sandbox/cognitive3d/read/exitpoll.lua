-- ExitPoll: question sets and their answers. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local evaluate = require "studio.sandbox.cognitive3d.slicer.evaluate"
local exitpoll = require "studio.sandbox.cognitive3d.exitpoll"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.cognitive3d.requests"
local sources = require "studio.sandbox.cognitive3d.slicer.source"
local validate = require "studio.sandbox.cognitive3d.slicer.validate"

local MAX_PAGE <const> = 50 -- whatever `limit` says

local function rows_of(c3, project, name)
  local list = json.array {}
  for i, one in ipairs(exitpoll.sets(c3, project, name)) do list[i] = exitpoll.row(c3, project, one) end
  return list
end

local function list(c3, _, project) return 200, rows_of(c3, project) end

local function versions(c3, req, project)
  local rows = rows_of(c3, project, req.args.name)
  if #rows == 0 then return answers.not_found "question set" end
  return 200, rows
end

-- By id, of several projects: an object, where the older clients had an array.
local function by_projects(c3, req)
  local found = {}
  for id in (req.query.projectIds or ""):gmatch "%d+" do
    local project = c3.projects[math.tointeger(tonumber(id))]
    for _, row in ipairs(project and rows_of(c3, project) or {}) do found[row.id] = row end
  end
  return 200, answers.object(found)
end

local function archive(c3, req, project)
  local sets = exitpoll.sets(c3, project, req.args.name)
  if #sets == 0 then return answers.not_found "question set" end
  for _, one in ipairs(sets) do one.status = "archived" end
  return 200
end

-- A handler of one version of a set: handle(c3, req, set, project).
local function on_set(handle)
  return requests.on_project(function(c3, req, project)
    local one = exitpoll.find(c3, project, req.args.name, math.tointeger(tonumber(req.args.set_version)))
    if not one then return answers.not_found "question set" end
    return handle(c3, req, one, project)
  end)
end

-- Sessions whose answers are wanted, the newest first; `passes` judges them.
local function answered(c3, project, passes)
  local list_of = {}
  for k = c3.made:count(project), 1, -1 do
    local session = c3:session_at(project, k)
    if session.counts.events > 2 and passes(session) then list_of[#list_of + 1] = k end
  end
  return list_of
end

local function not_tagged(words)
  local excluded = {}
  for tag in (words or ""):gmatch "[^,]+" do excluded[tag] = true end
  return function(session)
    for _, tag in ipairs(session.tags) do
      if excluded[tag] then return false end
    end
    return true
  end
end

-- How many answers there are, and the n-th of them: what came in last stands first.
local function all_answers(c3, one, project, passes)
  local numbers, came, each = answered(c3, project, passes), one.answers, #one.questions
  if one.version < 2 then numbers = {} end
  return #came + #numbers * each, function(n)
    if n <= #came then return came[#came + 1 - n] end
    n = n - #came - 1
    return exitpoll.of_session(one, c3:session_at(project, numbers[n // each + 1]))[n % each + 1]
  end
end

local function whole(text, fallback) return math.tointeger(tonumber(text or fallback)) end

local function responses(c3, req, one, project)
  local page, limit = whole(req.query.page, 0), whole(req.query.limit, MAX_PAGE)
  if not page or page < 0 or not limit or limit < 1 then return answers.error(400, "page and limit must be numbers") end
  local count, row = all_answers(c3, one, project, not_tagged(req.query.excludeTags))
  return answers.page(page, math.min(limit, MAX_PAGE), count, row)
end

-- All of them at once. Nobody has said what a dump looks like: here, an array.
local function dump(c3, _, one, project)
  local count, row = all_answers(c3, one, project, function() return true end)
  local rows = json.array {}
  for n = 1, count do rows[n] = row(n) end
  return 200, rows
end

-- How often each value was given, question by question.
local function counts(c3, req, one, project)
  local wrong = validate.filters(req.json.sessionFilters, "project")
  if wrong then return answers.error(400, wrong) end
  local passes = evaluate.matcher({ sessionFilters = req.json.sessionFilters }, sources.new(c3, project))
  local count, row = all_answers(c3, one, project, passes)
  local tables, seen = json.array {}, {}
  for n = 1, #one.questions do tables[n], seen[n] = json.array {}, {} end
  for n = 1, count do
    local answer = row(n)
    local q = answer.questionIndex + 1
    local cell = seen[q][answer.value]
    if not cell then
      cell = { value = answer.value, count = 0, skipped = answer.skipped }
      seen[q][answer.value] = cell
      table.insert(tables[q], cell)
    end
    cell.count = cell.count + 1
  end
  return 200, tables
end

return function(add)
  local sets = "/projects/{project}/questionSets"
  add("GET", sets, requests.on_project(list))
  add("GET", sets .. "/{name}", requests.on_project(versions))
  add("DELETE", sets .. "/{name}", requests.on_project(archive), { writes = true })
  add("GET", "/questionSets", by_projects)
  add("GET", sets .. "/{name}/{set_version}/responses", on_set(responses))
  add("POST", sets .. "/{name}/{set_version}/responseDumps", on_set(dump))
  add("POST", sets .. "/{name}/{set_version}/responseCountQueries", on_set(counts))
end
