-- Results of runs: into files, whole or not at all, and row by row, packed or not. SPDX-License-Identifier: MIT

local sandbox = require "spec.support.sandbox"
local shell = require "spec.support.shell"

local toys, dir
local defaults = {
  run_seconds = 0.01, run_fail_rate = 0, results = "csv", result_rows = 20, faults = {},
  workspace = { reports = 6, collections = 2, personal = 0 },
}

setup(function()
  toys = sandbox.start()
  local pipe = assert(io.popen "mktemp -d")
  dir = pipe:read "l"
  pipe:close()
end)
teardown(function()
  toys:stop()
  shell.run("rm -rf " .. dir)
end)
before_each(function()
  toys:reset(defaults)
  shell.run(("rm -rf %s/* && mkdir %s/folder"):format(dir, dir))
end)

-- A run that is done, of a report with more than one query.
local function a_result(an)
  for collection in an.collections:each() do
    for report in an.reports:each(collection) do
      if report.type ~= "DatasetReport" then
        local result = assert(assert(an.runs:run(report)):wait())
        if #assert(result:query_runs()) > 1 then return result, report end
      end
    end
  end
end

local function names_in(folder)
  local _, text = shell.run("ls -A " .. folder)
  local names = {}
  for name in text:gmatch "[^\n]+" do names[#names + 1] = name end
  return names
end

local function all(...)
  local rows = {}
  for row in ... do rows[#rows + 1] = row end
  return rows
end

-- What an iterator raises.
local function raised(result, options)
  local ok, err = pcall(function()
    for _ in result:rows(options) do end -- luacheck: ignore 542
  end)
  assert.is_false(ok)
  return err
end

describe("a result", function()
  it("is saved as CSV and JSON, and nothing else is left there", function()
    local result = a_result(toys:analyst())
    assert.equal(dir .. "/a.csv", (assert(result:csv(dir .. "/a.csv"))))
    assert.equal(dir .. "/a.json", (assert(result:json(dir .. "/a.json"))))
    assert.same({ "a.csv", "a.json", "folder" }, names_in(dir))
    assert.matches("^id,region,customer,amount,ordered_at,note\n", shell.read(dir .. "/a.csv"))
    assert.matches('^%[{"id":%d', shell.read(dir .. "/a.json"))
  end)

  it("gives its rows: texts from CSV, exact values from JSON", function()
    local result = a_result(toys:analyst())
    local texts, values = all(result:rows()), all(result:rows { format = "json" })
    assert.equal(20, #texts)
    assert.equal(20, #values)
    for i, row in ipairs(values) do
      assert.equal("integer", math.type(row.id))
      assert.equal(tostring(row.id), texts[i].id)
      if row.note then assert.equal(row.note, texts[i].note) end -- quotes, commas, line breaks
      if row.customer then assert.equal(row.customer, texts[i].customer) end
      assert.is_true(row.amount == nil or row.amount == tonumber(texts[i].amount))
    end
    assert.same({ "note" }, (function()
      local names = {}
      for name in pairs(all(result:rows { columns = { "note" } })[2]) do names[#names + 1] = name end
      return names
    end)())
  end)

  it("is the same whether it comes plain, encoded or in an archive", function()
    local result = a_result(toys:analyst())
    assert(result:csv(dir .. "/plain.csv"))
    local plain = shell.read(dir .. "/plain.csv")
    toys.server:set { results = "gzip" }
    assert(result:csv(dir .. "/gzip.csv"))
    assert.equal(plain, shell.read(dir .. "/gzip.csv"))
    assert.equal(20, #all(result:rows()))
    toys.server:set { results = "zip" }
    local paths = assert(result:csv(dir .. "/folder/"))
    assert.equal(#result:query_runs(), #paths)
    assert.equal(plain, shell.read(paths[1]))
    assert.equal(#paths, #names_in(dir .. "/folder"))
    local twice = assert(result:csv(dir .. "/folder/")) -- nothing there is replaced
    assert.not_equal(paths[1], twice[1])
    assert.equal(2 * #paths, #names_in(dir .. "/folder"))
  end)

  it("of several files is not forced into one", function()
    toys.server:set { results = "zip" }
    local result = a_result(toys:analyst())
    shell.write(dir .. "/a.csv", "older")
    local path, err = result:csv(dir .. "/a.csv")
    assert.is_nil(path)
    assert.equal("conflict", err.kind)
    assert.equal("several", err.code)
    assert.matches("ends with / is a folder", err.advice)
    assert.equal("older", shell.read(dir .. "/a.csv"))
    assert.same({ "a.csv", "folder" }, names_in(dir))
    assert.equal("several", raised(result).code)
  end)

  it("of one query is asked for by number, name or either token", function()
    local result = a_result(toys:analyst())
    local query_runs = assert(result:query_runs())
    local second, ids = query_runs[2], {}
    for _, query in ipairs { 2, second.query_name, second.token, second.query_token, second } do
      ids[#ids + 1] = all(result:rows { query = query })[1].id
    end
    for i = 2, 5 do assert.equal(ids[1], ids[i]) end
    assert.not_equal(ids[1], all(result:rows { query = 1 })[1].id)
    local _, err = result:csv(dir .. "/a.csv", { query = "Qery 2" })
    assert.equal("not_found", err.kind)
    assert.equal("not_found", select(2, result:csv(dir .. "/a.csv", { query = 99 })).kind)
  end)

  it("says which column or option there is not", function()
    local result = a_result(toys:analyst())
    local err = raised(result, { columns = { "amont" } })
    assert.equal("not_found", err.kind)
    assert.matches("did you mean 'amount'", err.message)
    assert.has_error(function() result:rows { format = "xml" } end)
    assert.has_error(function() result:csv "" end)
    assert.has_error(function() result:csv(dir .. "/a", { querry = 1 }) end)
    assert.has_error(function() result.csv(dir .. "/a") end)
  end)
end)

describe("a result that is read row by row", function()
  local getenv = os.getenv
  before_each(function()
    function os.getenv(name) -- luacheck: ignore 122
      return name == "TMPDIR" and dir .. "/folder" or getenv(name)
    end
  end)
  after_each(function() os.getenv = getenv end) -- luacheck: ignore 122

  it("leaves no file behind: at the end, at break, when it fails, or is forgotten", function()
    local result = a_result(toys:analyst())
    all(result:rows())
    for _ in result:rows() do break end -- luacheck: ignore 512
    local forgotten = result:rows()
    forgotten()
    toys.server:set { faults = { { kind = "status", status = 403, path = "content" } } }
    assert.equal("forbidden", raised(result).kind)
    assert.same({}, names_in(dir .. "/folder"))
    assert.equal("table", type(forgotten())) -- it is open, and has no name any more
  end)

  it("is for this user alone meanwhile", function()
    local modes = ""
    all(a_result(toys:analyst()):rows { progress = function()
      local _, text = shell.run(("stat -c %%a %s/folder/*"):format(dir))
      modes = modes .. text
    end })
    assert.matches("^600\n", modes)
    assert.is_nil(modes:find "[1-7]\n")
  end)

  it("goes on where a connection was cut", function()
    toys.server:set { result_rows = 20000, faults = { { kind = "cut", path = "content", count = 2 } } }
    local result = a_result(toys:analyst())
    local count, last = 0, nil
    for row in result:rows() do count, last = count + 1, row end
    assert.equal(20000, count)
    assert.equal("table", type(last))
    local ranged = 0
    for _, record in ipairs(toys.server:log()) do ranged = ranged + (record.status == 206 and 1 or 0) end
    assert.is_true(ranged > 0)
  end)
end)

describe("a download that breaks off", function()
  it("has nothing under its name, and goes on when it is asked for again", function()
    toys.server:set { result_rows = 20000, faults = { { kind = "cut", path = "content", count = 1 } } }
    local result = a_result(toys:analyst { max_attempts = 1 })
    shell.write(dir .. "/a.csv", "older")
    local path, err = result:csv(dir .. "/a.csv")
    assert.is_nil(path)
    assert.is_true(err:is("network", "protocol"))
    assert.matches("the same call goes on from there", err.advice)
    assert.equal("older", shell.read(dir .. "/a.csv"))
    assert.same({ "a.csv", "a.csv.download.part", "a.csv.download.part.info", "folder" }, names_in(dir))
    assert(result:csv(dir .. "/a.csv"))
    assert.equal(206, toys.server:log()[#toys.server:log()].status)
    assert.same({ "a.csv", "folder" }, names_in(dir))
    assert(result:csv(dir .. "/b.csv"))
    assert.equal(shell.read(dir .. "/b.csv"), shell.read(dir .. "/a.csv"))
  end)

  it("or a packed one that is damaged leaves nothing at all", function()
    toys.server:set { faults = { { kind = "status", status = 200, path = "content", body = "\x1f\x8bdamaged" } } }
    local result = a_result(toys:analyst())
    local path, err = result:csv(dir .. "/a.csv")
    assert.is_nil(path)
    assert.equal("protocol", err.kind)
    assert.matches("the result cannot be read: the packed file is damaged", err.message)
    assert.same({ "folder" }, names_in(dir))
    assert.equal("protocol", raised(result).kind)
  end)

  it("or is a web page is no result", function()
    toys.server:set { faults = { { kind = "html", status = 200, path = "content" } } }
    local _, err = a_result(toys:analyst()):csv(dir .. "/a.csv")
    assert.equal("protocol", err.kind)
    assert.matches("web page", err.message)
    assert.same({ "folder" }, names_in(dir))
  end)

  it("for want of the gateway's patience says what helps", function()
    toys.server:set { faults = { { kind = "status", status = 504, path = "content" } } }
    local _, err = a_result(toys:analyst()):csv(dir .. "/a.csv")
    assert.equal(504, err.status)
    assert.matches("raise the option timeout", err.advice)
  end)
end)

describe("a result that is not there", function()
  it("because it was purged, says since when", function()
    local an = toys:analyst()
    local result = a_result(an)
    assert(an.reports:purge { time = os.date("!%Y-%m-%d", os.time() - 86400 * 2),
      end_time = os.date("!%Y-%m-%d", os.time() + 86400 * 2) })
    local _, err = result:csv(dir .. "/a.csv")
    assert.equal("not_found", err.kind)
    assert.equal("purged", err.code)
    assert.matches("were purged %(%d%d%d%d%-", err.message)
    assert.equal("purged", raised(result).code)
  end)

  it("because the run is not over, or ended badly, says so", function()
    toys.server:set { run_seconds = 3600 }
    local an = toys:analyst()
    local report = an.reports:list(an.collections:list()[1])[1]
    local job = assert(an.runs:run(report))
    local _, err = an.results:csv(report, job.id, dir .. "/a.csv")
    assert.equal("conflict", err.kind)
    assert.equal("not_succeeded", err.code)
    assert.matches("has no results: it is %a+", err.message)
  end)

  it("because there is no such run, is the service's own answer", function()
    local an = toys:analyst()
    local report = an.reports:list(an.collections:list()[1])[1]
    local _, err = an.results:json(report, "nothing", dir .. "/a.json")
    assert.equal("not_found", err.kind)
    assert.matches("not found", err.message)
  end)
end)

describe("results of runs that are not ours", function()
  it("are had by the run's token, and the latest by the report's", function()
    local an = toys:analyst()
    local result, report = a_result(an)
    assert(an.results:csv(report, result.run, dir .. "/a.csv"))
    assert.equal(20, #all(an.results:rows(report, result.run)))
    assert(an.results:latest_csv(report, dir .. "/b.csv"))
    assert.equal(shell.read(dir .. "/a.csv"), shell.read(dir .. "/b.csv"))
    assert.equal(20, #all(an.results:latest_rows(report.token, { columns = { "id" } })))
    assert.has_error(function() an.results:of(report) end)
  end)
end)

describe("a PDF", function()
  it("is made, waited for and saved", function()
    local result = a_result(toys:analyst())
    assert.equal(dir .. "/a.pdf", (assert(result:pdf(dir .. "/a.pdf"))))
    assert.matches("^%%PDF", shell.read(dir .. "/a.pdf"))
    assert.matches("/folder/report.*%.pdf$", (assert(result:pdf(dir .. "/folder/"))))
  end)

  it("that is not made yet is not downloaded", function()
    local an = toys:analyst()
    local result = a_result(an)
    toys.server:set { run_seconds = 3600 }
    for _ = 1, 2 do
      local path, err = an.exports:download(result.report, result.run, dir .. "/a.pdf")
      assert.is_nil(path)
      assert.equal("not_found", err.kind)
      assert.equal("not_rendered", err.code)
      assert.matches("has it made", err.advice)
      local job = assert(an.exports:render(result.report, result.run))
      assert.equal("waiting", job.state)
    end
    local _, err = result:pdf(dir .. "/a.pdf", { wait = 0.05 })
    assert.equal("timeout", err.kind)
    assert.matches("client.exports:get%(", err.advice)
    assert.same({ "folder" }, names_in(dir))
  end)

  it("is made once when the answer to the request for it is lost", function()
    local an = toys:analyst()
    local result = a_result(an)
    toys.server:set { faults = { { kind = "drop", method = "POST", effect = true, count = 1 } } }
    assert(result:pdf(dir .. "/a.pdf"))
    assert.equal(1, toys.server:state().analyst.changes["exports.render"][result.run])
  end)
end)
