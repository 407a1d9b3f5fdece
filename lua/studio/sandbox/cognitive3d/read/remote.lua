-- Remote variables, their configurations, A/B tests. SPDX-License-Identifier: MIT

local collection = require "studio.sandbox.cognitive3d.collection"
local remote = require "studio.sandbox.cognitive3d.remote"

return function(add)
  collection.routes(add, "remoteVariables", remote.variables, "list get create update") -- no way to delete one
  collection.routes(add, "remoteConfigurations", remote.configurations, "list create update delete")
  collection.routes(add, "abTests", remote.tests, "list get create update delete")
end
