-- Recorders for specs: a clock that is wound by hand, a client that is a list, and one of a sandbox.
-- SPDX-License-Identifier: MIT

local errors = require "studio.error"
local json = require "studio.json"
local merge = require "studio.merge"
local shell = require "spec.support.shell"
local studio = require "studio"

local support = {}

support.SHOP, support.STOCKROOM = "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01", "7be2a1f0-43d6-4f7a-8c55-91e0b2d3c402"

--- A clock that stands still until it is wound.
---@param at number?
function support.clock(at)
  local clock = { at = at or 1764000000.25 }
  function clock.now() return clock.at end
  return clock
end

--- A client that sends nothing: what it is asked for is in its list `sent`, and `answer(request)` says what came of it:
--- a status, or an error's fields; default 200 with the collector's header.
---@param answer (fun(request: table): integer|table|nil)?
---@return table client
function support.client(answer)
  local client = { sent = {} }
  client.state = { doors = { data = { core = { origin = function() return "http://collector.test" end } } } }
  function client:request(request)
    studio.sleep(0)
    table.insert(self.sent, request)
    local outcome = answer and answer(request) or 200
    if type(outcome) == "table" and not outcome.header then return nil, errors.new(outcome) end
    local response = type(outcome) == "table" and outcome
      or { status = outcome, header = function() return "1764000000000" end }
    if response.status >= 400 then
      return nil, errors.new { kind = "invalid", status = response.status, message = "no" }
    end
    return "", response
  end
  return client
end

--- A recorder over such a client.
---@param client table
---@param options table?
function support.over(client, options)
  return studio.cognitive3d.recorder(merge({ client = client, scene = support.SHOP, version_number = 1,
    user = "headset-1", clock = support.clock().now, retry_first = 0.02, retry_cap = 0.02 }, options))
end

--- A recorder of a sandbox.
---@param sb table studio.sandbox
---@param options table?
function support.of(sb, options)
  return studio.cognitive3d.recorder(merge({ data_key = "data-sandbox", data_url = sb.cognitive3d_data_url,
    scene = support.SHOP, version_number = 1, user = "headset-1", retry_first = 0.02, retry_cap = 0.02 }, options))
end

--- What was sent, as Lua values, in order.
---@param client table
---@return table[] bodies
function support.bodies(client)
  local list = {}
  for i, request in ipairs(client.sent) do list[i] = assert(json.decode(request.body)) end
  return list
end

--- A new folder, and how to remove it.
---@return string path
function support.folder()
  local _, path = shell.run "mktemp -d"
  return (path:gsub("%s+$", ""))
end

function support.remove(folder) shell.run("rm -rf " .. shell.quote(folder)) end

--- Makes steps until a condition holds; fails after a long while.
---@param holds fun(): any
function support.step_until(holds)
  local loop = require("studio.task").loop
  local due = loop:now() + 60
  while not holds() do
    assert(loop:now() < due, "it did not come to that")
    studio.step(20)
  end
end

return support
