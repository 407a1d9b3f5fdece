-- Every operation of Analyst Studio, written by hand from the vendor's texts. SPDX-License-Identifier: MIT
--
-- Not made from our routes: it is what they are held to. Sources: the vendor's swagger file (94 operations) and batch
-- swagger file (8, the Discovery API); the vendor's reference pages and cookbook; an unofficial client, mode-sdk.
--
-- An entry: { "groups.list", "GET /api/acme/groups?member=ann", with = { { member = "ann" } }, rows = "groups" }
--   [1]       name of the route, and of the method unless `method` names another
--   [2]       what must be sent: verb, path, and query sorted by name
--   with      the method's arguments
--   body      the JSON that must be sent; nil: no body at all
--   rows      the answer is a list of this name in `_embedded`; list, each and pages are called
--   empty     the answer is 200 (or 204) without a body
--   accept    the Accept header that must be sent, where it is not application/hal+json
--   kind      false: called without a token_kind, since it is refused to workspace tokens
--   job       the method answers with a studio.job of this id
--   file      the answer is this text; the method takes a path behind its arguments, and saves it there
--   raw       no method, or none that sends this alone: what client:curl shows for these parameters is looked at
--   swagger   false: not in the swagger file; a text: one operation there with the other entries of that text
--   standing  how the form that is sent is known, where not by a vendor's text: "third_party" or "assumed"
--   once      only this one method, no each and pages
--   plain     the list stands in the answer itself, not in `_embedded`
--   client    "discovery": of the other client, which logs in with a signature token
--   batch     of the Discovery API's own swagger file
--   handle    the method answers with a handle of ours

local sections = {
  "workspace", -- identity, memberships, invites, groups
  "collections",
  "reports",
  "runs", -- and results, exports
  "queries", -- and charts, filters
  "schedules", -- and subscriptions
  "datasets",
  "data_sources", -- and definitions, audit logs
  "discovery",
}

local operations = {}
for _, section in ipairs(sections) do
  for _, operation in ipairs(require("spec.support.analyst_operations." .. section)) do
    operation.section = section
    operations[#operations + 1] = operation
  end
end

return operations
