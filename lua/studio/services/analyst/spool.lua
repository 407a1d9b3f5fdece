-- Downloads of results: fetched whole, unpacked, and only then under their name. SPDX-License-Identifier: MIT
--
-- What is sent is text, or packed with gzip, or a zip archive of a file for each query (seen by an unofficial client,
-- mode-sdk); first bytes tell which. It comes to PATH.download first, where a download that broke off goes on.

local check = require "studio.check"
local core = require "studio.core"
local filename = require "studio.filename"
local unpack = require "studio.unpack"

local spool = {}

---@class studio.analyst.content what is to be fetched
---@field client studio.client
---@field route string
---@field params table<string, any>
---@field name string what a file of it is called where the server names none: "RUN.csv"
---@field missing (fun(err: studio.error): studio.error)? what stands behind an answer 404

-- Options of a call that a download takes.
spool.options = { timeout = "seconds", deadline = "seconds", progress = "callable", max_bytes = "integer" }

local function problem(content, kind, message, code)
  return content.client:problem(content.route, { kind = kind, message = message, code = code })
end

-- nil, err: what came cannot be read.
local function unreadable(content, why, code)
  local err = problem(content, "protocol", "the result cannot be read: " .. why, code)
  if code == "no_zlib" then err.advice = "Install it (Debian: lua-zlib; LuaRocks: lua-zlib)" end
  return nil, err
end

--- Fetches a result as it is sent.
---@param content studio.analyst.content
---@param path string
---@param options table of spool.options
---@return string? path nil, err on failure
---@return table response_or_err
function spool.fetch(content, path, options)
  local sent = { save_to = path, timeout = options.timeout, deadline = options.deadline, progress = options.progress }
  local value, response = content.client:call(content.route, content.params, nil, sent)
  if value and (response:header "content-type" or ""):lower():find("text/html", 1, true) then
    os.remove(path)
    return nil, content.client:problem(content.route, {
      kind = "protocol", response = response, message = "the answer is a web page, and no result (a login, a proxy?)",
    })
  end
  if value then return path, response end
  if response.status == 404 and content.missing then return nil, content.missing(response) end
  if response.status == 504 or (response.kind == "timeout" and response.code == "attempt") then
    response.advice = "A large result takes the service its time: raise the option timeout, or ask for one query's "
      .. "result (query = …)"
  end
  return nil, response
end

--- Opens a result that was fetched.
---@param content studio.analyst.content
---@param path string
---@param options table of spool.options
---@return studio.unpacked? unpacked nil, err on failure
---@return studio.error? err
function spool.open(content, path, options)
  local unpacked, why, code = unpack.open(path, { max_bytes = options.max_bytes })
  if not unpacked then return unreadable(content, why, code) end
  if #unpacked.names == 0 then
    unpacked:close()
    return unreadable(content, "the archive holds no file")
  end
  return unpacked
end

