/* lstudio: what the files of the binding share.   SPDX-License-Identifier: MIT
**
** The binding is thin: check arguments, call the core, push results. A userdata is a box that holds
** one core object; it is pushed empty first and filled second, so that nothing leaks when Lua raises in
** between. An empty box is a closed object. */
#ifndef STUDIO_BIND_LSTUDIO_H
#define STUDIO_BIND_LSTUDIO_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "core/call.h"
#include "core/loop.h"

/* ---- classes (object.c) */

typedef struct lstudio_class {
  const char *name;                 /* registry key, __name, and the name in messages */
  const luaL_Reg *methods;
  lua_CFunction close;              /* :close() = __close; safe to call twice. NULL: none */
  lua_CFunction gc;                 /* __gc; NULL: close */
  lua_CFunction index;              /* computed fields; NULL: methods only */
  lua_CFunction tostring;
} lstudio_class;

/* Makes the metatable; leaves the stack as it was. */
void lstudio_new_class(lua_State *L, const lstudio_class *class);

/* Pushes a zeroed box of `size` bytes with its metatable. */
void *lstudio_new_box(lua_State *L, const char *name, size_t size, int user_values);

/* ---- options (options.c): the one reader of option tables; all raise, naming the option */

void lstudio_known_options(lua_State *L, int table, const char *what, const char *const *names);
/* Pushes the option; false (nothing pushed) when it is absent. Raw: no metamethod may close what we work on. */
bool lstudio_get(lua_State *L, int table, const char *name);
bool lstudio_has_option(lua_State *L, int table, const char *name);
double lstudio_number(lua_State *L, int table, const char *name, double fallback, double least);
int lstudio_integer(lua_State *L, int table, const char *name, int fallback, int least);
int64_t lstudio_ms(lua_State *L, int table, const char *name, double fallback_seconds);
bool lstudio_boolean(lua_State *L, int table, const char *name, bool fallback);
/* NULL when absent; the string is anchored in the table. `size` may be NULL: then no NUL may be inside. */
const char *lstudio_string(lua_State *L, int table, const char *name, size_t *size);
const char *lstudio_required(lua_State *L, int table, const char *name, size_t *size);
/* A string argument without a zero byte inside: C would read a path or a name up to there, which is another one. */
const char *lstudio_check_text(lua_State *L, int arg);
/* Adds the option 'headers' (name -> value); raises for what cannot be sent. */
void lstudio_headers(lua_State *L, int table, studio_headers *headers);
int64_t lstudio_to_ms(lua_State *L, double seconds, const char *name); /* raises when it is no duration */

/* ---- the classes: check raises for another type or a closed object */

studio_loop *lstudio_loop(lua_State *L);       /* this state's loop, made when there is none */
studio_loop *lstudio_living_loop(lua_State *L); /* the same, or NULL: never made, or freed as the state closes */
int lstudio_push_loop(lua_State *L);           /* its userdata; returns 1 */
void lstudio_anchor(lua_State *L, void *box, int index); /* keeps a call's box until the call is over */
void lstudio_release(lua_State *L, void *box);           /* undoes it; never raises */
void lstudio_remember_client(lua_State *L, studio_client *client, int box);

/* A pointer that check returns is good until something is allocated: that may run a finaliser of the user's, which
** may close the object. (Calls and responses stay until they are collected: theirs are good for longer.) */
studio_client *lstudio_check_client(lua_State *L, int arg);
studio_client *lstudio_to_client(lua_State *L, int arg); /* NULL when it is closed */
studio_limiter *lstudio_check_limiter(lua_State *L, int arg);
studio_auth *lstudio_check_auth(lua_State *L, int arg);
studio_auth *lstudio_to_auth(lua_State *L, int arg); /* NULL when it is no auth */
void lstudio_push_auth(lua_State *L, int table);     /* reads an option table, pushes the box */
/* Reads the option 'body' into the request; the call's box is on top and gets what must be kept for it (body.c). */
void lstudio_body(lua_State *L, int table, studio_request *request);
/* Asks the reader that the call's body waits for; the call's box is on top. Never raises. */
void lstudio_fill_body(lua_State *L, studio_loop *loop, studio_call *call);
void lstudio_push_auth_provider(lua_State *L, int auth); /* pushes the function, or nil */

/* Answers a client that wants credentials (ask.c): now, or by a question for the asker. At index 1 is the loop, at 2
** the asker or nil. */
void lstudio_ask(lua_State *L, studio_loop *loop, studio_client *client);

int lstudio_submit(lua_State *L);                    /* client:submit (call.c) */
int lstudio_log(lua_State *L);                       /* loop:log, loop:event (log.c) */
int lstudio_event(lua_State *L);
int lstudio_curl(lua_State *L);                      /* client:curl (call.c) */
int lstudio_push_curl(lua_State *L, const studio_call *call); /* or nil and why not */
studio_buf *lstudio_push_buffer(lua_State *L);       /* an empty one, wiped when it is collected (client.c) */
int lstudio_warm(lua_State *L);                      /* client:warm (call.c) */
void lstudio_push_response(lua_State *L, int call_box, studio_call *call); /* nil when there is none */
void lstudio_push_failure(lua_State *L, int call_box, studio_call *call); /* the one place: a plain table */

/* ---- parts of the module; the module table is on top of the stack */

void lstudio_open_loop(lua_State *L);
void lstudio_open_ask(lua_State *L);
void lstudio_open_log(lua_State *L);
void lstudio_open_client(lua_State *L);
void lstudio_open_call(lua_State *L);
void lstudio_open_response(lua_State *L);
void lstudio_open_limiter(lua_State *L);
void lstudio_open_auth(lua_State *L);
void lstudio_open_json(lua_State *L);
void lstudio_open_journal(lua_State *L);
void lstudio_pin(void); /* pin.c */

#define LSTUDIO_LOOP "studio.loop"
#define LSTUDIO_CLIENT "studio.client"
#define LSTUDIO_CALL "studio.call"
#define LSTUDIO_RESPONSE "studio.response"
#define LSTUDIO_LIMITER "studio.limiter"
#define LSTUDIO_AUTH "studio.auth"
#define LSTUDIO_EVENT "studio.event"
#define LSTUDIO_QUESTION "studio.question"
#define LSTUDIO_JOURNAL "studio.journal"

#endif
