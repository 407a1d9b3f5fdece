/* studio_backoff: how long to wait before the next attempt.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_BACKOFF_H
#define STUDIO_CORE_BACKOFF_H

#include <stdint.h>

#include "core/rng.h"

typedef struct studio_backoff {
  int64_t base_ms; /* 500 */
  int64_t cap_ms;  /* 20000 */
} studio_backoff;

/* Full jitter: uniform in [0, min(cap, base * 2^n)], n = 0 before the first retry. A server's floor
** (Retry-After; -1 when there is none) is kept, plus up to a tenth of it, so that callers who were
** refused together do not come back together; where the jitter is longer than that, it counts. */
int64_t studio_backoff_delay(const studio_backoff *backoff, studio_rng *rng, int n, int64_t floor_ms);

#endif
