-- The sandbox's own process: listens, and ends when nobody needs it any more. SPDX-License-Identifier: MIT

local cqueues = require "cqueues"
local signal = require "cqueues.signal"

local options = require "studio.sandbox.options"
local server = require "studio.sandbox.server"
local services = require "studio.sandbox.services"
local tls = require "studio.sandbox.tls"
local worlds = require "studio.sandbox.world"

local main = {}

local function write_file(path, text)
  local file = assert(io.open(path, "w"))
  assert(file:write(text))
  assert(file:close())
end

--- Starts everything.
---@param given table  options, checked
---@return table running  cq, world, urls, ca_file
function main.start(given)
  signal.block(signal.SIGTERM, signal.SIGINT) -- one that comes before main.run waits for it, which cleans up
  local cq = cqueues.new()
  local epoch = os.time() - cqueues.monotime()
  local world = worlds.new(options.complete(given), {
    now = cqueues.monotime, epoch = function() return epoch + cqueues.monotime() end,
  })
  local ctx, pem = tls.new(world.options.names)
  local running = { cq = cq, world = world, urls = {} }
  local urls = running.urls
  for _, service in ipairs(services) do
    local _, plain = server.listen(world, service.kind, { cq = cq, port = world.options[service.port] })
    local _, secure = server.listen(world, service.kind, { cq = cq, port = 0, ctx = ctx })
    urls[service.name .. "_url"], urls[service.name .. "_https_url"] = plain .. service.base, secure .. service.base
    if service.origin then urls.url, urls.https_url = plain, secure end
  end
  local _
  _, urls.cdn_url = server.listen(world, "cdn", { cq = cq, port = 0 })
  _, urls.control_url = server.listen(world, "control", { cq = cq, port = 0 })
  world.cdn_url = urls.cdn_url
  running.ca_file = os.tmpname() -- last: a sandbox that cannot listen leaves no file behind
  write_file(running.ca_file, pem)
  return running
end

-- Ends the process when the other end of our standard output is gone: the parent has stopped us, or is dead,
-- however it died. A pipe whose reader is gone reports an error to whoever polls it, whatever he asked for.
local function watch_parent(cq, finish)
  cq:wrap(function()
    cqueues.poll { pollfd = 1, events = "r" }
    finish()
  end)
end

local function watch_signals(cq, finish)
  local listener = signal.listen(signal.SIGTERM, signal.SIGINT)
  cq:wrap(function()
    listener:wait()
    finish()
  end)
end

--- Runs until the end of the process.
---@param running table
---@param parent boolean  standard output is a pipe to the process that started us
function main.run(running, parent)
  local function finish()
    os.remove(running.ca_file)
    os.exit(0)
  end
  watch_signals(running.cq, finish)
  if parent then watch_parent(running.cq, finish) end
  while true do
    local ok, why = running.cq:step()
    if not ok then io.stderr:write("studio sandbox: ", tostring(why), "\n") end
  end
end

return main
