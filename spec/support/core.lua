-- What the specs of studio.core share: running calls to their end. SPDX-License-Identifier: MIT

local core = require "studio.core"

local support = {}
local loop = core.loop()

--- Steps the loop until `ready()`; an error after ten seconds.
function support.until_(ready, what)
  local stop = loop:now() + 10
  while not ready() do
    if loop:now() > stop then error((what or "what the spec waits for") .. " did not happen", 2) end
    loop:step(0.05)
  end
end

--- The call's result, as call:result() returns it.
function support.run(call)
  support.until_(function() return call:done() end, "the end of the call")
  return call:result()
end

--- Submits and runs: support.get(client, "/path", { further options }).
function support.get(client, path, options)
  options = options or {}
  options.path = path
  return support.run(client:submit(options))
end

--- A client that repeats quickly.
function support.client(url, options)
  options = options or {}
  options.base_url = url
  options.backoff_base = options.backoff_base or 0.005
  options.backoff_cap = options.backoff_cap or 0.01
  options.max_attempts = options.max_attempts or 3
  return core.client(options)
end

return support
