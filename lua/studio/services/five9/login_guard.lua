-- The login guard: no user is locked out by logins of ours. SPDX-License-Identifier: MIT
--
-- The instance locks a user after so many failed logins; how many, its system user decides. So a login is on record
-- before it is sent, and what was not a success counts as a failure: an answer that says no, one that never came, a
-- program that was killed meanwhile. After `attempts` of them nothing is sent until somebody says so (allow).
--
-- The record is a file of lines that only grows, for one process at a time (core.journal); it is held for as long as it
-- takes to read it and to add a line. Users stand in it as hashes.

local check = require "studio.check"
local core = require "studio.core"
local errors = require "studio.error"
local log = require "studio.log"
local task = require "studio.task"

local login_guard = {}

local HEAD = "lua-studio login guard 1\n"

-- Seconds after which an attempt without an answer can reach the service no more; and for which a login may go on.
local SETTLED = 300
login_guard.LONGEST = 240

-- Seconds between two tries to get at the file while others have it, and how often that is tried.
local PAUSE, TRIES = 0.02, 500

---@class studio.five9.login_guard
---@field attempts integer
local Guard = {}
Guard.__index = Guard

-- The record of those who name no file.
local memory = { lines = {} }

-- Reading the record ------------------------------------------------------------------------------

-- An attempt stands under each name that its user was called by: one of them may be all that the next one tells.
local function attempts_of(state, name)
  local attempts = state.named[name] or {}
  state.named[name] = attempts
  return attempts
end

local function forget(state, id)
  for _, name in ipairs(state.names_of[id] or {}) do state.named[name][id] = nil end
  state.names_of[id] = nil
end

