-- A process that logs in several times at once, and may die on the way. SPDX-License-Identifier: MIT
--
-- usage: five9_login.lua SETUP URL GUARD COUNT [EVENT N]. SETUP sets package.path; GUARD is the record's file; EVENT
-- and N as for die_at. Else it writes how many of the logins were sent.

local setup, url, guard, count, event, n = ...
assert(load(setup))()
local die_at = require "spec.support.die_at"
local studio = require "studio"

die_at { event, tonumber(n) }
local f9 = studio.five9 { base_url = url, state_dir = false, login_guard = { file = guard } }
local sent, list = 0, {}
for i = 1, tonumber(count) do list[i] = i end
studio.map(list, function()
  local _, err = f9.account:login { email = "bob@example.com", password = "wrong" }
  if err.code ~= "login_guard" then sent = sent + 1 end
  return true
end)
print(sent)
