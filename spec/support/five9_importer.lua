-- A process that imports or mirrors a CSV file, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: five9_importer.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is JSON: url, path, options, mirror (true:
-- not an import), die (as die_at has it). It writes its report as one line of JSON, with the memory that it took at the
-- most (KB).

local setup, text = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local json = require "studio.json"
local studio = require "studio"

local options = assert(json.decode(text))
die_at(options.die or {})

local temporary = 0

-- What a killed process leaves lies where the spec clears up.
function os.tmpname() -- luacheck: ignore 122
  temporary = temporary + 1
  local path = ("%s.%d.tmp"):format(options.path, temporary)
  assert(io.open(path, "w")):close()
  return path
end

local f9 = studio.five9 { base_url = options.url, scope_id = "1234", api_key = "f9-key", state_dir = false,
  backoff_base = 0.005, backoff_cap = 0.01, timeout = 60 }
local report, err
if options.mirror then
  local plan = assert(f9.data_stores:mirror(1, options.path, options.options))
  report, err = plan:apply()
elseif options.export then
  report, err = f9.data_stores:export_csv(1, options.path, options.options)
else
  report, err = f9.data_stores:import_csv(1, options.path, options.options)
end
report = report or { error = tostring(err) }
for line in io.lines "/proc/self/status" do
  report.kilobytes = report.kilobytes or math.tointeger(line:match "^VmHWM:%s+(%d+)")
end
print(json.encode({ complete = report.complete, rows = report.rows, inserted = report.inserted, found = report.found,
  before = report.before, updated = report.updated, error = report.error, kilobytes = report.kilobytes },
  { sort = true }))
