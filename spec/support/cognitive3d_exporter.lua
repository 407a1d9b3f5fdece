-- A process that exports sessions, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: cognitive3d_exporter.lua SETUP FILE. SETUP sets package.path; FILE is JSON: url, folder, options of
-- sessions:export, die and signal as for die_at.lua. Else it writes what came of it as one line of JSON.

local setup, path = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local given = assert(json.decode(assert(shell.read(path))))
die_at(given.die or {}, given.signal)

local c3 = studio.cognitive3d { org_key = "orgkey-sandbox", project_id = 10, base_url = given.url, state_dir = false,
  backoff_base = 0.005, backoff_cap = 0.01 }
local report, err = c3.sessions:export(given.folder, given.options)
local status = shell.read "/proc/self/status" or ""
print(json.encode({ report = report, err = err and tostring(err),
  peak_kb = tonumber(status:match "VmHWM:%s*(%d+)") }, { sort = true }))
