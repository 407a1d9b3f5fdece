--- The program of examples/storyboard.lua, from its arguments to its exit status. SPDX-License-Identifier: MIT

local studio = require "studio"
local files = require "shared.files"
local options = require "storyboard.options"
local page = require "storyboard.page"
local process = require "shared.process"
local report = require "storyboard.report"
local takes = require "storyboard.takes"
local things = require "storyboard.things"
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
local function watch(board, client)
  return studio.spawn(function()
    repeat
      if line:due() then line:status(table.unpack(report.status(board, client:limits()[1]))) end
    until not studio.sleep(REFRESH)
  end)
end

-- Takes, comments and reviews, unless they are not wanted; what cannot be read of them is said and left out.
local function read_extras(board, client, settings)
  if settings.no_takes then return {} end
  line:status "reading takes, comments and reviews"
  local extras, failures = takes.read(client, board)
  line:finish()
  for _, what in ipairs { "takes", "comments", "reviews" } do
    if failures[what] then
      line:print({ "yellow", "The page shows no " .. what .. ": " }, tostring(failures[what]))
    end
  end
  return extras
end

local function write_page(board, extras, err)
  local path = board.folder .. "/storyboard.html"
  local ok, message = files.write(path, page.render(view.of(board, extras, err)))
  if not ok then return fail("cannot write the page: ", message) end
  return nil, path
end

-- Says what stopped the run and what to do about it.
local function stopped(board, all, err)
  line:print({ "red", "storyboard: stopped: " }, tostring(err))
  local left = report.running(line, all) > 0 or things.counts(all).new > 0
  if err.code == "max_generations" then
    line:print("With a higher --max-generations the same command goes on where this one stopped.")
  elseif LASTING[err.kind] then
    line:print("When that is put right, the same command goes on where this one stopped.")
  elseif err.kind == "not_found" and board.resumed then
    line:print("What an earlier run made is no longer at the service: give another --out to begin again.")
  elseif left then
    line:print("Run the same command again to go on; nothing that was asked for is asked for twice.")
  end
end

-- Says what is missing though nothing stopped the run.
local function incomplete(all, counts)
  line:print({ "yellow", report.made(all), "; what is missing:" })
  report.failures(line, all)
  if counts.failed > 0 then line:print("--retry-failed asks again for those that failed.") end
  if counts.unknown > 0 then
    line:print("Run again later to look up those that are unknown; --resubmit-unknown asks again.")
  end
  if counts.submitted + counts.new > 0 then line:print("Run the same command again for the others.") end
end

-- Says how it ended; returns the exit status.
local function conclude(board, client, settings, err)
  local all = things.of(board)
  local counts, wanted = things.counts(all)
  local failed, path = write_page(board, err and {} or read_extras(board, client, settings), err)
  if err then
    stopped(board, all, err)
  elseif counts.done < wanted then
    incomplete(all, counts)
  end
  line:print({ "green", report.made(all) }, " in ", board.folder)
  line:print(report.figures(client:stats()))
  if path then line:print("Look at ", { "bold", path }) end
  if failed or err and counts.done == 0 then return EXIT.failed end
  return counts.done < wanted and EXIT.partly or EXIT.done
end

local function interrupted(board, client)
  line:finish()
  line:print({ "yellow", "Interrupted." })
  if report.running(line, things.of(board)) == 0 then line:print("Nothing is being made at the service.") end
  line:print("Run the same command again to go on; nothing that was asked for is asked for twice.")
  write_page(board, {})
  line:print(report.figures(client:stats()))
  return EXIT.interrupted
end

local function begun(board)
  if board.resumed then
    line:print("Going on in ", board.folder, "; there so far: ", report.made(things.of(board)), ".")
  else
    line:print(report.count(#board.shots, "shot") .. " in " .. report.count(#board.script.scenes, "scene") .. ".")
  end
end

-- What the command line says, for the library.
local function order_of(script, settings)
  return {
    script = script, out = settings.out, videos = settings.videos, voices = settings.voices, export = settings.export,
    dry_run = settings.dry_run, max_generations = settings.max_generations, retry_failed = settings.retry_failed,
    on_unknown = settings.resubmit_unknown and "resubmit" or "stop", settle = SETTLE * pace_of(settings),
  }
end

local function make(script, key, settings)
  local opened, client = pcall(open_client, key, settings)
  if not opened and process.is_interrupt(client) then error(client, 0) end
  if not opened then return fail((client:gsub("^.-%.lua:%d+: ", ""))) end
  local order, board, watcher = order_of(script, settings), nil, nil
  function order.on_event(event)
    if event.type == "begin" then
      board = event.board
      begun(board)
      watcher = watch(board, client)
    elseif event.type == "settling" then
      line:print(("Waiting %.0f s to see whether the service makes what it did not confirm."):format(event.seconds))
    end
  end
  local fine, made, err = pcall(client.storyboard, client, order)
  if watcher then watcher:cancel() end
  if not fine and process.is_interrupt(made) and board then return interrupted(board, client) end
  line:finish()
  if not fine then error(made, 0) end
  if not made then return fail(err.message) end
  if settings.dry_run then
    report.estimate(line, made)
    return EXIT.done
  end
  fine, made = pcall(conclude, made, client, settings, err)
  if not fine and process.is_interrupt(made) then return interrupted(board, client) end
  if not fine then error(made, 0) end
  client:close()
  return made
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
  if settings.dry_run and (key or "") == "" then key = "none" end  -- nothing is sent
  if not key or key == "" then
    return fail("set MSTUDIO_API_KEY to an API key of mStudio (made in its Settings, Developer)")
  end
  local script, message = read(settings.file)
  if not script then return fail(message) end
  return make(script, key, settings)
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
