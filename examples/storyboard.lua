--- Turns a screenplay into an mStudio project with an image for every shot. SPDX-License-Identifier: MIT
--
--     MSTUDIO_API_KEY=sk_live_… lua5.4 examples/storyboard.lua FILE.fountain [--out DIR] [--help]

-- Runs from a checkout, too: its own parts lie beside it, the library (unless installed) one folder up.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
  .. (";%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.program".run("storyboard", "storyboard.main")
