/* studio_rng: SplitMix64 (Steele, Lea, Flood 2014): one word of state, good enough for jitter.
**   SPDX-License-Identifier: MIT */
#include "core/rng.h"

#include <unistd.h>

#include "core/clock.h"

void studio_rng_seed(studio_rng *rng, uint64_t seed) {
  rng->state = seed;
  if (seed != 0) return;
  /* Processes that cron starts in the same millisecond must not jitter alike: hence pid and address too. */
  rng->state = (uint64_t)studio_clock_wall_ms() ^ ((uint64_t)studio_clock_ms() << 20);
  rng->state ^= studio_rng_next(rng) ^ (uint64_t)(uintptr_t)rng;
  rng->state ^= studio_rng_next(rng) ^ ((uint64_t)getpid() << 32);
}

uint64_t studio_rng_next(studio_rng *rng) {
  uint64_t z = rng->state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

int64_t studio_rng_upto(studio_rng *rng, int64_t limit) {
  if (limit <= 0) return 0;
  uint64_t range = (uint64_t)limit + 1;
  uint64_t uneven = (UINT64_MAX - range + 1) % range; /* 2^64 mod range: that many numbers are thrown back */
  uint64_t drawn;
  do {
    drawn = studio_rng_next(rng);
  } while (drawn < uneven);
  return (int64_t)(drawn % range);
}
