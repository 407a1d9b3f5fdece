-- Reviews of an app, as its shop's portal exports them. SPDX-License-Identifier: MIT

local answers = require "studio.sandbox.cognitive3d.answers"
local form = require "studio.sandbox.form"
local json = require "studio.sandbox.json"
local requests = require "studio.sandbox.cognitive3d.requests"

local MOST <const> = 10000 -- that a project keeps

local function reviews(c3, project)
  return c3:keep(("reviews of %d"):format(project.id), function() return json.array {} end)
end

-- The fields of one line of CSV and where the next one begins; quoted fields may hold line ends.
local function read_line(text, at)
  local fields = {}
  while true do
    local value
    if text:sub(at, at) == '"' then
      local parts = {}
      repeat
        local stop = text:find('"', at + 1, true)
        if not stop then return nil end
        parts[#parts + 1] = text:sub(at + 1, stop - 1)
        at = stop + 1
      until text:sub(at, at) ~= '"'
      value = table.concat(parts, '"')
    else
      value = text:match("^[^,\r\n]*", at)
      at = at + #value
    end
    fields[#fields + 1] = value
    if text:sub(at, at) ~= "," then break end
    at = at + 1
  end
  return fields, text:match("^\r?\n()", at) or at
end

-- The rows by the names in the first line.
local function read_csv(text)
  local names, at = read_line(text, 1)
  if not names or #names < 2 then return nil end
  local rows = {}
  while at <= #text do
    local before = at
    local fields
    fields, at = read_line(text, at)
    if not fields or #fields ~= #names or at == before then return nil end
    rows[#rows + 1] = {}
    for i, name in ipairs(names) do rows[#rows][name] = fields[i] end
  end
  return rows
end

local function upload(c3, req, project)
  local fields, why = form.read(req)
  if not fields then return answers.error(400, why) end
  local file = fields.reviews
  if type(file) ~= "table" then return answers.error(400, "the part reviews is not there, or is no file") end
  local rows = read_csv(file.bytes)
  if not rows then return answers.error(400, "reviews is not a CSV") end
  local all = reviews(c3, project)
  for _, row in ipairs(rows) do
    if #all < MOST then all[#all + 1] = { id = c3:id(), projectId = project.id, review = row } end
  end
  return 200, { count = #rows }
end

local function list(c3, _, project) return 200, reviews(c3, project) end

-- Which review was written after which session is a guess of the service's; here, none was.
local function of_session(c3, req, project)
  local session = c3:session(project, req.query.sdkSessionId or "")
  local version = c3.versions[math.tointeger(tonumber(req.query.versionId))]
  if not session or not version then return answers.not_found "session" end
  return 200, json.array {}
end

return function(add)
  local path = "/projects/{project}/reviews"
  add("POST", path, requests.on_project(upload), { writes = true, raw = true })
  add("GET", path, requests.on_project(list))
  add("GET", path .. "/session", requests.on_project(of_session))
end
