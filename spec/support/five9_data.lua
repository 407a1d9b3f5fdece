-- A sandbox with a data store, and a folder for CSV files, for specs of import, export and mirror.
-- SPDX-License-Identifier: MIT

local five9_ask = require "spec.support.five9_ask"
local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local studio = require "studio"

local support = {}
local Data = {}
Data.__index = Data

support.COLUMNS = { { name = "id", type = "String" }, { name = "name", type = "String" },
  { name = "visits", type = "Integer" }, { name = "balance", type = "Double" }, { name = "joined", type = "Date" } }

--- Starts all of it: in setup. Fields: server, f9 (the client), store (1), folder.
---@param options table? of studio.five9
function support.start(options)
  local self = setmetatable({ server = assert(sandbox.start {}), store = 1 }, Data)
  self.ask, self.close_ask = five9_ask(self.server)
  local all = { base_url = self.server.five9_url, scope_id = "1234", api_key = "f9-key", state_dir = false,
    backoff_base = 0.001, backoff_cap = 0.005 }
  for name, value in pairs(options or {}) do all[name] = value end
  self.f9 = studio.five9(all)
  self.folder = os.tmpname()
  os.remove(self.folder)
  assert(os.execute("mkdir " .. self.folder))
  return self
end

function Data:stop()
  self.close_ask()
  self.f9:close()
  self.server:stop()
  os.execute("rm -rf " .. self.folder)
end

function Data:state() return self.server:state().five9 end

--- A store with so many rows, no faults, an empty folder: in before_each.
---@param five9 table? options of the sandbox
function Data:reset(five9)
  local options = { rows = 0, columns = support.COLUMNS }
  for name, value in pairs(five9 or {}) do options[name] = value end
  self.server:set { five9 = options, faults = json.array {} }
  os.execute("rm -rf " .. self.folder .. "/*")
end

function Data:path(name) return self.folder .. "/" .. name end

--- Writes a file of the folder; its path.
function Data:write(name, text)
  shell.write(self:path(name), text)
  return self:path(name)
end

function Data:read(name) return shell.read(self:path(name)) end

--- A file of so many rows, c00001 on, from line 2.
---@param n integer
---@param name string? default "rows.csv"
function Data:rows_file(n, name)
  local out = { "id,name,visits,balance,joined\r\n" }
  for i = 1, n do
    out[i + 1] = ("c%05d,Name %d,%d,%g,2026-01-%02d\r\n"):format(i, i, i - 50, i / 4, i % 28 + 1)
  end
  return self:write(name or "rows.csv", table.concat(out))
end

--- All rows that the service has, by its own word.
function Data:rows()
  local _, body = self.ask("POST", "/data/getdatastorecollection", { data_store_id = 1, per_page = 1000000 })
  return body.ws_response_data
end

--- Puts rows there, unseen by the client.
function Data:put(rows)
  local status = self.ask("POST", "/data/data-store-collection", { data_store_id = 1, data = rows })
  assert(status == 200)
end

--- How often each id is there.
function Data:ids()
  local count = {}
  for _, row in ipairs(self:rows()) do count[row.id] = (count[row.id] or 0) + 1 end
  return count
end

--- c00001 to the n-th, each once.
function support.once(n)
  local all = {}
  for i = 1, n do all[("c%05d"):format(i)] = 1 end
  return all
end

--- The requests that wrote, since the log was cleared.
function Data:writes()
  local n = 0
  for _, entry in ipairs(self.server:log()) do
    if entry.path:find "data%-store%-collection" or entry.path:find "bulk%-update" then n = n + 1 end
  end
  return n
end

--- What one of the programs of spec/support does in a process of its own: "killed", its report, or what it wrote.
---@param options table JSON for it
function Data:child(options)
  options.url = self.server.five9_url
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
  local _, out = shell.run(("{ %s spec/support/five9_importer.lua %s %s; echo status $?; }"):format(
    os.getenv "STUDIO_LUA" or "lua5.4", shell.quote(setup), shell.quote(json.encode(options))))
  return out:find "status 137%s*$" and "killed" or json.decode(out:match "^[^\n]*") or out
end

return support
