-- The voices that every account has. SPDX-License-Identifier: MIT

local stock_voices = {}

local rows = {
  { "Ada", "female", "en" }, { "Bruno", "male", "en" }, { "Chloe", "female", "fr" }, { "Dario", "male", "it" },
  { "Elif", "female", "tr" }, { "Finn", "male", "de" },
}

--- id -> voice, another table each time.
function stock_voices.stock()
  local voices = {}
  for i, row in ipairs(rows) do
    local id = "voice_" .. row[1]:lower()
    voices[id] = { id = id, order = i, name = row[1], gender = row[2], language = row[3], stock = true }
  end
  return voices
end

return stock_voices
