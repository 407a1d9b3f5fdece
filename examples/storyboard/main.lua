--- The program of examples/storyboard.lua, from its arguments to its exit status. SPDX-License-Identifier: MIT

local studio = require "studio"
local files = require "shared.files"
local options = require "storyboard.options"
local page = require "storyboard.page"
local process = require "shared.process"
local report = require "storyboard.report"
local runs = require "storyboard.run"
local states = require "storyboard.state"
local view = require "storyboard.view"

local EXIT = { done = 0, failed = 1, usage = 2, partly = 3, interrupted = 130 }

local REFRESH = 0.25  -- seconds between two looks at whether the status line should be drawn

-- Of the limit, for asking how jobs are. It can be this much because what asks for images goes first anyway,
-- and nothing else is done with this client.
local POLL_SHARE = 0.9
local FIRST_POLL, SLOWEST_POLL = 3, 15  -- seconds
local DOCUMENTED_WINDOW = 60            -- seconds, of mStudio's limit
local SETTLE = 120                      -- seconds: what the service carried out by then is to be seen at the frame

-- Errors that the same command meets again until somebody changes something.
local LASTING = { unauthorized = true, forbidden = true, payment_required = true, tls = true, refused = true }

local line = studio.progress.new()

-- For what is the world's fault and ends the run: said in one line, without a traceback.
local function fail(...)
  line:print({ "red", "storyboard: " }, ...)
  return EXIT.failed
end

-- Where minutes are shorter than ours (a sandbox), so are the pauses between two looks.
local function pace_of(settings)
  return settings.limit_window and math.min(1, settings.limit_window / DOCUMENTED_WINDOW) or 1
end

local function open_client(key, settings)
  local window, pace = settings.limit_window, pace_of(settings)
  return studio.mstudio {
    api_key = key, base_url = settings.base_url, ca_file = settings.ca_file,
    limits = window and { window = window } or nil,
    poll = { share = POLL_SHARE, first = FIRST_POLL * pace, cap = SLOWEST_POLL * pace },
  }
end

-- Draws the status until the run is over.
local function watch(run, client)
  return studio.spawn(function()
    repeat
      if line:due() then
        line:status(table.unpack(report.status(run:counts(), run.entries, client:limits()[1])))
      end
    until not studio.sleep(REFRESH)
  end)
end

local function write_page(run)
  local path = run.folder .. "/storyboard.html"
  local ok, message = files.write(path, page.render {
    script = run.script, shots = run.shots, shown = view.shots(run.entries), service = "mStudio",
  })
  if not ok then return fail("cannot write the page: ", message) end
  return nil, path
end

-- Says how it ended; returns the exit status.
local function conclude(run, client, err)
  local state = run.state
  local failed, path = write_page(run)
  local counts = run:counts()
  local missing = #run.entries - counts.done
  if err then
    line:print({ "red", "storyboard: stopped: " }, tostring(err))
    local left = report.running(line, run.entries, run.shots) > 0 or counts.new > 0
    if LASTING[err.kind] then
      line:print("When that is put right, the same command goes on where this one stopped.")
    elseif err.kind == "not_found" and state.resumed then
      line:print("What an earlier run made is no longer at the service: give another --out to begin again.")
    elseif left then
      line:print("Run the same command again to go on; nothing that was asked for is asked for twice.")
    end
  elseif missing > 0 then
    line:print({ "yellow", string.format("%d of %d images are missing:", missing, #run.entries) })
    report.failures(line, run.entries, run.shots)
    if counts.failed > 0 then line:print("--retry-failed asks again for those that failed.") end
    if counts.unknown > 0 then line:print("Run again later to look up those that are unknown.") end
    if counts.submitted + counts.new > 0 then line:print("Run the same command again for the others.") end
  end
  line:print({ "green", string.format("%d of %d images", counts.done, #run.entries) }, " in ", run.folder,
    "/images")
  line:print(report.figures(client:stats()))
  if path then line:print("Look at ", { "bold", path }) end
  if failed or err and counts.done == 0 then return EXIT.failed end
  return missing > 0 and EXIT.partly or EXIT.done
end

local function interrupted(run, client)
  run:stop()
  line:finish()
  line:print({ "yellow", "Interrupted." })
  if report.running(line, run.entries, run.shots) == 0 then
    line:print("Nothing is being made at the service.")
  end
  line:print("Run the same command again to go on; nothing that was asked for is asked for twice.")
  write_page(run)
  line:print(report.figures(client:stats()))
  return EXIT.interrupted
end

-- The part that holds the lock.
local function make(script, shots, key, settings)
  local opened, client = pcall(open_client, key, settings)
  if not opened and process.is_interrupt(client) then error(client, 0) end
  if not opened then return fail((client:gsub("^.-%.lua:%d+: ", ""))) end
  local state, message = states.open(settings.out, shots, tostring(client))
  if not state then return fail(message) end
  local run = runs.new {
    client = client, state = state, script = script, shots = shots, folder = settings.out, options = settings,
    settle = SETTLE * pace_of(settings), say = function(text) line:print(text) end,
  }
  if state.resumed then
    local counts = run:counts()
    line:print(string.format("Going on in %s: %d of %d images are there.", settings.out, counts.done, #shots))
  else
    line:print(report.count(#shots, "shot") .. " in " .. report.count(#script.scenes, "scene") .. ".")
  end
  run.watcher = watch(run, client)
  local fine, ok, err = pcall(run.work, run)
  if not fine and process.is_interrupt(ok) then return interrupted(run, client) end
  run.watcher:cancel()
  line:finish()
  if not fine and type(ok) == "string" then error(ok, 0) end  -- a mistake in this program
  if not fine then err = ok end                              -- an error object out of an iterator
  local status = conclude(run, client, err)
  client:close()
  return status
end

-- Reads the screenplay; nil and a sentence when that cannot be.
local function read(path)
  local text, message = files.read(path)
  if not text then return nil, "cannot read the screenplay: " .. message end
  local script, err = studio.fountain.parse(text)
  if not script then return nil, path .. ": " .. err.message end
  return script
end

local function main(settings)
  local key = os.getenv "MSTUDIO_API_KEY"
  if not key or key == "" then
    return fail("set MSTUDIO_API_KEY to an API key of mStudio (made in its Settings, Developer)")
  end
  local script, message = read(settings.file)
  if not script then return fail(message) end
  local ok
  ok, message = files.make_folder(settings.out .. "/images")
  if ok then ok, message = states.lock(settings.out) end
  if not ok then return fail(message) end
  local _ <close> = setmetatable({}, { __close = function() states.unlock(settings.out) end })
  return make(script, studio.fountain.shots(script), key, settings)
end

--- Runs the program.
---@param arguments string[]
---@return integer status  for os.exit; raises "interrupted!" at Ctrl-C before it is at work, and on its own mistakes
return function(arguments)
  local settings, wrong = options.parse(arguments)
  if not settings then
    io.stderr:write("storyboard: ", wrong, "\nAll options: lua5.4 examples/storyboard.lua --help\n")
    return EXIT.usage
  elseif settings.help then
    io.stdout:write(options.usage)
    return EXIT.done
  end
  return main(settings)
end
