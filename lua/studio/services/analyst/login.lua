-- What both APIs of Analyst Studio ask of their users: checks of options, and the limit. SPDX-License-Identifier: MIT

local check = require "studio.check"

local login = {}

-- Documented: 40 requests per 10 s, "or 4 requests per second", for each username; the headers speak of a class of
-- resources. So both are kept: the window, and its rate as a pause. Seconds.
login.limit = { name = "analyst account", requests = 40, window = 10, spacing = 0.25, classes = true }

--- What a user says of himself must be there, and fit into a header.
---@param options table
---@param name string the option
---@param from_where string where a user finds it
---@param what string for messages
function login.check_text(options, name, from_where, what)
  local value = options[name]
  if value == nil or value == "" then
    check.fail("%s: %s is missing (%s; is the environment variable set?)", what, name, from_where)
  end
  if value:find "%c" then
    check.fail("%s: %s has a line break or control character in it (read from a file?)", what, name)
  end
end

--- Checks the options that both APIs take.
---@param options table base_url, workspace, token
---@param what string for messages
function login.check(options, what)
  login.check_text(options, "workspace", "its username, as in https://app.mode.com/USERNAME", what)
  if options.workspace:find "[/?#%s]" then
    check.fail("%s: workspace is the username alone, as in https://app.mode.com/USERNAME", what)
  end
  login.check_text(options, "token", "of the API token", what)
  if options.token:find ":" then check.fail("%s: token has a colon in it: is it token and secret in one?", what) end
  local path = options.base_url:match "^%a+://[^/]+/(.*)$"
  if path then
    check.fail("%s: base_url is the origin alone (https://app.mode.com), without /%s: the routes and the service's "
      .. "links begin with /api and /batch themselves", what, path)
  end
end

return login
