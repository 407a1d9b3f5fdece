/* studio.call: one logical API call.   SPDX-License-Identifier: MIT
** User value 1: the client's box, so that its provider lives as long as the call; 2: the response, once made;
** 3: the readers of its body (body.c). */
#include "core/call.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "bind/lstudio.h"
#include "core/curlline.h"
#include "core/url.h"

/* The request is filled in option by option, in the box, so that a raise loses nothing; it is empty again once
** the loop has taken it over. */
typedef struct call_box {
  studio_call *call;
  studio_request request;
  bool closed;
} call_box;

static call_box *check_box(lua_State *L) {
  call_box *box = luaL_checkudata(L, 1, LSTUDIO_CALL);
  if (box->closed || box->call == NULL) luaL_argerror(L, 1, "call is closed");
  return box;
}

static studio_call *check_call(lua_State *L) { return check_box(L)->call; }

/* Never cancels: the call may be paid for. */
static int call_close(lua_State *L) {
  call_box *box = luaL_checkudata(L, 1, LSTUDIO_CALL);
  box->closed = true;
  return 0;
}

static int call_gc(lua_State *L) {
  call_box *box = luaL_checkudata(L, 1, LSTUDIO_CALL);
  studio_call *call = box->call;
  box->call = NULL;
  studio_request_free(&box->request);
  studio_call_unref(call);
  return 0;
}

static int call_tostring(lua_State *L) {
  call_box *box = luaL_checkudata(L, 1, LSTUDIO_CALL);
  if (box->closed || box->call == NULL) lua_pushliteral(L, LSTUDIO_CALL " (closed)");
  else lua_pushfstring(L, "%s (%s)", LSTUDIO_CALL, studio_call_state_name(box->call->state));
  return 1;
}

/* ---- submit */

static void need(lua_State *L, bool ok) {
  if (!ok) luaL_error(L, "not enough memory");
}

static void read_method(lua_State *L, studio_request *request) {
  const char *method = lstudio_string(L, 2, "method", NULL);
  if (method == NULL) method = "GET";
  size_t size = strlen(method);
  for (size_t i = 0; i < size; i++) {
    if (method[i] < 'A' || method[i] > 'Z') luaL_error(L, "bad option 'method' (upper-case letters expected)");
  }
  if (size == 0 || size >= STUDIO_METHOD_MAX) luaL_error(L, "bad option 'method' (its length)");
  memcpy(request->method, method, size + 1);
}

/* Adds name=value for the scalar at `index`. */
static void add_query(lua_State *L, studio_request *request, const char *name, size_t name_size, int index) {
  int type = lua_type(L, index);
  if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN) {
    luaL_error(L, "option 'query': '%s' must be a string, number, boolean or a list of them", name);
  }
  size_t size = 0;
  if (type == LUA_TBOOLEAN) lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
  else lua_pushvalue(L, index);
  const char *value = lua_tolstring(L, -1, &size);
  need(L, studio_url_add_query(&request->url, name, name_size, value, size));
  lua_pop(L, 1);
}

/* Pushes a list of the query's names, sorted: the same call always has the same URL. */
static lua_Integer push_sorted_names(lua_State *L, int query) {
  lua_newtable(L);
  lua_Integer count = 0;
  lua_pushnil(L);
  while (lua_next(L, query) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING) luaL_error(L, "option 'query' must map names to values");
    lua_Integer at = ++count;
    for (; at > 1; at--) { /* insertion: queries are short */
      lua_rawgeti(L, -2, at - 1);
      bool less = lua_compare(L, -2, -1, LUA_OPLT);
      if (less) lua_rawseti(L, -3, at);
      else lua_pop(L, 1);
      if (!less) break;
    }
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, at);
  }
  return count;
}

