--- Talks with a ChatBot task of Five9 Studio 7, from a keyboard or a file of lines. SPDX-License-Identifier: MIT
---
---     lua5.4 examples/chat.lua --sandbox          a bot of the sandbox's own; see --help

-- Runs from a checkout, too: its own parts lie beside it, the library (unless installed) one folder up.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
  .. (";%s/../lua/?.lua;%s/../lua/?/init.lua"):format(here, here)
package.cpath = package.cpath .. (";%s/../build/?.so"):format(here)

require "shared.program".run("chat", "chat.main")
