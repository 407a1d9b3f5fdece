/* studio_heed: what a limiter makes of the headers it is told.   SPDX-License-Identifier: MIT
**
** A quota that an answer speaks of is *ours* when its window is said and within a second of ours, or is not said and
** the reset is no later than our window allows (2 s more, for whole seconds). All others are quotas of another
** window: a day, a month, a second.
**   Ours tightens the capacity, and tells of others who spend the same key: foreign = limit - remaining - our own
**   slots (without those that were refused). They take that many slots until the reset. Once they have spent a quarter
**   of the limit, or as much as is left, we pace: one send each reset / (remaining * our share), and for two windows no
**   faster than our share of the limit, less 15 %, so that a little stays free and nobody runs into the other.
**   Of another window we count down what is left, and at 0 wait for its reset (an hour at most): no pace, since a
**   script that needs fifty calls of a thousand a day should have them now.
** Nothing here ever lets a send go earlier. Plain data and arithmetic: the limiter owns it and tells the time. */
#ifndef STUDIO_CORE_HEED_H
#define STUDIO_CORE_HEED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/ratehint.h"

#define STUDIO_HEED_CAP_MS (3600LL * 1000) /* no reset is believed for longer */
#define STUDIO_HEED_QUOTAS 4               /* of other windows; more are not kept */
#define STUDIO_HEED_REFUSALS 16

typedef struct studio_quota {
  int64_t window_ms; /* -1: not said; tells one from another */
  int64_t until;     /* the reset; over when <= now */
  int64_t left;      /* sends that remain, those in flight taken off */
  bool unsure;       /* nothing is left only if all in flight count: an answer may say better */
} studio_quota;

typedef struct studio_heed {
  int foreign;                /* slots that others have taken, until foreign_until */
  int64_t foreign_until, foreign_seen;
  int64_t pace_ms;            /* between two of our sends, until foreign_until; 0: none */
  int64_t fair_ms, fair_until; /* the pace that our share of a whole window allows */
  int64_t refused_at[STUDIO_HEED_REFUSALS]; /* the latest answers 429, the oldest replaced first */
  int refusals;
  studio_quota quotas[STUDIO_HEED_QUOTAS];
} studio_heed;

/* The limiter at the moment of an answer. */
typedef struct studio_heed_own {
  int capacity;      /* 0: no window */
  int64_t window_ms;
  int used;          /* slots of ours that the service may count in this answer */
  int in_flight;     /* attempts that it may not have counted yet */
} studio_heed_own;

void studio_heed_init(studio_heed *heed);

/* Whether this quota is about our window; false also where we have none. */
bool studio_heed_ours(const studio_ratepolicy *quota, int64_t window_ms);

/* Takes a whole answer in; what it says replaces what was said of the same window before. */
void studio_heed_observe(studio_heed *heed, const studio_heed_own *own, const studio_ratehint *hint, int64_t now);

/* An answer 429: our slot cools, but the service counts it as nobody's. */
void studio_heed_refused(studio_heed *heed, int64_t now);

void studio_heed_sent(studio_heed *heed, int count); /* 1: one more was sent; -1: it was not sent after all */

/* The least moment, not before `from`, at which pace and quotas let a send go that has `ahead` others before it.
** `held`: what an answer in flight could free at the earliest; STUDIO_NEVER where it must be certain. */
int64_t studio_heed_at(const studio_heed *heed, int64_t from, int64_t last_send, int ahead, int64_t held);

int studio_heed_foreign(const studio_heed *heed, int64_t now);
int64_t studio_heed_pace(const studio_heed *heed, int64_t now); /* 0: none */
const studio_quota *studio_heed_spent(const studio_heed *heed, int64_t now); /* what waits for its reset, or NULL */

/* Does this answer name a quota of another window that is spent? Then no care of ours would have helped. */
bool studio_heed_explains(const studio_ratehint *hint, int64_t window_ms);

#endif
