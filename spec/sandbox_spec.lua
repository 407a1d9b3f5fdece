-- The sandbox as a client sees it that nobody here wrote: curl. SPDX-License-Identifier: MIT

local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local socket = require "socket"
local studio = require "studio"

local sh, quote = shell.tool, shell.quote

local KEY = "sk_live_sandbox_canary"

local _ -- what a spec does not look at

describe("the sandbox", function()
  local sb

  local function start(options)
    options = options or {}
    options.keys = options.keys or { { key = KEY } }
    options.window = options.window or 3600 -- no window ends by itself within a spec
    sb = assert(sandbox.start(options))
  end

  after_each(function()
    if sb then sb:stop() end
    sb = nil
  end)

  -- One request: status (0: no answer), body (decoded when JSON), headers.
  local function curl(method, url, body, headers)
    local words = { "curl -s -i --max-time 10 --noproxy '*' -X", method }
    for _, header in ipairs(headers or { "X-API-Key: " .. KEY }) do words[#words + 1] = "-H " .. quote(header) end
    if body then words[#words + 1] = "-d " .. quote(type(body) == "table" and json.encode(body) or body) end
    words[#words + 1] = quote(url:sub(1, 1) == "/" and sb.mstudio_url .. url or url)
    local _, text = sh(table.concat(words, " "))
    local head, rest = text:match "^(.-)\r\n\r\n(.*)$"
    local status = tonumber((head or ""):match "^HTTP/%S+ (%d+)") or 0
    local fields = {}
    for name, value in (head or ""):gmatch "\n([^:\r\n]+):%s*([^\r\n]*)" do fields[name:lower()] = value end
    local value = fields["content-type"] == "application/json" and json.decode(rest) or rest
    return math.tointeger(status), value, fields
  end

  local function frame(order)
    local _, project = curl("POST", "/projects", { title = "A" })
    local _, made = curl("POST", "/projects/" .. project.data.id .. "/frames", { script = "A door.", order = order })
    return made.data
  end

  local function generate(id, prompt)
    return curl("POST", "/frames/" .. id .. "/generate-image", { prompt = prompt or "a door" })
  end

  it("is none the worse for clients that go away in the middle of a request", function()
    start()
    local host, port = sb.mstudio_url:match "//([^:/]+):(%d+)"
    local head = "POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nX-API-Key: " .. KEY .. "\r\n"
    for _, half in ipairs {
      head .. "Content-Length: 100\r\n\r\n", head .. "Content-Length: 100\r\n\r\n{",
      head .. "Transfer-Encoding: chunked\r\n\r\n5\r\n{", head .. "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", head,
    } do
      local client = assert(socket.connect(host, port))
      assert(client:send(half))
      client:close()
      local status, body = curl("GET", "/projects")
      assert.equal(200, status)
      assert.same({}, body.data) -- what came by half was not done
    end
  end)

  it("asks for a key, and says what is wrong in the documented shape", function()
    start()
    local status, body = curl("GET", "/projects", nil, {})
    assert.equal(401, status)
    assert.is_false(body.success)
    assert.is_string(body.message)
    assert.equal(401, (curl("GET", "/projects", nil, { "X-API-Key: sk_live_wrong" })))
    assert.equal(200, (curl("GET", "/projects")))
    assert.equal(404, (curl("GET", "/nothing")))
    assert.equal(405, (curl("DELETE", "/projects")))
  end)

  it("knows scopes, and endpoints that are closed to keys", function()
    start { keys = { { key = KEY, scopes = { "projects" } } }, tokens = { { token = "t1", user = "ada" } },
      closed_to_keys = { "^/projects$" } }
    local status, body = curl("GET", "/frames/1")
    assert.equal(403, status)
    assert.equal("API key missing required scope: frames", body.message)
    status, body = curl("GET", "/projects")
    assert.equal(403, status)
    assert.matches("not available via API key", body.message)
    assert.equal(200, (curl("GET", "/projects", nil, { "Authorization: Bearer t1" })))
  end)

  it("keeps projects and frames, checks them, and pages lists", function()
    start()
    local status, body = curl("POST", "/projects", {})
    assert.equal(422, status)
    assert.is_string(body.errors.title[1])
    status, body = curl("POST", "/projects", { title = "Kettle", mood = "calm" })
    assert.equal(201, status)
    local id = body.data.id
    assert.equal("calm", body.data.mood)
    _, body = curl("PUT", "/projects/" .. id, { title = "Storm" })
    assert.equal("Storm", body.data.title)
    for n = 1, 5 do curl("POST", ("/projects/%d/frames"):format(id), { script = "Shot", order = 6 - n }) end
    _, body = curl("GET", ("/projects/%d/frames?page=2&per_page=2"):format(id))
    assert.same({ 3, 4 }, { body.data[1].order, body.data[2].order })
    assert.same({ 2, 3, 5 }, { body.meta.current_page, body.meta.last_page, body.meta.total })
    assert.equal(422, (curl("GET", "/projects?page=0")))
    assert.equal(204, (curl("DELETE", "/projects/" .. id)))
    assert.equal(404, (curl("GET", "/projects/" .. id)))
    assert.equal(422, (curl("POST", "/projects", "[1]")))
  end)

  it("answers 429 to request L + 1 of a key, and counts users apart", function()
    start { limit = 4, user_limit = 3, headers = "both",
      tokens = { { token = "t1", user = "ada" }, { token = "t2", user = "ada" }, { token = "t3", user = "bob" } } }
    for n = 1, 4 do
      local status, _, headers = curl("GET", "/projects")
      assert.equal(200, status)
      assert.equal(tostring(4 - n), headers["x-ratelimit-remaining"])
    end
    local status, body, headers = curl("GET", "/projects")
    assert.equal(429, status)
    assert.is_false(body.success)
    assert.is_true(tonumber(headers["retry-after"]) > 3000)
    local seen = {}
    for _, token in ipairs { "t1", "t2", "t1", "t2", "t3" } do
      seen[#seen + 1] = curl("GET", "/projects", nil, { "Authorization: Bearer " .. token })
    end
    assert.same({ 200, 200, 200, 429, 200 }, seen) -- two tokens of one user share
  end)

  it("generates images by jobs that go through their states", function()
    start { job_seconds = 3600 }
    local shot = frame(7)
    local status, body = generate(shot.id)
    assert.equal(201, status)
    local job = "/generation-jobs/" .. body.data.job_id
    assert.equal("pending", body.data.status)
    _, body = curl("GET", job)
    assert.equal("pending", body.data.status)
    sb:set { job_seconds = 0 }
    _, body = generate(shot.id)
    _, body = curl("GET", "/generation-jobs/" .. body.data.job_id)
    assert.equal("completed", body.data.status)
    assert.not_equal(sb.url, body.data.result.url:match "^%w+://[^/]+")
    status, _, body = curl("GET", body.data.result.url, nil, {})
    assert.equal(200, status)
    assert.equal("image/png", body["content-type"])
    assert.same({ [tostring(shot.id)] = 2 }, sb:state().generations)
    _, body = curl("GET", "/frames/" .. shot.id)
    assert.equal(1, body.data.versions_count)
    assert.is_string(body.data.image_url)
  end)

  it("draws real pictures, another one for each frame", function()
    start { job_seconds = 0 }
    local bytes = {}
    for order = 1, 2 do
      local _, body = generate(frame(order).id)
      _, body = curl("GET", "/generation-jobs/" .. body.data.job_id)
      local name = os.tmpname()
      assert(sh(("curl -s --noproxy '*' -o %s %s"):format(name, quote(body.data.result.url))))
      local file = assert(io.open(name, "rb"))
      bytes[order] = file:read "a"
      file:close()
      os.remove(name)
      assert.equal("\137PNG\r\n\26\n", bytes[order]:sub(1, 8))
      assert.equal("IEND\xAE\x42\x60\x82", bytes[order]:sub(-8))
      assert.is_true(#bytes[order] < 200000)
    end
    assert.not_equal(bytes[1], bytes[2])
  end)

  it("lets result URLs expire, and gives fresh ones", function()
    start { job_seconds = 0, url_ttl = 0 }
    local _, body = generate(frame(1).id)
    local job = "/generation-jobs/" .. body.data.job_id
    _, body = curl("GET", job)
    assert.equal(403, (curl("GET", body.data.result.url, nil, {})))
    sb:set { url_ttl = 60 }
    _, body = curl("GET", job)
    assert.equal(200, (curl("GET", body.data.result.url, nil, {})))
    assert.equal(403, (curl("GET", (body.data.result.url:gsub("signature=%x+", "signature=0")), nil, {})))
  end)

  it("serves the part of a result that is asked for, so that a download can go on", function()
    start { job_seconds = 0 }
    local _, body = generate(frame(1).id)
    _, body = curl("GET", "/generation-jobs/" .. body.data.job_id)
    local url = body.data.result.url
    local _, whole, head = curl("GET", url, nil, {})
    local function part(...)
      local status, bytes, headers = curl("GET", url, nil, { ... })
      return status, bytes, headers["content-range"]
    end
    local size = #whole
    assert.same({ 206, whole:sub(11, 20), "bytes 10-19/" .. size }, { part "Range: bytes=10-19" })
    assert.same({ 206, whole:sub(-5), ("bytes %d-%d/%d"):format(size - 5, size - 1, size) }, { part "Range: bytes=-5" })
    local last = "Range: bytes=" .. size - 1 .. "-"
    assert.same({ 206, whole:sub(-1), ("bytes %d-%d/%d"):format(size - 1, size - 1, size) },
      { part(last, "If-Range: " .. head.etag) })
    assert.equal(200, (part("Range: bytes=10-19", 'If-Range: "another"')))
    assert.equal(416, (part("Range: bytes=" .. size .. "-")))
  end)

  it("fails jobs, shows odd states, answers at once, and runs out of money, as told", function()
    start { job_seconds = 0, wallet = 3 }
    local shot = frame(1)
    local _, body = generate(shot.id, "FAIL this one")
    _, body = curl("GET", "/generation-jobs/" .. body.data.job_id)
    assert.equal("failed", body.data.status)
    assert.is_string(body.data.error)
    sb:set { oddity = "percolating", job_seconds = { 0.0001, 0.0001 } }
    sb:set { instant = true }
    local status
    status, body = generate(shot.id)
    assert.equal(200, status)
    assert.is_string(body.data.image_url)
    assert.equal(200, (generate(shot.id)))
    status, body = generate(shot.id)
    assert.equal(402, status)
    assert.matches("wallet", body.message)
    assert.same({ [tostring(shot.id)] = 3 }, sb:state().generations)
  end)

  it("goes wrong on demand", function()
    start()
    local function with(rule)
      rule.count = 1
      sb:set { faults = { rule } }
      local status, body, headers = curl("GET", "/projects")
      assert.equal(200, (curl("GET", "/projects"))) -- once, as told
      return status, body, headers
    end
    local status, body, headers = with { kind = "status", status = 503, headers = { ["retry-after"] = "9" } }
    assert.same({ 503, false, "9" }, { status, body.success, headers["retry-after"] })
    status, body = with { kind = "html" }
    assert.equal(502, status)
    assert.matches("<title>502", body)
    assert.equal(0, (with { kind = "drop" }))
    sb:set { faults = { { kind = "reset", count = 1 } } }
    local _, exit = sh(("curl -s --noproxy '*' %s/projects; echo $?"):format(sb.mstudio_url))
    assert.equal("56\n", exit) -- 52 would be an orderly end
    status, body = with { kind = "cut" }
    assert.equal(200, status)
    assert.is_not_table(body)
    status, body = with { kind = "bad_json" }
    assert.equal(200, status)
    assert.is_not_table(body)
    status, _, headers = with { kind = "redirect", location = "http://127.0.0.1:9/" }
    assert.same({ 302, "http://127.0.0.1:9/" }, { status, headers.location })
    local function exit_of(rule) -- curl's own word for it
      rule.count = 1
      sb:set { faults = { rule } }
      local _, word = sh(("curl -s -m 20 --noproxy '*' -o /dev/null %s/projects; echo $?"):format(sb.mstudio_url))
      return math.tointeger(tonumber(word))
    end
    assert.equal(18, exit_of { kind = "length" }) -- too long: cut
    assert.equal(0, exit_of { kind = "length", by = -3 })
    assert.equal(8, exit_of { kind = "garbage" })
    assert.equal(1, exit_of { kind = "garbage", text = "220 mail.example ready\r\n" }) -- no HTTP at all
    assert.equal(18, exit_of { kind = "stall", seconds = 0.05 })
    assert.equal(18, exit_of { kind = "stall_head", seconds = 0.05 })
    sb:set { faults = { { kind = "drop", method = "POST", path = "^/api/v1/projects$" } } }
    assert.equal(0, (curl("POST", "/projects", { title = "A" }))) -- done, and nobody was told
    assert.equal(1, sb:state().projects)
    assert.has_error(function() sb:set { faults = { { kind = "nonsense" } } } end)
    assert.has_error(function() sb:set { faults = { { kind = "drop", rate = 20 } } } end)
  end)

  it("serves hundreds of different answers over one HTTP/2 connection", function()
    start { limit = 1000 }
    local ms = studio.mstudio {
      api_key = KEY, base_url = sb.mstudio_https_url, ca_file = sb.ca_file, limits = false, max_attempts = 1,
    }
    local lengths = {}
    for n = 1, 240 do lengths[n] = n end
    assert(ms:warm())
    local function create(n) return ms.projects:create { title = ("x"):rep(n) } end
    assert(studio.map(lengths, create, { concurrency = 20 }))
    assert.equal(1 + 240, ms:stats().attempts) -- warm is one
    ms:close()
  end)

  it("speaks TLS and HTTP/2 with a certificate of its own authority", function()
    start()
    local call = "curl -s --noproxy '*' -o /dev/null -w '%%{http_code} %%{http_version}' -H %s %s %s/projects"
    local ok, text = sh(call:format(quote("X-API-Key: " .. KEY), "--cacert " .. sb.ca_file, sb.mstudio_https_url))
    assert.is_true(ok)
    assert.equal("200 2", text)
    ok = sh(call:format(quote("X-API-Key: " .. KEY), "", sb.mstudio_https_url))
    assert.is_false(ok)
  end)

  it("keeps a log that names keys and holds no secret", function()
    start { keys = { { key = KEY, name = "the cron job" } } }
    curl("GET", "/projects?token=canary_query", nil, { "X-API-Key: " .. KEY, "Authorization: Bearer canary_bearer" })
    local record = sb:log()[1]
    assert.equal("GET", record.method)
    assert.equal("/api/v1/projects", record.path)
    assert.equal(200, record.status)
    assert.equal("the cron job", record.key)
    assert.same({ 1, 60 }, { math.tointeger(record.used), math.tointeger(record.capacity) })
    assert.is_nil(json.encode(sb:log()):find "canary")
    sb:reset()
    assert.same({}, sb:log())
  end)

  it("refuses options that it does not have", function()
    assert.has_error(function() sandbox.start { limits = 3 } end, "sandbox.start: unknown option 'limits'")
    assert.has_error(function() sandbox.start { limit = "3" } end)
    assert.has_error(function() sandbox.start { algorithm = "magic" } end)
    start()
    assert.has_error(function() sb:set { port = 3 } end)
  end)

  it("counts a request after its lag, and answers it after its latency", function()
    start { lag = { 0.05, 0.06 }, latency = 0.04 }
    assert.equal(200, (curl("GET", "/projects")))
    assert.is_true(sb:log()[1].ms >= 90)
    assert.has_error(function() sb:set { latency = { 2, 1 } } end)
    assert.has_error(function() sandbox.start { job_seconds = { 1 } } end)
  end)

  it("stops at once while the parent has commands in the background", function()
    start()
    local holder = os.tmpname()
    os.execute(("sleep 60 >/dev/null 2>&1 & echo $! >%s"):format(holder)) -- has our end of the pipe, too
    sb:stop()
    local file = assert(io.open(holder))
    local pid = file:read "l"
    file:close()
    os.remove(holder)
    assert.is_true((sh("kill " .. pid))) -- was still there
  end)

  it("ends with stop, once and for all", function()
    start()
    sb:stop()
    sb:stop()
    assert.equal(0, (curl("GET", "/projects")))
    assert.is_nil(io.open(sb.ca_file))
    assert.has_error(function() sb:log() end, "the sandbox is stopped")
  end)

  it("is killed when it hangs, and leaves nothing behind", function()
    start()
    assert(sh("kill -STOP " .. sb.pid)) -- takes no notice of SIGTERM
    sb:stop(0.1)
    assert.is_false((sh("kill -0 " .. sb.pid)))
    assert.is_nil(io.open(sb.ca_file))
  end)

  it("does not outlive a parent that was killed", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write(([[
      package.path, package.cpath = %q, %q
      local sb = require("studio.sandbox").start()
      print(sb.url, sb.ca_file)
      io.stdout:flush()
      require("studio").sleep(60)
    ]]):format(package.path, package.cpath))
    file:close()
    local lua = os.getenv "STUDIO_LUA" or "lua5.4"
    local parent = assert(io.popen(("echo $$; exec %s %s"):format(lua, script)))
    local pid, line = parent:read "l", parent:read "l"
    local url, ca_file = line:match "(%S+)\t(%S+)"
    local alive = "curl -s -o /dev/null --noproxy '*' --max-time 2 " .. url
    assert.is_true((sh(alive)))
    assert(sh("kill -9 " .. pid))
    parent:close()
    local gone = sh(("for i in $(seq 100); do %s || exit 0; sleep 0.1; done; exit 1"):format(alive))
    assert.is_true(gone)
    assert.is_nil(io.open(ca_file))
    os.remove(script)
  end)
end)

describe("bin/studio-sandbox", function()
  it("says what is wrong with its arguments", function()
    for _, wrong in ipairs { "--nonsense", "--limit", "--limit x", "--algorithm magic", "--token t" } do
      local ok, text = sh("bin/studio-sandbox " .. wrong)
      assert.is_false(ok)
      assert.matches("^studio%-sandbox: ", text)
      assert.is_nil(text:find("traceback", 1, true))
    end
    assert.matches("usage:", select(2, sh "bin/studio-sandbox --help"))
  end)

  it("says which port is taken", function()
    local sb <close> = sandbox.start()
    local port = sb.url:match ":(%d+)"
    local ok, text = sh("bin/studio-sandbox --port " .. port)
    assert.is_false(ok)
    assert.equal(("studio-sandbox: cannot listen at 127.0.0.1:%s: Address already in use"):format(port),
      (text:match "^[^\n]*"))
  end)

  it("serves in the foreground until it is interrupted", function()
    local pipe = assert(io.popen "echo $$; exec bin/studio-sandbox --limit 2 --key sk_x:projects")
    local pid = pipe:read "l"
    local url
    repeat url = pipe:read("l"):match "^mStudio +(http://%S+)" until url
    local _, text = sh(("curl -s --noproxy '*' -H 'X-API-Key: sk_x' %s/frames/1"):format(url))
    assert.matches("missing required scope: frames", text)
    local command
    repeat command = pipe:read("l"):match "^ +(curl %-u.*)$" until command
    assert.matches('"spaces":%[{', (select(2, sh((command:gsub("^curl", "curl -s --noproxy '*'"))))))
    assert(sh("kill -INT " .. pid))
    assert.matches("GET%s+/api/v1/frames/1%s+403", pipe:read "a")
    assert.is_truthy(pipe:close())
  end)
end)
