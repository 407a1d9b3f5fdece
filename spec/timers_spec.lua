-- Timers come due in order, and any of them can be taken out. SPDX-License-Identifier: MIT

local timers = require "studio.timers"

describe("timers", function()
  it("come due in the order of their times, each once", function()
    local heap = timers.new()
    for _, at in ipairs { 5, 1, 4, 1, 3, 9, 2 } do heap:add({}, at) end
    assert.equal(1, heap:next())
    assert.is_nil(heap:due(0.5))
    local order = {}
    for entry in function() return heap:due(5) end do order[#order + 1] = entry.at end
    assert.same({ 1, 1, 2, 3, 4, 5 }, order)
    assert.equal(9, heap:next())
    heap:due(10)
    assert.is_nil(heap:next())
  end)

  it("keep their order whatever is added and taken out (against a sorted list, from a seed)", function()
    math.randomseed(42)
    for _ = 1, 200 do
      local heap, list = timers.new(), {}
      for _ = 1, 60 do
        if math.random() < 0.6 or #list == 0 then
          local entry = {}
          heap:add(entry, math.random(1, 30))
          list[#list + 1] = entry
        else
          local entry = table.remove(list, math.random(#list))
          heap:remove(entry)
          heap:remove(entry) -- a second time does nothing
          assert.is_nil(entry.place)
        end
      end
      table.sort(list, function(a, b) return a.at < b.at end)
      for _, expected in ipairs(list) do assert.equal(expected.at, heap:due(math.huge).at) end
      assert.is_nil(heap:due(math.huge))
    end
  end)
end)
