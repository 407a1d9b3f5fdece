-- The Discovery API: the whole workspace in few large lists, for a token with a signature. SPDX-License-Identifier: MIT
--
-- Plain JSON. A link to the next page is there on the last one, and past it, too.

local basexx = require "basexx"

local answers = require "studio.sandbox.analyst.answers"
local chance = require "studio.sandbox.chance"
local history = require "studio.sandbox.analyst.history"
local json = require "studio.sandbox.json"
local query_rows = require "studio.sandbox.analyst.query_rows"
local requests = require "studio.sandbox.analyst.requests"

local BATCH = "/batch/{workspace}"
local MOST = 1000 -- rows of a page

local function email_of(username) return username .. "@example.invalid" end

-- ---- signature tokens ---------------------------------------------------------------------------------------------

local SHAPE = { name = "string", expires_at = "string", auth_scope = "table" }

local function wrong_signature(fields, now)
  local scope = fields.auth_scope
  if #fields.name < 4 or #fields.name > 64 then return { name = "must have 4 to 64 characters" } end
  local expires = answers.moment(fields.expires_at)
  if not expires or expires <= now then return { expires_at = "must be a time to come" } end
  if scope.authentication_for ~= "batch-api" or scope.authorization_type ~= "read-only" then
    return { auth_scope = "is not included in the list" }
  end
end

-- The secret is told in this answer, and never again.
local function create_signature(ws, req)
  local fields, status, body = requests.fields(req, "signature_token", SHAPE, { "name", "expires_at", "auth_scope" })
  if not fields then return status, body end
  local wrong = wrong_signature(fields, ws:now())
  if wrong then return answers.invalid(wrong) end
  local token, key, secret = ws:new_token "signature", ws:new_token "access key", ws:new_token "access secret"
  ws.bearers[basexx.to_base64(table.concat({ token, key, secret }, ":"))] = {
    id = "signature:" .. token, kind = "signature", user = req.principal.user, token = token,
    expires = answers.moment(fields.expires_at),
  }
  ws:changed("signature_tokens.create", token)
  return 200, {
    token = token, name = fields.name, creator_id = 1, organization_id = 7, access_key = key, access_secret = secret,
    created_at = answers.time(ws:now()), updated_at = answers.time(ws:now()), expires_at = fields.expires_at,
    authentication_for = "batch-api", authorization_type = "read-only",
  }, { ["content-type"] = "application/json" }
end

local function delete_signature(ws, req)
  for value, principal in pairs(ws.bearers) do
    if principal.token == req.args.token then
      ws.bearers[value] = nil
      ws:changed("signature_tokens.delete", req.args.token)
      return 200, {}, { ["content-type"] = "application/json" }
    end
  end
  return answers.not_found "signature token"
end

-- ---- lists --------------------------------------------------------------------------------------------------------

local function number(text, fallback) return text and (math.tointeger(tonumber(text)) or 0) or fallback end

