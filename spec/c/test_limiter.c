/* Tests of studio_limiter: the rule to the millisecond, pauses.   SPDX-License-Identifier: MIT */
#include "limiter_fixture.h"
#include "support/oom.h"

#define NO_HINT HINT(-1, -1, -1, -1)

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

/* Without a window a slot is a ticket: one that came back must not make two attempts look the same. */
static void the_spacing_of_another_send_is_not_given_back(void **state) {
  (void)state;
  studio_limiter *l = make(0, 0, 0, 100, 0);
  int a, b, c;
  assert_true(take(l, 0, &a));
  assert_true(take(l, 100, &b));
  done(l, a, 110, STUDIO_SLOT_NOT_SENT);
  assert_true(take(l, 200, &c));
  assert_int_not_equal(b, c);
  done(l, b, 210, STUDIO_SLOT_NOT_SENT);
  assert_opens(l, 210, 300);
  done(l, c, 300, STUDIO_SLOT_ANSWERED);
  studio_limiter_unref(l);
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
    cmocka_unit_test(the_spacing_of_another_send_is_not_given_back),
    cmocka_unit_test(several_are_taken_together_or_not_at_all),
    cmocka_unit_test(nonsense_limits_become_none),
    cmocka_unit_test(estimates_are_exact_when_answers_are_instant),
    cmocka_unit_test(random_lives_keep_the_rule),
    cmocka_unit_test(a_refusal_stops_everybody),
    cmocka_unit_test(what_nothing_explains_is_learnt_step_by_step),
    cmocka_unit_test(without_a_window_only_a_known_spacing_grows),
    cmocka_unit_test(an_earlier_run_or_others_explain_a_refusal),
    cmocka_unit_test(waiting_is_counted),
    cmocka_unit_test(no_memory_means_no_limiter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
