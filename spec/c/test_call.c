/* The call's state machine: every rule about repeating, redirects, limits and deadlines, without a network.
** SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/call.h"
#include "support/oom.h"

#define BASE "https://api.example.com/v1"
#define WALL 1700000000000LL

typedef struct world {
  studio_client *client;
  studio_limiter *limiter;
  studio_rng rng;
  int64_t now;
} world;

static world make_world(void) {
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

static void end_world(world *w) {
  assert_int_equal(w->client->stats.in_flight, 0);
  studio_client_unref(w->client);
  studio_limiter_unref(w->limiter);
}

static studio_call *make_call(world *w, const char *method, const char *url, int64_t deadline_ms) {
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
static void send(world *w, studio_call *call) {
  assert_int_equal(call->state, STUDIO_CALL_QUEUED);
  assert_true(studio_limiters_take(call->waiter.limiters, call->waiter.limiter_count, w->now, call->slots));
  studio_call_sending(call, w->now);
}

static void answer(world *w, studio_call *call, int status, const char *header) {
  studio_error none;
  studio_error_clear(&none);
  w->now += 50;
  call->response.status = status;
  if (header != NULL) assert_true(studio_headers_add_line(&call->response.headers, header, strlen(header)));
  studio_call_attempt_over(call, &none, false, &w->rng, w->now, WALL);
}

static void breaks(world *w, studio_call *call, studio_stage stage, studio_kind kind, bool fatal) {
  studio_error failure;
  studio_error_clear(&failure);
  studio_error_set(&failure, kind, "test", "it broke");
  failure.stage = stage;
  w->now += 50;
  studio_call_attempt_over(call, &failure, fatal, &w->rng, w->now, WALL);
}

static void wake(world *w, studio_call *call) {
  assert_int_equal(call->state, STUDIO_CALL_BACKOFF);
  w->now = call->wake;
  studio_call_enter(call, w->now);
}

static studio_limiter_report report(const world *w) {
  studio_limiter_report r;
  studio_limiter_explain(w->limiter, w->now, &r);
  return r;
}

static void a_success_cools_its_slot(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  w.now += 300; /* in the queue */
  send(&w, call);
  assert_int_equal(report(&w).held, 1);
  answer(&w, call, 200, NULL);
  assert_int_equal(call->state, STUDIO_CALL_DONE);
  assert_int_equal(call->error.kind, STUDIO_KIND_NONE);
  assert_int_equal(call->response.timing.queue, 300000);
  assert_int_equal(call->response.timing.total, 350000);
  assert_int_equal(report(&w).cooling, 1);
  assert_int_equal(report(&w).in_flight, 0);
  studio_call_unref(call);
  end_world(&w);
}

static void a_get_is_repeated_and_a_post_is_not(void **state) {
  (void)state;
  world w = make_world();
  studio_call *get = make_call(&w, "GET", BASE "/things", 0);
  send(&w, get);
  answer(&w, get, 503, NULL);
  wake(&w, get);
  send(&w, get);
  answer(&w, get, 200, NULL);
  assert_int_equal(get->error.kind, STUDIO_KIND_NONE);
  assert_int_equal(get->attempts, 2);
  studio_call_unref(get);

  studio_call *post = make_call(&w, "POST", BASE "/things", 0);
  send(&w, post);
  answer(&w, post, 503, NULL);
  assert_int_equal(post->state, STUDIO_CALL_DONE);
  assert_int_equal(post->error.kind, STUDIO_KIND_SERVER);
  assert_int_equal(post->error.status, 503);
  studio_call_unref(post);
  end_world(&w);
}

static void a_post_without_an_answer_is_unknown(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "POST", BASE "/things", 0);
  send(&w, call);
  breaks(&w, call, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_NETWORK, false);
  assert_int_equal(call->state, STUDIO_CALL_DONE);
  assert_int_equal(call->error.kind, STUDIO_KIND_OUTCOME_UNKNOWN);
  assert_int_equal(call->error.stage, STUDIO_STAGE_UNKNOWN);
  assert_int_equal(call->attempts, 1);
  w.now += 10020 + 999; /* W + g + linger, but for one ms */
  assert_int_equal(report(&w).cooling, 1);
  w.now += 1;
  assert_int_equal(report(&w).cooling, 0);
  studio_call_unref(call);
  end_world(&w);
}

