--- What the page shows of each shot, out of what a run knows of it. SPDX-License-Identifier: MIT

local view = {}

-- What is shown in place of an image that is not there: a word, and the reason where there is one.
local MISSING = {
  new = "not asked for yet", submitting = "unknown", submitted = "still being made", unknown = "unknown",
  failed = "failed", skipped = "left out",
}
local REASON = {
  submitting = "The run was cut off while it asked for this image.",
  submitted = "Run the script again to fetch it.",
}

--- The shots of a storyboard, as the page shows them.
---@param entries storyboard.Entry[]
---@return storyboard.ShownShot[]
function view.shots(entries)
  local shown = {}
  for i, entry in ipairs(entries) do
    local image = { missing = MISSING[entry.step], why = entry.error or REASON[entry.step] }
    if entry.step == "done" then image = { file = entry.image } end
    shown[i] = { image = image }
  end
  return shown
end

return view
