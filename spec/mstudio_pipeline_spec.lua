-- ms:storyboard against the sandbox: the whole film, each thing once, within its budget. SPDX-License-Identifier: MIT

local json = require "studio.json"
local shell = require "spec.support.shell"
local storyboards = require "spec.support.storyboards"

local FILES = {
  "audio/01-001-int-kitchen-day-1-anna.wav", "audio/01-001-int-kitchen-day-2-ben.wav",
  "audio/02-003-ext-garden-night-1-anna.wav", "film.mp4",
  "images/01-001-int-kitchen-day.png", "images/01-002-int-kitchen-day.png", "images/02-003-ext-garden-night.png",
  "videos/01-001-int-kitchen-day.mp4", "videos/01-002-int-kitchen-day.mp4", "videos/02-003-ext-garden-night.mp4",
}

local function all(more)
  local options = {}
  for name, value in pairs(storyboards.all) do options[name] = value end
  for name, value in pairs(more or {}) do options[name] = value end
  return options
end

describe("ms:storyboard", function()
  local stage

  setup(function() stage = storyboards.start() end)
  teardown(function() stage:stop() end)
  before_each(function() stage:reset() end)

  local function assert_whole()
    assert.are.same(FILES, stage:files())
    assert(stage:once())
    assert(stage:unmixed())
    local there = stage.server:state()
    assert.are.same({ 1, 3, 3 }, { there.projects, there.frames, there.tracks })
  end

  -- The next request of such a path is answered so.
  local function fault(path, fields, method)
    local rule = { server = "api", method = method or "POST", path = path, count = 1 }
    for name, value in pairs(fields) do rule[name] = value end
    stage.server:set { faults = json.array { rule } }
  end

  it("makes project, frames, images, videos, voices and the film, and each once", function()
    local board, err = stage:make(all())
    assert.is_nil(err)
    assert.is_true(board.complete)
    assert_whole()
    assert.are.equal(10, board.spent)
    assert.are.equal("videos/01-002-int-kitchen-day.mp4", board.shots[2].video.file)
    assert.are.equal("Not yet.", board.shots[1].speeches[2].speech.text)
    assert.are.equal(2, board.shots[1].speeches[2].speech.line)
    assert.are.equal("film.mp4", board.export.file)
    local before = #stage.server:log()
    board = assert(stage:make(all()))
    assert.is_true(board.complete and board.resumed)
    assert.are.equal(before, #stage.server:log())
  end)

  it("makes what is missing, and what is wanted in addition later", function()
    assert(stage:make { videos = { 2 } })
    assert.are.same({ 3, 1 }, { stage:asked().image.total, stage:asked().video.total })
    shell.run(("rm %s/out/images/02*"):format(stage.folder))
    assert.is_true(assert(stage:make(all { videos = function() return true end })).complete)
    assert_whole()
  end)

  it("gives characters voices from the library in turn, and keeps them", function()
    assert.is_true(assert(stage:make { voices = { BEN = false } }).complete)
    assert.are.equal(2, stage:asked().voice.total)
    local board = assert(stage:make { voices = true })
    local anna, ben = board:speaker "ANNA".id, board:speaker "BEN".id
    assert.is_truthy(anna and ben and anna ~= ben)
    assert.are.equal(anna, assert(stage:make { voices = true }):speaker "ANNA".id)
    assert.are.equal(3, stage:asked().voice.total)
  end)

  it("tells in a dry run what is left to do, and sends nothing", function()
    local limited = stage:client { limits = { window = 60, requests = 10, guard = 0 } }
    local options = all { script = storyboards.script, dry_run = true }
    local plan = assert(limited:storyboard(options))
    assert.are.same({ image = 3, video = 3, voice = 3, export = 1, total = 10 }, plan.generations)
    -- a project, 3 frames, 3 tracks, 10 generations that are asked for and looked at once
    assert.are.same({ 27, 120, 3 }, { plan.calls, plan.seconds, plan.shots })
    assert.are.equal(0, #stage.server:log())
    assert(stage:make { videos = { 1 } })
    options.out = stage.folder .. "/out"
    plan = assert(limited:storyboard(options))
    assert.are.same({ image = 0, video = 2, voice = 3, export = 1, total = 6 }, plan.generations)
    assert.are.equal(4, plan.spent)
    limited:close()
  end)

  it("stops before more generations than it may ask for, over all runs", function()
    local board, err = stage:make(all { max_generations = 4 })
    assert.are.equal("max_generations", err.code)
    assert.is_false(board.complete)
    assert.are.equal(4, board.spent)
    board, err = stage:make(all { max_generations = 7 })
    assert.matches("7 generations were asked for, and max_generations is 7", tostring(err))
    assert.are.equal(7, board.spent)
    assert.is_true(assert(stage:make(all { max_generations = 10 })).complete)
    assert_whole()
  end)

  it("stops cleanly when the money is gone: what runs is fetched, and nothing is lost", function()
    stage.server:set { wallet = 4 }
    local board, err = stage:make(all())
    assert.are.equal("payment_required", err.kind)
    assert.matches("402.*wallet", tostring(err))
    assert.are.equal(4, #stage:files())
    assert.is_false(board.complete)
    stage.server:set { wallet = 100 }
    assert.is_true(assert(stage:make(all())).complete)
    assert_whole()
  end)

  it("leaves what runs to the next run, when it is told so", function()
    stage.server:set { wallet = 2, job_seconds = 600 }
    local _, err = stage:make { finish_running = false }
    assert.are.equal("payment_required", err.kind)
    assert.are.same({}, stage:files())
  end)

  -- What was done, and nobody was told.
  local lost = { "/projects$", "/frames$", "/generate%-image$", "/generate%-video$", "/audio%-tracks$",
    "/generate%-voice$", "/export$" }
  for _, path in ipairs(lost) do
    it("asks for nothing twice when the answer to POST " .. path:gsub("%%", "") .. " is lost", function()
      fault(path, { kind = "drop", effect = true })
      assert.is_true(assert(stage:make(all())).complete)
      assert_whole()
    end)
  end

  it("asks again for what the service certainly did not make", function()
    for _, path in ipairs { "/generate%-image$", "/generate%-video$", "/generate%-voice$", "/frames$" } do
      stage:reset()
      fault(path, { kind = "status", status = 504 })
      local board = assert(stage:make(all()))
      assert.is_true(board.complete, path)
      assert.are.equal(10, board.spent)
      assert_whole()
    end
  end)

  it("finds what it asked for by the versions or the list of jobs alone, too", function()
    for _, gone in ipairs { "/versions$", "/generation%-jobs$" } do
      stage:reset { job_seconds = 0 }
      stage.server:set { faults = json.array {
        { kind = "status", status = 404, server = "api", path = gone },
        { kind = "status", status = 404, server = "api", method = "GET", path = "/generation%-jobs/" },
        { kind = "drop", effect = true, server = "api", method = "POST", path = "/generate", count = 2 },
      } }
      local board, err = stage:make { videos = "all" }
      assert.is_nil(err)
      assert.is_true(board.complete)
      assert(stage:once { image = 3, video = 3 })
    end
  end)

  it("takes results that come at once", function()
    stage.server:set { instant = true }
    assert.is_true(assert(stage:make(all())).complete)
    assert_whole()
    stage.server:set { instant = false }
  end)

  it("asks for nothing more with a key that may not look at jobs", function()
    stage.server:set { faults = json.array { { kind = "status", status = 403, path = "/generation%-jobs/",
      server = "api", body = '{"success":false,"message":"API key missing required scope: frames"}' } } }
    local board, err = stage:make(all { lanes = 1 })
    assert.matches("Make a key with the scope frames", tostring(err))
    assert.are.equal(1, board.spent)
  end)

  it("stops, asks, or asks again, as told, where it cannot tell", function()
    fault("/export$", { kind = "status", status = 504 })
    local board, err = stage:make(all())
    assert.is_nil(err)
    assert.is_false(board.complete)
    assert.are.equal("unknown", board.export.step)
    assert.matches("asked for this film, and the service does not show", board.export.error)
    local told
    board = assert(stage:make(all { on_unknown = function(item)
      told = item.key
      return "stop"
    end }))
    assert.are.same({ "export", "unknown" }, { told, board.export.step })
    assert.are.equal(10, board.spent) -- it may have been paid for
    board = assert(stage:make(all { on_unknown = "resubmit" }))
    assert.is_true(board.complete)
    assert.are.equal(11, board.spent)
    assert_whole()
  end)

  it("notes a failed job beside the others, makes no film of the rest, and asks again only when told", function()
    local options = all { script = storyboards.script:gsub("Steam", "FAIL") }
    local board = assert(stage:make(options))
    assert.is_false(board.complete)
    assert.matches("content filter", board.shots[2].image.error)
    assert.matches("2 of its parts are missing; the first is image/2: .*content filter", board.export.error)
    assert.are.same({ 3, 2 }, { stage:asked().image.total, stage:asked().video.total })
    assert(stage:make(options))
    assert.are.equal(3, stage:asked().image.total)
    options.retry_failed = true
    board = assert(stage:make(options))
    assert.are.same({ 4, 9 }, { stage:asked().image.total, board.spent })
  end)

  it("takes a job that has failed for none of what it asked for again", function()
    stage.server:set { fail_rate = 1 }
    assert.is_false(assert(stage:make()).complete)
    stage.server:set { fail_rate = 0 }
    fault("/generate%-image$", { kind = "status", status = 504 })
    local board = assert(stage:make { retry_failed = true })
    assert.is_true(board.complete)
    assert.are.same({ 6, 6 }, { stage:asked().image.total, board.spent })
  end)

  it("goes on behind a line of its journal that a crash has torn", function()
    assert(stage:make { videos = { 1 } })
    local file = assert(io.open(stage.folder .. "/out/storyboard.journal", "a"))
    file:write '{"item":"image/1","ste'
    file:close()
    for _ = 1, 2 do assert.is_true(assert(stage:make { videos = "all" }).complete) end
    assert.are.same({ 3, 3 }, { stage:asked().image.total, stage:asked().video.total })
  end)

  it("goes on where it died: nothing is asked for twice", function()
    for _, die in ipairs { { "append", 8 }, { "append", 21 }, { "send", 6 }, { "answer", 9 }, { "send", 17 } } do
      stage:reset { job_seconds = 0 }
      assert.are.equal("killed", (stage:child(all { die = die, lanes = 1 })))
      local outcome, output = stage:child(all { lanes = 1 })
      assert.is_true(outcome.complete, output)
      assert.are.equal(10, outcome.spent)
      assert_whole()
    end
  end)

  it("says what stands in the way of the project", function()
    local dead = stage:client { base_url = "http://127.0.0.1:1/api" }
    local board, err = dead:storyboard { script = storyboards.script, out = stage.folder .. "/out" }
    assert.are.same({ false, "network" }, { board.complete, err.kind })
    dead:close()
    local stranger = stage:client { api_key = "sk_wrong" }
    local _, refused = stranger:storyboard { script = storyboards.script, out = stage.folder .. "/out" }
    assert.matches("401 unauthorized: .*Check the key", tostring(refused))
    stranger:close()
    assert.is_true(assert(stage:make()).complete)
  end)

  it("is for one run at a time, one screenplay and one service", function()
    local second
    assert(stage:make { on_event = function(event)
      if event.type == "begin" then second = { stage:make() } end
    end })
    assert.matches("in use: another run", second[2].message)
    local _, err = stage:make { script = storyboards.script:gsub("Rain", "Snow") }
    assert.matches("has changed .*1 of 3 shots differ, the first in scene 2, line 18", err.message)
    local elsewhere = stage:client { base_url = "http://127.0.0.1:1/api" }
    _, err = elsewhere:storyboard { script = storyboards.script, out = stage.folder .. "/out" }
    assert.matches("is kept at http://127.0.0.1:%d+, not at", err.message)
    elsewhere:close()
    shell.write(stage.folder .. "/out/storyboard.journal", "A shopping list\n")
    _, err = stage:make()
    assert.matches("no state of a storyboard", err.message)
    assert.are.equal("A shopping list\n", shell.read(stage.folder .. "/out/storyboard.journal"))
  end)

  it("raises on mistakes, and tells what is wrong with a screenplay", function()
    local function message(options) return select(2, pcall(stage.make, stage, options)) end
    assert.matches("unknown option 'video'; did you mean 'videos'", message { video = "all" })
    assert.matches("'videos' must be \"all\"", message { videos = "some" })
    assert.matches("max_generations' must be 0 or more", message { max_generations = -1 })
    assert.matches("'on_unknown' must be", message { on_unknown = "ask" })
    assert.matches("'out' is needed", message { out = "" })
    local _, err = stage:make { script = "Just prose." }
    assert.are.equal("invalid", err.kind)
    assert.are.equal(0, #stage.server:log())
  end)
end)
