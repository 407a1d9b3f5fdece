/* Tests of studio_limiter: the rule to the millisecond, pauses, headers.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/limiter.h"
#include "hint.h"
#include "support/oom.h"

#define NO_HINT HINT(-1, -1, -1, -1)

static studio_limiter *make(int capacity, int64_t window, int64_t guard, int64_t spacing, int in_flight) {
  studio_limit limit = {capacity, window, guard, 1000, spacing, in_flight};
  studio_limiter *limiter = studio_limiter_new("test", &limit, NULL);
  assert_non_null(limiter);
  return limiter;
}

static bool take(studio_limiter *limiter, int64_t now, int *slot) {
  return studio_limiters_take(&limiter, 1, now, slot);
}

static void done(studio_limiter *limiter, int slot, int64_t now, studio_slot_end how) {
  studio_limiter_release(limiter, slot, now, how);
  studio_limiter_leave(limiter, now);
}

/* Sends at `now`, answered at once. */
static void spend(studio_limiter *limiter, int count, int64_t now) {
  for (int slot; count > 0; count--) {
    assert_true(take(limiter, now, &slot));
    done(limiter, slot, now, STUDIO_SLOT_ANSWERED);
  }
}

static studio_limiter_report report(studio_limiter *limiter, int64_t now) {
  studio_limiter_report r;
  studio_limiter_explain(limiter, now, &r);
  return r;
}

/* No slot at `at - 1`, one at `at`, and everything that tells the moment agrees. */
static void assert_opens(studio_limiter *limiter, int64_t now, int64_t at) {
  int slot;
  assert_int_equal(studio_limiter_ready_at(limiter, now), at);
  assert_int_equal(studio_limiter_estimate(limiter, now, 0), at - now);
  assert_int_equal(report(limiter, now).next_slot_ms, at - now);
  assert_false(take(limiter, at - 1, &slot));
  assert_true(take(limiter, at, &slot));
  done(limiter, slot, at, STUDIO_SLOT_NOT_SENT);
}

static void a_slot_cools_for_window_and_guard_from_its_answer(void **state) {
  (void)state;
  studio_limiter *l = make(2, 1000, 20, 0, 0);
  int a, b, c;
  assert_true(take(l, 5000, &a));
  assert_true(take(l, 5000, &b));
  assert_int_not_equal(a, b);
  assert_false(take(l, 5000, &c));
  assert_int_equal(report(l, 5000).held, 2);
  assert_int_equal(studio_limiter_ready_at(l, 5400), 5400 + 1020); /* the least it can be */
  assert_int_equal(studio_limiter_sure_at(l, 5400, 0), STUDIO_NEVER);
  done(l, a, 5500, STUDIO_SLOT_ANSWERED);
  assert_opens(l, 5600, 6520);
  assert_int_equal(studio_limiter_sure_at(l, 5600, 0), 6520);
  assert_int_equal(studio_limiter_sure_at(l, 5600, 1), STUDIO_NEVER);
  done(l, b, 9000, STUDIO_SLOT_ANSWERED);
  assert_int_equal(report(l, 9000).cooling, 1);
  assert_int_equal(report(l, 9000).free, 1);
  assert_string_equal(report(l, 9000).why, "free");
  assert_int_equal(studio_limiter_sure_at(l, 20000, 1), 20000);
  assert_int_equal(studio_limiter_sure_at(l, 20000, 2), STUDIO_NEVER); /* who knows how long two take */
  studio_limiter_unref(l);
}

