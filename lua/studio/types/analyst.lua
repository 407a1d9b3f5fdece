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

---@class studio.analyst.client: studio.client
---@field workspace studio.analyst.workspace
---@field collections studio.analyst.collections
---@field reports studio.analyst.reports
---@field schedules studio.analyst.schedules
