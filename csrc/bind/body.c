/* lstudio: the body of a request, and the readers that it may come from.   SPDX-License-Identifier: MIT
**
** A body is a string or a list of pieces. The functions of its readers are kept in a table, user value 3 of the
** call's box: the reader of piece i at i, its rewind at -i. They are called between two steps, never by libcurl. */
#include "core/body.h"

#include <string.h>

#include "bind/lstudio.h"

static const int READERS = 3;

static void need(lua_State *L, bool ok) {
  if (!ok) luaL_error(L, "not enough memory");
}

static bool callable(lua_State *L, int index) {
  if (lua_isfunction(L, index)) return true;
  if (luaL_getmetafield(L, index, "__call") == LUA_TNIL) return false;
  lua_pop(L, 1);
  return true;
}

/* A number of bytes among the options of a piece; -1 when absent. */
static int64_t bytes(lua_State *L, int piece, const char *name) {
  if (!lstudio_get(L, piece, name)) return -1;
  int whole = 0;
  lua_Integer value = lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
  if (!whole || value < 0) luaL_error(L, "option 'body': '%s' must be a number of bytes", name);
  lua_pop(L, 1);
  return value;
}

/* The i-th piece is a reader; the table of readers lies at `readers`. */
static void add_reader(lua_State *L, int piece, lua_Integer i, int readers, studio_body *body) {
  static const char *const names[] = {"reader", "size", "rewind", NULL};
  lstudio_known_options(L, piece, "submit: a reader", names);
  if (!lstudio_get(L, piece, "reader") || !callable(L, -1)) {
    luaL_error(L, "option 'body': 'reader' must be a function");
  }
  lua_rawseti(L, readers, i);
  bool can_rewind = lstudio_get(L, piece, "rewind");
  if (can_rewind) {
    if (!callable(L, -1)) luaL_error(L, "option 'body': 'rewind' must be a function");
    lua_rawseti(L, readers, -i);
  }
  need(L, studio_body_add_reader(body, bytes(L, piece, "size"), can_rewind));
}

static void add_file(lua_State *L, int piece, studio_body *body) {
  static const char *const names[] = {"file", "offset", "size", NULL};
  lstudio_known_options(L, piece, "submit: a file", names);
  const char *path = lstudio_required(L, piece, "file", NULL);
  int64_t offset = bytes(L, piece, "offset");
  need(L, studio_body_add_file(body, path, offset < 0 ? 0 : offset, bytes(L, piece, "size")));
}

static void add_pieces(lua_State *L, int list, int box, studio_body *body) {
  lua_newtable(L);
  int readers = lua_gettop(L);
  lua_pushvalue(L, readers);
  lua_setiuservalue(L, box, READERS);
  lua_Integer count = (lua_Integer)lua_rawlen(L, list);
  for (lua_Integer i = 1; i <= count; i++) {
    size_t size = 0;
    int type = lua_rawgeti(L, list, i);
    int piece = lua_gettop(L);
    if (type == LUA_TSTRING) {
      const char *text = lua_tolstring(L, piece, &size);
      need(L, studio_body_add_memory(body, text, size));
    } else if (type == LUA_TTABLE) {
      if (lstudio_has_option(L, piece, "file")) add_file(L, piece, body);
      else add_reader(L, piece, i, readers, body);
    } else {
      luaL_error(L, "option 'body': a piece must be a string, a file or a reader, not a %s", luaL_typename(L, piece));
    }
    lua_settop(L, readers);
  }
  lua_pop(L, 1);
}

void lstudio_body(lua_State *L, int table, studio_request *request) {
  int box = lua_gettop(L);
  if (!lstudio_get(L, table, "body")) return;
  if (strcmp(request->method, "HEAD") == 0) luaL_error(L, "bad option 'body' (HEAD has none)");
  request->has_body = true;
  if (lua_type(L, -1) == LUA_TTABLE) {
    add_pieces(L, lua_gettop(L), box, &request->body);
  } else {
    lua_pop(L, 1);
    size_t size = 0;
    const char *text = lstudio_string(L, table, "body", &size);
    need(L, studio_body_add_memory(&request->body, text, size));
  }
  lua_settop(L, box);
}

