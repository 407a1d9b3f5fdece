---@meta
-- Types for editors: what Analyst Studio sends, and what it takes. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Rows are plain tables as the service sent them: fields may be missing, null (then nil) or
-- of another type than documented (counts come as text too), and others may come. Times are ISO 8601 text.

---@alias studio.analyst.id string|table the `token` of a thing, or a row that has one

-- Lists: nil, err when a page fails; `each` raises. `options` are studio.call_options.
---@alias studio.analyst.list fun(self, query: table?, options: table?): table[]?, table, studio.page.info?
---@alias studio.analyst.each fun(self, query: table?, options: table?): fun(): table?
---@alias studio.analyst.pages fun(self, query: table?, options: table?): fun(): table[]?, table, studio.page.info?

-- Lists below a parent, whose id comes first; or below two.
---@alias studio.analyst.list_of fun(self, parent: studio.analyst.id, query: table?, options: table?): table[]?, table
---@alias studio.analyst.each_of fun(self, parent: studio.analyst.id, query: table?, options: table?): fun(): table?
---@alias studio.analyst.pages_of fun(self, parent: studio.analyst.id, query: table?, options: table?): function
---@alias studio.analyst.list_of_two fun(self, parent: table|string, of: table|string, query?, options?): table[]?
---@alias studio.analyst.each_of_two fun(self, parent: table|string, of: table|string, query?, options?): fun(): table?
---@alias studio.analyst.pages_of_two fun(self, parent: table|string, of: table|string, query?, options?): function

---Every row.
---@class studio.analyst.row
---@field token string? its id; the service answers 404 to the number `id`
---@field _links table<string, { href: string, templated: boolean? }>? see client:follow
---@field _forms table? what writes take, where the service says so
---@field _embedded table?

---@class studio.analyst.account: studio.analyst.row
---@field username string
---@field name string?
---@field email string?
---@field plan_code string? "standard", "plus", "free"
---@field membership_type string? "admin", "full"
---@field space_count integer|string|nil
---@field data_source_count integer|string|nil

---@class studio.analyst.membership: studio.analyst.row
---@field admin boolean?
---@field state string?
---@field member_username string?
---@field member_token string?
---@field activated_at string?

---@class studio.analyst.collection: studio.analyst.row
---@field space_type string "private", "community", "custom"
---@field name string?
---@field description string?
---@field state string?
---@field restricted boolean? reported to be false always: see default_access_level
---@field default_access_level string? "restricted", "view", "edit"; creation knows "none" too

---@class studio.analyst.report: studio.analyst.row
---@field name string?
---@field description string?
---@field type string "Report", "DatasetReport" …
---@field space_token string the collection
---@field account_username string?
---@field archived boolean
---@field created_at string
---@field updated_at string
---@field edited_at string?
---@field last_run_at string? when the last run began
---@field last_successfully_run_at string? when the last good run ended
---@field last_successful_run_token string?
---@field query_count integer|string|nil
---@field chart_count integer|string|nil
---@field runs_count integer|string|nil
---@field schedules_count integer|string|nil
---@field view_count integer|string|nil

---@class studio.analyst.report_run: studio.analyst.row also of a dataset
---@field state string "pending", "enqueued", "running_notebook", "succeeded", "failed", "cancelled", "completed"
---@field parameters table?
---@field python_state string? "none", "pending", "submitted", "succeeded", "failed"
---@field created_at string
---@field updated_at string
---@field completed_at string?
---@field purge_started_at string? its results are gone
---@field purge_completed_at string?
---@field is_latest_report_run boolean?
---@field is_latest_successful_report_run boolean?

---@class studio.analyst.query_run: studio.analyst.row
---@field state string its values are not documented
---@field query_token string
---@field query_name string?
---@field raw_source string?
---@field rendered_source string? after its parameters were put in
---@field error_code string?
---@field error_message string?
---@field created_at string
---@field completed_at string?

---@class studio.analyst.query: studio.analyst.row
---@field id integer|string
---@field name string?
---@field raw_query string
---@field data_source_id integer|string the number `id` of a data source
---@field last_run_id integer|string|nil
---@field created_at string
---@field updated_at string

---@class studio.analyst.chart: studio.analyst.row
---@field view table?
---@field view_vegas table? { title, format, encoding, chartType }
---@field created_at string
---@field updated_at string

---@class studio.analyst.schedule: studio.analyst.row
---@field name string?
---@field parameters table?
---@field timeout integer|string|nil seconds
---@field report_token string?
---@field last_run_at string?
---@field last_succeeded_at string?
---@field next_scheduled_run string?
---@field subscriber_count integer|string|nil

---@class studio.analyst.data_source: studio.analyst.row
---@field id integer|string what queries mean by data_source_id
---@field name string
---@field adapter string? "jdbc:…"
---@field vendor string?
---@field database string?
---@field host string?
---@field queryable boolean?

---What a schedule is made of.
---@class studio.analyst.schedule_fields
---@field cron studio.analyst.cron needed to create one
---@field name string?
---@field timeout integer? seconds
---@field params table? the report's parameters

---@class studio.analyst.cron
---@field freq "every_15_minutes"|"every_30_minutes"|"hourly"|"daily"|"weekly"|"monthly"
---@field day_of_month integer?
---@field day_of_week integer? 0 to 6 in the swagger file, 1 to 7 as mode-sdk has it
---@field hour integer?
---@field minute integer?
---@field time_zone string? a name that Rails knows: "UTC", "Eastern Time (US & Canada)"

---The names end in `_enabled` as in the rows; the swagger file has them without that ending.
---@class studio.analyst.subscription_fields
---@field csv_attachments_enabled boolean?
---@field pdf_attachments_enabled boolean?
---@field data_previews_enabled boolean?
---@field data_tables_enabled boolean?
---@field report_links_enabled boolean?

---All but the last are needed to create a filter.
---@class studio.analyst.filter_fields
---@field name string
---@field formula string
---@field data_type string
---@field formula_type string
---@field filter_type "SINGLE"|"MULTI"|"RANGE"
---@field control_type "LIST"|"DROPDOWN"|"RANGE"
---@field variable_type "CONTINUOUS"|"DISCRETE"
---@field options any
---@field next_filter_token string?

---@class studio.analyst.purge_fields
---@field time string a day, "2026-01-31"
---@field end_time string? another one
---@field in_progress boolean? also runs under way; the service's default is true
