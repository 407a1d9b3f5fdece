-- Uploads that others judge: forms beside curl's own, bodies over HTTP/2 to nghttpd. SPDX-License-Identifier: MIT

local bodies = require "spec.support.bodies"
local core = require "studio.core"
local peer = require "spec.support.peer"
local program = require "spec.support.program"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"

local noise, reader_of, ECHO = bodies.noise, bodies.reader, bodies.ECHO
local write = shell.write

local path, client
before_each(function() path = os.tmpname() end)
after_each(function()
  os.remove(path)
  if client then client:close() end
  client = nil
end)

local function connect(url, limits)
  client = studio.mstudio {
    base_url = url, api_key = "key", limits = limits or false, backoff_base = 0.005, backoff_cap = 0.01,
  }
  return client
end

describe("a form", function()
  local server
  setup(function() server = peer.start(ECHO) end)
  teardown(function() server:stop() end)

  it("has the bytes that curl sends", function()
    write(path, "\x89PNG\r\n\x1A\nand so on")
    local body, response = assert(connect(server.url):request { path = "/a", raw = true, body = studio.multipart {
      { name = "title", value = "Hafen \u{2014} früh" }, { name = "n", value = 7 },
      { name = 'a "name"', file = path, filename = 'odd "name".png' },
      { name = "typed", value = "{}", type = "application/json" },
    } })
    local boundary = response:header("x-type"):match "^multipart/form%-data; boundary=(studio%-%w+)$"
    local ok, curled = shell.tool(("curl -s -D %s.head -F 'title=Hafen \u{2014} früh' -F n=7 "
      .. [[-F 'a "name"=@%s;filename="odd \"name\".png";type=image/png' -F 'typed={};type=application/json' %s/a]])
      :format(path, path, server.url))
    assert(ok, curled)
    local head = shell.read(path .. ".head")
    os.remove(path .. ".head")
    local function unbound(text, word) return (text:gsub((word:gsub("%-", "%%-")), "B")) end
    assert.equal(unbound(curled, head:match "boundary=([%w-]+)"), unbound(body, boundary))
    assert.equal(tostring(#body), response:header "x-length")
  end)

  it("takes values, files and readers in any mix", function()
    write(path, "0123456789")
    local give = reader_of("from a reader", 3)
    local body, response = assert(connect(server.url):request { path = "/a", raw = true, body = studio.multipart {
      { name = "part", file = path, offset = 2, size = 3, type = "text/x" },
      { name = "live", reader = give, size = 13, filename = "a\r\nb" },
      { name = "on", value = true },
    } })
    local boundary = response:header("x-type"):match "boundary=(.*)$"
    local base = path:match "[^/]*$"
    assert.equal("--B\r\nContent-Disposition: form-data; name=\"part\"; filename=\"" .. base .. "\"\r\n"
      .. "Content-Type: text/x\r\n\r\n234\r\n--B\r\n"
      .. "Content-Disposition: form-data; name=\"live\"; filename=\"a%0D%0Ab\"\r\n"
      .. "Content-Type: application/octet-stream\r\n\r\nfrom a reader\r\n--B\r\n"
      .. "Content-Disposition: form-data; name=\"on\"\r\n\r\ntrue\r\n--B--\r\n",
      (body:gsub((boundary:gsub("%-", "%%-")), "B")))
    assert.equal(tostring(#body), response:header "x-length")
  end)

  it("has a boundary that none of its values holds", function()
    local loop = core.loop()
    loop:seed(4711)
    local first = studio.multipart { { name = "a", value = "x" } }
    loop:seed(4711)
    local second = studio.multipart { { name = "a", value = "x" .. first.type:match "boundary=(.*)" } }
    assert.are_not.equal(first.type, second.type)
    loop:seed(0)
  end)

  it("names what is wrong with it", function()
    for text, fields in pairs {
      ["'name' is missing"] = { { value = "x" } }, ["give one of"] = { { name = "a" } }, ["at least one"] = {},
      ["needs its 'size'"] = { { name = "a", reader = print } },
      ["unknown option 'vaule'"] = { { name = "a", vaule = 1 } },
      ["'type' cannot be sent"] = { { name = "a", value = "x", type = "a\nb" } }, ["must be a table"] = { "a" },
    } do
      local ok, message = pcall(studio.multipart, fields)
      assert.is_false(ok)
      assert.truthy(message:find(text, 1, true) and message:find("upload_form_spec", 1, true), message)
    end
    assert.has_error(function()
      connect(server.url):request { path = "/a", content_type = "x/y",
                                    body = studio.multipart { { name = "a", value = "" } } }
    end)
    assert.has_error(function() studio.file(7) end)
    assert.has_error(function() studio.file("a", { offset = -1 }) end)
    assert.has_error(function() studio.reader "text" end)
    assert.matches("studio.file %(a.png%)", tostring(studio.file "a.png"))
  end)
end)

describe("over HTTP/2, to nghttpd", function()
  local dir, pid, url
  setup(function()
    local ok, made = shell.run "mktemp -d"
    assert(ok, made)
    dir = made:gsub("%s+$", "")
    assert(shell.tool(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x "
      .. "-addext subjectAltName=IP:127.0.0.1 -keyout %s/key -out %s/cert"):format(dir, dir)))
    local port = program.free_port()
    local pipe = io.popen(
      ("unset LD_PRELOAD; cd %s; nghttpd -a 127.0.0.1 --echo-upload %d key cert >log 2>&1 & echo $!"):format(dir, port))
    pid = pipe:read "n"
    pipe:close()
    url = "https://127.0.0.1:" .. port
    support.until_(function() return shell.tool(("curl -sk %s/ -o /dev/null"):format(url)) end)
  end)
  teardown(function() shell.run(("kill %d; rm -r %s"):format(pid, dir)) end)

  it("files and readers arrive whole, many at once", function()
    local c = support.client(url, { ca_file = dir .. "/cert" })
    local text = noise(700000)
    write(path, text)
    local calls = {}
    for i = 1, 8 do
      local body = i % 2 == 0 and { { file = path } } or { "<", { reader = (reader_of(text, 33333)) }, ">" }
      calls[i] = c:submit { path = "/echo", method = "POST", body = body }
    end
    for i = 1, 8 do
      local response = assert(support.run(calls[i]))
      assert.equal(2.0, response.http_version)
      assert.is_true(response.body == (i % 2 == 0 and text or "<" .. text .. ">"))
    end
    -- one that breaks off takes no other with it
    local good = c:submit { path = "/echo", method = "POST", body = { { file = path } } }
    local bad = c:submit { path = "/echo", method = "POST", body = { { reader = (reader_of(text, 999)), size = 5 } } }
    local _, failure = support.run(bad)
    assert.same({ "file", "size" }, { failure.kind, failure.code })
    assert.is_true(assert(support.run(good)).body == text)
  end)
end)
