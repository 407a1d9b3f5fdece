-- The sessions that a query is about, out of the sandbox's state. SPDX-License-Identifier: MIT

local requests = require "studio.sandbox.cognitive3d.requests"

local source = {}

-- When each user of a project was there, oldest first; counted when a filter first asks.
local function calendar_of(c3, project)
  local dates
  return function(session)
    if not dates then
      dates = {}
      for k = 1, c3:session_count(project) do
        local one = c3:session_at(project, k)
        dates[one.user] = dates[one.user] or {}
        table.insert(dates[one.user], one.start)
      end
      for _, list in pairs(dates) do table.sort(list) end
    end
    return dates[session.user]
  end
end

--- The sessions of a project; with a version, its scene sessions.
---@param c3 sandbox.c3
---@param project table
---@param version table?
---@return sandbox.slicer_source
function source.new(c3, project, version)
  local self = { dates = calendar_of(c3, project) }
  function self.results(session) return c3.results and c3:results(session) end
  function self.each()
    local k, count = 0, c3:session_count(project)
    return function()
      while k < count do
        k = k + 1
        local session = c3:session_at(project, k)
        local visit = version and requests.visit(session, version)
        if visit or not version then return session, visit end
      end
    end
  end
  return self
end

return source
