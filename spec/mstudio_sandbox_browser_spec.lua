-- What mStudio's sandbox makes, in a real browser and in ffprobe: it decodes, and shows the same.
-- SPDX-License-Identifier: MIT
--
-- Run by `make check` (busted --run=browser), since it needs Chromium and FFmpeg.

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

  local function voice() return wav.tune(140, 5, 1250) end

  local function clip() return mp4.film({ { number = 7, seed = 9, milliseconds = 1500 } }, "job_1") end

  local function film()
    local shots = {}
    for i = 1, 5 do shots[i] = { number = i, seed = 10 + i, milliseconds = 1000 } end
    return mp4.film(shots, "job_2", wav.samples(140, 5, 3100, ">i2"))
  end

  it("decodes and has the length that the service says", function()
    local sources = {
      SHOT = inline("image/png", png.picture(7, 9)), VOICE = inline("audio/wav", voice()),
      CLIP = inline("video/mp4", clip()), FILM = inline("video/mp4", film()),
    }
    shell.write(folder .. "/page.html", (PAGE:gsub('"(%u+)"', function(name) return '"' .. sources[name] .. '"' end)))
    local seen = browser.open(folder .. "/page.html")
    assert.same({}, seen.console)
    assert.equal("384", seen.dom:match 'data%-width="(%d+)"')
    assert.equal("true 1500 fine 192 108 false|true 5000 fine 192 108 true|true 1250 fine 0 0 true",
      seen.dom:match 'data%-said="([^"]*)"')
    -- A video shows what the image showed: the same colour, as far as the conversion goes.
    local image, shown, other = seen.dom:match 'data%-colours="([^|]*)|([^|]*)|([^"]*)"'
    assert.is_true(difference(image, shown) <= 9, image .. " and " .. shown)
    assert.is_true(difference(image, other) > 9, image .. " and " .. other)
  end)

  -- Format, length, and each stream's codec, as ffprobe has them; and what FFmpeg complains of when it decodes all.
  local function probed(bytes)
    local path = shell.quote(folder .. "/probed")
    shell.write(folder .. "/probed", bytes)
    local _, said = shell.tool("ffprobe -v error -of default=noprint_wrappers=1 -show_entries "
      .. "format=format_name,duration:stream=codec_name,width,height " .. path)
    local _, complaints = shell.tool("ffmpeg -nostdin -v error -xerror -i " .. path .. " -f null -")
    local found = {}
    for value in said:gmatch "=([^\n]*)\n" do found[#found + 1] = value end
    return table.concat(found, " "), complaints
  end

  it("is what ffprobe reads, and what FFmpeg decodes without complaint", function()
    assert.same({ "pcm_s16le wav 1.250000", "" }, { probed(voice()) })
    assert.same({ "h264 192 108 mov,mp4,m4a,3gp,3g2,mj2 1.500000", "" }, { probed(clip()) })
    assert.same({ "h264 192 108 flac mov,mp4,m4a,3gp,3g2,mj2 5.000000", "" }, { probed(film()) })
    assert.not_equal("", (select(2, probed(film():sub(1, -20000))))) -- it would be seen here if it were none
  end)
end)
