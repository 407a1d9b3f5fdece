-- What mStudio's uploads send, and what they refuse; results whose URL has expired. SPDX-License-Identifier: MIT

local bodies = require "spec.support.bodies"
local echo = require "spec.support.echo"
local shell = require "spec.support.shell"
local studio = require "studio"

local server, ms
local path = os.tmpname()

local function start(script)
  server = echo.start(script or { ["*"] = { { status = 201, body = '{"data":{"id":"a1"}}' } } })
  ms = studio.mstudio { api_key = "k", base_url = server.url, limits = false, max_attempts = 1,
    poll = { first = 0.002, cap = 0.01 } }
end

after_each(function()
  if ms then ms:close() end
  if server then server:stop() end
  ms, server = nil, nil
  os.remove(path)
end)

-- The fields of a form: { name = { value, filename, type } }
local function read_form(request)
  local boundary = request.headers["content-type"]:match "boundary=(.*)$"
  local fields = {}
  local body = "\r\n" .. request.body
  local mark = "\r\n--" .. boundary
  local at = body:find(mark, 1, true)
  while at do
    local from = at + #mark
    local to = body:find(mark, from, true)
    if not to then break end
    local head, value = body:sub(from, to - 1):match "^\r\n(.-)\r\n\r\n(.*)$"
    fields[head:match 'name="([^"]*)"'] = { value, head:match 'filename="([^"]*)"', head:match "Content%-Type: (%S+)" }
    at = to
  end
  return fields
end

local ftyp = "\0\0\0\x20ftyp"
local media = {
  ["image/png"] = "\x89PNG\r\n\x1A\n....", ["image/jpeg"] = "\xFF\xD8\xFF\xE0....", ["image/gif"] = "GIF89a....",
  ["image/webp"] = "RIFF\1\2\3\0WEBPVP8 ", ["video/mp4"] = ftyp .. "isom....",
  ["video/webm"] = "\x1A\x45\xDF\xA3\x9F\x42\x82\x84webm", ["video/quicktime"] = ftyp .. "qt  ....",
  ["audio/wav"] = "RIFF\1\2\3\0WAVEfmt ", ["audio/mpeg"] = "ID3\4\0....", ["audio/ogg"] = "OggS\0\2....",
  ["audio/flac"] = "fLaC\0....", ["audio/mp4"] = ftyp .. "M4A ....",
}