static void read_query(lua_State *L, studio_request *request) {
  if (!lstudio_get(L, 2, "query")) return;
  luaL_checktype(L, -1, LUA_TTABLE);
  int query = lua_gettop(L);
  lua_Integer count = push_sorted_names(L, query);
  for (lua_Integer i = 1; i <= count; i++) {
    size_t size = 0;
    lua_rawgeti(L, query + 1, i);
    const char *name = lua_tolstring(L, -1, &size);
    lua_pushvalue(L, -1);
    lua_rawget(L, query);
    if (lua_type(L, -1) == LUA_TTABLE) {
      int length = (int)lua_rawlen(L, -1);
      for (int k = 1; k <= length; k++) {
        lua_rawgeti(L, -1, k);
        add_query(L, request, name, size, -1);
        lua_pop(L, 1);
      }
    } else {
      add_query(L, request, name, size, -1);
    }
    lua_pop(L, 2);
  }
  lua_settop(L, query - 1);
}

static void read_url(lua_State *L, studio_request *request) {
  const char *path = lstudio_string(L, 2, "path", NULL);
  const char *url = lstudio_string(L, 2, "url", NULL);
  if ((path == NULL) == (url == NULL)) luaL_error(L, "one of the options 'path' and 'url' is needed");
  const char *base_url = lstudio_check_client(L, 1)->base_url;
  need(L, url != NULL ? studio_buf_puts(&request->url, url) : studio_url_join(&request->url, base_url, path));
  read_query(L, request);
}

static void add_limiter(lua_State *L, studio_request *request) {
  studio_limiter *limiter = lstudio_check_limiter(L, lua_gettop(L));
  if (request->limiter_count == STUDIO_LIMITERS_MAX) luaL_error(L, "more than %d limiters", STUDIO_LIMITERS_MAX);
  request->limiters[request->limiter_count++] = studio_limiter_ref(limiter);
  lua_pop(L, 1);
}

static void read_limiters(lua_State *L, studio_request *request) {
  if (lstudio_get(L, 2, "limiters")) {
    luaL_checktype(L, -1, LUA_TTABLE);
    int count = (int)lua_rawlen(L, -1);
    for (int i = 1; i <= count; i++) {
      lua_rawgeti(L, -1, i);
      add_limiter(L, request);
    }
    lua_pop(L, 1);
  }
  if (!lstudio_get(L, 2, "class_limiter")) return;
  add_limiter(L, request);
  request->class_limiter = request->limiters[request->limiter_count - 1];
}

static void read_rest(lua_State *L, studio_request *request) {
  static const char *const priorities[] = {"user", "submit", "poll"};
  const char *priority = lstudio_string(L, 2, "priority", NULL);
  int found = priority == NULL ? STUDIO_PRIORITY_USER : -1;
  for (int i = 0; priority != NULL && i < STUDIO_PRIORITY_COUNT; i++) {
    if (strcmp(priority, priorities[i]) == 0) found = i;
  }
  if (found < 0) luaL_error(L, "bad option 'priority' (user, submit or poll expected)");
  request->priority = (studio_priority)found;
  request->repeatable = lstudio_boolean(L, 2, "repeatable", false);
  request->timeout_ms = lstudio_ms(L, 2, "timeout", 60);
  request->stall_ms = lstudio_ms(L, 2, "stall", 30);
  request->deadline_ms = lstudio_ms(L, 2, "deadline", 0);
  double max_body = lstudio_number(L, 2, "max_body", 64.0 * 1024 * 1024, 0);
  request->max_body = max_body < (double)(SIZE_MAX / 4) ? (size_t)max_body : SIZE_MAX / 4;
  if (lstudio_has_option(L, 2, "deadline") && request->deadline_ms == 0) request->deadline_ms = 1;
  const char *label = lstudio_string(L, 2, "label", NULL);
  if (label != NULL) need(L, (request->label = strdup(label)) != NULL);
  const char *save_to = lstudio_string(L, 2, "save_to", NULL);
  if (save_to == NULL) return;
  request->save_to = strdup(save_to);
  need(L, request->save_to != NULL);
}

