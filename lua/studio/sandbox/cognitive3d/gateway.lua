-- The collector's answers about keys. SPDX-License-Identifier: MIT

return function(add)
  add("GET", "/apiKeys/verify", "developer", function() return 200, { valid = true } end)
end
