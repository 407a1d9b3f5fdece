/* Tests of studio_queue: order, fairness, claims, estimates.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "hint.h"
#include "queue_fixture.h"
#include "support/oom.h"

#define USER STUDIO_PRIORITY_USER
#define SUBMIT STUDIO_PRIORITY_SUBMIT
#define POLL STUDIO_PRIORITY_POLL
#define NEVER STUDIO_NEVER

static int slots[STUDIO_LIMITERS_MAX];
static int64_t wake;

static void priority_then_deadline_then_age(void **state) {
  (void)state;
  studio_limiter *l = fixture_limiter(100, 1000, 0, 0);
  studio_queue *q = studio_queue_new();
  studio_waiter w[] = {
    fixture_waiter(POLL, 50, 0, l, NULL),    fixture_waiter(USER, NEVER, 3, l, NULL),
    fixture_waiter(SUBMIT, NEVER, 1, l, NULL), fixture_waiter(USER, 900, 5, l, NULL),
    fixture_waiter(USER, NEVER, 2, l, NULL), fixture_waiter(USER, NEVER, 2, l, NULL),
  };
  static const int order[] = {3, 4, 5, 1, 2, 0}; /* a repeated call keeps its age: 4 and 5 pass 1 */
  for (int i = 0; i < 6; i++) fixture_push(q, &w[i]);
  assert_int_equal(studio_queue_count(q), 6);
  for (int i = 0; i < 6; i++) {
    assert_ptr_equal(studio_queue_next(q, 10, slots, &wake), &w[order[i]]);
    assert_true(slots[0] >= 0);
  }
  assert_null(studio_queue_next(q, 10, slots, &wake));
  assert_int_equal(wake, NEVER);
  assert_int_equal(studio_queue_count(q), 0);
  studio_queue_free(q);
  studio_limiter_unref(l);
}

static void nothing_to_wait_for_is_granted_at_once(void **state) {
  (void)state;
  studio_limiter *l = fixture_limiter(1, 1000, 0, 0);
  studio_queue *q = studio_queue_new();
  studio_waiter a = fixture_waiter(USER, NEVER, 0, l, NULL), b = a;
  studio_waiter none = fixture_waiter(POLL, NEVER, 1, NULL, NULL);
  fixture_push(q, &a);
  fixture_push(q, &b);
  fixture_push(q, &none);
  assert_ptr_equal(studio_queue_next(q, 5, slots, &wake), &a);
  assert_ptr_equal(studio_queue_next(q, 5, slots, &wake), &none);
  assert_int_equal(studio_queue_estimate(q, &none, 5), 0);
  assert_null(studio_queue_next(q, 5, slots, &wake));
  fixture_end(&a, slots, 5);
  assert_null(studio_queue_next(q, 5, slots, &wake));
  assert_int_equal(wake, 1005);
  studio_queue_remove(q, &b);
  studio_queue_remove(q, &b); /* fine when not queued */
  assert_int_equal(studio_queue_count(q), 0);
  studio_queue_free(q);
  studio_queue_free(NULL);
  studio_limiter_unref(l);
}

static int waiting(studio_limiter *limiter) {
  studio_limiter_report report;
  studio_limiter_explain(limiter, 0, &report);
  return report.waiting;
}

static void cancel_takes_anyone_out_of_any_place(void **state) {
  (void)state;
  enum { N = 200 };
  studio_limiter *l = fixture_limiter(N, 1000, 0, 0);
  studio_queue *q = studio_queue_new();
  static studio_waiter w[N];
  unsigned seed = 1;
  for (int i = 0; i < N; i++) {
    int64_t deadline = fixture_random(&seed) % 2 ? NEVER : fixture_random(&seed) % 1000;
    w[i] = fixture_waiter((studio_priority)(fixture_random(&seed) % 3), deadline, i, l, NULL);
    fixture_push(q, &w[i]);
  }
  for (int i = 0; i < N; i++) /* every other one, in a scattered order */
    if ((i * 77) % N % 2) studio_queue_remove(q, &w[(i * 77) % N]);
  assert_int_equal(waiting(l), N / 2);
  bool granted[N] = {false};
  for (int count = 0; count < N / 2; count++) {
    const studio_waiter *next = studio_queue_next(q, 1000, slots, &wake);
    assert_non_null(next);
    assert_false((next - w) % 2 || granted[next - w]);
    granted[next - w] = true;
  }
  assert_null(studio_queue_next(q, 1000, slots, &wake));
  assert_int_equal(waiting(l), 0);
  studio_queue_free(q);
  studio_limiter_unref(l);
}

