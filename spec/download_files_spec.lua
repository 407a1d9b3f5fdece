-- Downloads and the file system: folders, names, full disks, missing rights, programs that are killed, and nginx
-- as a server that nobody here wrote. SPDX-License-Identifier: MIT

local files = require "spec.support.files_server"
local nginx = require "spec.support.nginx"
local peer = require "spec.support.peer"
local shell = require "spec.support.shell"
local studio = require "studio"
local support = require "spec.support.core"
local transfer = require "studio.transfer"

local read, write, quote = shell.read, shell.write, shell.quote

local function sh(command)
  local ok, text = shell.run(command)
  return ok and text:gsub("%s+$", "") or nil, text
end

local dir
before_each(function() dir = assert(sh "mktemp -d") .. "/" end)
after_each(function() os.execute("chmod -R u+w " .. dir .. "; rm -rf " .. dir) end)

local function listing(folder)
  local names = {}
  for name in assert(sh("ls -A " .. (folder or dir))):gmatch "[^\n]+" do names[#names + 1] = name end
  return names
end

-- A program of its own: `text` sees `url` and `path`. What it prints, and whether it ended well.
local function program(text, url, path, prefix)
  local script = dir .. "script.lua"
  write(script, ("package.path, package.cpath = %q, %q\nlocal url, path = ...\n"):format(package.path, package.cpath)
    .. [[
      local core = require "studio.core"
      local loop = core.loop()
      local function get(target)
        local call = core.client({ base_url = url, max_attempts = 1 }):submit { path = target, save_to = path }
        while not call:done() do loop:step(1) end
        return call:result()
      end
    ]] .. text)
  local ok, out = shell.run(("%s %s %s %s %s"):format(prefix or "", os.getenv "STUDIO_LUA" or "lua5.4", script,
                                                      quote(url), quote(path)))
  os.remove(script)
  return out, ok
end

local PRINT = 'local response, f = get "/1/3000000" print(response and "ok" or f.kind, f and f.stage, f and f.message)'

describe("a download into a folder", function()
  local server, client
  setup(function()
    server = peer.start [[function(c)
      for request in function() return c:request() end do
        local more = { "ETag: \"a\"" }
        if request.target:find "named" then
          more[2] = 'Content-Disposition: attachment; filename="../../frame 1.png"'
        elseif request.target:find "typed" then more[2] = "Content-Type: image/png" end
        if request.target:find "cut" and not request.headers.range then
          c:send 'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 8\r\n\r\nfirst'
          return
        elseif request.headers.range then c:answer("end", 206, 'ETag: "a"', "Content-Range: bytes 5-7/8")
        else c:answer(request.target, 200, table.unpack(more)) end
      end
    end]]
    client = studio.mstudio { base_url = server.url, api_key = "ak_test_1234567890", max_attempts = 1 }
  end)
  teardown(function()
    client:close()
    server:stop()
  end)

  it("takes the server's name for the file, made safe", function()
    assert.equal(dir .. "frame 1.png", (assert(transfer.download(client, server.url .. "/named", dir))))
    assert.equal(dir .. "a.txt", (assert(transfer.download(client, server.url .. "/x/a.txt?sig=5", dir))))
    assert.equal(dir .. "typed.png", (assert(transfer.download(client, server.url .. "/typed", dir))))
    assert.equal(dir .. "rc", (assert(transfer.download(client, server.url .. "/%2e%2e%2f.rc", dir))))
    assert.same({ "a.txt", "frame 1.png", "rc", "typed.png" }, listing())
  end)

  it("replaces nothing, also not when two come at once", function()
    local urls = {}
    for i = 1, 3 do urls[i] = ("%s/%d/output.txt"):format(server.url, i) end
    write(dir .. "output.txt", "mine")
    local paths = assert(studio.map(urls, function(url) return transfer.download(client, url, dir) end))
    paths.n = nil
    table.sort(paths)
    assert.same({ dir .. "output-2.txt", dir .. "output-3.txt", dir .. "output-4.txt" }, paths)
    assert.equal("mine", read(dir .. "output.txt"))
    local seen = {}
    for i, path in ipairs(paths) do seen[i] = read(path) end
    table.sort(seen)
    assert.same({ "/1/output.txt", "/2/output.txt", "/3/output.txt" }, seen)
  end)

  it("goes on when it was cut, and says that it will", function()
    local path, err = transfer.download(client, server.url .. "/cut.bin?Signature=one", dir)
    assert.is_nil(path)
    assert.matches("the same download goes on from there", tostring(err))
    assert.equal(dir .. "cut.bin", (assert(transfer.download(client, server.url .. "/cut.bin?Signature=two", dir))))
    assert.equal("firstend", read(dir .. "cut.bin"))
    assert.same({ "cut.bin" }, listing())
  end)

  it("wants the / at its end, and a folder that is there", function()
    local path, err = transfer.download(client, server.url .. "/x", dir:sub(1, -2))
    assert.is_nil(path)
    assert.equal("file", err.kind)
    assert.matches("it is a folder", err.message)
    assert.matches("ends with / is a folder", tostring(err))
    path, err = transfer.download(client, server.url .. "/x", dir .. "none/")
    assert.is_nil(path)
    assert.matches("No such file or directory", err.message)
    assert.has_error(function() transfer.download(client, server.url .. "/x", "") end)
    assert.has_error(function() transfer.download(client, server.url .. "/x", "a\0b") end)
  end)
end)

describe("a place that cannot be written", function()
  local server
  setup(function() server = files.start() end)
  teardown(function() server:stop() end)

  -- kind, stage and the system's reason with the path; and the server was not asked
  local function refused(out, reason, path)
    assert.matches("^file\tnot_sent\t", out)
    assert.truthy(out:find(reason, 1, true), out)
    assert.truthy(out:find(path, 1, true), out)
    assert.equal(0, server:count())
  end

  it("is found before anything is sent, and told with the system's reason", function()
    write(dir .. "file", "")
    refused(program(PRINT, server.url, dir .. "none/x"), "No such file or directory", dir .. "none/x")
    refused(program(PRINT, server.url, dir .. "file/x"), "Not a directory", dir .. "file/x")
    refused(program(PRINT, server.url, dir), "it is a folder", dir)
    refused(program(PRINT, server.url, "/dev/null"), "it is no plain file", "/dev/null")
    refused(program(PRINT, server.url, dir .. ("n"):rep(300)), "File name too long", dir .. "nnn")
  end)

  it("is told for missing rights, too", function()
    local as = ""
    if sh "id -u" == "0" then
      as = "setpriv --reuid=65534 --regid=65534 --clear-groups"
      os.execute("chmod 755 " .. dir)
      write(dir .. "script.lua", "") -- is the checkout open to that user?
      local _, ok = program("", server.url, dir .. "x", as)
      if not ok then return pending "no setpriv, or the checkout is closed to other users" end
    end
    os.execute(("mkdir %slocked && chmod 555 %slocked"):format(dir, dir))
    refused(program(PRINT, server.url, dir .. "locked/x", as), "Permission denied", dir .. "locked/x")
  end)

  it("that fills up leaves the old file, and gives its space back", function()
    write(dir .. "x", "old")
    -- blocks of 512 bytes or of 1 KiB, by shell: less than the file in any case
    local out = program(PRINT, server.url, dir .. "x", "trap '' XFSZ; ulimit -f 1000; exec")
    assert.matches("^file\tunknown\tcannot write to .*x%.part: File too large", out)
    assert.equal("old", read(dir .. "x"))
    assert.same({ "x" }, listing())
  end)

  it("that is a full disk: the same", function()
    local disk = dir .. "disk"
    if not sh(("mkdir %s && mount -t tmpfs -o size=1m tmpfs %s"):format(disk, disk)) then
      return pending "mounting a file system is not permitted here"
    end
    finally(function() os.execute("umount " .. disk) end)
    write(disk .. "/x", "old")
    local out = program(PRINT, server.url, disk .. "/x")
    assert.matches("^file\tunknown\tcannot write to .*x%.part: No space left on device", out)
    assert.same({ "x" }, listing(disk))
    assert.equal("old", read(disk .. "/x"))
    write(disk .. "/y", ("y"):rep(900000)) -- there is room again
    os.execute("mount -o remount,ro " .. disk)
    local sent = server:count()
    assert.matches("^file\tnot_sent\t.*Read%-only file system", (program(PRINT, server.url, disk .. "/z")))
    assert.equal(sent, server:count())
  end)
end)

describe("a program that is killed", function()
  it("leaves a part with which the next one goes on", function()
    local size = 1000000
    local server <close> = peer.start(([[function(c)
      local request = c:request()
      local body = ("0123456789"):rep(%d)
      local from = tonumber((request.headers.range or ""):match "%%d+")
      if from then
        local range = ("Content-Range: bytes %%d-%%d/%%d"):format(from, #body - 1, #body)
        c:answer(body:sub(from + 1), 206, 'ETag: "a"', range)
      else
        c:send('HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: ', #body, "\r\n\r\n", body:sub(1, 400000))
        c.socket:read "*l" -- the rest never comes
      end
    end]]):format(size // 10))
    local out = program([[
      local call = core.client({ base_url = url }):submit { path = "/", save_to = path, stall = 0 }
      while call:progress().received < 400000 do loop:step(1) end
      os.execute "kill -9 $PPID"
    ]], server.url, dir .. "x")
    assert.equal("", (out:gsub("Killed\n", "")))
    assert.same({ "x.part", "x.part.info" }, listing())
    local response = assert(support.get(support.client(server.url), "/", { save_to = dir .. "x" }))
    assert.equal(206, response.status)
    assert.equal(("0123456789"):rep(size // 10), read(dir .. "x"))
    assert.same({ "x" }, listing())
  end)
end)

describe("nginx", function()
  local server, path, served, client
  before_each(function()
    local why
    -- slow until somebody wants the rest
    server, why = nginx.start {
      server = "location / { set $limit_rate 100k; if ($http_range) { set $limit_rate 0; } }",
    }
    if not server then return pending(why) end
    path, served, client = dir .. "x", server.dir .. "/www/x", support.client(server.url)
    write(served, files.content(1, 1000000))
  end)
  after_each(function() if server then server:stop() end end)

  -- Takes some of it, and lets go.
  local function take_some()
    local call = client:submit { path = "/x", save_to = path }
    support.until_(function() return call:progress().received > 1000 end)
    assert.equal(1000000, call:progress().expect)
    call:cancel()
    return #read(path .. ".part")
  end

  it("goes on from there, and what was there is not sent again", function()
    local have = take_some()
    client = support.client(server.url)
    local response = assert(support.get(client, "/x", { save_to = path }))
    assert.equal(206, response.status)
    assert.equal(1000000 - have, math.tointeger(response:header "content-length"))
    assert.equal(sh("sha256sum < " .. served), sh("sha256sum < " .. path))
    assert.same({ "x" }, listing())
  end)

  it("sends the whole file when it has changed, grown, or was written anew", function()
    local changes = {
      function() write(served, files.content(2, 1000000)) os.execute("touch -d '1 hour ago' " .. served) end,
      function() write(served, files.content(3, 1000001)) end,
      function() write(served, files.content(4, 500)) end,
    }
    for i, change in ipairs(changes) do
      write(served, files.content(1, 1000000))
      os.execute(("touch -d '%d hours ago' %s"):format(i + 1, served))
      take_some()
      change()
      local response = assert(support.get(client, "/x", { save_to = path }))
      assert.equal(200, response.status)
      assert.equal(sh("sha256sum < " .. served), sh("sha256sum < " .. path))
      assert.same({ "x" }, listing())
    end
  end)
end)