/* The box is on top; its request is ready. All that may raise comes before the call can be sent. */
static int send_off(lua_State *L, call_box *box) {
  studio_error err;
  studio_error_clear(&err);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  studio_loop *loop = lstudio_loop(L);
  lstudio_anchor(L, box, -1);
  studio_client *client = lstudio_to_client(L, 1);
  if (client != NULL) box->call = studio_loop_submit(loop, client, &box->request, &err);
  else studio_error_set(&err, STUDIO_KIND_INVALID, "closed", "client is closed");
  if (box->call != NULL) {
    box->call->owner = box;
    return 1;
  }
  lstudio_release(L, box);
  return luaL_error(L, "%s", err.message);
}

/* Pushes a box whose request is what the options (2) say. */
static call_box *read_call(lua_State *L) {
  static const char *const names[] = {"method", "path", "url", "query", "headers", "body", "save_to", "timeout",
                                      "stall", "deadline", "priority", "repeatable", "max_body", "limiters",
                                      "class_limiter", "label", NULL};
  lua_settop(L, 2);
  lstudio_known_options(L, 2, "submit", names);
  call_box *box = lstudio_new_box(L, LSTUDIO_CALL, sizeof *box, 3);
  studio_request *request = &box->request;
  read_method(L, request);
  read_url(L, request);
  lstudio_headers(L, 2, &request->headers);
  lstudio_body(L, 2, request);
  read_limiters(L, request);
  read_rest(L, request);
  return box;
}

/*** Submits a call; the loop does the rest. Options: `method` (GET), `path` (below the base URL, escaped) or `url`
(anywhere: without credentials and limits when it is another origin), `query`, `headers`, `body` (a string, or a
list of strings, { file =, offset =, size = } and { reader =, size =, rewind = }, which are sent one after the other),
`save_to` (file for a 2xx body), `timeout` (seconds for one attempt, 60; see docs/files.md for long bodies), `stall`
(longest silence in an answer, and while a long body is sent, 30), `deadline` (seconds for
everything), `priority` ("user", "submit", "poll"), `repeatable` (an idempotency key is in force), `max_body` (bytes),
`limiters` (beside the client's own), `class_limiter` (one more: that of which the answer's headers speak, and which
alone stops when a 429 says that none is left), `label` (what people call it, for logs).
@function client:submit
@tparam table options
@treturn call */
int lstudio_submit(lua_State *L) {
  if (lstudio_check_client(L, 1)->asking) {
    return luaL_error(L, "a credential provider cannot use its own client: that would wait for the credentials");
  }
  return send_off(L, read_call(L));
}

/* A text that is freed when Lua raises in between. */
int lstudio_push_curl(lua_State *L, const studio_call *call) {
  studio_error err;
  studio_error_clear(&err);
  studio_buf *text = lstudio_push_buffer(L);
  const char *service = call->client->name != NULL ? call->client->name : "studio";
  if (!studio_curlline(text, call, service, &err)) {
    luaL_pushfail(L);
    lua_pushstring(L, err.message);
    return 2;
  }
  lua_pushlstring(L, text->data, text->size);
  studio_buf_wipe(text);
  return 1;
}

/*** The same options as a curl command line; nothing is sent. Secrets are variables of the shell.
@function client:curl
@tparam table options of client:submit
@treturn ?string nil and why when no command line can hold the body */
int lstudio_curl(lua_State *L) {
  lstudio_check_client(L, 1);
  studio_error err;
  studio_error_clear(&err);
  call_box *box = read_call(L);
  box->call = studio_call_new(lstudio_check_client(L, 1), &box->request, 0, &err);
  if (box->call == NULL) return luaL_error(L, "%s", err.message);
  return lstudio_push_curl(L, box->call);
}


/*** Looks the host up, reads the CA bundle, connects and shakes hands, so that the first real call is quick. Sends
nothing and takes no slot. Over HTTP/2 the connection stays for that call; one of HTTP/1.1 libcurl closes again.
@function client:warm
@treturn call whose result is an empty response */
int lstudio_warm(lua_State *L) {
  lstudio_check_client(L, 1);
  lua_settop(L, 1);
  call_box *box = lstudio_new_box(L, LSTUDIO_CALL, sizeof *box, 3);
  memcpy(box->request.method, "GET", 4);
  box->request.warm = true;
  box->request.timeout_ms = 15000;
  need(L, studio_buf_puts(&box->request.url, lstudio_check_client(L, 1)->base_url));
  return send_off(L, box);
}