/* Somebody keeps pushing calls that matter more; a poll gets its turn all the same. */
static void a_poll_gets_through_endless_user_calls(void **state) {
  (void)state;
  studio_limiter *l = fixture_limiter(1, 100, 0, 0);
  studio_queue *q = studio_queue_new();
  studio_waiter users[3], poll = fixture_waiter(POLL, NEVER, 0, l, NULL);
  for (int i = 0; i < 3; i++) users[i] = fixture_waiter(USER, 1000000, 1 + i, l, NULL);
  fixture_push(q, &poll);
  for (int i = 0; i < 3; i++) fixture_push(q, &users[i]);
  int64_t now = 10;
  int polls = 0, longest = 0, between = 0;
  for (int grants = 0; grants < 800; grants++) {
    studio_waiter *next = studio_queue_next(q, now, slots, &wake);
    assert_non_null(next);
    between = next == &poll ? 0 : between + 1;
    if (between > longest) longest = between;
    polls += next == &poll;
    fixture_end(next, slots, now);
    next->since = now;
    fixture_push(q, next);
    assert_null(studio_queue_next(q, now, slots, &wake));
    assert_int_equal(wake, now + 100);
    now = wake;
  }
  /* The poll is pushed behind three others, each of which becomes the oldest only once. */
  assert_true(polls >= 800 / (4 * STUDIO_QUEUE_FAIR));
  assert_true(longest <= 4 * STUDIO_QUEUE_FAIR);
  for (int i = 0; i < 3; i++) studio_queue_remove(q, &users[i]);
  studio_queue_remove(q, &poll);
  studio_queue_free(q);
  studio_limiter_unref(l);
}

/* Calls that need one limiter only are pushed without end, better ranked, and end at moments that do not
** agree; returns how many of them were granted before the one that needs both. */
static int passed_before_both(studio_limiter *a, studio_limiter *b, int64_t hold_a, int64_t hold_b) {
  studio_queue *q = studio_queue_new();
  studio_waiter both = fixture_waiter(POLL, NEVER, 0, a, b), single[4];
  struct { studio_waiter *waiter; int slot; int64_t ends; } flights[8] = {{NULL, 0, 0}};
  for (int i = 0; i < 4; i++) {
    single[i] = fixture_waiter(USER, 500, 0, i % 2 ? b : a, NULL);
    fixture_push(q, &single[i]);
  }
  int granted = 0;
  bool through = false;
  for (int64_t now = 0; !through && granted < 500 && now < 100000; now++) {
    for (int i = 0; i < 8; i++)
      if (flights[i].waiter && flights[i].ends <= now) {
        fixture_end(flights[i].waiter, &flights[i].slot, now);
        flights[i].waiter->since = now;
        fixture_push(q, flights[i].waiter);
        flights[i].waiter = NULL;
      }
    if (now == 3) fixture_push(q, &both);
    studio_waiter *next;
    while (!through && (next = studio_queue_next(q, now, slots, &wake)) != NULL) {
      through = next == &both;
      int i = 0;
      while (flights[i].waiter) i++;
      if (through) break;
      granted += now >= 3;
      flights[i].waiter = next;
      flights[i].slot = slots[0];
      flights[i].ends = now + (next->limiters[0] == a ? hold_a : hold_b);
    }
  }
  studio_queue_free(q);
  return through ? granted : -1;
}

static void calls_that_need_both_are_not_starved(void **state) {
  (void)state;
  static const struct { int capacity; int64_t window, spacing; int in_flight; } kinds[] = {
    {1, 70, 0, 0}, {0, 0, 70, 0}, {0, 0, 0, 1}, {3, 210, 0, 2},
  };
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < 4; j++) {
      studio_limiter *a = fixture_limiter(kinds[i].capacity, kinds[i].window, kinds[i].spacing,
                                          kinds[i].in_flight);
      studio_limiter *b = fixture_limiter(kinds[j].capacity, kinds[j].window * 7 / 5,
                                          kinds[j].spacing * 7 / 5, kinds[j].in_flight);
      int passed = passed_before_both(a, b, 41, 67);
      assert_true(passed >= 0);
      assert_true(passed <= 8 * STUDIO_QUEUE_FAIR);
      studio_limiter_unref(a);
      studio_limiter_unref(b);
    }
}

