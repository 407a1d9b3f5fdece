-- Transfers: waiting for a call while showing how far it is, and downloads to files. SPDX-License-Identifier: MIT
--
-- The part file, the rename and the rule that credentials stay on the service's own origin are the core's.

local check = require "studio.check"
local core = require "studio.core"
local filename = require "studio.filename"
local task = require "studio.task"

local transfer = {}

-- Seconds between two reports of progress.
local INTERVAL = 0.25

-- Failures after which the same download may go on.
local resumable = { network = true, timeout = true, protocol = true, server = true, rate_limited = true }

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

---@class studio.transfer.event what a progress function is told
---@field name string what is under way, for people
---@field received integer body bytes so far
---@field sent integer
---@field total integer? of an upload what is to be sent, else the answer's size as announced; nil while unknown

--- Waits for a call; tells `progress` how far it is, now and then and at the end.
---@param call table of the core
---@param progress fun(event: studio.transfer.event)?
---@param name string
---@param uploads boolean? the body of the request is what takes the time
---@return table? response
---@return table? failure
function transfer.watch(call, progress, name, uploads)
  if not progress then return task.await(call) end
  local function tell()
    local p = call:progress()
    if not p then return end
    local total = p.expect or (p.send_total and p.send_total > 0 and p.send_total) or nil
    if uploads then total = p.send_total end
    progress { name = name, received = p.received, sent = p.sent, total = total }
  end
  while not call:done() and not task.is_cancelled() do
    if not task.wait(call, INTERVAL) then tell() end
  end
  if call:done() then tell() end
  return task.await(call)
end

-- What comes of the call with that file; told as a failure of the route "download".
local function fetch(client, url, path, options)
  local value, response = client:request {
    url = url, save_to = path, headers = { Accept = "*/*" },
    progress = options.progress, timeout = options.timeout, deadline = options.deadline,
  }
  if value then return path, response end
  response.route = "download"
  if response.code == "taken" and not response.advice then
    response.advice = "A path that ends with / is a folder, and gets the server's name for the file"
  elseif resumable[response.kind] and not response.advice and exists(path .. ".part.info") then
    response.advice = "What came so far is kept: the same download goes on from there"
  end
  return nil, response
end

-- Into a folder, under the server's name. Until that is known the file has one that only its URL decides, so that
-- another run finds what is there; and never another file is replaced, since a stranger chose the name.
local function into_folder(client, url, folder, options)
  local before = ("%s%s-%s.download"):format(folder, filename.safe(filename.of_url(url)), core.url_id(url):sub(1, 8))
  local path, response = fetch(client, url, before, options)
  if not path then return nil, response end
  local base = filename.choose(response.url or url, response:header "content-disposition",
                               response:header "content-type")
  local done, why, to
  for n = 1, 10000 do
    to = folder .. (n == 1 and base or filename.numbered(base, n))
    done, why = core.place(path, to)
    if done ~= false then break end
  end
  if done then return to, response end
  return nil, client:problem("download", { kind = "file", message = why or "too many files are called " .. base })
end

--- Downloads a URL, which may be on any host, to a file. The file appears under its name when it is whole; a
--- download that broke off goes on when it is asked for again.
---@param client table
---@param url string a secret as a rule: signed URLs open what they point to
---@param path string of the file; one that ends with / is a folder, and the server names the file
---@param options { progress: fun(event: studio.transfer.event)?, timeout: number?, deadline: number? }? seconds
---@return string? path of the file
---@return table response_or_err
function transfer.download(client, url, path, options)
  options = check.options("download", options, { progress = "callable", timeout = "seconds", deadline = "seconds" })
  if type(path) ~= "string" or path == "" or path:find "\0" then
    check.fail("download: path must be a file name, or a folder's with / at its end")
  end
  if path:sub(-1) == "/" then return into_folder(client, url, path, options) end
  return fetch(client, url, path, options)
end

return transfer
