/* studio_rng: a small seeded generator for jitter; same seed, same numbers.   SPDX-License-Identifier: MIT
** Not for secrets. */
#ifndef STUDIO_CORE_RNG_H
#define STUDIO_CORE_RNG_H

#include <stdint.h>

typedef struct studio_rng {
  uint64_t state;
} studio_rng;

/* Seed 0 stands for "from the clock and this address". */
void studio_rng_seed(studio_rng *rng, uint64_t seed);

uint64_t studio_rng_next(studio_rng *rng);

/* Uniform in [0, limit], both ends included; 0 when limit <= 0. */
int64_t studio_rng_upto(studio_rng *rng, int64_t limit);

#endif
