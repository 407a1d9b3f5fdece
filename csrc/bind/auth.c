/* studio.auth: credentials as data.   SPDX-License-Identifier: MIT */
#include <string.h>

#include "bind/lstudio.h"
#include "core/auth.h"

/* user value 1: the provider function, if any */
typedef struct auth_box {
  studio_auth *auth;
} auth_box;

studio_auth *lstudio_to_auth(lua_State *L, int arg) {
  auth_box *box = luaL_testudata(L, arg, LSTUDIO_AUTH);
  return box != NULL ? box->auth : NULL;
}

studio_auth *lstudio_check_auth(lua_State *L, int arg) {
  auth_box *box = luaL_checkudata(L, arg, LSTUDIO_AUTH);
  if (box->auth == NULL) luaL_argerror(L, arg, "auth is closed");
  return box->auth;
}

void lstudio_push_auth_provider(lua_State *L, int auth) { lua_getiuservalue(L, auth, 1); }

static int auth_close(lua_State *L) {
  auth_box *box = luaL_checkudata(L, 1, LSTUDIO_AUTH);
  studio_auth *auth = box->auth;
  box->auth = NULL;
  if (auth != NULL) studio_auth_unref(auth);
  return 0;
}

static int auth_tostring(lua_State *L) {
  auth_box *box = luaL_checkudata(L, 1, LSTUDIO_AUTH);
  if (box->auth == NULL) {
    lua_pushliteral(L, LSTUDIO_AUTH " (closed)");
    return 1;
  }
  lua_pushliteral(L, LSTUDIO_AUTH " (");
  for (size_t i = 0; box->auth != NULL && i < studio_auth_count(box->auth); i++) {
    const char *name = studio_auth_field(box->auth, i, NULL);
    lua_pushfstring(L, "%s%s%s: ***", lua_tostring(L, -1), i > 0 ? ", " : "", name);
    lua_remove(L, -2);
  }
  lua_pushliteral(L, ")");
  lua_concat(L, 2);
  return 1;
}

static void add(lua_State *L, studio_auth *auth, const char *name, const char *prefix, const char *value,
                size_t size) {
  if (studio_auth_add(auth, name, prefix, value, size)) return;
  if (size > 0 && studio_header_valid(name, strlen(name), value, size) &&
      studio_header_valid(name, strlen(name), prefix, strlen(prefix))) {
    luaL_error(L, "not enough memory");
  } else {
    luaL_error(L, "auth: the header '%s' or its value cannot be sent (control characters?)", name);
  }
}

/* Several named fields; the table is at index `fields`. */
static void add_fields(lua_State *L, studio_auth *auth, int fields) {
  lua_pushnil(L);
  while (lua_next(L, fields) != 0) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING) {
      luaL_error(L, "auth: 'fields' must map header names to strings");
    }
    size_t size = 0;
    const char *value = lua_tolstring(L, -1, &size);
    add(L, auth, lua_tostring(L, -2), "", value, size);
    lua_pop(L, 1);
  }
}

/* Texts that are secret although no field consists of them. */
static void hide(lua_State *L, int table, studio_auth *auth) {
  if (!lstudio_get(L, table, "hide")) return;
  if (!lua_istable(L, -1)) luaL_error(L, "auth: option 'hide' must be a list of strings");
  for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
    size_t size = 0;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : NULL;
    if (size == 0) luaL_error(L, "auth: option 'hide' must be a list of strings, none of them empty");
    if (!studio_auth_hide(auth, text, size)) luaL_error(L, "not enough memory");
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
}

static void fill(lua_State *L, int table, studio_auth *auth, const char *kind) {
  size_t size = 0, more = 0;
  if (strcmp(kind, "header") == 0) {
    const char *name = lstudio_required(L, table, "name", NULL);
    const char *value = lstudio_required(L, table, "value", &size);
    const char *prefix = lstudio_string(L, table, "prefix", NULL);
    add(L, auth, name, prefix != NULL ? prefix : "", value, size);
  } else if (strcmp(kind, "headers") == 0) {
    if (!lstudio_get(L, table, "fields") || !lua_istable(L, -1)) {
      luaL_error(L, "auth: option 'fields' must be a table");
    }
    add_fields(L, auth, lua_gettop(L));
    lua_pop(L, 1);
  } else if (strcmp(kind, "bearer") == 0) {
    const char *token = lstudio_required(L, table, "token", &size);
    add(L, auth, "Authorization", "Bearer ", token, size);
  } else if (strcmp(kind, "authorization") == 0) {
    const char *value = lstudio_required(L, table, "value", &size);
    add(L, auth, "Authorization", "", value, size);
  } else if (strcmp(kind, "basic") == 0) {
    const char *user = lstudio_required(L, table, "user", &size);
    const char *password = lstudio_required(L, table, "password", &more);
    const char *scheme = lstudio_string(L, table, "scheme", NULL);
    if (!studio_auth_add_basic(auth, scheme != NULL ? scheme : "Basic", user, size, password, more)) {
      luaL_error(L, "auth: 'user' holds a colon, or one of the two a control character (or no memory is left)");
    }
  } else if (strcmp(kind, "provider") == 0) {
    if (!lstudio_get(L, table, "provider") || !lua_isfunction(L, -1)) {
      luaL_error(L, "auth: option 'provider' must be a function");
    }
    lua_setiuservalue(L, -2, 1); /* the box is just below */
  } else {
    luaL_error(L, "auth: unknown kind '%s' (header, headers, bearer, basic, authorization, provider)", kind);
  }
}

void lstudio_push_auth(lua_State *L, int table) {
  static const char *const names[] = {"kind", "name", "value", "prefix", "fields", "token",
                                      "user", "password", "scheme", "provider", "hide", NULL};
  table = lua_absindex(L, table);
  lstudio_known_options(L, table, "auth", names);
  const char *kind = lstudio_required(L, table, "kind", NULL);
  auth_box *box = lstudio_new_box(L, LSTUDIO_AUTH, sizeof *box, 1);
  box->auth = studio_auth_new();
  if (box->auth == NULL) luaL_error(L, "not enough memory");
  fill(L, table, box->auth, kind);
  hide(L, table, box->auth);
}

/*** Makes credentials. Values are kept in memory that is zeroed when they are let go, and shown as ***.
Kinds: `header` (name, value, prefix), `headers` (fields), `bearer` (token), `basic` (user, password; scheme, where a
service puts another word in the place of "Basic"), `authorization` (value: the raw header), `provider` (a function
that returns credentials of one of the other kinds, and the seconds they are good for; or nil and a reason). `hide`:
further texts that are secret.
@function auth
@tparam table options
@treturn auth */
static int new_auth(lua_State *L) {
  lua_settop(L, 1);
  lstudio_push_auth(L, 1);
  return 1;
}

static const luaL_Reg methods[] = {{NULL, NULL}};

void lstudio_open_auth(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_AUTH, methods, auth_close, NULL, NULL, auth_tostring};
  lstudio_new_class(L, &class);
  lua_pushcfunction(L, new_auth);
  lua_setfield(L, -2, "auth");
}
