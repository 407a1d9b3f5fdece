--- The main job end to end: examples/storyboard.lua against the sandbox, on real sockets. SPDX-License-Identifier: MIT

local json = require "studio.json"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local storyboards = require "spec.support.storyboards"

local read, quote = shell.read, shell.quote

local KEY = "sk_live_canary_5c0ffee"
local SCREENPLAY = [==[
Title: The <b>Kettle</b> & "I"
Author: Somebody

EXT. CAFÉ - DAY

A kettle on a table. <script>alert(1)</script>

ANNA (O.S.)
(softly)
It *boils*.

Steam rises. [[slow]]

.THE KETTLE

Inside: a small storm.

INT./EXT. CAR - NIGHT

ANNA
Drive.

BEN ^
No!

The car stays.

The kettle is on the back seat, %s.
]==]
local SHOTS = 6
local WINDOW = 1  -- seconds, of the sandbox's limit and of the client's

local LUA = os.getenv "STUDIO_LUA" or "lua5.4"
local BUILD = os.getenv "STUDIO_BUILD" or "build"

local function lines_of(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

describe("examples/storyboard.lua", function()
  local server, folder

  local function start(options)
    options.keys = options.keys or { { key = KEY, scopes = { "*" } } }
    options.window = WINDOW
    options.job_seconds = options.job_seconds or 0
    server = assert(sandbox.start(options))
    folder = lines_of("mktemp -d"):match("%S+")
  end

  after_each(function()
    if server then server:stop() end
    if folder then os.execute("rm -rf " .. quote(folder)) end
    server, folder = nil, nil
  end)

  local function write(text)
    local file = assert(io.open(folder .. "/play.fountain", "wb"))
    file:write(text)
    file:close()
  end

  local function command(more, key)
    return table.concat({
      "env LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH=" .. quote(BUILD .. "/?.so;;"),
      "MSTUDIO_API_KEY=" .. (key or KEY), LUA, "examples/storyboard.lua", quote(folder .. "/play.fountain"),
      "--out", quote(folder .. "/out"), "--base-url", quote(server.mstudio_url),
      "--limit-window", WINDOW, more or "",
    }, " ")
  end

  local function make(more, key)
    local output = lines_of(command(more, key) .. " 2>&1; echo EXIT $?")
    return tonumber(output:match("EXIT (%d+)\n$")), output
  end

  -- What is on record of the images, by shot; nil before the run has begun.
  local function state()
    local items = storyboards.read(folder .. "/out/storyboard.journal")
    if not items then return nil end
    local shots = {}
    for i = 1, SHOTS do shots[i] = items["image/" .. i] or { step = "new" } end
    return { shots = shots }
  end

  -- How many generations the service accepted, in all.
  local function generations()
    local n = 0
    for _, count in pairs(server:state().generations) do n = n + count end
    return n
  end

  -- One project, a frame for each shot, and one generation for each frame, however many runs it took.
  local function assert_asked_once()
    local there = server:state()
    assert.equal(1, there.projects)
    assert.equal(SHOTS, there.frames)
    for frame, count in pairs(there.generations) do assert.equal(1, count, "frame " .. frame) end
    assert.equal(SHOTS, generations())
  end

  it("makes frames, images and a page, and says what it took", function()
    start {}
    write(SCREENPLAY:format("cold"))
    local status, output = make()
    assert.equal(0, status, output)
    assert.matches("6 of 6 images", output)
    assert.matches("%d+ calls, %d+ attempts, 0 answers 429", output)
    assert_asked_once()
    local page = read(folder .. "/out/storyboard.html")
    local before = 0
    for i, name in ipairs { "01-001-ext-cafe-day", "01-002-ext-cafe-day", "02-003-the-kettle",
      "03-004-int-ext-car-night", "03-005-int-ext-car-night", "03-006-int-ext-car-night" } do
      assert.matches("^\x89PNG", read(folder .. "/out/images/" .. name .. ".png"))
      local at = page:find('src="images/' .. name .. '.png"', 1, true)
      assert.is_truthy(at and at > before, "frame " .. i .. " in its place")
      before = at
    end
    assert.is_nil(page:find("<script", 1, true))
    assert.is_nil(page:find("http", 1, true) and page:find("=\"https?:"))
    for _, text in ipairs { "&lt;b&gt;Kettle&lt;/b&gt; &amp; &quot;I&quot;", "EXT. CAFÉ - DAY", "It boils.", "(softly)",
      "ANNA (O.S.)", "slow", "&lt;script&gt;alert(1)&lt;/script&gt;" } do
      assert.is_truthy(page:find(text, 1, true), text)
    end
  end)

  it("does nothing twice when it is run again", function()
    start {}
    write(SCREENPLAY:format("cold"))
    assert.equal(0, (make()))
    os.remove(folder .. "/out/images/02-003-the-kettle.png")
    local status, output = make()
    assert.equal(0, status, output)
    assert.matches("Going on", output)
    assert.is_truthy(read(folder .. "/out/images/02-003-the-kettle.png"))
    assert_asked_once()
  end)

  it("keeps neither keys nor signed addresses", function()
    start {}
    write(SCREENPLAY:format("cold"))
    local _, output = make()
    for _, text in ipairs {
      output, read(folder .. "/out/storyboard.journal"), read(folder .. "/out/storyboard.html"),
    } do
      for _, secret in ipairs { KEY, "signature", "expires=" } do assert.is_nil(text:find(secret, 1, true)) end
    end
  end)

  it("shows a failed job beside the others, and asks again only when told", function()
    start {}
    write(SCREENPLAY:format("FAIL"))
    local status, output = make()
    assert.equal(3, status, output)
    assert.matches("5 of 6 images", output)
    assert.matches("shot 6 %(scene 3, line %d+%): %S", output)
    assert.matches("Image failed", read(folder .. "/out/storyboard.html"))
    assert.equal("failed", state().shots[6].step)
    assert.equal(3, (make()))
    assert_asked_once()
    assert.equal(3, (make "--retry-failed"))
    assert.equal(SHOTS + 1, generations())
  end)

  it("stops on a refusal that meets every shot, with its sentence", function()
    start {}
    write(SCREENPLAY:format("cold"))
    local status, output = make(nil, "sk_live_wrong")
    assert.equal(1, status, output)
    assert.matches("401", output)
    assert.is_nil(output:find("sk_live_wrong", 1, true))
    assert.is_nil(output:find("traceback", 1, true))
  end)

  it("stops when the money is gone, keeps what there is, and goes on when there is more", function()
    start { wallet = 2 }
    write(SCREENPLAY:format("cold"))
    local status, output = make()
    assert.is_true(status == 3 or status == 1, output)
    assert.matches("402.*wallet", output)
    server:set { wallet = 100 }
    status, output = make()
    assert.equal(0, status, output)
    assert_asked_once()
  end)

  it("names the scope that a key lacks", function()
    start { keys = { { key = KEY, scopes = { "projects", "frames" } } } }
    write(SCREENPLAY:format("cold"))
    local status, output = make()
    assert.equal(1, status, output)
    assert.matches("403.*image_generation", output)
  end)

  it("says that the screenplay has changed, and changes nothing", function()
    start {}
    write(SCREENPLAY:format("cold"))
    assert.equal(0, (make()))
    local before = #server:log()
    write(SCREENPLAY:format("hot"))
    local status, output = make()
    assert.equal(1, status)
    assert.matches("has changed .* scene 3, line 28.* another folder", output)
    assert.equal(before, #server:log())
    write(SCREENPLAY:format("cold") .. "\n\n")  -- no shot differs
    assert.equal(0, (make()))
  end)

  -- Starts a run, and sends it a signal once it is at work and the state file satisfies `ready`, unless it
  -- has ended before. Returns its status and output.
  local last_pid
  local function cut_off(signal, ready)
    local pipe = assert(io.popen("sh -c " .. quote("echo $$; exec " .. command()) .. " 2>&1; echo EXIT $?"))
    last_pid = pipe:read("l")
    local first = pipe:read("l")  -- said once it has the lock and knows its state
    repeat
      local ended = not os.execute("sleep 0.01; kill -0 " .. last_pid .. " 2>/dev/null")
    until ended or ready(state())
    os.execute("kill -" .. signal .. " " .. last_pid .. " 2>/dev/null")
    local output = first .. "\n" .. pipe:read("a")
    pipe:close()
    return tonumber(output:match("EXIT (%d+)\n$")), output
  end

  it("keeps a second run out of the folder, but not after a dead one", function()
    start { job_seconds = 600 }
    write(SCREENPLAY:format("cold"))
    local second
    local _, output = cut_off("KILL", function(kept)
      if kept then second = { make() } end
      return kept
    end)
    assert.equal(1, second[1])
    assert.matches("in use: another run is at work", second[2])
    assert.is_nil(output:find("Going on", 1, true))
    local status
    status, output = cut_off("INT", function(kept) return kept ~= nil end)
    assert.equal(130, status, output)
  end)

  local function step_count(kept, ...)
    local n = 0
    for _, entry in ipairs(kept and kept.shots or {}) do
      for _, step in ipairs { ... } do n = n + (entry.step == step and 1 or 0) end
    end
    return n
  end

  it("stops at Ctrl-C, says what is still running, and goes on where it was", function()
    -- no job is done before we say so
    start { job_seconds = 0.05, faults = { { kind = "status", status = 200, server = "api", method = "GET",
      path = "/generation%-jobs/", body = '{"data":{"status":"processing"}}' } } }
    write(SCREENPLAY:format("cold"))
    local status, output = cut_off("INT", function(kept) return step_count(kept, "submitted") >= 3 end)
    server:set { faults = json.array {} }
    assert.equal(130, status, output)
    assert.matches("Interrupted", output)
    assert.matches("Still being made at the service %(%d%)", output)
    assert.matches("frame %S+, job %S+", output)
    assert.is_nil(output:find("traceback", 1, true))
    for _ = 1, 5 do
      status, output = make()
      if status == 0 then break end
    end
    assert.equal(0, status, output)
    assert_asked_once()
  end)

  it("asks for nothing twice, wherever it was killed", function()
    start { limit = 1000 }
    write(SCREENPLAY:format("cold"))
    for cut = 0, SHOTS do
      cut_off("KILL", function(kept)
        return kept and step_count(kept, "submitting", "submitted", "done", "failed", "unknown") >= cut
      end)
      if step_count(state(), "done") == SHOTS then break end
    end
    local status, output = make "--resubmit-unknown"
    assert.equal(0, status, output)
    assert_asked_once()
  end)

  it("asks again by itself for what the service did not make, but not before that is certain", function()
    -- the first generation is answered 504 and not carried out
    local rule = { kind = "status", status = 504, server = "api", method = "POST", path = "/generate", count = 1 }
    start { limit = 1000, faults = { rule } }
    write(SCREENPLAY:format("cold"))
    local status, output = make()
    assert.equal(0, status, output)
    assert.matches("Waiting %d+ s to see whether the service makes", output)
    assert_asked_once()
  end)

  -- Faults that hide from us that a request was carried out.
  local hidden = {
    ["an error 504"] = { kind = "status", status = 504, effect = true },
    ["a proxy's page"] = { kind = "html", status = 502, effect = true },
    ["half of the JSON"] = { kind = "bad_json" },
    ["an empty answer"] = { kind = "empty" },
    ["a redirect to nowhere"] = { kind = "redirect", status = 303, effect = true, location = "http://127.0.0.1:1/" },
  }

  -- The first POST of such a path is answered so.
  local function assert_once_in_spite_of(fault, path)
    local rule = { server = "api", method = "POST", path = path, count = 1 }
    for name, value in pairs(fault) do rule[name] = value end
    start { limit = 1000, faults = { rule } }
    write "INT. A\n\nOne.\n\nINT. B\n\nTwo.\n"
    local status, output
    for _ = 1, 3 do status, output = make() end
    assert.equal(0, status, output)
    local there = server:state()
    assert.same({ 1, 2, 2 }, { there.projects, there.frames, generations() })
    for frame, count in pairs(there.generations) do assert.equal(1, count, "frame " .. frame) end
  end

  for name, fault in pairs(hidden) do
    for what, path in pairs { image = "/generate%-image$", project = "/projects$", frame = "/frames$" } do
      local slow = fault.kind == "redirect" and " #soak" or "" -- nowhere is asked again and again
      it(("asks for no %s twice after %s%s"):format(what, name, slow), function()
        assert_once_in_spite_of(fault, path)
      end)
    end
  end

  it("stops within a quarter of a second, whenever Ctrl-C comes #soak", function()
    start { job_seconds = 600 }
    write(SCREENPLAY:format("cold"))
    -- The shell waits so long, interrupts, and prints the nanoseconds until the process is gone.
    local longest = 0
    for i = 1, 40 do
      local output = lines_of(command() .. " >/dev/null 2>&1 & p=$!; sleep " .. 0.15 + i / 32
        .. "; a=$(date +%s%N); kill -INT $p; wait $p; s=$?; echo $s $(($(date +%s%N) - a))")
      local status, ns = output:match("^(%d+) (%d+)\n$")
      assert.equal("130", status, output)
      longest = math.max(longest, ns / 1e9)
    end
    print(("longest time from Ctrl-C to the end of 40 runs: %.0f ms"):format(longest * 1000))
    assert.is_true(longest < 0.25)
  end)

  it("tells wrong use from a wrong screenplay", function()
    start {}
    local function run(arguments)
      local output = lines_of(LUA .. " examples/storyboard.lua " .. arguments .. " 2>&1; echo EXIT $?")
      return tonumber(output:match("EXIT (%d+)\n$")), output
    end
    for _, wrong in ipairs { "", "--outt x", "a.fountain b.fountain", "a.fountain --out", "a --limit-window nan" } do
      local status, output = run(wrong)
      assert.equal(2, status, wrong)
      assert.matches("^storyboard: [^\n]+\nAll options: [^\n]+ %-%-help\nEXIT", output)
    end
    local helped, help = run "--help"
    assert.equal(0, helped)
    assert.matches("usage: ", help)
    write("Just prose.\n")
    local status, output = make()
    assert.equal(1, status)
    assert.matches("play.fountain: no scene", output)
    write "INT. A\n\nOne.\n"
    status, output = make()
    assert.equal(0, status, output)
    assert.matches("1 shot in 1 scene%.\n", output)
    write("INT. A\n\nCaf\xE9\n")
    status, output = make()
    assert.equal(1, status)
    assert.matches("line 3: byte 0xE9", output)
  end)
end)