/* The status came, the rest was cut: a 201 may have been done, a 409 was refused whatever its text. */
static void a_cut_answer_counts_by_its_status(void **state) {
  (void)state;
  world w = make_world();
  studio_call *created = make_call(&w, "POST", BASE "/things", 0);
  send(&w, created);
  created->response.status = 201;
  breaks(&w, created, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_NETWORK, false);
  assert_int_equal(created->error.kind, STUDIO_KIND_OUTCOME_UNKNOWN);
  assert_int_equal(created->error.status, 201);
  studio_call_unref(created);

  studio_call *refused = make_call(&w, "POST", BASE "/things", 0);
  send(&w, refused);
  refused->response.status = 409;
  breaks(&w, refused, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_NETWORK, false);
  assert_int_equal(refused->error.kind, STUDIO_KIND_CONFLICT);
  studio_call_unref(refused);
  end_world(&w);
}

static void what_was_not_sent_gives_its_slot_back(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "POST", BASE "/things", 0);
  send(&w, call);
  breaks(&w, call, STUDIO_STAGE_NOT_SENT, STUDIO_KIND_NETWORK, false);
  assert_int_equal(report(&w).free, 5);
  wake(&w, call);
  send(&w, call);
  answer(&w, call, 201, NULL);
  assert_int_equal(call->error.kind, STUDIO_KIND_NONE);
  studio_call_unref(call);
  end_world(&w);
}

static void a_429_pauses_everybody_and_is_sat_out(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "POST", BASE "/things", 0);
  send(&w, call);
  answer(&w, call, 429, "Retry-After: 7\r\n");
  assert_int_equal(call->state, STUDIO_CALL_BACKOFF);
  assert_true(call->wake >= w.now + 7000 && call->wake <= w.now + 7700);
  assert_true(report(&w).paused_ms >= 7000);
  assert_int_equal(w.client->stats.rate_limited, 1);
  for (int i = 1; i < 20; i++) {
    wake(&w, call);
    w.now += 20000; /* out of the pause and the window */
    send(&w, call);
    answer(&w, call, 429, NULL);
  }
  wake(&w, call);
  w.now += 20000;
  send(&w, call);
  answer(&w, call, 429, NULL); /* one more than max_refusals */
  assert_int_equal(call->error.kind, STUDIO_KIND_RATE_LIMITED);
  studio_call_unref(call);
  end_world(&w);
}

static void a_404_to_a_repeated_delete_is_success(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "DELETE", BASE "/things/1", 0);
  send(&w, call);
  breaks(&w, call, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_TIMEOUT, false);
  wake(&w, call);
  send(&w, call);
  answer(&w, call, 404, NULL);
  assert_int_equal(call->error.kind, STUDIO_KIND_NONE);
  studio_call_unref(call);

  call = make_call(&w, "DELETE", BASE "/things/1", 0);
  send(&w, call);
  breaks(&w, call, STUDIO_STAGE_NOT_SENT, STUDIO_KIND_NETWORK, false);
  wake(&w, call);
  send(&w, call);
  answer(&w, call, 404, NULL); /* the first never left: this one found nothing to delete */
  assert_int_equal(call->error.kind, STUDIO_KIND_NOT_FOUND);
  studio_call_unref(call);
  end_world(&w);
}

static void fatal_failures_end_at_once(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  send(&w, call);
  breaks(&w, call, STUDIO_STAGE_NOT_SENT, STUDIO_KIND_TLS, true);
  assert_int_equal(call->error.kind, STUDIO_KIND_TLS);
  assert_int_equal(call->attempts, 1);
  studio_call_unref(call);
  end_world(&w);
}

