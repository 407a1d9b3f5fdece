---@meta
-- Types for editors: studio.mstudio. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Its methods are documented where they are written, in services/mstudio.

---@class studio.mstudio.options: studio.options
---@field api_key string|(fun(): string?, number|string|nil)|nil or a function that gives a key and the seconds it is
---  good for, or nil and why not
---@field token string|(fun(): string?, number|string|nil)|nil a user's Bearer token instead

---@alias studio.mstudio.id string|integer|table the `id` of a thing, or a row or job that has one

-- Lists of the account, and of one thing in it. `list` gives nil, err on failure; `each` raises the error object.
---@alias studio.mstudio.list fun(self, query: table?, options: table?): table[]?, table, studio.page.info?
---@alias studio.mstudio.each fun(self, query: table?, options: table?): fun(): table?
---@alias studio.mstudio.pages fun(self, query: table?, options: table?): fun(): table[]?, table, studio.page.info?
---@alias studio.mstudio.list_of fun(self, parent: studio.mstudio.id, query: table?, options: table?): table[]?, table
---@alias studio.mstudio.each_of fun(self, parent: studio.mstudio.id, query: table?, options: table?): fun(): table?
---@alias studio.mstudio.pages_of fun(self, parent: studio.mstudio.id, query: table?, options: table?): function

---What goes beside an uploaded file. All but the first two is sent, as texts of the form.
---@class studio.mstudio.upload_fields
---@field content_type string? what it is, where its first bytes do not say so; it is believed
---@field filename string? default: the file's own name
---@field project_id studio.mstudio.id?
---@field type string? "image", "audio" or "video"; default, for an asset: what it is
---@field [string] string|number|boolean

---@class studio.mstudio.client: studio.client
---@field projects studio.mstudio.projects
---@field frames studio.mstudio.frames
---@field versions studio.mstudio.versions
---@field comments studio.mstudio.comments
---@field reviews studio.mstudio.reviews
---@field images studio.mstudio.images
---@field videos studio.mstudio.videos
---@field jobs studio.mstudio.jobs
---@field audio studio.mstudio.audio
---@field assets studio.mstudio.assets
---@field exports studio.mstudio.exports
---@field teams studio.mstudio.teams
---@field invites studio.mstudio.invites
---@field members studio.mstudio.members
---@field voices studio.mstudio.voices
---@field storyboard fun(self: studio.mstudio.client, options: studio.mstudio.storyboard.options):
---  (studio.mstudio.storyboard.board|studio.mstudio.storyboard.estimate|nil), studio.error? a screenplay as project,
---  frames, images, videos, voices and film
