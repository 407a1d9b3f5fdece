-- The rock of lua-studio, for LuaRocks 3 and later. SPDX-License-Identifier: MIT
rockspec_format = "3.0"
package = "lua-studio"
version = "scm-1"

-- There is no public repository yet: the two addresses are placeholders. `luarocks make` in a checkout needs none.
source = {
  url = "git+https://example.invalid/lua-studio.git",
}

description = {
  summary = "Drive the web services that call themselves Studio from Lua: mStudio so far",
  detailed = [[
    A toolkit for scripts and for programs that embed Lua: a C core over libcurl does transport, authentication,
    rate limiting, retry and backoff; Lua does the services. It keeps an account below its documented limit, never
    repeats a request whose outcome is unknown, and comes with a local sandbox that behaves like the services.
    Unofficial: not affiliated with the makers of any of these services.
  ]],
  homepage = "https://example.invalid/lua-studio",
  license = "MIT",
  maintainer = "lua-studio authors",
  labels = { "http", "api", "client", "sdk", "rate-limit", "mstudio" },
}

supported_platforms = { "unix" }

-- lua-cjson is used where it is there and exact; the module has a codec of its own.
dependencies = {
  "lua >= 5.4, < 5.5",
}

-- The library, not the header: Debian keeps curl/curl.h where the compiler looks but LuaRocks does not.
external_dependencies = {
  CURL = { library = "curl" },
}