-- An attempt that succeeds clears those of its names that the service had judged before it was sent. Of others nobody
-- knows in which order it saw them.
local function settled_before(attempts, at, list)
  for id, attempt in pairs(attempts) do
    if attempt.failed or attempt.at + SETTLED <= at then list[#list + 1] = id end
  end
end

local kinds = {
  begun = function(state, id, at, ...)
    local names, attempt = { ... }, { at = math.tointeger(tonumber(at)), clears = {} }
    if not attempt.at or #names == 0 or state.names_of[id] then return nil end
    for _, name in ipairs(names) do
      if not name:find "^%x+$" then return nil end
      settled_before(attempts_of(state, name), attempt.at, attempt.clears)
    end
    for _, name in ipairs(names) do state.named[name][id] = attempt end
    state.names_of[id] = names
    return true
  end,
  failed = function(state, id)
    local names = state.names_of[id]
    if names then state.named[names[1]][id].failed = true end -- else it was allowed meanwhile
    return true
  end,
  unsent = function(state, id)
    forget(state, id)
    return true
  end,
  success = function(state, id)
    local names = state.names_of[id]
    for _, earlier in ipairs(names and state.named[names[1]][id].clears or {}) do forget(state, earlier) end
    forget(state, id)
    return true
  end,
  allowed = function(state, name)
    for id in pairs(state.named[name] or {}) do forget(state, id) end
    return true
  end,
}

-- What the lines say; nil and the number of the line that says nothing.
local function replay(lines)
  local state = { named = {}, names_of = {} }
  for number, line in ipairs(lines) do
    local words = {}
    for word in line:gmatch "%S+" do words[#words + 1] = word end
    local read = kinds[words[1]]
    local whole = words[1] == "begun" and #words >= 4 or words[1] ~= "begun" and #words == 2
    if not (read and whole and read(state, table.unpack(words, 2))) then return nil, number end
  end
  return state
end

local function count(state, name)
  local n = 0
  for _ in pairs(state.named[name] or {}) do n = n + 1 end
  return n
end

local function is_empty(state) return next(state.names_of) == nil end

-- The file ----------------------------------------------------------------------------------------

local function trouble(format, ...)
  return nil, errors.new { kind = "file", code = "login_guard", stage = "not_sent", message = format:format(...) }
end

-- The journal, as soon as nobody else has it.
local function open(path)
  for _ = 1, TRIES do
    local journal, why, code = core.journal(path)
    if journal then return journal end
    if code ~= "busy" then return trouble("the login guard's record cannot be used: %s", why) end
    local slept, err = task.sleep(PAUSE)
    if not slept then return nil, err end -- cancelled
  end
  return trouble("the login guard's record %s is held by another process", path)
end

-- Its lines, with what a crash left of a last one taken away. Nothing of a file that is somebody else's is touched.
local function read(journal, path)
  local handle, why = io.open(path, "rb")
  if not handle then return trouble("the login guard's record cannot be read: %s", why) end
  local text = handle:read "a"
  handle:close()
  if not text then return trouble("the login guard's record %s cannot be read", path) end
  if text:sub(1, #HEAD) ~= HEAD then
    if text ~= HEAD:sub(1, #text) then return trouble("%s is no record of a login guard: name another file", path) end
    local kept, wrong = journal:keep(0)
    if kept then kept, wrong = journal:append(HEAD) end
    if not kept then return trouble("%s", wrong) end
    return {}
  end
  local whole = text:match "^.*\n"
  if #whole < #text then
    local kept, wrong = journal:keep(#whole)
    if not kept then return trouble("%s", wrong) end
  end
  local lines = {}
  for line in whole:sub(#HEAD + 1):gmatch "([^\n]*)\n" do lines[#lines + 1] = line end
  return lines
end

-- Looks at the record, and adds the line that `decide` answers with, while nobody else can. No task may run meanwhile.
local function on_file(path, decide)
  local journal, err = open(path)
  if not journal then return nil, err end
  local _ <close> = journal
  local lines, state, at
  lines, err = read(journal, path)
  if not lines then return nil, err end
  state, at = replay(lines)
  if not state then return trouble("%s, line %d, is no record of a login guard", path, at + 1) end
  local line, answer = decide(state)
  if not line then return answer end
  if #lines > 0 and is_empty(state) then journal:keep(#HEAD) end -- if not, it is only longer than it need be
  local written, why = journal:append(line .. "\n")
  if not written then return trouble("the login guard's record cannot be written: %s", why) end
  return answer
end

local function in_memory(decide)
  local state = assert(replay(memory.lines))
  local line, answer = decide(state)
  if not line then return answer end
  if is_empty(state) then memory.lines = {} end
  table.insert(memory.lines, line)
  return answer
end

function Guard:transact(decide)
  if self.file then return on_file(self.file, decide) end
  return in_memory(decide)
end

-- What it is for ----------------------------------------------------------------------------------

local function fresh_id()
  local loop = core.loop()
  return ("%08x%08x"):format(math.floor(loop:random() * 0x100000000), math.floor(loop:random() * 0x100000000))
end

--- Puts an attempt on record, before it is sent.
---@param ... string what the user is called, each as for key: it counts for all of these names
---@return { id: string?, failed: integer, name: integer? }? ticket without id: it must not be sent, so many failed
---  under that one of the names; nil, err: the record cannot be used
---@return studio.error? err
function Guard:begin(...)
  local names = { ... }
  return self:transact(function(state)
    local most = 0
    for i, name in ipairs(names) do
      local failed = count(state, name)
      if failed >= self.attempts then return nil, { failed = failed, name = i } end
      most = math.max(most, failed)
    end
    local id = fresh_id()
    return ("begun %s %d %s"):format(id, self.clock(), table.concat(names, " ")), { id = id, failed = most }
  end)
end

--- Puts on record what came of it. An attempt of which nobody knows has nothing put on record: it counts.
---@param ticket { id: string }
---@param outcome "success"|"failed"|"unsent"
---@return boolean? recorded nil, err: the attempt goes on counting as one that failed
---@return studio.error? err
function Guard:over(ticket, outcome)
  return self:transact(function() return outcome .. " " .. ticket.id, true end)
end

--- Forgets what failed.
---@param user string
---@return boolean? done
---@return studio.error? err
function Guard:allow(user)
  return self:transact(function() return "allowed " .. user, true end)
end

--- How many logins failed, or may have, since the last success.
---@param user string
---@return integer? failed
---@return studio.error? err
function Guard:failed(user)
  return self:transact(function(state) return nil, count(state, user) end)
end

--- A user as the record has it. Each instance has its own users.
---@param base_url string as base.lua makes it
---@param user string
---@return string
function login_guard.key(base_url, user)
  local origin = base_url:match "^%a[%w+.-]*://[^/]*" or base_url
  return core.sha256("lua-studio login\n" .. origin .. "\n" .. user)
end

--- A guard.
---@param options { file: string?, attempts: integer?, clock: (fun(): integer)? }? clock: whole seconds, for specs
---@param what string for messages
---@return studio.five9.login_guard
function login_guard.new(options, what)
  options = check.options(what .. ": login_guard", options,
    { file = "string", attempts = "integer", clock = "callable" })
  local attempts = options.attempts or 2
  if attempts < 1 then check.fail("%s: login_guard: attempts must be 1 or more", what) end
  return setmetatable({ file = options.file, attempts = attempts, clock = options.clock or os.time }, Guard)
end

--- Tells once that the count ends with the process.
---@param guard studio.five9.login_guard
function login_guard.remark(guard)
  if guard.file then return end
  log.warn_once("login guard", "failed logins are counted in this process only: another one, or the next run, may lock "
    .. "the user out; login_guard = { file = … } keeps the count")
end

return login_guard
