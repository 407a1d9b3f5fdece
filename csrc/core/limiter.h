/* studio_limiter: when may a call be sent?   SPDX-License-Identifier: MIT
**
** The rule: a slot is taken when an attempt is sent and held until its final answer is complete, then for
** the window W and a guard g more; after a failure once sent, until failure + linger + W + g. Hence at most L
** of our requests fall into any window of length <= W + g at the server, whatever the network's jitter: the
** server saw a request no later than we saw its answer, and sees the next no earlier than we send it.
** A limiter never waits and does no I/O: it gets `now` (monotonic ms) and answers. Counted; shared by all
** clients with the same service and limit key. */
#ifndef STUDIO_CORE_LIMITER_H
#define STUDIO_CORE_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"
#include "core/ratehint.h"

typedef struct studio_limit {
  int capacity;       /* L, requests in a window; 0: no window */
  int64_t window_ms;  /* W */
  int64_t guard_ms;   /* g; default STUDIO_GUARD_MS */
  int64_t linger_ms;  /* default STUDIO_LINGER_MS: a request that failed here may still reach the server */
  int64_t spacing_ms; /* least time between two sends; 0: none */
  int max_in_flight;  /* attempts under way at once; 0: no bound */
} studio_limit;

#define STUDIO_GUARD_MS 20      /* covers rounding to milliseconds on both sides */
#define STUDIO_GUARD_WIDE_MS 1000 /* after a 429 that nothing explains: servers that count whole seconds */
#define STUDIO_LINGER_MS 1000
#define STUDIO_LIMITERS_MAX 6   /* that one call may need at once */

/* Where slots live. The memory table is built in; a store puts the same table where other processes and
** the next run see it (a locked file, say). lock() hands out the table brought up to date, expressed in
** this process's monotonic ms; NULL means "cannot": the limiter goes on with its own memory, or, where the store
** says that it is only busy, takes nothing and asks again a moment later. */
typedef struct studio_slot_table {
  int64_t *until;       /* [size] free when <= now; STUDIO_NEVER: held by an attempt in flight */
  int size;             /* >= the capacity of each process that uses it */
  int64_t paused_until; /* nobody sends before */
  int64_t last_send;    /* for spacing; STUDIO_LONG_AGO when there was none */
  /* What a store says of the other processes; all 0 where there is none. */
  int capacity;         /* the tightest limit of those who use the table; 0: none is tighter */
  int64_t cycle_ms;     /* the longest W + g of theirs */
  int64_t guard_ms, spacing_ms; /* learnt from answers 429 by any of them, an earlier run included; in and out */
  int64_t not_before;   /* until then it is another process's turn */
  int64_t look_at;      /* a slot may come free unseen: ask again by then; 0: no */
  int64_t wake;         /* out: when this process means to ask again */
} studio_slot_table;

#define STUDIO_LONG_AGO (INT64_MIN / 2) /* a moment before every other; what an empty table is filled with */
#define STUDIO_BUSY_MS 1                /* after which a busy store is asked again */

typedef struct studio_limiter_store studio_limiter_store;
struct studio_limiter_store {
  /* `waiting`: the calls of this process that need a slot. */
  studio_slot_table *(*lock)(studio_limiter_store *store, int64_t now, int waiting);
  void (*unlock)(studio_limiter_store *store); /* publishes what was changed */
  void (*rest)(studio_limiter_store *store);   /* nothing is in flight and nobody waits: needs no descriptor; or NULL */
  void (*destroy)(studio_limiter_store *store);
  bool busy;           /* lock gave NULL because another process holds the table at this moment */
  const char *trouble; /* why lock gives NULL for good, in words; NULL: it does not */
};

typedef struct studio_limiter studio_limiter;

/* `name` is for people ("mstudio key"); it must hold no secret. `store` may be NULL, else it is owned.
** NULL: out of memory; then the store is still the caller's. */
studio_limiter *studio_limiter_new(const char *name, const studio_limit *limit, studio_limiter_store *store);
studio_limiter *studio_limiter_ref(studio_limiter *limiter);
void studio_limiter_unref(studio_limiter *limiter);
const char *studio_limiter_name(const studio_limiter *limiter);
const studio_limit *studio_limiter_limit(const studio_limiter *limiter); /* as in force: tightened, widened */

