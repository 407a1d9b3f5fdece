-- Transfers: waiting for a call while showing how far it is, and downloads to files. SPDX-License-Identifier: MIT
--
-- The part file, the rename and the rule that credentials stay on the service's own origin are the core's.

local check = require "studio.check"
local task = require "studio.task"

local transfer = {}

-- Seconds between two reports of progress.
local INTERVAL = 0.25

---@class studio.transfer.event what a progress function is told
---@field name string what is under way, for people
---@field received integer body bytes so far
---@field sent integer
---@field total integer? as announced; nil while unknown

--- Waits for a call; tells `progress` how far it is, now and then and at the end.
---@param call table of the core
---@param progress fun(event: studio.transfer.event)?
---@param name string
---@return table? response
---@return table? failure
function transfer.watch(call, progress, name)
  if not progress then return task.await(call) end
  local function tell()
    local p = call:progress()
    if not p then return end
    local total = p.expect or (p.send_total and p.send_total > 0 and p.send_total) or nil
    progress { name = name, received = p.received, sent = p.sent, total = total }
  end
  while not call:done() and not task.is_cancelled() do
    if not task.wait(call, INTERVAL) then tell() end
  end
  if call:done() then tell() end
  return task.await(call)
end

--- Downloads a URL, which may be on any host, to a file. The file appears under its name when it is whole.
---@param client table
---@param url string a secret as a rule: signed URLs open what they point to
---@param path string
---@param options { progress: fun(event: studio.transfer.event)?, timeout: number?, deadline: number? }? seconds
---@return string? path
---@return table response_or_err
function transfer.download(client, url, path, options)
  options = check.options("download", options, { progress = "callable", timeout = "seconds", deadline = "seconds" })
  if type(path) ~= "string" or path == "" then check.fail("download: path must be a file name") end
  local value, response = client:request {
    url = url, save_to = path, headers = { Accept = "*/*" },
    progress = options.progress, timeout = options.timeout, deadline = options.deadline,
  }
  if not value then
    response.route = "download"
    return nil, response
  end
  return path, response
end

return transfer
