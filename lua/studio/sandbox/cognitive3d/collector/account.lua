-- What the collector tells an editor of its key. SPDX-License-Identifier: MIT

local developer = require "studio.sandbox.cognitive3d.collector.developer"
local json = require "studio.sandbox.json"

local DAY <const> = 86400000

local function user(c3)
  local project = developer.project(c3)
  return 200, { email = "ada@example.com", userId = 1, firstName = "Ada", lastName = "Example",
    projectId = project.id, projectName = project.name, organizationId = project.organizationId,
    organizationName = "Sandbox", keyExpiresAt = c3:now() + 90 * DAY }
end

local function subscriptions(c3)
  return 200, { organizationName = "Sandbox", subscriptions = json.array { { beginning = c3:now() - 30 * DAY,
    expiration = c3:now() + 335 * DAY, planType = "sandbox", isFreeTrial = false, entitlements = {
      can_access_session_audio = true, can_access_eye_tracking = true, can_create_ab_test = true } } } }
end

return function(add)
  add("GET", "/apiKeys/verify", "developer", function() return 200, { valid = true } end)
  add("GET", "/applicationKey", "developer", function() return 200, { apiKey = "data-sandbox", valid = true } end)
  add("GET", "/user", "developer", user)
  add("GET", "/subscriptions", "developer", subscriptions)
end
