/* Tests of studio_limiter: what it makes of the headers of answers.   SPDX-License-Identifier: MIT */
#include "limiter_fixture.h"

/* ---- our window, and others in it ---- */

static void headers_only_tighten(void **state) {
  (void)state;
  studio_limiter *l = make(10, 1000, 20, 0, 0);
  static const int64_t ignored[] = {0, -5, 11, 1000000000000LL};
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++) {
    studio_ratehint hint = HINT(-1, ignored[i], -1, -1);
    studio_limiter_observe(l, 0, &hint);
    assert_int_equal(studio_limiter_limit(l)->capacity, 10);
  }
  int slots[8];
  for (int i = 0; i < 8; i++) assert_true(take(l, i, &slots[i]));
  studio_ratehint hint = HINT(-1, 5, -1, -1);
  studio_limiter_observe(l, 10, &hint); /* 8 of 5 are out already */
  assert_int_equal(report(l, 10).limit.capacity, 5);
  assert_int_equal(report(l, 10).configured_capacity, 10);
  assert_int_equal(report(l, 10).free, 0);
  for (int i = 0; i < 8; i++) done(l, slots[i], 100 + i, STUDIO_SLOT_ANSWERED);
  assert_opens(l, 200, 103 + 1020); /* when four are left */
  assert_int_equal(studio_limiter_estimate(l, 200, 4), 107 + 1020 - 200);
  assert_int_equal(studio_limiter_estimate(l, 200, 5), 103 + 2040 - 200);
  spend(l, 5, 5000);
  assert_int_equal(report(l, 5000).free, 0);
  hint.plain.limit = 9;
  studio_limiter_observe(l, 6000, &hint); /* never loosens */
  assert_int_equal(studio_limiter_limit(l)->capacity, 5);
  studio_limiter_unref(l);
}

static void foreign_use_takes_slots_until_the_reset(void **state) {
  (void)state;
  studio_limiter *l = make(20, 10000, 20, 0, 0);
  int held;
  spend(l, 2, 0);
  assert_true(take(l, 0, &held));
  studio_ratehint hint = HINT(-1, 20, 13, 2000);
  studio_limiter_observe(l, 100, &hint); /* 7 used: 3 are ours, one of them in flight */
  assert_int_equal(report(l, 100).foreign, 4);
  assert_int_equal(report(l, 100).free, 13);
  studio_limiter_observe(l, 100, &hint); /* replaces, does not add up */
  assert_int_equal(report(l, 100).foreign, 4);
  spend(l, 13, 200);
  assert_string_equal(report(l, 200).why, "foreign");
  assert_int_equal(studio_limiter_ready_at(l, 200), 2100);
  assert_int_equal(report(l, 2099).foreign, 4);
  assert_int_equal(report(l, 2100).free, 4);
  spend(l, 4, 2100);
  assert_string_equal(report(l, 2100).why, "window");
  hint = (studio_ratehint)HINT(-1, 20, 0, -1); /* without a reset: W */
  studio_limiter_observe(l, 2200, &hint);
  assert_int_equal(report(l, 2200).foreign, 0); /* all ours */
  studio_limiter_observe(l, 12500, &hint);      /* ours: one in flight, four that cool, fourteen that just did */
  assert_int_equal(report(l, 12500).foreign, 15);
  assert_int_equal(report(l, 22499).foreign, 15);
  assert_int_equal(report(l, 22500).foreign, 0);
  studio_limiter_unref(l);
}

static void a_slot_of_ours_may_come_before_the_others_go(void **state) {
  (void)state;
  studio_limiter *l = make(3, 1000, 20, 0, 0);
  spend(l, 2, 0);
  studio_ratehint hint = HINT(-1, 3, 0, 2900);
  studio_limiter_observe(l, 100, &hint); /* one is somebody's for three seconds */
  assert_int_equal(report(l, 100).foreign, 1);
  assert_opens(l, 100, 1020);
  studio_limiter_unref(l);
}

/* Where the service allows more than we were told to use, others may spend that without costing us. */
static void others_may_use_what_is_not_ours(void **state) {
  (void)state;
  studio_limiter *l = make(10, 1000, 20, 0, 0);
  studio_ratehint hint = HINT(-1, 100, 10, -1);
  studio_limiter_observe(l, 0, &hint); /* 90 used by others, 10 left: enough */
  assert_int_equal(report(l, 0).free, 10);
  hint.plain.remaining = 4;
  studio_limiter_observe(l, 0, &hint);
  assert_int_equal(report(l, 0).free, 4);
  hint.plain.remaining = 1000; /* nonsense */
  studio_limiter_observe(l, 0, &hint);
  assert_int_equal(report(l, 0).free, 10);
  studio_limiter_unref(l);
}

