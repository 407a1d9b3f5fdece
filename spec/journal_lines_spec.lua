-- studio.journal: the lines of files that keep what was asked for. SPDX-License-Identifier: MIT

local core = require "studio.core"
local errors = require "studio.error"
local journal = require "studio.journal"
local shell = require "spec.support.shell"

describe("a journal's lines", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  -- What is read of a text: the size of its whole lines and its values, or why not.
  local function read(text)
    shell.write(path, text)
    local values = {}
    local size, why = journal.read(path, function(value)
      values[1] = value
      if type(value) == "table" and value.format == "ours" then return true end
      return nil, "none of ours"
    end, function(value)
      values[#values + 1] = value
      return type(value) == "table"
    end)
    return size, size and #values or why
  end

  it("are whole, and a torn last one was never there", function()
    local head, line = '{"format":"ours"}\n', '{"n":1}\n'
    assert.same({ 0, 0 }, { read "" })
    assert.same({ #head, 1 }, { read(head) })
    for size = 0, #line - 1 do assert.same({ #head + 8, 2 }, { read(head .. line .. line:sub(1, size)) }) end
    assert.same({ #head + 16, 3 }, { read(head .. line .. line) })
  end)

  it("are not read out of what somebody else wrote", function()
    for _, text in ipairs { "my notes", "my notes\n", '{"format":"ours"}', '{"format":"theirs"}\n', "\n", "\0" } do
      assert.same({ n = 2, nil, "none of ours" }, table.pack(read(text)))
      assert.equal(text, shell.read(path))
    end
    local _, why = read '{"format":"ours"}\n{"n":1}\nx\n{"n":2}\n'
    assert.equal(path .. " is damaged in line 3", why)
    os.remove(path)
    assert.is_nil((journal.read(path, error, error)))
  end)

  it("are added whole, and what cannot be is raised as an error object", function()
    local file = assert(core.journal(path))
    journal.append(file, { b = 1, a = "x\ny" }, "it cannot be kept")
    assert.equal('{"a":"x\\ny","b":1}\n', shell.read(path))
    local got, err = errors.catch(journal.append, { append = function() return nil, "no space" end }, {},
      "it cannot be kept")
    assert.is_nil(got)
    assert.same({ "file", "it cannot be kept: no space", "not_sent" }, { err.kind, err.message, err.stage })
    assert.is_false(pcall(errors.catch, error, "a mistake"))
    assert.same({ 1, 2, n = 2 }, table.pack(errors.catch(function(...) return ... end, 1, 2)))
    file:close()
  end)
end)