/* A call that waits an hour for one limiter keeps nobody from the other: what they take is back by then. */
static void a_long_pause_of_one_does_not_stop_the_other(void **state) {
  (void)state;
  for (int spacing = 0; spacing <= 50; spacing += 50) {
    studio_limiter *a = fixture_limiter(2, 100, spacing, 0), *b = fixture_limiter(1, 1000, 0, 0);
    studio_queue *q = studio_queue_new();
    studio_waiter both = fixture_waiter(USER, NEVER, 0, a, b);
    studio_limiter_refused(b, 0, &(studio_ratehint)HINT(3600000, -1, -1, -1));
    fixture_push(q, &both);
    studio_waiter polls[40];
    for (int i = 0; i < 40; i++) fixture_enter(q, &polls[i], fixture_waiter(POLL, NEVER, 1, a, NULL));
    int64_t now = 0;
    for (int granted = 0; granted < 40;) {
      studio_waiter *next = studio_queue_next(q, now, slots, &wake);
      if (next) fixture_end(next, slots, now), granted++;
      else now = wake;
    }
    assert_int_equal(now, 19 * 100 + spacing); /* at full pace: two per 100 ms */
    assert_null(studio_queue_next(q, now, slots, &wake));
    assert_int_equal(wake, 3600000);
    assert_ptr_equal(studio_queue_next(q, wake, slots, &wake), &both);
    studio_queue_free(q);
    studio_limiter_unref(a);
    studio_limiter_unref(b);
  }
}

/* While nobody knows how long b is busy, one slot of a is kept, and only one. */
/* The owner of a claim waits for an attempt of unknown length; who is behind it goes when there are slots for both. */
static void a_claim_does_not_make_others_sleep_for_ever(void **state) {
  (void)state;
  studio_queue *q = studio_queue_new();
  studio_limiter *x = fixture_limiter(2, 1000, 0, 0), *y = fixture_limiter(0, 0, 0, 1);
  studio_waiter busy, spent, both, one;
  int held[STUDIO_LIMITERS_MAX];
  fixture_enter(q, &busy, fixture_waiter(USER, NEVER, 0, y, NULL));
  assert_ptr_equal(studio_queue_next(q, 0, held, &wake), &busy);
  fixture_enter(q, &spent, fixture_waiter(USER, NEVER, 0, x, NULL));
  assert_ptr_equal(studio_queue_next(q, 0, slots, &wake), &spent);
  fixture_end(&spent, slots, 0);
  fixture_enter(q, &both, fixture_waiter(USER, NEVER, 1, x, y));
  fixture_enter(q, &one, fixture_waiter(USER, NEVER, 2, x, NULL));
  assert_null(studio_queue_next(q, 10, slots, &wake));
  assert_int_equal(wake, 1000);
  assert_ptr_equal(studio_queue_next(q, wake, slots, &wake), &one);
  fixture_end(&one, slots, 1000);
  fixture_end(&busy, held, 1000);
  assert_ptr_equal(studio_queue_next(q, 1001, slots, &wake), &both);
  fixture_end(&both, slots, 1001);
  studio_queue_free(q);
  studio_limiter_unref(x);
  studio_limiter_unref(y);
}

