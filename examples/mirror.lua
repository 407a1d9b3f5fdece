--- Makes a data store of Five9 Studio 7 equal to a CSV file; writes when told. SPDX-License-Identifier: MIT
---
---     FIVE9_API_KEY=… FIVE9_SCOPE_ID=… lua5.4 examples/mirror.lua --region us --store 7 --key id rows.csv [--apply]

-- Runs from a checkout, too: its own parts lie beside it, the library (unless installed) one folder up.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
  .. (";%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.program".run("mirror", "mirror.main")