static void a_deadline_bounds_backoff_too(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/things", 5000);
  send(&w, call);
  answer(&w, call, 503, "Retry-After: 30\r\n");
  assert_int_equal(call->state, STUDIO_CALL_DONE); /* at once: waiting would be in vain */
  assert_int_equal(call->error.kind, STUDIO_KIND_TIMEOUT);
  assert_string_equal(call->error.code, "deadline");
  assert_true(call->error.retry_after_ms >= 30000);
  studio_call_unref(call);

  call = make_call(&w, "GET", BASE "/things", 5000);
  w.now += 5000; /* nobody sent it in time */
  studio_call_enter(call, w.now);
  assert_int_equal(call->error.kind, STUDIO_KIND_TIMEOUT);
  assert_int_equal(call->error.stage, STUDIO_STAGE_NOT_SENT);
  studio_call_unref(call);
  end_world(&w);
}

static void a_401_asks_the_provider_once(void **state) {
  (void)state;
  world w = make_world();
  w.client->has_provider = true;
  studio_call *call = make_call(&w, "POST", BASE "/things", 0);
  assert_int_equal(call->state, STUDIO_CALL_AUTH); /* nobody knows a key yet */
  w.client->auth_known = true;
  studio_call_enter(call, w.now);
  send(&w, call);
  answer(&w, call, 401, NULL);
  assert_int_equal(call->state, STUDIO_CALL_AUTH);
  assert_false(w.client->auth_known);
  w.client->auth_known = true;
  studio_call_enter(call, w.now);
  send(&w, call);
  answer(&w, call, 401, NULL);
  assert_int_equal(call->error.kind, STUDIO_KIND_UNAUTHORIZED);
  studio_call_unref(call);

  w.client->auth_expires = w.now + 100;
  call = make_call(&w, "GET", BASE "/things", 0);
  assert_int_equal(call->state, STUDIO_CALL_QUEUED);
  w.now += 100;
  studio_call_enter(call, w.now);
  assert_int_equal(call->state, STUDIO_CALL_AUTH);
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
  studio_call_unref(call);
  end_world(&w);
}

static void another_origin_gets_no_limits(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", "https://cdn.example.net/a.png?signature=x", 0);
  assert_false(call->own_origin);
  assert_int_equal(call->waiter.limiter_count, 0);
  send(&w, call);
  answer(&w, call, 200, NULL);
  assert_int_equal(report(&w).free, 5);
  studio_call_unref(call);
  end_world(&w);
}

typedef struct redirect_case {
  const char *method, *location;
  int status;
  const char *next_method, *next_url; /* NULL: not followed */
} redirect_case;

