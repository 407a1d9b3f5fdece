-- Operations: frames, and what hangs on them. See mstudio_operations.lua. SPDX-License-Identifier: MIT

local CRUD = "Frames CRUD"

local operations = {
  { "frames.list", "GET /projects/p1/frames", with = { "p1" }, rows = "frames", says = CRUD },
  { "frames.create", "POST /projects/p1/frames", with = { "p1", { script = "x" } }, body = '{"script":"x"}',
    says = CRUD },
  { "frames.get", "GET /frames/f1", with = { "f1" }, says = CRUD },
  { "frames.update", "PUT /frames/f1", with = { "f1", { script = "y" } }, body = '{"script":"y"}', says = CRUD },
  { "frames.delete", "DELETE /frames/f1", with = { "f1" }, says = CRUD },
  { "frames.reorder", "PUT /projects/p1/frames/order", with = { "p1", { { id = "f2" }, "f1" } },
    body = '{"frame_ids":["f2","f1"]}', says = "Manage frames (shots) within a project" },
  { "versions.list", "GET /frames/f1/versions", with = { "f1" }, rows = "versions", says = "versions" },
  { "comments.list", "GET /frames/f1/comments", with = { "f1" }, rows = "comments", says = "comments" },
  { "comments.create", "POST /frames/f1/comments", with = { "f1", { text = "Good." } }, body = '{"text":"Good."}',
    says = "comments" },
  { "comments.delete", "DELETE /comments/c1", with = { "c1" }, says = "comments" },
  { "reviews.list", "GET /frames/f1/reviews", with = { "f1" }, rows = "reviews", says = "reviews" },
  { "reviews.create", "POST /frames/f1/reviews", with = { "f1", { status = "approved" } },
    body = '{"status":"approved"}', says = "reviews" },
}
for _, operation in ipairs(operations) do operation.scope = "frames" end
return operations
