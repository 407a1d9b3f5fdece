/* A client, a limiter and a clock wound by hand, for the tests of calls.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_SPEC_CALL_FIXTURE_H
#define STUDIO_SPEC_CALL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/call.h"

#define BASE "https://api.example.com/v1"
#define WALL 1700000000000LL

typedef struct world {
  studio_client *client;
  studio_limiter *limiter;
  studio_rng rng;
  int64_t now;
} world;

static inline world make_world(void) {
  world w = {.now = 1000000};
  studio_limit limit = {.capacity = 5, .window_ms = 10000, .guard_ms = 20, .linger_ms = 1000};
  w.client = studio_client_new(BASE, false, NULL);
  w.limiter = studio_limiter_new("test", &limit, NULL);
  assert_non_null(w.client);
  assert_true(studio_client_add_limiter(w.client, w.limiter));
  assert_true(studio_headers_set(&w.client->headers, "X-Client", "client-secret"));
  studio_rng_seed(&w.rng, 7);
  return w;
}

static inline void end_world(world *w) {
  assert_int_equal(w->client->stats.in_flight, 0);
  studio_client_unref(w->client);
  studio_limiter_unref(w->limiter);
}

static inline studio_call *make_call(world *w, const char *method, const char *url, int64_t deadline_ms) {
  studio_request request = {.timeout_ms = 60000, .deadline_ms = deadline_ms, .max_body = 1000};
  strcpy(request.method, method);
  assert_true(studio_buf_puts(&request.url, url));
  assert_true(studio_headers_set(&request.headers, "Accept", "application/json"));
  assert_true(studio_headers_set(&request.headers, "X-Token", "call-secret"));
  studio_call *call = studio_call_new(w->client, &request, w->now, NULL);
  assert_non_null(call);
  studio_call_enter(call, w->now);
  return call;
}

/* What the loop does for a queued call. */
static inline void send(world *w, studio_call *call) {
  assert_int_equal(call->state, STUDIO_CALL_QUEUED);
  assert_true(studio_limiters_take(call->waiter.limiters, call->waiter.limiter_count, w->now, call->slots));
  studio_call_sending(call, w->now);
}

static inline void answer(world *w, studio_call *call, int status, const char *header) {
  studio_error none;
  studio_error_clear(&none);
  w->now += 50;
  call->response.status = status;
  if (header != NULL) assert_true(studio_headers_add_line(&call->response.headers, header, strlen(header)));
  studio_call_attempt_over(call, &none, false, &w->rng, w->now, WALL);
}

static inline void breaks(world *w, studio_call *call, studio_stage stage, studio_kind kind, bool fatal) {
  studio_error failure;
  studio_error_clear(&failure);
  studio_error_set(&failure, kind, "test", "it broke");
  failure.stage = stage;
  w->now += 50;
  studio_call_attempt_over(call, &failure, fatal, &w->rng, w->now, WALL);
}

static inline void wake(world *w, studio_call *call) {
  assert_int_equal(call->state, STUDIO_CALL_BACKOFF);
  w->now = call->wake;
  studio_call_enter(call, w->now);
}

static inline studio_limiter_report report(const world *w) {
  studio_limiter_report r;
  studio_limiter_explain(w->limiter, w->now, &r);
  return r;
}

#endif
