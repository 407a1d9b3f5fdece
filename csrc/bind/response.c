/* studio.response: what came back.   SPDX-License-Identifier: MIT
** User value 1: the body as a Lua string, once it was asked for; user value 2: the header table. */
#include "core/response.h"

#include <string.h>

#include "bind/lstudio.h"

typedef struct response_box {
  studio_call *call;
  bool closed;
} response_box;

static response_box *check_box(lua_State *L) {
  response_box *box = luaL_checkudata(L, 1, LSTUDIO_RESPONSE);
  if (box->closed || box->call == NULL) luaL_argerror(L, 1, "response is closed");
  return box;
}

void lstudio_push_response(lua_State *L, int call_box, studio_call *call) {
  if (call->response.status == 0 && !call->request.warm) {
    luaL_pushfail(L);
    return;
  }
  /* one for each call, so that the body is turned into a Lua string only once */
  call_box = lua_absindex(L, call_box);
  if (lua_getiuservalue(L, call_box, 2) == LUA_TUSERDATA) return;
  lua_pop(L, 1);
  response_box *box = lstudio_new_box(L, LSTUDIO_RESPONSE, sizeof *box, 2);
  box->call = studio_call_ref(call);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, call_box, 2);
}

static int response_close(lua_State *L) {
  response_box *box = luaL_checkudata(L, 1, LSTUDIO_RESPONSE);
  box->closed = true;
  return 0;
}

static int response_gc(lua_State *L) {
  response_box *box = luaL_checkudata(L, 1, LSTUDIO_RESPONSE);
  studio_call *call = box->call;
  box->call = NULL;
  studio_call_unref(call);
  return 0;
}

static int response_tostring(lua_State *L) {
  response_box *box = luaL_checkudata(L, 1, LSTUDIO_RESPONSE);
  if (box->closed || box->call == NULL) lua_pushliteral(L, LSTUDIO_RESPONSE " (closed)");
  else lua_pushfstring(L, "%s (%d)", LSTUDIO_RESPONSE, box->call->response.status);
  return 1;
}

static void push_body(lua_State *L, studio_call *call) {
  studio_buf *body = &call->response.body;
  if (call->response.path != NULL) {
    lua_pushnil(L);
    return;
  }
  if (lua_getiuservalue(L, 1, 1) == LUA_TSTRING) return;
  lua_pop(L, 1);
  lua_pushlstring(L, body->data != NULL ? body->data : "", body->size);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, 1);
  studio_buf_free(body); /* once is enough */
}

/* Lower-case names; repeats are joined as HTTP says, with a comma. */
static void push_headers(lua_State *L, const studio_call *call) {
  if (lua_getiuservalue(L, 1, 2) == LUA_TTABLE) return;
  lua_pop(L, 1);
  const studio_headers *headers = &call->response.headers;
  lua_createtable(L, 0, (int)headers->count);
  for (size_t i = 0; i < headers->count; i++) {
    luaL_Buffer name;
    luaL_buffinit(L, &name);
    for (const char *c = headers->list[i].name; *c != '\0'; c++) {
      luaL_addchar(&name, (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c));
    }
    luaL_pushresult(&name);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) == LUA_TSTRING) {
      lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), headers->list[i].value);
    } else {
      lua_pushstring(L, headers->list[i].value);
    }
    lua_remove(L, -2);
    lua_rawset(L, -3);
  }
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, 2);
}

static void set_seconds(lua_State *L, const char *name, int64_t us) {
  lua_pushnumber(L, (lua_Number)us / 1e6);
  lua_setfield(L, -2, name);
}

static void push_timing(lua_State *L, const studio_call *call) {
  const studio_timing *timing = &call->response.timing;
  lua_createtable(L, 0, 11);
  set_seconds(L, "auth", timing->auth);
  set_seconds(L, "earlier", timing->earlier);
  set_seconds(L, "queue", timing->queue);
  set_seconds(L, "backoff", timing->backoff);
  set_seconds(L, "resolve", timing->resolve);
  set_seconds(L, "connect", timing->connect);
  set_seconds(L, "tls", timing->tls);
  set_seconds(L, "send", timing->send);
  set_seconds(L, "wait", timing->wait);
  set_seconds(L, "body", timing->body);
  set_seconds(L, "total", timing->total);
}

/* The names that services use for it, the likeliest first. */
static const char *request_id(const studio_headers *headers) {
  static const char *const names[] = {"X-Request-Id", "Request-Id", "X-Correlation-Id", "X-Amzn-RequestId",
                                      "X-Trace-Id", "CF-Ray"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *value = studio_headers_get(headers, names[i]);
    if (value != NULL) return value;
  }
  return NULL;
}

static int response_index(lua_State *L) {
  studio_call *call = check_box(L)->call;
  const studio_response *response = &call->response;
  const char *name = lstudio_check_text(L, 2);
  if (strcmp(name, "status") == 0) lua_pushinteger(L, response->status);
  else if (strcmp(name, "body") == 0) push_body(L, call);
  else if (strcmp(name, "headers") == 0) push_headers(L, call);
  else if (strcmp(name, "path") == 0) lua_pushstring(L, response->path);
  else if (strcmp(name, "url") == 0) lua_pushstring(L, response->url.data);
  else if (strcmp(name, "timing") == 0) push_timing(L, call);
  else if (strcmp(name, "attempts") == 0) lua_pushinteger(L, call->attempts);
  else if (strcmp(name, "request_id") == 0) lua_pushstring(L, request_id(&response->headers));
  else if (strcmp(name, "http_version") == 0) lua_pushnumber(L, response->http_version / 10.0);
  else lua_getfield(L, lua_upvalueindex(1), name);
  return 1;
}

/*** The first value of a header, whatever the case of its name.
@function response:header
@tparam string name
@treturn ?string */
static int response_header(lua_State *L) {
  studio_call *call = check_box(L)->call;
  lua_pushstring(L, studio_headers_get(&call->response.headers, lstudio_check_text(L, 2)));
  return 1;
}

/*** The call that it answers as a curl command line: see call:curl.
@function response:curl
@treturn ?string nil and why when no command line can hold the body */
static int response_curl(lua_State *L) { return lstudio_push_curl(L, check_box(L)->call); }

void lstudio_push_failure(lua_State *L, int call_box, studio_call *call) {
  static const char *const stages[] = {"not_sent", "unknown", "answered"};
  const studio_error *err = &call->error;
  call_box = lua_absindex(L, call_box);
  lua_createtable(L, 0, 8);
  lua_pushstring(L, studio_kind_name(err->kind));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, err->message);
  lua_setfield(L, -2, "message");
  lua_pushstring(L, stages[err->stage]);
  lua_setfield(L, -2, "stage");
  lua_pushinteger(L, call->attempts);
  lua_setfield(L, -2, "attempts");
  if (err->code[0] != '\0') {
    lua_pushstring(L, err->code);
    lua_setfield(L, -2, "code");
  }
  if (err->status != 0) {
    lua_pushinteger(L, err->status);
    lua_setfield(L, -2, "status");
  }
  if (err->retry_after_ms >= 0 && err->retry_after_ms != STUDIO_NEVER) {
    lua_pushnumber(L, (lua_Number)err->retry_after_ms / 1000);
    lua_setfield(L, -2, "retry_after");
  }
  lstudio_push_response(L, call_box, call);
  lua_setfield(L, -2, "response");
}

static const luaL_Reg methods[] = {{"header", response_header}, {"curl", response_curl}, {NULL, NULL}};

void lstudio_open_response(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_RESPONSE, methods, response_close, response_gc,
                                      response_index, response_tostring};
  lstudio_new_class(L, &class);
}
