-- storyboard.html: what it shows of each shot; no word of anybody is more than text. SPDX-License-Identifier: MIT

package.path = "./examples/?.lua;" .. package.path -- the page is a part of an example

local fountain = require "studio.fountain"
local page = require "storyboard.page"

local SCREENPLAY <const> = [==[
Title: The Kettle

EXT. CAFÉ - DAY

A kettle on a table.

ANNA
(softly)
It boils.

Steam rises. [[slow]]

INT. CAR - NIGHT

BEN
Drive.
]==]

describe("storyboard.html", function()
  local script = assert(fountain.parse(SCREENPLAY))
  local shots = fountain.shots(script)

  local function render(shown, film)
    local all = {}
    for i in ipairs(shots) do all[i] = shown[i] or { image = { file = ("images/%d.png"):format(i) } } end
    return page.render { script = script, shots = shots, shown = all, film = film, service = "mStudio" }
  end

  -- Do these stand in the page, in this order?
  local function assert_in_order(text, ...)
    local position = 1
    for _, part in ipairs { ... } do
      local at = text:find(part, position, true)
      assert.is_truthy(at, part)
      position = at + #part
    end
  end

  it("shows the film first, then shots with video, words and their voices in order", function()
    local text = render({
      { image = { file = "images/1.png" }, video = { file = "videos/1.mp4" }, voices = { { file = "audio/1 a.wav" } } },
    }, { file = "film.mp4" })
    assert_in_order(text, 'src="film.mp4"', "EXT. CAFÉ - DAY", 'poster="images/1.png"', 'src="videos/1.mp4"',
      "A kettle", "ANNA", "It boils.", 'src="audio/1%20a.wav"', 'src="images/2.png"', "Steam rises.", "slow",
      "BEN", "Drive.")
    assert_in_order(text, "<b>3</b> frames in <b>2</b> scenes, <b>3</b> images, <b>1</b> video, <b>1</b> voice</p>")
    local _, players = text:gsub('preload="metadata"', "")
    assert.equal(3, players) -- nothing is loaded before somebody plays it
  end)

  it("has neither film, players nor a list of failures where there is nothing of them", function()
    local text = render {}
    for _, part in ipairs { "<video", "<audio", "<details", 'id="film"', " missing" } do
      assert.is_nil(text:find(part, text:find("<body", 1, true), true), part)
    end
  end)

  it("says of each missing thing what became of it, in its place and at the top", function()
    local text = render({
      { image = { missing = "failed", why = "No kettles." }, video = { missing = "not asked for yet" },
        voices = { { missing = "failed", why = "Hoarse." } } },
    }, { missing = "failed", why = "Two frames have no image." })
    assert_in_order(text, "4 missing", "Film failed", "Two frames have no image.",
      "What is missing, and why (4)", "The film</a> failed: Two frames",
      '<a href="#shot-1">Shot 1.1</a>, image failed: No kettles.',
      ", video not asked for yet", ", voice of ANNA failed: Hoarse.",
      'id="shot-1"', "Image failed", "No kettles.", "Video not asked for yet", "Voice failed</b>: Hoarse.")
  end)

  it("says why the run was stopped, also when nothing is missing", function()
    local shown = {}
    for i in ipairs(shots) do shown[i] = { image = { file = "x.png" } } end
    local text = page.render { script = script, shots = shots, shown = shown, service = "s", stopped = "No <money>." }
    assert_in_order(text, "Stopped: </b>No &lt;money&gt;.</p>")
  end)

  it("keeps an image's place beside a video, and a video's beside an image", function()
    local text = render {
      { image = { missing = "failed", why = "Gone." }, video = { file = "videos/1.mp4" } },
      { image = { file = "images/2.png" }, video = { missing = "still being made" } },
    }
    assert_in_order(text, 'id="shot-1"', 'src="videos/1.mp4"', "Image failed</b>: Gone.",
      'id="shot-2"', 'src="images/2.png"', "Video still being made")
    assert.is_nil(text:find("poster", text:find("<body", 1, true), true))
  end)

  it("lists the takes where there is more than what is shown anyway, and comments with who made them", function()
    local image = { kind = "image", file = "images/1.png", is_shown = true }
    local text = render {
      { image = { file = "images/1.png" }, takes = { image } },
      { image = { file = "images/2.png" },
        takes = { { kind = "image", file = "takes/2.png", made = "22 November" },
          { kind = "video", file = "takes/2.mp4" },
          { kind = "image", missing = "failed", why = "Busy." }, image },
        comments = { { text = "Wider.", author = "Ada", made = "23 November" },
          { text = "Why?", made = "24 November" } },
        reviews = { { verdict = "rejected", text = "Too dark.", author = "Bo" }, { verdict = "approved" } } },
    }
    local _, lists = text:gsub("<details", "")
    assert.equal(1, lists)
    assert_in_order(text, 'id="shot-2"', "4 takes", 'href="takes/2.png"', "1. image", "22 November",
      'src="takes/2.mp4"', "2. video",
      "failed", "3. image", "Busy.", "4. image, shown", "<strong>rejected</strong>: Too dark.", "Bo",
      "<strong>approved</strong>", "Wider.", "Ada", "23 November", "Why?", "24 November")
  end)

  it("lets no word of a server or a screenplay be more than text", function()
    local nasty = [[<img src=x onerror=alert(1)>"'&]]
    local lost = { missing = nasty, why = nasty }
    local text = render({
      { image = lost, video = lost, voices = { lost },
        takes = { { kind = "image", missing = nasty, why = nasty, made = nasty }, { kind = nasty, file = nasty } },
        comments = { { text = nasty, author = nasty, made = nasty } },
        reviews = { { verdict = nasty, text = nasty, author = nasty, made = nasty } } },
      { image = { file = "javascript:alert(1)" }, video = { file = nasty } },
    }, lost)
    assert.is_nil(text:find("<img src=x", 1, true))
    assert.is_nil(text:find('"javascript:', 1, true))
    for tag in text:gmatch "<%a[^>]*>" do assert.is_nil(tag:find "%son%a+=", tag) end
  end)
end)
