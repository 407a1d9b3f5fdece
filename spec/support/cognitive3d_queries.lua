-- Queries and what they send, written by hand from the vendor's query reference. SPDX-License-Identifier: MIT
--
-- Each: the options of c3:query, and the parts of the body that differ from those of the plainest query ("base").
-- Where `metrics` is not given, it is aggregate.count().

local json = require "studio.json"
local aggregate = require "studio.services.cognitive3d.query.aggregate"
local filter = require "studio.services.cognitive3d.query.filter"
local slice = require "studio.services.cognitive3d.query.slice"

local queries = {}

queries.base = {
  sessionType = '"project"', entityFilters = '{"projectId":10}',
  aggregations = '[{"name":"main","outputType":"json0_key_y","operations":[{"name":"value","type":"sessionCount"}]}]',
}

local function session(name) return '{"fieldParent":"session","fieldName":"' .. name .. '"}' end
local function event(name) return '{"fieldParent":"event","fieldName":"' .. name .. '"}' end
local function prop(family, path, parent)
  return ('{"fieldParent":"%s","nestedFieldName":"%s","path":"%s"}'):format(parent or "session", family, path)
end
local function event_prop(family, path) return prop(family, path, "event") end
local function main(operations, slices, output)
  return ('[{"name":"main","outputType":"%s","operations":[%s]%s}]'):format(output or "json0_key_y", operations,
    slices and ',"sliceBys":[' .. slices .. "]" or "")
end
local count = '{"name":"value","type":"sessionCount"}'
local first_of_2026, first_of_february = 1767225600000, 1769904000000 -- date -u -d 2026-01-01 +%s000

-- The session filters of a query, beside which nothing else is said.
local function filters(given, text) return { { filters = given }, { sessionFilters = "[" .. text .. "]" } } end
local function events(given, text) return { { events = given }, { eventFilters = "[" .. text .. "]" } } end
local function users(given, text) return { { users = given }, { userFilters = "[" .. text .. "]" } } end
local function objectives(given, text) return { { objectives = given }, { objectiveFilters = "[" .. text .. "]" } } end
local function metric(given, text) return { { metrics = given }, { aggregations = main(text) } } end
local function sliced(given, text, output)
  return { { slice = given }, { aggregations = main(count, text, output) } }
end

