/* studio_ratehint: what an answer's headers say about limits.   SPDX-License-Identifier: MIT
**
** Three families, each in the spellings that are about (the table stands in docs/limits.md):
**   Retry-After, in seconds or as a date; Retry-After-Ms;
**   X-RateLimit-Limit / -Remaining / -Reset and their kin, one quota, whose window as a rule nobody tells;
**   RateLimit-Policy and RateLimit of the IETF, several quotas by name (RFC 9651 fields), each with its window.
** A moment may be a delta, an epoch or a date (moment.h); what lies at a point in time counts from the answer's own
** Date, so that our clock does not matter. Malformed fields are ignored, moments capped at STUDIO_RATEHINT_CAP_MS,
** counts at STUDIO_RATEHINT_CAP; a limit of 0, and what is left of it, says nothing. */
#ifndef STUDIO_CORE_RATEHINT_H
#define STUDIO_CORE_RATEHINT_H

#include <stdint.h>

#include "core/headers.h"

#define STUDIO_RATEHINT_CAP_MS (24LL * 3600 * 1000)
#define STUDIO_RATEHINT_CAP INT64_C(1000000000)
#define STUDIO_RATEHINT_POLICIES 6 /* a service that names more is believed as to the first */

/* One quota. What was not said is -1; for the window also 0. */
typedef struct studio_ratepolicy {
  int64_t limit;     /* requests in a window */
  int64_t remaining; /* of them left */
  int64_t reset_ms;  /* from now until there are more of them */
  int64_t window_ms; /* not capped */
} studio_ratepolicy;

typedef struct studio_ratehint {
  int64_t retry_after_ms; /* from now; -1: not said */
  studio_ratepolicy plain; /* the quota without a name */
  int policy_count;
  studio_ratepolicy policies[STUDIO_RATEHINT_POLICIES];
} studio_ratehint;

#define STUDIO_RATEPOLICY_NONE {-1, -1, -1, -1}
#define STUDIO_RATEHINT_NONE {.retry_after_ms = -1, .plain = STUDIO_RATEPOLICY_NONE}

/* `wall_ms`: our own wall clock, used where the answer has no Date. */
void studio_ratehint_read(studio_ratehint *hint, const studio_headers *headers, int64_t wall_ms);

/* How long a refusal asks us to wait: Retry-After, else until every quota that is spent is new again, else the
** plain quota's reset. -1: it does not say. */
int64_t studio_ratehint_pause(const studio_ratehint *hint);

#endif
