--- Programs of one file with one argument at most: --help, and words that nobody knows. SPDX-License-Identifier: MIT

--- Shows how a program is used and ends it, when that is asked for (status 0) or when it is used wrongly (2).
---@param text string  what --help shows
---@param takes nil|fun(word: string): any  whether a word may be the argument; nil: there is none
return function(text, takes)
  local word = arg[1]
  if not word then return end
  if word == "--help" or word == "-h" then
    io.stdout:write(text)
    os.exit(0)
  end
  if arg[2] or word:sub(1, 1) == "-" or not (takes and takes(word)) then
    io.stderr:write("what is '", arg[2] or word, "' for?\n", text)
    os.exit(2)
  end
end
