-- Every operation of mStudio that its API reference implies, written by hand from it. SPDX-License-Identifier: MIT
--
-- Not made from our routes: it is what they are held to. The reference names the operations in its scopes ("Projects
-- CRUD, script generation, sharing") and in the texts of its ten sections, and documents one call, GET /projects.
--
-- An entry: { "frames.create", "POST /projects/p1/frames", with = { "p1", { script = "x" } }, body = '{"script":"x"}' }
--   [1]      name of the route, and of the method
--   [2]      what must be sent: verb, path, and query sorted by name
--   with     the method's arguments
--   body     the JSON that must be sent; nil: no body at all
--   file     a form is sent with this text as `file`; its path is the method's argument where `with` says FILE
--   type     the content type of that file
--   rows     the answer is a list of this name; list, each and pages are called
--   job      the method answers with a studio.job of this id
--   says     words of the vendor's that imply it; of several operations by the same words, each has them
--   standing how the form that is sent is known; default "assumed"
--   scope    the scope that a key needs

local sections = {
  { "projects", "Projects" }, { "frames", "Frames" }, { "generations", "Image and Video Generation, Generation Jobs" },
  { "sound", "Audio, Voices" }, { "assets", "Assets, Export" }, { "teams", "Teams" },
}

local operations = {}
for _, section in ipairs(sections) do
  for _, operation in ipairs(require("spec.support.mstudio_operations." .. section[1])) do
    operation.section = section[2]
    operations[#operations + 1] = operation
  end
end

return operations
