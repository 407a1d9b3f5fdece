-- Draws small storyboard pictures: rows of indexed pixels and a palette. SPDX-License-Identifier: MIT
--
-- What is drawn is made of horizontal segments: a row is one string, and every shape replaces a piece of it. The
-- pictures of the sandbox and its videos show the same.

local scenery = {}

-- 3 x 5 digits, a row in each octal digit.
local digits = {
  ["0"] = 0x7B6F, ["1"] = 0x2C97, ["2"] = 0x73E7, ["3"] = 0x73CF, ["4"] = 0x5BC9,
  ["5"] = 0x79CF, ["6"] = 0x79EF, ["7"] = 0x7249, ["8"] = 0x7BEF, ["9"] = 0x7BCF,
}

local WIDTH, HEIGHT, SKY = 384, 216, 96 -- SKY: how many colours of the palette are the sky's
scenery.width, scenery.height = WIDTH, HEIGHT

local SUN, FAR, MID, NEAR, PANEL, INK = 200, 201, 202, 203, 204, 205

local function hsv(h, s, v)
  local function channel(n)
    local k = (n + h * 6) % 6
    return math.floor(255 * (v - v * s * math.max(0, math.min(k, 4 - k, 1))) + 0.5)
  end
  return string.char(channel(5), channel(3), channel(1))
end

local function palette_of(hue)
  local colours = {}
  for i = 0, 205 do colours[i + 1] = "\0\0\0" end
  for i = 0, SKY - 1 do
    local t = i / SKY
    colours[i + 1] = hsv((hue + 0.12 * t) % 1, 0.75 - 0.45 * t, 0.45 + 0.5 * t)
  end
  colours[SUN + 1] = hsv((hue + 0.55) % 1, 0.25, 1)
  for i, value in ipairs { 0.55, 0.38, 0.22 } do colours[FAR + i] = hsv((hue + 0.05 * i) % 1, 0.5, value) end
  colours[PANEL + 1], colours[INK + 1] = hsv(0, 0, 0.08), hsv(0, 0, 0.97)
  return table.concat(colours)
end

-- Replaces pixels x0 .. x1 - 1 (cut at the edges) of a row.
local function paint(row, x0, x1, colour)
  x0, x1 = math.max(0, math.floor(x0)), math.min(WIDTH, math.floor(x1))
  if x1 <= x0 then return row end
  return row:sub(1, x0) .. string.char(colour):rep(x1 - x0) .. row:sub(x1 + 1)
end

local function digit_row(row, text, x, line, scale)
  for digit in text:gmatch "%d" do
    for column = 0, 2 do
      if digits[digit] >> (14 - line * 3 - column) & 1 == 1 then
        row = paint(row, x + column * scale, x + (column + 1) * scale, INK)
      end
    end
    x = x + 4 * scale
  end
  return row
end

-- Numbers 0 .. 1 that depend on the seed alone, so that the same frame is the same bytes in every run.
local function random_of(seed)
  local state = (seed * 2654435761 + 12345) & 0xFFFFFFFF
  return function()
    state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
    return (state >> 8) / 0x1000000
  end
end

--- Draws the picture of a frame: a sky, a sun, three ranges of hills and the number.
---@param number integer  shown in the corner
---@param seed integer    what the rest depends on
---@return string[] rows   a byte for each pixel
---@return string palette  3 bytes (red, green, blue) for each colour
function scenery.draw(number, seed)
  local random = random_of(seed)
  local palette = palette_of(random())
  local sun_x, sun_y, sun_r = WIDTH * (0.2 + 0.6 * random()), HEIGHT * (0.2 + 0.25 * random()), 18 + 16 * random()
  local hills = {}
  for _, colour in ipairs { FAR, FAR, FAR, MID, MID, MID, NEAR, NEAR } do
    local depth = colour - FAR
    hills[#hills + 1] = {
      colour = colour, x = WIDTH * random(),
      top = HEIGHT * (0.4 + 0.15 * depth + 0.15 * random()), slope = 1 + 2 * random(),
    }
  end
  local text, scale = tostring(number), 6
  local panel_w, panel_h = (#text * 4 + 1) * scale, 7 * scale
  local rows = {}
  for y = 0, HEIGHT - 1 do
    local row = string.char(y * SKY // HEIGHT):rep(WIDTH)
    local half = sun_r * sun_r - (y - sun_y) ^ 2
    if half > 0 then row = paint(row, sun_x - half ^ 0.5, sun_x + half ^ 0.5, SUN) end
    for _, hill in ipairs(hills) do
      local reach = (y - hill.top) * hill.slope
      row = paint(row, hill.x - reach, hill.x + reach, hill.colour)
    end
    if y >= 12 and y < 12 + panel_h then
      row = paint(row, 12, 12 + panel_w, PANEL)
      local line = (y - 12) // scale - 1
      if line >= 0 and line < 5 then row = digit_row(row, text, 12 + scale, line, scale) end
    end
    rows[#rows + 1] = row
  end
  return rows, palette
end

return scenery
