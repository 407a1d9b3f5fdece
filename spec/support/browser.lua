-- Pages in a real browser: headless Chromium, a profile of its own, no network needed. SPDX-License-Identifier: MIT
--
--   local seen = browser.open("/tmp/page.html", "#sort=name")     -- seen.dom, seen.console

local shell = require "spec.support.shell"

local browser = {}

local NAMES <const> = { "chromium", "chromium-browser", "google-chrome" }

local function find()
  for _, name in ipairs(NAMES) do
    local ok, path = shell.tool("command -v " .. name)
    if ok then return path:match "%S+" end
  end
  error "no chromium here (tools/deps.sh check)"
end

-- Its sandbox does not start for root, which is who runs the specs in a container; the pages are our own.
local function flags()
  local _, user = shell.tool "id -u"
  return "--headless --disable-gpu --no-first-run --disable-extensions --disable-dev-shm-usage --enable-logging=stderr"
    .. (user:match "^0%s" and " --no-sandbox" or "")
end

--- Loads a file, runs its script, and tells what there is then.
---@param path string absolute
---@param fragment string? "#…"
---@param size string? of the window, as "400,900"
---@return { dom: string, console: string[] } seen  the document as markup, and what a developer would see
function browser.open(path, fragment, size)
  local _, folder = shell.tool "mktemp -d"
  folder = folder:gsub("%s+$", "")
  local url = "file://" .. path .. (fragment or "")
  local command = ("(timeout 120 %s %s --window-size=%s --user-data-dir=%s --dump-dom %s 2>%s/log >%s/dom)"):format(
    shell.quote(find()), flags(), size or "1280,900", folder, shell.quote(url), folder, folder)
  local ok, said = shell.tool(command)
  local dom, log = shell.read(folder .. "/dom"), shell.read(folder .. "/log") or ""
  shell.run("rm -rf " .. folder)
  if not ok then error("chromium failed: " .. said .. log) end
  local console = {}
  for line in log:gmatch "[^\n]*CONSOLE[^\n]*" do console[#console + 1] = line end
  return { dom = dom, console = console }
end

return browser
