/* studio_backoff: full jitter over an exponential bound.   SPDX-License-Identifier: MIT */
#include "core/backoff.h"

/* min(cap, base * 2^n), without overflow. */
static int64_t bound(const studio_backoff *backoff, int n) {
  int64_t most = backoff->base_ms;
  while (n-- > 0 && most > 0 && most < backoff->cap_ms) {
    most = most > backoff->cap_ms / 2 ? backoff->cap_ms : most * 2;
  }
  return most < backoff->cap_ms ? most : backoff->cap_ms;
}

int64_t studio_backoff_delay(const studio_backoff *backoff, studio_rng *rng, int n, int64_t floor_ms) {
  int64_t delay = studio_rng_upto(rng, bound(backoff, n));
  if (floor_ms < 0) return delay;
  int64_t spread = studio_rng_upto(rng, floor_ms / 10);
  int64_t floor = floor_ms > INT64_MAX - spread ? INT64_MAX : floor_ms + spread;
  /* The longer of the two: a service that keeps saying "Retry-After: 0" is not asked without a pause. */
  return delay > floor ? delay : floor;
}
