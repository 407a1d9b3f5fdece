/* lstudio: the one reader of option tables.   SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "bind/lstudio.h"

void lstudio_known_options(lua_State *L, int table, const char *what, const char *const *names) {
  table = lua_absindex(L, table);
  luaL_checktype(L, table, LUA_TTABLE);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    lua_pop(L, 1);
    const char *key = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    bool known = false;
    for (int i = 0; key != NULL && names[i] != NULL && !known; i++) known = strcmp(key, names[i]) == 0;
    if (!known) luaL_error(L, "%s: unknown option '%s'", what, key != NULL ? key : luaL_typename(L, -1));
  }
}

bool lstudio_get(lua_State *L, int table, const char *name) {
  table = lua_absindex(L, table);
  lua_pushstring(L, name);
  if (lua_rawget(L, table) != LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

static int wrong(lua_State *L, const char *name, const char *wanted) {
  return luaL_error(L, "bad option '%s' (%s expected, got %s)", name, wanted, luaL_typename(L, -1));
}

bool lstudio_has_option(lua_State *L, int table, const char *name) {
  bool has = lstudio_get(L, table, name);
  if (has) lua_pop(L, 1);
  return has;
}

double lstudio_number(lua_State *L, int table, const char *name, double fallback, double least) {
  if (!lstudio_get(L, table, name)) return fallback;
  if (lua_type(L, -1) != LUA_TNUMBER) wrong(L, name, "number");
  double value = lua_tonumber(L, -1);
  if (!(value >= least) || isinf(value)) {
    luaL_error(L, "bad option '%s' (%f is out of range)", name, value);
  }
  lua_pop(L, 1);
  return value;
}

int lstudio_integer(lua_State *L, int table, const char *name, int fallback, int least) {
  double value = lstudio_number(L, table, name, fallback, least);
  if (value != floor(value) || value > 1e9) luaL_error(L, "bad option '%s' (integer expected)", name);
  return (int)value;
}

int64_t lstudio_to_ms(lua_State *L, double seconds, const char *name) {
  if (!(seconds >= 0) || seconds > 1e9) luaL_error(L, "bad option '%s' (not a number of seconds)", name);
  return (int64_t)ceil(seconds * 1000 - 1e-6);
}

int64_t lstudio_ms(lua_State *L, int table, const char *name, double fallback_seconds) {
  return lstudio_to_ms(L, lstudio_number(L, table, name, fallback_seconds, 0), name);
}

bool lstudio_boolean(lua_State *L, int table, const char *name, bool fallback) {
  if (!lstudio_get(L, table, name)) return fallback;
  if (!lua_isboolean(L, -1)) wrong(L, name, "boolean");
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

const char *lstudio_string(lua_State *L, int table, const char *name, size_t *size) {
  if (!lstudio_get(L, table, name)) return NULL;
  if (lua_type(L, -1) != LUA_TSTRING) wrong(L, name, "string");
  size_t length = 0;
  const char *value = lua_tolstring(L, -1, &length);
  if (size != NULL) *size = length;
  else if (strlen(value) != length) luaL_error(L, "bad option '%s' (a zero byte inside)", name);
  lua_pop(L, 1); /* the table keeps it */
  return value;
}

const char *lstudio_required(lua_State *L, int table, const char *name, size_t *size) {
  const char *value = lstudio_string(L, table, name, size);
  if (value == NULL) luaL_error(L, "option '%s' is missing", name);
  return value;
}

const char *lstudio_check_text(lua_State *L, int arg) {
  size_t size = 0;
  const char *text = luaL_checklstring(L, arg, &size);
  luaL_argcheck(L, strlen(text) == size, arg, "a zero byte inside");
  return text;
}

static void add_header(lua_State *L, studio_headers *headers) {
  size_t name_size = 0, value_size = 0;
  if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING) {
    luaL_error(L, "option 'headers' must map names to strings");
  }
  const char *name = lua_tolstring(L, -2, &name_size);
  const char *value = lua_tolstring(L, -1, &value_size);
  if (!studio_header_valid(name, name_size, value, value_size)) {
    luaL_error(L, "option 'headers': '%s' cannot be sent (a bad name, or control characters in the value)", name);
  }
  if (!studio_headers_add(headers, name, name_size, value, value_size)) luaL_error(L, "not enough memory");
}

void lstudio_headers(lua_State *L, int table, studio_headers *headers) {
  if (!lstudio_get(L, table, "headers")) return;
  if (lua_type(L, -1) != LUA_TTABLE) wrong(L, "headers", "table");
  lua_pushnil(L);
  while (lua_next(L, -2) != 0) {
    add_header(L, headers);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}