describe("an asset", function()
  it("is sent as what its first bytes say, whatever it is called", function()
    start()
    for kind, bytes in pairs(media) do
      shell.write(path, bytes)
      assert.equal("a1", assert(ms.assets:upload(path, { project_id = { id = 7 }, filename = "x.txt" })).id)
      local log = server:log()
      local form = read_form(log[#log])
      assert.same({ bytes, "x.txt", kind }, form.file)
      assert.same({ kind:match "^%a+" }, form.type)
      assert.same({ "7" }, form.project_id)
      assert.is_nil(form.filename or form.content_type)
    end
  end)

  it("that is none of these is refused before it is sent, with what to do", function()
    start()
    for _, bytes in ipairs { "#!/bin/sh\n", "<svg onload='x'>", "", "PK\3\4....", "\x89PN", ftyp .. "zzzz...." } do
      shell.write(path, bytes)
      local value, err = ms.assets:upload(path)
      assert.is_nil(value)
      assert.same({ "invalid", "media_type", "not_sent", false }, { err.kind, err.code, err.stage, err.maybe_done })
      assert.matches("^mstudio assets.upload: invalid: by its first bytes " .. path:gsub("%-", "%%-")
        .. " is no image or audio or video that is known %(png.*content_type = …", tostring(err))
    end
    assert.same({}, server:log())
    shell.write(path, "<svg/>")
    assert(ms.assets:upload(path, { content_type = "image/svg+xml" }))
    assert.same({ "<svg/>", path:match "[^/]*$", "image/svg+xml" }, read_form(server:log()[1]).file)
  end)

  it("may be a part of a file, or what a reader gives", function()
    start()
    shell.write(path, "12345" .. media["audio/wav"] .. "rest")
    assert(ms.assets:upload(studio.file(path, { offset = 5, size = #media["audio/wav"] })))
    assert(ms.assets:upload(studio.reader(bodies.reader("sound", 2), { size = 5, type = "audio/wav" }),
      { filename = "s.wav", type = "music" }))
    local value, err = ms.assets:upload(studio.reader(bodies.reader("sound", 2), { size = 5 }))
    local log = server:log()
    assert.equal(media["audio/wav"], read_form(log[1]).file[1])
    assert.same({ "sound", "s.wav", "audio/wav" }, read_form(log[2]).file)
    assert.same({ "music" }, read_form(log[2]).type)
    assert.same({ nil, "media_type", 2 }, { value, err.code, #log })
    assert.matches("what the reader gives is no image", err.message, 1, true)
  end)

  it("that is not there is the world's failure; what cannot be meant raises", function()
    start()
    local value, err = ms.assets:upload "/no/such/file.png"
    assert.is_nil(value)
    assert.same({ "file", "not_sent" }, { err.kind, err.stage })
    for message, mistake in pairs {
      ["assets.upload: give the path of a file, or a studio.file"] = function() ms.assets:upload(7) end,
      ["assets.upload: fields must be a table, not string"] = function() ms.assets:upload(path, "x") end,
      ["assets.upload: field 'project_id' is a table without 'id'"] = function()
        shell.write(path, media["image/png"])
        ms.assets:upload(path, { project_id = {} })
      end,
      ["voices.upload_sample: voice_id must be a string or an integer"] = function()
        shell.write(path, media["audio/wav"])
        ms.voices:upload_sample(nil, path)
      end,
    } do
      local ok, raised = pcall(mistake)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("^spec/mstudio_uploads_spec.lua:%d+: ", raised)
    end
    assert.same({}, server:log())
  end)
end)

it("a voice's sample must be a sound", function()
  start()
  shell.write(path, media["image/png"])
  local _, err = ms.voices:upload_sample("v1", path)
  assert.equal("media_type", err.code)
  shell.write(path, media["audio/ogg"])
  assert(ms.voices:upload_sample("v1", path, { title = "calm" }))
  local log = server:log()
  assert.same({ 1, "/voices/v1/sample" }, { #log, log[1].target })
  assert.same({ "calm" }, read_form(log[1]).title)
  assert.is_nil(read_form(log[1]).type)
end)

describe("a result whose URL has expired is read again before the download:", function()
  local cases = {
    { "a video", "POST /frames/1/generate-video", "GET /generation-jobs/j", "video_url",
      function() return ms.videos:generate(1) end },
    { "a voice", "POST /projects/1/generate-voice", "GET /generation-jobs/j", "audio_url",
      function() return ms.audio:generate_voice(1, { text = "x" }) end },
    { "an export", "POST /projects/1/export", "GET /exports/j", "url", function() return ms.exports:create(1) end },
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local function job(signature)
        return { body = ('{"data":{"id":"j","status":"completed","result":{"%s":"{base}/cdn/%s"}}}'):format(case[4],
          signature) }
      end
      start {
        [case[2]] = { { body = '{"data":{"id":"j","status":"queued"}}' } }, [case[3]] = { job "old", job "new" },
        ["GET /cdn/old"] = { { status = 403, body = "expired" } }, ["GET /cdn/new"] = { { body = "bytes" } },
      }
      local result = assert(assert(case[5]()):wait())
      assert.equal(path, assert(result:download(path)))
      assert.equal("bytes", shell.read(path))
      assert.matches("/cdn/new$", result.url)
    end)
  end
end)

describe("an assumed route that answers 404 or 405", function()
  it("says in its error that it is assumed, and how to replace it", function()
    for status, message in pairs { [404] = "The route could not be found.", [405] = "Method not supported." } do
      start { ["*"] = { { status = status, body = ('{"success":false,"message":%q}'):format(message) } } }
      local _, err = ms.videos:lip_sync(1)
      assert.matches('the route videos.lip_sync is assumed', tostring(err), 1, true)
      assert.matches('routes = { ["videos.lip_sync"] = "VERB /path" } replaces it', tostring(err), 1, true)
      ms:close()
      server:stop()
    end
    start { ["*"] = { { status = 404, body = '{"success":false,"message":"Frame not found."}' } } }
    assert.not_matches("assumed", tostring(select(2, ms.videos:lip_sync(1))))
  end)
end)
