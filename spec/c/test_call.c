/* The call: repeating, limits, deadlines, credentials, without a network.   SPDX-License-Identifier: MIT */
#include "call_fixture.h"
#include "support/oom.h"

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

static void the_budget_bounds_retries(void **state) {
  (void)state;
  world w = make_world();
  studio_budgets *budgets = studio_budgets_new();
  assert_true(studio_client_join_budget(w.client, budgets, NULL, 0));
  studio_budgets_unref(budgets);
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

static void states_have_names(void **state) {
  (void)state;
  static const char *const names[] = {"auth", "queued", "sending", "backoff", "done", "done"};
  for (int i = 0; i < 6; i++) assert_string_equal(studio_call_state_name((studio_call_state)i), names[i]);
}

/* The error's stage is that of the gravest attempt, not of the last. */
static void what_an_attempt_may_have_done_is_not_forgotten(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "POST", BASE "/things", 0);
  call->request.repeatable = true; /* an idempotency key */
  send(&w, call);
  breaks(&w, call, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_NETWORK, false);
  while (call->state == STUDIO_CALL_BACKOFF) {
    wake(&w, call);
    w.now += 20000;
    send(&w, call);
    breaks(&w, call, STUDIO_STAGE_NOT_SENT, STUDIO_KIND_NETWORK, false);
  }
  assert_int_equal(call->error.kind, STUDIO_KIND_NETWORK);
  assert_int_equal(call->error.stage, STUDIO_STAGE_UNKNOWN);
  studio_call_unref(call);

  call = make_call(&w, "POST", BASE "/things", 0);
  send(&w, call);
  answer(&w, call, 429, NULL); /* a refusal did nothing */
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
  assert_int_equal(call->error.stage, STUDIO_STAGE_NOT_SENT);
  studio_call_unref(call);
  end_world(&w);
}

static void a_key_that_expired_in_the_queue_is_renewed_before_it_is_sent(void **state) {
  (void)state;
  world w = make_world();
  w.client->has_provider = w.client->auth_known = true;
  w.client->auth_expires = w.now + 100;
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  w.now += 100;
  assert_true(studio_limiters_take(call->waiter.limiters, call->waiter.limiter_count, w.now, call->slots));
  assert_true(studio_call_renew(call, w.now));
  assert_int_equal(call->state, STUDIO_CALL_AUTH);
  assert_int_equal(report(&w).free, 5);
  studio_call_enter(call, w.now); /* the new key is as short-lived: it is used all the same */
  w.client->auth_expires = w.now + 1;
  studio_call_enter(call, w.now);
  w.now += 1;
  assert_true(studio_limiters_take(call->waiter.limiters, call->waiter.limiter_count, w.now, call->slots));
  assert_false(studio_call_renew(call, w.now));
  studio_call_sending(call, w.now);
  answer(&w, call, 200, NULL);
  assert_int_equal(call->error.kind, STUDIO_KIND_NONE);
  studio_call_unref(call);
  end_world(&w);
}

/* However slow this machine is between the answer of a provider and the send. */
static void a_key_that_has_just_come_is_sent_even_if_it_is_good_for_no_time(void **state) {
  (void)state;
  world w = make_world();
  w.client->has_provider = w.client->auth_known = true;
  w.client->auth_expires = w.client->auth_since = w.now;
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  assert_int_equal(call->state, STUDIO_CALL_AUTH); /* a call that begins asks for a key of its own */
  w.client->auth_since = w.now;
  w.client->auth_expires = w.now + 1;
  studio_call_enter(call, w.now);
  w.now += STUDIO_KEY_FRESH_MS - 1;
  assert_true(studio_limiters_take(call->waiter.limiters, call->waiter.limiter_count, w.now, call->slots));
  assert_false(studio_call_renew(call, w.now));
  w.now += 1;
  assert_true(studio_call_renew(call, w.now));
  studio_call_unref(call);
  end_world(&w);
}

/* Of several limiters, a header speaks of the one that it is nearest to. */
static void a_header_tightens_the_limiter_that_it_means(void **state) {
  (void)state;
  world w = make_world();
  studio_limit hourly = {.capacity = 500, .window_ms = 3600000, .guard_ms = 20};
  studio_limiter *other = studio_limiter_new("hourly", &hourly, NULL);
  assert_true(studio_client_add_limiter(w.client, other));
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  send(&w, call);
  answer(&w, call, 200, "X-RateLimit-Limit: 4\r\n");
  assert_int_equal(studio_limiter_limit(w.limiter)->capacity, 4);
  assert_int_equal(studio_limiter_limit(other)->capacity, 500);
  studio_call_unref(call);
  end_world(&w);
  studio_limiter_unref(other);
}

/* One that is left out in silence would be overdrawn. */
static void more_limiters_than_a_call_can_need_are_refused(void **state) {
  (void)state;
  for (int more = STUDIO_LIMITERS_MAX - 1; more <= STUDIO_LIMITERS_MAX; more++) { /* beside the client's one */
    world w = make_world();
    studio_request request = {.method = "GET"};
    studio_limit limit = {.capacity = 5, .window_ms = 10000};
    studio_error err;
    studio_error_clear(&err);
    assert_true(studio_buf_puts(&request.url, BASE));
    for (; request.limiter_count < more; request.limiter_count++) {
      request.limiters[request.limiter_count] = studio_limiter_new("own", &limit, NULL);
    }
    studio_call *call = studio_call_new(w.client, &request, w.now, &err);
    assert_int_equal(call != NULL, more < STUDIO_LIMITERS_MAX);
    assert_int_equal(err.kind, call != NULL ? STUDIO_KIND_NONE : STUDIO_KIND_INVALID);
    studio_call_unref(call);
    end_world(&w);
  }
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
    cmocka_unit_test(a_streamed_body_lets_its_slot_go_at_the_first_byte),
    cmocka_unit_test(the_budget_bounds_retries),
    cmocka_unit_test(a_limiter_that_is_named_twice_gives_one_slot),
    cmocka_unit_test(more_limiters_than_a_call_can_need_are_refused),
    cmocka_unit_test(an_answer_that_cannot_be_kept_ends_the_call),
    cmocka_unit_test(a_call_that_memory_runs_out_for_fails_cleanly),
    cmocka_unit_test(what_an_attempt_may_have_done_is_not_forgotten),
    cmocka_unit_test(a_key_that_expired_in_the_queue_is_renewed_before_it_is_sent),
    cmocka_unit_test(a_key_that_has_just_come_is_sent_even_if_it_is_good_for_no_time),
    cmocka_unit_test(a_header_tightens_the_limiter_that_it_means),
    cmocka_unit_test(states_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
