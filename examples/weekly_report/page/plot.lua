--- Plots as inline SVG: columns and lines over a few places on the x axis. SPDX-License-Identifier: MIT
--
-- Made of studio.html elements, so that a label from a server stays text. Colours and sizes of letters are in
-- style.lua. What has no number has no mark: a gap is a gap, and an empty plot says so.

local html = require "studio.html"
local scale = require "weekly_report.page.scale"

local e = html.element
local plot = {}

local WIDTH <const>, HEIGHT <const> = 420, 230
local LEFT <const>, RIGHT <const>, TOP <const>, BOTTOM <const> = 40, 10, 26, 40

-- A place in the picture, with no more digits than it needs: pages are compared.
local function n(value) return (("%.1f"):format(value):gsub("%.0$", "")) end

local function y_of(value, most) return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most) end

local function text(class, x, y, words) return e("text", { class = class, x = n(x), y = n(y) }, words) end

-- Short enough for the margin: "20", "0.5", "15k", "8M".
local function tick_label(value)
  if value >= 1000000 then return ("%gM"):format(value / 1000000) end
  return value >= 10000 and ("%gk"):format(value / 1000) or ("%g"):format(value)
end

-- The y axis with its lines across and its unit; returns the elements and the value at the top.
local function y_axis(spec, most)
  local ticks, list = spec.ticks or scale.ticks(most, spec.whole), {}
  local top = ticks[#ticks]
  for i, tick in ipairs(ticks) do
    local y = y_of(tick, top)
    list[i] = { e("line", { class = i == 1 and "axis" or "grid", x1 = n(LEFT), x2 = n(WIDTH - RIGHT), y1 = n(y),
      y2 = n(y) }), text("tick y", LEFT - 6, y + 4, tick_label(tick)) }
  end
  return { list, text("unit", 2, 13, spec.unit) }, top
end

-- Where the i-th place is, and how wide each is.
local function place(count)
  local width = (WIDTH - LEFT - RIGHT) / count
  return function(i) return LEFT + (i - 0.5) * width end, width
end

local function x_axis(labels)
  local list, x_of = {}, place(#labels)
  for i, label in ipairs(labels) do
    list[i] = { text("tick x", x_of(i), HEIGHT - BOTTOM + 16, label[1]),
      label[2] and text("tick x soft", x_of(i), HEIGHT - BOTTOM + 30, label[2]) }
  end
  return list
end

local function picture(spec, body)
  return e("svg", { viewBox = ("0 0 %d %d"):format(WIDTH, HEIGHT), role = "img", ["aria-label"] = spec.label,
    class = "plot" }, body)
end

local function empty(spec)
  return text("nothing", (LEFT + WIDTH - RIGHT) / 2, (TOP + HEIGHT - BOTTOM) / 2 + 4, spec.empty or "No data")
end

local function greatest(...)
  local most = 0
  for _, values in ipairs { ... } do
    for i = 1, values.n do most = math.max(most, values[i] or 0) end
  end
  return most
end

-- Columns -------------------------------------------------------------------------------------------------

local function bar(class, x, width, value, top, title)
  local y = y_of(value, top)
  return e("rect", { class = class, x = n(x - width / 2), y = n(y), width = n(width), height = n(HEIGHT - BOTTOM - y) },
    title and e("title", nil, title))
end

---@class weekly_report.Columns
---@field label string                what the plot shows, for who cannot see it
---@field unit string                 stands above the y axis
---@field labels { [1]: string, [2]: string? }[]  below the x axis, in one line or two
---@field values number[]             `n` says how many; nil: no column
---@field before number[]?            the same of an earlier time, as a line above or in each column
---@field whole boolean?              counts
---@field say fun(value: number): string  a value above its column, and where the mouse is
---@field empty string                said where there is nothing to show

-- A column's value: above it, or, where the line of an earlier time may be there, at its foot.
local function value_label(spec, x, value, past, top)
  local y = y_of(math.max(value, past or 0), top) - 4
  if past and HEIGHT - BOTTOM - y_of(value, top) >= 22 then y = HEIGHT - BOTTOM - 7 end
  return text("value", x, y, spec.say(value))
end

--- Columns.
---@param spec weekly_report.Columns
---@return studio.html.Element
function plot.columns(spec)
  local values, before = spec.values, spec.before or { n = 0 }
  local most = greatest(values, before)
  local axis, top = y_axis(spec, most)
  local x_of, width = place(values.n)
  local columns, marks = {}, {}
  for i = 1, values.n do
    local value, past, x = values[i], before[i], x_of(i)
    if value and value > 0 then
      columns[#columns + 1] = bar("column", x, width * 0.62, value, top,
        table.concat(spec.labels[i], " ") .. ": " .. spec.say(value))
      marks[#marks + 1] = value_label(spec, x, value, past, top)
    end
    if past and most > 0 then
      local y = n(y_of(past, top))
      columns[#columns + 1] = e("line", { class = "past", x1 = n(x - width * 0.4), x2 = n(x + width * 0.4), y1 = y,
        y2 = y }, e("title", nil, "Seven days before: " .. spec.say(past)))
    end
  end
  return picture(spec, { axis, x_axis(spec.labels), columns, marks, most == 0 and empty(spec) })
end

-- Lines ---------------------------------------------------------------------------------------------------

local function marker(shape, class, x, y, title)
  local tip = e("title", nil, title)
  if shape == "square" then
    return e("rect", { class = class, x = n(x - 4), y = n(y - 4), width = "8", height = "8" }, tip)
  end
  return e("circle", { class = class, cx = n(x), cy = n(y), r = "4.2" }, tip)
end

-- A path through all values; it begins anew behind a gap.
local function path_of(series, x_of, top)
  local steps, inside = {}, false
  for i = 1, series.values.n do
    local value = series.values[i]
    if value then
      steps[#steps + 1] = (inside and "L" or "M") .. n(x_of(i)) .. " " .. n(y_of(value, top))
    end
    inside = value ~= nil
  end
  return table.concat(steps, " ")
end

---@class weekly_report.Lines
---@field label string
---@field unit string
---@field labels { [1]: string, [2]: string? }[]
---@field ticks number[]
---@field series { name: string, class: string, shape: "circle"|"square", values: number[] }[]
---@field say fun(value: number): string
---@field empty string

--- Lines with a mark at each value.
---@param spec weekly_report.Lines
---@return studio.html.Element
function plot.lines(spec)
  local axis, top = y_axis(spec)
  local x_of = place(#spec.labels)
  local list, most = {}, 0
  for _, series in ipairs(spec.series) do
    local marks = {}
    for i = 1, series.values.n do
      local value = series.values[i]
      if value then
        most = most + 1
        marks[#marks + 1] = marker(series.shape, "mark " .. series.class, x_of(i), y_of(value, top),
          ("%s, %s: %s"):format(series.name, table.concat(spec.labels[i], " "), spec.say(value)))
      end
    end
    list[#list + 1] = { e("path", { class = "line " .. series.class, d = path_of(series, x_of, top) }), marks }
  end
  return picture(spec, { axis, x_axis(spec.labels), list, most == 0 and empty(spec) })
end

-- Small things --------------------------------------------------------------------------------------------

--- A mark as the legend shows it.
---@param series table  of plot.lines
---@return studio.html.Element
function plot.key(series)
  return e("svg", { viewBox = "0 0 26 10", class = "key", ["aria-hidden"] = "true" },
    e("path", { class = "line " .. series.class, d = "M0 5 L26 5" }),
    marker(series.shape, "mark " .. series.class, 13, 5, series.name))
end

--- How much of a whole something is, as a bar in a cell.
---@param part number
---@param whole number
---@return studio.html.Element
function plot.share(part, whole)
  local width = whole > 0 and 100 * part / whole or 0
  return e("svg", { viewBox = "0 0 100 8", preserveAspectRatio = "none", class = "share", ["aria-hidden"] = "true" },
    e("rect", { class = "whole", x = "0", y = "0", width = "100", height = "8" }),
    e("rect", { class = "part", x = "0", y = "0", width = n(width), height = "8" }))
end

return plot
