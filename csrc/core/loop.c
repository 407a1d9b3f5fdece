/* studio_loop: the only thing that waits or does I/O.   SPDX-License-Identifier: MIT */
#include "core/loop.h"

#include <curl/curl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/attempts.h"
#include "core/poller.h"
#include "core/registry.h"
#include "core/sockets.h"
#include "core/timers.h"
#include "core/transport.h"

#define EVENTS_MAX 64
#define MAX_STREAMS 1000L /* libcurl's default of 100 makes it open more connections, at great cost */

struct studio_loop {
  CURLM *multi;
  studio_transport transport;
  studio_poller *poller;
  studio_sockets sockets;
  studio_timers timers;
  studio_queue *queue;
  studio_registry registry;
  studio_rng rng;
  int64_t now;
  int64_t curl_at;           /* when libcurl wants its timeout call; STUDIO_NEVER */
  int64_t alarm_at;          /* the caller's */
  int64_t queue_at;          /* when a slot may be free; 0: ask now */
  int64_t armed_at;          /* what the poller's timer is set to */
  bool watched;              /* somebody else watches our descriptor: keep its timer armed */
  studio_call *active;       /* list of calls that are not over; the loop holds one count of each */
  size_t active_count;
  studio_call *done, **done_end; /* list by next; finished, not picked up */
  studio_client *auth_wanted;
  studio_attempts attempts;
};

/* ---- where a call goes after each change of state */

static void finished(studio_loop *loop, studio_call *call) {
  studio_timers_set(&loop->timers, call, STUDIO_NEVER);
  if (call->prev != NULL) call->prev->next = call->next;
  else loop->active = call->next;
  if (call->next != NULL) call->next->prev = call->prev;
  call->next = call->prev = NULL;
  loop->active_count--;
  *loop->done_end = call;
  loop->done_end = &call->next;
}

static void want_auth(studio_loop *loop, studio_client *client) {
  if (client->auth_wanted) return;
  client->auth_wanted = true;
  studio_client_ref(client); /* until the answer */
  client->auth_next = loop->auth_wanted;
  loop->auth_wanted = client;
}

static void enqueue(studio_loop *loop, studio_call *call) {
  if (!studio_queue_push(loop->queue, &call->waiter, loop->now)) {
    studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return;
  }
  call->client->stats.queued++;
  loop->queue_at = 0;
  if (call->deadline == STUDIO_NEVER) return;
  int64_t needs = studio_queue_estimate(loop->queue, &call->waiter, loop->now);
  if (needs < call->deadline - loop->now) return;
  studio_queue_remove(loop->queue, &call->waiter);
  call->client->stats.queued--;
  call->error.retry_after_ms = needs;
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, STUDIO_KIND_TIMEOUT, "deadline",
                   "no slot under the rate limit before the deadline: it would take at least %.1f s",
                   (double)needs / 1000);
}

/* The one place that acts on a state that was just entered. */
static void settle_state(studio_loop *loop, studio_call *call) {
  if (call->state == STUDIO_CALL_QUEUED) enqueue(loop, call);
  switch (call->state) {
    case STUDIO_CALL_AUTH:
      want_auth(loop, call->client);
      studio_timers_set(&loop->timers, call, call->deadline);
      break;
    case STUDIO_CALL_QUEUED:
      studio_timers_set(&loop->timers, call, call->deadline);
      break;
    case STUDIO_CALL_BACKOFF:
      studio_timers_set(&loop->timers, call, call->wake);
      break;
    case STUDIO_CALL_SENDING:
      break;
    case STUDIO_CALL_DONE:
      finished(loop, call);
      break;
  }
}

/* ---- attempts */

static void end_attempt(studio_loop *loop, studio_attempt *attempt) {
  curl_multi_remove_handle(loop->multi, attempt->easy);
  attempt->call->attempt = NULL;
}

/* How long the answer may be silent: the loop's own stall detection. */
static int64_t silence_ends(const studio_call *call, const studio_attempt *attempt) {
  if (attempt->last_byte > 0) {
    return call->request.stall_ms > 0 ? attempt->last_byte + call->request.stall_ms : STUDIO_NEVER;
  }
  /* without a file, libcurl itself bounds the whole attempt */
  return call->request.save_to != NULL ? call->entered + call->request.timeout_ms : STUDIO_NEVER;
}

