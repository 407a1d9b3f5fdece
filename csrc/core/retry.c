/* studio_retry: whether an attempt may be followed by another.   SPDX-License-Identifier: MIT
**
** What came of the attempt             may be repeated      may not (POST, PATCH)
** -----------------------------------  -------------------  ----------------------------
** answer below 400                     done                 done
** 404, 410 to a repeated DELETE        done                 -
** fatal, at any stage                  its own kind         its own kind
** 429                                  again, for nothing   again, for nothing
** 408, 500, 502, 503, 504              again                timeout (408), server
** any other answer                     its own kind         its own kind
** not sent                             again                again
** sent, no final answer                again                outcome_unknown
**
** "Again" needs an attempt that is left and tokens in the budget (budget.h), else the call ends with the kind of
** this failure. "For nothing": it was refused, so nothing was done and the service is alive; it takes neither
** tokens nor an attempt, only one of the refusals that a call sits out. A request that was not sent does
** cost: a host that is down must not be hammered. 401 is no matter of this table: the call asks its
** provider for a fresh key once, and comes here with the second. */
#include "core/retry.h"

#include <stddef.h>
#include <string.h>

bool studio_method_repeatable(const char *method) {
  static const char *const repeatable[] = {"GET", "HEAD", "PUT", "DELETE"};
  for (size_t i = 0; i < sizeof repeatable / sizeof *repeatable; i++) {
    if (strcmp(method, repeatable[i]) == 0) return true; /* methods are told apart by case */
  }
  return false;
}

/* Statuses that may be gone the next time. */
static bool is_passing(int status) {
  return status == 408 || status == 500 || (status >= 502 && status <= 504);
}

static bool is_gone(int status) {
  return status == 404 || status == 410;
}

static studio_verdict give_up(studio_kind kind) {
  return (studio_verdict){.again = false, .kind = kind};
}

studio_verdict studio_retry_decide(const studio_retry *policy, studio_budget *budget, studio_rng *rng,
                                   const studio_outcome *outcome, bool repeatable, bool repeat_of_delete,
                                   int failures, int refusals) {
  bool answered = outcome->stage == STUDIO_STAGE_ANSWERED;
  bool sent = outcome->stage != STUDIO_STAGE_NOT_SENT;
  if (outcome->fatal) return give_up(outcome->kind);
  if (answered && (outcome->kind == STUDIO_KIND_NONE || (repeat_of_delete && is_gone(outcome->status)))) {
    return give_up(STUDIO_KIND_NONE);
  }

  studio_verdict again = {.again = true, .kind = STUDIO_KIND_NONE};
  if (answered && outcome->status == 429) {
    if (refusals >= policy->max_refusals) return give_up(STUDIO_KIND_RATE_LIMITED);
    again.free = true;
    again.delay_ms = studio_backoff_delay(&policy->backoff, rng, refusals, outcome->retry_after_ms);
    return again;
  }

  if (sent && !answered && !repeatable) return give_up(STUDIO_KIND_OUTCOME_UNKNOWN);
  if (answered && !(repeatable && is_passing(outcome->status))) return give_up(outcome->kind);
  if (failures >= policy->max_attempts - 1) return give_up(outcome->kind);
  again.cost = answered ? STUDIO_BUDGET_RETRY : STUDIO_BUDGET_TIMEOUT;
  if (!studio_budget_take(budget, again.cost)) {
    return (studio_verdict){.again = false, .exhausted = true, .kind = outcome->kind};
  }
  again.delay_ms = studio_backoff_delay(&policy->backoff, rng, failures, outcome->retry_after_ms);
  return again;
}