/* ---- asking a reader */

typedef struct filling {
  studio_call *call;
  int attempt;        /* the one that asked */
  studio_error error;
} filling;

/* A reader may cancel its own call, or wait for something else meanwhile, so that the attempt is over. */
static bool is_over(const filling *f) {
  return f->call->state != STUDIO_CALL_SENDING || f->call->attempts != f->attempt;
}

/* Calls the reader (1) once and feeds what it gave. True: it should be asked again. */
static bool ask_once(lua_State *L, filling *f) {
  studio_body *body = &f->call->request.body;
  size_t size = 0;
  lua_settop(L, 3);
  lua_pushvalue(L, 1);
  lua_call(L, 0, 2);
  if (is_over(f)) return false;
  if (lua_isnil(L, 4)) {
    if (!lua_isnil(L, 5)) luaL_error(L, "%s", luaL_tolstring(L, 5, NULL));
    studio_body_feed_end(body, &f->error);
    return false;
  }
  if (lua_type(L, 4) != LUA_TSTRING) luaL_error(L, "it returned a %s, not a string", luaL_typename(L, 4));
  const char *chunk = lua_tolstring(L, 4, &size);
  if (size == 0) luaL_error(L, "it returned an empty string; nil says that there is no more");
  return studio_body_feed(body, chunk, size, &f->error) && studio_body_wants_more(body);
}

/* The reader (1), its rewind or nil (2), the filling (3). Runs protected. */
static int fill(lua_State *L) {
  filling *f = lua_touserdata(L, 3);
  studio_body *body = &f->call->request.body;
  studio_piece *piece = &body->pieces[body->at];
  if (piece->rewind_due) {
    lua_pushvalue(L, 2);
    lua_call(L, 0, 2);
    if (lua_isnil(L, -2) && !lua_isnil(L, -1)) luaL_error(L, "cannot rewind: %s", luaL_tolstring(L, -1, NULL));
    if (is_over(f)) return 0;
    piece->rewind_due = false;
  }
  while (ask_once(L, f)) {}
  return 0;
}

static int describe(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* The error that was raised is on top; pops it. */
static void tell(lua_State *L, filling *f, int status) {
  if (status == LUA_ERRMEM) {
    studio_error_set(&f->error, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  } else {
    lua_pushcfunction(L, describe);
    lua_insert(L, -2);
    bool told = lua_pcall(L, 1, 1, 0) == LUA_OK;
    studio_error_set(&f->error, STUDIO_KIND_FILE, "reader", "the reader of the body failed: %s",
                     told ? lua_tostring(L, -1) : "and so did the report of why");
  }
  lua_pop(L, 1);
}

void lstudio_fill_body(lua_State *L, studio_loop *loop, studio_call *call) {
  studio_body *body = &call->request.body;
  int top = lua_gettop(L);
  ptrdiff_t piece = studio_body_hungry(body);
  filling f = {.call = call, .attempt = call->attempts};
  if (piece < 0) return;
  studio_error_clear(&f.error);
  if (body->asking) {
    studio_error_set(&f.error, STUDIO_KIND_FILE, "reader", "the reader of the body waits for its own call");
  } else if (lua_isuserdata(L, top) && lua_getiuservalue(L, top, READERS) == LUA_TTABLE) {
    lua_pushcfunction(L, fill);
    lua_rawgeti(L, top + 1, piece + 1);
    lua_rawgeti(L, top + 1, -(piece + 1));
    lua_pushlightuserdata(L, &f);
    body->asking = true;
    int status = lua_pcall(L, 3, 0, 0);
    body->asking = false;
    if (status != LUA_OK) tell(L, &f, status);
  } else {
    studio_error_set(&f.error, STUDIO_KIND_FILE, "reader", "the reader of the body is gone");
  }
  lua_settop(L, top);
  if (is_over(&f)) return;
  if (f.error.kind == STUDIO_KIND_NONE) studio_loop_body_fed(loop, call);
  else studio_loop_body_failed(loop, call, &f.error);
}
