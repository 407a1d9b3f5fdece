--- Finds reports of Analyst Studio that nobody uses, and puts them away when told. SPDX-License-Identifier: MIT
--
--     ANALYST_WORKSPACE=acme ANALYST_TOKEN=… ANALYST_SECRET=… lua5.4 examples/stale_reports.lua [--help]

-- Runs from a checkout, too: its own parts lie beside it, the library (unless installed) one folder up.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
  .. (";%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.program".run("stale_reports", "stale_reports.main")
