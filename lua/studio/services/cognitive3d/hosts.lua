-- The two hosts of Cognitive3D: one answers queries, one collects data and uploads. SPDX-License-Identifier: MIT
--
-- Sources: the vendor's API overview (api.), its SDKs and upload tools (data., and the dev environment, whose keys are
-- its own). Customers with a private label have hosts of their own, which have to be given both: to guess one of them
-- would send a key to somebody else.

local check = require "studio.check"

local hosts = {}

local environments = {
  production = { query = "https://api.cognitive3d.com", data = "https://data.cognitive3d.com" },
  dev = { query = "https://api.c3ddev.com", data = "https://data.c3ddev.com" },
}

-- The origin alone: routes begin with /v0 themselves.
local function origin(url, option, what)
  url = url:gsub("/+$", ""):gsub("/v0$", "")
  local host, path = url:match "^%a+://([^/]+)/(.*)$"
  if host then check.fail("%s: %s is the origin alone (https://%s), without /%s", what, option, host, path) end
  return url
end

local function environment(options, what)
  local name = options.environment or "production"
  if not environments[name] then
    check.fail("%s: there is no environment '%s'%s", what, name, check.suggestion(name, environments))
  end
  return environments[name]
end

-- The host that an option says. What is known to be the other one would get keys that are not for it.
local function named(options, option, other, what)
  local url = origin(options[option], option, what)
  for _, pair in pairs(environments) do
    if pair[other] == url then
      check.fail("%s: %s is %s, and that is the other host: base_url answers queries, data_url collects", what, option,
        url)
    end
  end
  return url
end

-- The other host of a pair that is known.
local function other_of(url, given, wanted)
  for _, pair in pairs(environments) do
    if pair[given] == url then return pair[wanted] end
  end
end

--- The host for queries: the option base_url, else that of the environment.
---@param options table
---@param what string for messages
---@return string url
function hosts.query(options, what)
  local pair = environment(options, what)
  if options.base_url then return named(options, "base_url", "data", what) end
  if not options.data_url then return pair.query end
  local data = named(options, "data_url", "query", what)
  local found = other_of(data, "data", "query")
  if not found and options.org_key then
    check.fail("%s: give base_url beside data_url: an org_key is for the host that answers queries", what)
  end
  return found or data -- without a key for it nothing is sent there
end

--- The collector: the option data_url, else the one that belongs to the other host.
---@param options table base_url is set, to what hosts.query said
---@param what string for messages
---@return string? url nil: it is not known, which does no harm without a key for it
function hosts.data(options, what)
  if options.data_url then return named(options, "data_url", "query", what) end
  local found = other_of(options.base_url, "query", "data")
  if not found and (options.developer_key or options.data_key) then
    check.fail("%s: give data_url beside base_url: developer_key and data_key are for the collector's host", what)
  end
  return found
end

return hosts
