-- A workspace kept clean: what client:audit and its kin are made of. SPDX-License-Identifier: MIT

local management = {}

--- What would be put away, and why, as a plan; nothing is changed. See studio.services.analyst.audit.
---@param options studio.analyst.audit_options?
---@return studio.analyst.plan? plan nil, err when the workspace could not be read
---@return studio.error? err
function management:audit(options) return require("studio.services.analyst.audit").audit(self, options) end

--- Which reports are scheduled, and which are viewed. See studio.services.analyst.audit.
---@param options table?
---@return studio.analyst.use[]? rows nil, err when the workspace could not be read
---@return table found_or_err
function management:report_use(options) return require("studio.services.analyst.audit").report_use(self, options) end

return management
