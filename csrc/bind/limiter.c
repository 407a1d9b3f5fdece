/* studio.limiter: when may a call be sent?   SPDX-License-Identifier: MIT */
#include "core/limiter.h"
#include "core/slotstore.h"

#include "bind/lstudio.h"

typedef struct limiter_box {
  studio_limiter *limiter;
} limiter_box;

studio_limiter *lstudio_check_limiter(lua_State *L, int arg) {
  limiter_box *box = luaL_checkudata(L, arg, LSTUDIO_LIMITER);
  if (box->limiter == NULL) luaL_argerror(L, arg, "limiter is closed");
  return box->limiter;
}

static int limiter_close(lua_State *L) {
  limiter_box *box = luaL_checkudata(L, 1, LSTUDIO_LIMITER);
  studio_limiter *limiter = box->limiter;
  box->limiter = NULL;
  if (limiter != NULL) studio_limiter_unref(limiter);
  return 0;
}

static int limiter_tostring(lua_State *L) {
  limiter_box *box = luaL_checkudata(L, 1, LSTUDIO_LIMITER);
  lua_pushfstring(L, "%s (%s)", LSTUDIO_LIMITER,
                  box->limiter != NULL ? studio_limiter_name(box->limiter) : "closed");
  return 1;
}

static void set_seconds(lua_State *L, const char *name, int64_t ms) {
  if (ms == STUDIO_NEVER || ms < 0) return; /* unknown */
  lua_pushnumber(L, (lua_Number)ms / 1000);
  lua_setfield(L, -2, name);
}

static void set_integer(lua_State *L, const char *name, int64_t value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

/*** Says what the limiter does now, and why. Durations in seconds: `window`, `guard`, `spacing`, `linger`,
`next_slot` (0: now), `paused`, `pace` (between two sends, because others spend as well), `quota` (until a spent quota
of another window is new). Counts: `capacity` (in force), `configured` (as asked for), `held` (attempts in
flight), `cooling` (answered, not yet out of the window), `foreign` (spent by others), `free`, `in_flight`,
`waiting` (calls), `sent`, `refused` (answers 429), `unexplained`. `why`: free, window, spacing, in_flight,
paused, foreign, quota, turn (another process's). `learnt`: guard or spacing are wider than asked for. `store`: "file"
when other processes and later runs see the slots, else "memory"; `store_trouble`: why a file that was wanted is not.
@function limiter:explain
@treturn table */
static int limiter_explain(lua_State *L) {
  lua_createtable(L, 0, 26);
  studio_limiter *limiter = lstudio_check_limiter(L, 1); /* now: making the table may have run a finaliser */
  studio_limiter_report report;
  studio_limiter_explain(limiter, studio_clock_ms(), &report);
  lua_pushstring(L, studio_limiter_name(limiter));
  lua_setfield(L, -2, "name");
  lua_pushstring(L, report.why);
  lua_setfield(L, -2, "why");
  set_seconds(L, "window", report.limit.window_ms);
  set_seconds(L, "guard", report.limit.guard_ms);
  set_seconds(L, "spacing", report.limit.spacing_ms);
  set_seconds(L, "linger", report.limit.linger_ms);
  set_seconds(L, "next_slot", report.next_slot_ms);
  set_seconds(L, "paused", report.paused_ms);
  set_seconds(L, "pace", report.pace_ms);
  set_seconds(L, "quota", report.quota_ms);
  set_integer(L, "capacity", report.limit.capacity);
  set_integer(L, "configured", report.configured_capacity);
  set_integer(L, "max_in_flight", report.limit.max_in_flight);
  set_integer(L, "held", report.held);
  set_integer(L, "cooling", report.cooling);
  set_integer(L, "foreign", report.foreign);
  if (report.free >= 0) set_integer(L, "free", report.free); /* else there is no window */
  set_integer(L, "in_flight", report.in_flight);
  set_integer(L, "waiting", report.waiting);
  set_integer(L, "sent", report.sent);
  set_integer(L, "refused", report.refused);
  set_integer(L, "unexplained", report.unexplained);
  lua_pushboolean(L, report.learnt);
  lua_setfield(L, -2, "learnt");
  lua_pushstring(L, report.stored ? "file" : "memory");
  lua_setfield(L, -2, "store");
  lua_pushstring(L, report.trouble); /* NULL: nil */
  lua_setfield(L, -2, "store_trouble");
  return 1;
}

/*** Makes a limiter, or finds the one that goes by `key` in this Lua state (its limits then stay as they were).
Options: `name` (shown to people), `key` (may hold a credential: it is kept as a secret), `capacity` requests in
`window` seconds, `guard`, `spacing`, `linger` (seconds), `max_in_flight`, `state_dir`: the folder where slots of this
key are kept for other processes and later runs (without: in memory).
@function limiter
@tparam table options
@treturn limiter */
static int new_limiter(lua_State *L) {
  static const char *const names[] = {"name", "key", "capacity", "window", "guard",
                                      "spacing", "linger", "max_in_flight", "state_dir", NULL};
  lua_settop(L, 1);
  lstudio_known_options(L, 1, "limiter", names);
  size_t key_size = 0;
  const char *name = lstudio_required(L, 1, "name", NULL);
  const char *key = lstudio_string(L, 1, "key", &key_size);
  const char *folder = lstudio_string(L, 1, "state_dir", NULL);
  if (folder != NULL && key == NULL) luaL_error(L, "limiter: 'state_dir' needs a 'key'");
  studio_limit limit = {
    .capacity = lstudio_integer(L, 1, "capacity", 0, 0),
    .window_ms = lstudio_ms(L, 1, "window", 0),
    .guard_ms = lstudio_ms(L, 1, "guard", STUDIO_GUARD_MS / 1000.0),
    .linger_ms = lstudio_ms(L, 1, "linger", STUDIO_LINGER_MS / 1000.0),
    .spacing_ms = lstudio_ms(L, 1, "spacing", 0),
    .max_in_flight = lstudio_integer(L, 1, "max_in_flight", 0, 0),
  };
  if ((limit.capacity > 0) != (limit.window_ms > 0)) luaL_error(L, "limiter: 'capacity' and 'window' go together");
  limiter_box *box = lstudio_new_box(L, LSTUDIO_LIMITER, sizeof *box, 0);
  if (key == NULL) {
    box->limiter = studio_limiter_new(name, &limit, NULL);
  } else {
    studio_loop *loop = lstudio_loop(L); /* may raise: before the store is made */
    studio_limiter_store *store = NULL;
    if (folder != NULL) store = studio_slotstore_new(folder, key, key_size, &limit, NULL);
    bool ready = folder == NULL || store != NULL;
    if (ready) box->limiter = studio_loop_limiter(loop, key, key_size, name, &limit, store);
  }
  if (box->limiter == NULL) return luaL_error(L, "not enough memory");
  return 1;
}

static const luaL_Reg methods[] = {{"explain", limiter_explain}, {NULL, NULL}};

void lstudio_open_limiter(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_LIMITER, methods, limiter_close, NULL, NULL, limiter_tostring};
  lstudio_new_class(L, &class);
  lua_pushcfunction(L, new_limiter);
  lua_setfield(L, -2, "limiter");
}
