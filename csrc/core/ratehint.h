/* studio_ratehint: what an answer's headers say about limits.   SPDX-License-Identifier: MIT
**
** Reads Retry-After (seconds or HTTP-date, the latter against the answer's own Date, so that our clock
** does not matter) and X-RateLimit-Limit / -Remaining / -Reset (delta seconds, epoch seconds or
** milliseconds, HTTP-date; also RateLimit-Limit / -Remaining / -Reset and X-RateLimit-Reset-After).
** A number too large to be a delta is an epoch; of a list ("100, 100;w=60") the first one counts, and a limit
** of 0 says nothing. Malformed fields are ignored, absurd values are capped at STUDIO_RATEHINT_CAP_MS. */
#ifndef STUDIO_CORE_RATEHINT_H
#define STUDIO_CORE_RATEHINT_H

#include <stdint.h>

#include "core/headers.h"

#define STUDIO_RATEHINT_CAP_MS (24LL * 3600 * 1000)

typedef struct studio_ratehint {
  int64_t retry_after_ms; /* from now; -1: not said */
  int64_t limit;          /* requests in a window; -1: not said */
  int64_t remaining;      /* of them left; -1 */
  int64_t reset_ms;       /* from now until the window is new; -1 */
} studio_ratehint;

/* `wall_ms`: our own wall clock, used where the answer has no Date. */
void studio_ratehint_read(studio_ratehint *hint, const studio_headers *headers, int64_t wall_ms);

#endif
