-- The sandbox for Analyst Studio: runs, their results, and PDF exports, as curl sees them. SPDX-License-Identifier: MIT

local asker = require "spec.support.analyst_asker"
local contents = require "studio.sandbox.analyst.contents"
local moment = require "studio.moment"
local sandbox = require "studio.sandbox"
local shell = require "spec.support.shell"

local _ -- what a spec does not look at

local PERSONAL = { who = "tok_personal:sec_personal" }

describe("the sandbox for Analyst Studio", function()
  local sb, curl

  setup(function()
    sb = assert(sandbox.start { analyst_limit = 100000, run_seconds = 0, workspace = { reports = 20 } })
    curl = asker.new(sb)
  end)
  teardown(function() sb:stop() end)
  before_each(function()
    sb:reset()
    sb:set { run_seconds = 0, run_fail_rate = 0, results = "csv", result_rows = 100, faults = {} }
  end)

  -- The path of a report with at least so many runs, and its row.
  local function report_with(runs)
    for _, report in ipairs(curl:reports()) do
      if tonumber(report.runs_count) >= runs and tonumber(report.query_count) > 1 then
        return "/api/acme/reports/" .. report.token, report
      end
    end
    error "no such report"
  end

  local function begin(path, body)
    local status, run = curl:ask("POST", path .. "/runs", body or {})
    assert.equal(202, status)
    return path .. "/runs/" .. run.token, run
  end

  describe("runs", function()
    it("lists those of the past in pages, the newest first, and finds each again", function()
      local path, report = report_with(70)
      local count, seen, newest = tonumber(report.runs_count), {}, nil
      local next_path, pages = path .. "/runs", 0
      while next_path do
        assert.is_true(pages <= count // 30)
        local body = curl:get(next_path)
        pages = pages + 1
        assert.equal(count, body.pagination.total_count)
        assert.equal(pages, body.pagination.page)
        for _, run in ipairs(body._embedded.report_runs) do
          assert.is_nil(seen[run.token])
          seen[run.token] = true
          assert.is_true(not newest or run.created_at <= newest)
          newest = run.created_at
          assert.equal(not next(seen, next(seen)), run.is_latest_report_run)
        end
        next_path = body._links.next_page and body._links.next_page.href
      end
      assert.equal((count + 29) // 30, pages)
      assert.equal(0, #curl:get(path .. "/runs?page=" .. pages + 1)._embedded.report_runs)
      local first = curl:rows(path .. "/runs", "report_runs")[1]
      assert.same(first, curl:get(path .. "/runs/" .. first.token))
      assert.equal(report.last_run_at, first.created_at)
      assert.equal(404, (curl:ask("GET", path .. "/runs/000000000000")))
      assert.equal(500, (curl:ask("GET", path .. "/runs?filter=created_at.gt.2020-01-01")))
    end)

    it("begins one that passes through its states by its age, and counts in the report", function()
      local path, report = report_with(1)
      sb:set { run_seconds = 600 }
      local run_path, run = begin(path, { parameters = { region = "EMEA" } })
      assert.equal("pending", run.state)
      assert.same({ region = "EMEA" }, run.parameters)
      assert.is_nil(run.completed_at)
      assert.is_true(run.is_latest_report_run)
      assert.is_false(run.is_latest_successful_report_run)
      local after = curl:get(path)
      assert.equal(tonumber(report.runs_count) + 1, tonumber(after.runs_count))
      assert.is_true(after.last_run_at > report.last_run_at)
      assert.equal(report.last_successfully_run_at, after.last_successfully_run_at)
      assert.equal("pending", curl:get(run_path).state)
      sb:set { run_seconds = 0 }
      local done_path, done = begin(path)
      assert.is_truthy(done.state == "succeeded" or done.state == "completed")
      assert.is_string(done.completed_at)
      assert.is_true(curl:get(done_path).is_latest_successful_report_run)
      after = curl:get(path)
      assert.equal(done.token, after.last_successful_run_token)
      assert.is_true(after.last_successfully_run_at > report.last_run_at)
      assert.equal(2, sb:state().analyst.changes["runs.run"][report.token])
    end)

    it("fails one that asks for it, and tells why in its queries only", function()
      local path = report_with(1)
      local run_path, run = begin(path, { parameters = { region = "FAIL" } })
      assert.equal("failed", run.state)
      local query_runs = curl:rows(run_path .. "/query_runs", "query_runs")
      assert.is_true(#query_runs > 1)
      assert.equal("failed", query_runs[1].state)
      assert.equal("generic", query_runs[1].error_type)
      assert.matches("does not exist", query_runs[1].error_message)
      assert.equal("succeeded", query_runs[2].state)
      assert.is_nil(query_runs[2].error_message)
      assert.same(query_runs[1], curl:get(run_path .. "/query_runs/" .. query_runs[1].token))
      assert.equal(404, (curl:ask("GET", run_path .. "/results/content.csv")))
      assert.equal("cancelled", select(2, begin(path, { parameters = { region = "CANCEL" } })).state)
      sb:set { run_fail_rate = 1 }
      assert.equal("failed", select(2, begin(path)).state)
    end)

    it("stamps them by a clock of its own, which each answer tells", function()
      sb:set { workspace = { reports = 20, ahead = 86400 * 100 } }
      local path = report_with(1)
      local _, run, headers = curl:ask("POST", path .. "/runs")
      local created, told = moment.read(run.created_at), moment.read_http(headers.date)
      assert.is_true(math.abs(created - told) < 60)
      assert.is_true(math.abs(created - os.time() - 86400 * 100) < 600)
      sb:set { workspace = { reports = 20 } }
    end)

    it("refuses bodies that are of no known form", function()
      local path = report_with(1)
      local before = sb:state().analyst.changes["runs.run"]
      for _, body in ipairs { { parameters = "x" }, { report_run = {} }, { report = {} }, "[1]", "{" } do
        local status, answer = curl:ask("POST", path .. "/runs", body)
        assert.equal(400, status)
        assert.is_string(answer.id)
      end
      local status, answer = curl:ask("POST", path .. "/runs", { report = { dataset_tokens = { { token = "none" } } } })
      assert.same({ 404, "dataset not found" }, { status, answer.message })
      assert.same(before, sb:state().analyst.changes["runs.run"])
    end)

    it("clones for personal tokens, and duplicates for all", function()
      local path, report = report_with(1)
      local run_path = begin(path)
      assert.equal(403, (curl:ask("POST", run_path .. "/clone")))
      local status, made = curl:ask("POST", run_path .. "/clone", nil, PERSONAL)
      assert.equal(200, status)
      assert.equal(report.name, made.name)
      assert.is_not.equal(report.token, made.token)
      local space = curl:rows("/api/acme/spaces?filter=all", "spaces")[2]
      status, made = curl:ask("POST", run_path .. "/duplicates?collection_id=" .. space.token)
      assert.equal(200, status)
      local job = curl:get(run_path .. "/duplicates/" .. made.token)
      assert.equal("completed", job.state)
      assert.equal(space.token, curl:get("/api/acme/reports/" .. job.report_token).space_token)
      assert.equal(404, (curl:ask("POST", run_path .. "/duplicates?collection_id=none")))
      assert.equal("region", curl:rows(run_path .. "/options", "form_fields")[1].name)
    end)
  end)

  describe("results", function()
    it("come as CSV and JSON, of the run and of each query, whole and in parts", function()
      local path = report_with(1)
      local run_path = begin(path)
      local query_runs = curl:rows(run_path .. "/query_runs", "query_runs")
      local csv, headers = curl:get(run_path .. "/results/content.csv")
      assert.matches("^text/csv", headers["content-type"])
      assert.equal(tostring(contents.csv(tonumber(query_runs[1].token:sub(1, 8), 16), 100)), csv)
      local rows = curl:get(run_path .. "/results/content.json")
      assert.equal(100, #rows)
      assert.matches("\n" .. rows[1].id .. ",", csv, 1, true)
      local second = run_path .. "/query_runs/" .. query_runs[2].token .. "/results/content."
      assert.is_not.equal(csv, (curl:get(second .. "csv")))
      assert.equal(100, #curl:get(second .. "json"))
      assert.equal(csv, (curl:get(path .. "/results/content.csv")))
      local status, part
      status, part, headers = curl:ask("GET", run_path .. "/results/content.csv", nil,
        { flags = "-r 1000- -H " .. shell.quote("If-Range: " .. headers.etag) })
      assert.equal(206, status)
      assert.equal(csv:sub(1001), part)
      assert.equal(("bytes 1000-%d/%d"):format(#csv - 1, #csv), headers["content-range"])
    end)

    it("go on where they were cut", function()
      local path = report_with(1)
      local run_path = begin(path)
      sb:set { result_rows = 3000, faults = { { kind = "cut", path = "%.csv$", share = 0.8, count = 1 } } }
      local file = os.tmpname()
      local command = ("curl -s -C - -o %s --noproxy '*' -u tok_workspace:sec_workspace %s/results/content.csv"):format(
        file, sb.analyst_url .. run_path)
      assert.is_false((shell.tool(command)))
      local first = #shell.read(file)
      assert.is_true((shell.tool(command)))
      local text = shell.read(file)
      os.remove(file)
      assert.equal(curl:get(run_path .. "/results/content.csv"), text)
      assert.equal(math.floor(#text * 0.8), first)
    end)

    it("come packed when told to", function()
      local path = report_with(1)
      local run_path = begin(path)
      local plain = curl:get(run_path .. "/results/content.csv")
      sb:set { results = "gzip" }
      local text, headers = curl:get(run_path .. "/results/content.csv", { flags = "--compressed" })
      assert.equal("gzip", headers["content-encoding"])
      assert.equal(plain, text)
      sb:set { results = "zip" }
      text, headers = curl:get(run_path .. "/results/content.csv")
      assert.equal("application/zip", headers["content-type"])
      local file = os.tmpname()
      shell.write(file, text)
      _, text = shell.tool("unzip -p " .. shell.quote(file) .. " 'Query 1.csv'")
      os.remove(file)
      assert.equal(plain, text)
      assert.equal(100, #curl:get(run_path .. "/results/content.json")) -- not a matter of this option
    end)

    it("of a gibibyte are made while they are sent, in little memory #soak", function()
      local path = report_with(1)
      sb:set { result_rows = 20000000 }
      local run_path = begin(path)
      local _, size = shell.tool(("curl -s --noproxy '*' -u tok_workspace:sec_workspace %s | wc -c")
        :format(sb.analyst_url .. run_path .. "/results/content.csv"))
      assert.is_true(tonumber(size) > 1 << 30)
      local _, peak = shell.run(("grep VmHWM /proc/%d/status"):format(sb.pid))
      print(("%.2f GiB in %s"):format(tonumber(size) / (1 << 30), peak:gsub("%s+", " ")))
      assert.is_true(tonumber(peak:match "%d+") < 64 * 1024)
    end)

    it("are not there before the end, and not after a purge", function()
      local path = report_with(1)
      sb:set { run_seconds = 600 }
      local early = begin(path)
      local status, body = curl:ask("GET", early .. "/results/content.csv")
      assert.same({ 404, "not_found", "run results not found" }, { status, body.id, body.message })
      sb:set { run_seconds = 0 }
      local run_path = begin(path)
      assert.is_nil(curl:get(run_path).purge_started_at)
      assert.equal(200, (curl:ask("GET", run_path .. "/results/content.csv")))
      for _, source in ipairs(curl:rows("/api/acme/data_sources", "data_sources")) do
        assert.equal(202, (curl:ask("POST", ("/api/acme/data_sources/%s/purge"):format(source.token))))
      end
      for _, format in ipairs { "csv", "json" } do
        assert.equal(404, (curl:ask("GET", run_path .. "/results/content." .. format)))
      end
      assert.is_string(curl:get(run_path).purge_started_at)
      local again = begin(path)
      assert.equal(200, (curl:ask("GET", again .. "/results/content.csv")))
    end)

    it("are rendered as PDF when asked for", function()
      local path = report_with(1)
      local run_path, run = begin(path)
      local export = path .. "/exports/runs/" .. run.token
      sb:set { run_seconds = 600 }
      local status, body = curl:ask("GET", export .. "/pdf/download")
      assert.same({ 404, "export not yet generated" }, { status, body.message })
      status, body = curl:ask("POST", export .. "/pdf", { trk_source = "report" })
      assert.same({ 200, "new" }, { status, body.state })
      assert.equal(404, (curl:ask("GET", export .. "/pdf/download")))
      assert.equal(200, (curl:ask("GET", run_path)))
      sb:set { run_seconds = 0 }
      local _, other = begin(path)
      export = path .. "/exports/runs/" .. other.token
      body = curl:get(export .. "/pdf.pdf")
      assert.equal("completed", body.state)
      local href = body._links.download.href
      local bytes, headers = curl:get(href)
      assert.equal("application/pdf", headers["content-type"])
      assert.matches("^%%PDF%-1%.4\n.*%%%%EOF\n$", bytes)
    end)
  end)
end)
