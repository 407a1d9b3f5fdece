/* Tests of studio_limits: which limiter an answer speaks to, and classes.   SPDX-License-Identifier: MIT */
#include "call_fixture.h"
#include "core/limits.h"
#include "hint.h"

static studio_limiter *make(int capacity, int64_t window_ms) {
  studio_limit limit = {.capacity = capacity, .window_ms = window_ms, .guard_ms = 20, .linger_ms = 1000};
  studio_limiter *limiter = studio_limiter_new("test", &limit, NULL);
  assert_non_null(limiter);
  return limiter;
}

static studio_limiter_report look(studio_limiter *limiter, int64_t now) {
  studio_limiter_report r;
  studio_limiter_explain(limiter, now, &r);
  return r;
}

/* By its window where that is said, else by its size. */
static void each_quota_is_told_to_one_limiter(void **state) {
  (void)state;
  studio_limiter *list[] = {make(0, 0), make(10, 1000), make(1000, 3600000)};
  studio_ratehint hint = HINT(-1, 990, -1, -1);
  hint.policies[hint.policy_count++] = (studio_ratepolicy){8, -1, -1, 1000};
  hint.policies[hint.policy_count++] = (studio_ratepolicy){700, 0, 60000, 86400000};
  studio_limits_tell(list, 3, NULL, 200, &hint, 0);
  assert_int_equal(look(list[1], 0).limit.capacity, 8);
  assert_int_equal(look(list[2], 0).limit.capacity, 990);
  assert_int_equal(look(list[1], 0).quota_ms, 0);
  assert_int_equal(look(list[2], 0).quota_ms, 60000); /* the day is nobody's: 700 is nearer to 1000 than to 10 */
  assert_int_equal(look(list[2], 0).refused, 0);
  studio_limits_tell(list, 3, NULL, 429, &hint, 0);
  for (int i = 0; i < 3; i++) assert_int_equal(look(list[i], 0).refused, 1);
  for (int i = 0; i < 3; i++) studio_limiter_unref(list[i]);
  studio_limits_tell(list, 0, NULL, 429, &hint, 0); /* a call without limiters */
}

static void without_windows_the_first_is_told(void **state) {
  (void)state;
  studio_limiter *list[] = {make(0, 0), make(0, 0)};
  studio_ratehint hint = HINT(-1, 60, 0, 9000);
  studio_limits_tell(list, 2, NULL, 200, &hint, 0);
  assert_int_equal(look(list[0], 0).quota_ms, 9000);
  assert_int_equal(look(list[1], 0).quota_ms, 0);
  for (int i = 0; i < 2; i++) studio_limiter_unref(list[i]);
}

static void a_class_is_tightened_and_stopped_by_itself(void **state) {
  (void)state;
  studio_limiter *account = make(40, 10000), *of_class = make(40, 10000), *list[] = {account, of_class};
  studio_ratehint hint = HINT(-1, 6, 5, -1);
  studio_limits_tell(list, 2, of_class, 200, &hint, 0);
  assert_int_equal(look(account, 0).limit.capacity, 40);
  assert_int_equal(look(of_class, 0).limit.capacity, 6);
  hint.plain.remaining = 0;
  studio_limits_tell(list, 2, of_class, 429, &hint, 0);
  assert_string_equal(look(account, 0).why, "free");
  assert_string_equal(look(of_class, 0).why, "paused");
  studio_ratehint policy = STUDIO_RATEHINT_NONE;
  policy.policies[policy.policy_count++] = (studio_ratepolicy){6, 0, 5000, -1};
  studio_limits_tell(list, 2, of_class, 429, &policy, 0);
  assert_string_equal(look(account, 0).why, "free");
  hint.plain.remaining = 2; /* refused, and yet the class had some left: it was the account's limit */
  studio_limits_tell(list, 2, of_class, 429, &hint, 0);
  assert_string_equal(look(account, 0).why, "paused");
  studio_limiter_unref(account);
  account = list[0] = make(40, 10000);
  policy.policies[0].remaining = -1; /* nothing says which it was */
  studio_limits_tell(list, 2, of_class, 429, &policy, 0);
  assert_string_equal(look(account, 0).why, "paused");
  studio_limiter_unref(account);
  studio_limiter_unref(of_class);
}

/* The service may count all classes together, and say so in the same words. Our requests of other classes are nobody
** else's then, and a refusal is everybody's. */
static void a_limit_of_the_accounts_size_is_the_accounts(void **state) {
  (void)state;
  studio_limiter *account = make(40, 10000), *of_class = make(40, 10000), *list[] = {account, of_class};
  int slot;
  for (int i = 0; i < 20; i++) assert_true(studio_limiters_take(&account, 1, 0, &slot));
  studio_ratehint hint = HINT(-1, 40, 20, -1); /* our 20 of another class */
  studio_limits_tell(list, 2, of_class, 200, &hint, 10);
  assert_int_equal(look(of_class, 10).foreign, 0);
  assert_int_equal(look(account, 10).foreign, 0);
  hint.plain.remaining = 5; /* and 15 of somebody else */
  studio_limits_tell(list, 2, of_class, 200, &hint, 10);
  assert_int_equal(look(of_class, 10).foreign, 0);
  assert_int_equal(look(account, 10).foreign, 15);
  hint.plain.remaining = 0;
  studio_limits_tell(list, 2, of_class, 429, &hint, 10);
  assert_string_equal(look(account, 10).why, "paused");
  studio_limiter_unref(account);
  studio_limiter_unref(of_class);
}

/* A whole call, the redirect included: it takes a slot of both, and its headers are about the class. */
static void a_call_of_a_class(void **state) {
  (void)state;
  world w = make_world();
  studio_limiter *of_class = make(5, 10000);
  studio_call *call = make_call(&w, "GET", BASE "/reports", 0);
  studio_call_unref(call);
  studio_request request = {.timeout_ms = 60000, .max_body = 1000};
  strcpy(request.method, "GET");
  assert_true(studio_buf_puts(&request.url, BASE "/reports"));
  request.limiters[request.limiter_count++] = studio_limiter_ref(of_class);
  request.class_limiter = of_class;
  call = studio_call_new(w.client, &request, w.now, NULL);
  studio_call_enter(call, w.now);
  send(&w, call);
  assert_true(studio_headers_set(&call->response.headers, "X-RateLimit-Limit", "3"));
  answer(&w, call, 302, "Location: /v1/others\r\n");
  assert_int_equal(look(of_class, w.now).limit.capacity, 3);
  assert_int_equal(report(&w).limit.capacity, 5);
  send(&w, call);
  assert_true(studio_headers_set(&call->response.headers, "X-RateLimit-Remaining", "0"));
  answer(&w, call, 429, "Retry-After: 5\r\n");
  assert_int_equal(look(of_class, w.now).refused, 1);
  assert_int_equal(look(of_class, w.now).cooling, 2);
  assert_int_equal(report(&w).refused, 0);
  assert_int_equal(report(&w).cooling, 2);
  assert_int_equal(w.client->stats.rate_limited, 1);
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
  studio_call_unref(call);
  studio_limiter_unref(of_class);
  end_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_quota_is_told_to_one_limiter),
    cmocka_unit_test(without_windows_the_first_is_told),
    cmocka_unit_test(a_class_is_tightened_and_stopped_by_itself),
    cmocka_unit_test(a_limit_of_the_accounts_size_is_the_accounts),
    cmocka_unit_test(a_call_of_a_class),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
