-- A workspace kept clean: what client:audit, client:apply and their kin are made of. SPDX-License-Identifier: MIT

---@class studio.analyst.management methods of studio.analyst.client
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

--- Carries a plan out, with a way back. See studio.services.analyst.apply.
---@param plan studio.analyst.plan|string the plan, or the name of its .json file
---@param options studio.analyst.apply_options
---@return studio.analyst.apply_summary? summary `complete` is false when something failed, or the run was stopped
---@return studio.error? err it could not even begin, and nothing was changed
function management:apply(plan, options) return require("studio.services.analyst.apply")(self, plan, options) end

--- Undoes what apply did. See studio.services.analyst.apply.undo.
---@param log string path of the undo log
---@param options studio.analyst.change_options?
---@return studio.analyst.undo_summary? summary
---@return studio.error? err it could not even begin, and nothing was changed
function management:undo(log, options) return require("studio.services.analyst.apply.undo")(self, log, options) end

return management
