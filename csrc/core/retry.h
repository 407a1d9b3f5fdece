/* studio_retry: whether an attempt may be followed by another.   SPDX-License-Identifier: MIT
**
** Decides, never waits. The rule (retry.c has it as a table): what was not sent may always be sent
** again; what was refused with 429 too, since it was not done; a request that may be repeated
** (GET, HEAD, PUT, DELETE, or one with an idempotency key that the service documents) also after 408, 500,
** 502, 503, 504 and after every failure in flight. Anything else whose outcome nobody knows ends as
** OUTCOME_UNKNOWN, because a second POST may be paid twice. */
#ifndef STUDIO_CORE_RETRY_H
#define STUDIO_CORE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/backoff.h"
#include "core/budget.h"
#include "core/error.h"

typedef struct studio_retry {
  int max_attempts; /* failures: attempts in all; 1 = never again. Default 5 */
  int max_refusals; /* answers 429 that a call sits out before it gives up. Default 20 */
  studio_backoff backoff;
} studio_retry;

#define STUDIO_RETRY_DEFAULT {5, 20, {500, 20000}}

/* What came of one attempt. */
typedef struct studio_outcome {
  studio_stage stage;
  int status;             /* 0: none */
  studio_kind kind;       /* of the failure; NONE for an answer below 400 */
  int64_t retry_after_ms; /* -1 */
  bool fatal;             /* never again: bad certificate, local file, too large, cancelled */
} studio_outcome;

typedef struct studio_verdict {
  bool again;
  bool free;        /* the repeat is for nothing (429): it counts as a refusal, not as a failed attempt */
  int64_t delay_ms; /* before the next attempt, when again */
  studio_kind kind; /* when not again: NONE = success, else what the caller is told */
  bool exhausted;   /* not again, because the budget has no tokens left for it */
  int cost;         /* tokens taken from the budget; hand back with studio_budget_success */
} studio_verdict;

/* May a request with this method be repeated without harm? */
bool studio_method_repeatable(const char *method);

/* failures / refusals: how many this call has had before this one. `budget` may be NULL: none. `repeatable`:
** by method or by key. `repeat_of_delete`: an earlier attempt of this DELETE may have been done, so that 404
** is success. */
studio_verdict studio_retry_decide(const studio_retry *policy, studio_budget *budget, studio_rng *rng,
                                   const studio_outcome *outcome, bool repeatable, bool repeat_of_delete,
                                   int failures, int refusals);

#endif