static void start(studio_loop *loop, studio_call *call) {
  studio_call_sending(call, loop->now);
  studio_attempt *attempt = studio_attempts_take(&loop->attempts);
  bool ready = attempt != NULL && studio_transport_prepare(&loop->transport, attempt, call);
  if (ready && curl_multi_add_handle(loop->multi, attempt->easy) == CURLM_OK) {
    call->attempt = attempt;
    int64_t watch_at = call->request.stall_ms > 0 ? loop->now + call->request.stall_ms : STUDIO_NEVER;
    if (call->request.save_to != NULL) watch_at = loop->now + call->request.timeout_ms;
    studio_timers_set(&loop->timers, call, watch_at);
    return;
  }
  if (ready) studio_transport_drop(attempt);
  if (attempt != NULL) studio_attempts_put(&loop->attempts, attempt);
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  settle_state(loop, call);
}

static void attempt_over(studio_loop *loop, studio_attempt *attempt, CURLcode code) {
  studio_call *call = attempt->call;
  studio_error failure;
  bool fatal = false;
  end_attempt(loop, attempt);
  studio_transport_finish(attempt, code, &failure, &fatal);
  studio_attempts_put(&loop->attempts, attempt);
  studio_call_attempt_over(call, &failure, fatal, &loop->rng, loop->now, studio_clock_wall_ms());
  loop->queue_at = 0; /* slots were released */
  settle_state(loop, call);
}

/* An attempt that has been silent for too long. */
static void attempt_silent(studio_loop *loop, studio_call *call) {
  studio_attempt *attempt = call->attempt;
  int64_t ends = silence_ends(call, attempt);
  if (ends > loop->now) {
    if (ends == STUDIO_NEVER && call->request.stall_ms > 0) ends = loop->now + call->request.stall_ms;
    studio_timers_set(&loop->timers, call, ends);
    return;
  }
  studio_error_set(&attempt->trouble, STUDIO_KIND_TIMEOUT, attempt->last_byte > 0 ? "stall" : "attempt",
                   attempt->last_byte > 0 ? "the answer stalled: no byte for %.1f s" : "no answer within %.1f s",
                   (double)(attempt->last_byte > 0 ? call->request.stall_ms : call->request.timeout_ms) / 1000);
  attempt_over(loop, attempt, CURLE_OPERATION_TIMEDOUT);
}

static void collect(studio_loop *loop) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    studio_attempt *attempt = NULL;
    CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &attempt);
    attempt_over(loop, attempt, code);
  }
}

/* ---- what is due */

static void timer_due(studio_loop *loop, studio_call *call) {
  if (call->state == STUDIO_CALL_SENDING) {
    attempt_silent(loop, call);
    return;
  }
  if (call->state == STUDIO_CALL_QUEUED) {
    studio_queue_remove(loop->queue, &call->waiter);
    call->client->stats.queued--;
  }
  studio_call_enter(call, loop->now); /* out of BACKOFF: the queue; anything else: the deadline is over */
  settle_state(loop, call);
}

static bool out_of_time(int64_t until_us) {
  if (until_us < 0) return false;
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000 >= until_us;
}

static void fail_hopeless(studio_loop *loop) {
  studio_waiter *waiter;
  while ((waiter = studio_queue_hopeless(loop->queue, loop->now)) != NULL) {
    studio_call *call = (studio_call *)((char *)waiter - offsetof(studio_call, waiter));
    int64_t needs = studio_queue_estimate(loop->queue, waiter, loop->now);
    studio_queue_remove(loop->queue, waiter);
    call->client->stats.queued--;
    call->error.retry_after_ms = needs;
    studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, STUDIO_KIND_TIMEOUT, "deadline",
                     "the service asked us to wait; no slot before the deadline: it would take %.1f s",
                     (double)needs / 1000);
    settle_state(loop, call);
  }
}