queries.list = {
  -- Session filters: fields of the service
  filters(filter.eq("sessionId", "1760000000_abc"),
    '{"field":' .. session "sessionId" .. ',"op":"eq","value":"1760000000_abc"}'),
  filters(filter.neq("participantId", "P-1"), '{"field":' .. session "participantId" .. ',"op":"neq","value":"P-1"}'),
  filters(filter.gt("duration", 60000), '{"field":' .. session "duration" .. ',"op":"gt","value":60000}'),
  filters(filter.gte("duration", 60000), '{"field":' .. session "duration" .. ',"op":"gte","value":60000}'),
  filters(filter.lt("userSessionNumber", 3), '{"field":' .. session "userSessionNumber" .. ',"op":"lt","value":3}'),
  filters(filter.lte("duration", 1.5), '{"field":' .. session "duration" .. ',"op":"lte","value":1.5}'),
  filters(filter.in_("participantId", { "a", "b" }),
    '{"field":' .. session "participantId" .. ',"op":"in","values":["a","b"]}'),
  filters(filter.not_in("organizationId", { 1 }),
    '{"field":' .. session "organizationId" .. ',"op":"notIn","values":[1]}'),
  filters(filter.range("duration", 1000, 2000),
    '{"field":' .. session "duration" .. ',"op":"range","min":1000,"max":2000}'),
  filters(filter.range("duration", nil, 2000), '{"field":' .. session "duration" .. ',"op":"range","max":2000}'),
  filters(filter.outside("duration", 1000, 2000),
    '{"field":' .. session "duration" .. ',"op":"outsideRange","min":1000,"max":2000}'),
  filters(filter.eq("participantId", json.null), '{"field":' .. session "participantId" .. ',"op":"eq","value":null}'),

  -- Dates in all their forms
  filters(filter.range("date", "2026-01-01", "2026-02-01"),
    '{"field":' .. session "date" .. ',"op":"range","min":1767225600000,"max":1769904000000}'),
  filters(filter.range("date", "2026-01-01T02:00:00+02:00", "2026-02-01T00:00:00.250Z"),
    '{"field":' .. session "date" .. ',"op":"range","min":1767225600000,"max":1769904000250}'),
  filters(filter.range("date", 1767225600, 1769904000000),
    '{"field":' .. session "date" .. ',"op":"range","min":1767225600000,"max":1769904000000}'),
  filters(filter.range("date", os.date("*t", 1767225600), os.date("*t", 1769904000)),
    '{"field":' .. session "date" .. ',"op":"range","min":1767225600000,"max":1769904000000}'),
  filters({ filter.gte("date", "2026-01-01"), filter.lt("date", "2026-02-01") },
    '{"field":' .. session "date" .. ',"op":"gte","value":1767225600000},'
    .. '{"field":' .. session "date" .. ',"op":"lt","value":1769904000000}'),
  filters(filter.outside("date", "2026-01-01", "2026-02-01"),
    '{"field":' .. session "date" .. ',"op":"outsideRange","min":1767225600000,"max":1769904000000}'),
  { { from = "2026-01-01", to = "2026-02-01" }, { sessionFilters = '[{"field":' .. session "date"
    .. ',"op":"gte","value":1767225600000},{"field":' .. session "date" .. ',"op":"lte","value":1769903999999}]' } },

  -- Session filters: properties, their type by the value's, or said
  filters(filter.gt("c3d.metrics.fps_score", 60),
    '{"field":' .. prop("numericalSessionProp", "c3d.metrics.fps_score") .. ',"op":"gt","value":60}'),
  filters(filter.eq("c3d.app.version", "1.2"),
    '{"field":' .. prop("textualSessionProp", "c3d.app.version") .. ',"op":"eq","value":"1.2"}'),
  filters(filter.eq("c3d.roomscale", true),
    '{"field":' .. prop("booleanSessionProp", "c3d.roomscale") .. ',"op":"eq","value":true}'),
  filters(filter.in_("c3d.device.hmd.type", { "Meta Quest 3" }),
    '{"field":' .. prop("textualSessionProp", "c3d.device.hmd.type") .. ',"op":"in","values":["Meta Quest 3"]}'),
  filters(filter.eq(filter.text "duration", "long"),
    '{"field":' .. prop("textualSessionProp", "duration") .. ',"op":"eq","value":"long"}'),
  filters(filter.neq(filter.number "score", json.null),
    '{"field":' .. prop("numericalSessionProp", "score") .. ',"op":"neq","value":null}'),
  filters(filter.eq(filter.boolean "c3d.app.inEditor", false),
    '{"field":' .. prop("booleanSessionProp", "c3d.app.inEditor") .. ',"op":"eq","value":false}'),
  filters(filter.eq(filter.unnested "c3d.app.version", "1.2"),
    '{"field":{"fieldParent":"session","unnestedFieldName":"textualSessionProp","path":"c3d.app.version"},'
    .. '"op":"eq","value":"1.2"}'),
  filters(filter.gte(filter.unnested "c3d.metrics.comfort_score", 50),
    '{"field":{"fieldParent":"session","unnestedFieldName":"numericalSessionProp","path":"c3d.metrics.comfort_score"},'
    .. '"op":"gte","value":50}'),
  { { exclude_tags = true }, { sessionFilters = '[{"field":' .. prop("booleanSessionProp", "c3d.session_tag.test")
    .. ',"op":"eq","value":false},{"field":' .. prop("booleanSessionProp", "c3d.session_tag.junk")
    .. ',"op":"eq","value":false}]' } },
  { { exclude_tags = { "Crash" } }, { sessionFilters = '[{"field":'
    .. prop("booleanSessionProp", "c3d.session_tag.Crash") .. ',"op":"eq","value":false}]' } },

  -- Filters that join filters
  filters(filter.and_ { filter.gt("a", 1), filter.lt("a", 2) },
    '{"op":"and","children":[{"field":' .. prop("numericalSessionProp", "a") .. ',"op":"gt","value":1},'
    .. '{"field":' .. prop("numericalSessionProp", "a") .. ',"op":"lt","value":2}]}'),
  filters(filter.or_ { filter.eq("a", "x"), filter.eq("b", true) },
    '{"op":"or","children":[{"field":' .. prop("textualSessionProp", "a") .. ',"op":"eq","value":"x"},'
    .. '{"field":' .. prop("booleanSessionProp", "b") .. ',"op":"eq","value":true}]}'),
  filters(filter.none { filter.or_ { filter.eq("a", "x") } },
    '{"op":"none","children":[{"op":"or","children":[{"field":' .. prop("textualSessionProp", "a")
    .. ',"op":"eq","value":"x"}]}]}'),
  filters(filter.or_ { filter.range("date", "2026-01-01", "2026-02-01"), filter.eq("a", "x") },
    '{"op":"or","children":[{"field":' .. session "date" .. ',"op":"range","min":1767225600000,"max":1769904000000},'
    .. '{"field":' .. prop("textualSessionProp", "a") .. ',"op":"eq","value":"x"}]}'),
  { { from = "2026-01-01", to = "2026-02-01", filters = filter.none { filter.lt("date", "2026-01-05") } },
    { sessionFilters = '[{"field":' .. session "date" .. ',"op":"gte","value":' .. first_of_2026 .. '},{"field":'
    .. session "date" .. ',"op":"lte","value":' .. first_of_february - 1 .. '},{"op":"none","children":[{"field":'
    .. session "date" .. ',"op":"lt","value":1767571200000}]}]' } },

  -- Event filters
  events(filter.eq("eventName", "win"), '{"field":' .. event "eventName" .. ',"op":"eq","value":"win"}'),
  events({ filter.eq("eventName", "win"), filter.gt("points", 3) },
    '{"field":' .. event "eventName" .. ',"op":"eq","value":"win"},'
    .. '{"field":' .. event_prop("numericalEventProp", "points") .. ',"op":"gt","value":3}'),
  events(filter.range("date", "2026-01-01", "2026-02-01"),
    '{"field":' .. event "date" .. ',"op":"range","min":1767225600000,"max":1769904000000}'),
  events(filter.lte("sessionRelativeDateTotal", 30000),
    '{"field":' .. event "sessionRelativeDateTotal" .. ',"op":"lte","value":30000}'),
  events(filter.range("yCoord", -1.5, 2), '{"field":' .. event "yCoord" .. ',"op":"range","min":-1.5,"max":2}'),
  events(filter.or_ { filter.eq("Reason", "fell"), filter.eq("objectId", "o-1") },
    '{"op":"or","children":[{"field":' .. event_prop("textualEventProp", "Reason") .. ',"op":"eq","value":"fell"},'
    .. '{"field":' .. event "objectId" .. ',"op":"eq","value":"o-1"}]}'),
  events(filter.gt(filter.number "duration", 3),
    '{"field":' .. event_prop("numericalEventProp", "duration") .. ',"op":"gt","value":3}'),
  events(filter.eq(filter.event(filter.boolean "won"), true),
    '{"field":' .. event_prop("booleanEventProp", "won") .. ',"op":"eq","value":true}'),

  -- User filters: the vendor's four segments
  users(filter.lt("latestSession", 1727448547826), '{"field":"latestSession","op":"lt","value":1727448547826}'),
  users({ filter.gte("latestSession", 1727448547826), filter.lt("earliestSession", 1727448547826) },
    '{"field":"latestSession","op":"gte","value":1727448547826},'
    .. '{"field":"earliestSession","op":"lt","value":1727448547826}'),
  users(filter.gte("earliestSession", "2026-01-01"), '{"field":"earliestSession","op":"gte","value":1767225600000}'),
  users(filter.outside("sessionDatesArray", 1725029347826, 1727448547826),
    '{"field":"sessionDatesArray","op":"outsideRange","min":1725029347826,"max":1727448547826}'),
  users(filter.lt("2ndLatestSession", "2026-01-01"), '{"field":"2ndLatestSession","op":"lt","value":1767225600000}'),

  -- Objective filters
  objectives({ filter.passed(123), filter.failed(124) },
    '{"objectiveVersionId":123,"type":"passed"},{"objectiveVersionId":124,"type":"failed"}'),
  objectives({ filter.step_passed(123, 1), filter.step_failed("123", 2) },
    '{"objectiveVersionId":123,"type":"stepPassed","step":1},{"objectiveVersionId":123,"type":"stepFailed","step":2}'),
  objectives(filter.lte(filter.step_time({ id = 123 }, 1), 60000),
    '{"objectiveVersionId":123,"type":"stepTime","step":1,"op":"lte","value":60000}'),
  objectives(filter.gte(filter.num_steps_completed(123), 2),
    '{"objectiveVersionId":123,"type":"numStepsCompleted","op":"gte","value":2}'),
  objectives(filter.eq(filter.percentage_steps_completed(123), 50.0),
    '{"objectiveVersionId":123,"type":"percentageStepsCompleted","op":"eq","value":50}'),
  objectives(filter.gt(filter.step_time_to_session_end(123, 2), 1000),
    '{"objectiveVersionId":123,"type":"stepTimeToSessionEnd","step":2,"op":"gt","value":1000}'),
  objectives(filter.lt(filter.step_duration(123, 2), 1000),
    '{"objectiveVersionId":123,"type":"stepDuration","step":2,"op":"lt","value":1000}'),
  objectives(filter.neq(filter.step_time_proportion(123, 2), 0.5),
    '{"objectiveVersionId":123,"type":"stepTimeProportion","step":2,"op":"neq","value":0.5}'),
  objectives(filter.passed { id = 7, objectiveVersions = { { id = 70 }, { id = 71, isActive = true } } },
    '{"objectiveVersionId":71,"type":"passed"}'),

  -- Metrics
  metric(aggregate.count(), count),
  metric(aggregate.events(), '{"name":"value","type":"eventCount"}'),
  metric({ aggregate.events(), aggregate.count() },
    '{"name":"count","type":"sessionCount"},{"name":"events","type":"eventCount"}'),
  metric({ total = aggregate.sum "duration" },
    '{"name":"total","type":"sum","field":' .. session "duration" .. "}"),
  metric(aggregate.avg "c3d.metrics.fps_score",
    '{"name":"value","type":"average","field":' .. prop("numericalSessionProp", "c3d.metrics.fps_score") .. "}"),
  metric({ low = aggregate.min "c3d.height", top = aggregate.max(filter.number "duration") },
    '{"name":"low","type":"min","field":' .. prop("numericalSessionProp", "c3d.height")
    .. '},{"name":"top","type":"max","field":' .. prop("numericalSessionProp", "duration") .. "}"),
  metric(aggregate.sum(filter.event "bc_current_session_calories"), '{"name":"value","type":"sum","field":'
    .. event_prop("numericalEventProp", "bc_current_session_calories") .. "}"),
  metric(aggregate.max "yCoord", '{"name":"value","type":"max","field":' .. event "yCoord" .. "}"),
  metric(aggregate.groups("duration", 1000),
    '{"name":"value","type":"Groups","interval":1000,"field":' .. session "duration" .. "}"),
  metric(aggregate.custom_groups("c3d.app.version", { { "1.0", "1.1" } }), '{"name":"value","type":"CustomGroups",'
    .. '"groups":[["1.0","1.1"]],"field":' .. prop("textualSessionProp", "c3d.app.version") .. "}"),

  -- Slices
  sliced(slice.by_date "day", '{"name":"date","timeUnit":"day","timeValue":1,"field":' .. session "date" .. "}"),
  sliced(slice.by_date("week", { week_starts = 1, time_zone = "America/Vancouver", name = "week" }),
    '{"name":"week","timeUnit":"week","timeValue":1,"dayOfWeekOffset":1,"timeZone":"America/Vancouver","field":'
    .. session "date" .. "}"),
  sliced(slice.by_date("month", { count = 2, field = filter.event "date" }),
    '{"name":"date","timeUnit":"month","timeValue":2,"field":' .. event "date" .. "}"),
  sliced(slice.by_text("c3d.app.version", { max_terms = 64, name = "version" }),
    '{"name":"version","maxTerms":64,"field":' .. prop("textualSessionProp", "c3d.app.version") .. "}"),
  sliced(slice.by_text "eventName", '{"name":"eventName","field":' .. event "eventName" .. "}"),
  sliced(slice.by_text(filter.unnested "c3d.geo.country", { max_terms = 1024 }), '{"name":"c3d.geo.country",'
    .. '"maxTerms":1024,"field":{"fieldParent":"session","unnestedFieldName":"textualSessionProp",'
    .. '"path":"c3d.geo.country"}}'),
  sliced(slice.by_boolean "c3d.roomscale", '{"name":"c3d.roomscale","field":'
    .. prop("booleanSessionProp", "c3d.roomscale") .. "}"),
  sliced(slice.by_number("duration", 600000),
    '{"name":"duration","interval":600000,"field":' .. session "duration" .. "}"),
  sliced({ slice.by_number("duration", 600000), slice.by_number("c3d.metrics.ergonomics_score", 25) },
    '{"name":"duration","interval":600000,"field":' .. session "duration"
    .. '},{"name":"c3d.metrics.ergonomics_score","interval":25,"field":'
    .. prop("numericalSessionProp", "c3d.metrics.ergonomics_score") .. "}", "json0_list"),

  -- Whose sessions, and in which shape
  { { output = "json0_list" }, { aggregations = main(count, nil, "json0_list") } },
  { { output = "legacy" }, { aggregations = main(count, nil, "legacy") } },
  { { project = 541 }, { entityFilters = '{"projectId":541}' } },
  { { project = { id = 541 } }, { entityFilters = '{"projectId":541}' } },
  { { session_type = "scene", version = 309, filters = filter.eq("hasFixations", true) },
    { sessionType = '"scene"', entityFilters = '{"projectId":10,"versionId":309}',
      sessionFilters = '[{"field":' .. session "hasFixations" .. ',"op":"eq","value":true}]' } },
  { { session_type = "scene", scene = { id = "579f23a5-6f03-46b8-8898-6361d7d1cc7a" }, version = { id = 309 } },
    { sessionType = '"scene"',
    entityFilters = '{"projectId":10,"sceneId":"579f23a5-6f03-46b8-8898-6361d7d1cc7a","versionId":309}' } },
}

for _, query in ipairs(queries.list) do
  query[1].metrics = query[1].metrics or aggregate.count()
end

return queries
