-- Many prompts at once: a plan of what would be made and changed, and then that. SPDX-License-Identifier: MIT
--
--   local plan = assert(f9.prompts:bulk("prompts.csv", { voices = { "Joanna", "Amy" }, state = "prompts.journal" }))
--   io.write(plan:table())
--   local report = assert(plan:apply { progress = studio.progress })
--
-- source.lua reads what is wanted, voices.lua who says it, there.lua what there is; compare.lua decides, plan.lua
-- shows, apply.lua does it.

local check = require "studio.check"
local exchange = require "studio.exchange"
local plan = require "studio.services.five9.bulk.plan"
local record = require "studio.services.five9.record"
local source = require "studio.services.five9.bulk.source"
local there = require "studio.services.five9.bulk.there"
local voices = require "studio.services.five9.bulk.voices"

local WHAT <const>, ROUTE <const> = "prompts:bulk", "prompts.bulk"

---@class studio.five9.bulk.options
---@field voices (string|integer|table)[]? who says each prompt: names, ids, or rows of prompts:voices()
---@field languages string[]? all voices of these ("en-US", "English (US)") say it too
---@field key string? the column or field that names prompts; default "prompt_name"
---@field state string? a file that keeps what was asked for: with it a run that was killed goes on where it was, and
---  nothing is made twice; one run at a time has it
---@field folder_id integer? where prompts are looked for and made; default 0
---@field replace boolean? prompts of which the list does not tell what they say are replaced; default false: left alone
---@field remake boolean? prompts that are on record and gone are made again; default false: left alone
---@field settle number? seconds after which what the service carried out is to be seen in its list; default 30

local rules = { voices = "table", languages = "table", key = "string", state = "string", folder_id = "integer",
  replace = "boolean", remake = "boolean", settle = "seconds" }

-- Each of a list must be of these kinds.
local function check_list(name, list, kinds)
  for i, value in ipairs(list or {}) do check.argument(WHAT, ("%s[%d]"):format(name, i), value, kinds) end
end

local function read_options(given)
  local options = check.options(WHAT, given, rules)
  check_list("voices", options.voices, { "string", "integer", "table" })
  check_list("languages", options.languages, "string")
  return options
end

-- What a record belongs to.
local function header_of(client)
  local facts = client.state.facts
  return { format = "lua-studio five9 prompts", base_url = facts.base_url, scope = facts.scope,
    scope_id = facts.scope_id }
end

--- Plans prompts: see prompts:bulk.
---@param client studio.five9.client
---@param given string|table
---@param options studio.five9.bulk.options?
---@return studio.five9.bulk.plan? plan
---@return studio.error? err
return function(client, given, options)
  options = read_options(options)
  local function refuse(kind, message) return exchange.refuse(client, ROUTE, { kind = kind, message = message }) end
  local wanted, why, kind = source.read(WHAT, given, options.key or "prompt_name")
  if not wanted then return refuse(kind or "invalid", why) end
  local catalogue, err = voices.read(client)
  if not catalogue then return nil, err end
  local assigned
  assigned, why = voices.assign(catalogue, wanted, options)
  if not assigned then return refuse("invalid", why) end
  local header = header_of(client)
  local log
  log, why = record.look(options.state, header)
  if not log then return refuse("file", why) end
  local now
  now, err = there.read(client, options)
  if not now then return nil, err end
  return plan.new(client, { wanted = wanted, options = options, header = header }, now, log)
end