static void redirects_are_followed_by_rule(void **state) {
  (void)state;
  static const redirect_case cases[] = {
    {"GET", "/v1/other", 301, "GET", "https://api.example.com/v1/other"},
    {"GET", "https://cdn.example.net/x", 302, "GET", "https://cdn.example.net/x"},
    {"HEAD", "/v1/other", 303, "HEAD", "https://api.example.com/v1/other"},
    {"POST", "/v1/jobs/7", 303, "GET", "https://api.example.com/v1/jobs/7"},
    {"POST", "/v1/other", 307, "POST", "https://api.example.com/v1/other"},
    {"DELETE", "/v1/other", 308, "DELETE", "https://api.example.com/v1/other"},
    {"POST", "https://elsewhere.example.net/x", 307, NULL, NULL}, /* a write stays at its host */
    {"POST", "/v1/other", 301, NULL, NULL},
    {"POST", "/v1/other", 302, NULL, NULL},
    {"GET", "http://api.example.com/v1/other", 302, NULL, NULL}, /* unprotected */
    {"GET", "file:///etc/passwd", 302, NULL, NULL},
    {"GET", "https://user:pw@api.example.com/", 302, NULL, NULL},
    {"GET", "", 302, NULL, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    world w = make_world();
    char header[200];
    studio_call *call = make_call(&w, cases[i].method, BASE "/things", 0);
    send(&w, call);
    snprintf(header, sizeof header, "Location: %s\r\n", cases[i].location);
    answer(&w, call, cases[i].status, header);
    if (cases[i].next_url != NULL) {
      assert_int_equal(call->state, STUDIO_CALL_QUEUED);
      assert_string_equal(call->request.method, cases[i].next_method);
      assert_string_equal(call->request.url.data, cases[i].next_url);
      studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
    } else {
      assert_int_equal(call->error.kind, STUDIO_KIND_PROTOCOL);
      assert_string_equal(call->error.code, "redirect");
      assert_null(strstr(call->error.message, "pw@"));
    }
    studio_call_unref(call);
    end_world(&w);
  }
}

static void a_redirect_elsewhere_takes_no_secret_along(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/download", 0);
  send(&w, call);
  answer(&w, call, 302, "Location: https://cdn.example.net/a.png\r\n");
  assert_false(call->own_origin);
  assert_int_equal(call->waiter.limiter_count, 0);
  assert_null(studio_headers_get(&call->request.headers, "X-Token"));
  assert_string_equal(studio_headers_get(&call->request.headers, "Accept"), "application/json");
  for (int i = 0; i < w.client->max_redirects; i++) { /* the first counts as well */
    send(&w, call);
    answer(&w, call, 302, "Location: https://cdn.example.net/b.png\r\n");
  }
  assert_int_equal(call->error.kind, STUDIO_KIND_PROTOCOL);
  studio_call_unref(call);
  end_world(&w);
}

static void a_streamed_body_lets_its_slot_go_at_the_first_byte(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/film", 0);
  send(&w, call);
  w.now += 100;
  studio_call_first_byte(call, w.now);
  assert_int_equal(report(&w).held, 0);
  assert_int_equal(report(&w).cooling, 1);
  assert_int_equal(report(&w).in_flight, 1);
  w.now += 60000; /* a long film */
  answer(&w, call, 200, NULL);
  assert_int_equal(report(&w).cooling, 0);
  assert_int_equal(report(&w).in_flight, 0);
  studio_call_unref(call);
  end_world(&w);
}

static void urls_that_we_do_not_send_to_are_refused(void **state) {
  (void)state;
  static const char *const urls[] = {"file:///etc/passwd", "ftp://h/x", "http://h.example.com/x",
                                     "https://u:p@h.example.com/x", "nonsense"};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    world w = make_world();
    studio_request request = {.timeout_ms = 1000};
    studio_error err;
    studio_error_clear(&err);
    strcpy(request.method, "GET");
    assert_true(studio_buf_puts(&request.url, urls[i]));
    assert_null(studio_call_new(w.client, &request, w.now, &err));
    assert_int_equal(err.kind, STUDIO_KIND_INVALID);
    assert_null(strstr(err.message, "u:p"));
    end_world(&w);
  }
}

static void the_budget_bounds_retries(void **state) {
  (void)state;
  world w = make_world();
  int attempts = 0, calls = 0;
  for (; calls < 100; calls++) { /* a dead service: 100 calls of up to 5 attempts each */
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    while (call->state != STUDIO_CALL_DONE) {
      if (call->state == STUDIO_CALL_BACKOFF) wake(&w, call);
      w.now += 20000;
      send(&w, call);
      breaks(&w, call, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_TIMEOUT, false);
    }
    attempts += call->attempts;
    studio_call_unref(call);
  }
  assert_int_equal(attempts - calls, 500 / STUDIO_BUDGET_TIMEOUT);
  end_world(&w);
}

static void a_limiter_that_is_named_twice_gives_one_slot(void **state) {
  (void)state;
  world w = make_world();
  studio_request request = {.timeout_ms = 1000, .limiters = {studio_limiter_ref(w.limiter)}, .limiter_count = 1};
  strcpy(request.method, "GET");
  assert_true(studio_buf_puts(&request.url, BASE));
  studio_call *call = studio_call_new(w.client, &request, w.now, NULL);
  assert_int_equal(call->waiter.limiter_count, 1);
  assert_ptr_equal(studio_call_ref(call), call);
  studio_call_unref(call);
  studio_call_unref(call);
  end_world(&w);
}

