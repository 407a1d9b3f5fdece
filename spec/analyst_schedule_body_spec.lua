-- A schedule that was read, as the body that makes it anew: case by case. SPDX-License-Identifier: MIT

local json = require "studio.json"
local schedule_body = require "studio.services.analyst.apply.schedule_body"

-- What a row comes to, as text: the body, then what is lost.
local function of(text)
  local row = assert(json.decode(text, { null = "keep" }))
  local body, lost = schedule_body.from(row)
  if not body then return nil, lost end
  local names = {}
  for _, loss in ipairs(lost) do names[#names + 1] = loss.field end
  return json.encode(body, { sort = true }), table.concat(names, " ")
end

local CASES <const> = {
  { "numbers beside the prose", [[{"frequency":"daily","hour":"9:45 am","minute":"45 minutes past the hour",
      "cron_hour":9,"cron_minute":45,"time_zone":"UTC"}]],
    '{"cron":{"freq":"daily","hour":9,"minute":45,"time_zone":"UTC"}}' },
  { "prose alone", [[{"frequency":"Daily","hour":"9:45 pm","time_zone":"Pacific Time (US & Canada)"}]],
    '{"cron":{"freq":"daily","hour":21,"minute":45,"time_zone":"Pacific Time (US & Canada)"}}' },
  { "midnight", '{"frequency":"daily","hour":"12 am","minute":"0"}', '{"cron":{"freq":"daily","hour":0,"minute":0}}' },
  { "noon", '{"frequency":"daily","hour":"12:00 p.m."}', '{"cron":{"freq":"daily","hour":12,"minute":0}}' },
  { "24 hours", '{"frequency":"daily","hour":"17:05"}', '{"cron":{"freq":"daily","hour":17,"minute":5}}' },
  { "numbers as text", '{"frequency":"daily","hour":"7","minute":"5"}',
    '{"cron":{"freq":"daily","hour":7,"minute":5}}' },
  { "every quarter of an hour", '{"frequency":"Every 15 minutes"}', '{"cron":{"freq":"every_15_minutes"}}' },
  { "hourly", '{"frequency":"hourly","minute":"10 minutes past the hour"}', '{"cron":{"freq":"hourly","minute":10}}' },
  { "a cron of its own", [[{"cron":{"freq":"weekly","hour":6,"minute":0,"day_of_week":[1,5],"time_zone":"UTC"}}]],
    '{"cron":{"day_of_week":[1,5],"freq":"weekly","hour":6,"minute":0,"time_zone":"UTC"}}' },
  { "a day's number", '{"frequency":"weekly","cron_hour":6,"cron_minute":0,"day_of_week":0}',
    '{"cron":{"day_of_week":0,"freq":"weekly","hour":6,"minute":0}}' },
  { "a day's name, which is a guess", '{"frequency":"weekly","cron_hour":6,"cron_minute":0,"day_of_week":"Thursday"}',
    '{"cron":{"day_of_week":4,"freq":"weekly","hour":6,"minute":0}}', "day_of_week" },
  { "days' names", '{"frequency":"weekly","cron_hour":6,"day_of_week":"Mon, Sun"}',
    '{"cron":{"day_of_week":[1,0],"freq":"weekly","hour":6}}', "day_of_week" },
  { "a day of the month", '{"frequency":"monthly","cron_hour":6,"cron_minute":0,"day_of_month":"3rd"}',
    '{"cron":{"day_of_month":3,"freq":"monthly","hour":6,"minute":0}}' },
  { "name, timeout and parameters", [[{"frequency":"hourly","name":"N","timeout":600,
      "parameters":{"region":"EU","list":[],"none":null}}]],
    '{"cron":{"freq":"hourly"},"name":"N","params":{"list":[],"none":null,"region":"EU"},"timeout":600}' },
  { "nulls and what the service makes", [[{"frequency":"hourly","name":null,"timeout":null,"parameters":{},"token":"t",
      "created_at":"x","next_scheduled_run":"x","report_name":"x","subscribed":true,"retry_state":"none","_links":{},
      "delivery":null,"subscriber_count":0,"retry_count":0}]], '{"cron":{"freq":"hourly"}}' },
  { "what cannot go back", [[{"frequency":"hourly","delivery":{"to":"a"},"subscriber_count":3,"retry_count":2,
      "retry_delay":60,"brand_new":"x"}]],
    '{"cron":{"freq":"hourly"}}', "brand_new delivery retry_count retry_delay subscriber_count" },
  { "a minute that is not understood", '{"frequency":"hourly","minute":"now and then"}', '{"cron":{"freq":"hourly"}}',
    "minute" },
}

local IMPOSSIBLE <const> = {
  { "{}", "how often it ran is not known" },
  { '{"frequency":"fortnightly"}', "how often" },
  { '{"frequency":null,"cron":null}', "how often" },
  { '{"frequency":"daily"}', "its hour is not known" },
  { '{"frequency":"daily","hour":"25:00"}', "its hour is not known" },
  { '{"frequency":"daily","hour":"13 pm"}', "its hour is not known" },
  { '{"frequency":"weekly","hour":"9 am"}', "its day of week is not known" },
  { '{"frequency":"weekly","hour":"9 am","day_of_week":"someday"}', "its day of week is not known" },
  { '{"frequency":"monthly","hour":"9 am"}', "its day of month is not known" },
}

describe("the body of a schedule", function()
  for _, case in ipairs(CASES) do
    it("is made of " .. case[1], function()
      local body, lost = of(case[2])
      assert.are.equal(case[3], body)
      assert.are.equal(case[4] or "", lost)
    end)
  end

  it("is not made of what would run at another time", function()
    for _, case in ipairs(IMPOSSIBLE) do
      local body, why = of(case[1])
      assert.is_nil(body, case[1])
      assert.matches(case[2], why)
    end
  end)

  it("marks alike what does the same, however it is spelt", function()
    local function mark(text) return schedule_body.mark(assert(json.decode(text, { null = "keep" }))) end
    local one = mark '{"token":"a","name":"N","frequency":"Daily","hour":"9:45 am","timeout":600,"parameters":{}}'
    assert.are.equal(one, mark '{"token":"b","name":"N","frequency":"daily","cron_hour":9,"cron_minute":45}')
    assert.are_not.equal(one, mark '{"name":"M","frequency":"daily","cron_hour":9,"cron_minute":45}')
    assert.are_not.equal(one, mark '{"name":"N","frequency":"daily","cron_hour":9,"cron_minute":46}')
    assert.are_not.equal(one,
      mark '{"name":"N","frequency":"daily","cron_hour":9,"cron_minute":45,"parameters":{"a":1}}')
    assert.is_nil(mark "{}")
  end)
end)
