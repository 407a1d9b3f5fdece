/* bind/json_open.c - registers the JSON codec and holds what both halves use. SPDX-License-Identifier: MIT */
#include "bind/json.h"

#include <lauxlib.h>

/* Its address is the value `empty_array`. */
static const char empty_array = 0;

void lstudio_open_json(lua_State *L) {
  luaL_checkstack(L, 8, "json");
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  lua_pushlightuserdata(L, (void *)(uintptr_t)&empty_array);
  lua_setfield(L, -2, "empty_array");

  lua_createtable(L, 1, 4);
  lua_pushboolean(L, 1);
  lua_rawsetp(L, -2, &empty_array);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "studio.array");
  lua_setfield(L, -2, "__name");
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, 1);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3); /* ... module, marks */

  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "json_marks");
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, lstudio_json_decode, 1);
  lua_setfield(L, -3, "json_decode");
  lstudio_json_push_buffer_mt(L);
  lua_pushcclosure(L, lstudio_json_encode, 2);
  lua_setfield(L, -2, "json_encode");
}

void lstudio_json_check_options(lua_State *L, int index, const char *const *known) {
  if (lua_isnoneornil(L, index)) return;
  luaL_checktype(L, index, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : luaL_tolstring(L, -1, NULL);
    const char *const *k = known;
    while (*k != NULL && strcmp(*k, name) != 0) k++;
    if (*k == NULL) luaL_argerror(L, index, lua_pushfstring(L, "unknown option '%s'", name));
  }
}

lua_Integer lstudio_json_integer(lua_State *L, int index, const char *name, lua_Integer fallback,
                                 lua_Integer min, lua_Integer max) {
  if (!lua_istable(L, index)) return fallback;
  lua_Integer value = fallback;
  if (lua_getfield(L, index, name) != LUA_TNIL) {
    int exact = 0;
    value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &exact) : 0;
    if (!exact || value < min || value > max)
      luaL_argerror(L, index, lua_pushfstring(L, "option '%s' must be an integer from %I to %I", name,
                                              (LUAI_UACINT)min, (LUAI_UACINT)max));
  }
  lua_pop(L, 1);
  return value;
}

bool lstudio_json_flag(lua_State *L, int index, const char *name) {
  if (!lua_istable(L, index)) return false;
  int type = lua_getfield(L, index, name);
  if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    luaL_argerror(L, index, lua_pushfstring(L, "option '%s' must be true or false", name));
  bool value = lua_toboolean(L, -1) != 0;
  lua_pop(L, 1);
  return value;
}

size_t lstudio_json_utf8(const char *p, size_t left) {
  const unsigned char *b = (const unsigned char *)p;
  size_t length = b[0] < 0xC2 ? 0 : b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : b[0] < 0xF5 ? 4 : 0;
  if (length == 0 || length > left) return 0;
  for (size_t i = 1; i < length; i++)
    if ((b[i] & 0xC0) != 0x80) return 0;
  if (b[0] == 0xE0 && b[1] < 0xA0) return 0; /* could have been two bytes */
  if (b[0] == 0xED && b[1] > 0x9F) return 0; /* a surrogate */
  if (b[0] == 0xF0 && b[1] < 0x90) return 0; /* could have been three bytes */
  if (b[0] == 0xF4 && b[1] > 0x8F) return 0; /* past U+10FFFF */
  return length;
}
