-- Has a report archived, or brought back, and says what is so in the end. SPDX-License-Identifier: MIT
--
-- The core repeats no PATCH whose outcome is unknown. To archive twice does no harm, though, so the service is asked
-- how it stands, and told once more.

local VERBS <const> = { [true] = "archive", [false] = "unarchive" }

--- Sends it.
---@param client studio.client
---@param report string token
---@param archived boolean how it is to be
---@return true? done
---@return studio.error? err
---@return boolean? unknown it may be done all the same
return function(client, report, archived)
  local row, err
  for _ = 1, 2 do
    row, err = client.reports[VERBS[archived]](client.reports, report)
    if row then return true end
    if not err.maybe_done then return nil, err, false end
    local now = client.reports:get(report)
    if not now then break end
    if now.archived == archived then return true end
  end
  return nil, err, true
end
