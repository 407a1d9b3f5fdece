-- mStudio's groups there and back: its methods against the sandbox. SPDX-License-Identifier: MIT

local sandbox = require "spec.support.sandbox"
local shell = require "spec.support.shell"
local studio = require "studio"

local toys, ms, project

setup(function() toys = sandbox.start {} end)
teardown(function() toys:stop() end)

before_each(function()
  toys:reset {}
  ms = toys:mstudio()
  project = assert(ms.projects:create { title = "Teaser" })
end)

local function frames_of(...)
  local frames = {}
  for i, script in ipairs { ... } do frames[i] = assert(ms.frames:create(project, { script = script })) end
  return frames
end

-- The ids of a list's rows.
local function ids(next_row)
  local list = {}
  for row in next_row do list[#list + 1] = row.id end
  return list
end

it("frames are put into an order, talked about, and judged", function()
  local a, b, c = table.unpack(frames_of("A", "B", "C"))
  assert(ms.frames:reorder(project, { c, a.id, b }))
  assert.same({ c.id, a.id, b.id }, ids(ms.frames:each(project)))
  local comment = assert(ms.comments:create(a, { text = "Wider." }))
  assert.same({ comment.id }, ids(ms.comments:each(a)))
  assert.is_truthy(ms.comments:delete(comment))
  assert.same({}, ids(ms.comments:each(a)))
  local review = assert(ms.reviews:create(b, { status = "approved", text = "Good." }))
  assert.same({ review.id }, ids(ms.reviews:each(b)))
end)

it("many jobs are waited for together, failures beside successes, and each take is a version", function()
  local frames = frames_of("A", "FAIL", "C")
  local jobs = studio.map(frames, function(frame) return ms.images:generate(frame, { prompt = frame.script }) end)
  local told = {}
  local results, failures = studio.wait_all(jobs, {
    on_done = function(job, _, _, index) told[index] = job.state end,
  })
  assert.same({ "done", "failed", "done" }, told)
  assert.equal(1, failures.n)
  assert.equal("job_failed", failures[2].kind)
  assert.truthy(results[1].url and results[3].url)
  assert.equal(1, #assert(ms.frames:versions(frames[3])))
  assert.equal(3, #ids(ms.jobs:each { project_id = project.id }))
end)

it("a sound is made, comes down, goes up as an asset and as a voice's sample, byte for byte", function()
  local path, back = os.tmpname(), os.tmpname()
  local voice = assert(ms.voices:create { name = "Ilse" })
  local stock = ms.voices:each()()
  local job = assert(ms.audio:generate_voice(project, { text = "Ahoy!", voice_id = stock.id }))
  assert(assert(job:wait()):download(path))
  assert.equal(1, #ids(ms.audio:each(project)))
  local asset = assert(ms.assets:upload(path, { project_id = project, name = "ahoy" }))
  assert.same({ "audio", "audio/wav", #shell.read(path) }, { asset.type, asset.content_type, asset.size })
  assert(ms:request { url = asset.url, save_to = back })
  assert.equal(shell.read(path), shell.read(back))
  assert.is_truthy(ms.assets:delete(asset))
  assert.equal("not_found", select(2, ms.assets:get(asset)).kind)
  assert.is_string(assert(ms.voices:upload_sample(voice, path)).sample_url)
  os.remove(path)
  os.remove(back)
end)

it("a team is made and people are asked in and out", function()
  local team = assert(ms.teams:create { name = "Crew" })
  assert.equal("Cast", assert(ms.teams:update(team, { name = "Cast" })).name)
  local invite = assert(ms.invites:create(team, { email = "ann@acme.test" }))
  assert.same({ invite.id }, ids(ms.invites:each(team)))
  assert.is_truthy(ms.invites:delete(team, invite))
  assert.same({}, ids(ms.invites:each(team)))
  local err = select(2, ms.members:delete(team, "nobody"))
  assert.equal("not_found", err.kind)
  assert.is_truthy(ms.teams:delete(team))
end)

it("a project has a link while it is shared, and a film when its frames have pictures", function()
  local shared = assert(ms.projects:share(project, { access = "view" }))
  assert.matches("^https?://", shared.url)
  assert.is_truthy(ms.projects:unshare(project))
  local frame = frames_of("A")[1]
  assert(assert(ms.images:generate(frame, { prompt = "A" })):wait())
  local path = os.tmpname()
  for _, way in ipairs { "create", "render" } do
    local job = assert(ms.exports[way](ms.exports, project))
    assert.equal(job.id, assert(ms.exports:get(job)).id)
    assert(assert(job:wait()):download(path))
    assert.equal("ftyp", shell.read(path):sub(5, 8))
  end
  os.remove(path)
end)