/* Others spend as much as we do: we pace ourselves, also when the reset is over, and explain says so. */
static void who_shares_a_key_paces(void **state) {
  (void)state;
  studio_limiter *l = make(10, 10000, 20, 0, 0);
  spend(l, 4, 0);
  studio_ratehint hint = HINT(-1, 10, 2, 4000);
  studio_limiter_observe(l, 100, &hint); /* 8 used, 4 of them ours: of two in 4 s one is ours */
  studio_limiter_report r = report(l, 100);
  assert_int_equal(r.foreign, 4);
  assert_int_equal(r.free, 2);
  assert_int_equal(r.pace_ms, 4000);
  assert_string_equal(r.why, "foreign");
  assert_opens(l, 100, 4000);
  assert_int_equal(studio_limiter_estimate(l, 4000, 1), 2400); /* from 4100 on: half a window's pace, and 15 % */
  spend(l, 1, 4000);
  r = report(l, 4200);
  assert_int_equal(r.foreign, 0);
  assert_int_equal(r.pace_ms, 2300);
  assert_string_equal(r.why, "foreign");
  assert_opens(l, 4200, 6300);
  assert_int_equal(report(l, 20099).pace_ms, 2300); /* two windows after they were seen */
  assert_int_equal(report(l, 20100).pace_ms, 0);
  studio_limiter_observe(l, 20200, &(studio_ratehint)HINT(-1, 10, 9, 4000));
  assert_string_equal(report(l, 20200).why, "free");
  studio_limiter_unref(l);
}

/* ---- quotas of other windows ---- */

static studio_ratehint daily(int64_t remaining, int64_t reset_ms) {
  studio_ratehint hint = STUDIO_RATEHINT_NONE;
  hint.policies[hint.policy_count++] = (studio_ratepolicy){1000, remaining, reset_ms, 86400000};
  return hint;
}

static void a_daily_quota_is_not_mistaken_for_ours(void **state) {
  (void)state;
  studio_limiter *l = make(10, 10000, 20, 0, 0);
  studio_ratehint hint = daily(3, 7200000);
  hint.policies[0].limit = 5;
  spend(l, 1, 0);
  studio_limiter_observe(l, 100, &hint);
  assert_int_equal(report(l, 100).limit.capacity, 10);
  assert_int_equal(report(l, 100).foreign, 0);
  assert_int_equal(report(l, 100).quota_ms, 0);
  int slot;
  spend(l, 1, 100);
  assert_true(take(l, 100, &slot));
  assert_true(take(l, 100, &slot));
  assert_string_equal(report(l, 100).why, "quota"); /* three were left */
  assert_int_equal(report(l, 100).quota_ms, 3600000); /* an hour is as long as we believe it */
  done(l, slot, 200, STUDIO_SLOT_NOT_SENT);
  assert_string_equal(report(l, 200).why, "free"); /* given back */
  assert_true(take(l, 200, &slot));
  assert_int_equal(studio_limiter_sure_at(l, 200, 0), 3600100);
  assert_int_equal(studio_limiter_ready_at(l, 200), 200 + 10020); /* an answer under way may tell of more */
  hint = daily(0, 7200000);
  studio_limiter_observe(l, 300, &hint); /* now it is certain */
  assert_int_equal(studio_limiter_ready_at(l, 300), 3600300);
  hint = daily(500, 5000);
  studio_limiter_observe(l, 400, &hint);
  assert_string_equal(report(l, 400).why, "free");
  studio_limiter_unref(l);
}

static void a_spent_quota_explains_a_refusal(void **state) {
  (void)state;
  studio_limiter *l = make(4, 1000, 20, 0, 0);
  spend(l, 1, 0);
  spend(l, 1, 10000);
  studio_ratehint hint = daily(0, 60000);
  studio_limiter_refused(l, 10010, &hint);
  assert_int_equal(report(l, 10010).unexplained, 0);
  assert_int_equal(report(l, 10010).paused_ms, 60020);
  studio_limiter_unref(l);
}

/* A limiter that knows of no window keeps to what the service says of one. */
static void without_a_window_every_quota_is_counted_down(void **state) {
  (void)state;
  studio_limiter *l = make(0, 0, 20, 0, 0);
  studio_limiter_observe(l, 0, &(studio_ratehint)HINT(-1, 60, 2, 9000));
  spend(l, 2, 0);
  assert_opens(l, 0, 9000);
  studio_limiter_unref(l);
}

static void of_policies_only_that_of_our_window_tightens(void **state) {
  (void)state;
  studio_limiter *l = make(10, 10000, 20, 0, 0);
  studio_ratehint hint = STUDIO_RATEHINT_NONE;
  static const studio_ratepolicy said[] = {{3, -1, -1, 1000}, {9, -1, -1, 10000}, {2, -1, -1, 60000}};
  for (int i = 0; i < 3; i++) hint.policies[hint.policy_count++] = said[i];
  studio_limiter_observe(l, 0, &hint);
  assert_int_equal(report(l, 0).limit.capacity, 9);
  studio_limiter_unref(l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_only_tighten),
    cmocka_unit_test(foreign_use_takes_slots_until_the_reset),
    cmocka_unit_test(a_slot_of_ours_may_come_before_the_others_go),
    cmocka_unit_test(others_may_use_what_is_not_ours),
    cmocka_unit_test(who_shares_a_key_paces),
    cmocka_unit_test(a_daily_quota_is_not_mistaken_for_ours),
    cmocka_unit_test(a_spent_quota_explains_a_refusal),
    cmocka_unit_test(without_a_window_every_quota_is_counted_down),
    cmocka_unit_test(of_policies_only_that_of_our_window_tightens),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