--- That a result is made of several files, where one is wanted.
---@param content studio.analyst.content
---@param unpacked studio.unpacked
---@param advice string
---@return studio.error
function spool.several(content, unpacked, advice)
  local names = {}
  for i, name in ipairs(unpacked.names) do names[i] = filename.safe(name) end
  local most = 8
  if #names > most then names[most + 1] = ("and %d more"):format(#names - most) end
  local err = problem(content, "conflict", ("the result is %d files: %s"):format(#unpacked.names,
    table.concat(names, ", ", 1, math.min(#names, most + 1))), "several")
  err.advice = advice
  return err
end

--- What a reader of studio.unpack, csv or json_rows says, as an error.
spool.unreadable = unreadable

-- Writes one part of a packed result.
local function write(content, unpacked, which, path)
  local read, why = unpacked:reader(which)
  if not read then return unreadable(content, why) end
  local file
  file, why = io.open(path, "wb")
  if not file then return nil, problem(content, "file", "cannot write " .. why) end
  local ok, failed = true, nil
  for piece in function()
    local piece
    piece, why = read()
    return piece
  end do
    ok, failed = file:write(piece)
    if not ok then break end
  end
  local closed, at_end = file:close() -- a full disk may be told only now
  if ok and closed and not why then return path end
  os.remove(path)
  if why then return unreadable(content, why) end
  return nil, problem(content, "file", ("cannot write %s: %s"):format(path, tostring(failed or at_end)))
end

-- The file that holds a part: the one that came, when it is not packed.
local function unpack_part(content, unpacked, which, fetched)
  if unpacked.kind == "plain" then return fetched end
  return write(content, unpacked, which, fetched .. ".unpacked")
end

-- Gives a finished file a free name in a folder: nothing there is replaced.
local function into_folder(content, from, folder, name)
  for n = 1, 10000 do
    local to = folder .. (n == 1 and name or filename.numbered(name, n))
    local done, why = core.place(from, to)
    if done then return to end
    if done == nil then return nil, problem(content, "file", why) end
  end
  return nil, problem(content, "file", "too many files are called " .. name)
end

-- All parts, each under a name of its own.
local function save_all(content, fetched, unpacked, folder)
  local paths = {}
  for i, name in ipairs(unpacked.names) do
    local from, err = unpack_part(content, unpacked, i, fetched)
    if not from then return nil, err end
    local base = filename.safe(name, content.name)
    paths[i], err = into_folder(content, from, folder, base)
    if not paths[i] then
      if from ~= fetched then os.remove(from) end
      return nil, err
    end
  end
  return paths
end

local function save_one(content, fetched, unpacked, path)
  if #unpacked.names > 1 then
    return nil, spool.several(content, unpacked,
      "A path that ends with / is a folder, and takes them all; query = … asks for one query's result")
  end
  local from, err = unpack_part(content, unpacked, 1, fetched)
  if not from then return nil, err end
  local ok, why = os.rename(from, path)
  if ok then return path end
  if from ~= fetched then os.remove(from) end
  return nil, problem(content, "file", "cannot write " .. tostring(why))
end

local function is_there(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

--- Saves a result, unpacked. The name only ever holds a whole file.
---@param content studio.analyst.content
---@param path string one that ends with / is a folder: files get names of their own, and nothing there is replaced
---@param options table of spool.options
---@return string|string[]|nil path of the file; of a folder, the paths of the files; nil, err on failure
---@return table response_or_err
function spool.save(content, path, options)
  local folder = path:sub(-1) == "/"
  local to = (folder and path .. content.name or path) .. ".download"
  local fetched, response = spool.fetch(content, to, options)
  if not fetched then
    if not response.advice and is_there(to .. ".part.info") then
      response.advice = "What came so far is kept: the same call goes on from there"
    end
    return nil, response
  end
  local unpacked, err = spool.open(content, fetched, options)
  local value
  if unpacked then
    value, err = (folder and save_all or save_one)(content, fetched, unpacked, path)
    unpacked:close()
  end
  os.remove(fetched) -- where it was renamed it is gone already
  if not value then return nil, err end
  return value, response
end

--- A result for the time it is read: nobody else sees its file, which is gone as soon as it is open.
---@param content studio.analyst.content
---@param options table of spool.options
---@return studio.unpacked? unpacked nil, err on failure
---@return studio.error? err
function spool.borrow(content, options)
  local private = os.tmpname() -- made, for this user alone, and as the part of a download it stays so
  local dir = os.getenv "TMPDIR"
  if not dir or dir == "" then dir = private:match "^(.*)/" end
  local path = dir .. "/studio-" .. private:match "[^/]*$"
  if not os.rename(private, path .. ".part") then os.remove(private) end
  local _ <close> = setmetatable({}, { __close = function()
    for _, ending in ipairs { "", ".part", ".part.info" } do os.remove(path .. ending) end
  end })
  local fetched, err = spool.fetch(content, path, options)
  if not fetched then return nil, err end
  return spool.open(content, path, options)
end

--- Checks what was given for a path.
---@param what string for the message
---@param path any
function spool.check_path(what, path)
  if type(path) ~= "string" or path == "" or path:find "\0" then
    check.fail("%s: path must be a file name, or a folder's with / at its end", what)
  end
end

return spool
