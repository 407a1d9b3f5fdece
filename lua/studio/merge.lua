-- One table out of several. SPDX-License-Identifier: MIT

--- A fresh table with the fields of all of them; of a field that several have, the last one counts.
---@param ... table? nil is an empty table
---@return table
return function(...)
  local result = {}
  for i = 1, select("#", ...) do
    for k, v in pairs((select(i, ...)) or {}) do result[k] = v end
  end
  return result
end