/* The earliest moment at which a slot could be taken, as far as can be known: <= now when one is free.
** Where only the end of an attempt in flight can free one, the least it can be (now + W + g);
** STUDIO_NEVER when max_in_flight is reached: then nothing but studio_limiter_leave helps. */
int64_t studio_limiter_ready_at(studio_limiter *limiter, int64_t now);

/* The moment from which a call with `ahead` others before it certainly can be sent, if nothing else
** happens; STUDIO_NEVER when that hangs on an attempt whose end nobody knows. */
int64_t studio_limiter_sure_at(studio_limiter *limiter, int64_t now, int ahead);

/* One slot of each, or of none. `slots[i]` belongs to `limiters[i]` and is handed back below; it is
** negative where there is no window. Call it for an attempt that is sent at once. Each attempt then
** ends with one release and one leave for each limiter, also one that was never sent. */
bool studio_limiters_take(studio_limiter *const *limiters, int count, int64_t now, int *slots);

/* How an attempt ended, seen by a limiter. */
typedef enum studio_slot_end {
  STUDIO_SLOT_ANSWERED, /* final answer complete; or first byte of it, when the body goes to a file */
  STUDIO_SLOT_FAILED,   /* failed once sent */
  STUDIO_SLOT_NOT_SENT  /* gives the slot back, and the spacing with it */
} studio_slot_end;

/* Starts the cooling of a slot. May be called before the attempt is over (streamed bodies); then the
** attempt still counts in max_in_flight until studio_limiter_leave. */
void studio_limiter_release(studio_limiter *limiter, int slot, int64_t now, studio_slot_end how);
void studio_limiter_leave(studio_limiter *limiter, int64_t now); /* one attempt fewer in flight */

/* A 429: nobody sends until Retry-After, else the reset, else the window is over, and the guard (capped at
** an hour). Of the answers 429 to what was sent before a pause only the first is judged: if neither foreign
** use, nor a spent quota of another window, nor an earlier run explains it, it widens the guard; the next spaces
** ((W + g) / L); each further one lengthens the spacing by a quarter, at most to twice that. What was learnt stays for
** the limiter's life: that no 429 came since proves the care right, not needless. */
void studio_limiter_refused(studio_limiter *limiter, int64_t now, const studio_ratehint *hint);

/* Headers of any answer. They only tighten: a lower limit of our window; others who spend the same key take slots and
** make us pace; a quota of another window is counted down. The rules stand in heed.h. */
void studio_limiter_observe(studio_limiter *limiter, int64_t now, const studio_ratehint *hint);

/* The least number of ms until a call that has `ahead` others before it could get a slot; max_in_flight is
** left out, since an attempt may end at any moment. */
int64_t studio_limiter_estimate(studio_limiter *limiter, int64_t now, int ahead);

typedef struct studio_limiter_report {
  studio_limit limit;        /* in force */
  int configured_capacity;
  int held, cooling, foreign, in_flight;
  int free;                  /* slots of the window; -1: there is no window */
  int waiting;               /* calls in the queue that need this one */
  int64_t next_slot_ms;      /* 0: now; -1: when an attempt ends (why is then "in_flight") */
  int64_t paused_ms;         /* 0: not paused */
  int64_t pace_ms;           /* between two of our sends, because others spend as well; 0: none */
  int64_t quota_ms;          /* until the reset of a spent quota of another window; 0: none is */
  int64_t sent, refused;     /* attempts, answers 429, since the limiter was made */
  int unexplained;           /* pauses that nothing explains: what has been learnt from */
  const char *why;           /* "free", "window", "spacing", "in_flight", "paused", "foreign", "quota", "turn" */
  bool learnt;               /* guard or spacing are wider than configured: answers 429 taught them */
  bool stored;               /* other processes and later runs see the slots */
  const char *trouble;       /* why there is a store and they do not; NULL: they do, or there is none */
} studio_limiter_report;

void studio_limiter_explain(studio_limiter *limiter, int64_t now, studio_limiter_report *report);

/* Kept by the queue, so that explain can tell how many wait. */
void studio_limiter_waiting(studio_limiter *limiter, int change);

#endif
