-- What an app asks while it runs, beside sending what it records: questions, remote variables, lobbies.
-- SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local chance = require "studio.sandbox.chance"
local collection = require "studio.sandbox.cognitive3d.collection"
local developer = require "studio.sandbox.cognitive3d.collector.developer"
local exitpoll = require "studio.sandbox.cognitive3d.exitpoll"
local json = require "studio.sandbox.json"
local remote = require "studio.sandbox.cognitive3d.remote"
local requests = require "studio.sandbox.cognitive3d.requests"

local value = requests.value

-- ---- ExitPoll -----------------------------------------------------------------------------------------------------

local SKIPPED <const> = -32768 -- stands for an answer that was not given

local function set_of_hook(c3, project, name)
  for _, hook in ipairs(exitpoll.hooks()) do
    if hook.name == name and hook.active then
      local set, version = hook.questionSetId:match "^(.*):(%d+)$"
      return exitpoll.find(c3, project, set, math.tointeger(tonumber(version)))
    end
  end
end

local function question_set(c3, req)
  local project = developer.project(c3)
  local set = set_of_hook(c3, project, req.args.hook)
  if not set then return answers.not_found "question set hook" end
  local row = exitpoll.row(c3, project, set)
  row.customerId = "sandbox"
  return 200, row
end

local function is_whole(n, from, to) return math.type(n) == "integer" and n >= from and n <= to end

-- type of a question -> is that an answer to it?
local fits = {
  BOOLEAN = function(_, given) return is_whole(given, 0, 1) end,
  HAPPYSAD = function(_, given) return is_whole(given, 0, 1) end,
  THUMBS = function(_, given) return is_whole(given, 0, 1) end,
  MULTIPLE = function(question, given) return is_whole(given, 0, #(question.answers or {}) - 1) end,
  SCALE = function(question, given) return is_whole(given, question.range.start, question.range["end"]) end,
  VOICE = function(_, given) return type(given) == "string" and given:find "^UklGR" ~= nil end, -- "RIFF" in base64
}

local function complaint(body, set)
  for _, name in ipairs { "userId", "sessionId", "hook", "sceneId" } do
    if type(body[name]) ~= "string" or body[name] == "" then return name .. " must be a text" end
  end
  if body.questionSetId ~= set.id then return "questionSetId is not that of the path" end
  if not json.is_array(body.answers) or #body.answers ~= #set.questions then
    return ("answers must be an array of %d"):format(#set.questions)
  end
  for i, answer in ipairs(body.answers) do
    local question = set.questions[i]
    if answer ~= json.null then
      if type(answer) ~= "table" or answer.type ~= question.type then
        return ("answers[%d].type must be %s"):format(i, question.type)
      end
      if answer.value ~= SKIPPED and not fits[question.type](question, answer.value) then
        return ("answers[%d].value is no answer to a question of type %s"):format(i, question.type)
      end
    end
  end
end

-- A row for each question, as the query host lists them.
local function keep_answers(c3, set, body)
  local id = 1 << 62 | c3:id() -- nineteen digits, one for all answers of a person
  local session = c3:session(c3.projects[set.projectId], body.sessionId)
  for i, answer in ipairs(body.answers) do
    local skipped = answer == json.null or answer.value == SKIPPED
    table.insert(set.answers, { id = id, type = set.questions[i].type, hook = body.hook, questionIndex = i - 1,
      timestamp = c3:now(), userId = body.userId, participantId = value(body.participantId) or json.null,
      projectId = set.projectId, sceneId = body.sceneId, sceneVersionNumber = value(body.versionNumber) or json.null,
      sessionId = body.sessionId, sessionFriendlyName = session and session.friendly or json.null,
      sessionSqlId = session and session.index or 0, questionSetId = set.id, skipped = skipped,
      value = skipped and json.null or tostring(answer.value) })
  end
end

local function answer(c3, req)
  local set = exitpoll.find(c3, developer.project(c3), req.args.name, math.tointeger(tonumber(req.args.version)))
  if not set then return answers.not_found "question set" end
  local wrong = complaint(req.json, set)
  if wrong then return answers.error(400, wrong) end
  keep_answers(c3, set, req.json)
  return 200
end

-- ---- remote variables ---------------------------------------------------------------------------------------------

local VALUES <const> = { int = "valueInt", string = "valueString", boolean = "valueBoolean" }

local function row(thing, variable, given)
  return { name = thing.name, description = value(thing.description) or "", remoteVariableName = variable.name,
    type = variable.type, [VALUES[variable.type]] = given }
end

local function configured(c3, project)
  local rows = json.array {}
  for _, one in ipairs(collection.of(c3, remote.configurations, project)) do
    local variable = collection.find(c3, remote.variables, project, one.remoteVariableId)
    local field = variable and VALUES[variable.type]
    local given = field and value(one["override" .. field:gsub("^v", "V")])
    if one.enabled and given ~= nil then rows[#rows + 1] = row(one, variable, given) end
  end
  return rows
end

local function drawn(c3, project, identifier)
  local rows = json.array {}
  for _, one in ipairs(collection.of(c3, remote.tests, project)) do
    local variable = collection.find(c3, remote.variables, project, one.remoteVariableId)
    -- the same number from 0 to 99 for the same person or device, whenever it asks
    local at, sum = chance.stream(c3.settings.seed, one.name .. "/" .. identifier, one.id)(0, 99), 0
    for _, variant in ipairs(one.isEnabled and variable and one.abTestVariables or {}) do
      local before = sum
      sum = sum + (tonumber(variant.probability) or 0)
      if at >= before and at < sum then rows[#rows + 1] = row(one, variable, variant[VALUES[variable.type]]) end
    end
  end
  return rows
end

local function remote_variables(c3, req)
  local identifier = req.query.identifier
  if (identifier or "") == "" then return answers.error(400, "identifier is needed") end
  local project = developer.project(c3)
  return 200, { abTests = drawn(c3, project, identifier), remoteConfigurations = configured(c3, project) }
end

-- ---- the rest -----------------------------------------------------------------------------------------------------

local function lobby(c3) return 200, { id = ("lobby-%d"):format(c3:id()) } end

-- What is in it is not known: anything is taken, and nothing kept.
local function audio() return 200 end

return function(add)
  add("GET", "/questionSetHooks/{hook}/questionSet", "data", question_set)
  add("POST", "/questionSets/{name}/{version}/responses", "data", answer)
  add("GET", "/remotevariables", "data", remote_variables)
  add("POST", "/lobbies", "data", lobby)
  add("POST", "/audio", "data", audio, { raw = true })
end
