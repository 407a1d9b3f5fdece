-- Storyboards in specs: a sandbox and a folder, programs that make one and are killed, and what came of it.
-- SPDX-License-Identifier: MIT
--
--   local stage = storyboards.start { … }                 -- options of the sandbox
--   local board, err = stage:make { videos = "all" }      -- ms:storyboard of storyboards.script in the stage's folder
--   stage:child { die = { "append", 3 } }                 -- the same in a process of its own, killed on the way
--   stage:asked()                                         -- what the server was asked for: kind -> { total, most }

local json = require "studio.json"
local shell = require "spec.support.shell"
local studio = require "studio"

local Stage = {}
Stage.__index = Stage

local storyboards = {}

--- Three shots, of which two have words.
storyboards.script = [[
Title: The Kettle

INT. KITCHEN - DAY

A kettle on the stove.

ANNA
It boils.

BEN
(from afar)
Not yet.

Steam.

EXT. GARDEN - NIGHT

Rain.

ANNA
Listen.
]]

--- What the whole of it comes to, of each kind.
storyboards.whole = { image = 3, video = 3, voice = 3, export = 1 }

--- The options that ask for the whole of it.
storyboards.all = { videos = "all", voices = { ANNA = "voice_ada", BEN = "voice_bruno" }, export = true }

--- A screenplay of so many shots, two to a scene, each second one with words.
function storyboards.screenplay(shots)
  local lines = { "Title: Long", "" }
  for i = 1, shots do
    if i % 2 == 1 then lines[#lines + 1] = ("INT. ROOM %d - DAY\n"):format(i) end
    lines[#lines + 1] = ("Something happens, and it is number %d.\n"):format(i)
    if i % 2 == 0 then lines[#lines + 1] = ("%s\nThis is what I say about number %d.\n"):format(
      i % 4 == 0 and "ANNA" or "BEN", i) end
  end
  return table.concat(lines, "\n")
end

local function with(...)
  local all = {}
  for _, options in ipairs { ... } do
    for name, value in pairs(options) do all[name] = value end
  end
  return all
end

---@param options table? of the sandbox
function storyboards.start(options)
  local ok, folder = shell.run "mktemp -d"
  assert(ok, folder)
  return setmetatable({
    folder = folder:gsub("%s+$", ""),
    server = assert(studio.sandbox.start(with({ limit = 1000000, window = 1, job_seconds = 0.02 }, options or {}))),
  }, Stage)
end

function Stage:stop()
  if self.ms then self.ms:close() end
  self.server:stop()
  shell.run("rm -r " .. self.folder)
end

--- Nothing there any more, at the server and in the folder, and no faults.
function Stage:reset(options)
  self.server:reset()
  self.server:set(with({ faults = json.array {}, wallet = false, job_seconds = 0.02 }, options or {}))
  shell.run(("rm -rf %s/*"):format(self.folder))
end

local BRISK <const> = { limits = false, state_dir = false, backoff_base = 0.005, backoff_cap = 0.01,
  poll = { first = 0.01, cap = 0.05 } }

---@param options table? of studio.mstudio
function Stage:client(options)
  return studio.mstudio(with(BRISK, { api_key = "sk_live_sandbox", base_url = self.server.mstudio_url },
    options or {}))
end

--- ms:storyboard in the stage's folder; nothing needs time to be seen at the server.
function Stage:make(options)
  self.ms = self.ms or self:client()
  return self.ms:storyboard(with({ script = storyboards.script, out = self.folder .. "/out", settle = 0 },
    options or {}))
end

--- The command of a process that makes one; options: die (see storyboard_maker.lua), and those of ms:storyboard that
--- JSON can hold.
function Stage:command(options)
  local all = with({ url = self.server.mstudio_url, script = storyboards.script, out = self.folder .. "/out",
    settle = 0 }, options)
  shell.write(self.folder .. "/options.json", json.encode(all))
  local setup = ("package.path, package.cpath = %q, %q"):format(package.path, package.cpath)
  return table.concat({ os.getenv "STUDIO_LUA" or "lua5.4", "spec/support/storyboard_maker.lua", shell.quote(setup),
    self.folder .. "/options.json" }, " ")
end

--- Runs it to its end.
---@return string|table outcome "killed", or what it told: complete, err, spent, counts …
---@return string output
function Stage:child(options)
  local _, output = shell.run(("%s{ %s; echo status $?; }"):format(options.before or "", self:command(options)))
  if output:match "status (%d+)%s*$" == "137" then return "killed", output end
  return json.decode(output:match "([^\n]*)\nstatus" or "") or output, output
end

--- What the server was asked for.
---@return table<string, { total: integer, most: integer }> by_kind most: of one frame, track or project
function Stage:asked()
  local found = {}
  for kind, targets in pairs(self.server:state().generated) do
    found[kind] = { total = 0, most = 0 }
    for _, count in pairs(targets) do
      found[kind].total = found[kind].total + count
      found[kind].most = math.max(found[kind].most, count)
    end
  end
  return found
end

--- Asked for once each, and all of it.
function Stage:once(whole)
  local asked = self:asked()
  for kind, count in pairs(whole or storyboards.whole) do
    if not asked[kind] or asked[kind].total ~= count or asked[kind].most ~= 1 then
      return false, ("%s: %s"):format(kind, json.encode(asked))
    end
  end
  return true
end

--- Is each file what was made for its shot, and for its words? Asked of the server, by the frames in their order and
--- the names of the tracks.
function Stage:unmixed()
  local client <close> = self:client()
  local list, kept = self:files(), self.folder .. "/kept"
  local function check(job_id, pattern)
    local file
    for _, name in ipairs(list) do file = name:match(pattern) and name or file end
    if not file then return false, "no file " .. pattern end
    assert(assert(assert(client.jobs:get(job_id)):wait()):download(kept))
    if shell.read(kept) == shell.read(self.folder .. "/out/" .. file) then return true end
    return false, file .. " is not what was made for it"
  end
  local project, shot = client.projects:each()(), 0
  for frame in client.frames:each(project) do
    shot = shot + 1
    for _, made in ipairs(frame.jobs) do
      local folder = made.status == "completed" and made.kind .. "s"
      if folder == "images" or folder == "videos" then
        local ok, why = check(made.id, ("^%s/%%d+%%-%03d%%-"):format(folder, shot))
        if not ok then return false, why end
      end
    end
  end
  for track in client.audio:each(project) do
    local of, speech = track.name:match " (%d+)%.(%d+) "
    local ok, why = check(track.job_id, ("^audio/%%d+%%-%03d%%-.*%%-%d%%-"):format(of, speech))
    if not ok then return false, why end
  end
  return true
end

--- The files that were made, sorted.
---@return string[]
function Stage:files()
  local _, output = shell.run(("cd %s/out && find . -type f -size +0 ! -name storyboard.journal | sort"):format(
    self.folder))
  local list = {}
  for name in output:gmatch "%./(%S+)" do list[#list + 1] = name end
  return list
end

--- What is on record: items by key, put together from the lines.
---@param path string of storyboard.journal
---@return table<string, table>? items nil: nothing is there yet
function storyboards.read(path)
  local text = shell.read(path)
  if not text or not text:find "\n" then return nil end
  local items = {}
  for line in text:gmatch "([^\n]*)\n" do
    local said = json.decode(line)
    if said.item then
      local item = items[said.item] or { step = "new" }
      items[said.item] = item
      for name, value in pairs(said) do item[name] = value or nil end
    end
  end
  return items
end

return storyboards
