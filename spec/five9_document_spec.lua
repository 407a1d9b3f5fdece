-- docs/five9.md: what it shows can be run. SPDX-License-Identifier: MIT

local five9 = require "spec.support.five9"
local json = require "studio.json"
local shell = require "spec.support.shell"

local COLUMNS = {
  { name = "customer_id", type = "String" }, { name = "name", type = "String" }, { name = "city", type = "String" },
  { name = "visits", type = "Integer" },
}

describe("docs/five9.md", function()
  local toys, folder

  setup(function()
    toys = five9.start { five9 = { rows = 4, columns = COLUMNS } }
    folder = os.tmpname()
    os.remove(folder)
    assert(shell.run("mkdir " .. shell.quote(folder)))
  end)
  teardown(function()
    toys:stop()
    shell.run("rm -r " .. shell.quote(folder))
  end)

  -- The CSV that the document shows, under the names that it says before.
  local function write_tables(text)
    local count = 0
    for before, rows in text:gmatch "([^\n]+)\n\n```csv\n(.-)```" do
      shell.write(folder .. "/" .. before:match "`([%w_]+%.csv)`", rows)
      count = count + 1
    end
    return count
  end

  local function run(text)
    local _, here = shell.run "pwd"
    local function absolute(path) return (path:gsub("%f[^;\0]%./", (here:gsub("%s+$", "/"):gsub("%%", "%%%%")))) end
    shell.write(folder .. "/setup", ("package.path, package.cpath = %q, %q"):format(absolute(package.path),
      absolute(package.cpath)))
    shell.write(folder .. "/options", json.encode { name = "five9.md", text = text, url = toys.server.five9_url })
    local _, output = shell.run(("here=$PWD; cd %s && %s \"$here\"/spec/support/five9_document.lua "
      .. "\"$(cat setup)\" \"$(cat options)\""):format(shell.quote(folder), os.getenv "STUDIO_LUA" or "lua5.4"))
    return output
  end

  it("shows Lua that runs", function()
    local text = shell.read "docs/five9.md"
    assert.is_true(write_tables(text) > 0)
    local output = run(text)
    assert.matches("%d+ blocks ran\n$", output)
    assert.matches("make +bye", output)
    assert.matches("reply\tYes\tyes", output, 1, true)
    local state = toys:state()
    assert.equal(1, state.login_attempts.ann)
    assert.equal(1, state.prompts_created.bye)
  end)

  it("would be seen here if it did not", function()
    local output = run "# T\n\n```lua\nlocal a = 1\n```\n\n```lua\nassert(a == 1, 'no')\n```\n"
    assert.is_truthy(output:find("five9.md:8: no", 1, true), output)
  end)
end)
