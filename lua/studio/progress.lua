--- Progress: a status line on a terminal, a plain line now and then elsewhere. SPDX-License-Identifier: MIT
--
--     job:wait { progress = studio.progress }            -- draws on stderr
--     local line = studio.progress.new { }               -- or with a line of one's own:
--     line:status("3 of 60 done"); line:print("frame 3: ", { "red", "failed" }); line:finish()
--
-- Nothing a server sent can steer the terminal: control characters are taken out of every text here.

local progress = {}

local STYLES = { bold = "1", dim = "2", red = "31", green = "32", yellow = "33" }
local TERMINAL_INTERVAL = 0.1  -- seconds: ten drawings a second are a moving picture already
local PLAIN_INTERVAL = 10      -- seconds: a log of an hour has 360 of these lines

-- A module that may be missing. Ctrl-C, which the `lua` command raises as an error, is not swallowed.
local function optional(name)
  local ok, module = pcall(require, name)
  if ok then return module end
  if tostring(module):find("interrupted!$") then error(module, 0) end
end

-- Seconds that never run backwards where the C core is there; else the wall clock.
local function default_clock()
  local task = optional "studio.task"
  if not task then return os.time end
  return function() return task.loop:now() end
end

--- Is standard error a terminal? The one place that finds out: by lua-term if it is there, else the shell.
---@return boolean
function progress.is_terminal()
  local term = optional "term"
  if type(term) == "table" and term.isatty then return not not term.isatty(io.stderr) end
  local ok, how, code = os.execute("[ -t 2 ]")
  if how == "signal" and code == 2 then error("interrupted!", 0) end  -- Ctrl-C went to the shell, not to us
  return ok == true
end

-- Columns of the terminal; 80 when nobody can tell.
local function terminal_width()
  local columns = tonumber(os.getenv "COLUMNS")
  if not columns then
    local pipe = io.popen("stty size </dev/tty 2>/dev/null", "r")
    columns = pipe and tonumber((pipe:read("a") or ""):match("%d+%s+(%d+)"))
    if pipe then pipe:close() end
  end
  return columns and columns >= 20 and columns or 80
end

--- Text without control characters (C0, DEL and C1) and without bytes that are not UTF-8, on one line.
---@param text any
---@return string
function progress.clean(text)
  text = tostring(text)
  if not utf8.len(text) then text = text:gsub("[\x80-\xFF]", "?") end
  return (text:gsub("\xC2[\x80-\x9F]", "?"):gsub("[\t-\r]+", " "):gsub("%c", "?"))
end

-- Lines -------------------------------------------------------------------------------------------------

---@class studio.progress.Line
local line_methods = {}
local line_mt = { __name = "studio.progress.line", __index = line_methods }

--- A line of its own. Every outside fact can be given, for specs and for other streams.
--- `interval`: least seconds between two status lines (default 0.1 on a terminal, 10 elsewhere). `tty` is
--- looked up for standard error, false for another stream; NO_COLOR (any value but "") and TERM=dumb are
--- respected.
---@param options { stream: file*?, tty: boolean?, color: boolean?, clock: (fun(): number)?,
---                 interval: number?, width: integer? }?
---@return studio.progress.Line
function progress.new(options)
  options = options or {}
  if type(options) ~= "table" then
    error("bad argument #1 to 'new' (table expected, got " .. type(options) .. ")", 2)
  end
  local tty, color = options.tty, options.color
  if tty == nil then
    tty = not options.stream and os.getenv "TERM" ~= "dumb" and progress.is_terminal()
  end
  if color == nil then color = tty and (os.getenv "NO_COLOR" or "") == "" end
  return setmetatable({
    stream = options.stream or io.stderr, tty = tty, color = color, clock = options.clock or default_clock(),
    interval = options.interval or (tty and TERMINAL_INTERVAL or PLAIN_INTERVAL),
    width = options.width or (tty and terminal_width()), shown = nil, drawn_at = nil, states = {},
  }, line_mt)
end

-- A part is a text or { style, text }. Cut to `width` columns (one per code point) when it is given.
local function render(self, width, ...)
  local out = {}
  for i = 1, select("#", ...) do
    local part = select(i, ...)
    local style = type(part) == "table" and STYLES[part[1]]
    local text = progress.clean(type(part) == "table" and part[2] or part)
    if width then
      local length = utf8.len(text)
      if length > width then text = text:sub(1, utf8.offset(text, width + 1) - 1) end
      width = width - math.min(length, width)
    end
    out[i] = style and self.color and "\27[" .. style .. "m" .. text .. "\27[0m" or text
  end
  return table.concat(out)
end

--- May a status be drawn now? Lets a caller skip the work of making one.
---@return boolean
function line_methods:due()
  return not self.drawn_at or self.clock() - self.drawn_at >= self.interval
end

--- Shows a status: drawn over the last one on a terminal, printed elsewhere. Too early, or the same text
--- again: nothing happens.
---@param ... string|table  parts: a text, or { "bold"|"dim"|"red"|"green"|"yellow", text }
function line_methods:status(...)
  if not self:due() then return end
  local text = render(self, self.tty and self.width - 1, ...)
  if text == self.shown then return end
  self.shown, self.drawn_at = text, self.clock()
  self.stream:write(self.tty and "\r" .. text .. "\27[K" or text .. "\n")
  self.stream:flush()
end

local function erase(self)
  if self.tty and self.shown then self.stream:write("\r\27[K") end
  self.shown = nil
end

--- Prints a line that stays.
---@param ... string|table  parts, as in `status`
function line_methods:print(...)
  erase(self)
  self.stream:write(render(self, nil, ...), "\n")
  self.stream:flush()
  if self.tty then self.drawn_at = nil end
end

--- Takes the status line away, so that the terminal looks as it did before.
function line_methods:finish()
  erase(self)
  self.stream:flush()
end

-- What is shown for a job, a transfer or a text -------------------------------------------------------

local FINAL = { done = "green", failed = "red", cancelled = "yellow" }

local function describe_bytes(event)
  local done = math.max(event.received or 0, event.sent or 0) / 1e6
  if not event.total then return string.format("%.1f MB", done) end
  return string.format("%.1f of %.1f MB", math.min(done, event.total / 1e6), event.total / 1e6)
end

local function describe_job(job)
  local state = job.state == "unknown" and "unknown state " .. tostring(job.raw_state) or job.state
  if job.progress and not FINAL[job.state] then
    state = string.format("%s, %d %%", state, math.floor(job.progress * 100))
  end
  return "job " .. tostring(job.id) .. ": " .. state
end

--- Shows a job (id, state, progress), a transfer (name, received, sent, total) or a text. A job that has
--- come to its end gets a line that stays; elsewhere than on a terminal, so does each change of its state.
---@param event table|string
function line_mt:__call(event)
  if type(event) == "string" then return self:status(event) end
  if not event.state then
    return self:status((event.name and event.name .. ": " or "") .. describe_bytes(event))
  end
  local changed = self.states[event.id] ~= event.state
  local final = FINAL[event.state]
  self.states[event.id] = not final and event.state or nil  -- a job that ended is not kept
  if final then
    self:print({ final, describe_job(event) })
  elseif changed and not self.tty then
    self:print(describe_job(event))
  else
    self:status(describe_job(event))
  end
end

-- The module is itself a line on standard error, made when it is first used.
local shared
return setmetatable(progress, {
  __call = function(_, event)
    shared = shared or progress.new()
    return shared(event)
  end,
})
