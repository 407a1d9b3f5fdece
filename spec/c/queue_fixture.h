/* Fixture of the queue's tests: limiters and waiters in short.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_SPEC_QUEUE_FIXTURE_H
#define STUDIO_SPEC_QUEUE_FIXTURE_H

#include "core/queue.h"

/* Window and spacing in ms; 0: none. No guard, so that moments are easy to tell. */
static inline studio_limiter *fixture_limiter(int capacity, int64_t window, int64_t spacing, int in_flight) {
  studio_limit limit = {capacity, window, 0, 1000, spacing, in_flight};
  studio_limiter *limiter = studio_limiter_new("test", &limit, NULL);
  assert_non_null(limiter);
  return limiter;
}

/* A call that needs a, and b unless NULL. */
static inline studio_waiter fixture_waiter(studio_priority priority, int64_t deadline, int64_t since,
                                           studio_limiter *a, studio_limiter *b) {
  studio_waiter waiter = {.limiters = {a, b}, .priority = priority, .deadline = deadline, .since = since};
  waiter.limiter_count = (a != NULL) + (b != NULL);
  return waiter;
}

static inline void fixture_push(studio_queue *queue, studio_waiter *waiter) {
  assert_true(studio_queue_push(queue, waiter, waiter->since));
}

static inline void fixture_enter(studio_queue *queue, studio_waiter *waiter, studio_waiter as) {
  *waiter = as;
  fixture_push(queue, waiter);
}

/* An attempt that is answered. */
static inline void fixture_end(studio_waiter *waiter, const int *slots, int64_t now) {
  for (int i = 0; i < waiter->limiter_count; i++) {
    studio_limiter_release(waiter->limiters[i], slots[i], now, STUDIO_SLOT_ANSWERED);
    studio_limiter_leave(waiter->limiters[i], now);
  }
}

static inline unsigned fixture_random(unsigned *seed) {
  *seed = *seed * 1103515245u + 12345u;
  return *seed >> 12;
}

#endif
