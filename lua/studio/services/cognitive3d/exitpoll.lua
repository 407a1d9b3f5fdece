-- ExitPoll, questions to participants and their answers: client.exitpoll. SPDX-License-Identifier: MIT
--
-- A question set is named "NAME:VERSION", by its row, or by { name = …, version = … }. Projects come first; nil is the
-- client's own. How sets and hooks are made is not published.

local check = require "studio.check"
local conditions = require "studio.services.cognitive3d.query.conditions"
local ids = require "studio.services.cognitive3d.ids"
local json = require "studio.json"
local page = require "studio.page"

---@class studio.cognitive3d.exitpoll
local exitpoll = {}

---@alias studio.cognitive3d.question_set string|table "NAME:VERSION", a row, or { name = …, version = … }

-- What stands for a version of a set in paths. The name may hold colons, the version is a number.
local function params_of(what, project, set)
  local name, version
  if type(set) == "table" and set.name ~= nil and set.version ~= nil then
    name, version = set.name, set.version
  else
    local text = ids.text(what, "question set", set)
    name, version = text:match "^(.+):(%d+)$"
    if not name then check.fail("%s: question set must be named \"NAME:VERSION\", not '%s'", what, text) end
  end
  return { project_id = project, name = name, version = version }
end

--- The newest version of each question set, it seems.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param options studio.call_options?
---@return table[]? sets nil, err on failure
---@return table response_or_err
function exitpoll:question_sets(project, options)
  return self.client:call("exitpoll.question_sets", { project_id = project }, nil, options)
end

--- All versions of a set.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param name string|table without a version; or a row
---@param options studio.call_options?
---@return table[]? sets nil, err on failure
---@return table response_or_err
function exitpoll:versions(project, name, options)
  local text = ids.text("exitpoll:versions", "name", name, "name")
  return self.client:call("exitpoll.versions", { project_id = project, name = text }, nil, options)
end

--- The sets of several projects, as the vendor's Python client asks for them. The shape of the answer has changed once.
---@param projects studio.cognitive3d.id[]? default: the client's project_id
---@param options studio.call_options?
---@return table? sets an object by "NAME:VERSION", or a list; nil, err on failure
---@return table response_or_err
function exitpoll:by_projects(projects, options)
  local what = "exitpoll:by_projects"
  local list = projects and ids.list(what, "projects", projects) or { ids.project(self.client, what) }
  return self.client:call("exitpoll.by_projects", nil, { projectIds = table.concat(list, ",") }, options)
end

-- Answers -----------------------------------------------------------------------------------------

--- One page of answers, counted from 0.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param set studio.cognitive3d.question_set
---@param query table? excludeTags, limit, page, orderBy, sort, search
---@param options studio.call_options?
---@return table[]? rows each one answer to one question; those given together share their id; nil, err on failure
---@return table response_or_err
---@return studio.page.info info
function exitpoll:responses(project, set, query, options)
  return page.list(self.client, "exitpoll.responses", params_of("exitpoll:responses", project, set), query, options)
end

--- All answers; raises the error object when a page fails.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param set studio.cognitive3d.question_set
---@param query table?
---@param options studio.call_options?
---@return fun(): table?
function exitpoll:each_response(project, set, query, options)
  local params = params_of("exitpoll:each_response", project, set)
  return page.each(self.client, "exitpoll.responses", params, query, options)
end

--- Answers page by page.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param set studio.cognitive3d.question_set
---@param query table?
---@param options studio.call_options?
---@return fun(): table[]?, table?, studio.page.info?
function exitpoll:response_pages(project, set, query, options)
  local params = params_of("exitpoll:response_pages", project, set)
  return page.pages(self.client, "exitpoll.responses", params, query, options)
end

--- A dump of the answers. Whether the service answers with it or only begins one is not documented.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param set studio.cognitive3d.question_set
---@param query table? search = "archived:false"
---@param options studio.call_options? save_to
---@return any? answer nil, err on failure
---@return table response_or_err
function exitpoll:dump(project, set, query, options)
  return self.client:call("exitpoll.dump", params_of("exitpoll:dump", project, set), query, options)
end

--- How often each answer was given.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param set studio.cognitive3d.question_set
---@param query { filters: table?, from: any, to: any, exclude_tags: any }? of which sessions; as of client:query
---@param options studio.call_options?
---@return table[][]? counts for each question a list of { value, count, skipped }; nil, err on failure
---@return table response_or_err
function exitpoll:counts(project, set, query, options)
  local what = "exitpoll:counts"
  local rules = { filters = true, from = true, to = true, exclude_tags = true }
  for name in pairs(rules) do rules[name] = conditions.options[name] end
  local lists = conditions.read(what, check.options(what, query, rules), "project")
  return self.client:call("exitpoll.counts", params_of(what, project, set),
    { sessionFilters = lists.sessionFilters or json.empty_array }, options)
end

--- Archives a set with all its versions. Its hooks stay, and then fail in the app without a word.
---@param project studio.cognitive3d.id? default: the client's project_id
---@param name string|table without a version; or a row
---@param options studio.call_options?
---@return any? done true, or what the service answered; nil, err on failure
---@return table response_or_err
function exitpoll:archive(project, name, options)
  local text = ids.text("exitpoll:archive", "name", name, "name")
  return self.client:call("exitpoll.archive", { project_id = project, name = text }, nil, options)
end

return exitpoll
