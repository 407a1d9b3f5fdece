/* studio_turn: the inside of the loop, one turn of it.   SPDX-License-Identifier: MIT
**
** loop.c keeps what callers do between steps, turn.c what a step does; both work on this struct. Nobody
** else includes this file. */
#ifndef STUDIO_CORE_TURN_H
#define STUDIO_CORE_TURN_H

#include "core/attempts.h"
#include "core/loop.h"
#include "core/poller.h"
#include "core/registry.h"
#include "core/sockets.h"
#include "core/timers.h"
#include "core/trace.h"
#include "core/transport.h"

struct studio_loop {
  CURLM *multi;
  studio_transport transport;
  studio_poller *poller;
  studio_sockets sockets;
  studio_timers timers;
  studio_queue *queue;
  studio_registry registry;
  studio_budgets *budgets;
  studio_rng rng;
  int64_t now;
  int64_t curl_at;           /* when libcurl wants its timeout call; STUDIO_NEVER */
  int64_t alarm_at;          /* the caller's */
  int64_t queue_at;          /* when a slot may be free; 0: ask now */
  int64_t armed_at;          /* what the poller's timer is set to; 0: to fire at once */
  bool watched;              /* somebody else watches our descriptor: keep its timer armed */
  studio_call *active;       /* list of calls that are not over; the loop holds one count of each */
  size_t active_count;
  studio_call *done, **done_end; /* list by next; finished, not picked up */
  size_t done_count;
  studio_client *auth_wanted;
  studio_call *hungry;       /* calls whose bodies wait for their readers */
  studio_attempts attempts;
  studio_trace trace;        /* for a debug log */
  int64_t calls;             /* how many were submitted: the last one's number */
};

/* The one place that acts on a state that a call has just entered. */
void studio_turn_settle(studio_loop *loop, studio_call *call);

/* Takes the attempt's transfer off libcurl; its results are still to be read or dropped. */
void studio_turn_end_attempt(studio_loop *loop, studio_attempt *attempt);

/* Ends the call's attempt for a reason of ours. */
void studio_turn_break(studio_loop *loop, studio_call *call, const studio_error *why);

/* Rearms the descriptor's timer for a host that waits on it: after whatever may bring the next event nearer. */
void studio_turn_arm(studio_loop *loop);

#endif
