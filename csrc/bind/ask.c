/* studio.question: a client's credential provider is asked.   SPDX-License-Identifier: MIT
**
** Either here, between two steps and on the state that called step; or by whom the step was given, who runs it
** where it may be suspended and answers later. Whatever happens the loop gets an answer: calls wait for it. A
** question that nobody answers any more answers itself when it is collected. */
#include "bind/lstudio.h"

typedef struct question_box {
  studio_client *client; /* the loop holds it until the answer; NULL: answered */
} question_box;

/* What a provider returned for the client (1): credentials or their table (2), and the seconds they are good for (3);
** or nil and why. Runs protected: whatever is raised becomes the reason. */
static int take(lua_State *L) {
  studio_client *client = lua_touserdata(L, 1);
  if (lua_isnil(L, 2)) {
    return luaL_error(L, "the credential provider gave none: %s", luaL_tolstring(L, 3, NULL));
  }
  int64_t expires = lua_isnil(L, 3) ? -1 : lstudio_to_ms(L, luaL_checknumber(L, 3), "expires");
  if (lua_type(L, 2) == LUA_TTABLE) {
    lstudio_push_auth(L, 2);
    lua_replace(L, 2);
  }
  studio_auth *auth = lstudio_to_auth(L, 2);
  if (auth == NULL || studio_auth_count(auth) == 0) {
    return luaL_error(L, "the credential provider returned no credentials (a %s)", luaL_typename(L, 2));
  }
  if (!studio_auth_replace(client->auth, auth)) return luaL_error(L, "not enough memory");
  lua_pushinteger(L, expires);
  return 1;
}

/* Calls the provider (2) for the client (1). */
static int call_provider(lua_State *L) {
  lua_call(L, 0, 2);
  return take(L);
}

/* The error object (1) as a text; protected, since its __tostring may raise as well. */
static int describe(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* On top: what take returned, or with `failed` the error. */
static void tell(lua_State *L, studio_loop *loop, studio_client *client, bool failed) {
  if (!failed) {
    studio_loop_auth_ready(loop, client, lua_tointeger(L, -1));
    return;
  }
  lua_pushcfunction(L, describe);
  lua_insert(L, -2);
  bool told = lua_pcall(L, 1, 1, 0) == LUA_OK;
  studio_loop_auth_failed(loop, client, told ? lua_tostring(L, -1)
                                             : "the credential provider failed, and so did the report of why");
}

/* ---- by the asker */

typedef struct handover {
  studio_client *client;
  bool done; /* the question answers for itself from now on */
} handover;

/* asker (1), client's box (2), provider (3), the handover (4). */
static int hand_over(lua_State *L) {
  handover *what = lua_touserdata(L, 4);
  lua_settop(L, 3);
  question_box *box = lstudio_new_box(L, LSTUDIO_QUESTION, sizeof *box, 0);
  box->client = what->client;
  what->done = true;
  lua_call(L, 3, 0);
  return 0;
}

void lstudio_ask(lua_State *L, studio_loop *loop, studio_client *client) {
  int top = lua_gettop(L);
  lua_getiuservalue(L, 1, 2);
  if (lua_rawgetp(L, -1, client) != LUA_TUSERDATA || lua_getiuservalue(L, -1, 1) != LUA_TFUNCTION) {
    studio_loop_auth_failed(loop, client, "the client's credential provider is gone");
    lua_settop(L, top);
    return;
  }
  if (lua_isfunction(L, 2)) {
    handover what = {client, false};
    lua_pushcfunction(L, hand_over);
    lua_insert(L, top + 2); /* below the client's box and the provider */
    lua_pushvalue(L, 2);
    lua_insert(L, top + 3);
    lua_pushlightuserdata(L, &what);
    bool failed = lua_pcall(L, 4, 0, 0) != LUA_OK;
    if (failed && !what.done) tell(L, loop, client, true);
  } else {
    lua_pushcfunction(L, call_provider);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, client);
    lua_insert(L, -2);
    client->asking = true;
    bool failed = lua_pcall(L, 2, 1, 0) != LUA_OK;
    client->asking = false;
    tell(L, loop, client, failed);
  }
  lua_settop(L, top);
}

/* Whom the question is about, once; NULL: it was answered before. */
static studio_client *whose(question_box *box) {
  studio_client *client = box->client;
  box->client = NULL;
  return client;
}

/*** Answers for the provider; a second time does nothing.
@function question:answer
@tparam boolean ok and further what pcall(provider) returned: credentials or their table, the seconds they are good
for; nil and why not; or false and the error */
static int question_answer(lua_State *L) {
  question_box *box = luaL_checkudata(L, 1, LSTUDIO_QUESTION);
  lua_settop(L, 4);
  studio_loop *loop = lstudio_loop(L);
  studio_client *client = whose(box);
  if (client == NULL) return 0;
  bool failed = !lua_toboolean(L, 2);
  lua_pop(L, failed ? 1 : 0); /* the error is on top */
  if (!failed) {
    lua_pushcfunction(L, take);
    lua_replace(L, 2);
    lua_pushlightuserdata(L, client);
    lua_insert(L, 3);
    failed = lua_pcall(L, 3, 1, 0) != LUA_OK;
  }
  tell(L, loop, client, failed);
  return 0;
}

/* Nobody can answer any more: the task of the provider is gone. */
static int question_gc(lua_State *L) {
  studio_client *client = whose(luaL_checkudata(L, 1, LSTUDIO_QUESTION));
  studio_loop *loop = lstudio_living_loop(L);
  if (client == NULL) return 0;
  if (loop != NULL) studio_loop_auth_failed(loop, client, "the credential provider came to no end");
  else studio_client_unref(client); /* the state closes: its calls are over */
  return 0;
}

static int question_tostring(lua_State *L) {
  const question_box *box = luaL_checkudata(L, 1, LSTUDIO_QUESTION);
  lua_pushfstring(L, "%s (%s)", LSTUDIO_QUESTION, box->client != NULL ? "open" : "answered");
  return 1;
}

static const luaL_Reg methods[] = {{"answer", question_answer}, {NULL, NULL}};

void lstudio_open_ask(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_QUESTION, methods, NULL, question_gc, NULL, question_tostring};
  lstudio_new_class(L, &class);
}
