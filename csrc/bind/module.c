/* studio.core: the C part of studio; opens the parts below.   SPDX-License-Identifier: MIT */
#include <string.h>

#include "bind/lstudio.h"
#include "core/clock.h"
#include "core/folder.h"
#include "core/sha256.h"
#include "core/sink.h"
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

/*** The SHA-256 of a text.
@function sha256
@tparam string text any bytes
@treturn string 64 hexadecimal digits */
static int sha256(lua_State *L) {
  size_t size = 0;
  const char *text = luaL_checklstring(L, 1, &size);
  char digits[STUDIO_SHA256_HEX];
  studio_sha256 hash;
  studio_sha256_init(&hash);
  studio_sha256_add(&hash, text, size);
  studio_sha256_hex(&hash, digits);
  lua_pushstring(L, digits);
  return 1;
}

/*** A hash that names what a URL leads to: the same for every signed URL of one thing.
@function url_id
@tparam string url
@treturn string hexadecimal digits */
static int url_id(lua_State *L) {
  char id[STUDIO_SHA256_HEX];
  studio_mark_source(id, lstudio_check_text(L, 1));
  lua_pushstring(L, id);
  return 1;
}

/*** Gives a finished file another name, and never replaces anything.
@function place
@tparam string from
@tparam string to
@treturn boolean true; false when `to` is taken; nil and why when it cannot be */
static int place(lua_State *L) {
  bool taken = false;
  studio_error err;
  studio_error_clear(&err);
  bool done = studio_sink_place(lstudio_check_text(L, 1), lstudio_check_text(L, 2), &taken, &err);
  if (done || taken) {
    lua_pushboolean(L, done);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, err.message);
  return 2;
}

/*** Makes a folder with those above it; what is there already stays.
@function make_folder
@tparam string path
@treturn boolean true; nil and why when nothing can be written into it */
static int make_folder(lua_State *L) {
  studio_error err;
  studio_error_clear(&err);
  if (studio_folder_make(lstudio_check_text(L, 1), 0777, &err)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, err.message);
  return 2;
}

/*** The time of day, as the system believes: it may step.
@function epoch
@treturn number seconds since 1970, to the millisecond */
static int epoch(lua_State *L) {
  lua_pushnumber(L, (lua_Number)studio_clock_wall_ms() / 1000);
  return 1;
}

/*** What lies at a path itself, not what a link there points at.
@function entry
@tparam string path
@treturn string "file", "folder", "link" or "other"; nil when nothing is to be seen there
@treturn integer size of a file */
static int entry(lua_State *L) {
  uint64_t size = 0;
  const char *kind = studio_folder_entry(lstudio_check_text(L, 1), &size);
  lua_pushstring(L, kind);
  if (kind == NULL || strcmp(kind, "file") != 0) return 1;
  lua_pushinteger(L, (lua_Integer)size);
  return 2;
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
  lua_pushcfunction(L, sha256);
  lua_setfield(L, -2, "sha256");
  lua_pushcfunction(L, url_id);
  lua_setfield(L, -2, "url_id");
  lua_pushcfunction(L, place);
  lua_setfield(L, -2, "place");
  lua_pushcfunction(L, entry);
  lua_setfield(L, -2, "entry");
  lua_pushcfunction(L, make_folder);
  lua_setfield(L, -2, "make_folder");
  lua_pushcfunction(L, epoch);
  lua_setfield(L, -2, "epoch");
  lstudio_open_loop(L);
  lstudio_open_ask(L);
  lstudio_open_log(L);
  lstudio_open_client(L);
  lstudio_open_call(L);
  lstudio_open_response(L);
  lstudio_open_limiter(L);
  lstudio_open_auth(L);
  lstudio_open_json(L);
  lstudio_open_journal(L);
  return 1;
}