/* ---- what came of it */

/*** Is it over?
@function call:done
@treturn boolean */
static int call_done(lua_State *L) {
  lua_pushboolean(L, check_call(L)->state == STUDIO_CALL_DONE);
  return 1;
}

/*** The response; or nil and a table with kind, status, message, code, retry_after, attempts, stage, response.
Raises when the call is not over.
@function call:result
@treturn response|nil
@treturn ?table */
static int call_result(lua_State *L) {
  studio_call *call = check_call(L);
  if (call->state != STUDIO_CALL_DONE) return luaL_error(L, "the call is not over (%s)",
                                                         studio_call_state_name(call->state));
  if (call->error.kind == STUDIO_KIND_NONE) {
    lstudio_push_response(L, 1, call);
    return 1;
  }
  luaL_pushfail(L);
  lstudio_push_failure(L, 1, call);
  return 2;
}

/*** Ends the call now, from every state. The result is then nil and a failure of kind "cancelled"; its `stage` tells
whether the request had been sent.
@function call:cancel
@treturn boolean false when it was over already */
static int call_cancel(lua_State *L) {
  studio_call *call = check_call(L);
  lua_pushboolean(L, studio_loop_cancel(lstudio_loop(L), call));
  return 1;
}

/*** The call (after redirects: its last request) as a curl command line, with secrets as variables of the shell.
@function call:curl
@treturn ?string nil and why when no command line can hold the body */
static int call_curl(lua_State *L) { return lstudio_push_curl(L, check_call(L)); }

/*** "auth", "queued", "sending", "backoff" or "done".
@function call:state
@treturn string */
static int call_state(lua_State *L) {
  lua_pushstring(L, studio_call_state_name(check_call(L)->state));
  return 1;
}

/*** Whether the attempt under way has begun to leave this machine: "sending" begins with looking up the name and
connecting. Once true, a call that is cancelled may have been carried out.
@function call:is_sent
@treturn boolean */
static int call_is_sent(lua_State *L) {
  lua_pushboolean(L, studio_loop_is_sent(check_call(L)));
  return 1;
}

/*** Seconds until it can go on (a slot, the end of a backoff), as far as is known; 0 when it is under way.
@function call:wait
@treturn number */
static int call_wait(lua_State *L) {
  int64_t ms = studio_loop_wait_of(lstudio_loop(L), check_call(L));
  lua_pushnumber(L, ms == STUDIO_NEVER ? HUGE_VAL : (lua_Number)ms / 1000);
  return 1;
}

/*** Body bytes: of the answer, or of the whole file, received (never going back, see docs/files.md) and expect (nil:
unknown); of the request sent (by the attempt that came
furthest), send_total (nil: unknown).
@function call:progress
@treturn table */
static int call_progress(lua_State *L) {
  const studio_call *call = check_call(L);
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, call->received);
  lua_setfield(L, -2, "received");
  if (call->expected >= 0) {
    lua_pushinteger(L, call->expected);
    lua_setfield(L, -2, "expect");
  }
  lua_pushinteger(L, call->sent);
  lua_setfield(L, -2, "sent");
  if (call->send_total >= 0) {
    lua_pushinteger(L, call->send_total);
    lua_setfield(L, -2, "send_total");
  }
  return 1;
}

/*** How many requests it has sent or tried to send.
@function call:attempts
@treturn integer */
static int call_attempts(lua_State *L) {
  lua_pushinteger(L, check_call(L)->attempts);
  return 1;
}

static const luaL_Reg methods[] = {
  {"done", call_done}, {"result", call_result},     {"cancel", call_cancel},     {"state", call_state},
  {"wait", call_wait}, {"progress", call_progress}, {"attempts", call_attempts}, {"curl", call_curl},
  {"is_sent", call_is_sent}, {NULL, NULL}};

void lstudio_open_call(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_CALL, methods, call_close, call_gc, NULL, call_tostring};
  lstudio_new_class(L, &class);
}
