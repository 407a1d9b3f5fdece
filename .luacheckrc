-- Luacheck: Lua 5.4, no globals; the specs may use busted's. SPDX-License-Identifier: MIT
std = "lua54"
max_line_length = 120
cache = false
exclude_files = { "build", "out", "lua/studio/types" }
files["spec"] = { std = "+busted" }
files[".busted"] = { std = "lua54" }
