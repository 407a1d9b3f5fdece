---@meta
-- Types for editors: studio.cognitive3d. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Its methods are documented where they are written, in services/cognitive3d.

---At least one of the three keys. Each goes to its own host, and to no other.
---@class studio.cognitive3d.options: studio.options
---@field org_key string? "orgkey-…", or an older one with or without "APIKEY:ORGANIZATION ": queries
---@field developer_key string? of one project: uploads
---@field data_key string? the application key of one project: live data
---@field organization_id studio.cognitive3d.id? stands in where a method takes an organization and none is given
---@field project_id studio.cognitive3d.id? stands in where a method takes a project and none is given
---@field environment "production"|"dev"|nil default "production"
---@field base_url string? the host that answers queries, where it is another one
---@field data_url string? the collector's, where it is another one

---@alias studio.cognitive3d.id string|integer|table an `id`, or a row that has one
---@alias studio.cognitive3d.session_id string|table a `sessionId`, or a row that has one
---@alias studio.cognitive3d.scene_id string|table a scene's UUID, or a row of one

-- Lists of one thing. `list` gives nil, err on failure; `each` raises the error object.
---@alias studio.cognitive3d.list_of fun(self, of: studio.cognitive3d.id?, query: table?, more: table?): table[]?, any
---@alias studio.cognitive3d.each_of fun(self, of: studio.cognitive3d.id?, query: table?, options: table?): function
---@alias studio.cognitive3d.pages_of fun(self, of: studio.cognitive3d.id?, query: table?, options: table?): function

-- What things of a project have: the first argument is the project, nil for the client's own.
---@alias studio.cognitive3d.get fun(self, project: studio.cognitive3d.id?, id: studio.cognitive3d.id): any, table
---@alias studio.cognitive3d.create fun(self, project: studio.cognitive3d.id?, fields: table): any, table
---@alias studio.cognitive3d.update fun(self, project: studio.cognitive3d.id?, id: any, fields: table): any, table

-- One part of a stream of a session: scene, number of its version, envelope (userid, sessionid, timestamp, part …).
---@alias studio.cognitive3d.ingest fun(self, scene: any, version: integer|table, envelope: table): any, table

---@class studio.cognitive3d callable: a client
---@overload fun(options: studio.cognitive3d.options): studio.cognitive3d.client
---@field recorder fun(options: table): table live recording
---@field filter studio.cognitive3d.filters of queries, and of lists of sessions
---@field slice studio.cognitive3d.slices of queries
---@field aggregate studio.cognitive3d.metrics of queries

---@class studio.cognitive3d.client: studio.client
---@field filter studio.cognitive3d.filters
---@field slice studio.cognitive3d.slices
---@field aggregate studio.cognitive3d.metrics
---@field query fun(self, options: studio.cognitive3d.query.options, call_options: studio.call_options?):
---  (table[]?), table, studio.cognitive3d.query.info?
---@field upload_scene fun(self, folder: string, options: studio.cognitive3d.upload_scene.options?):
---  studio.cognitive3d.uploaded_scene?, table?
---@field upload_objects fun(self, folder: string, options: studio.cognitive3d.upload_objects.options):
---  studio.cognitive3d.uploaded_objects?, table?
---@field account studio.cognitive3d.account
---@field organizations studio.cognitive3d.organizations
---@field tags studio.cognitive3d.tags
---@field projects studio.cognitive3d.projects
---@field scenes studio.cognitive3d.scenes
---@field versions studio.cognitive3d.versions
---@field sessions studio.cognitive3d.sessions
---@field objects studio.cognitive3d.objects
---@field objectives studio.cognitive3d.objectives
---@field exitpoll studio.cognitive3d.exitpoll
---@field remote_variables studio.cognitive3d.remote_variables
---@field remote_configurations studio.cognitive3d.remote_configurations
---@field ab_tests studio.cognitive3d.ab_tests
---@field media studio.cognitive3d.media
---@field widgets studio.cognitive3d.widgets
---@field dashboards studio.cognitive3d.dashboards
---@field reviews studio.cognitive3d.reviews
---@field queries studio.cognitive3d.queries
---@field collector studio.cognitive3d.collector
---@field runtime studio.cognitive3d.runtime
