-- The undo log: what is on record before a change, and what a crash may do to it. SPDX-License-Identifier: MIT

local journal = require "studio.services.analyst.apply.journal"
local json = require "studio.json"
local shell = require "spec.support.shell"

local HEADER = { workspace = "acme", base_url = "https://app.mode.com", plan = "p1", made_at = "2026-11-22T09:00:00Z" }
local REPORT = { token = "r1", name = "Sales" }

describe("the undo log", function()
  local folder, path

  before_each(function()
    folder = select(2, assert(shell.run "mktemp -d")):gsub("%s+$", "")
    path = folder .. "/undo.log"
  end)

  after_each(function() shell.run("rm -r " .. folder) end)

  local function open(header, must_exist) return assert(journal.open(path, header or HEADER, must_exist)) end

  local function refused(header, must_exist)
    local log, message = journal.open(path, header or HEADER, must_exist)
    assert.is_nil(log)
    return message
  end

  -- A log with an archived report, a deleted schedule and a change whose end is not known.
  local function three_changes()
    local log = open()
    local archive = assert(log:begin { change = "archive", report = REPORT, before = { archived = false } })
    assert(log:mark(archive, "done"))
    local delete = assert(log:begin {
      change = "delete_schedule", report = REPORT, subscriptions = json.array {}, there = { "s1" },
      schedule = assert(json.decode('{"token":"s1","name":null,"new":{"a":[],"b":{},"c":1.5}}', { null = "keep" })),
    })
    assert(log:mark(delete, "done"))
    assert(log:begin { change = "archive", report = { token = "r2" }, before = { archived = false } })
    return log
  end

  it("is this user's alone, and has each change on disk when begin returns", function()
    local log = three_changes()
    local ok, mode = shell.tool("stat -c %a " .. path)
    assert.is_true(ok, mode)
    assert.are.equal("600\n", mode)
    local lines = {}
    for line in shell.read(path):gmatch "[^\n]+" do lines[#lines + 1] = assert(json.decode(line)) end
    assert.are.equal(6, #lines)
    assert.are.equal("lua-studio analyst undo log", lines[1].format)
    assert.are.same({ "acme", "https://app.mode.com", "p1" }, { lines[1].workspace, lines[1].base_url, lines[1].plan })
    assert.are.equal("r2", lines[6].report.token)
    log:close()
  end)

  it("is read again as it was left, null and unknown fields included", function()
    three_changes():close()
    local log <close> = open()
    local changes = log.changes
    assert.are.equal(3, #changes)
    assert.are.same({ "done", "done", "pending" }, { changes[1].state, changes[2].state, changes[3].state })
    assert.are.equal('{"name":null,"new":{"a":[],"b":{},"c":1.5},"token":"s1"}',
      json.encode(changes[2].schedule, { sort = true }))
    assert.are.equal(changes[2], log:find("delete_schedule", "r1", "s1"))
    assert.is_nil(log:find("delete_schedule", "r1", "s2"))
    assert.is_false(log.undo_begun)
  end)

  it("knows the latest try of a change that was not done, and what was put back", function()
    local log = open()
    local first = assert(log:begin { change = "archive", report = REPORT })
    assert(log:mark(first, "not_done", { why = "403" }))
    local second = assert(log:begin { change = "archive", report = REPORT })
    assert(log:mark(second, "done"))
    assert(log:mark(second, "undo"))
    assert(log:mark(second, "undone", { note = "x" }))
    log:close()
    log = open()
    assert.are.equal(2, log:find("archive", "r1").n)
    assert.are.equal("not_done", log.changes[1].state)
    assert.are.equal("done", log:find("archive", "r1").undo.state)
    assert.is_true(log.undo_begun)
    log:close()
  end)

  it("loses a torn last line at most, wherever it is torn", function()
    three_changes():close()
    local text = shell.read(path)
    local first = text:find "\n"
    for size = first, #text do
      shell.write(path, text:sub(1, size))
      local log = open()
      local whole = select(2, text:sub(1, size):gsub("\n", ""))
      assert.are.equal(whole > 5 and 3 or whole > 3 and 2 or whole > 1 and 1 or 0, #log.changes)
      assert(log:begin { change = "archive", report = { token = "r9" } })
      log:close()
      log = open()
      assert.are.equal("r9", log.changes[#log.changes].report.token)
      log:close()
    end
  end)

  it("refuses what is no log, and leaves it as it was", function()
    for _, text in ipairs { "notes", "notes\nmore\n", "[]\n", '{"format":"other"}\n' } do
      shell.write(path, text)
      assert.matches("is no undo log", refused())
      assert.are.equal(text, shell.read(path))
    end
    shell.write(path, '{"format":"lua-studio analyst undo log","version":2}\n')
    assert.matches("another version", refused())
  end)

  it("refuses a log with a damaged line, naming it", function()
    three_changes():close()
    local text = shell.read(path)
    for _, line in ipairs { "{", "{}", '{"done":99}', '{"do":1,"report":{"token":"r"}}', '{"done":"1"}',
                            '{"do":7}', '{"do":7,"change":"delete_schedule","report":{"token":"r"}}' } do
      shell.write(path, text .. line .. "\n")
      assert.matches("damaged in line 7", refused())
    end
  end)

  it("refuses another workspace's log, another service's, and another plan's", function()
    three_changes():close()
    local function with(field, value)
      local header = {}
      for k, v in pairs(HEADER) do header[k] = v end
      header[field] = value
      return header
    end
    assert.matches("workspace acme at https://app.mode.com, not of other", refused(with("workspace", "other")))
    assert.matches("not of acme at http://127.0.0.1:1", refused(with("base_url", "http://127.0.0.1:1")))
    assert.matches("log of another plan", refused(with("plan", "p2")))
    open({ workspace = HEADER.workspace, base_url = HEADER.base_url }, true):close() -- undo asks for no plan
  end)

  it("is used by one run at a time", function()
    local log = open()
    assert.matches("another run is at work", refused())
    log:close()
    open():close()
  end)

  it("is not made by who only reads it", function()
    assert.matches("No such file", refused(HEADER, true))
    assert.is_nil(shell.read(path))
    shell.write(path, "")
    assert.matches("nothing was begun", refused(HEADER, true))
  end)
end)
