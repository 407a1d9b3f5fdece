/* studio_loop: the only thing that waits or does I/O.   SPDX-License-Identifier: MIT
**
** Drives all calls of all clients over one poller, by libcurl's multi_socket interface. Not
** thread-safe: one loop, one thread (each Lua state has its own). Nothing of the caller's runs inside a
** step: finished calls and clients that want credentials are picked up between steps. */
#ifndef STUDIO_CORE_LOOP_H
#define STUDIO_CORE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/call.h"

typedef struct studio_loop studio_loop;

/* NULL fills err (libcurl too old, no descriptors, no memory). */
studio_loop *studio_loop_new(studio_error *err);
void studio_loop_free(studio_loop *loop); /* ends every call as cancelled */

/* Takes over what `request` owns, also on failure. The caller gets one count of the call; the loop keeps its
** own until the call is picked up by studio_loop_take_done. NULL fills err: the request itself is wrong. */
studio_call *studio_loop_submit(studio_loop *loop, studio_client *client, studio_request *request,
                                studio_error *err);

/* Ends it now, from every state; false when it was over already. It comes out of take_done as well. */
bool studio_loop_cancel(studio_loop *loop, studio_call *call);

/* Whether the attempt under way has begun to leave this machine; while it looks up a name or connects: false. */
bool studio_loop_is_sent(const studio_call *call);

/* Does what there is to do; waits at most `wait_ms` for it. Ends early when a call finished, an alarm is
** due, credentials are wanted, or a signal came. With wait_ms 0 the work itself is bounded to
** about STUDIO_STEP_BUDGET_US: what is left over waits for the next step. */
#define STUDIO_STEP_BUDGET_US 400
void studio_loop_step(studio_loop *loop, int64_t wait_ms);

size_t studio_loop_done(const studio_loop *loop); /* how many finished calls wait to be picked up */
studio_call *studio_loop_take_done(studio_loop *loop); /* the loop's count goes to the caller; NULL: none */

/* A client whose provider must be asked (taken off the list; not counted); NULL: none. Answer with one of: */
studio_client *studio_loop_wants_auth(studio_loop *loop);
void studio_loop_auth_ready(studio_loop *loop, studio_client *client, int64_t expires_ms); /* < 0: never */
void studio_loop_auth_failed(studio_loop *loop, studio_client *client, const char *why);

/* A call whose body waits for its reader (taken off the list; counted for the caller); NULL: none. Feed the body,
** then say so with one of the two; both do nothing when the attempt that asked is over. */
studio_call *studio_loop_wants_body(studio_loop *loop);
void studio_loop_body_fed(studio_loop *loop, studio_call *call);
void studio_loop_body_failed(studio_loop *loop, studio_call *call, const studio_error *why);

int studio_loop_fd(studio_loop *loop); /* readable when a step has work to do */
void studio_loop_alarm(studio_loop *loop, int64_t in_ms); /* one, which rings once; < 0: none */

/* Closes the connections that are kept for later calls; false while any transfer is under way. */
bool studio_loop_disconnect(studio_loop *loop);

/* Milliseconds until the call can go on, as far as is known (slots, backoff); 0: it is under way. */
int64_t studio_loop_wait_of(studio_loop *loop, const studio_call *call);

/* The limiter that goes by this key, made when there is none (counted for the caller). The key may hold a
** credential: it is kept as a secret. Limits of an existing one are not changed. `store` is taken over, also
** when it is not needed; NULL: none. */
studio_limiter *studio_loop_limiter(studio_loop *loop, const char *key, size_t key_size, const char *name,
                                    const studio_limit *limit, studio_limiter_store *store);

/* The budgets that its clients bound their retries by (not counted). */
studio_budgets *studio_loop_budgets(studio_loop *loop);

const char *studio_loop_curl_version(void); /* of the libcurl that runs, "7.88.1" */

/* What is noted for a debug log: its owner sets the level and takes the events between two steps. */
struct studio_trace *studio_loop_trace(studio_loop *loop);

size_t studio_loop_active(const studio_loop *loop); /* calls not finished */
studio_rng *studio_loop_rng(studio_loop *loop);

#endif
