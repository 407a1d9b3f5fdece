-- What mStudio's sandbox makes, in a real browser: it decodes, and shows the same. SPDX-License-Identifier: MIT
--
-- Run by `make check` (busted --run=browser), since it needs Chromium.

local browser = require "spec.support.browser"
local mp4 = require "studio.sandbox.mp4"
local png = require "studio.sandbox.png"
local shell = require "spec.support.shell"
local wav = require "studio.sandbox.wav"

-- Draws a place of the video's picture, and tells its colour beside what the elements say of themselves.
local PAGE <const> = [[
<!DOCTYPE html><title>media</title><body>
<img src="SHOT"><video src="CLIP" preload="auto"></video><video src="FILM" preload="auto"></video>
<audio src="VOICE" preload="auto"></audio>
<script>
onload = () => {
  const said = [];
  for (const m of document.querySelectorAll("video, audio")) {
    said.push([m.readyState >= 2, Math.round(m.duration * 1000), m.error ? m.error.message : "fine", m.videoWidth || 0,
      m.videoHeight || 0, m.webkitAudioDecodedByteCount > 0].join(" "));
  }
  const canvas = document.createElement("canvas"), context = canvas.getContext("2d", { willReadFrequently: true });
  canvas.width = 192; canvas.height = 108;
  const colours = [];
  for (const source of document.querySelectorAll("img, video")) {
    context.drawImage(source, 0, 0, 192, 108);
    colours.push([...context.getImageData(96, 40, 1, 1).data].slice(0, 3).join(" "));
  }
  document.body.dataset.said = said.join("|");
  document.body.dataset.width = document.querySelector("img").naturalWidth;
  document.body.dataset.colours = colours.join("|");
};
</script>
]]

describe("what mStudio's sandbox makes, in a browser #browser", function()
  local folder

  setup(function()
    local _, path = shell.tool "mktemp -d"
    folder = path:gsub("%s+$", "")
  end)
  teardown(function() shell.run("rm -rf " .. folder) end)

  -- In the page itself: what comes from elsewhere may be shown, and not looked at by a script.
  local function inline(media_type, bytes)
    shell.write(folder .. "/bytes", bytes)
    local _, text = shell.tool("base64 -w0 " .. shell.quote(folder .. "/bytes"))
    return ("data:%s;base64,%s"):format(media_type, text:gsub("%s+$", ""))
  end

  -- How far two colours ("r g b") are from each other, in the channel where they differ most.
  local function difference(one, other)
    local most, channels = 0, {}
    for value in other:gmatch "%d+" do channels[#channels + 1] = tonumber(value) end
    local i = 0
    for value in one:gmatch "%d+" do
      i = i + 1
      most = math.max(most, math.abs(tonumber(value) - channels[i]))
    end
    return most
  end

  it("decodes and has the length that the service says", function()
    local shots = {}
    for i = 1, 5 do shots[i] = { number = i, seed = 10 + i, milliseconds = 1000 } end
    local sources = {
      SHOT = inline("image/png", png.picture(7, 9)), VOICE = inline("audio/wav", wav.tune(140, 5, 1250)),
      CLIP = inline("video/mp4", mp4.film({ { number = 7, seed = 9, milliseconds = 1500 } }, "job_1")),
      FILM = inline("video/mp4", mp4.film(shots, "job_2", wav.samples(140, 5, 3100, ">i2"))),
    }
    shell.write(folder .. "/page.html", (PAGE:gsub('"(%u+)"', function(name) return '"' .. sources[name] .. '"' end)))
    local seen = browser.open(folder .. "/page.html")
    assert.same({}, seen.console)
    assert.equal("384", seen.dom:match 'data%-width="(%d+)"')
    assert.equal("true 1500 fine 192 108 false|true 5000 fine 192 108 true|true 1250 fine 0 0 true",
      seen.dom:match 'data%-said="([^"]*)"')
    -- A video shows what the image showed: the same colour, as far as the conversion goes.
    local image, clip, film = seen.dom:match 'data%-colours="([^|]*)|([^|]*)|([^"]*)"'
    assert.is_true(difference(image, clip) <= 9, image .. " and " .. clip)
    assert.is_true(difference(image, film) > 9, image .. " and " .. film)
  end)
end)
