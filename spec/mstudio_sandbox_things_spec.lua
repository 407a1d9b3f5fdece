-- mStudio's sandbox: scripts, sharing, comments, teams, voices, assets; scopes, envelopes and pages; with curl.
-- SPDX-License-Identifier: MIT

local curl = require "spec.support.mstudio_curl"
local png = require "studio.sandbox.png"
local sandbox = require "spec.support.sandbox"
local shell = require "spec.support.shell"
local wav = require "studio.sandbox.wav"

local quote = shell.quote

describe("mStudio's sandbox", function()
  local toys, sb

  local SCOPES = { "projects", "frames", "image_generation", "video_generation", "audio", "export", "teams", "assets",
    "voices" }
  local defaults = {
    job_seconds = 0, instant = false, wallet = false, limit = 100000, envelope = "data", paging = "laravel",
    faults = {}, upload_limit = 1 << 26,
  }

  setup(function()
    local keys = { { key = "sk_live_sandbox", scopes = { "*" } } }
    for _, scope in ipairs(SCOPES) do keys[#keys + 1] = { key = "sk_" .. scope, scopes = { scope } } end
    toys = sandbox.start { keys = keys }
    sb = toys.server
  end)
  teardown(function() toys:stop() end)
  before_each(function() toys:reset(defaults) end)

  local function ask(method, path, body, more)
    local status, answer = curl(sb, method, path, body, more)
    return answer and type(answer) == "table" and answer.data or answer, status
  end

  local function post(path, body) return ask("POST", path, body or {}) end

  local function status_of(method, path, body)
    local _, status = ask(method, path, body)
    return status
  end

  local function project(title) return post("/projects", { title = title or "Film" }) end

  local paths = {} -- one `finally` forgets the one before it
  after_each(function()
    for _, path in ipairs(paths) do os.remove(path) end
    paths = {}
  end)

  local function temporary(bytes)
    local path = os.tmpname()
    paths[#paths + 1] = path
    local file = assert(io.open(path, "wb"))
    file:write(bytes)
    file:close()
    return path
  end

  local function upload(path, bytes, more)
    local words = { "-F " .. quote("file=@" .. temporary(bytes) .. ";type=application/octet-stream") }
    for _, field in ipairs(more or {}) do words[#words + 1] = "-F " .. quote(field) end
    return ask("POST", path, nil, words)
  end

  it("writes a script for a project, which stands until somebody writes another", function()
    local at = "/projects/" .. project("Night Train").id
    local job = post(at .. "/generate-script", { scenes = 2 })
    local script = ask("GET", "/generation-jobs/" .. job.id).result.script
    local scenes = 0
    for _ in ("\n" .. script):gmatch "\n[EI][XN]T%. " do scenes = scenes + 1 end
    assert.equal(2, scenes)
    assert.matches("Title: Night Train", script, 1, true)
    assert.equal(script, ask("GET", at).script)
    assert.equal("Mine", ask("PUT", at, { script = "Mine" }).script)
    post(at .. "/generate-script", { prompt = "A harbour" })
    assert.matches("Title: A harbour", ask("GET", at).script, 1, true)
    sb:set { instant = true }
    assert.is_string(post(at .. "/generate-script").script)
    sb:set { wallet = 0 }
    assert.equal(402, status_of("POST", at .. "/generate-script", {}))
    assert.equal(422, status_of("POST", at .. "/generate-script", { scenes = 0 }))
  end)

  it("shares a project by a link that dies with the sharing", function()
    local made = project "<b>Film</b>"
    local at = "/projects/" .. made.id
    post(at .. "/frames", { script = "A door." })
    local share, status = post(at .. "/share")
    assert.same({ 201, "view" }, { status, share.access })
    assert.equal(share.url, ask("GET", at).share_url)
    local again
    again, status = post(at .. "/share", { access = "comment" })
    assert.same({ 200, share.url, "comment" }, { status, again.url, again.access })
    local opened, text, headers = curl(sb, "GET", share.url)
    assert.same({ 200, "<b>Film</b>\n\n1. A door.\n", "text/plain; charset=utf-8" },
      { opened, text, headers["content-type"] })
    assert.equal(422, status_of("POST", at .. "/share", { access = "everything" }))
    assert.equal(204, status_of("DELETE", at .. "/share"))
    assert.equal(404, (curl(sb, "GET", share.url)))
    assert.equal(404, status_of("DELETE", at .. "/share"))
    assert.is_nil(ask("GET", at).share_url)
  end)

  it("keeps frames in the order that it is told", function()
    local at, ids = "/projects/" .. project().id, {}
    for i = 1, 3 do ids[i] = post(at .. "/frames", { script = "Shot " .. i }).id end
    local function order()
      local list = {}
      for i, frame in ipairs(ask("GET", at .. "/frames")) do list[i] = frame.id end
      return list
    end
    assert.same(ids, order())
    local told = { ids[3], ids[1], ids[2] }
    ask("PUT", at .. "/frames/order", { frame_ids = told })
    assert.same(told, order())
    for _, wrong in ipairs { { ids[1], ids[2] }, { ids[1], ids[1], ids[2] }, { ids[1], ids[2], 99999 } } do
      assert.equal(422, status_of("PUT", at .. "/frames/order", { frame_ids = wrong }))
    end
    assert.same(told, order())
  end)

  it("keeps comments and reviews of a frame", function()
    local frame = post("/projects/" .. project().id .. "/frames", { script = "A door." })
    local at = "/frames/" .. frame.id
    local comment = post(at .. "/comments", { text = "Closer." })
    post(at .. "/comments", { text = "Darker." })
    assert.same({ "Closer.", "owner", frame.id }, { comment.text, comment.author, comment.frame_id })
    assert.equal(2, #ask("GET", at .. "/comments"))
    assert.equal(204, status_of("DELETE", "/comments/" .. comment.id))
    assert.equal(404, status_of("DELETE", "/comments/" .. comment.id))
    local rest = ask("GET", at .. "/comments")
    assert.same({ 1, "Darker." }, { #rest, rest[1].text })
    assert.equal(422, status_of("POST", at .. "/comments", { text = " " }))
    post(at .. "/reviews", { status = "approved" })
    assert.equal("approved", ask("GET", at .. "/reviews")[1].status)
    assert.equal(422, status_of("POST", at .. "/reviews", { status = "splendid" }))
  end)

  it("has teams, whom they invited, and who came", function()
    local team, status = post("/teams", { name = "Crew" })
    assert.same({ 201, 1, "Crew" }, { status, team.members_count, team.name })
    local at = "/teams/" .. team.id
    assert.equal("Cast", ask("PUT", at, { name = "Cast" }).name)
    local invite = post(at .. "/invites", { email = "ann@acme.test", role = "admin" })
    assert.same({ "pending", "admin" }, { invite.status, invite.role })
    assert.equal("accepted", post(at .. "/invites", { email = "bob@joined.test" }).status)
    for _, email in ipairs { "ann@acme.test", "bob@joined.test", "nobody", "" } do
      local code, body = curl(sb, "POST", at .. "/invites", { email = email })
      assert.same({ 422, "table" }, { code, type(body.errors.email) })
    end
    assert.equal(1, #ask("GET", at .. "/invites"))
    assert.equal(204, status_of("DELETE", at .. "/invites/" .. invite.id))
    assert.equal(0, #ask("GET", at .. "/invites"))
    local members = ask("GET", at .. "/members")
    assert.same({ "owner", "bob" }, { members[1].role, members[2].name })
    assert.equal(422, status_of("DELETE", at .. "/members/" .. members[1].id))
    assert.equal(204, status_of("DELETE", at .. "/members/" .. members[2].id))
    assert.equal(1, ask("GET", at).members_count)
    assert.equal(204, status_of("DELETE", at))
    assert.equal(404, status_of("GET", at .. "/members"))
    assert.equal(0, #ask("GET", "/teams"))
  end)

  it("has voices that everybody has, and voices of one's own with a sample", function()
    local stock = ask("GET", "/voices")
    assert.is_true(#stock >= 4)
    assert.equal(200, (curl(sb, "GET", stock[1].preview_url)))
    assert.equal(403, status_of("DELETE", "/voices/" .. stock[1].id))
    for _, voice in ipairs(ask("GET", "/voices?language=en")) do assert.equal("en", voice.language) end
    local voice = post("/voices", { name = "Nana", language = "en" })
    local at = "/voices/" .. voice.id
    assert.is_nil(voice.sample_url)
    assert.equal(#stock + 1, #ask("GET", "/voices"))
    local sound = wav.tune(200, 3, 500)
    local _, said, head = curl(sb, "GET", upload(at .. "/sample", sound).sample_url)
    assert.same({ sound, "audio/wav" }, { said, head["content-type"] })
    local _, status = upload(at .. "/sample", png.picture(1, 1))
    assert.equal(422, status)
    assert.equal("Oma", ask("PUT", at, { name = "Oma" }).name)
    local speech = { text = "Come in.", voice_id = voice.id }
    local speak = "/projects/" .. project().id .. "/generate-voice"
    assert.equal(201, status_of("POST", speak, speech))
    assert.equal(204, status_of("DELETE", at))
    assert.equal(422, status_of("POST", speak, speech))
  end)

  it("keeps uploads by what they are, and gives them back, whole or in part", function()
    local at = "/projects/" .. project().id
    local picture, sound = png.picture(1, 1), wav.tune(100, 1, 400)
    local image, status = upload("/assets", picture, { "name=Sky", "project_id=" .. at:match "%d+" })
    assert.same({ 201, "image", "image/png", #picture, "Sky" },
      { status, image.type, image.content_type, image.size, image.name })
    local _, bytes, head = curl(sb, "GET", image.url)
    assert.same({ picture, "image/png" }, { bytes, head["content-type"] })
    assert.equal(206, (curl(sb, "GET", image.url, nil, { "-H 'Range: bytes=5-9'" })))
    assert.equal(403, (curl(sb, "GET", (image.url:gsub("signature=%x+", "signature=0")))))
    local music = upload("/assets", sound)
    assert.same({ 2, 1, 1 }, { #ask("GET", "/assets"), #ask("GET", "/assets?type=audio"),
      #ask("GET", "/assets?project_id=" .. image.project_id) })
    local track = post(at .. "/audio-tracks", { kind = "music", asset_id = music.id })
    local _, heard = curl(sb, "GET", track.url)
    assert.equal(sound, heard)
    assert.equal(422, status_of("POST", at .. "/audio-tracks", { kind = "music", asset_id = image.id }))
    assert.equal(204, status_of("DELETE", "/assets/" .. image.id))
    assert.equal(404, (curl(sb, "GET", image.url)))
    sb:set { upload_limit = #sound + 1 }
    _, status = upload("/assets", sound)
    assert.equal(422, status)
  end)

  it("takes no body for a form that is none", function()
    local head = "-H 'Content-Type: multipart/form-data; boundary=xx'"
    local part = "--xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\x89PNG\r\n\x1a\n"
    local function send(body)
      return status_of("POST", "/assets", nil), (select(2, ask("POST", "/assets", nil,
        { head, "--data-binary @" .. quote(temporary(body)) })))
    end
    for body, wanted in pairs {
      [part .. "\r\n--xx--\r\n"] = 201, [part .. "\r\n--xx--"] = 201,
      [part] = 422, [part .. "\r\n--xx"] = 422, [part .. "\n--xx--"] = 422, ["\r\n" .. part .. "\r\n--xx--"] = 422,
      ["--xx--"] = 422, ["--xx\r\n\r\nx\r\n--xx--"] = 422, [""] = 422,
      [(part:gsub('name="file"; ', "")) .. "\r\n--xx--"] = 422, [(part:gsub("\x89PNG", "text")) .. "\r\n--xx--"] = 422,
    } do
      local bare, status = send(body)
      assert.equal(422, bare) -- without any
      assert.equal(wanted, status, ("%q"):format(body))
    end
  end)

  it("wants the scope of each group from a key", function()
    local of = {
      projects = { "GET /projects", "POST /projects/1/share", "POST /projects/1/generate-script" },
      frames = { "GET /projects/1/frames", "PUT /projects/1/frames/order", "GET /frames/1/versions",
        "POST /frames/1/comments", "DELETE /comments/1", "GET /frames/1/reviews", "GET /generation-jobs",
        "GET /generation-jobs/job_1" },
      image_generation = { "POST /frames/1/generate-image", "POST /frames/1/edit-image", "POST /frames/1/multi-shot" },
      video_generation = { "POST /frames/1/generate-video", "POST /frames/1/extend-video", "POST /frames/1/lip-sync" },
      audio = { "GET /projects/1/audio-tracks", "PUT /projects/1/audio-tracks/1", "POST /projects/1/generate-voice",
        "POST /projects/1/generate-sfx" },
      export = { "POST /projects/1/export", "POST /projects/1/render", "GET /exports/1" },
      teams = { "GET /teams", "POST /teams/1/invites", "DELETE /teams/1/members/1" },
      assets = { "GET /assets", "DELETE /assets/1" }, voices = { "GET /voices", "POST /voices/1/sample" },
    }
    for _, scope in ipairs(SCOPES) do
      for _, call in ipairs(of[scope]) do
        local method, path = call:match "^(%u+) (.+)$"
        local status, body = curl(sb, method, path, nil, nil, scope == "teams" and "sk_voices" or "sk_teams")
        assert.same({ 403, "API key missing required scope: " .. scope }, { status, body.message }, call)
        assert.not_equal(403, (curl(sb, method, path, nil, nil, "sk_" .. scope)), call)
      end
    end
  end)

  it("answers in every envelope, and pages in every shape, that services of this make use", function()
    local at = "/projects/" .. project().id
    for i = 1, 5 do post(at .. "/frames", { script = "Shot " .. i }) end
    local frame = ask("GET", at .. "/frames")[1]
    local function body_of(method, path, sent) return (select(2, curl(sb, method, path, sent))) end
    sb:set { envelope = "bare" }
    assert.equal("Film", body_of("GET", at).title)
    assert.is_string(body_of("POST", "/frames/" .. frame.id .. "/generate-image", {}).id)
    sb:set { envelope = "job" }
    local job = body_of("POST", "/frames/" .. frame.id .. "/generate-image", {}).data.job
    assert.equal("completed", body_of("GET", "/generation-jobs/" .. job.id).data.job.status)
    local where = {
      laravel = function(page) return page.meta.last_page, page.links.next end,
      meta = function(page) return page.meta.last_page, not page.links end,
      top = function(page) return page.last_page, not page.meta end,
      pagination = function(page) return page.pagination.last_page, not page.meta end,
      cursor = function(page) return page.has_more and 3, page.next_cursor end,
    }
    for shape, look in pairs(where) do
      sb:set { paging = shape }
      local page = body_of("GET", at .. "/frames?per_page=2")
      local pages, more = look(page)
      assert.same({ 2, 3 }, { #page.data, pages }, shape)
      assert.truthy(more, shape)
    end
    sb:set { paging = "cursor" }
    local seen, cursor = 0, ""
    repeat
      local page = body_of("GET", at .. "/frames?per_page=2" .. cursor)
      seen, cursor = seen + #page.data, page.next_cursor and "&cursor=" .. page.next_cursor
    until not cursor
    assert.equal(5, seen)
    assert.equal(422, status_of("GET", at .. "/frames?cursor=nonsense"))
  end)
end)