/* Sends what may be sent now; what time does not allow stays queued. */
static void admit(studio_loop *loop, int64_t until_us) {
  if (studio_queue_count(loop->queue) == 0 || loop->queue_at > loop->now) return;
  int slots[STUDIO_LIMITERS_MAX];
  for (;;) {
    if (out_of_time(until_us)) return;
    studio_waiter *waiter = studio_queue_next(loop->queue, loop->now, slots, &loop->queue_at);
    if (waiter == NULL) break;
    studio_call *call = (studio_call *)((char *)waiter - offsetof(studio_call, waiter));
    memcpy(call->slots, slots, sizeof slots);
    call->client->stats.queued--;
    start(loop, call);
  }
  fail_hopeless(loop);
}

static void run_timers(studio_loop *loop, int64_t until_us) {
  studio_call *call;
  while ((call = studio_timers_first(&loop->timers)) != NULL && call->timer_at <= loop->now) {
    timer_due(loop, call);
    if (out_of_time(until_us)) return;
  }
}

static void run_curl_timeout(studio_loop *loop) {
  if (loop->curl_at > loop->now) return;
  int running = 0;
  loop->curl_at = STUDIO_NEVER;
  curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  collect(loop);
}

static void run_socket(studio_loop *loop, const studio_poll_event *event) {
  if (!studio_sockets_stirred(&loop->sockets, event->fd)) return;
  loop->queue_at = 0; /* the first byte of a streamed body may let slots go */
  int running = 0, what = 0;
  if (event->events & STUDIO_POLL_IN) what |= CURL_CSELECT_IN;
  if (event->events & STUDIO_POLL_OUT) what |= CURL_CSELECT_OUT;
  if (event->events & STUDIO_POLL_ERR) what |= CURL_CSELECT_ERR;
  curl_multi_socket_action(loop->multi, event->fd, what, &running);
  collect(loop);
}

static int64_t next_due(const studio_loop *loop) {
  int64_t at = loop->curl_at < loop->alarm_at ? loop->curl_at : loop->alarm_at;
  if (studio_queue_count(loop->queue) > 0 && loop->queue_at < at) at = loop->queue_at;
  const studio_call *call = studio_timers_first(&loop->timers);
  return call != NULL && call->timer_at < at ? call->timer_at : at;
}

static bool something_to_tell(const studio_loop *loop) {
  return loop->done != NULL || loop->auth_wanted != NULL || loop->alarm_at <= loop->now;
}

/* Rearms the descriptor's timer for a host that waits on it. */
static void arm(studio_loop *loop) {
  if (!loop->watched) return;
  int64_t at = something_to_tell(loop) ? loop->now : next_due(loop);
  if (at == loop->armed_at && at > loop->now) return;
  loop->armed_at = at;
  studio_poller_timer(loop->poller, at == STUDIO_NEVER ? -1 : at > loop->now ? at - loop->now : 0);
}

/* False: a signal came. */
static bool turn(studio_loop *loop, int64_t wait_ms, int64_t until_us) {
  studio_poll_event events[EVENTS_MAX];
  int64_t due = next_due(loop) - loop->now;
  if (due < 0) due = 0;
  int n = studio_poller_wait(loop->poller, due < wait_ms ? due : wait_ms, events, EVENTS_MAX);
  loop->now = studio_clock_ms();
  for (int i = 0; i < n && !out_of_time(until_us); i++) run_socket(loop, &events[i]);
  run_curl_timeout(loop);
  run_timers(loop, until_us);
  admit(loop, until_us);
  run_curl_timeout(loop); /* libcurl starts a new transfer by a timeout of 0 */
  return n >= 0;
}

void studio_loop_step(studio_loop *loop, int64_t wait_ms) {
  loop->now = studio_clock_ms();
  int64_t ends = wait_ms > STUDIO_NEVER - loop->now ? STUDIO_NEVER : loop->now + wait_ms;
  int64_t until_us = -1;
  if (wait_ms <= 0) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    until_us = (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000 + STUDIO_STEP_BUDGET_US;
  }
  admit(loop, until_us); /* calls submitted since the last step go out before we wait */
  run_curl_timeout(loop);
  bool undisturbed;
  do {
    int64_t wait = something_to_tell(loop) || ends <= loop->now ? 0 : ends - loop->now;
    undisturbed = turn(loop, wait, until_us);
  } while (undisturbed && !something_to_tell(loop) && loop->now < ends);
  arm(loop);
}

