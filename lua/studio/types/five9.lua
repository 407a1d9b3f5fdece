---@meta
-- Types for editors: studio.five9. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Its methods are documented where they are written, in services/five9.

---@class studio.five9.options: studio.options
---@field region "us"|"eu"|"au"|"ca"|"uk"|string|nil where the instance is; or base_url
---@field base_url string? the instance's own, with or without https:// and /api
---@field scope "ac"|"sp"|nil an account (default), or a service provider
---@field scope_id string|integer|nil the account's or service provider's id
---@field api_key string? of the same account or provider; without scope, scope_id and api_key the client is good for
---  f9.chatbot and f9.account only
---@field login_guard { file: string?, attempts: integer? }? file: where failed logins are counted for other processes
---  and later runs; default: in this process only. attempts: how many may fail in a row, default 2
---@field account_limits { ["2FA"]: studio.limit_options?, passwords: studio.limit_options? }|false|nil other limits of
---  f9.account than the published ones; false: none
---@field ip_group string? names the machines that share one address to the outside: those limits count by it; default:
---  this machine

---@alias studio.five9.store string|integer|table a data_store_id, or a row that has one

-- Lists. `list` gives nil, err on failure; `each` raises the error object.
---@alias studio.five9.list fun(self, query: table?, options: table?): table[]?, table, studio.page.info?
---@alias studio.five9.each fun(self, query: table?, options: table?): fun(): table?
---@alias studio.five9.pages fun(self, query: table?, options: table?): fun(): table[]?, table, studio.page.info?

---@class studio.five9.file_options: studio.call_options
---@field save_to string? the file; it appears when it is whole

---@class studio.five9.client: studio.client
---@field data_stores studio.five9.data_stores
---@field rows studio.five9.rows
---@field prompts studio.five9.prompts
---@field files studio.five9.files
---@field account studio.five9.account
---@field chatbot fun(options: studio.five9.bot_options): studio.five9.bot called with a dot
---@field where table see services/five9/where.lua
---@field for_account fun(self: studio.five9.client, id: string|integer): studio.five9.client
