-- Writes docs/analyst_routes.md, docs/mstudio_routes.md …: all routes of a service, from the code.
-- SPDX-License-Identifier: MIT
--
-- usage: lua5.4 tools/routes.lua [--check]     (from the checkout's root)
-- A spec holds the documents to the routes.

local routes = {}

local ANALYST <const> = [[
# The routes of Analyst Studio

Written by `make routes` from the code (a spec holds it to that); the guide is [analyst.md](analyst.md). A route's name
is its method: `groups.create` is `an.groups:create`, with what stands in braces as the first arguments and then the
fields; a row may stand for its id. A route `….list…` has three methods: `list`, `each` and `pages`. Results and exports
are read through `an.results`, `an.exports` and what the job of a run gives.

The third column has the key in the body that the fields go below, or where else they go; fields that are *needed* raise
when they are missing. `from` is `documented` (the vendor's swagger file, reference or cookbook), `third_party` (seen by
unofficial clients, such as mode-sdk) or `assumed` (nobody has confirmed it). Every route can be replaced:
`studio.analyst { …, routes = { ["schedules.create"] = { wrapper = false } } }`.
]]

local MSTUDIO <const> = [[
# The routes of mStudio

Written by `make routes` from the code (a spec holds it to that); the guide is [mstudio.md](mstudio.md). A route's name
is its method: `frames.create` is `ms.frames:create`, with what stands in braces as the first arguments and then the
fields; a row may stand for its id. A route `….list` has three methods: `list`, `each` and `pages`.

**Only `GET /projects` is documented.** That the other operations exist is documented as well, by the scopes and the
texts of the sections of the vendor's API reference; their verbs, paths and fields are not. Those are `assumed` from
what is usual among services of this make, and nobody has confirmed them. Every route can be replaced in one line:
`studio.mstudio { …, routes = { ["images.generate"] = "POST /frames/{frame_id}/images" } }`.
]]

local FIVE9 <const> = [[
# The routes of Five9 Studio 7

Written by `make routes` from the code (a spec holds it to that); the guide is [five9.md](five9.md). A route's name is
its method: `data_stores.get` is `f9.data_stores:get`, with what stands in braces as the first arguments and then the
fields; a row may stand for its id. A route `….list` has three methods: `list`, `each` and `pages`.

**None is documented in public.** `third_party` routes are sent by working clients of other people
(python-inference-client, CCaS-Automation). Of `assumed` ones the vendor's API Resource Guide and ChatBot guide say that
they exist; their paths are guessed. Every route can be replaced in one line:
`studio.five9 { …, routes = { ["account.login"] = "POST /login" } }`.
]]

local COGNITIVE3D <const> = [[
# The routes of Cognitive3D

Written by `make routes` from the code (a spec holds it to that); the guide is `cognitive3d.md`. A
route's name is its method: `tags.create` is `c3.tags:create`, with what stands in braces as the first arguments (nil
for the client's own project or organization) and then the fields; a row may stand for its id. A route `….list…` has
three methods: `list`, `each` and `pages`.

`key` says which key is sent, and so to which host: `organization` (option `org_key`, api.cognitive3d.com), `developer`
and `data` (options `developer_key` and `data_key`, data.cognitive3d.com). `from` is `documented` (the vendor's
documentation and the API reference that it publishes for coding agents), `vendor` (its own clients, SDKs and upload
tools), `third_party` (clients of others) or `assumed` (concluded from those). Every route can be replaced:
`studio.cognitive3d { …, routes = { ["collector.verify"] = { proof = false } } }`.

What the vendor's own catalogue calls gone (404) has no method:
`GET /v0/versions/{version_id}/objectiveVersions/{id}/results` and `…/stepResults`; `objectives.results`,
`objectives.step_results` and `objectives.csv` take their place.
]]

--- What is written: the file, what it begins with, where the routes are, and headings with the files below them.
routes.documents = {
  { file = "docs/analyst_routes.md", head = ANALYST, folder = "lua/studio/services/analyst/", parts = {
    { "The workspace, its members and groups", "routes/workspace", "routes/members" },
    { "Collections, and who may use them", "routes/collections", "routes/access" },
    { "Reports", "routes/reports" },
    { "Runs, results, exports", "routes/runs" },
    { "Queries, charts, filters", "routes/queries" },
    { "Schedules and subscriptions", "routes/schedules", "routes/subscriptions" },
    { "Datasets", "routes/datasets" },
    { "Definitions, data sources, audit logs", "routes/data_sources", "routes/audit_logs" },
    { "Signature tokens", "routes/signature_tokens" },
    { "Discovery (`studio.analyst_discovery`)", "discovery/routes" },
  } },
  { file = "docs/mstudio_routes.md", head = MSTUDIO, folder = "lua/studio/services/mstudio/routes/", parts = {
    { "Projects", "projects" },
    { "Frames, their versions, comments and reviews", "frames" },
    { "Images, videos, and the jobs that make them", "generations" },
    { "Audio", "audio" },
    { "Voices", "voices" },
    { "Assets", "assets" },
    { "Exports", "exports" },
    { "Teams, invites, members", "teams" },
  } },
  { file = "docs/five9_routes.md", head = FIVE9, folder = "lua/studio/services/five9/routes/", parts = {
    { "Data stores and rows", "data" },
    { "Prompts and files", "prompts" },
    { "Chat", "chatbot" },
    { "Logging in, codes, passwords", "account" },
  } },
  { file = "docs/cognitive3d_routes.md", head = COGNITIVE3D, folder = "lua/studio/services/cognitive3d/routes/",
    parts = {
      { "Login, organization, tags", "account" },
      { "Projects, scenes, versions and their files", "projects" },
      { "Sessions", "sessions" },
      { "Queries", "queries" },
      { "Dynamic objects, objectives and their results", "objects" },
      { "ExitPoll", "exitpoll" },
      { "Remote variables, configurations, A/B tests", "remote" },
      { "Media, widgets, dashboards, app reviews", "dashboard" },
      { "The collector: uploads (developer key)", "collector" },
      { "The collector: live data (application key)", "runtime" },
    } },
}

local function cell(text) return (text:gsub("|", "\\|")) end

local function names_of(set)
  local names = {}
  for name in pairs(set) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- What a caller's fields become, in few words.
local function fields_of(r)
  local words = {}
  if r.door then words[#words + 1] = "key `" .. r.door .. "`" end
  if r.scope then words[#words + 1] = "scope `" .. r.scope .. "`" end
  if r.wrapper then words[#words + 1] = "`" .. r.wrapper .. "`" end
  if r.query and #r.query > 0 then words[#words + 1] = "query: " .. table.concat(r.query, ", ") end
  if r.query and #r.query == 0 then words[#words + 1] = "no body" end
  if r.required then words[#words + 1] = "*needed:* " .. table.concat(r.required, ", ") end
  if r.limits then words[#words + 1] = "limit " .. table.concat(r.limits, ", ") end
  if r.defaults then words[#words + 1] = "defaults: " .. table.concat(names_of(r.defaults), ", ") end
  if r.reads then words[#words + 1] = "only asks" end
  if r.answer == "file" then words[#words + 1] = "gives a file" end
  if r.key then words[#words + 1] = "list `" .. r.key .. "`" .. (r.paging == "once" and ", not paged" or "") end
  if r.token_kinds then
    words[#words + 1] = table.concat(names_of(r.token_kinds), " or ") .. " tokens only"
  end
  return table.concat(words, "; ")
end

local function row(r)
  return ("| `%s` | `%s %s` | %s | %s | %s |"):format(r.name, r.verb, r.path, cell(fields_of(r)), r.from,
    cell(r.note or ""))
end

--- The text of a document.
---@param document table one of routes.documents
---@return string text
---@return integer count of the routes in it
function routes.text(document)
  local out, count = { document.head }, 0
  for _, part in ipairs(document.parts) do
    out[#out + 1] = ("## %s\n\n| route | request | fields | from | note |\n|---|---|---|---|---|"):format(part[1])
    for i = 2, #part do
      for _, r in ipairs(dofile(document.folder .. part[i] .. ".lua")) do
        out[#out + 1] = row(r)
        count = count + 1
      end
    end
    out[#out + 1] = ""
  end
  return table.concat(out, "\n"), count
end

local function write(document, only_check)
  local text = routes.text(document)
  local file = io.open(document.file, "rb")
  local old = file and file:read "a"
  if file then file:close() end
  if old == text then return print(document.file .. " tells exactly the routes") end
  if only_check then
    io.stderr:write(document.file .. " does not tell the routes: run `make routes`\n")
    os.exit(1)
  end
  file = assert(io.open(document.file, "wb"))
  file:write(text)
  file:close()
  print(document.file .. " was written anew")
end

local function main(args)
  package.path = "lua/?.lua;lua/?/init.lua;" .. package.path -- what routes of a service share
  for _, document in ipairs(routes.documents) do write(document, args[1] == "--check") end
end

-- A spec loads this file with dofile and uses the functions; on the command line it does its work.
if arg and arg[0] and arg[0]:find "tools/routes%.lua$" then main(arg) end

return routes
