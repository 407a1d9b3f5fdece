--- HTML pages in which every text is escaped because there is no other way in. SPDX-License-Identifier: MIT
--
-- A page is a tree of elements; a string in it is text and is escaped, only an element is markup. So a
-- caller cannot forget to escape, and a title or an error message from a server stays what it is: text.

local core = require "studio.core"

local html = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }
local REPLACEMENT = "\u{FFFD}"

-- Bytes that are not UTF-8 become U+FFFD one by one, so that the page is always valid.
local function valid_utf8(s)
  if utf8.len(s) then return s end
  local parts, position = {}, 1
  while position <= #s do
    local _, bad = utf8.len(s, position)
    parts[#parts + 1] = s:sub(position, bad and bad - 1 or -1)
    if not bad then break end
    parts[#parts + 1] = REPLACEMENT
    position = bad + 1
  end
  return table.concat(parts)
end

--- Text as it may stand between tags and in quoted attributes. Control characters, which HTML forbids, and
--- bytes that are not UTF-8 become U+FFFD.
---@param text string|number
---@return string
function html.escape(text)
  if type(text) ~= "string" and type(text) ~= "number" then
    error("bad argument #1 to 'escape' (string expected, got " .. type(text) .. ")", 2)
  end
  text = valid_utf8(tostring(text))
  text = text:gsub("[&<>\"']", ENTITIES):gsub("[\0-\8\11\12\14-\31\127]", REPLACEMENT)
  return (text)
end

-- Elements ----------------------------------------------------------------------------------------------

---@class studio.html.Element  markup that `html.element` made; `tostring` gives it
local element_mt = { __name = "studio.html.element" }
function element_mt:__tostring() return table.concat(self) end

local VOID = { br = true, col = true, hr = true, img = true, input = true, link = true, meta = true,
  source = true, track = true, wbr = true }
local LINKS = { href = true, src = true, poster = true, action = true }

--- The address, if it is relative, http, https, mailto or an inline picture; nil if it could run something.
---@param address string
---@return string?
function html.safe_link(address)
  local scheme = address:gsub("[%c%s]", ""):lower():match("^([^/?#]-):")
  if not scheme or scheme == "http" or scheme == "https" or scheme == "mailto" then return address end
  if address:find("^data:image/[%w]+;base64,") then return address end
end

--- A file name as a relative link: each byte that is not plain is written as %XX; "/" stays.
---@param path string
---@return string
function html.file_link(path)
  path = path:gsub("[^%w%-%._~/]", function(c) return string.format("%%%02X", c:byte()) end)
  return path:find("^[^/]*:") and "./" .. path or path
end

local function write_attributes(parts, attributes)
  local names = {}
  for name in pairs(attributes) do names[#names + 1] = name end
  table.sort(names)  -- pages are compared and kept in git
  for _, name in ipairs(names) do
    local value = attributes[name]
    if type(name) ~= "string" or not name:find("^[%a][%w%-:]*$") or name:find("^[oO][nN]") then
      error("bad attribute name '" .. tostring(name) .. "'", 3)
    end
    if LINKS[name] and type(value) == "string" then value = html.safe_link(value) or "#" end
    if value == true then
      parts[#parts + 1] = " " .. name
    elseif value ~= false then
      parts[#parts + 1] = " " .. name .. '="' .. html.escape(value) .. '"'
    end
  end
end

local function write_child(parts, child)
  if getmetatable(child) == element_mt then
    table.move(child, 1, #child, #parts + 1, parts)
  elseif type(child) == "table" then
    for _, one in ipairs(child) do write_child(parts, one) end
  elseif child then  -- nil and false: nothing, so that `condition and element` works
    parts[#parts + 1] = html.escape(child)
  end
end

--- One element. Children are elements, texts (escaped), lists of both, or nil / false (nothing).
--- Attribute values are texts, true (no value) or false (left out); names that start with "on" are refused,
--- and a link with a scheme that could run something becomes "#".
---@param name string
---@param attributes table?
---@param ... any
---@return studio.html.Element
function html.element(name, attributes, ...)
  if type(name) ~= "string" or not name:find("^%l[%l%d]*$") or name == "script" or name == "style" then
    error("bad argument #1 to 'element' (not the name of an element)", 2)
  end
  local parts = { "<" .. name }
  write_attributes(parts, attributes or {})
  parts[#parts + 1] = ">"
  if VOID[name] then return setmetatable(parts, element_mt) end
  for i = 1, select("#", ...) do write_child(parts, (select(i, ...))) end
  parts[#parts + 1] = "</" .. name .. ">"
  return setmetatable(parts, element_mt)
end

--- A text without what overrides the direction of letters, and makes "exe.png" of "gnp.exe": shown as a mark instead.
---@param text string|number
---@return string
function html.upright(text)
  text = tostring(text):gsub("\xE2\x80[\xAA-\xAE]", REPLACEMENT):gsub("\xE2\x81[\xA6-\xA9]", REPLACEMENT)
  return text
end

--- A text of somebody else's, such as a name: upright, and in <bdi>, so that letters which run the other way turn
--- nothing around them.
---@param text string|number
---@return studio.html.Element
function html.named(text) return html.element("bdi", nil, html.upright(text)) end

-- Pages -------------------------------------------------------------------------------------------------

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(bytes)
  local encoded = bytes:gsub("..?.?", function(three)
    local a, b, c = three:byte(1, 3)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    local out = ""
    for shift = 18, 0, -6 do
      local digit = (bits >> shift & 63) + 1
      out = out .. DIGITS:sub(digit, digit)
    end
    return out:sub(1, #three + 1) .. ("="):rep(3 - #three)
  end)
  return encoded
end

-- How a policy names the one script that may run: by its hash, so that no other text ever does.
local function hash_source(script)
  local bytes = core.sha256(script):gsub("%x%x", function(hex) return string.char(tonumber(hex, 16)) end)
  return "'sha256-" .. base64(bytes) .. "'"
end

local function policy_of(script)
  return "default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; style-src 'unsafe-inline'; "
    .. (script and "script-src " .. hash_source(script) .. "; " or "") .. "base-uri 'none'; form-action 'none'"
end

local function raw(...) return setmetatable({ ... }, element_mt) end

--- A whole page. It may load pictures and media that lie beside it, and nothing else: no network, and no script
--- but the one given, which runs when the page is there. `style` and `script` are text of the page's author, never
--- data: what a script needs to know stands in the page, as text or attributes.
---@param page { title: string, lang: string?, style: string?, script: string?, body: any }
---@return string
function html.document(page)
  local style, script = page.style or "", page.script
  if style:find("</", 1, true) then error("bad argument #1 to 'document' (style holds a tag)", 2) end
  if script and (script:find("</", 1, true) or script:find("<!--", 1, true) or script:find("\r", 1, true)) then
    error("bad argument #1 to 'document' (script holds a tag, a comment of HTML or a carriage return)", 2)
  end
  local e = html.element
  local head = e("head", nil, "\n",
    e("meta", { charset = "utf-8" }), "\n",
    e("meta", { ["http-equiv"] = "Content-Security-Policy", content = policy_of(script) }), "\n",
    e("meta", { name = "viewport", content = "width=device-width, initial-scale=1" }), "\n",
    e("meta", { name = "referrer", content = "no-referrer" }), "\n",
    e("meta", { name = "color-scheme", content = "light dark" }), "\n",
    e("title", nil, page.title), "\n",
    raw("<style>\n", style, "</style>\n"))
  local body = e("body", nil, "\n", page.body, "\n", script and raw("<script>", script, "</script>\n"))
  local root = e("html", { lang = page.lang or "en" }, "\n", head, "\n", body, "\n")
  return "<!DOCTYPE html>\n" .. tostring(root) .. "\n"
end

return html
