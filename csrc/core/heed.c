/* studio_heed: what a limiter makes of the headers it is told.   SPDX-License-Identifier: MIT */
#include "core/heed.h"

#define LONG_AGO (INT64_MIN / 2)
#define SLACK_MS 1000       /* windows are said in whole seconds */
#define RESET_SLACK_MS 2000 /* resets are rounded up, and the Date they count from is cut off */

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

void studio_heed_init(studio_heed *heed) {
  *heed = (studio_heed){.foreign_until = LONG_AGO, .foreign_seen = LONG_AGO};
  heed->fair_until = LONG_AGO;
  for (int i = 0; i < STUDIO_HEED_QUOTAS; i++) heed->quotas[i].until = LONG_AGO;
  for (int i = 0; i < STUDIO_HEED_REFUSALS; i++) heed->refused_at[i] = LONG_AGO;
}

bool studio_heed_ours(const studio_ratepolicy *quota, int64_t window_ms) {
  if (window_ms <= 0) return false;
  if (quota->window_ms <= 0) return quota->reset_ms <= window_ms + RESET_SLACK_MS;
  int64_t distance = quota->window_ms - window_ms;
  return distance > -SLACK_MS && distance < SLACK_MS;
}

/* ---- others, in our window */

void studio_heed_refused(studio_heed *heed, int64_t now) {
  heed->refused_at[heed->refusals++ % STUDIO_HEED_REFUSALS] = now;
}

static int refused_since(const studio_heed *heed, int64_t since) {
  int count = 0;
  for (int i = 0; i < STUDIO_HEED_REFUSALS; i++) count += heed->refused_at[i] > since;
  return count;
}

/* Our part of what was spent, in thousandths, moved a fifth of the way to a half: of several who do so, whoever has
** more slows down and whoever has less speeds up. */
static int64_t share_of(int64_t used, int64_t foreign) {
  int64_t share = 1000 * used / (used + foreign);
  return share + (500 - share) / 5;
}

/* Of several quotas of our window in one answer (X-RateLimit beside RateLimit, say) the tightest counts. */
static void observe_ours(studio_heed *heed, const studio_heed_own *own, const studio_ratepolicy *quota, int64_t now) {
  int64_t refused = refused_since(heed, now - own->window_ms), used = later(own->used - refused, 0);
  int64_t foreign = own->capacity - quota->remaining - used;
  if (foreign <= 0) return;
  int64_t reset = sooner(quota->reset_ms >= 0 ? quota->reset_ms : own->window_ms, STUDIO_HEED_CAP_MS);
  heed->foreign = (int)later(heed->foreign, foreign);
  heed->foreign_until = later(heed->foreign_until, now + reset);
  heed->foreign_seen = now;
  if (foreign < quota->remaining && 4 * foreign < own->capacity) return; /* there is enough for all */
  int64_t share = share_of(later(used, 1), foreign), left = quota->remaining - own->in_flight;
  heed->fair_ms = own->window_ms * 1150 / (own->capacity * share);
  heed->fair_until = now + 2 * own->window_ms;
  int64_t pace = left > 0 ? reset * 1000 / (left * share) : 0;
  heed->pace_ms = later(heed->pace_ms, later(pace, heed->fair_ms));
}

/* ---- other windows */

/* The entry of that window; else a free one, else NULL. */
static studio_quota *quota_of(studio_heed *heed, int64_t window_ms, int64_t now) {
  studio_quota *unused = NULL;
  for (int i = 0; i < STUDIO_HEED_QUOTAS; i++) {
    studio_quota *quota = &heed->quotas[i];
    if (quota->until <= now) unused = quota;
    else if (quota->window_ms == window_ms) return quota;
  }
  return unused;
}

static void observe_other(studio_heed *heed, const studio_heed_own *own, const studio_ratepolicy *said, int64_t now) {
  int64_t window = said->window_ms > 0 ? said->window_ms : -1;
  int64_t reset = said->reset_ms >= 0 ? said->reset_ms : window;
  studio_quota *quota = reset > 0 ? quota_of(heed, window, now) : NULL;
  if (quota == NULL) return; /* nobody says for how long it counts */
  quota->window_ms = window;
  quota->until = now + sooner(reset, STUDIO_HEED_CAP_MS);
  quota->left = later(said->remaining - own->in_flight, 0);
  quota->unsure = said->remaining > 0;
}

void studio_heed_observe(studio_heed *heed, const studio_heed_own *own, const studio_ratehint *hint, int64_t now) {
  bool fresh = true;
  for (int i = -1; i < hint->policy_count; i++) {
    const studio_ratepolicy *quota = i < 0 ? &hint->plain : &hint->policies[i];
    if (quota->remaining < 0) continue;
    if (!studio_heed_ours(quota, own->window_ms)) {
      observe_other(heed, own, quota, now);
      continue;
    }
    if (fresh) heed->foreign = 0, heed->foreign_until = now, heed->pace_ms = 0;
    fresh = false;
    observe_ours(heed, own, quota, now);
  }
}

/* ---- what follows */

void studio_heed_sent(studio_heed *heed, int count) {
  for (int i = 0; i < STUDIO_HEED_QUOTAS; i++) heed->quotas[i].left = later(heed->quotas[i].left - count, 0);
}

/* A pace binds until its end; what is later than that may go then. */
static int64_t paced_at(int64_t from, int64_t last_send, int ahead, int64_t pace_ms, int64_t until) {
  if (pace_ms == 0 || until <= from) return from;
  return later(from, sooner(later(from, last_send + pace_ms) + ahead * pace_ms, until));
}

int64_t studio_heed_at(const studio_heed *heed, int64_t from, int64_t last_send, int ahead, int64_t held) {
  int64_t at = paced_at(from, last_send, ahead, heed->pace_ms, heed->foreign_until);
  at = paced_at(at, last_send, ahead, heed->fair_ms, heed->fair_until);
  for (int i = 0; i < STUDIO_HEED_QUOTAS; i++) {
    const studio_quota *quota = &heed->quotas[i];
    if (quota->until <= from || ahead < quota->left) continue;
    at = later(at, quota->unsure ? sooner(quota->until, held) : quota->until);
  }
  return at;
}

int studio_heed_foreign(const studio_heed *heed, int64_t now) {
  return heed->foreign_until > now ? heed->foreign : 0;
}

int64_t studio_heed_pace(const studio_heed *heed, int64_t now) {
  int64_t pace = heed->foreign_until > now ? heed->pace_ms : 0;
  return heed->fair_until > now ? later(pace, heed->fair_ms) : pace;
}

const studio_quota *studio_heed_spent(const studio_heed *heed, int64_t now) {
  const studio_quota *longest = NULL;
  for (int i = 0; i < STUDIO_HEED_QUOTAS; i++) {
    const studio_quota *quota = &heed->quotas[i];
    if (quota->until <= now || quota->left > 0) continue;
    if (longest == NULL || quota->until > longest->until) longest = quota;
  }
  return longest;
}

bool studio_heed_explains(const studio_ratehint *hint, int64_t window_ms) {
  for (int i = -1; i < hint->policy_count; i++) {
    const studio_ratepolicy *quota = i < 0 ? &hint->plain : &hint->policies[i];
    if (quota->remaining == 0 && !studio_heed_ours(quota, window_ms)) return true;
  }
  return false;
}