/* ---- life */

static int on_timer(CURLM *multi, long timeout_ms, void *user) {
  (void)multi;
  studio_loop *loop = user;
  loop->curl_at = timeout_ms < 0 ? STUDIO_NEVER : loop->now + timeout_ms;
  return 0;
}

static bool set_up_multi(studio_loop *loop) {
  loop->multi = curl_multi_init();
  if (loop->multi == NULL) return false;
  curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, studio_sockets_on_change);
  curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, &loop->sockets);
  curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
  curl_multi_setopt(loop->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, MAX_STREAMS);
  return true;
}

static bool set_up(studio_loop *loop) {
  loop->poller = studio_poller_new();
  loop->queue = studio_queue_new();
  loop->transport.share = curl_share_init();
  if (loop->poller == NULL || loop->queue == NULL || loop->transport.share == NULL) return false;
  loop->sockets.poller = loop->poller;
  loop->transport.open_socket = studio_sockets_open;
  loop->transport.close_socket = studio_sockets_close;
  loop->transport.socket_owner = &loop->sockets;
  loop->transport.now = &loop->now;
  curl_share_setopt(loop->transport.share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return set_up_multi(loop);
}

studio_loop *studio_loop_new(studio_error *err) {
  if (!studio_transport_supported(err)) return NULL;
  /* counted by libcurl; never undone, since the host may use the same libcurl */
  studio_loop *loop = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? calloc(1, sizeof *loop) : NULL;
  if (loop != NULL) {
    loop->now = studio_clock_ms();
    loop->curl_at = loop->alarm_at = loop->armed_at = STUDIO_NEVER;
    loop->done_end = &loop->done;
    studio_rng_seed(&loop->rng, 0);
    if (set_up(loop)) return loop;
    studio_loop_free(loop);
  }
  studio_error_set(err, STUDIO_KIND_INTERNAL, "system", "cannot make an event loop: no memory or no descriptors");
  return NULL;
}

void studio_loop_free(studio_loop *loop) {
  studio_call *call;
  while (loop->active != NULL) studio_loop_cancel(loop, loop->active);
  while ((call = studio_loop_take_done(loop)) != NULL) studio_call_unref(call);
  while (loop->auth_wanted != NULL) studio_client_unref(studio_loop_wants_auth(loop));
  studio_attempts_free(&loop->attempts);
  if (loop->multi != NULL) curl_multi_cleanup(loop->multi); /* closes connections through our callback */
  if (loop->transport.share != NULL) curl_share_cleanup(loop->transport.share);
  if (loop->queue != NULL) studio_queue_free(loop->queue);
  if (loop->poller != NULL) studio_poller_free(loop->poller);
  studio_sockets_free(&loop->sockets);
  studio_timers_free(&loop->timers);
  studio_registry_free(&loop->registry);
  free(loop);
}

/* ---- what callers do between steps */

studio_call *studio_loop_submit(studio_loop *loop, studio_client *client, studio_request *request,
                                studio_error *err) {
  loop->now = studio_clock_ms();
  studio_call *call = studio_call_new(client, request, loop->now, err);
  if (call == NULL) return NULL;
  studio_call_ref(call); /* the loop's count */
  call->next = loop->active;
  if (loop->active != NULL) loop->active->prev = call;
  loop->active = call;
  loop->active_count++;
  studio_call_enter(call, loop->now);
  settle_state(loop, call);
  return call;
}

bool studio_loop_cancel(studio_loop *loop, studio_call *call) {
  if (call->state == STUDIO_CALL_DONE) return false;
  studio_stage stage = STUDIO_STAGE_NOT_SENT;
  studio_attempt *attempt = call->attempt;
  if (attempt != NULL) {
    if (attempt->sends > 0) stage = STUDIO_STAGE_UNKNOWN;
    end_attempt(loop, attempt);
    studio_transport_drop(attempt);
    studio_attempts_put(&loop->attempts, attempt);
    loop->queue_at = 0;
  } else if (call->state == STUDIO_CALL_QUEUED) {
    studio_queue_remove(loop->queue, &call->waiter);
    call->client->stats.queued--;
  } else if (call->state == STUDIO_CALL_BACKOFF) {
    stage = call->error.stage; /* of the last attempt */
  }
  studio_call_fail(call, stage, loop->now, STUDIO_KIND_CANCELLED, "cancel", "cancelled by the caller");
  settle_state(loop, call);
  return true;
}

studio_call *studio_loop_take_done(studio_loop *loop) {
  studio_call *call = loop->done;
  if (call == NULL) return NULL;
  loop->done = call->next;
  if (loop->done == NULL) loop->done_end = &loop->done;
  call->next = NULL;
  return call;
}

studio_client *studio_loop_wants_auth(studio_loop *loop) {
  studio_client *client = loop->auth_wanted;
  if (client == NULL) return NULL;
  loop->auth_wanted = client->auth_next;
  client->auth_next = NULL;
  return client;
}

/* Lets the client's waiting calls go on: into the queue, or with `why` into failure. */
static void auth_answered(studio_loop *loop, studio_client *client, const char *why) {
  studio_call *next;
  client->auth_wanted = false;
  for (studio_call *call = loop->active; call != NULL; call = next) {
    next = call->next;
    if (call->client != client || call->state != STUDIO_CALL_AUTH) continue;
    if (why != NULL) {
      studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, STUDIO_KIND_UNAUTHORIZED, "provider", "%s", why);
    } else {
      studio_call_enter(call, loop->now);
    }
    settle_state(loop, call);
  }
  studio_client_unref(client);
}

