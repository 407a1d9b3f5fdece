/* Tests of studio_limiter over a store; two limiters are two processes.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/limiter.h"
#include "hint.h"
#include "support/oom.h"

#define SLOTS 3
#define LARGER 5

/* What a file would hold; each process sees it through a store of its own. */
typedef struct shared {
  int64_t until[LARGER];
  studio_slot_table table;
  int locked, most_locked, locks, destroyed, waiting, rests;
} shared;

typedef struct shared_store {
  studio_limiter_store base;
  shared *shared;
  bool down;
} shared_store;

static studio_slot_table *store_lock(studio_limiter_store *base, int64_t now, int waiting) {
  shared_store *store = (shared_store *)base;
  (void)now; /* one clock for both */
  if (store->down || base->busy) return NULL;
  shared *s = store->shared;
  s->waiting = waiting;
  s->locks++;
  if (++s->locked > s->most_locked) s->most_locked = s->locked;
  return &s->table;
}

static void store_unlock(studio_limiter_store *base) { ((shared_store *)base)->shared->locked--; }

static void store_rest(studio_limiter_store *base) { ((shared_store *)base)->shared->rests++; }

static void store_destroy(studio_limiter_store *base) {
  ((shared_store *)base)->shared->destroyed++;
  free(base);
}

static void share(shared *s) {
  *s = (shared){.table = {.size = SLOTS, .paused_until = STUDIO_LONG_AGO, .last_send = STUDIO_LONG_AGO}};
  for (int i = 0; i < LARGER; i++) s->until[i] = STUDIO_LONG_AGO;
  s->table.until = s->until;
}

static shared_store *attach(shared *s) {
  shared_store *store = calloc(1, sizeof *store);
  assert_non_null(store);
  store->base = (studio_limiter_store){store_lock, store_unlock, store_rest, store_destroy, false, NULL};
  store->shared = s;
  return store;
}

