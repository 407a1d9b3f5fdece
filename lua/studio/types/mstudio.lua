---@meta
-- Types for editors: studio.mstudio. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Its methods are documented where they are written, in services/mstudio.

---@class studio.mstudio.options: studio.options
---@field api_key string|(fun(): string?, number|string|nil)|nil or a function that gives a key and the seconds it is
---  good for, or nil and why not
---@field token string|(fun(): string?, number|string|nil)|nil a user's Bearer token instead

---@class studio.mstudio.client: studio.client
---@field projects studio.mstudio.projects
---@field frames studio.mstudio.frames
---@field images studio.mstudio.images
---@field jobs studio.mstudio.jobs
