-- A secret that is easy to find is found nowhere it should not be. SPDX-License-Identifier: MIT
--
-- The output, state file and page of the storyboard are searched in storyboard_spec.lua, the sandbox's log in
-- sandbox_spec.lua, freed memory in spec/c. Here: everything that a script can hold, print or log, also when the
-- service echoes the key.

local studio = require "studio"
local errors = require "studio.error"
local log = require "studio.log"
local peer = require "spec.support.peer"

local KEY = "sk_live_canary/5c0ffee+=" -- has characters that are escaped on some ways
local FORMS = { "canary/5c0ffee", "canary%%2F5c0ffee", "canary\\/5c0ffee", "c2tfbGl2ZV9jYW5hcnk" }

local function find_in(text, path)
  for _, form in ipairs(FORMS) do
    if text:find(form, 1, true) then return path .. ": " .. form end
  end
end

-- Looks through strings, tables (keys, values, metatables) and upvalues; userdata by tostring.
local function search(value, path, seen)
  local kind = type(value)
  if kind == "string" then return find_in(value, path) end
  if kind ~= "table" and kind ~= "function" and kind ~= "userdata" then return nil end
  if seen[value] then return nil end
  seen[value] = true
  local found = find_in(tostring(value), "tostring of " .. path)
  if found then return found end
  if kind == "function" then
    local i = 1
    while true do
      local name, held = debug.getupvalue(value, i)
      if not name then return nil end
      found = name ~= "_ENV" and search(held, path .. "^" .. name, seen) -- globals are the specs' own
      if found then return found end
      i = i + 1
    end
  elseif kind == "table" then
    for k, v in next, value do
      found = search(k, path .. "<key>", seen) or search(v, path .. "." .. tostring(k), seen)
      if found then return found end
    end
    return search(debug.getmetatable(value), path .. "<meta>", seen)
  end
end

-- Of an error without the answer as it came: that is the service's own text, and kept raw.
local function searchable(err)
  local copy = {}
  for name, value in pairs(err) do
    if name ~= "response" then copy[name] = value end
  end
  return copy
end

