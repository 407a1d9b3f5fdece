-- Operations: remote variables, configurations, A/B tests. See cognitive3d_operations.lua. SPDX-License-Identifier: MIT

local project <const> = "/v0/projects/10"

return {
  { "remote_variables.list", "GET " .. project .. "/remoteVariables", list = "ways" },
  { "remote_variables.get", "GET " .. project .. "/remoteVariables/5", with = { nil, 5 } },
  { "remote_variables.create", "POST " .. project .. "/remoteVariables",
    with = { nil, { name = "speed", valueInt = 3 } }, body = '{"name":"speed","valueInt":3}' },
  { "remote_variables.update", "PUT " .. project .. "/remoteVariables/5",
    with = { nil, { id = 5 }, { name = "speed", valueInt = 4 } }, body = '{"name":"speed","valueInt":4}' },

  { "remote_configurations.list", "GET " .. project .. "/remoteConfigurations", list = "ways" },
  { "remote_configurations.create", "POST " .. project .. "/remoteConfigurations",
    with = { nil, { name = "slow", remoteVariableId = 5, enabled = true, overrideValueInt = 1 } },
    body = '{"name":"slow","remoteVariableId":5,"enabled":true,"overrideValueInt":1}' },
  { "remote_configurations.update", "PUT " .. project .. "/remoteConfigurations/6",
    with = { nil, 6, { enabled = false } }, body = '{"enabled":false}' },
  { "remote_configurations.delete", "DELETE " .. project .. "/remoteConfigurations/6", with = { nil, 6 }, bare = true },

  { "ab_tests.list", "GET " .. project .. "/abTests", list = "ways" },
  { "ab_tests.create", "POST " .. project .. "/abTests",
    with = { nil, { name = "t", remoteVariableId = 5, isSticky = "true",
      abTestVariables = { { valueInt = 1, probability = 0.5 } } } },
    body = [[{"name":"t","remoteVariableId":5,"isSticky":"true",
      "abTestVariables":[{"valueInt":1,"probability":0.5}]}]] },
  { "ab_tests.get", "GET " .. project .. "/abTests/8", with = { nil, 8 } },
  { "ab_tests.update", "PUT " .. project .. "/abTests/8", with = { nil, 8, { isEnabled = false } },
    body = '{"isEnabled":false}' },
  { "ab_tests.delete", "DELETE " .. project .. "/abTests/8", with = { nil, 8 }, bare = true },
}
