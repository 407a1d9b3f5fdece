-- The organization, its projects, and the scenes with their versions and objects. SPDX-License-Identifier: MIT
--
-- The same in every sandbox, so that a script can name them. Each call makes new tables: a state may change its own.

local places = {}

places.organization = 1

-- sdkId (what a sample names), name, mesh, where it stands
local OBJECTS = {
  { "shelf", "Shelf", "shelf_mesh", { -2.5, 1.0, 2.0 } },
  { "till", "Till", "till_mesh", { 1.8, 1.1, -1.5 } },
  { "poster", "Poster \"Sale\"", "poster_mesh", { 0.0, 1.8, 2.9 } },
  { "basket", "Basket", "basket_mesh", { 0.6, 0.4, 0.3 } },
  { "hand-left", "LeftController", "quest_touch_left", { -0.3, 1.2, 0.2 }, true },
  { "hand-right", "RightController", "quest_touch_right", { 0.3, 1.2, 0.2 }, true },
}

-- scene: project, id, name, versions { id, optimized }
local SCENES = {
  { 10, "0c9d7f34-5a1e-4c0b-9b8e-2f1d6a7c8e01", "Shop", { { 101, true }, { 102, false } } },
  { 10, "7be2a1f0-43d6-4f7a-8c55-91e0b2d3c402", "Stockroom", { { 201, false } } },
  { 11, "e41f6a88-0d2b-47c3-a6f9-5b7c8d9e0a03", "Training hall", { { 301, false } } },
}

local PROJECTS = {
  { 10, "Shop floor", "How people find their way in a shop" },
  { 11, "Training", "Fire drill" },
}

local CREATED, DAY = 1751328000000, 86400000 -- 2025-07-01, in ms

local function object(version, n, facts)
  local at = facts[4]
  return {
    id = version.id * 100 + n, versionId = version.id, name = facts[2], meshName = facts[3], sdkId = facts[1],
    isController = facts[5] or false, initialPositionX = at[1], initialPositionY = at[2], initialPositionZ = at[3],
    initialRotationX = 0, initialRotationY = 0, initialRotationZ = 0, initialRotationW = 1, initialScaleX = 1,
    initialScaleY = 1, initialScaleZ = 1, scale = 1, scaleCustomX = 1, scaleCustomY = 1, scaleCustomZ = 1,
    dynamicFileType = "gltf", isOptimized = false, createdAt = version.createdAt, updatedAt = version.createdAt,
    thumbnailLocation = ("versions/%d/files/objects/%s/cvr_object_thumbnail.png"):format(version.id, facts[3]),
  }
end

--- A version of a scene.
---@param scene table
---@param id integer
---@param number integer  1, 2, 3 … within the scene
---@param created integer  ms
function places.version(scene, id, number, created)
  return { id = id, sceneId = scene.id, versionNumber = number, scale = 1.0, sdkVersion = "2.3.1",
    sceneFileType = "gltf", hasFixations = true, isOptimized = false, dynamicsUpdateKey = ("key-%d"):format(id),
    createdAt = created, updatedAt = created, objects = {} }
end

local function scene_of(facts, n)
  local scene = { id = facts[2], sdkFacingId = facts[2], projectId = facts[1], sceneName = facts[3], isPublic = false,
    hidden = false, sceneCreationMethod = "SDK_UPLOAD", customerId = "sandbox", versions = {} }
  for number, own in ipairs(facts[4]) do
    local version = places.version(scene, own[1], number, CREATED + (n * 10 + number) * DAY)
    version.isOptimized = own[2]
    for k, one in ipairs(OBJECTS) do version.objects[k] = object(version, k, one) end
    scene.versions[number] = version
  end
  return scene
end

--- The projects, in order, each with its `scenes`; a version has its `objects`.
---@return table[]
function places.projects()
  local list = {}
  for i, facts in ipairs(PROJECTS) do
    list[i] = { id = facts[1], organizationId = places.organization, name = facts[2], description = facts[3],
      projectType = "vr", enableGeoIp = false, enableAi = false, hidden = false, prefix = ("p%d"):format(facts[1]),
      imageLocation = ("projects/%d/image.png"):format(facts[1]), createdAt = CREATED, updatedAt = CREATED,
      categories = {}, scenes = {} }
    for n, scene in ipairs(SCENES) do
      if scene[1] == facts[1] then table.insert(list[i].scenes, scene_of(scene, n)) end
    end
  end
  return list
end

return places