static studio_limiter *process(shared_store *store, int64_t spacing) {
  studio_limit limit = {SLOTS, 1000, 20, 1000, spacing, 0};
  studio_limiter *limiter = studio_limiter_new("shared", &limit, &store->base);
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

static void the_budget_is_one(void **state) {
  (void)state;
  shared s;
  share(&s);
  studio_limiter *a = process(attach(&s), 0), *b = process(attach(&s), 0);
  int slots[4];
  assert_true(take(a, 0, &slots[0]) && take(a, 0, &slots[1]) && take(b, 0, &slots[2]));
  assert_false(take(a, 0, &slots[3]));
  assert_false(take(b, 0, &slots[3]));
  studio_limiter_report r;
  studio_limiter_explain(b, 0, &r);
  assert_int_equal(r.held, 3);
  assert_int_equal(r.in_flight, 1);
  done(a, slots[1], 100, STUDIO_SLOT_ANSWERED);
  assert_int_equal(studio_limiter_ready_at(b, 200), 1120);
  assert_false(take(b, 1119, &slots[3]));
  assert_true(take(b, 1120, &slots[3]));
  studio_limiter_refused(a, 2000, &(studio_ratehint)HINT(5000, -1, -1, -1));
  done(b, slots[3], 2000, STUDIO_SLOT_NOT_SENT);
  assert_int_equal(studio_limiter_ready_at(b, 2000), 8000); /* a pause (and a learnt guard) is everybody's */
  assert_int_equal(s.locked, 0);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
  assert_int_equal(s.destroyed, 2);
}

static void spacing_is_kept_between_processes(void **state) {
  (void)state;
  shared s;
  share(&s);
  studio_limiter *a = process(attach(&s), 100), *b = process(attach(&s), 100);
  int x, y;
  assert_true(take(a, 0, &x));
  assert_int_equal(studio_limiter_ready_at(b, 10), 100);
  assert_true(take(b, 100, &y));
  done(a, x, 150, STUDIO_SLOT_NOT_SENT); /* the other has sent since */
  assert_int_equal(studio_limiter_ready_at(a, 150), 200);
  done(b, y, 160, STUDIO_SLOT_NOT_SENT);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* A file that cannot be locked for a while costs precision; no slot is lost, none of our own forgotten. */
static void a_store_may_fail_for_a_while(void **state) {
  (void)state;
  shared s;
  share(&s);
  shared_store *store = attach(&s);
  studio_limiter *a = process(store, 0), *b = process(attach(&s), 0);
  int first, second = -1, third, other;
  assert_true(take(a, 0, &first) && take(a, 0, &second));
  store->down = true;
  done(a, first, 100, STUDIO_SLOT_ANSWERED);
  assert_true(take(a, 200, &third));
  assert_false(take(a, 200, &other));
  assert_int_equal(studio_limiter_ready_at(a, 200), 1120);
  store->down = false;
  assert_int_equal(studio_limiter_ready_at(a, 300), 1120);
  assert_false(take(b, 300, &other)); /* sees what was spent meanwhile */
  assert_int_equal(studio_limiter_ready_at(b, 300), 1120);
  done(a, third, 400, STUDIO_SLOT_ANSWERED);
  done(a, second, 500, STUDIO_SLOT_ANSWERED);
  for (int i = 0; i < SLOTS; i++) assert_true(s.until[i] <= 1520);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

/* It would not hold what this process may spend. */
static void a_table_that_is_too_small_is_left_alone(void **state) {
  (void)state;
  shared s;
  share(&s);
  s.table.size = 2;
  studio_limiter *a = process(attach(&s), 0);
  int slot;
  for (int i = 0; i < SLOTS; i++) assert_true(take(a, 0, &slot));
  assert_false(take(a, 0, &slot));
  for (int i = 0; i < SLOTS; i++) assert_int_equal(s.until[i], STUDIO_LONG_AGO);
  assert_int_equal(s.locked, 0);
  studio_limiter_unref(a);
}

/* Another process may have a wider limit: all see all slots, and each keeps its own limit. */
static void a_larger_table_serves_each_limit(void **state) {
  (void)state;
  shared s;
  share(&s);
  s.table.size = LARGER;
  studio_limiter *a = process(attach(&s), 0);
  int slot = -1, other;
  s.until[0] = s.until[1] = STUDIO_NEVER; /* the other process's */
  assert_true(take(a, 0, &slot));
  assert_int_equal(slot, 2);
  assert_false(take(a, 0, &other));
  s.until[0] = 500;
  assert_int_equal(studio_limiter_ready_at(a, 0), 500);
  s.until[1] = s.until[3] = s.until[4] = 700; /* more than a's limit */
  assert_int_equal(studio_limiter_ready_at(a, 0), 700);
  done(a, slot, 100, STUDIO_SLOT_ANSWERED);
  studio_limiter_unref(a);
}

static void a_larger_table_is_of_no_use_without_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  for (long n = 1; n <= 3; n++) {
    shared s;
    share(&s);
    s.table.size = LARGER;
    studio_limiter *a = process(attach(&s), 0);
    int slot = -1;
    oom_start(n, false);
    assert_true(take(a, 0, &slot));
    assert_true(oom_stop());
    assert_int_equal(s.until[slot], STUDIO_LONG_AGO);
    assert_int_equal(studio_limiter_ready_at(a, 10), 10);
    assert_int_equal(s.until[slot], STUDIO_NEVER); /* told now */
    done(a, slot, 20, STUDIO_SLOT_ANSWERED);
    studio_limiter_unref(a);
  }
}

/* The store says what the others keep to. */
static void the_tightest_of_all_counts(void **state) {
  (void)state;
  shared s;
  share(&s);
  s.table.capacity = 1;
  s.table.cycle_ms = 9000;
  studio_limiter *a = process(attach(&s), 0);
  int slot, other;
  studio_limiter_waiting(a, 2);
  assert_true(take(a, 0, &slot));
  assert_int_equal(s.waiting, 2);
  assert_false(take(a, 0, &other));
  studio_limiter_report r;
  studio_limiter_explain(a, 0, &r);
  assert_int_equal(r.limit.capacity, 1);
  assert_int_equal(r.configured_capacity, SLOTS);
  assert_int_equal(r.free, 0);
  assert_true(r.stored);
  done(a, slot, 100, STUDIO_SLOT_ANSWERED);
  assert_int_equal(studio_limiter_ready_at(a, 100), 9100);
  s.table.capacity = 7; /* wider than ours: no loosening */
  studio_limiter_explain(a, 100, &r);
  assert_int_equal(r.limit.capacity, SLOTS);
  studio_limiter_waiting(a, -2);
  studio_limiter_unref(a);
}

static void an_idle_limiter_needs_no_file(void **state) {
  (void)state;
  shared s;
  share(&s);
  studio_limiter *a = process(attach(&s), 0);
  int slot;
  studio_limiter_waiting(a, 1);
  assert_true(take(a, 0, &slot));
  studio_limiter_waiting(a, -1);
  studio_limiter_release(a, slot, 10, STUDIO_SLOT_ANSWERED);
  assert_int_equal(s.rests, 0);
  studio_limiter_leave(a, 10);
  assert_int_equal(s.rests, 1);
  studio_limiter_unref(a);
}

static void it_may_be_another_s_turn(void **state) {
  (void)state;
  shared s;
  share(&s);
  s.table.not_before = 1;
  studio_limiter *a = process(attach(&s), 0);
  int slot;
  assert_false(take(a, 0, &slot));
  assert_int_equal(studio_limiter_ready_at(a, 0), 1);
  assert_int_equal(s.table.wake, 1);
  studio_limiter_report r;
  studio_limiter_explain(a, 0, &r);
  assert_string_equal(r.why, "turn");
  assert_true(take(a, 1, &slot));
  done(a, slot, 1, STUDIO_SLOT_ANSWERED);
  studio_limiter_unref(a);
}

/* Another process holds a slot, and may give it back, or die. */
static void what_may_come_free_unseen_is_looked_at(void **state) {
  (void)state;
  shared s;
  share(&s);
  for (int i = 0; i < SLOTS; i++) s.until[i] = STUDIO_NEVER;
  s.table.look_at = 600;
  studio_limiter *a = process(attach(&s), 0);
  assert_int_equal(studio_limiter_ready_at(a, 0), 600);
  assert_int_equal(s.table.wake, 1020); /* but it is not due before */
  studio_limiter_unref(a);
}

/* Held by another process for a moment: nothing is taken meanwhile, and nothing that ends is lost. */
static void a_busy_store_is_asked_again(void **state) {
  (void)state;
  shared s;
  share(&s);
  shared_store *store = attach(&s);
  studio_limiter *a = process(store, 0);
  int slot, other;
  assert_true(take(a, 0, &slot));
  store->base.busy = true;
  assert_false(take(a, 10, &other));
  assert_int_equal(studio_limiter_ready_at(a, 10), 10 + STUDIO_BUSY_MS);
  done(a, slot, 20, STUDIO_SLOT_ANSWERED);
  assert_int_equal(s.until[slot], STUDIO_NEVER);
  store->base.busy = false;
  assert_int_equal(studio_limiter_ready_at(a, 30), 30);
  assert_int_equal(s.until[slot], 1040);
  store->down = true;
  store->base.trouble = "the disk is full";
  studio_limiter_report r;
  studio_limiter_explain(a, 40, &r);
  assert_false(r.stored);
  assert_string_equal(r.trouble, "the disk is full");
  studio_limiter_unref(a);
}

/* Two stores locked at once by two processes in two orders would be the end. */
static void stores_are_locked_one_at_a_time(void **state) {
  (void)state;
  shared s;
  share(&s);
  studio_limiter *both[] = {process(attach(&s), 0), process(attach(&s), 0)};
  int slots[2];
  assert_true(studio_limiters_take(both, 2, 0, slots));
  assert_false(studio_limiters_take(both, 2, 0, slots)); /* one slot left: given back */
  studio_limiter_report r;
  studio_limiter_explain(both[0], 0, &r);
  assert_int_equal(r.free, 1);
  assert_true(s.locks > 4);
  assert_int_equal(s.most_locked, 1);
  assert_int_equal(s.locked, 0);
  studio_limiter_unref(both[0]);
  studio_limiter_unref(both[1]);
}

/* With a store an earlier run is no excuse: the table would know of it. */
static void youth_explains_nothing_where_there_is_a_store(void **state) {
  (void)state;
  shared s;
  share(&s);
  studio_limiter *a = process(attach(&s), 0);
  int slot;
  assert_true(take(a, 5000, &slot));
  done(a, slot, 5100, STUDIO_SLOT_ANSWERED);
  studio_limiter_refused(a, 5100, NULL);
  studio_limiter_report r;
  studio_limiter_explain(a, 5100, &r);
  assert_int_equal(r.unexplained, 1);
  assert_int_equal(s.until[slot], 5100 + 1000 + 1000); /* the wider guard, for everybody */
  studio_limiter_unref(a);
}

/* An answer 429 in a pause that another process called for is of what was sent before it. */
static void a_pause_is_judged_by_one_process_only(void **state) {
  (void)state;
  shared s;
  share(&s);
  studio_limiter *a = process(attach(&s), 0), *b = process(attach(&s), 0);
  int x, y = -1;
  assert_true(take(a, 0, &x) && take(b, 0, &y));
  done(a, x, 100, STUDIO_SLOT_ANSWERED);
  studio_limiter_refused(a, 100, NULL);
  done(b, y, 110, STUDIO_SLOT_ANSWERED);
  studio_limiter_refused(b, 110, NULL);
  assert_int_equal(studio_limiter_limit(a)->guard_ms, STUDIO_GUARD_WIDE_MS);
  assert_int_equal(studio_limiter_limit(b)->guard_ms, STUDIO_GUARD_WIDE_MS); /* what one learnt, all keep to */
  studio_limiter_report r;
  studio_limiter_explain(b, 110, &r);
  assert_int_equal(r.unexplained, 0);
  assert_true(r.learnt);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

static void random_processes_keep_the_rule_together(void **state) {
  (void)state;
  enum { PROCESSES = 3, CALLS = 2000, HELD = 8 };
  shared s;
  share(&s);
  shared_store *stores[PROCESSES];
  studio_limiter *limiters[PROCESSES];
  for (int i = 0; i < PROCESSES; i++) limiters[i] = process(stores[i] = attach(&s), 0);
  static int64_t seen[CALLS]; /* the latest moment at which the server counted it */
  int owner[HELD], slot[HELD], call[HELD], holding = 0, count = 0;
  int64_t now = 0;
  for (unsigned seed = 3; count < CALLS;) {
    seed = seed * 1103515245u + 12345u;
    now += (seed >> 16) % 100;
    int who = (int)(seed >> 8) % PROCESSES;
    if (holding && (seed >> 12) % 3) {
      holding--;
      done(limiters[owner[holding]], slot[holding], now, STUDIO_SLOT_ANSWERED);
      seen[call[holding]] = now;
    } else if (holding < HELD && take(limiters[who], now, &slot[holding])) {
      int within = 1;
      for (int i = 0; i < count; i++) within += seen[i] > now - 1020;
      assert_true(within <= SLOTS);
      owner[holding] = who;
      seen[count] = INT64_MAX;
      call[holding++] = count++;
    }
  }
  for (int i = 0; i < PROCESSES; i++) studio_limiter_unref(limiters[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_budget_is_one),
    cmocka_unit_test(spacing_is_kept_between_processes),
    cmocka_unit_test(a_store_may_fail_for_a_while),
    cmocka_unit_test(a_table_that_is_too_small_is_left_alone),
    cmocka_unit_test(a_larger_table_serves_each_limit),
    cmocka_unit_test(a_larger_table_is_of_no_use_without_memory),
    cmocka_unit_test(the_tightest_of_all_counts),
    cmocka_unit_test(an_idle_limiter_needs_no_file),
    cmocka_unit_test(it_may_be_another_s_turn),
    cmocka_unit_test(what_may_come_free_unseen_is_looked_at),
    cmocka_unit_test(a_busy_store_is_asked_again),
    cmocka_unit_test(stores_are_locked_one_at_a_time),
    cmocka_unit_test(youth_explains_nothing_where_there_is_a_store),
    cmocka_unit_test(a_pause_is_judged_by_one_process_only),
    cmocka_unit_test(random_processes_keep_the_rule_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
