-- Logging in as a person: client.account. SPDX-License-Identifier: MIT
--
-- With a key nothing of this is needed, writes included (API reference of the vendor's plugin). Cookies are not kept.

---@class studio.cognitive3d.account
local account = {}

--- Logs a person in. The fields are not documented; editors of 2016 to 2018 sent email and password.
---@param fields table
---@param options studio.call_options?
---@return table? login userId and csrf; nil, err on failure
---@return table response_or_err
function account:login(fields, options) return self.client:call("account.login", nil, fields, options) end

--- The csrf of the login under way.
---@param options studio.call_options?
---@return table? login nil, err on failure
---@return table response_or_err
function account:current(options) return self.client:call("account.current", nil, nil, options) end

return account
