-- Texts that come piece by piece, from a file or a function. SPDX-License-Identifier: MIT
--
-- A `read` here is a function that gives the next piece, nil at the end, and nil, why when the text cannot be read on.

local pieces = {}

-- Bytes of a piece of a file: large enough that a row is seldom cut in two, small enough to be nothing in memory.
local PIECE = 131072

--- The pieces of an open file, from where it stands.
---@param file file*
---@param size integer? bytes of a piece
---@return fun(): string?, string? read
function pieces.of_file(file, size)
  return function()
    local piece, why = file:read(size or PIECE)
    if piece == nil then return nil, why end
    return piece
  end
end

--- What is left of a text, and what comes after it: at least as much again, so that who looks for the end of something
--- long does not look through it anew for each piece.
---@param rest string
---@param read fun(): string?, any
---@param least integer? bytes that are wanted in all
---@return string? text nil, why when it cannot be read on
---@return any why
---@return boolean? ended there is no more after it
function pieces.more(rest, read, least)
  local list, size = { rest }, 0
  repeat
    local piece, why = read()
    if not piece then
      if why then return nil, why end
      return table.concat(list), nil, true
    end
    list[#list + 1], size = piece, size + #piece
  until size > #rest and size + #rest >= (least or 0)
  return table.concat(list)
end

return pieces
