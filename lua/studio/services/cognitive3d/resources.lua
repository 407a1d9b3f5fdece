-- What a client of Cognitive3D has: client.projects, client.sessions … SPDX-License-Identifier: MIT

return {
  account = require "studio.services.cognitive3d.account",
  organizations = require "studio.services.cognitive3d.organizations",
  tags = require "studio.services.cognitive3d.tags",
  projects = require "studio.services.cognitive3d.projects",
  scenes = require "studio.services.cognitive3d.scenes",
  versions = require "studio.services.cognitive3d.versions",
  sessions = require "studio.services.cognitive3d.sessions",
  objects = require "studio.services.cognitive3d.objects",
  objectives = require "studio.services.cognitive3d.objectives",
  exitpoll = require "studio.services.cognitive3d.exitpoll",
  remote_variables = require "studio.services.cognitive3d.remote_variables",
  remote_configurations = require "studio.services.cognitive3d.remote_configurations",
  ab_tests = require "studio.services.cognitive3d.ab_tests",
  media = require "studio.services.cognitive3d.media",
  widgets = require "studio.services.cognitive3d.widgets",
  dashboards = require "studio.services.cognitive3d.dashboards",
  reviews = require "studio.services.cognitive3d.reviews",
  queries = require "studio.services.cognitive3d.queries",
  collector = require "studio.services.cognitive3d.collector",
  runtime = require "studio.services.cognitive3d.runtime",
}
