-- What a client of Cognitive3D has: client.projects, client.sessions … SPDX-License-Identifier: MIT

return {
  account = require "studio.services.cognitive3d.account",
  organizations = require "studio.services.cognitive3d.organizations",
  tags = require "studio.services.cognitive3d.tags",
  projects = require "studio.services.cognitive3d.projects",
  scenes = require "studio.services.cognitive3d.scenes",
  versions = require "studio.services.cognitive3d.versions",
  collector = require "studio.services.cognitive3d.collector",
}
