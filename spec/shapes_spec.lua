-- Each envelope, job and paging shape of such services, through mStudio's methods. SPDX-License-Identifier: MIT
--
-- mStudio documents one envelope (`data`) and no paging. The others are those of the vendor's other APIs and of
-- comparable services (Runway, Luma, Krea, LTX, Shotstack, HeyGen, ElevenLabs), as their references show them.

local echo = require "spec.support.echo"
local json = require "studio.json"
local log = require "studio.log"
local studio = require "studio"

local server, ms, lines

local function start(script)
  server = echo.start(script)
  ms = studio.mstudio { api_key = "k", base_url = server.url, limits = false, max_attempts = 1,
    poll = { first = 0.002, cap = 0.01 } }
  lines = {}
  log.set("warn", function(_, line) lines[#lines + 1] = line end)
end

local function stop()
  log.set "off"
  ms:close()
  server:stop()
end

-- One server for a table of answers: each gets a path of its own.
local function each_answer(bodies, path, run)
  local script = {}
  for i, body in ipairs(bodies) do script[path:format(i)] = { { body = body } } end
  start(script)
  for i, body in ipairs(bodies) do
    local ok, why = pcall(run, i, body)
    if not ok then
      stop()
      error(body .. ": " .. tostring(why), 0)
    end
  end
  stop()
end

describe("a row", function()
  it("is found in every envelope, and nothing is said of these", function()
    each_answer({
      '{"success":true,"data":{"id":7,"title":"T"}}', '{"data":{"id":7,"title":"T"}}', '{"id":7,"title":"T"}',
      '{"data":{"id":7,"title":"T"},"error":null,"meta":{"request_id":"r"}}',
      '{"status":"success","message":"ok","data":{"id":7,"title":"T"}}',
    }, "GET /projects/%d", function(i)
      assert.same({ id = 7, title = "T" }, (assert(ms.projects:get(i))))
      assert.same({}, lines)
    end)
  end)

  it("in an envelope that nobody knows comes as it is, and that is told once", function()
    each_answer({ '{"success":true,"team":{"id":7}}', '{"success":true,"team":{"id":7}}' }, "GET /teams/%d", function(i)
      assert.same({ success = true, team = { id = 7 } }, (assert(ms.teams:get(i))))
      assert.equal(1, #lines)
      assert.matches("the answer of mstudio teams.get has no 'data' but 'team'", lines[1], 1, true)
    end)
  end)

  it("that says success: false under 200 is an error with the service's words", function()
    each_answer({ '{"success":false,"message":"No such thing"}' }, "GET /projects/%d", function(i)
      local value, err = ms.projects:get(i)
      assert.is_nil(value)
      assert.equal("invalid", err.kind)
      assert.matches("No such thing", err.message, 1, true)
    end)
  end)
end)

describe("a submission", function()
  it("names its job in every usual place", function()
    each_answer({
      '{"job_id":"j"}', '{"generation_job_id":"j"}', '{"id":"j"}', '{"data":{"id":"j"}}', '{"data":{"job_id":"j"}}',
      '{"data":{"job":{"id":"j"}}}', '{"job":{"id":"j","status":"queued"}}', '{"success":true,"job_id":"j"}',
      '{"status":"processing","id":"j","eta":12,"output":[]}', -- the vendor's other APIs
      '{"success":true,"message":"Render queued","response":{"id":"j","message":"x"}}', -- Shotstack
      '{"data":{"id":"j","type":"video","status":"pending"}}', -- Dafty
      '{"id":"frame","generation_job":{"id":"j","state":"QUEUED"}}',
      '{"generation":{"id":"j","state":"dreaming"}}', -- Luma
      '{"data":[{"job_id":"j","status":"queued"}]}',
    }, "POST /frames/%d/generate-video", function(i)
      local job = assert(ms.videos:generate(i))
      assert.equal("j", job.id)
      assert.is_true(job.state == "waiting" or job.state == "active" or job.state == "unknown", job.state)
      assert.same({}, lines)
    end)
  end)

  it("may hold the result at once, in every usual place", function()
    each_answer({
      '{"data":{"id":9,"video_url":"https://cdn.invalid/v.mp4"}}', '{"url":"https://cdn.invalid/v.mp4"}',
      '{"status":"success","id":"j","output":["https://cdn.invalid/v.mp4"]}',
      '{"data":{"status":"completed","result":{"urls":["https://cdn.invalid/v.mp4"]}}}',
      '{"data":{"state":"completed","assets":{"video":"https://cdn.invalid/v.mp4"}}}',
      '{"status":"completed","result":{"video":"https://cdn.invalid/v.mp4"}}',
      '{"data":{"status":"done","url":"https://cdn.invalid/v.mp4","poster":"https://cdn.invalid/p.png"}}',
      '{"data":{"id":9,"video_url":"https://cdn.invalid/v.mp4","jobs":[{"id":"old","status":"failed"}]}}',
    }, "POST /frames/%d/generate-video", function(i)
      local job = assert(ms.videos:generate(i))
      assert.equal("done", job.state)
      assert.equal("https://cdn.invalid/v.mp4", assert(job:wait()).url)
    end)
  end)

  it("may be a script, which has no address", function()
    start { ["POST /projects/3/generate-script"] = { { body = '{"data":{"id":3,"script":"EXT. HARBOUR"}}' } } }
    local result = assert(assert(ms.projects:generate_script(3, {})):wait())
    assert.equal("EXT. HARBOUR", result.data.script)
    assert.is_nil(result.job.id)
    stop()
  end)

  it("may start several jobs: none is lost", function()
    each_answer({ '{"data":[{"id":"a"},{"id":"b"}]}', '{"data":{"jobs":[{"id":"a"},{"id":"b"}]}}' },
      "POST /frames/%d/multi-shot", function(i)
        local first, _, all = assert(ms.images:multi_shot(i))
        assert.same({ "a", "a", "b" }, { first.id, all[1].id, all[2].id })
      end)
  end)

  it("of an export is read by its own id, or by that of its generation job where it names no other", function()
    start {
      ["POST /projects/1/export"] = { { body = '{"data":{"id":"e1","job_id":"j1","status":"queued"}}' } },
      ["GET /exports/e1"] = { { body = '{"data":{"id":"e1","status":"done","url":"https://cdn.invalid/e"}}' } },
      ["POST /projects/2/render"] = { { body = '{"data":{"job_id":"j2","status":"queued"}}' } },
      ["GET /generation-jobs/j2"] = { { body = '{"data":{"id":"j2","status":"done","url":"https://cdn.invalid/j"}}' } },
    }
    assert.equal("https://cdn.invalid/e", assert(assert(ms.exports:create(1)):wait()).url)
    assert.equal("https://cdn.invalid/j", assert(assert(ms.exports:render(2)):wait()).url)
    stop()
  end)
end)

describe("a job's state", function()
  -- By what each service's reference lists.
  local words = {
    waiting = "pending queued backlogged scheduled throttled waiting created PENDING THROTTLED",
    active = "processing running in_progress generating rendering dreaming sampling intermediate-complete planning "
      .. "fetching saving RUNNING in-progress importing",
    done = "completed complete succeeded success done ready finished SUCCEEDED",
    failed = "failed error rejected expired FAILED",
    cancelled = "cancelled canceled CANCELLED",
    unknown = "intermediate fermenting",
  }
  local list = {}
  for state, text in pairs(words) do
    for word in text:gmatch "%S+" do list[#list + 1] = { word, state } end
  end

  it("is known by all of the words in use, under `status` and `state`", function()
    local bodies = {}
    for _, field in ipairs { "status", "state" } do
      for _, pair in ipairs(list) do
        bodies[#bodies + 1] = ('{"data":{"id":"j","%s":"%s"}}'):format(field, pair[1])
      end
    end
    each_answer(bodies, "GET /generation-jobs/%d", function(i)
      local job = assert(ms.jobs:get(i))
      local pair = list[(i - 1) % #list + 1]
      assert.same({ pair[2], pair[1] }, { job.state, job.raw_state })
    end)
  end)

  it("failed says why, wherever the reason is", function()
    each_answer({
      '{"data":{"id":1,"status":"failed","error":"no paint"}}', '{"id":1,"status":"FAILED","failure":"no paint"}',
      '{"id":1,"state":"failed","failure_reason":"no paint"}',
      '{"id":1,"status":"failed","result":{"error":"no paint"}}',
      '{"data":{"id":1,"status":"failed","error":{"code":"X","message":"no paint"}}}',
      '{"status":"error","message":"no paint"}',
    }, "POST /frames/%d/generate-image", function(i)
      local _, err = assert(ms.images:generate(i, {})):wait()
      assert.equal("job_failed", err.kind)
      assert.matches("no paint", err.message, 1, true)
    end)
  end)
end)

describe("a list", function()
  -- Two pages of each shape, and the query that must ask for the second.
  local shapes = {
    { '{"data":[%s],"links":{"next":"{base}/voices?page=2"},"meta":{"current_page":1,"last_page":2,"total":2}}',
      '{"data":[%s],"links":{"next":null},"meta":{"current_page":2,"last_page":2,"total":2}}', "page=2" },
    { '{"data":[%s],"current_page":1,"last_page":2}', '{"data":[%s],"current_page":2,"last_page":2}', "page=2" },
    { '{"success":true,"data":{"current_page":1,"last_page":2,"data":[%s]}}',
      '{"success":true,"data":{"current_page":2,"last_page":2,"data":[%s]}}', "page=2" },
    { '{"status":"success","data":[%s],"pagination":{"current_page":1,"per_page":1,"total":2,"last_page":2}}',
      '{"status":"success","data":[%s],"pagination":{"current_page":2,"per_page":1,"total":2,"last_page":2}}',
      "page=2" },
    { '{"data":[%s],"next_cursor":"c2"}', '{"data":[%s],"next_cursor":null}', "cursor=c2" },
    { '{"data":[%s],"nextCursor":"c2"}', '{"data":[%s]}', "cursor=c2" }, -- Runway
    { '{"items":[%s],"nextCursor":"c2"}', '{"items":[%s],"nextCursor":null}', "cursor=c2" }, -- Krea
    { '{"voices":[%s],"has_more":true,"next_page_token":"t2","total_count":2}',
      '{"voices":[%s],"has_more":false,"next_page_token":null}', "next_page_token=t2" }, -- ElevenLabs
    { '{"data":{"voices":[%s],"token":"t2"}}', '{"data":{"voices":[%s],"token":null}}', "token=t2" }, -- HeyGen
    { '{"has_more":true,"count":2,"limit":1,"offset":0,"voices":[%s]}',
      '{"has_more":false,"count":2,"limit":1,"offset":1,"voices":[%s]}', "offset=1" }, -- Luma
    { '{"voices":[%s],"offset":0,"total":2}', '{"voices":[%s],"offset":1,"total":2}', "offset=1" },
  }

  for i, shape in ipairs(shapes) do
    it("is read to its end, shape " .. i .. " (" .. shape[3] .. ")", function()
      start { ["GET /voices"] = { { body = shape[1]:format '{"id":1}' }, { body = shape[2]:format '{"id":2}' } } }
      local ids = {}
      for voice in ms.voices:each() do ids[#ids + 1] = voice.id end
      local asked = server:log()
      stop()
      assert.same({ { 1, 2 }, 2, "/voices?" .. shape[3] }, { ids, #asked, asked[2].target })
    end)
  end

  it("is whole where nothing is said of pages", function()
    for _, body in ipairs {
      '[{"id":1}]', '{"data":[{"id":1}]}', '{"voices":[{"id":1}]}', '{"data":{"voices":[{"id":1}]}}',
    } do
      start { ["GET /voices"] = { { body = body } } }
      local rows = json.array {}
      for voice in ms.voices:each() do rows[#rows + 1] = voice end
      local count = #server:log()
      stop()
      assert.same({ { { id = 1 } }, 1, {} }, { rows, count, lines })
    end
  end)

  it("under a name that nobody expects is taken when it stands alone, and that is told once", function()
    start { ["GET /voices"] = { { body = '{"success":true,"speakers":[{"id":1}],"errors":[]}' } } }
    for _ = 1, 2 do assert.same({ { id = 1 } }, (assert(ms.voices:list()))) end
    stop()
    assert.equal(1, #lines)
    assert.matches("voices.list has its list under an unexpected name, 'speakers'", lines[1], 1, true)
  end)

  it("that cannot be told from another beside it is an error", function()
    for _, body in ipairs { '{"a":[{"id":1}],"b":[{"id":2}]}', '{"id":1,"tags":[{"id":2}]}', '{"words":["a"]}' } do
      start { ["GET /voices"] = { { body = body } } }
      local rows, err = ms.voices:list()
      stop()
      assert.is_nil(rows)
      assert.equal("protocol", err.kind)
    end
  end)
end)
