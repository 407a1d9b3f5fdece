-- A process that carries a plan out, or undoes it, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: analyst_applier.lua SETUP OPTIONS. SETUP sets package.path; OPTIONS is JSON: what ("apply" or "undo"), url,
-- plan, log, concurrency, die: ["append", n] behind the n-th line of the log, ["send", n, verb] before the n-th request
-- (of that verb, or any) is sent, ["answer", n, verb] when the answer to it has come; signal: default KILL. Else it
-- writes the summary as one line of JSON. See analyst_apply.lua.

local setup, text = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local json = require "studio.json"
local studio = require "studio"

local options = assert(json.decode(text))
die_at(options.die or {}, options.signal)

local an = studio.analyst { workspace = "acme", token = "tok_workspace", secret = "sec_workspace", limits = false,
  base_url = options.url, state_dir = false, backoff_base = 0.005, backoff_cap = 0.01 }
local summary, err
if options.what == "apply" then
  summary, err = an:apply(options.plan, { log = options.log, concurrency = options.concurrency })
else
  summary, err = an:undo(options.log, { concurrency = options.concurrency })
end
if not summary then
  print(tostring(err))
  os.exit(2)
end
print(json.encode({ complete = summary.complete, archived = summary.archived, deleted = summary.schedules_deleted,
  unarchived = summary.unarchived, created = summary.schedules_created, earlier = summary.earlier,
  gone = summary.gone, skipped = #summary.skipped, failed = #summary.failed }, { sort = true }))