static void a_claim_keeps_one_slot(void **state) {
  (void)state;
  studio_limiter *a = fixture_limiter(3, 1000, 0, 0), *b = fixture_limiter(0, 0, 0, 1);
  studio_queue *q = studio_queue_new();
  studio_waiter first = fixture_waiter(USER, NEVER, 0, b, NULL);
  studio_waiter both = fixture_waiter(USER, NEVER, 1, a, b);
  studio_waiter also = fixture_waiter(USER, NEVER, 2, a, b), polls[3];
  fixture_push(q, &first);
  assert_ptr_equal(studio_queue_next(q, 3, slots, &wake), &first);
  fixture_push(q, &both);
  fixture_push(q, &also);
  for (int i = 0; i < 3; i++) {
    polls[i] = fixture_waiter(POLL, NEVER, 3, a, NULL);
    fixture_push(q, &polls[i]);
  }
  assert_ptr_equal(studio_queue_next(q, 4, slots, &wake), &polls[0]);
  assert_ptr_equal(studio_queue_next(q, 4, slots, &wake), &polls[1]);
  assert_null(studio_queue_next(q, 4, slots, &wake));
  assert_int_equal(wake, NEVER); /* until something is released */
  studio_limiter_leave(b, 5);
  assert_ptr_equal(studio_queue_next(q, 5, slots, &wake), &both);
  assert_null(studio_queue_next(q, 5, slots, &wake));
  studio_queue_remove(q, &also);
  studio_queue_remove(q, &polls[2]);
  studio_queue_free(q);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* ---- how long ---- */

static void estimates_count_those_before(void **state) {
  (void)state;
  studio_limiter *a = fixture_limiter(2, 1000, 0, 0), *b = fixture_limiter(1, 1000, 0, 0);
  studio_queue *q = studio_queue_new();
  studio_waiter w[5], poll = fixture_waiter(POLL, NEVER, 0, a, NULL);
  for (int i = 0; i < 5; i++) fixture_enter(q, &w[i], fixture_waiter(USER, NEVER, i, a, NULL));
  fixture_push(q, &poll);
  for (int i = 0; i < 5; i++) assert_int_equal(studio_queue_estimate(q, &w[i], 10), i / 2 * 1000);
  assert_int_equal(studio_queue_estimate(q, &poll, 10), 0); /* the oldest: the others need not go first */
  studio_waiter new = fixture_waiter(USER, NEVER, 9, a, NULL);
  studio_waiter urgent = fixture_waiter(USER, 20, 9, a, NULL);
  assert_int_equal(studio_queue_estimate(q, &new, 10), 2000); /* also when it is not queued */
  assert_int_equal(studio_queue_estimate(q, &urgent, 10), 0);
  new.since = 3; /* as old as w[3]: who comes later to the queue is behind */
  assert_int_equal(studio_queue_estimate(q, &new, 10), 2000);
  /* Those who need more may be passed, so they do not count; those who need less do. */
  studio_waiter both = fixture_waiter(USER, NEVER, 10, b, a);
  assert_int_equal(studio_queue_estimate(q, &both, 10), 2000);
  fixture_push(q, &both);
  studio_waiter after = fixture_waiter(USER, NEVER, 11, b, NULL);
  assert_int_equal(studio_queue_estimate(q, &after, 10), 0);
  for (int i = 0; i < 5; i++) studio_queue_remove(q, &w[i]);
  studio_queue_remove(q, &poll);
  studio_queue_remove(q, &both);
  studio_queue_free(q);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

static void a_deadline_behind_a_pause_is_hopeless(void **state) {
  (void)state;
  studio_limiter *a = fixture_limiter(5, 1000, 0, 0), *b = fixture_limiter(5, 1000, 0, 0);
  studio_queue *q = studio_queue_new();
  assert_null(studio_queue_hopeless(q, 0));
  studio_waiter w[] = {
    fixture_waiter(USER, 9000, 0, a, NULL),  fixture_waiter(POLL, 4999, 0, a, NULL),
    fixture_waiter(USER, NEVER, 0, a, NULL), fixture_waiter(USER, 100, 0, b, NULL),
    fixture_waiter(USER, 4000, 0, b, a),     fixture_waiter(USER, NEVER, 0, b, a),
  };
  for (int i = 0; i < 6; i++) fixture_push(q, &w[i]);
  assert_null(studio_queue_hopeless(q, 0));
  studio_limiter_refused(a, 0, &(studio_ratehint)HINT(5000, -1, -1, -1));
  for (int found = 0; found < 2; found++) {
    studio_waiter *one = studio_queue_hopeless(q, 0);
    assert_true(one == &w[1] || one == &w[4]);
    studio_queue_remove(q, one);
  }
  assert_null(studio_queue_hopeless(q, 0));
  assert_null(studio_queue_hopeless(q, 100));
  assert_ptr_equal(studio_queue_hopeless(q, 101), &w[3]); /* past is hopeless too */
  studio_queue_remove(q, &w[3]);
  studio_waiter *left[] = {&w[0], &w[2], &w[5]};
  for (int i = 0; i < 3; i++) studio_queue_remove(q, left[i]);
  studio_queue_free(q);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* A hundred thousand at once, each granted once and in order; the figure is printed, not judged. */
static void many_wait_at_once(void **state) {
  (void)state;
  enum { MANY = 100000, WINDOW = 1000 };
  studio_limiter *l = fixture_limiter(WINDOW, 10, 0, 0);
  studio_queue *q = studio_queue_new();
  studio_waiter *w = calloc(MANY, sizeof *w);
  assert_non_null(w);
  clock_t start = clock();
  for (int i = 0; i < MANY; i++) {
    w[i] = fixture_waiter(USER, NEVER, (i * 7919LL) % MANY, l, NULL);
    fixture_push(q, &w[i]);
  }
  int64_t now = MANY, last = -1;
  for (int granted = 0; granted < MANY;) {
    studio_waiter *next = studio_queue_next(q, now, slots, &wake);
    if (!next) {
      now = wake;
      continue;
    }
    assert_int_equal(next->since, last + 1);
    last = next->since;
    fixture_end(next, slots, now);
    granted++;
  }
  double took = (double)(clock() - start) / CLOCKS_PER_SEC;
  printf("  %d calls pushed and granted in %.2f s of CPU\n", MANY, took);
  assert_int_equal(now, MANY + (MANY / WINDOW - 1) * 10);
  free(w);
  studio_queue_free(q);
  studio_limiter_unref(l);
}

/* A push that fails leaves no trace; those before it are granted all the same. */
static bool push_some(void *state) {
  studio_limiter **limiters = state;
  studio_waiter w[20];
  studio_queue *q = studio_queue_new();
  if (!q) return false;
  bool all = true;
  size_t pushed = 0;
  for (int i = 0; i < 20; i++) {
    w[i] = fixture_waiter(USER, NEVER, i, limiters[0], i % 5 ? NULL : limiters[1]);
    if (studio_queue_push(q, &w[i], i)) pushed++;
    else all = false;
  }
  bool right = studio_queue_count(q) == pushed && (size_t)waiting(limiters[0]) == pushed;
  while (studio_queue_next(q, 100, slots, &wake)) pushed--;
  right = right && pushed == 0 && waiting(limiters[1]) == 0;
  studio_queue_free(q);
  return right ? all : !all; /* the wrong answer, so that the torture tells */
}

static void no_memory_means_no_place(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  studio_limiter *limiters[] = {fixture_limiter(0, 0, 0, 0), fixture_limiter(0, 0, 0, 0)};
  assert_true(oom_torture(push_some, limiters) > 5);
  studio_limiter_unref(limiters[0]);
  studio_limiter_unref(limiters[1]);
}

/* A store that another process has at the first question and lets go before the second. */
typedef struct moody_store {
  studio_limiter_store base;
  studio_slot_table table;
  int64_t until[3];
  bool no_turn;
  int asked;
} moody_store;

static studio_slot_table *moody_lock(studio_limiter_store *base, int64_t now, int waiting) {
  moody_store *store = (moody_store *)base;
  (void)waiting;
  bool first = store->asked++ == 0;
  base->busy = first && !store->no_turn;
  store->table.not_before = first ? now + STUDIO_BUSY_MS : 0;
  return base->busy ? NULL : &store->table;
}

static void moody_unlock(studio_limiter_store *base) { (void)base; }

static void what_changes_between_two_looks_is_looked_at_again(void **state) {
  (void)state;
  for (int way = 0; way < 4; way++) { /* busy, or another's turn; one slot is free, or all */
    moody_store store = {.base = {.lock = moody_lock, .unlock = moody_unlock, .destroy = moody_unlock},
                         .table = {.size = 3, .paused_until = STUDIO_LONG_AGO, .last_send = STUDIO_LONG_AGO},
                         .no_turn = way % 2 == 1};
    for (int i = 0; i < 3; i++) store.until[i] = i > 0 && way > 1 ? 900 : STUDIO_LONG_AGO;
    store.table.until = store.until;
    studio_limit limit = {3, 1000, 0, 1000, 0, 0};
    studio_limiter *l = studio_limiter_new("moody", &limit, &store.base);
    assert_non_null(l);
    studio_queue *q = studio_queue_new();
    studio_waiter w = fixture_waiter(USER, NEVER, 0, l, NULL);
    fixture_push(q, &w);
    assert_null(studio_queue_next(q, 0, slots, &wake));
    assert_int_equal(wake, STUDIO_BUSY_MS);
    assert_ptr_equal(studio_queue_next(q, wake, slots, &wake), &w);
    fixture_end(&w, slots, 1);
    studio_queue_free(q);
    studio_limiter_unref(l);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(priority_then_deadline_then_age),
    cmocka_unit_test(nothing_to_wait_for_is_granted_at_once),
    cmocka_unit_test(cancel_takes_anyone_out_of_any_place),
    cmocka_unit_test(a_poll_gets_through_endless_user_calls),
    cmocka_unit_test(calls_that_need_both_are_not_starved),
    cmocka_unit_test(a_long_pause_of_one_does_not_stop_the_other),
    cmocka_unit_test(a_claim_keeps_one_slot),
    cmocka_unit_test(a_claim_does_not_make_others_sleep_for_ever),
    cmocka_unit_test(what_changes_between_two_looks_is_looked_at_again),
    cmocka_unit_test(estimates_count_those_before),
    cmocka_unit_test(a_deadline_behind_a_pause_is_hopeless),
    cmocka_unit_test(no_memory_means_no_place),
    cmocka_unit_test(many_wait_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
