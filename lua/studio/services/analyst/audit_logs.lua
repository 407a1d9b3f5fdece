-- Audit logs: client.audit_logs. SPDX-License-Identifier: MIT

local lists = require "studio.lists"

--- Needs a workspace token. Query: start_timestamp and end_timestamp (ISO 8601, both needed); action, entity_id,
--- entity_type, entity_name, username, ip, event_source.
---@class studio.analyst.audit_logs
---@field list fun(self, query: table, options: studio.call_options?): table[]?, table, studio.page.info
---@field each fun(self, query: table, options: studio.call_options?): fun(): table?
---@field pages fun(self, query: table, options: studio.call_options?): fun(): table[]?, table?, studio.page.info?
local audit_logs = {}
lists(audit_logs, "audit_logs", {})

return audit_logs
