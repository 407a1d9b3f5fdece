/* studio_limits: which of a call's limiters an answer speaks to.   SPDX-License-Identifier: MIT */
#include "core/limits.h"

#include "core/heed.h"

static int64_t distance(int64_t limit, int64_t capacity) {
  if (limit < 0) return 0;
  return limit > capacity ? limit - capacity : capacity - limit;
}

/* The limiter that a quota is about; the first where none has a window. */
static int described(studio_limiter *const *limiters, int count, const studio_ratepolicy *quota) {
  int best = -1;
  int64_t best_distance = 0;
  for (int i = 0; i < count; i++) {
    const studio_limit *limit = studio_limiter_limit(limiters[i]);
    if (quota->window_ms > 0 && studio_heed_ours(quota, limit->window_ms)) return i;
    if (limit->capacity == 0) continue;
    int64_t away = distance(quota->limit, limit->capacity);
    if (best >= 0 && away >= best_distance) continue;
    best = i;
    best_distance = away;
  }
  return best >= 0 ? best : 0;
}

/* Who is told what is settled before anybody is: an answer must not change it halfway. */
static void tell_each(studio_limiter *const *limiters, int count, const studio_ratehint *hint, int64_t now) {
  int plain = described(limiters, count, &hint->plain), owner[STUDIO_RATEHINT_POLICIES];
  for (int p = 0; p < hint->policy_count; p++) owner[p] = described(limiters, count, &hint->policies[p]);
  for (int i = 0; i < count; i++) {
    studio_ratehint part = STUDIO_RATEHINT_NONE;
    if (plain == i) part.plain = hint->plain;
    for (int p = 0; p < hint->policy_count; p++) {
      if (owner[p] == i) part.policies[part.policy_count++] = hint->policies[p];
    }
    studio_limiter_observe(limiters[i], now, &part);
  }
}

static bool says_none_left(const studio_ratehint *hint) {
  if (hint->plain.remaining == 0) return true;
  for (int p = 0; p < hint->policy_count; p++) {
    if (hint->policies[p].remaining == 0) return true;
  }
  return false;
}

/* A limit of the account's own size may be the account's, whatever the service calls it. To take it for the class's
** would make foreigners of our own requests of other classes; the account's limiter knows them all. */
static bool may_be_account(studio_limiter *const *limiters, int count, const studio_limiter *of_class,
                           const studio_ratehint *hint) {
  for (int i = 0; i < count; i++) {
    if (limiters[i] == of_class) continue;
    if (hint->plain.limit > 0 && hint->plain.limit == studio_limiter_limit(limiters[i])->capacity) return true;
  }
  return false;
}

void studio_limits_tell(studio_limiter *const *limiters, int count, studio_limiter *of_class, int status,
                        const studio_ratehint *hint, int64_t now) {
  if (of_class != NULL && may_be_account(limiters, count, of_class, hint)) of_class = NULL;
  if (of_class != NULL) studio_limiter_observe(of_class, now, hint);
  else tell_each(limiters, count, hint, now);
  if (status != 429) return;
  bool class_alone = of_class != NULL && says_none_left(hint);
  for (int i = 0; i < count; i++) {
    if (!class_alone || limiters[i] == of_class) studio_limiter_refused(limiters[i], now, hint);
  }
}
