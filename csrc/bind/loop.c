/* studio.loop: drives everything; one for each Lua state. Internal: use studio.step, spawn and sleep.
** SPDX-License-Identifier: MIT
**
** User value 1: the boxes of calls that are not over, by address; a dropped handle does not cancel its call.
** User value 2: the boxes of clients, by client; weak. */
#include "core/loop.h"

#include <math.h>

#include "bind/lstudio.h"

typedef struct loop_box {
  studio_loop *loop;
} loop_box;

static const char loop_key = 0; /* its address is the key in the registry */

static loop_box *check_loop(lua_State *L) {
  loop_box *box = luaL_checkudata(L, 1, LSTUDIO_LOOP);
  if (box->loop == NULL) luaL_argerror(L, 1, "loop is closed");
  return box;
}

int lstudio_push_loop(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key) == LUA_TUSERDATA) return 1;
  lua_pop(L, 1);
  loop_box *box = lstudio_new_box(L, LSTUDIO_LOOP, sizeof *box, 2);
  lua_newtable(L);
  lua_setiuservalue(L, -2, 1);
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setiuservalue(L, -2, 2);
  studio_error err;
  studio_error_clear(&err);
  box->loop = studio_loop_new(&err);
  if (box->loop == NULL) return luaL_error(L, "%s", err.message);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loop_key);
  return 1;
}

studio_loop *lstudio_loop(lua_State *L) {
  lstudio_push_loop(L);
  loop_box *box = luaL_checkudata(L, -1, LSTUDIO_LOOP);
  lua_pop(L, 1);
  if (box->loop == NULL) luaL_error(L, "the Lua state is closing");
  return box->loop;
}

studio_loop *lstudio_living_loop(lua_State *L) {
  bool made = lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key) == LUA_TUSERDATA;
  const loop_box *box = made ? lua_touserdata(L, -1) : NULL;
  lua_pop(L, 1);
  return box != NULL ? box->loop : NULL;
}

static void keep(lua_State *L, int table, const void *key, int box) {
  box = lua_absindex(L, box);
  lstudio_push_loop(L);
  lua_getiuservalue(L, -1, table);
  lua_pushvalue(L, box);
  lua_rawsetp(L, -2, key);
  lua_pop(L, 2);
}

void lstudio_anchor(lua_State *L, void *box, int index) { keep(L, 1, box, index); }

void lstudio_release(lua_State *L, void *box) {
  lstudio_push_loop(L);
  lua_getiuservalue(L, -1, 1);
  lua_pushnil(L);
  lua_rawsetp(L, -2, box);
  lua_pop(L, 2);
}

void lstudio_remember_client(lua_State *L, studio_client *client, int box) { keep(L, 2, client, box); }

static int loop_gc(lua_State *L) {
  loop_box *box = luaL_checkudata(L, 1, LSTUDIO_LOOP);
  studio_loop *loop = box->loop;
  box->loop = NULL;
  if (loop != NULL) studio_loop_free(loop);
  return 0;
}

static int loop_tostring(lua_State *L) {
  loop_box *box = luaL_checkudata(L, 1, LSTUDIO_LOOP);
  if (box->loop == NULL) lua_pushliteral(L, LSTUDIO_LOOP " (closed)");
  else lua_pushfstring(L, "%s (%d active)", LSTUDIO_LOOP, (int)studio_loop_active(box->loop));
  return 1;
}

/* Pushes a list of the finished calls' boxes. The table comes first: it may fail, and they must not get lost. */
static void collect_done(lua_State *L, studio_loop *loop) {
  studio_call *call;
  lua_Integer count = 0;
  lua_createtable(L, (int)studio_loop_done(loop), 0);
  lua_getiuservalue(L, 1, 1);
  while ((call = studio_loop_take_done(loop)) != NULL) {
    if (lua_rawgetp(L, -1, call->owner) == LUA_TUSERDATA) {
      lua_rawseti(L, -3, ++count);
      lua_pushnil(L);
      lua_rawsetp(L, -2, call->owner);
    } else {
      lua_pop(L, 1);
    }
    studio_call_unref(call); /* the box has a count of its own */
  }
  lua_pop(L, 1);
}