static void a_failure_lingers_and_what_was_not_sent_is_given_back(void **state) {
  (void)state;
  studio_limiter *l = make(1, 1000, 20, 0, 0);
  int slot, again;
  assert_true(take(l, 0, &slot));
  done(l, slot, 100, STUDIO_SLOT_FAILED);
  assert_opens(l, 100, 100 + 1000 + 1000 + 20);
  assert_true(take(l, 3000, &slot));
  done(l, slot, 3010, STUDIO_SLOT_NOT_SENT);
  assert_int_equal(report(l, 3010).sent, 1);
  assert_true(take(l, 3010, &again));
  done(l, again, 3010, STUDIO_SLOT_ANSWERED);
  studio_limiter_release(l, again, 3500, STUDIO_SLOT_ANSWERED); /* a second release changes nothing */
  assert_opens(l, 3500, 4030);
  studio_limiter_unref(l);
}

static void a_streamed_body_cools_early_but_is_still_in_flight(void **state) {
  (void)state;
  studio_limiter *l = make(5, 1000, 20, 0, 1);
  int slot, other;
  assert_true(take(l, 0, &slot));
  studio_limiter_release(l, slot, 100, STUDIO_SLOT_ANSWERED);
  assert_false(take(l, 2000, &other));
  assert_int_equal(studio_limiter_ready_at(l, 2000), STUDIO_NEVER);
  assert_int_equal(studio_limiter_sure_at(l, 2000, 0), STUDIO_NEVER);
  studio_limiter_report r = report(l, 2000);
  assert_string_equal(r.why, "in_flight");
  assert_int_equal(r.next_slot_ms, -1);
  assert_int_equal(r.free, 5);
  studio_limiter_leave(l, 2000);
  assert_true(take(l, 2000, &other));
  done(l, other, 2000, STUDIO_SLOT_ANSWERED);
  studio_limiter_leave(l, 2000); /* one too many: never below zero */
  assert_int_equal(report(l, 2000).in_flight, 0);
  studio_limiter_unref(l);
}

static void spacing_holds_between_sends_and_comes_back_with_the_last(void **state) {
  (void)state;
  for (int windowed = 0; windowed < 2; windowed++) {
    studio_limiter *l = make(windowed ? 10 : 0, 10000, 20, 250, 0);
    int a, b, c;
    assert_true(take(l, 0, &a));
    assert_opens(l, 10, 250);
    assert_string_equal(report(l, 10).why, "spacing");
    assert_true(take(l, 250, &b));
    assert_int_equal(studio_limiter_estimate(l, 300, 3), 950); /* 500, 750, 1000, 1250 */
    done(l, a, 300, STUDIO_SLOT_NOT_SENT);                     /* not the last: no change */
    assert_int_equal(studio_limiter_ready_at(l, 300), 500);
    done(l, b, 300, STUDIO_SLOT_NOT_SENT);
    assert_true(take(l, 300, &c));
    assert_int_equal(report(l, 300).sent, 1);
    assert_int_equal(c >= 0, windowed);
    studio_limiter_unref(l);
  }
}

