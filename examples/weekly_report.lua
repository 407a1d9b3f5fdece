--- A page about a project's last seven days at Cognitive3D. SPDX-License-Identifier: MIT
--
--     C3D_ORG_KEY=orgkey-… C3D_PROJECT=10 lua5.4 examples/weekly_report.lua [--sandbox] [--help]

-- Runs from a checkout, too: its own parts lie beside it, the library (unless installed) one folder up.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
  .. (";%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.program".run("weekly_report", "weekly_report.main")