void studio_loop_auth_ready(studio_loop *loop, studio_client *client, int64_t expires_ms) {
  loop->now = studio_clock_ms();
  client->auth_known = true;
  client->auth_expires = expires_ms < 0 ? STUDIO_NEVER : loop->now + expires_ms;
  auth_answered(loop, client, NULL);
}

void studio_loop_auth_failed(studio_loop *loop, studio_client *client, const char *why) {
  auth_answered(loop, client, why);
}

int studio_loop_fd(studio_loop *loop) {
  loop->watched = true;
  arm(loop);
  return studio_poller_fd(loop->poller);
}

void studio_loop_alarm(studio_loop *loop, int64_t in_ms) {
  loop->alarm_at = in_ms < 0 ? STUDIO_NEVER : studio_clock_ms() + in_ms;
  arm(loop);
}

int64_t studio_loop_wait_of(studio_loop *loop, const studio_call *call) {
  int64_t now = studio_clock_ms();
  if (call->state == STUDIO_CALL_QUEUED) return studio_queue_estimate(loop->queue, &call->waiter, now);
  if (call->state == STUDIO_CALL_BACKOFF && call->wake > now) return call->wake - now;
  return 0;
}

studio_limiter *studio_loop_limiter(studio_loop *loop, const char *key, size_t key_size, const char *name,
                                    const studio_limit *limit, studio_limiter_store *store) {
  studio_limiter *limiter = studio_registry_find(&loop->registry, key, key_size);
  if (limiter != NULL) {
    if (store != NULL) store->destroy(store);
    return studio_limiter_ref(limiter);
  }
  limiter = studio_limiter_new(name, limit, store);
  if (limiter == NULL) return NULL;
  if (studio_registry_add(&loop->registry, key, key_size, limiter)) return limiter;
  studio_limiter_unref(limiter);
  return NULL;
}

const char *studio_loop_curl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }

bool studio_loop_disconnect(studio_loop *loop) {
  for (const studio_call *call = loop->active; call != NULL; call = call->next) {
    if (call->attempt != NULL) return false;
  }
  curl_multi_cleanup(loop->multi); /* libcurl has no other way to close what it keeps */
  loop->curl_at = STUDIO_NEVER;
  return set_up_multi(loop);
}

size_t studio_loop_active(const studio_loop *loop) { return loop->active_count; }

studio_rng *studio_loop_rng(studio_loop *loop) { return &loop->rng; }
