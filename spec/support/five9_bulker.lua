-- A process that makes prompts in bulk, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: five9_bulker.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is JSON: url, state, source, voices, die (as
-- die_at has it). It writes its report as one line of JSON.

local setup, text = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local json = require "studio.json"
local studio = require "studio"

local options = assert(json.decode(text))
die_at(options.die or {})

local f9 = studio.five9 { base_url = options.url, scope_id = "1234", api_key = "f9-key", state_dir = false,
  backoff_base = 0.005, backoff_cap = 0.01 }
local plan = assert(f9.prompts:bulk(options.source, { voices = options.voices, state = options.state, settle = 0 }))
local report = assert(plan:apply { concurrency = 1 })
print(json.encode({ complete = report.complete, created = report.created, updated = report.updated,
  found = report.found, unchanged = report.unchanged }, { sort = true }))
