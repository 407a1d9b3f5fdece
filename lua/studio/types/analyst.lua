---@meta
-- Types for editors: studio.analyst. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Its methods are documented where they are written, in services/analyst.

---@class studio.analyst.options: studio.options
---@field workspace string its username, as in https://app.mode.com/USERNAME
---@field token string of the API token
---@field secret string of the API token
---@field token_kind "workspace"|"member"|"personal"|nil what cannot be done with it is refused before sending; nil:
---  everything is sent
---@field limit_key string? the service limits users and not tokens: two tokens of one user share one budget when both
---  clients get the same limit_key; default: the token

---@class studio.analyst.run_options: studio.call_options
---@field find_lost boolean? look among the newest runs for one whose submission got no answer; default true

---@class studio.analyst.save_options
---@field query string|integer|table|nil one query's result: by its name, its token, its number in the run's query runs,
---  or its row
---@field timeout number? seconds until the first byte; large results take the service its time
---@field deadline number? seconds for everything
---@field progress fun(event: studio.transfer.event)?
---@field max_bytes integer? what a packed result may unpack to; default 64 GiB

---@class studio.analyst.row_options: studio.analyst.save_options
---@field format "csv"|"json"|nil default "csv": every value is a text; "json": numbers are exact, null is nil
---@field columns string[]? names of the columns that are wanted

---@class studio.analyst.pdf_options
---@field wait number? seconds that the making may take; default 600
---@field timeout number? seconds of one attempt
---@field deadline number? seconds for everything
---@field progress fun(event: studio.transfer.event)?

---@class studio.analyst.client: studio.client, studio.analyst.links, studio.analyst.management, studio.analyst.inherit
---@field workspace studio.analyst.workspace
---@field memberships studio.analyst.memberships
---@field invites studio.analyst.invites
---@field groups studio.analyst.groups
---@field group_memberships studio.analyst.group_memberships
---@field collections studio.analyst.collections
---@field permissions studio.analyst.permissions
---@field collection_memberships studio.analyst.collection_memberships
---@field reports studio.analyst.reports
---@field runs studio.analyst.runs
---@field query_runs studio.analyst.query_runs
---@field results studio.analyst.results
---@field exports studio.analyst.exports
---@field queries studio.analyst.queries
---@field charts studio.analyst.charts
---@field filters studio.analyst.filters
---@field schedules studio.analyst.schedules
---@field audit_logs studio.analyst.audit_logs
---@field signature_tokens studio.analyst.signature_tokens
---@field subscriptions studio.analyst.subscriptions
---@field datasets studio.analyst.datasets
---@field dataset_runs studio.analyst.dataset_runs
---@field dataset_fields studio.analyst.dataset_fields
---@field field_descriptions studio.analyst.field_descriptions
---@field definitions studio.analyst.definitions
---@field data_sources studio.analyst.data_sources
---@field grants studio.analyst.grants

---@class studio.analyst.discovery.options: studio.options
---@field workspace string its username, as in https://app.mode.com/USERNAME
---@field token string of the signature token
---@field access_key string of the signature token
---@field access_secret string of the signature token

---@class studio.analyst.discovery.client: studio.client
---@field reports studio.analyst.discovery.list
---@field report_stats studio.analyst.discovery.list
---@field queries studio.analyst.discovery.list
---@field charts studio.analyst.discovery.list
---@field collections studio.analyst.discovery.list
---@field members studio.analyst.discovery.list
