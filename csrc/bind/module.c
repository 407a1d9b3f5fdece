/* studio.core: the C part of studio; opens the parts below.   SPDX-License-Identifier: MIT */
#include "bind/lstudio.h"
#include "core/url.h"
#include "core/version.h"

/*** Percent-encodes a text as one path segment or query part.
@function escape
@tparam string text
@treturn string */
static int escape(lua_State *L) {
  size_t size = 0;
  const char *text = luaL_checklstring(L, 1, &size);
  luaL_Buffer out;
  char *room = luaL_buffinitsize(L, &out, size * 3);
  luaL_pushresultsize(&out, studio_url_escape_raw(room, text, size));
  return 1;
}

static void push_kinds(lua_State *L) {
  lua_createtable(L, STUDIO_KIND_COUNT - 1, 0);
  for (int kind = 1; kind < STUDIO_KIND_COUNT; kind++) {
    lua_pushstring(L, studio_kind_name((studio_kind)kind));
    lua_rawseti(L, -2, kind);
  }
}

__attribute__((visibility("default"))) int luaopen_studio_core(lua_State *L);

int luaopen_studio_core(lua_State *L) {
  luaL_checkversion(L);
  lstudio_pin();
  lua_newtable(L);
  lua_pushliteral(L, STUDIO_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushstring(L, studio_loop_curl_version());
  lua_setfield(L, -2, "curl_version");
  push_kinds(L);
  lua_setfield(L, -2, "kinds");
  lua_pushcfunction(L, escape);
  lua_setfield(L, -2, "escape");
  lstudio_open_loop(L);
  lstudio_open_ask(L);
  lstudio_open_client(L);
  lstudio_open_call(L);
  lstudio_open_response(L);
  lstudio_open_limiter(L);
  lstudio_open_auth(L);
  lstudio_open_json(L);
  return 1;
}
