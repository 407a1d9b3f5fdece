/* studio_call: one logical API call, as a state machine that does no I/O.   SPDX-License-Identifier: MIT
**
**            .------------- again, after backoff / with a fresh key ---------------.
**            v                                                                     |
**   AUTH -> QUEUED -> SENDING -> (judged by studio_call_attempt_over) -> BACKOFF --'
**                                                                   \-> DONE
**
** `call` says what comes next; the loop does it: it finds the slots, runs the attempt, keeps the
** timers. So every rule about repeating, redirects, limits and deadlines can be tested without a network. */
#ifndef STUDIO_CORE_CALL_H
#define STUDIO_CORE_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/client.h"
#include "core/error.h"
#include "core/queue.h"
#include "core/request.h"
#include "core/response.h"
#include "core/retry.h"

typedef enum studio_call_state {
  STUDIO_CALL_AUTH,    /* waits for the client's provider */
  STUDIO_CALL_QUEUED,  /* waits for its slots */
  STUDIO_CALL_SENDING, /* an attempt is under way */
  STUDIO_CALL_BACKOFF, /* waits until `wake` */
  STUDIO_CALL_DONE     /* error.kind NONE: response is the answer */
} studio_call_state;

typedef struct studio_call {
  studio_client *client; /* counted */
  studio_request request;
  studio_response response; /* of the last attempt */
  studio_error error;
  studio_call_state state;
  int64_t born, entered;    /* absolute ms: submitted; came into this state */
  int64_t deadline;         /* absolute; STUDIO_NEVER */
  int64_t wake;             /* absolute, in BACKOFF */
  int attempts, failures, refusals, redirects;
  studio_budget *budget;    /* of where request.url leads; NULL: none */
  int retry_cost;           /* its tokens that success hands back */
  bool own_origin;          /* request.url is the client's origin: credentials and limits apply */
  bool asked_provider;      /* a 401 was answered with a fresh key once */
  int auth_round;           /* which answer of the provider the attempt was sent with */
  bool doubtful;            /* an earlier attempt of this write may have been done: lost, or answered 408 or 5xx */
  bool renewed;             /* a key that expired in the queue was renewed since the last attempt */
  bool written;             /* a write that may not be repeated was answered by 303: it was done */
  studio_stage reached;     /* the gravest that any attempt of it may have done at the service */
  bool slots_held, in_flight;
  studio_waiter waiter;     /* limiters of the attempt; the queue's links */
  int slots[STUDIO_LIMITERS_MAX];
  /* progress; written by the transport. It never goes back, also over several attempts */
  int64_t received, expected; /* body bytes; expected -1: unknown */
  int64_t sent, send_total; /* of the request's body: the most that an attempt sent; all, -1: unknown */
  int64_t number;           /* among the calls of its loop, from 1: for logs */
  void *owner;              /* whoever submitted it keeps what it likes here */
  /* the loop's own */
  struct studio_attempt *attempt;
  struct studio_call *next, *prev;
  struct studio_call *hungry_next; /* of those whose bodies wait for their readers, when `hungry` */
  bool hungry;
  size_t timer_index;
  int64_t timer_at;
  int refs;
} studio_call;

/* Takes over what `request` owns, also on failure. NULL: out of memory, or a URL we do not send to. */
studio_call *studio_call_new(studio_client *client, studio_request *request, int64_t now, studio_error *err);
studio_call *studio_call_ref(studio_call *call);
void studio_call_unref(studio_call *call);

/* Where a new call, or one that has waited, goes next: AUTH, QUEUED, or DONE. */
void studio_call_enter(studio_call *call, int64_t now);

/* A key that the provider gave so lately is sent even if it has expired already (a provider may say "0 s":
** ask for each call); if the service minds it answers 401, and then the provider is asked again. */
#define STUDIO_KEY_FRESH_MS 1000

/* Its slots are taken, but its key expired while it waited: gives them back, and the call goes to AUTH (true).
** Once for each attempt, so that a key of no duration is used all the same. */
bool studio_call_renew(studio_call *call, int64_t now);

/* Its slots are taken, the attempt goes out now. */
void studio_call_sending(studio_call *call, int64_t now);

/* The first byte of a final answer came and the body goes to a file: limits need hold no longer. */
void studio_call_first_byte(studio_call *call, int64_t now);

/* The attempt is over. call->response holds what came. Decides: BACKOFF, QUEUED, AUTH or DONE. `failure`
** says why no usable answer came (kind NONE: one did), with stage and code; `fatal` forbids a repeat. */
void studio_call_attempt_over(studio_call *call, const studio_error *failure, bool fatal, studio_rng *rng,
                              int64_t now, int64_t wall);

/* Ends the call from any state with that error; slots are handed back by how far the attempt under way came
** (`stage`; NOT_SENT when there is none). The error's stage is the gravest of all attempts. */
void studio_call_fail(studio_call *call, studio_stage stage, int64_t now, studio_kind kind, const char *code,
                      const char *format, ...) __attribute__((format(printf, 6, 7)));

const char *studio_call_state_name(studio_call_state state);

#endif
