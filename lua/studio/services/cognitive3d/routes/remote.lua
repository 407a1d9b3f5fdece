-- Routes: remote variables and configurations, A/B tests. SPDX-License-Identifier: MIT
--
-- What the writes answer is not documented.

local doors = require "studio.services.cognitive3d.routes.doors"

local project = "/v0/projects/{project_id}"
local variables, configurations = project .. "/remoteVariables", project .. "/remoteConfigurations"
local tests = project .. "/abTests"

return doors.organization {
  { name = "remote_variables.list", verb = "GET", path = variables, from = "documented", paging = "once" },
  { name = "remote_variables.get", verb = "GET", path = variables .. "/{remote_variable_id}", from = "documented" },
  { name = "remote_variables.create", verb = "POST", path = variables, from = "documented", required = { "name" },
    note = "name, and one of valueString, valueInt, valueBoolean: its type cannot change later" },
  { name = "remote_variables.update", verb = "PUT", path = variables .. "/{remote_variable_id}",
    from = "documented", note = "no route to delete one is published" },

  { name = "remote_configurations.list", verb = "GET", path = configurations, from = "documented", paging = "once" },
  { name = "remote_configurations.create", verb = "POST", path = configurations, from = "documented",
    required = { "name", "remoteVariableId" },
    note = "name, description, remoteVariableId, enabled, overrideValueInt (or …String, …Boolean)" },
  { name = "remote_configurations.update", verb = "PUT", path = configurations .. "/{remote_configuration_id}",
    from = "documented", find_out = "list the project's configurations and compare" },
  { name = "remote_configurations.delete", verb = "DELETE", path = configurations .. "/{remote_configuration_id}",
    from = "documented", find_out = "list the project's configurations" },

  { name = "ab_tests.list", verb = "GET", path = tests, from = "documented", paging = "once" },
  { name = "ab_tests.create", verb = "POST", path = tests, from = "documented",
    required = { "name", "remoteVariableId" },
    note = "name, remoteVariableId, remoteVariableProbability, isEnabled, isSticky (a text, \"true\", in the vendor's "
      .. "example), abTestVariables: { valueInt, probability }" },
  { name = "ab_tests.get", verb = "GET", path = tests .. "/{ab_test_id}", from = "documented" },
  { name = "ab_tests.update", verb = "PUT", path = tests .. "/{ab_test_id}", from = "documented" },
  { name = "ab_tests.delete", verb = "DELETE", path = tests .. "/{ab_test_id}", from = "documented" },
}
