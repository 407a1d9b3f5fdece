/* studio_queue against a naive model, step by step, over random lives.   SPDX-License-Identifier: MIT
**
** The model keeps one plain list and looks at every waiter each time. It has limiters of its own, treated
** in the same way, so that the first difference shows. Also: nobody starves, in any life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hint.h"
#include "queue_fixture.h"

enum { LIMITERS = 4, WAITERS = 40, FLIGHTS = 64 };

typedef struct model {
  studio_limiter *limiters[LIMITERS];
  int passed[LIMITERS], elder[LIMITERS]; /* elder: index of a waiter, -1: none */
  struct entry {
    bool queued;
    unsigned needs; /* bit set of limiters */
    int priority;
    int64_t deadline, since;
    uint64_t sequence;
  } all[WAITERS];
} model;

typedef struct entry entry;

static int model_age(const entry *a, const entry *b) {
  if (a->since != b->since) return a->since < b->since ? -1 : 1;
  return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static int model_rank(const entry *a, const entry *b) {
  if (a->priority != b->priority) return a->priority - b->priority;
  if (a->deadline != b->deadline) return a->deadline < b->deadline ? -1 : 1;
  return model_age(a, b);
}

/* The oldest of those who need that limiter; -1: nobody does. */
static int model_oldest(const model *m, int limiter) {
  int oldest = -1;
  for (int i = 0; i < WAITERS; i++)
    if (m->all[i].queued && (m->all[i].needs >> limiter & 1) &&
        (oldest < 0 || model_age(&m->all[i], &m->all[oldest]) < 0))
      oldest = i;
  return oldest;
}

/* 0: an elder; 1: somebody at a limiter whose turn is by age; 2: everybody. */
static int model_class(const model *m, int waiter, int pass) {
  for (int l = 0; l < LIMITERS; l++) {
    if (pass == 0 && m->elder[l] == waiter) return 1;
    if (pass == 1 && (m->all[waiter].needs >> l & 1) && m->passed[l] >= STUDIO_QUEUE_FAIR - 1) return 1;
  }
  return pass == 2;
}

typedef struct claims {
  bool made[LIMITERS];
  int64_t until[LIMITERS];
} claims;

/* May this waiter go, given the claims of those before it? If not, it makes its own. */
static bool model_try(const model *m, const entry *e, int64_t now, claims *c) {
  bool open = true;
  int64_t at = now;
  for (int l = 0; l < LIMITERS; l++) {
    if (!(e->needs >> l & 1)) continue;
    int64_t sure = studio_limiter_sure_at(m->limiters[l], now, 0);
    int64_t next = studio_limiter_sure_at(m->limiters[l], now, 1);
    int64_t by = c->until[l];
    if (by == STUDIO_NEVER) by = now + studio_limiter_limit(m->limiters[l])->spacing_ms;
    if (sure > now || (c->made[l] && next > by)) open = false;
    if (sure > at) at = sure;
  }
  for (int l = 0; l < LIMITERS && !open; l++) {
    if (!(e->needs >> l & 1) || c->made[l]) continue;
    c->made[l] = true;
    c->until[l] = at > now ? at : STUDIO_NEVER;
  }
  return open;
}

static void model_grant(model *m, int waiter, bool fair) {
  for (int l = 0; l < LIMITERS; l++) {
    if (!(m->all[waiter].needs >> l & 1)) continue;
    m->passed[l] = fair || model_oldest(m, l) == waiter ? 0 : m->passed[l] + 1;
  }
}

static void model_remove(model *m, int waiter) {
  m->all[waiter].queued = false;
  for (int l = 0; l < LIMITERS; l++) {
    if (m->elder[l] == waiter) m->elder[l] = -1;
    if (model_oldest(m, l) < 0) m->passed[l] = 0; /* nobody is left to remember for */
  }
}

static int model_next(model *m, int64_t now) {
  claims c;
  memset(&c, 0, sizeof c);
  for (int l = 0; l < LIMITERS; l++)
    if (m->passed[l] >= STUDIO_QUEUE_FAIR - 1 && m->elder[l] < 0) m->elder[l] = model_oldest(m, l);
  for (int pass = 0; pass < 3; pass++) {
    bool asked[WAITERS] = {false};
    for (;;) {
      int best = -1;
      for (int i = 0; i < WAITERS; i++) {
        if (!m->all[i].queued || asked[i] || !model_class(m, i, pass)) continue;
        int order = best < 0 ? -1 : (pass < 2 ? model_age : model_rank)(&m->all[i], &m->all[best]);
        if (order < 0) best = i;
      }
      if (best < 0) break;
      asked[best] = true;
      if (!model_try(m, &m->all[best], now, &c)) continue;
      model_grant(m, best, pass < 2);
      model_remove(m, best);
      return best;
    }
  }
  return -1;
}

/* ---- a life ---- */

typedef struct life {
  unsigned seed;
  int64_t now;
  studio_queue *queue;
  studio_limiter *limiters[LIMITERS]; /* the queue's */
  studio_waiter waiters[WAITERS];
  model model;
  struct { int waiter; unsigned needs; int real[LIMITERS], model[LIMITERS]; } flights[FLIGHTS];
  int flying;
  uint64_t sequence;
  int grants;
  int64_t longest; /* that anybody waited */
} life;

static void life_begin(life *x, unsigned seed) {
  memset(x, 0, sizeof *x);
  x->seed = seed * 2654435761u + 1;
  x->queue = studio_queue_new();
  for (int l = 0; l < LIMITERS; l++) {
    int kind = (int)(fixture_random(&x->seed) % 5), capacity = 1 + (int)(fixture_random(&x->seed) % 4);
    bool window = kind == 0 || kind >= 3, spaced = kind == 1 || kind == 3, flights = kind == 2 || kind == 4;
    int64_t length = 20 + fixture_random(&x->seed) % 100;
    for (int side = 0; side < 2; side++)
      (side ? x->model.limiters : x->limiters)[l] = fixture_limiter(
        window ? capacity : 0, window ? length : 0, spaced ? length / 5 : 0, flights ? capacity : 0);
    x->model.elder[l] = -1;
  }
}

static void life_end(life *x) {
  for (int i = 0; i < WAITERS; i++) studio_queue_remove(x->queue, &x->waiters[i]);
  assert_int_equal(studio_queue_count(x->queue), 0);
  studio_queue_free(x->queue);
  for (int l = 0; l < LIMITERS; l++) {
    studio_limiter_report report;
    studio_limiter_explain(x->limiters[l], x->now, &report);
    assert_int_equal(report.waiting, 0);
    studio_limiter_unref(x->limiters[l]);
    studio_limiter_unref(x->model.limiters[l]);
  }
}

static bool life_flies(const life *x, int waiter) {
  for (int i = 0; i < x->flying; i++)
    if (x->flights[i].waiter == waiter) return true;
  return false;
}

static void life_push(life *x, int waiter) {
  entry *e = &x->model.all[waiter];
  if (e->queued || life_flies(x, waiter)) return;
  unsigned needs = fixture_random(&x->seed) % 16 & fixture_random(&x->seed) % 16;
  int64_t deadline = STUDIO_NEVER, since = x->now;
  if (fixture_random(&x->seed) % 3 == 0) deadline = x->now + fixture_random(&x->seed) % 500;
  if (fixture_random(&x->seed) % 4 == 0) since -= fixture_random(&x->seed) % 50; /* a repeated call */
  *e = (entry){true, needs, (int)(fixture_random(&x->seed) % 3), deadline, since, x->sequence++};
  studio_waiter *w = &x->waiters[waiter];
  *w = fixture_waiter((studio_priority)e->priority, deadline, since, NULL, NULL);
  for (int l = 0; l < LIMITERS; l++)
    if (needs >> l & 1) w->limiters[w->limiter_count++] = x->limiters[l];
  fixture_push(x->queue, w);
}

/* The attempt ends the same way on both sides. */
static void life_land(life *x, int flight) {
  studio_slot_end how = STUDIO_SLOT_ANSWERED;
  if (fixture_random(&x->seed) % 8 == 0) how = (studio_slot_end)(1 + fixture_random(&x->seed) % 2);
  bool refused = fixture_random(&x->seed) % 60 == 0;
  studio_ratehint hint = HINT(fixture_random(&x->seed) % 300, -1, -1, -1);
  for (int l = 0; l < LIMITERS; l++) {
    if (!(x->flights[flight].needs >> l & 1)) continue;
    studio_limiter *sides[] = {x->limiters[l], x->model.limiters[l]};
    int slots[] = {x->flights[flight].real[l], x->flights[flight].model[l]};
    for (int side = 0; side < 2; side++) {
      studio_limiter_release(sides[side], slots[side], x->now, how);
      if (refused) studio_limiter_refused(sides[side], x->now, &hint);
      studio_limiter_leave(sides[side], x->now);
    }
  }
  x->flights[flight] = x->flights[--x->flying];
}

static bool life_grant(life *x) {
  int slots[STUDIO_LIMITERS_MAX], used = 0, expected = model_next(&x->model, x->now);
  int64_t wake;
  studio_waiter *next = studio_queue_next(x->queue, x->now, slots, &wake);
  assert_int_equal(next ? (int)(next - x->waiters) : -1, expected);
  if (!next) return false;
  if (x->now - next->since > x->longest) x->longest = x->now - next->since;
  x->flights[x->flying].waiter = expected;
  unsigned needs = x->flights[x->flying].needs = x->model.all[expected].needs;
  for (int l = 0; l < LIMITERS; l++) {
    if (!(needs >> l & 1)) continue;
    x->flights[x->flying].real[l] = slots[used++];
    assert_true(studio_limiters_take(&x->model.limiters[l], 1, x->now, &x->flights[x->flying].model[l]));
  }
  x->flying++;
  x->grants++;
  return true;
}

static void the_queue_does_what_the_model_does(void **state) {
  (void)state;
  int grants = 0, lives = 300;
  for (int n = 0; n < lives; n++) {
    life x;
    life_begin(&x, (unsigned)n);
    for (int step = 0; step < 400; step++) {
      x.now += fixture_random(&x.seed) % 8;
      switch (fixture_random(&x.seed) % 5) {
      case 0: case 1: life_push(&x, (int)(fixture_random(&x.seed) % WAITERS)); break;
      case 2: case 3: if (x.flying) life_land(&x, (int)(fixture_random(&x.seed) % (unsigned)x.flying)); break;
      default: {
        int waiter = (int)(fixture_random(&x.seed) % WAITERS);
        if (fixture_random(&x.seed) % 4) break;
        if (x.model.all[waiter].queued) model_remove(&x.model, waiter);
        studio_queue_remove(x.queue, &x.waiters[waiter]);
      }
      }
      while (x.flying < FLIGHTS && life_grant(&x)) continue;
    }
    grants += x.grants;
    life_end(&x);
  }
  printf("  %d lives, %d grants\n", lives, grants);
  assert_true(grants > 100 * lives / 4);
}

/* Everybody comes back at once with a new call of any kind, attempts end within 30 ms, no pauses: whoever
** waits is served. The clock moves only to the wake time or the end of a flight, so neither is too late. */
static void nobody_starves(void **state) {
  (void)state;
  int64_t longest = 0;
  for (unsigned n = 0; n < 60; n++) {
    life x;
    life_begin(&x, 1000 + n);
    int64_t ends[FLIGHTS];
    for (int step = 0; step < 20000; step++) {
      for (int i = x.flying - 1; i >= 0; i--) {
        if (ends[i] > x.now) continue;
        int waiter = x.flights[i].waiter;
        fixture_end(&x.waiters[waiter], x.flights[i].real, x.now);
        x.flights[i] = x.flights[--x.flying];
        ends[i] = ends[x.flying];
      }
      for (int i = 0; i < WAITERS; i++) life_push(&x, i);
      int64_t next = INT64_MAX;
      studio_waiter *w;
      while (x.flying < FLIGHTS && (w = studio_queue_next(x.queue, x.now, x.flights[x.flying].real, &next))) {
        if (x.now - w->since > x.longest) x.longest = x.now - w->since;
        x.flights[x.flying].waiter = (int)(w - x.waiters);
        x.model.all[w - x.waiters].queued = false;
        ends[x.flying++] = x.now + fixture_random(&x.seed) % 30;
      }
      assert_true(next > x.now);
      for (int i = 0; i < x.flying; i++)
        if (ends[i] < next) next = ends[i];
      assert_int_not_equal(next, INT64_MAX); /* somebody waits, and nothing would ever wake us */
      x.now = next > x.now ? next : x.now + 1;
    }
    for (int i = 0; i < WAITERS; i++)
      if (x.model.all[i].queued && x.now - x.waiters[i].since > x.longest)
        x.longest = x.now - x.waiters[i].since;
    if (x.longest > longest) longest = x.longest;
    life_end(&x);
  }
  printf("  the longest wait among %d endless callers: %d ms\n", WAITERS, (int)longest);
  /* A limiter serves one at least each W + a flight = 150 ms, and is kept free for an elder as long at most;
  ** of FAIR that it serves one is the oldest, and at most WAITERS are older. A life is four times as long. */
  assert_true(longest <= (int64_t)WAITERS * STUDIO_QUEUE_FAIR * 2 * 150);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_queue_does_what_the_model_does),
    cmocka_unit_test(nobody_starves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
