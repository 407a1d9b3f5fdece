-- The prompts that are there, by name. SPDX-License-Identifier: MIT

local there = {}

local NONE <const> = {}

---@class studio.five9.bulk.there
---@field calls integer that reading the list took; more when others use the client meanwhile
local methods = {}
local There = { __name = "studio.five9.bulk.there", __index = methods }

--- Those of a name.
---@param name string
---@return table[]
function methods:named(name) return self.by_name[name] or NONE end

-- The query that one working client of somebody's sends; pages are read to their end, which that one does not do.
local function query(options)
  return { per_page = 200, orderBy = "prompt_id", sortedBy = "asc", folder_id = options.folder_id or 0, task_id = -1,
    hide_system = "false", prompt_type = "IVA" }
end

--- Reads the whole list: a list that could not be read to its end proves nothing.
---@param client studio.five9.client
---@param options { folder_id: integer? }
---@return studio.five9.bulk.there? there
---@return studio.error? err
function there.read(client, options)
  local self = setmetatable({ by_name = {}, calls = 0 }, There)
  local sent, seen, pages = client:stats().attempts, {}, client.prompts:pages(query(options))
  while true do
    local rows, err = pages()
    if not rows then
      if err then return nil, err end
      self.calls = client:stats().attempts - sent
      return self
    end
    for _, row in ipairs(rows) do
      local name, id = row.prompt_name, row.prompt_id
      if type(name) == "string" and not seen[id == nil and row or tostring(id)] then
        seen[id == nil and row or tostring(id)] = true -- rows may move from page to page meanwhile
        local own = self.by_name[name] or {}
        self.by_name[name] = own
        own[#own + 1] = row
      end
    end
  end
end

return there