build = {
  type = "builtin",
  modules = {
    -- modules: begin (written by `make rockspec`)
    ["studio.core"] = {
      sources = {
        "csrc/core/attempts.c",
        "csrc/core/auth.c",
        "csrc/core/backoff.c",
        "csrc/core/body.c",
        "csrc/core/budget.c",
        "csrc/core/buf.c",
        "csrc/core/call.c",
        "csrc/core/client.c",
        "csrc/core/clock.c",
        "csrc/core/curlline.c",
        "csrc/core/download.c",
        "csrc/core/error.c",
        "csrc/core/failures.c",
        "csrc/core/headers.c",
        "csrc/core/heed.c",
        "csrc/core/journal.c",
        "csrc/core/limiter.c",
        "csrc/core/limits.c",
        "csrc/core/loop.c",
        "csrc/core/mark.c",
        "csrc/core/moment.c",
        "csrc/core/poller_epoll.c",
        "csrc/core/poller_kqueue.c",
        "csrc/core/proxy.c",
        "csrc/core/queue.c",
        "csrc/core/ratehint.c",
        "csrc/core/receive.c",
        "csrc/core/registry.c",
        "csrc/core/request.c",
        "csrc/core/response.c",
        "csrc/core/results.c",
        "csrc/core/retry.c",
        "csrc/core/reveal.c",
        "csrc/core/rng.c",
        "csrc/core/secret.c",
        "csrc/core/sfield.c",
        "csrc/core/sha256.c",
        "csrc/core/sink.c",
        "csrc/core/slotfile.c",
        "csrc/core/slotstore.c",
        "csrc/core/sockets.c",
        "csrc/core/statedir.c",
        "csrc/core/timers.c",
        "csrc/core/trace.c",
        "csrc/core/transport.c",
        "csrc/core/turn.c",
        "csrc/core/unreached.c",
        "csrc/core/upload.c",
        "csrc/core/url.c",
        "csrc/core/wayout.c",
        "csrc/bind/ask.c",
        "csrc/bind/auth.c",
        "csrc/bind/body.c",
        "csrc/bind/call.c",
        "csrc/bind/client.c",
        "csrc/bind/journal.c",
        "csrc/bind/json_decode.c",
        "csrc/bind/json_encode.c",
        "csrc/bind/json_number.c",
        "csrc/bind/json_open.c",
        "csrc/bind/limiter.c",
        "csrc/bind/log.c",
        "csrc/bind/loop.c",
        "csrc/bind/module.c",
        "csrc/bind/object.c",
        "csrc/bind/options.c",
        "csrc/bind/pin.c",
        "csrc/bind/response.c",
      },
      incdirs = { "csrc" },
      libraries = { "curl", "pthread", "m" },
      defines = { "_POSIX_C_SOURCE=200809L", "_DARWIN_C_SOURCE" },
    },
    ["studio"] = "lua/studio/init.lua",
    ["studio.check"] = "lua/studio/check.lua",
    ["studio.csv"] = "lua/studio/csv.lua",
    ["studio.error"] = "lua/studio/error.lua",
    ["studio.exchange"] = "lua/studio/exchange.lua",
    ["studio.filename"] = "lua/studio/filename.lua",
    ["studio.fountain"] = "lua/studio/fountain.lua",
    ["studio.fountain.lines"] = "lua/studio/fountain/lines.lua",
    ["studio.hal"] = "lua/studio/hal.lua",
    ["studio.html"] = "lua/studio/html.lua",
    ["studio.job"] = "lua/studio/job.lua",
    ["studio.json"] = "lua/studio/json.lua",
    ["studio.limits"] = "lua/studio/limits.lua",
    ["studio.log"] = "lua/studio/log.lua",
    ["studio.merge"] = "lua/studio/merge.lua",
    ["studio.page"] = "lua/studio/page.lua",
    ["studio.prepare"] = "lua/studio/prepare.lua",
    ["studio.progress"] = "lua/studio/progress.lua",
    ["studio.result"] = "lua/studio/result.lua",
    ["studio.route"] = "lua/studio/route.lua",
    ["studio.sandbox"] = "lua/studio/sandbox/init.lua",
    ["studio.sandbox.analyst.contents"] = "lua/studio/sandbox/analyst/contents.lua",
    ["studio.sandbox.cdn"] = "lua/studio/sandbox/cdn.lua",
    ["studio.sandbox.child"] = "lua/studio/sandbox/child.lua",
    ["studio.sandbox.control"] = "lua/studio/sandbox/control.lua",
    ["studio.sandbox.faults"] = "lua/studio/sandbox/faults.lua",
    ["studio.sandbox.jobs"] = "lua/studio/sandbox/jobs.lua",
    ["studio.sandbox.json"] = "lua/studio/sandbox/json.lua",
    ["studio.sandbox.keys"] = "lua/studio/sandbox/keys.lua",
    ["studio.sandbox.launch"] = "lua/studio/sandbox/launch.lua",
    ["studio.sandbox.lazy"] = "lua/studio/sandbox/lazy.lua",
    ["studio.sandbox.limits"] = "lua/studio/sandbox/limits.lua",
    ["studio.sandbox.log"] = "lua/studio/sandbox/log.lua",
    ["studio.sandbox.main"] = "lua/studio/sandbox/main.lua",
    ["studio.sandbox.mstudio"] = "lua/studio/sandbox/mstudio/init.lua",
    ["studio.sandbox.mstudio.answers"] = "lua/studio/sandbox/mstudio/answers.lua",
    ["studio.sandbox.mstudio.frames"] = "lua/studio/sandbox/mstudio/frames.lua",
    ["studio.sandbox.mstudio.generations"] = "lua/studio/sandbox/mstudio/generations.lua",
    ["studio.sandbox.mstudio.images"] = "lua/studio/sandbox/mstudio/images.lua",
    ["studio.sandbox.mstudio.projects"] = "lua/studio/sandbox/mstudio/projects.lua",
    ["studio.sandbox.options"] = "lua/studio/sandbox/options.lua",
    ["studio.sandbox.pack"] = "lua/studio/sandbox/pack.lua",
    ["studio.sandbox.pdf"] = "lua/studio/sandbox/pdf.lua",
    ["studio.sandbox.png"] = "lua/studio/sandbox/png.lua",
    ["studio.sandbox.ranges"] = "lua/studio/sandbox/ranges.lua",
    ["studio.sandbox.router"] = "lua/studio/sandbox/router.lua",
    ["studio.sandbox.server"] = "lua/studio/sandbox/server.lua",
    ["studio.sandbox.tls"] = "lua/studio/sandbox/tls.lua",
    ["studio.sandbox.world"] = "lua/studio/sandbox/world.lua",
    ["studio.scheduler"] = "lua/studio/scheduler.lua",
    ["studio.service"] = "lua/studio/service.lua",
    ["studio.services.analyst.audit.page"] = "lua/studio/services/analyst/audit/page.lua",
    ["studio.services.analyst.audit.page.look"] = "lua/studio/services/analyst/audit/page/look.lua",
    ["studio.services.analyst.routes.runs"] = "lua/studio/services/analyst/routes/runs.lua",
    ["studio.services.mstudio"] = "lua/studio/services/mstudio/init.lua",
    ["studio.services.mstudio.explain"] = "lua/studio/services/mstudio/explain.lua",
    ["studio.services.mstudio.frames"] = "lua/studio/services/mstudio/frames.lua",
    ["studio.services.mstudio.images"] = "lua/studio/services/mstudio/images.lua",
    ["studio.services.mstudio.jobs"] = "lua/studio/services/mstudio/jobs.lua",
    ["studio.services.mstudio.projects"] = "lua/studio/services/mstudio/projects.lua",
    ["studio.services.mstudio.routes"] = "lua/studio/services/mstudio/routes.lua",
    ["studio.state"] = "lua/studio/state.lua",
    ["studio.task"] = "lua/studio/task.lua",
    ["studio.timers"] = "lua/studio/timers.lua",
    ["studio.transfer"] = "lua/studio/transfer.lua",
    ["studio.types.core"] = "lua/studio/types/core.lua",
    ["studio.types.mstudio"] = "lua/studio/types/mstudio.lua",
    ["studio.types.studio"] = "lua/studio/types/studio.lua",
    ["studio.upload"] = "lua/studio/upload.lua",
    ["studio.where"] = "lua/studio/where.lua",
    -- modules: end
  },
  install = {
    bin = { ["studio-sandbox"] = "bin/studio-sandbox" },
  },
  copy_directories = { "examples", "docs" },
}

-- busted runs against a build made by make; the sandbox under the specs is served by lua-http.
test_dependencies = {
  "busted >= 2.1",
  "http >= 0.4",
  "lua-cjson >= 2.1",
}

test = {
  type = "busted",
}