/* Asks the readers of all bodies that have nothing left to send. */
static void fill_bodies(lua_State *L, studio_loop *loop) {
  studio_call *call;
  lua_getiuservalue(L, 1, 1);
  while ((call = studio_loop_wants_body(loop)) != NULL) {
    lua_rawgetp(L, -1, call->owner);
    lstudio_fill_body(L, loop, call);
    lua_pop(L, 1);
    studio_call_unref(call);
  }
  lua_pop(L, 1);
}

/*** Does what there is to do, and waits for it at most so long. Returns early when a call finished, an alarm is
due or a signal came. With 0 the work itself is bounded, to well under a millisecond. With `asker`, credential providers
may wait without holding everything up: it gets the client, the provider function and a question, whose
question:answer(ok, ...) must be told what pcall(provider) returned. Without, providers are called inside the step.
@function loop:step
@tparam number seconds
@tparam ?function asker
@treturn table the calls that finished */
static int loop_step(lua_State *L) {
  loop_box *box = check_loop(L);
  int64_t ms = lstudio_to_ms(L, luaL_optnumber(L, 2, 0), "seconds");
  if (!lua_isnoneornil(L, 3)) luaL_checktype(L, 3, LUA_TFUNCTION);
  lua_settop(L, 3);
  lua_remove(L, 2); /* the loop at 1, the asker at 2: where lstudio_ask expects them */
  studio_loop_step(box->loop, ms);
  studio_client *client;
  while ((client = studio_loop_wants_auth(box->loop)) != NULL) lstudio_ask(L, box->loop, client);
  fill_bodies(L, box->loop);
  collect_done(L, box->loop);
  return 1;
}

/*** A descriptor that becomes readable when step has work to do.
@function loop:fd
@treturn integer */
static int loop_fd(lua_State *L) {
  lua_pushinteger(L, studio_loop_fd(check_loop(L)->loop));
  return 1;
}

/*** One alarm: the descriptor becomes readable, and a waiting step returns, once, after so many seconds.
@function loop:alarm
@tparam ?number seconds nil: none */
static int loop_alarm(lua_State *L) {
  loop_box *box = check_loop(L);
  studio_loop_alarm(box->loop, lua_isnoneornil(L, 2) ? -1 : lstudio_to_ms(L, luaL_checknumber(L, 2), "seconds"));
  return 0;
}

/*** Closes the connections that are kept for later calls.
@function loop:disconnect
@treturn boolean false while a transfer is under way: nothing was closed then */
static int loop_disconnect(lua_State *L) {
  lua_pushboolean(L, studio_loop_disconnect(check_loop(L)->loop));
  return 1;
}

/*** Monotonic time.
@function loop:now
@treturn number seconds */
static int loop_now(lua_State *L) {
  check_loop(L);
  lua_pushnumber(L, (lua_Number)studio_clock_ms() / 1000);
  return 1;
}

/*** How many calls are not over.
@function loop:active
@treturn integer */
static int loop_active(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)studio_loop_active(check_loop(L)->loop));
  return 1;
}

/*** A number from the loop's generator, for jitter.
@function loop:random
@treturn number in [0, 1) */
static int loop_random(lua_State *L) {
  uint64_t bits = studio_rng_next(studio_loop_rng(check_loop(L)->loop));
  lua_pushnumber(L, ldexp((lua_Number)(bits >> 11), -53));
  return 1;
}

/*** Seeds that generator: same seed, same numbers.
@function loop:seed
@tparam integer seed */
static int loop_seed(lua_State *L) {
  loop_box *box = check_loop(L);
  studio_rng_seed(studio_loop_rng(box->loop), (uint64_t)luaL_checkinteger(L, 2));
  return 0;
}

static const luaL_Reg methods[] = {
  {"step", loop_step},     {"fd", loop_fd},         {"alarm", loop_alarm}, {"now", loop_now},
  {"active", loop_active}, {"random", loop_random}, {"seed", loop_seed},
  {"disconnect", loop_disconnect}, {"log", lstudio_log}, {"event", lstudio_event}, {NULL, NULL}};

void lstudio_open_loop(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_LOOP, methods, NULL, loop_gc, NULL, loop_tostring};
  lstudio_new_class(L, &class);
  lua_pushcfunction(L, lstudio_push_loop);
  lua_setfield(L, -2, "loop");
}