-- One page of `all` below `key`.
local function batch(req, key, all, show)
  local per_page, page = number(req.query.per_page, MOST), number(req.query.page, 1)
  if per_page < 1 or per_page > MOST then return answers.invalid { per_page = "must be above 0 and below 1000" } end
  if page < 1 then return answers.invalid { page = "must be above 0" } end
  local rows = json.array {}
  for i = (page - 1) * per_page + 1, math.min(#all, page * per_page) do rows[#rows + 1] = show(all[i]) end
  local function link(n)
    local more = req.query.include_spaces and "&include_spaces=" .. req.query.include_spaces or ""
    return { href = ("%s?page=%d&per_page=%d%s"):format(req.path, n, per_page, more) }
  end
  return 200, {
    [key] = rows, pagination = { page = page, per_page = per_page, count = #rows, total_count = #all,
      total_pages = (#all + per_page - 1) // per_page },
    _links = { next_page = link(page + 1), prev_page = page > 1 and link(page - 1) or nil },
  }, { ["content-type"] = "application/json" }
end

-- The collections that are told of: personal ones when asked for.
local function collections_of(ws, req)
  local list = {}
  for _, collection in ipairs(ws.collections) do
    if not collection.owner or req.query.include_spaces == "all" then list[#list + 1] = collection end
  end
  return list
end

local function reports_of(ws, req)
  local list = {}
  for _, collection in ipairs(collections_of(ws, req)) do
    for _, report in ipairs(collection.reports) do
      if report.type ~= "DatasetReport" then list[#list + 1] = report end
    end
  end
  return list
end

local function reports(ws, req)
  return batch(req, "reports", reports_of(ws, req), function(report)
    history.settle(ws, report)
    local last = report.last_run and history.run(ws, report, history.count(report)) or nil
    return {
      id = 700000 + report.n, token = report.token, name = report.name, description = report.description or json.null,
      created_at = answers.time(report.created), edited_at = answers.time(report.edited),
      updated_at = answers.time(report.updated), last_successfully_run_at = answers.time(report.last_success),
      last_viewed_at = answers.time(report.last_viewed), last_run_at = answers.time(report.last_run),
      last_run_token = last and last.token or json.null,
      last_run_state = last and history.state(last, ws:now()) or json.null, creator_email = email_of(report.owner),
      space_id = report.collection.n, space_token = report.collection.token,
      report_url = ("https://app.mode.com/%s/reports/%s"):format(ws.name, report.token),
    }
  end)
end

local function report_stats(ws, req)
  return batch(req, "report_stats", reports_of(ws, req), function(report)
    local scheduled = #report.schedules > 0
    return {
      report_id = 700000 + report.n, report_token = report.token, active_schedules_count = #report.schedules,
      explorations_count = 0, view_count = report.views, recent_manual_run_creators_emails = json.array {},
      scheduled_run_creators_emails = json.array(scheduled and { email_of(report.owner) } or {}),
      editors_emails = json.array { email_of(report.owner) },
    }
  end)
end

-- Every query with its report.
local function queries_of(ws, req)
  local list = {}
  for _, report in ipairs(reports_of(ws, req)) do
    for _, query in ipairs(query_rows.of(ws, report)) do list[#list + 1] = { query = query, report = report } end
  end
  return list
end

local function queries(ws, req)
  return batch(req, "queries", queries_of(ws, req), function(item)
    local query, report = item.query, item.report
    local source = ws.data_sources[query.data_source]
    return {
      id = query.id, token = query.token, name = query.name, raw_query = query.raw_query,
      creator_email = email_of(report.owner), data_source_token = source and source.token or json.null,
      report_id = 700000 + report.n, report_token = report.token, space_id = report.collection.n,
      space_token = report.collection.token,
    }
  end)
end

local function charts(ws, req)
  local list = {}
  for _, item in ipairs(queries_of(ws, req)) do
    for _, chart in ipairs(query_rows.charts(ws, item.query)) do
      list[#list + 1] = { chart = chart, report = item.report }
    end
  end
  return batch(req, "charts", list, function(item)
    local chart, report = item.chart, item.report
    return {
      id = chart.n, token = chart.token, chart_type = chart.type, chart_title = chart.title,
      query_id = chart.query.id, query_token = chart.query.token, query_name = chart.query.name,
      report_id = 700000 + report.n, report_token = report.token, report_name = report.name,
      report_creator_email = email_of(report.owner), space_id = report.collection.n,
      space_token = report.collection.token, exploration_url = json.null,
    }
  end)
end

local function collections(ws, req)
  return batch(req, "spaces", collections_of(ws, req), function(collection)
    return {
      id = collection.n, token = collection.token, name = collection.name, description = collection.description,
      space_type = collection.type, default_access = collection.level,
      space_url = ("https://app.mode.com/%s/spaces/%s"):format(ws.name, collection.token),
    }
  end)
end

local function members(ws, req)
  return batch(req, "memberships", ws.users, function(user)
    return {
      id = user.id, token = chance.token(ws.seed, "batch member " .. user.username, 0), state = "active",
      member_email = email_of(user.username), member_username = user.username, banned_at = json.null,
      member_token = chance.token(ws.seed, "account " .. user.username, 0), total_days_engaged = user.id % 300,
      activated_at = answers.time(ws.made - 900 * 86400), last_report_created_at = json.null,
      last_report_viewed_at = answers.time(ws.made - 86400), last_report_run_at = answers.time(ws.made - 2 * 86400),
    }
  end)
end

-- A list for a bearer whose time is not over.
local function signed(handle)
  return function(ws, req)
    if req.principal.expires <= ws:now() then return answers.error(401, "The signature token has expired") end
    return handle(ws, req)
  end
end

return function(add)
  local admin, bearer = { kinds = { workspace = true } }, { kinds = { signature = true } }
  add("POST", BATCH .. "/signature_tokens", "signature_tokens", create_signature, admin)
  add("DELETE", BATCH .. "/signature_tokens/{token}", "signature_tokens", delete_signature, admin)
  add("GET", BATCH .. "/reports", "discovery", signed(reports), bearer)
  add("GET", BATCH .. "/report_stats", "discovery", signed(report_stats), bearer)
  add("GET", BATCH .. "/queries", "discovery", signed(queries), bearer)
  add("GET", BATCH .. "/charts", "discovery", signed(charts), bearer)
  add("GET", BATCH .. "/spaces", "discovery", signed(collections), bearer)
  add("GET", BATCH .. "/members", "discovery", signed(members), bearer)
end