describe("a secret", function()
  local server

  after_each(function()
    server:stop()
    server = nil
  end)

  local function start(handler, options, make)
    server = peer.start(handler)
    options.base_url, options.backoff_base, options.backoff_cap = server.url, 0.001, 0.001
    return (make or studio.mstudio)(options)
  end

  local ECHO = [[function(c)
    while true do
      local r = c:request()
      if not r then return end
      local key = r.headers["x-api-key"] or r.headers.authorization
      local status = tonumber(r.target:match "%d+$")
      if r.target:find "html" then
        c:answer("<html><title>" .. key .. "</title>" .. key .. "</html>", 500, "Content-Type: text/html")
      else
        c:answer(('{"success":false,"message":"the key %s is not good","code":"%s","errors":{"key":["%s"]}}')
          :format(key, key, key:gsub("/", "\\/")), status, "Content-Type: application/json", "X-Request-Id: " .. key)
      end
    end
  end]]

  -- A name before the secret whose bytes are a multiple of three leaves the secret's base64 as it is.
  local forms = {
    key = { { api_key = KEY }, "api_key" }, bearer = { { token = KEY }, "token" },
    basic = { { workspace = "acme", token = "to", secret = KEY, limits = false }, "secret", studio.analyst,
      "collections" },
    discovery = { { workspace = "acme", token = "to", access_key = "ke", access_secret = KEY, limits = false },
      "access_secret", studio.analyst_discovery, "reports" },
  }

  for form, case in pairs(forms) do
    local options, secret, make, resource = case[1], case[2], case[3], case[4] or "projects"

    it("is in no error, though the service echoes it: " .. form, function()
      local ms = start(ECHO, options, make)
      for _, path in ipairs { "/400", "/401", "/402", "/403", "/404", "/409", "/422", "/500", "/html" } do
        local value, err = ms:request { path = path }
        assert.is_nil(value)
        assert.is_true(errors.is(err))
        assert.is_nil(search(searchable(err), "err", {}))
        assert.is_nil(find_in(tostring(err), "tostring(err)"))
        assert.is_nil(find_in("x: " .. err, "concat"))
      end
      ms:close()
    end)

    it("is in no log at any level, nor in a curl command: " .. form, function()
      local ms, told = start(ECHO, options, make), {}
      local number = 0
      for _, level in ipairs { "error", "warn", "info", "debug" } do
        log.set(level, function(event, line)
          number = number + 1
          told[number] = { event, line }
        end)
        for _, path in ipairs { "/400", "/401", "/429", "/500", "/html", "/x/" .. KEY .. "/404" } do
          local _, err = ms:request { path = path, query = { key = KEY, q = "a" .. KEY }, body = { key = KEY },
            method = "PUT", headers = { ["X-Request-Id"] = KEY, ["X-Mine"] = KEY }, deadline = 0.5 }
          assert.is_nil(find_in(assert(err:curl()), "curl"))
        end
      end
      log.set "off"
      assert.is_true(number > 20)
      assert.is_nil(search(told, "log", {}))
      ms:close()
    end)

    it("is in nothing that a client shows or holds: " .. form, function()
      local ms = start([[function(c) c:serve('{"data":[]}', 200, "Content-Type: application/json") end]], options,
        make)
      local list, response = ms[resource]:list()
      assert.is_table(list)
      assert.is_nil(find_in(tostring(ms), "tostring"))
      for name, shown in pairs { stats = ms:stats(), limits = ms:limits(), routes = ms:routes(),
          headers = response.headers, url = response.url, response = tostring(response) } do
        assert.is_nil(search(shown, name, {}))
      end
      -- what a debugger or a table printer would reach from the client
      options[secret] = nil -- the script's own copy
      assert.is_nil(search(ms, "client", {}))
      ms:close()
      options[secret] = KEY
    end)
  end

  it("that opens a private key or a proxy is in nothing that a client shows or holds", function()
    local ms = start([[function(c) c:close() end]], {
      api_key = "sk_x", cert_file = "/dev/null", key_password = KEY, max_attempts = 1,
      proxy = "http://me:" .. KEY:gsub("%W", function(c) return ("%%%02X"):format(c:byte()) end) .. "@127.0.0.1:1",
    })
    assert.is_nil(search(ms, "client", {}))
    local _, err = ms.projects:list()
    assert.equal("proxy", err.code)
    assert.is_nil(search(searchable(err), "err", {}))
    assert.is_nil(find_in(tostring(err), "tostring(err)"))
    ms:close()
  end)

  it("is not kept for a client of the other API of a service: it is asked for again", function()
    local all = { workspace = "acme", token = "to", secret = "s", headers = { ["X-Gate"] = KEY }, key_password = KEY,
      cert_file = "/dev/null", proxy = "http://me:" .. KEY:gsub("%W", "") .. "@127.0.0.1:1" }
    local an = start([[function(c) c:close() end]], all, studio.analyst)
    assert.is_nil(search(an, "client", {}))
    local credentials = { token = "t", access_key = "k", access_secret = "s" }
    for _, name in ipairs { "headers", "key_password", "proxy" } do
      local again = { headers = all.headers, key_password = KEY, proxy = false }
      again[name] = nil
      local ok, message = pcall(an.discovery, an, credentials, again)
      assert.is_false(ok)
      assert.matches("give the option '" .. name .. "' again", message, 1, true)
    end
    an:discovery(credentials, { headers = {}, key_password = KEY, proxy = false }):close()
    an:close()
  end)

  it("would be found where it is (the search can fail)", function()
    server = peer.start "function(c) c:close() end"
    local function holds() return KEY end
    for _, place in ipairs { KEY, { { KEY } }, { [KEY] = 1 }, holds, setmetatable({}, { held = KEY }) } do
      assert.is_string(search(place, "place", {}))
    end
  end)

  it("is in no message about a wrong option", function()
    server = peer.start "function(c) c:close() end"
    for _, options in ipairs {
      { api_key = KEY .. "\n" }, { api_key = KEY, token = KEY }, { api_key = KEY, base_url = "ftp://x" },
      { api_key = KEY, nonsense = 1 }, { api_key = KEY, base_url = "https://user:" .. KEY .. "@host/" },
    } do
      local ok, message = pcall(studio.mstudio, options)
      assert.is_false(ok)
      assert.is_nil(find_in(tostring(message), "message"))
    end
  end)
end)