static void several_are_taken_together_or_not_at_all(void **state) {
  (void)state;
  studio_limiter *a = make(3, 1000, 20, 100, 0), *b = make(1, 1000, 20, 0, 0);
  studio_limiter *both[] = {a, b};
  int slots[2];
  assert_true(studio_limiters_take(both, 2, 0, slots));
  assert_false(studio_limiters_take(both, 2, 100, slots)); /* b is out: a gets its slot and spacing back */
  studio_limiter_report r = report(a, 100);
  assert_int_equal(r.held, 1);
  assert_int_equal(r.in_flight, 1);
  assert_int_equal(r.sent, 1);
  assert_string_equal(r.why, "free");
  assert_true(studio_limiters_take(both, 0, 100, slots)); /* none is needed */
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

static void nonsense_limits_become_none(void **state) {
  (void)state;
  int slots[100];
  studio_limit limit = {-3, -1, -1, -1, -1, -1};
  studio_limiter *l = studio_limiter_new("odd", &limit, NULL);
  for (int i = 0; i < 100; i++) assert_true(take(l, 0, &slots[i]));
  assert_int_equal(report(l, 0).free, -1);
  assert_int_equal(studio_limiter_limit(l)->capacity, 0);
  assert_string_equal(studio_limiter_name(l), "odd");
  assert_ptr_equal(studio_limiter_ref(l), l);
  studio_limiter_unref(l);
  assert_int_equal(report(l, 0).in_flight, 100); /* still there */
  studio_limiter_unref(l);
  studio_limiter_unref(NULL);
}

/* ---- estimates ---- */

/* Calls that are answered at once are served exactly when estimated, however many are before them. */
static void estimates_are_exact_when_answers_are_instant(void **state) {
  (void)state;
  for (int pause = 0; pause <= 700; pause += 700) {
    studio_limiter *l = make(3, 1000, 20, 0, 0);
    int64_t estimates[20], now = 50;
    spend(l, 1, 0);
    spend(l, 1, 40);
    studio_ratehint hint = HINT(pause, -1, -1, -1);
    if (pause) studio_limiter_refused(l, 50, &hint);
    for (int i = 0; i < 20; i++) estimates[i] = 50 + studio_limiter_estimate(l, 50, i);
    for (int i = 0; i < 20; i++) {
      now = studio_limiter_ready_at(l, now) > now ? studio_limiter_ready_at(l, now) : now;
      assert_int_equal(now, estimates[i]);
      spend(l, 1, now);
    }
    studio_limiter_unref(l);
  }
}

/* Random lives: a slot opens when said, and never are more than L within W + g. */
static void random_lives_keep_the_rule(void **state) {
  (void)state;
  unsigned seed = 7;
  for (int life = 0; life < 200; life++) {
    int capacity = 1 + life % 7, held[16], holding = 0;
    int64_t seen[4000], sent[4000], now = 0; /* seen: the latest moment the server can have counted it */
    int count = 0, index[16];
    studio_limiter *l = make(capacity, 500, 20, life % 3 ? 0 : 30, 0);
    while (count < 300) {
      seed = seed * 1103515245u + 12345u;
      now += (seed >> 16) % 60;
      if (holding && (seed >> 8) % 2) {
        holding--;
        bool failed = (seed >> 9) % 4 == 0;
        done(l, held[holding], now, failed ? STUDIO_SLOT_FAILED : STUDIO_SLOT_ANSWERED);
        seen[index[holding]] = now + (failed ? 1000 : 0);
      }
      int64_t said = studio_limiter_ready_at(l, now);
      if (holding < 16 && take(l, now, &held[holding])) {
        assert_true(said <= now);
        for (int i = count - 1, within = 1; i >= 0; i--) { /* its own slot, and those who may stand with it */
          within += seen[i] > now - 520;
          assert_true(within <= capacity);
        }
        if (count > 0 && life % 3 == 0) assert_true(now - sent[count - 1] >= 30);
        sent[count] = now;
        seen[count] = INT64_MAX;
        index[holding++] = count++;
      } else {
        assert_true(said > now || holding == 16);
      }
    }
    studio_limiter_unref(l);
  }
}

/* ---- answers 429 ---- */

static void a_refusal_stops_everybody(void **state) {
  (void)state;
  static const struct { studio_ratehint hint; int64_t window, pause; } cases[] = {
    {HINT(3000, -1, -1, 9000), 1000, 3020},           /* Retry-After first */
    {HINT(-1, -1, -1, 9000), 1000, 9020},             /* then the reset */
    {NO_HINT, 1000, 1020},                        /* then the window */
    {NO_HINT, 0, 1020},                           /* or a second */
    {HINT(86400000, -1, -1, -1), 1000, 3600000},      /* an hour at most */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    studio_limiter *l = make(5, cases[i].window, 20, 0, 0);
    spend(l, 1, 0);
    studio_limiter_refused(l, 100, &cases[i].hint);
    studio_limiter_report r = report(l, 100);
    assert_string_equal(r.why, "paused");
    assert_int_equal(r.paused_ms, cases[i].pause);
    assert_int_equal(r.refused, 1);
    assert_opens(l, 200, 100 + cases[i].pause);
    studio_ratehint shorter = HINT(0, -1, -1, -1);
    studio_limiter_refused(l, 300, &shorter); /* never shortens a pause */
    assert_opens(l, 300, 100 + cases[i].pause);
    studio_limiter_unref(l);
  }
}

/* A limiter that has been at it for a while, and just sent. */
static studio_limiter *veteran(int64_t now) {
  studio_limiter *l = make(4, 1000, 20, 0, 0);
  spend(l, 1, 0);
  spend(l, 1, now);
  return l;
}

/* Sends after the pause, and is refused again; returns when. */
static int64_t refuse_again(studio_limiter *l, int64_t now) {
  now = studio_limiter_ready_at(l, now);
  spend(l, 1, now);
  studio_limiter_refused(l, now + 10, NULL);
  return now + 10;
}

static void what_nothing_explains_is_learnt_step_by_step(void **state) {
  (void)state;
  studio_limiter *l = veteran(10000);
  const studio_limit *limit = studio_limiter_limit(l);
  studio_limiter_refused(l, 10010, NULL);
  assert_int_equal(limit->guard_ms, STUDIO_GUARD_WIDE_MS);
  assert_int_equal(limit->spacing_ms, 0);
  assert_int_equal(report(l, 10010).paused_ms, 2000);
  assert_int_equal(report(l, 11999).cooling, 1); /* what cooled already now cools for W + 1 s */
  assert_int_equal(report(l, 12000).cooling, 0);
  studio_limiter_refused(l, 10500, NULL);        /* sent before the pause: the same episode */
  studio_limiter_refused(l, 13000, NULL);        /* so too when it comes after it, while nothing was sent */
  assert_int_equal(report(l, 13000).unexplained, 1);
  int64_t now = refuse_again(l, 13000);
  assert_int_equal(limit->spacing_ms, 500); /* (W + g) / L */
  now = refuse_again(l, now);
  assert_int_equal(limit->spacing_ms, 625);
  for (int i = 0; i < 9; i++) now = refuse_again(l, now);
  assert_int_equal(limit->spacing_ms, 1000); /* not for ever */
  assert_int_equal(report(l, now).unexplained, 12);
  studio_limiter_unref(l);
}

static void without_a_window_only_a_known_spacing_grows(void **state) {
  (void)state;
  for (int spacing = 0; spacing <= 100; spacing += 100) {
    studio_limiter *l = make(0, 0, 20, spacing, 0);
    spend(l, 1, 0);
    spend(l, 1, 10000);
    studio_limiter_refused(l, 10010, NULL);
    assert_int_equal(studio_limiter_limit(l)->spacing_ms, spacing * 5 / 4);
    assert_int_equal(report(l, 10010).unexplained, 1);
    studio_limiter_unref(l);
  }
}

static void an_earlier_run_or_others_explain_a_refusal(void **state) {
  (void)state;
  studio_limiter *l = make(4, 1000, 20, 0, 0);
  spend(l, 1, 5000);
  studio_limiter_refused(l, 5100, NULL); /* we only began just now */
  assert_int_equal(report(l, 5100).unexplained, 0);
  studio_limiter_unref(l);
  l = veteran(10000);
  studio_ratehint others = HINT(-1, 4, 1, -1);
  studio_limiter_observe(l, 10005, &others); /* 3 used, 1 of them ours */
  studio_limiter_refused(l, 10010, NULL);
  assert_int_equal(report(l, 10010).unexplained, 0);
  assert_int_equal(studio_limiter_limit(l)->guard_ms, 20);
  studio_limiter_unref(l);
}

/* ---- headers ---- */

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
  studio_limiter *l = make(10, 10000, 20, 0, 0);
  int held;
  spend(l, 2, 0);
  assert_true(take(l, 0, &held));
  studio_ratehint hint = HINT(-1, 10, 3, 2000);
  studio_limiter_observe(l, 100, &hint); /* 7 used: 3 are ours, one of them in flight */
  assert_int_equal(report(l, 100).foreign, 4);
  assert_int_equal(report(l, 100).free, 3);
  studio_limiter_observe(l, 100, &hint); /* replaces, does not add up */
  assert_int_equal(report(l, 100).foreign, 4);
  spend(l, 3, 200);
  assert_string_equal(report(l, 200).why, "foreign");
  assert_int_equal(studio_limiter_ready_at(l, 200), 2100);
  assert_int_equal(report(l, 2099).foreign, 4);
  assert_int_equal(report(l, 2100).free, 4);
  spend(l, 4, 2100);
  assert_string_equal(report(l, 2100).why, "window");
  hint = (studio_ratehint)HINT(-1, 10, 0, -1); /* without a reset: W */
  studio_limiter_observe(l, 2200, &hint);
  assert_int_equal(report(l, 2200).foreign, 0); /* all ours */
  studio_limiter_observe(l, 12500, &hint);      /* ours: one in flight, four that cool or just did */
  assert_int_equal(report(l, 12500).foreign, 5);
  assert_int_equal(report(l, 22499).foreign, 5);
  assert_int_equal(report(l, 22500).foreign, 0);
  studio_limiter_unref(l);
}

