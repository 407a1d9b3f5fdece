-- Where a Five9 Studio 7 instance answers: regions by name, and base URLs as people write them.
-- SPDX-License-Identifier: MIT

local check = require "studio.check"

local base = {}

-- Of the US and EU the vendor's API Resource Guide has these today; AU, CA and UK stood in an earlier edition of it, as
-- "au7", "ca7" and "uk7" beside "us7". The guide leaves the scheme out; all clients that are known use https.
local hosts = {
  us = "api.us7.studioportal.io/api", us7 = "api.us7.studioportal.io/api",
  eu = "api.prod.eu.five9.net/studio-backend/api",
  au = "api.au7.studioportal.io/api", au7 = "api.au7.studioportal.io/api",
  ca = "api.ca7.studioportal.io/api", ca7 = "api.ca7.studioportal.io/api",
  uk = "api.uk7.studioportal.io/api", uk7 = "api.uk7.studioportal.io/api",
}

-- Studio 6 has other hosts, and another API: tokens, POST for everything, results under "result".
local function refuse_studio_6(host, what)
  if not host:find "%f[%w]inferencecommunications%.com$" then return end
  check.fail("%s: %s is Studio 6, which has another API (tokens instead of keys, other paths); this is a client of "
    .. "Studio 7: give region = \"us\" or \"eu\", or the base URL of your Studio 7 instance", what, host)
end

-- "HTTPS://API.Example.com:443" and "https://api.example.com" are one place: failed logins are counted and records kept
-- by it.
local function one_spelling(scheme, host, port)
  if scheme == "https" and port == ":443" or scheme == "http" and port == ":80" then port = "" end
  return scheme .. "://" .. host .. port
end

--- A base URL as it is used: with its scheme, ending in /api. All paths that are known begin below that.
---@param text string "api.us7.studioportal.io", with or without https:// before it and /api behind it
---@param what string for messages
---@return string
function base.normal(text, what)
  if not text:find "^%a[%w+.-]*://" then text = "https://" .. text end
  local scheme, authority, path = text:gsub("/+$", ""):match "^(%a[%w+.-]*)://([^/?#]+)(.*)$"
  if not authority or text:find "[?#%s]" then
    check.fail("%s: base_url must be a host and perhaps a path, as in https://%s", what, hosts.us)
  end
  local port = authority:match ":%d+$" or ""
  local host = authority:sub(1, #authority - #port):lower():gsub("%.$", "")
  refuse_studio_6(host, what)
  local origin = one_spelling(scheme:lower(), host, port)
  return origin .. (path:find "/api$" and path or path .. "/api")
end

--- The base URL that a client's options say.
---@param options table region, or base_url
---@param what string for messages
---@return string
function base.of(options, what)
  local region, url = options.region, options.base_url
  if region and url then check.fail("%s: give region or base_url, not both", what) end
  if url then return base.normal(url, what) end
  if not region then
    check.fail("%s: region is missing: \"us\" or \"eu\" (also au, ca, uk), or the instance's own base_url", what)
  end
  local host = hosts[region:lower()]
  if not host then check.fail("%s: there is no region '%s'%s", what, region, check.suggestion(region, hosts)) end
  return "https://" .. host
end

return base
