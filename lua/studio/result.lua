-- Results: what a finished job made, with its URLs found and ready to be downloaded. SPDX-License-Identifier: MIT
--
-- Services put URLs into many places; `urls` looks into the usual ones, best first. URLs of results
-- expire, and are secrets: they open what they point to. So none is shown by tostring, and a download
-- that finds its URL expired reads the job again, once, for a fresh one. Bytes that come inline
-- (base64) are left in result.data.

local check = require "studio.check"
local transfer = require "studio.transfer"

local result = {}

-- Fields that hold a URL, a list of them, or a table of them; in this order.
local url_keys = {
  "url", "image_url", "video_url", "audio_url", "file_url", "download_url", "output_url", "urls", "output", "outputs",
  "result", "results", "assets", "images", "image", "videos", "video", "audio", "file", "files", "data", "job",
  "generation_job",
}

-- Names under which tables of URLs keep what is not the result itself.
local beside = { thumbnail = true, poster = true, preview = true, input = true, thumbnail_url = true }

local function add(found, value, origin)
  if value:find "^/[^/]" then value = origin .. value end
  if not value:find "^https?://[^/]" or found[value] then return end
  found[value] = true
  found[#found + 1] = value
end

-- `named`: we are below a key that is known to hold URLs, so that other strings in it may be some too.
local function collect(found, value, origin, depth, named)
  if type(value) == "string" then
    if named then add(found, value, origin) end
  elseif type(value) == "table" and depth > 0 then
    for _, key in ipairs(url_keys) do
      if value[key] ~= nil then collect(found, value[key], origin, depth - 1, true) end
    end
    for _, item in ipairs(value) do collect(found, item, origin, depth - 1, named) end
    if named then
      local labels = {}
      for key, item in pairs(value) do
        if type(key) == "string" and not beside[key] and type(item) == "string" and item:find "^https?://" then
          labels[#labels + 1] = key
        end
      end
      table.sort(labels)
      for _, key in ipairs(labels) do add(found, value[key], origin) end
    end
  end
end

--- The URLs in an answer, best first, each once.
---@param data any
---@param client studio.client where a path without a host belongs to
---@return string[]
function result.urls(data, client)
  local found = {}
  collect(found, data, client.state.origin, 5, false)
  local list = {}
  for i, url in ipairs(found) do list[i] = url end
  return list
end

---@class studio.result
---@field url string? the first URL; a secret as a rule
---@field urls string[]
---@field data table the service's answer
---@field job studio.job
local methods = {}
local Result = { __name = "studio.result", __index = methods }

local function fill(self)
  self.data = self.job.data
  self.urls = result.urls(self.data, self.job.client)
  self.url = self.urls[1]
  return self
end

--- The result of a job that is done.
---@param job studio.job
---@return studio.result
function result.new(job) return fill(setmetatable({ job = job }, Result)) end

function Result:__tostring()
  return ("studio.result of job %s (URLs: %d)"):format(self.job.id or "without id", #self.urls)
end

local expired = { forbidden = true, not_found = true }

--- Downloads the result, or the one of its parts that `which` counts, to a file.
---@param path string one that ends with / is a folder: the server names the file, and nothing there is replaced
---@param options studio.result.download_options?
---@return string? path of the file
---@return table response_or_err
function methods:download(path, options)
  check.method("result:download", self, Result)
  local client, which, rest = self.job.client, 1, {}
  for k, v in pairs(options or {}) do
    if k == "which" then which = v else rest[k] = v end
  end
  local url = self.urls[which]
  local value, response
  if url then
    value, response = transfer.download(client, url, path, rest)
    if value or not expired[response.kind] then return value, response end
  end
  -- Expired, or not there yet: a fresh look at the job may have another URL.
  local job, err = self.job:refresh()
  if not job then return nil, err end
  fill(self)
  local fresh = self.urls[which]
  if fresh and fresh ~= url then return transfer.download(client, fresh, path, rest) end
  if response then return nil, response end
  return nil, client:problem("download", {
    kind = "protocol", message = ("the result of job %s names no URL to download; see result.data"):format(self.job.id),
  })
end

return result
