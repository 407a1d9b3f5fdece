-- mStudio's sandbox: what its generations make, seen with curl and with tools that nobody here wrote.
-- SPDX-License-Identifier: MIT

local curl = require "spec.support.mstudio_curl"
local sandbox = require "spec.support.sandbox"
local shell = require "spec.support.shell"

local quote = shell.quote

describe("mStudio's sandbox", function()
  local toys, sb

  local defaults = {
    job_seconds = 0, kind_seconds = {}, fail_rate = 0, instant = false, oddity = false, wallet = false, url_ttl = 3600,
    faults = {}, limit = 100000,
  }

  setup(function()
    toys = sandbox.start {}
    sb = toys.server
  end)
  teardown(function() toys:stop() end)
  before_each(function() toys:reset(defaults) end)

  local function ask(method, path, body)
    local status, answer = curl(sb, method, path, body)
    return answer and type(answer) == "table" and answer.data or answer, status
  end

  local function post(path, body) return ask("POST", path, body or {}) end

  local function storyboard(count)
    local project = post("/projects", { title = "Film" })
    local frames = {}
    for i = 1, count or 1 do frames[i] = post("/projects/" .. project.id .. "/frames", { script = "Shot " .. i }) end
    return project, frames
  end

  local function done(job) return ask("GET", "/generation-jobs/" .. job.id) end

  local paths = {} -- one `finally` forgets the one before it
  after_each(function()
    for _, path in ipairs(paths) do os.remove(path) end
    paths = {}
  end)

  local function fetched(url)
    local path = os.tmpname()
    paths[#paths + 1] = path
    local ok, type_of = shell.tool(("curl -s -f --noproxy '*' -o %s -w '%%{content_type}' %s"):format(path, quote(url)))
    assert(ok)
    return path, type_of, shell.read(path)
  end

  -- What `file` takes it for.
  local function kind_of(path)
    local _, said = shell.tool("file -b " .. quote(path))
    return said
  end

  -- The facts that python3's wave module reads, and the number of samples that are not silent.
  local function sound_of(path)
    local _, said = shell.tool(([[python3 -c "
import sys, wave, struct
w = wave.open(sys.argv[1])
n = w.getnframes()
s = struct.unpack('<%%dh' %% n, w.readframes(n))
print(w.getnchannels(), w.getsampwidth(), 1000 * n // w.getframerate(), sum(1 for x in s if abs(x) > 500) > n // 2)
" %s]]):format(quote(path)))
    return said:gsub("%s+$", "")
  end

  local function pictured(count)
    local project, frames = storyboard(count)
    for _, frame in ipairs(frames) do post("/frames/" .. frame.id .. "/generate-image") end
    return project, frames
  end

  it("makes videos from frames' images, longer ones, and ones whose lips move", function()
    local project, frames = storyboard(1)
    local at = "/frames/" .. frames[1].id
    local _, status = post(at .. "/generate-video")
    assert.equal(422, status) -- from nothing there is no video
    post(at .. "/generate-image")
    local video = done(post(at .. "/generate-video"))
    assert.same({ "completed", "video", frames[1].id, "video/mp4", 1500 },
      { video.status, video.kind, video.frame_id, video.result.content_type, video.result.duration_ms })
    local path, type_of, bytes = fetched(video.result.url)
    assert.equal("video/mp4", type_of)
    assert.matches("ISO Media, MP4", kind_of(path))
    assert.equal(3000, done(post(at .. "/extend-video")).result.duration_ms)
    _, status = post(at .. "/lip-sync", {})
    assert.equal(422, status)
    local speech = { text = "Who is there?", voice_id = "voice_ada" }
    local track = post("/projects/" .. project.id .. "/generate-voice", speech)
    local synced = done(post(at .. "/lip-sync", { track_id = track.track_id }))
    assert.equal("lip_sync", synced.operation)
    local _, _, other = fetched(synced.result.url)
    assert.not_equal(bytes, other)
    local frame = ask("GET", at)
    assert.equal(4, frame.versions_count)
    assert.matches(synced.id, frame.video_url, 1, true)
    assert.matches("/images/", frame.image_url, 1, true)
  end)

  it("gives each take of a frame as a version", function()
    local _, frames = storyboard(1)
    local at = "/frames/" .. frames[1].id
    assert.same({}, ask("GET", at .. "/versions"))
    local jobs = { post(at .. "/generate-image"), post(at .. "/edit-image", { prompt = "at night" }),
      post(at .. "/multi-shot", { count = 3 }), post(at .. "/generate-image", { prompt = "FAIL" }),
      post(at .. "/generate-video") }
    local seen, ids, bytes = {}, {}, {}
    for i, version in ipairs(ask("GET", at .. "/versions")) do
      assert.is_nil(ids[version.id])
      ids[version.id], seen[i] = true, version.kind .. " " .. version.job_id
      if version.kind == "image" then
        local _, _, picture = fetched(version.url)
        assert.is_nil(bytes[picture])
        bytes[picture] = true
      end
    end
    local image, video = "image ", "video "
    assert.same({ image .. jobs[1].id, image .. jobs[2].id, image .. jobs[3].id, image .. jobs[3].id,
      image .. jobs[3].id, video .. jobs[5].id }, seen)
    assert.equal(3, #done(jobs[3]).result.urls)
    assert.equal(1, #ask("GET", at .. "/versions?kind=video"))
  end)

  it("speaks: a voice of its own for each that is named, on a track of the project", function()
    local project, frames = storyboard(1)
    local at = "/projects/" .. project.id
    local bytes = {}
    for i, voice in ipairs { "voice_ada", "voice_bruno" } do
      local job = post(at .. "/generate-voice",
        { text = "Hold the line, please.", voice_id = voice, frame_id = frames[1].id, start_ms = 1500 })
      local sound = done(job).result
      local path, type_of
      path, type_of, bytes[i] = fetched(sound.url)
      assert.equal("audio/wav", type_of)
      assert.matches("WAVE audio, Microsoft PCM, 16 bit, mono", kind_of(path))
      assert.equal(("1 2 %d True"):format(sound.duration_ms), sound_of(path))
      local track = ask("GET", at .. "/audio-tracks/" .. job.track_id)
      assert.same({ "voiceover", voice, frames[1].id, 1500, sound.duration_ms, "Hold the line, please." },
        { track.kind, track.voice_id, track.frame_id, track.start_ms, track.duration_ms, track.text })
      assert.matches(job.id, track.url, 1, true)
    end
    assert.not_equal(bytes[1], bytes[2])
    assert.equal(2, #ask("GET", at .. "/audio-tracks"))
    local sfx = post(at .. "/generate-sfx", { prompt = "a door", duration_ms = 700 })
    assert.equal("1 2 700 True", sound_of((fetched(done(sfx).result.url))))
  end)

  it("puts a new take on a track that is there", function()
    local project = storyboard()
    local at = "/projects/" .. project.id
    local track = post(at .. "/audio-tracks", { kind = "voiceover", name = "MAYA" })
    assert.is_nil(track.url)
    local job = post(at .. "/generate-voice", { text = "Yes.", voice_id = "voice_ada", track_id = track.id })
    assert.equal(track.id, job.track_id)
    assert.equal(1, #ask("GET", at .. "/audio-tracks"))
    assert.matches(job.id, ask("GET", at .. "/audio-tracks/" .. track.id).url, 1, true)
    assert.equal("JOE", ask("PUT", at .. "/audio-tracks/" .. track.id, { name = "JOE" }).name)
    local _, status = ask("DELETE", at .. "/audio-tracks/" .. track.id)
    assert.equal(204, status)
    _, status = ask("GET", at .. "/audio-tracks/" .. track.id)
    assert.equal(404, status)
  end)

  it("makes a film of all frames that have an image", function()
    local project = storyboard(1)
    local _, status = post("/projects/" .. project.id .. "/export")
    assert.equal(422, status) -- of nothing there is no film
    project = pictured(3)
    local silent = ask("GET", "/exports/" .. post("/projects/" .. project.id .. "/export").id)
    assert.is_nil((select(3, fetched(silent.result.url)):find("fLaC", 1, true)))
    post("/projects/" .. project.id .. "/generate-voice", { text = "Yes.", voice_id = "voice_ada", start_ms = 500 })
    for _, way in ipairs { "export", "render" } do
      local job = post("/projects/" .. project.id .. "/" .. way)
      local film = ask("GET", "/exports/" .. job.id)
      assert.same({ "completed", "export", way, 3000, 3 },
        { film.status, film.kind, film.operation, film.result.duration_ms, film.result.frames_count })
      local path, _, bytes = fetched(film.result.url)
      assert.matches("ISO Media, MP4", kind_of(path))
      assert.is_number(bytes:find("fLaC", 1, true)) -- what is said on a track is heard in the film
    end
    _, status = ask("GET", "/exports/job_0")
    assert.equal(404, status)
  end)

  it("lists its jobs, of a project, a frame, a kind or a state", function()
    local project, frames = pictured(2)
    pictured(1)
    post("/frames/" .. frames[2].id .. "/generate-video")
    sb:set { job_seconds = 3600 }
    local waiting = post("/projects/" .. project.id .. "/generate-voice", { text = "Yes.", voice_id = "voice_ada" })
    local function count(query) return #ask("GET", "/generation-jobs" .. query) end
    local of_project = "?project_id=" .. project.id
    assert.same({ 5, 4, 2, 2, 1, 1, 0 }, {
      count "", count(of_project), count("?frame_id=" .. frames[2].id), count(of_project .. "&kind=image"),
      count(of_project .. "&kind=video"), count("?track_id=" .. waiting.track_id), count "?project_id=99999" })
    local open = ask("GET", "/generation-jobs?status=pending")
    assert.same({ 1, waiting.id }, { #open, open[1].id })
  end)

  it("counts what it was asked to make, by kind, also when nobody was told", function()
    local project, frames = pictured(1)
    local id = tostring(frames[1].id)
    sb:set { faults = { { kind = "drop", method = "POST", path = "generate%-video", count = 1 } } }
    assert.is_nil((curl(sb, "POST", "/frames/" .. id .. "/generate-video", {})))
    local job = post("/projects/" .. project.id .. "/generate-voice", { text = "Yes.", voice_id = "voice_ada" })
    local state = sb:state()
    assert.same({ image = { [id] = 1 }, video = { [id] = 1 }, voice = { [tostring(job.track_id)] = 1 } },
      state.generated)
    assert.same({ [id] = 2 }, state.generations)
    local list = sb:generations()
    assert.same({ "image", "video", "voice" }, { list[1].kind, list[2].kind, list[3].kind })
    assert.same({ job.id, "Yes.", project.id }, { list[3].id, list[3].prompt, list[3].project_id })
  end)

  it("answers every kind at once, fails it, makes it wait and asks for money, as told", function()
    local project, frames = pictured(1)
    local frame, at = "/frames/" .. frames[1].id, "/projects/" .. project.id
    post(frame .. "/generate-video")
    local calls = {
      { frame .. "/generate-image", { prompt = "x" }, "image_url" },
      { frame .. "/edit-image", { prompt = "x" }, "image_url" },
      { frame .. "/multi-shot", { prompt = "x" }, "image_url" },
      { frame .. "/generate-video", { prompt = "x" }, "video_url" },
      { frame .. "/extend-video", { prompt = "x" }, "video_url" },
      { frame .. "/lip-sync", { prompt = "x", audio_url = "https://example.com/a.wav" }, "video_url" },
      { at .. "/generate-voice", { text = "x", voice_id = "voice_ada" }, "audio_url" },
      { at .. "/generate-sfx", { prompt = "x" }, "audio_url" },
      { at .. "/export", {}, "url" }, { at .. "/render", {}, "url" },
    }
    for _, call in ipairs(calls) do
      local path, body, field = table.unpack(call)
      sb:set { instant = true, wallet = false, job_seconds = 0, oddity = false }
      local answer, status = post(path, body)
      assert.equal(200, status, path)
      assert.is_string(answer[field], path)
      sb:set { instant = false, job_seconds = { 3600, 3600 }, oddity = "percolating" }
      answer, status = post(path, body)
      assert.same({ 201, "pending" }, { status, answer.status }, path)
      sb:set { wallet = 0 }
      answer, status = post(path, body)
      assert.equal(402, status, path)
      assert.is_false(answer.success, path)
      sb:set { wallet = false, fail_rate = 1, job_seconds = 0 }
      assert.equal("failed", done(post(path, body)).status, path)
      sb:set { fail_rate = 0 }
    end
    sb:set { kind_seconds = { voice = 3600 } }
    assert.equal("completed", done(post(calls[8][1], calls[8][2])).status)
    assert.equal("pending", done(post(calls[7][1], calls[7][2])).status)
  end)
end)
