/* loop:log and loop:events: what the loop did, for studio.log.   SPDX-License-Identifier: MIT */
#include "bind/lstudio.h"
#include "core/trace.h"

/* An event on its way into a table; freed by its finaliser when Lua raises in between. */
typedef struct event_box {
  studio_event *event;
} event_box;

static int event_gc(lua_State *L) {
  event_box *box = luaL_checkudata(L, 1, LSTUDIO_EVENT);
  if (box->event != NULL) studio_event_free(box->event);
  box->event = NULL;
  return 0;
}

static int event_tostring(lua_State *L) {
  lua_pushliteral(L, LSTUDIO_EVENT);
  return 1;
}

static void set_text(lua_State *L, const char *name, const char *value) {
  if (value == NULL || *value == '\0') return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, name);
}

static void set_number(lua_State *L, const char *name, int64_t value) {
  if (value < 0) return;
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

static void push_event(lua_State *L, const studio_event *event) {
  static const char *const levels[] = {"off", "error", "warn", "info", "debug"};
  lua_createtable(L, 0, 12);
  set_text(L, "type", event->type);
  set_text(L, "level", levels[event->level]);
  lua_pushnumber(L, (lua_Number)event->at / 1000);
  lua_setfield(L, -2, "time");
  set_number(L, "call", event->call);
  set_text(L, "service", event->service);
  set_text(L, "route", event->label);
  set_text(L, "method", event->method);
  set_text(L, "url", event->url.data);
  set_number(L, "attempt", event->attempt > 0 ? event->attempt : -1);
  set_number(L, "status", event->status > 0 ? event->status : -1);
  set_number(L, "bytes", event->bytes);
  if (event->ms >= 0) {
    lua_pushnumber(L, (lua_Number)event->ms / 1000);
    lua_setfield(L, -2, "seconds");
  }
  set_text(L, "kind", event->kind);
  set_text(L, "code", event->code);
  set_text(L, "message", event->message);
  if (event->headers.count == 0) return;
  lua_createtable(L, 0, (int)event->headers.count);
  for (size_t i = 0; i < event->headers.count; i++) {
    lua_pushstring(L, event->headers.list[i].value);
    lua_setfield(L, -2, event->headers.list[i].name);
  }
  lua_setfield(L, -2, "headers");
}

/*** Sets what the loop notes from now on: 0 nothing, 1 errors, 2 warnings, 3 the end of each call, 4 everything.
@function loop:log
@tparam integer level */
int lstudio_log(lua_State *L) {
  luaL_checkudata(L, 1, LSTUDIO_LOOP);
  lua_Integer level = luaL_checkinteger(L, 2);
  luaL_argcheck(L, level >= STUDIO_TRACE_OFF && level <= STUDIO_TRACE_DEBUG, 2, "level out of range");
  studio_loop_trace(lstudio_loop(L))->level = (studio_trace_level)level;
  return 0;
}

/*** The next of the events that the loop noted, oldest first.
@function loop:event
@treturn ?table nil: none
@treturn integer how many events were lost, for want of room, before this is told */
int lstudio_event(lua_State *L) {
  luaL_checkudata(L, 1, LSTUDIO_LOOP);
  studio_trace *trace = studio_loop_trace(lstudio_loop(L));
  if (trace->first == NULL) return 0;
  event_box *box = lstudio_new_box(L, LSTUDIO_EVENT, sizeof *box, 0);
  int64_t lost = trace->lost;
  trace->lost = 0;
  box->event = studio_trace_take(trace);
  if (box->event == NULL) return 0; /* a finaliser took it */
  push_event(L, box->event);
  studio_event_free(box->event);
  box->event = NULL;
  lua_pushinteger(L, (lua_Integer)lost);
  return 2;
}

void lstudio_open_log(lua_State *L) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  static const lstudio_class class = {LSTUDIO_EVENT, none, NULL, event_gc, NULL, event_tostring};
  lstudio_new_class(L, &class);
}