/* An answer whose file could not be written was an answer: its slot cools like every other. */
static void an_answer_that_cannot_be_kept_ends_the_call(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/film", 0);
  send(&w, call);
  call->response.status = 200;
  breaks(&w, call, STUDIO_STAGE_ANSWERED, STUDIO_KIND_FILE, true);
  assert_int_equal(call->error.kind, STUDIO_KIND_FILE);
  assert_int_equal(report(&w).cooling, 1);
  studio_call_unref(call);

  call = make_call(&w, "GET", BASE "/film", 0);
  send(&w, call);
  studio_call_fail(call, STUDIO_STAGE_ANSWERED, w.now, STUDIO_KIND_CANCELLED, "cancel", "%s", "enough");
  assert_int_equal(report(&w).cooling, 2);
  studio_call_unref(call);
  end_world(&w);
}

static void a_redirect_never_leaves_tls(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  send(&w, call);
  answer(&w, call, 302, "Location: http://127.0.0.1/things\r\n"); /* plain http to loopback is allowed elsewhere */
  assert_int_equal(call->error.kind, STUDIO_KIND_PROTOCOL);
  assert_non_null(strstr(call->error.message, "unprotected"));
  studio_call_unref(call);
  end_world(&w);
}

static void a_call_that_memory_runs_out_for_fails_cleanly(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  for (int nth = 1; nth < 4; nth++) {
    world w = make_world();
    studio_request request = {.timeout_ms = 1000};
    studio_error err;
    studio_error_clear(&err);
    strcpy(request.method, "GET");
    assert_true(studio_buf_puts(&request.url, BASE "/things"));
    oom_start(nth, true);
    studio_call *call = studio_call_new(w.client, &request, w.now, &err);
    bool failed = oom_stop();
    assert_int_equal(call == NULL, failed);
    if (failed) assert_int_equal(err.kind, STUDIO_KIND_INTERNAL);
    studio_call_unref(call);
    end_world(&w);
  }
}

static void a_redirect_that_memory_runs_out_for_fails_cleanly(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  bool failed = true;
  for (int nth = 1; failed; nth++) {
    world w = make_world();
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    send(&w, call);
    const char *header = "Location: https://cdn.example.net/a-name-that-is-longer-than-the-url-which-was-asked-for\r\n";
    assert_true(studio_headers_add_line(&call->response.headers, header, strlen(header)));
    oom_start(nth, true);
    answer(&w, call, 302, NULL);
    failed = oom_stop();
    assert_int_equal(call->state, failed ? STUDIO_CALL_DONE : STUDIO_CALL_QUEUED);
    studio_call_unref(call);
    end_world(&w);
  }
}

static void states_have_names(void **state) {
  (void)state;
  static const char *const names[] = {"auth", "queued", "sending", "backoff", "done", "done"};
  for (int i = 0; i < 6; i++) assert_string_equal(studio_call_state_name((studio_call_state)i), names[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_success_cools_its_slot),
    cmocka_unit_test(a_get_is_repeated_and_a_post_is_not),
    cmocka_unit_test(a_post_without_an_answer_is_unknown),
    cmocka_unit_test(a_cut_answer_counts_by_its_status),
    cmocka_unit_test(what_was_not_sent_gives_its_slot_back),
    cmocka_unit_test(a_429_pauses_everybody_and_is_sat_out),
    cmocka_unit_test(a_404_to_a_repeated_delete_is_success),
    cmocka_unit_test(fatal_failures_end_at_once),
    cmocka_unit_test(a_deadline_bounds_backoff_too),
    cmocka_unit_test(a_401_asks_the_provider_once),
    cmocka_unit_test(another_origin_gets_no_limits),
    cmocka_unit_test(redirects_are_followed_by_rule),
    cmocka_unit_test(a_redirect_elsewhere_takes_no_secret_along),
    cmocka_unit_test(a_streamed_body_lets_its_slot_go_at_the_first_byte),
    cmocka_unit_test(urls_that_we_do_not_send_to_are_refused),
    cmocka_unit_test(the_budget_bounds_retries),
    cmocka_unit_test(a_limiter_that_is_named_twice_gives_one_slot),
    cmocka_unit_test(an_answer_that_cannot_be_kept_ends_the_call),
    cmocka_unit_test(a_redirect_never_leaves_tls),
    cmocka_unit_test(a_call_that_memory_runs_out_for_fails_cleanly),
    cmocka_unit_test(a_redirect_that_memory_runs_out_for_fails_cleanly),
    cmocka_unit_test(states_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