static void a_slot_of_ours_may_come_before_the_others_go(void **state) {
  (void)state;
  studio_limiter *l = make(3, 1000, 20, 0, 0);
  spend(l, 2, 0);
  studio_ratehint hint = HINT(-1, 3, 0, 60000);
  studio_limiter_observe(l, 100, &hint); /* one is somebody's for a minute */
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
  hint = (studio_ratehint)HINT(-1, 0, 0, -1); /* a limit of nothing */
  studio_limiter_observe(l, 0, &hint);
  assert_int_equal(report(l, 0).free, 10);
  studio_limiter_unref(l);
}

static bool make_and_drop(void *state) {
  (void)state;
  studio_limit limit = {40, 10000, 20, 1000, 0, 0};
  studio_limiter *l = studio_limiter_new("test", &limit, NULL);
  studio_limiter_unref(l);
  return l != NULL;
}

static void no_memory_means_no_limiter(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  assert_true(oom_torture(make_and_drop, NULL) > 0);
}

static void waiting_is_counted(void **state) {
  (void)state;
  studio_limiter *l = make(1, 1000, 20, 0, 0);
  studio_limiter_waiting(l, 1);
  studio_limiter_waiting(l, 1);
  studio_limiter_waiting(l, -1);
  assert_int_equal(report(l, 0).waiting, 1);
  studio_limiter_unref(l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_slot_cools_for_window_and_guard_from_its_answer),
    cmocka_unit_test(a_failure_lingers_and_what_was_not_sent_is_given_back),
    cmocka_unit_test(a_streamed_body_cools_early_but_is_still_in_flight),
    cmocka_unit_test(spacing_holds_between_sends_and_comes_back_with_the_last),
    cmocka_unit_test(several_are_taken_together_or_not_at_all),
    cmocka_unit_test(nonsense_limits_become_none),
    cmocka_unit_test(estimates_are_exact_when_answers_are_instant),
    cmocka_unit_test(random_lives_keep_the_rule),
    cmocka_unit_test(a_refusal_stops_everybody),
    cmocka_unit_test(what_nothing_explains_is_learnt_step_by_step),
    cmocka_unit_test(without_a_window_only_a_known_spacing_grows),
    cmocka_unit_test(an_earlier_run_or_others_explain_a_refusal),
    cmocka_unit_test(headers_only_tighten),
    cmocka_unit_test(foreign_use_takes_slots_until_the_reset),
    cmocka_unit_test(a_slot_of_ours_may_come_before_the_others_go),
    cmocka_unit_test(others_may_use_what_is_not_ours),
    cmocka_unit_test(waiting_is_counted),
    cmocka_unit_test(no_memory_means_no_limiter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
