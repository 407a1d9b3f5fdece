/* studio_queue: who goes next among the calls that wait for slots.   SPDX-License-Identifier: MIT
**
** Order: priority, then deadline, then age; and at a limiter that has served others
** STUDIO_QUEUE_FAIR - 1 times while somebody waited longer, whoever has waited longest is next, so that
** none starves. A call may need a slot of several limiters at once: it gets all or none. While it waits
** for one of them it has a claim on each other: a call behind it may take a slot there only if that
** does not make it wait longer. Only the first in line for a limiter claims, so little stands idle.
** Calls that need the same limiters stand in one line; push, remove and next are O(log n) in the calls. */
#ifndef STUDIO_CORE_QUEUE_H
#define STUDIO_CORE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limiter.h"

#define STUDIO_QUEUE_FAIR 8

typedef enum studio_priority {
  STUDIO_PRIORITY_USER,   /* somebody waits for the answer */
  STUDIO_PRIORITY_SUBMIT, /* starts a job */
  STUDIO_PRIORITY_POLL,   /* asks how a job is doing */
  STUDIO_PRIORITY_COUNT
} studio_priority;

typedef struct studio_queue studio_queue;

/* Part of a call, zeroed before its first use; the queue points to it and owns nothing of it. */
typedef struct studio_waiter {
  /* set by the owner before push, unchanged while queued */
  studio_limiter *limiters[STUDIO_LIMITERS_MAX];
  int limiter_count;          /* all different; 0: nothing to wait for, granted at once */
  studio_priority priority;
  int64_t deadline;           /* absolute ms; STUDIO_NEVER: none */
  int64_t since;              /* absolute ms, when the call was first submitted */
  /* the queue's own */
  void *line;                 /* the line it stands in; NULL: not queued */
  size_t place[3];            /* in that line's heaps: by rank, by age, by deadline */
  uint64_t sequence;          /* of pushes; the last resort of each order */
} studio_waiter;

studio_queue *studio_queue_new(void); /* NULL: out of memory */
void studio_queue_free(studio_queue *queue); /* must be empty of waiters that are still used */

bool studio_queue_push(studio_queue *queue, studio_waiter *waiter, int64_t now); /* false: out of memory */
void studio_queue_remove(studio_queue *queue, studio_waiter *waiter); /* cancel; fine when not queued */

/* The next call that may be sent now: it is off the queue, and its slots are taken (slots[i] for
** limiters[i]). NULL: none may; then *wake is when to ask again (STUDIO_NEVER: after a release). */
studio_waiter *studio_queue_next(studio_queue *queue, int64_t now, int *slots, int64_t *wake);

/* The least number of ms that a call still needs, those which certainly go before it counted in (better
** ranked, older, and in need of no other limiter). Also for a call that is not queued yet. */
int64_t studio_queue_estimate(studio_queue *queue, const studio_waiter *waiter, int64_t now);

/* A waiter whose deadline would be missed even if it were the next (after a pause, say); still queued.
** NULL: none. O(lines), so it may be asked in each step. */
studio_waiter *studio_queue_hopeless(studio_queue *queue, int64_t now);

size_t studio_queue_count(const studio_queue *queue);

#endif
