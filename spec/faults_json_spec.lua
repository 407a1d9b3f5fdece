-- Answers that came whole and say nothing that can be used: broken JSON, other things instead of JSON, values at the
-- edge of what JSON can say. SPDX-License-Identifier: MIT

local studio = require "studio"
local peer = require "spec.support.peer"

-- name, the answer's body (a Lua expression), what a read comes to: `says` in the error, or the `value` of `title`.
local cases = {
  { "cut in an object", [['{"id": 1, "title": "half']], says = "the answer is not readable JSON: " },
  { "cut behind a comma", [['{"id": 1,']], says = "line 1, column 10" },
  { "broken in its third line", [['{\n"id": 1,\n"title": tru}']], says = "line 3, column 10" },
  { "of invalid UTF-8", [['{"title": "\xff\xfe"}']], says = "UTF-8" },
  { "with NUL in a string", [['{"title": "a\0b"}']], says = "not readable JSON" },
  { "with NUL behind it", [['{"title": "a"}\0']], says = "not readable JSON" },
  { "100000 arrays deep", [[('['):rep(100000)]], says = "not readable JSON" },
  { "100000 objects deep", [[('{"a":'):rep(100000)]], says = "not readable JSON" },
  { "two values", [['{"title": "a"}{"title": "b"}']], says = "not readable JSON" },
  { "with a number beyond all floats", [['{"title": 1e999}']], says = "not readable JSON" },
  { "with a comment", [['{"title": "a"} // thanks']], says = "not readable JSON" },
  { "with nan", [['{"title": NaN}']], says = "not readable JSON" },
  { "of a web page", [['<!DOCTYPE html><title>Log in</title>']],
    says = "the answer is not JSON but text/html", type = "text/html" },
  { "of a web page that is called JSON", [['<!DOCTYPE html><title>Log in</title>']], says = "not readable JSON" },
  { "of plain text", [['it works!']], says = "the answer is not JSON but text/plain", type = "text/plain" },
  { "of a picture", [['\x89PNG\r\n\x1a\n']], says = "the answer is not JSON but image/png", type = "image/png" },
  { "null", [['null']], says = "the answer is null" },
  { "false", [['false']], says = "the answer is false" },
  { "with equal keys", [['{"title": "first", "title": "last"}']], value = "last" },
  { "with the largest integer", [['{"title": 9223372036854775807}']], value = math.maxinteger },
  { "with a larger integer", [['{"title": 9223372036854775808}']], value = 2.0 ^ 63 },
  { "with a number of 10000 digits behind the point", [['{"title": 0.' .. ('3'):rep(10000) .. '}']], value = 1 / 3 },
  { "of another type than it says", [['{"title": "a"}']], value = "a", type = "text/html" },
  { "with escapes", [['{"title": "\\u0041\\ud83d\\ude00"}']], value = "A😀" },
}

describe("an answer", function()
  local server, ms
  setup(function()
    local bodies = {}
    for i, case in ipairs(cases) do
      bodies[i] = ("{ %s, %q }"):format(case[2], case.type or "application/json")
    end
    server = peer.start(([[function(c)
      local answers = { %s }
      for r in function() return c:request() end do
        local answer = answers[math.tointeger(tonumber(r.target:match "(%%d+)$" or r.body:match "%%d+"))]
        if answer then
          c:answer(answer[1], 200, "Content-Type: " .. answer[2])
        else
          c:answer('{"id": 1, "title": "whole"}', 200, "Content-Type: application/json")
        end
      end
    end]]):format(table.concat(bodies, ",\n")))
    ms = studio.mstudio { api_key = "k", base_url = server.url, deadline = 20, limits = { requests = 1000 } }
  end)
  teardown(function()
    ms:close()
    server:stop()
  end)

  for i, case in ipairs(cases) do
    it(case[1], function()
      local project, err = ms.projects:get(i)
      if case.says then
        assert.is_nil(project)
        assert.equal("protocol", err.kind, tostring(err))
        assert.equal(200, err.status)
        assert.truthy(err.message:find(case.says, 1, true), err.message)
        assert.is_true(#tostring(err) < 600)
        assert.is_false(err.maybe_done)
      else
        assert(project, err)
        assert.equal(case.value, project.title)
        assert.equal(math.type(case.value), math.type(project.title))
      end
      -- a write was done, or may have been: that is not forgotten over an answer that cannot be read
      local made, problem = ms.projects:create { title = tostring(i) }
      if not made then assert.same({ "protocol", true }, { problem.kind, problem.maybe_done }, tostring(problem)) end
      assert.equal("whole", ms.projects:get(1000).title)
    end)
  end
end)
