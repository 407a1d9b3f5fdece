-- examples/storyboard.lua with videos, voices, film, takes and a budget. SPDX-License-Identifier: MIT

local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local studio = require "studio"

local KEY <const> = "sk_live_sandbox"
local SCREENPLAY <const> = [==[
EXT. CAFÉ - DAY

A kettle on a table.

ANNA
It boils.

BEN
So it does.

INT. CAR - NIGHT

The car stays.
]==]
local ALL <const> = "--videos all --voices --export"

describe("examples/storyboard.lua, a whole film", function()
  local server, folder

  local function start(options)
    options.window, options.job_seconds = 1, 0
    server = assert(sandbox.start(options))
    local _, path = shell.tool "mktemp -d"
    folder = path:gsub("%s+$", "")
    shell.write(folder .. "/play.fountain", SCREENPLAY)
  end
  after_each(function()
    server:stop()
    shell.run("rm -rf " .. folder)
  end)

  local function make(more)
    local build = os.getenv "STUDIO_BUILD" or "build"
    local _, output = shell.run(table.concat({
      "env LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH='" .. build .. "/?.so;;' MSTUDIO_API_KEY=" .. KEY,
      os.getenv "STUDIO_LUA" or "lua5.4", "examples/storyboard.lua", folder .. "/play.fountain",
      "--out", folder .. "/out", "--base-url", server.mstudio_url, "--limit-window 1", more, "2>&1; echo EXIT $?",
    }, " "))
    return tonumber(output:match "EXIT (%d+)\n$"), output
  end

  local function there(path) return shell.read(folder .. "/out/" .. path) ~= nil end
  local function page() return shell.read(folder .. "/out/storyboard.html") end

  local function posts(path)
    local n = 0
    for _, request in ipairs(server:log()) do
      if request.method == "POST" and request.path:find(path) then n = n + 1 end
    end
    return n
  end

  it("makes pictures, videos, voices and the film, and a page of them; again, nothing is asked for", function()
    start {}
    local status, output = make(ALL)
    assert.equal(0, status, output)
    assert.matches("2 of 2 images, 2 of 2 videos, 2 of 2 voices, the film", output)
    for _, path in ipairs { "images/01-001-ext-cafe-day.png", "videos/02-002-int-car-night.mp4",
      "audio/01-001-ext-cafe-day-1-anna.wav", "audio/01-001-ext-cafe-day-2-ben.wav", "film.mp4" } do
      assert.is_true(there(path), path)
      assert.is_truthy(page():find('"' .. path .. '"', 1, true), path)
    end
    local before = posts "."
    status, output = make "" -- what was made stays in the page, also when it is not asked for
    assert.equal(0, status, output)
    assert.equal(before, posts ".")
    assert.is_truthy(page():find('"film.mp4"', 1, true) and page():find("<audio", 1, true))
  end)

  it("says in a dry run what it would take, and sends nothing", function()
    start {}
    local status, output = make(ALL .. " --dry-run")
    assert.equal(0, status, output)
    assert.matches("7 generations to ask for: 2 images, 2 videos, 2 voices, 1 film%.", output)
    assert.matches("At least %d+ calls, and %d+ s under the limit", output)
    assert.equal(0, #server:log())
    assert.is_false(there "storyboard.journal")
    status, output = make(ALL .. " --dry-run --base-url http://127.0.0.1:1") -- nobody is asked: nobody need be there
    assert.equal(0, status)
    assert.matches("7 generations", output)
  end)

  it("stops before it asks for more than it may, says so, and goes on when it may", function()
    start {}
    local status, output = make(ALL .. " --max-generations 3")
    assert.equal(3, status, output)
    assert.matches("stopped: .*max_generations is 3", output)
    assert.matches("With a higher %-%-max%-generations", output)
    assert.equal(3, posts "/generate")
    assert.is_truthy(page():find("Stopped: ", 1, true))
    status, output = make(ALL .. " --max-generations 7")
    assert.equal(0, status, output)
    assert.equal(7, posts "/generate" + posts "/export")
  end)

  it("shows older takes, comments and reviews, and gives a character the voice that it was told", function()
    start {}
    local client <close> = studio.mstudio { api_key = KEY, base_url = server.mstudio_url, limits = { window = 1 } }
    local voices = assert(client.voices:list())
    assert.equal(0, (make("--voice ANNA=" .. voices[3].id)))
    local project = client.projects:each()()
    local frame = client.frames:each(project)()
    assert(assert(client.images:generate(frame, { prompt = "wider" })):wait { timeout = 60 })
    assert(client.comments:create(frame, { text = "Wider & higher." }))
    assert(client.reviews:create(frame, { status = "changes_requested" }))
    assert.equal(0, (make "--voices"))
    local text = page()
    assert.is_truthy(text:find("<strong>changes requested</strong>", 1, true))
    assert.is_truthy(text:find("Wider &amp; higher.", 1, true))
    local take = text:match 'href="(takes/[^"]+%.png)"'
    assert.matches("^\x89PNG", take and shell.read(folder .. "/out/" .. take))
    local used = {}
    for track in client.audio:each(project) do used[track.voice_id or 0] = true end
    assert.is_true(used[voices[3].id])
  end)

  it("makes the page without what the service does not have, and says what that is", function()
    start { faults = { { kind = "status", status = 404, server = "api", method = "GET", path = "/comments" },
      { kind = "status", status = 405, server = "api", method = "GET", path = "/versions" } } }
    local status, output = make ""
    assert.equal(0, status, output)
    assert.matches("The page shows no takes: [^\n]*405", output)
    assert.matches("The page shows no comments: [^\n]*404", output)
    assert.equal(0, (make "--no-takes"))
  end)

  it("names what is wrong with its options", function()
    start {}
    for _, wrong in ipairs { "--videos some", "--videos 0", "--videos 3-1", "--videos 1,", "--max-generations -1",
      "--max-generations 1.5", "--voice ANNA" } do
      local status, output = make(wrong)
      assert.equal(2, status, wrong)
      assert.is_truthy(output:find("storyboard: " .. wrong:match "%S+" .. " needs", 1, true), output)
    end
    assert.equal(0, #server:log())
  end)
end)
