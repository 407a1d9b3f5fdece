-- A libcurl that is older than the headers we were built with: a host may bring its own. SPDX-License-Identifier: MIT

local shell = require "spec.support.shell"

-- Options that came after 7.80, the least that we ask for, are unknown to it.
local SHIM = [[
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <curl/curl.h>
#undef curl_easy_setopt
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...) {
  static CURLcode (*real)(CURL *, CURLoption, ...);
  va_list args;
  va_start(args, option);
  void *value = va_arg(args, void *); /* as wide as all the others are */
  va_end(args);
  if (option % 10000 >= 316) return CURLE_UNKNOWN_OPTION;
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_setopt");
  return real(easy, option, value);
}
]]

local SCRIPT = [[
local core, peer = require "studio.core", require "spec.support.peer"
local server = peer.start "function(c) c:serve 'hi' end"
local loop = core.loop()
local function get(path)
  local call = core.client { base_url = server.url }:submit { path = path }
  while not call:done() do loop:step(1) end
  return call:result()
end
print(assert(get "/").body)
server:stop()
]]

describe("an older libcurl", function()
  it("serves as well", function()
    if os.getenv "LD_PRELOAD" then return pending "something else is loaded first" end
    local base = os.tmpname()
    local function write(ending, text)
      local file = assert(io.open(base .. ending, "w"))
      file:write(text)
      file:close()
      return base .. ending
    end
    local so = package.searchpath("studio.core", package.cpath)
    local c, script = write(".c", SHIM), write(".lua", SCRIPT)
    local ok, text = shell.run(("cc -shared -fPIC -o %s.so %s $(pkg-config --cflags libcurl) -ldl"):format(base, c))
    assert(ok, text)
    ok, text = shell.run(([[curl=$(ldd '%s' | sed -n 's/.*libcurl[^ ]* => \([^ ]*\).*/\1/p') &&
      LD_PRELOAD="%s.so $curl" LUA_PATH='%s' LUA_CPATH='%s' %s %s]]):format(so, base, package.path, package.cpath,
      os.getenv "STUDIO_LUA" or "lua5.4", script))
    for _, ending in ipairs { "", ".c", ".so", ".lua" } do os.remove(base .. ending) end
    assert.is_true(ok, text)
    assert.equal("hi\n", text)
  end)
end)
