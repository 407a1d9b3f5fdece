-- storyboard.html in a real browser, made by the example with everything in it. SPDX-License-Identifier: MIT
--
-- Run by `make check` (busted --run=browser), since it needs Chromium.

local browser = require "spec.support.browser"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"
local studio = require "studio"

local KEY <const> = "sk_live_sandbox"
local SCREENPLAY <const> = [==[
Title: The <b>Kettle</b>

EXT. CAFÉ - DAY

A kettle on a table. <img src=x>

ANNA
It boils.

BEN
So it does.

Steam rises.

INT. CAR - NIGHT

The kettle is on the back seat, FAIL.
]==]

-- What a person would see: opens what is folded, and writes down what was loaded. It needs a policy that lets it run.
local LOOK <const> = [[
  document.querySelectorAll("details").forEach(function (d) { d.open = true; });
  document.querySelectorAll("img").forEach(function (i) { i.loading = "eager"; });
  addEventListener("load", function () {
    var seen = [];
    document.querySelectorAll("img").forEach(function (i) { seen.push("img " + (i.naturalWidth > 0)); });
    document.querySelectorAll("video, audio").forEach(function (m) {
      seen.push(m.localName + " " + (m.readyState >= 1 && m.duration > 0));
    });
    seen.push("wide " + (document.documentElement.scrollWidth > innerWidth));
    document.title = seen.join("|");
  });
]]

describe("storyboard.html in a browser #browser", function()
  local server, folder, client

  local function make(more)
    local build = os.getenv "STUDIO_BUILD" or "build"
    local _, output = shell.run(table.concat({
      "env LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH='" .. build .. "/?.so;;' MSTUDIO_API_KEY=" .. KEY,
      os.getenv "STUDIO_LUA" or "lua5.4", "examples/storyboard.lua", folder .. "/play.fountain",
      "--out", folder .. "/out", "--base-url", server.mstudio_url, "--limit-window 1", more,
    }, " "))
    return output
  end

  local function page() return shell.read(folder .. "/out/storyboard.html") end

  setup(function()
    local _, path = shell.tool "mktemp -d"
    folder = path:gsub("%s+$", "")
    shell.write(folder .. "/play.fountain", SCREENPLAY)
    server = assert(sandbox.start { window = 1, job_seconds = 0, wallet = 1000 })
    client = studio.mstudio { api_key = KEY, base_url = server.mstudio_url, limits = { window = 1 } }
    local output = make "--videos 1,3 --voices"
    assert.matches("2 of 3 images, 1 of 2 videos, 2 of 2 voices", output)
    -- somebody asks for another take of the first shot, and writes about it
    local project = assert(client.projects:each()())
    local frame = assert(client.frames:each(project)())
    assert(assert(client.images:generate(frame, { prompt = "wider" })):wait { timeout = 60 })
    assert(client.comments:create(frame, { text = "<script>alert(1)</script> Wider." }))
  end)
  teardown(function()
    if client then client:close() end
    if server then server:stop() end
    shell.run("rm -rf " .. folder)
  end)

  -- The page without its policy, and looked at by a script.
  local function look(text, size)
    local free, found = text:gsub('<meta content="default%-src[^>]*>', "")
    assert.equal(1, found)
    shell.write(folder .. "/out/look.html", (free:gsub("</body>", function()
      return "<script>" .. LOOK .. "</script></body>"
    end)))
    local seen = browser.open(folder .. "/out/look.html", nil, size)
    local counts = {}
    for what in seen.dom:match("<title>(.-)</title>"):gmatch "[^|]+" do counts[what] = (counts[what] or 0) + 1 end
    return counts, seen
  end

  it("shows pictures, takes, videos, voices and comments, and what failed; and says nothing on the console", function()
    make "--videos 1,3 --voices --export"
    local seen = browser.open(folder .. "/out/storyboard.html")
    assert.same({}, seen.console)
    for _, tag in ipairs { "<script", "<img src=\"x\"", "<b>Kettle" } do assert.is_nil(seen.dom:find(tag, 1, true)) end
    for _, text in ipairs { "&lt;script&gt;alert(1)&lt;/script&gt; Wider.", "Image failed",
      "Shot 2.1</a>, image failed", "3 takes", "Film not asked for yet" } do
      assert.is_truthy(seen.dom:find(text, 1, true), text)
    end
    -- the second shot's picture and two takes of the first; a video, and as a take; a sound for each dialogue block
    assert.same({ ["img true"] = 3, ["video true"] = 2, ["audio true"] = 2, ["wide false"] = 1 }, (look(page())))
  end)

  it("shows the film when all is there", function()
    shell.write(folder .. "/play.fountain", (SCREENPLAY:gsub("FAIL", "cold")))
    local before = folder .. "/out"
    shell.run("rm -rf " .. before)
    assert.matches("3 of 3 images, 1 of 1 video, 2 of 2 voices, the film", make "--videos 2 --voices --export")
    assert.same({ ["img true"] = 2, ["video true"] = 2, ["audio true"] = 2, ["wide false"] = 1 }, (look(page())))
  end)

  it("fits a narrow window", function()
    assert.equal(1, (look(page(), "400,900"))["wide false"])
    local counts = look((page():gsub("<main>", '<main><div style="width: 30rem">x</div>')), "400,900")
    assert.equal(1, counts["wide true"]) -- such a window is really that narrow
  end)

  it("would be seen here if a file were none", function()
    local counts = look((page():gsub("film%.mp4", "nowhere.mp4"):gsub('src="images/[^"]*"', 'src="nowhere.png"')))
    assert.same({ 1, 2 }, { counts["video false"], counts["img false"] })
  end)
end)
