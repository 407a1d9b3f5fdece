/* Fixture of the limiter's tests: what a caller does, in short.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_SPEC_LIMITER_FIXTURE_H
#define STUDIO_SPEC_LIMITER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/limiter.h"
#include "hint.h"

static inline studio_limiter *make(int capacity, int64_t window, int64_t guard, int64_t spacing, int in_flight) {
  studio_limit limit = {capacity, window, guard, 1000, spacing, in_flight};
  studio_limiter *limiter = studio_limiter_new("test", &limit, NULL);
  assert_non_null(limiter);
  return limiter;
}

static inline bool take(studio_limiter *limiter, int64_t now, int *slot) {
  return studio_limiters_take(&limiter, 1, now, slot);
}

static inline void done(studio_limiter *limiter, int slot, int64_t now, studio_slot_end how) {
  studio_limiter_release(limiter, slot, now, how);
  studio_limiter_leave(limiter, now);
}

/* Sends at `now`, answered at once. */
static inline void spend(studio_limiter *limiter, int count, int64_t now) {
  for (int slot; count > 0; count--) {
    assert_true(take(limiter, now, &slot));
    done(limiter, slot, now, STUDIO_SLOT_ANSWERED);
  }
}

static inline studio_limiter_report report(studio_limiter *limiter, int64_t now) {
  studio_limiter_report r;
  studio_limiter_explain(limiter, now, &r);
  return r;
}

/* No slot at `at - 1`, one at `at`, and everything that tells the moment agrees. */
static inline void assert_opens(studio_limiter *limiter, int64_t now, int64_t at) {
  int slot;
  assert_int_equal(studio_limiter_ready_at(limiter, now), at);
  assert_int_equal(studio_limiter_estimate(limiter, now, 0), at - now);
  assert_int_equal(report(limiter, now).next_slot_ms, at - now);
  assert_false(take(limiter, at - 1, &slot));
  assert_true(take(limiter, at, &slot));
  done(limiter, slot, at, STUDIO_SLOT_NOT_SENT);
}

#endif
