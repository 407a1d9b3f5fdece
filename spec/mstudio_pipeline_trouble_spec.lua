-- ms:storyboard when the service, the disk or the clock do what nobody wants. SPDX-License-Identifier: MIT

local core = require "studio.core"
local json = require "studio.json"
local shell = require "spec.support.shell"
local storyboards = require "spec.support.storyboards"

-- Seconds. A machine may stand still for a moment, and must not sit the whole of it out before anybody waits.
local SETTLE = 1.5

describe("ms:storyboard in trouble", function()
  local stage
  local os_time, open_journal = os.time, core.journal

  setup(function() stage = storyboards.start() end)
  teardown(function() stage:stop() end)
  before_each(function() stage:reset() end)
  after_each(function()
    os.time = os_time -- luacheck: ignore 122
    core.journal = open_journal
  end)

  -- The next request of such a path is answered so.
  local function fault(path, fields)
    local rule = { server = "api", method = "POST", path = path, count = 1 }
    for name, value in pairs(fields) do rule[name] = value end
    stage.server:set { faults = json.array { rule } }
  end

  -- Seconds that were waited for a thing to be seen, by item.
  local function settling(options, waits)
    waits = waits or {}
    options.on_event = function(event)
      if event.type == "settling" then waits[event.item.key] = event.seconds end
    end
    return stage:make(options), waits
  end

  local function journal() return stage.folder .. "/out/storyboard.journal" end

  it("waits for what was lost from when it was lost, not from when it had to queue", function()
    local ahead = 0
    os.time = function(...) return os_time(...) + ahead end -- luacheck: ignore 122
    fault("/generate%-image$", { kind = "status", status = 504 })
    local board, waits = settling { settle = SETTLE, lanes = 1, prompt = function()
      ahead = ahead + 1000 -- that long it had to wait for the limit
      return "A kettle"
    end }
    assert.is_true(board.complete)
    assert.is_true(waits["image/1"] > 0)
    assert(stage:once { image = 3 })
  end)

  it("waits after a run that was killed from the last that it wrote, and never longer than it takes", function()
    -- seconds from now: when the image was said to be asked for, the rest of the journal; whether there is a wait
    for _, case in ipairs { { -1000, 60, true }, { 86400, 86400, true }, { -9, -9, false } } do
      stage:reset()
      stage:child { die = { "send", 3 }, lanes = 1 }
      local text, now = shell.read(journal()), os_time()
      assert.matches('"asked_at":%d+,"asks":1,"at":%d+,"item":"image/1","step":"submitting"}\n$', text)
      text = text:gsub('"asked_at":%d+', '"asked_at":' .. now + case[1]):gsub('"at":%d+', '"at":' .. now + case[2])
      shell.write(journal(), text)
      local board, waits = settling { settle = SETTLE }
      assert.is_true(board.complete)
      assert.are.equal(case[3], waits["image/1"] ~= nil)
      assert.is_true((waits["image/1"] or 0) <= SETTLE)
      assert(stage:once { image = 3 })
    end
  end)

  it("makes another film when more is wanted than is in the one that there is", function()
    local ahead = 0
    os.time = function(...) return os_time(...) + ahead end -- luacheck: ignore 122
    assert(stage:make { export = true })
    ahead = 5 -- moments are kept in whole seconds
    local options = { export = true, videos = { 1 }, dry_run = true }
    local estimate = stage:make(options).generations
    assert.are.same({ 0, 1, 1 }, { estimate.image, estimate.video, estimate.export })
    options.dry_run, options.max_generations = nil, 5
    local board, err = stage:make(options)
    assert.are.same({ "max_generations", false }, { err.code, board.complete })
    options.max_generations = nil
    assert.is_true(assert(stage:make(options)).complete)
    local asked = stage:asked()
    assert.are.same({ 3, 1, 2 }, { asked.image.total, asked.video.total, asked.export.total })
    local before = #stage.server:log()
    assert.is_true(assert(stage:make { export = true }).complete)
    assert.is_true(assert(stage:make(options)).complete)
    assert.are.equal(before, #stage.server:log())
  end)

  it("does not take a job of another kind for the one that it looks for, whatever its word", function()
    local look = require "studio.services.mstudio.storyboard.look"
    local board = { state = { items = { ["image/1"] = { job_id = 12 } } } }
    local function job(kind, rows) return look.job(board, json.array(rows), kind, {}) end
    assert.is_nil(job("image", { { id = "12" } })) -- known, and written in another way
    local found, certain = job("image", { { id = 13, type = "image_to_video" } })
    assert.are.same({ nil, true }, { found, certain })
    assert.are.equal(13, job("video", { { id = 13, type = "image_to_video" } }).job_id)
    assert.are.equal(14, job("voice", { { id = 14, kind = "Text-to-Speech" } }).job_id)
    found, certain = job("image", { { id = 15, type = "diffusion" } }) -- it may be one
    assert.are.same({ nil, false }, { found, certain })
  end)

  it("takes what does not say what it is for no proof that nothing was made", function()
    local stages = require "studio.services.mstudio.storyboard.stages"
    local rows
    local function pages()
      local all = { rows }
      return function() return table.remove(all) end
    end
    local list = { pages = pages }
    local board = { client = { projects = list, frames = list, audio = list }, project = { id = 1 }, shots = {},
      state = { header = { mark = "5eed" } }, plan = { title = "Mine" } }
    local thing = { entry = { shot = { index = 2 } }, speech = { index = 1, character = "ANNA" } }
    local nameless = { project = { id = 7, title = "Mine" }, frame = { id = 7 }, track = { id = 7 } }
    local others = { project = { id = 7, title = "Mine", description = "Storyboard" }, frame = { id = 7, order = 1 },
      track = { id = 7, name = "5eed 2.2 ANNA" } }
    local mine = { project = { id = 7, description = "Storyboard, 5eed" }, frame = { id = 7, order = "2" },
      track = { id = 7, name = "5eed 2.1 ANNA" } }
    for kind, row in pairs(nameless) do
      rows = { row }
      assert.are.same({ nil, false }, { stages[kind].find(board, thing) }, kind)
      rows = { others[kind] }
      assert.are.same({ nil, true }, { stages[kind].find(board, thing) }, kind)
      rows = { row, mine[kind] }
      assert.are.equal(7, stages[kind].find(board, thing).id, kind)
    end
  end)

  it("leaves things as they are when what they are of is not there for this key", function()
    assert(stage:make { script = storyboards.script, videos = { 1 } })
    stage.server:set { faults = json.array { { kind = "status", status = 404, server = "api" } } }
    local board = stage:make { script = storyboards.script, videos = "all" }
    assert.are.same({ "done", "new", "new" }, { board.shots[1].video.step, board.shots[2].video.step,
      board.shots[3].video.step })
    assert.matches("unwell. Note: the route videos.generate is assumed", board.shots[2].video.error, 1, true)
    stage.server:set { faults = json.array {} }
    assert.is_true(assert(stage:make { videos = "all" }).complete)
    assert(stage:once { image = 3, video = 3 })
  end)

  it("gives up what the service has forgotten only when it may ask again", function()
    stage.server:set { job_seconds = 600 }
    stage:make { job_timeout = 0.01 }
    assert.are.equal(3, stage:asked().image.total)
    local rule = { kind = "status", status = 404, server = "api", path = "/generation%-jobs/" }
    stage.server:set { faults = json.array { rule }, job_seconds = 0.02 }
    local board = stage:make {}
    assert.are.equal("submitted", board.shots[1].image.step)
    assert.matches("job job_%x+ is not found any more, and the frame has no image", board.shots[1].image.error)
    board = stage:make { retry_failed = true }
    assert.are.equal("failed", board.shots[1].image.step)
    assert.are.equal(3, stage:asked().image.total)
    stage.server:set { faults = json.array {} }
    board = stage:make { retry_failed = true }
    assert.is_true(board.complete)
    assert.are.equal(6, stage:asked().image.total)
  end)

  it("stops when its state cannot be kept, at whatever line, and pays for nothing that is not on record", function()
    for line = 2, 12 do
      stage:reset { job_seconds = 0 }
      function core.journal(...)
        local file, n = open_journal(...), 0
        return {
          append = function(_, text)
            n = n + 1
            if n >= line then return nil, "no space left on device" end
            return file:append(text)
          end,
          keep = function(_, size) return file:keep(size) end,
          close = function() file:close() end,
        }
      end
      local board, err = stage:make { lanes = 1 }
      assert.is_table(board)
      assert.are.equal("file", err.kind)
      assert.matches("no space left", err.message)
      core.journal = open_journal
      board = stage:make { lanes = 1 }
      assert.is_true(board.complete)
      assert(stage:once { image = 3 })
    end
  end)

  it("goes on with no state that is none of its own, or damaged", function()
    assert(stage:make {})
    local text = shell.read(journal())
    for _, change in ipairs { { '"submitted"', '"submited"' }, { '"asks":1', '"asks":"x"' }, { '"mark":', '"park":' },
      { '"item":"image/1"', '"item":7' } } do
      shell.write(journal(), (text:gsub(change[1], change[2])))
      local before = #stage.server:log()
      local board, err = stage:make { videos = "all" }
      assert.is_nil(board)
      assert.matches("damaged in line %d+", err.message:gsub("is no state of a storyboard", "damaged in line 1"))
      assert.are.equal(before, #stage.server:log())
    end
    shell.write(journal(), text .. '{"item":"video/1","step":"subm') -- torn
    assert.is_true(stage:make({ videos = "all" }).complete)
    assert(stage:once { image = 3, video = 3 })
  end)

  it("fetches again what died between the last byte and its name", function()
    assert(stage:make {})
    local stem = stage.folder .. "/out/images/01-001-int-kitchen-day"
    shell.run(("mv %s.png %s.download"):format(stem, stem))
    assert.is_true(stage:make({}).complete)
    assert.are.equal(3, #stage:files())
  end)
end)
