/* studio_turn: what a step of the loop does.   SPDX-License-Identifier: MIT */
#include "core/turn.h"

#include <curl/curl.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "core/upload.h"

#define EVENTS_MAX 64

/* ---- where a call goes after each change of state */

static void finished(studio_loop *loop, studio_call *call) {
  studio_trace_over(&loop->trace, call, loop->now);
  studio_timers_set(&loop->timers, call, STUDIO_NEVER);
  if (call->prev != NULL) call->prev->next = call->next;
  else loop->active = call->next;
  if (call->next != NULL) call->next->prev = call->prev;
  call->next = call->prev = NULL;
  loop->active_count--;
  loop->done_count++;
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
  if (loop->trace.level == STUDIO_TRACE_DEBUG) {
    int64_t wait = studio_queue_estimate(loop->queue, &call->waiter, loop->now);
    if (wait > 0) studio_trace_queued(&loop->trace, call, wait, loop->now);
  }
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

void studio_turn_settle(studio_loop *loop, studio_call *call) {
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

void studio_turn_end_attempt(studio_loop *loop, studio_attempt *attempt) {
  curl_multi_remove_handle(loop->multi, attempt->easy);
  attempt->call->attempt = NULL;
}

/* How long the answer may be silent: the loop's own stall detection. */
static int64_t silence_ends(const studio_call *call, const studio_attempt *attempt) {
  if (attempt->last_byte > 0) {
    return call->request.stall_ms > 0 ? attempt->last_byte + call->request.stall_ms : STUDIO_NEVER;
  }
  if (attempt->long_body) return studio_upload_ends(attempt);
  /* without a file, libcurl itself bounds the whole attempt; a timeout of 0 is none */
  bool ours = call->request.save_to != NULL && call->request.timeout_ms > 0;
  return ours ? call->entered + call->request.timeout_ms : STUDIO_NEVER;
}

/* When to look for silence the next time: also while nothing bounds it yet, since the answer may begin. */
static int64_t look_again_at(const studio_loop *loop, const studio_call *call, const studio_attempt *attempt) {
  int64_t stall = call->request.stall_ms > 0 ? loop->now + call->request.stall_ms : STUDIO_NEVER;
  int64_t ends = silence_ends(call, attempt);
  return ends < stall ? ends : stall;
}

/* Its slots are taken, and it cannot be sent. */
static void fail_unsent(studio_loop *loop, studio_call *call, const studio_error *why) {
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, why->kind, why->code, "%s", why->message);
  loop->queue_at = 0; /* slots were released */
  studio_turn_settle(loop, call);
}

/* Gives libcurl the attempt of a call in SENDING. */
static void launch(studio_loop *loop, studio_call *call, bool fresh) {
  studio_error trouble;
  studio_error_clear(&trouble);
  if (!studio_body_restart(&call->request.body, &trouble)) {
    fail_unsent(loop, call, &trouble);
    return;
  }
  studio_attempt *attempt = studio_attempts_take(&loop->attempts);
  bool ready = attempt != NULL && studio_transport_prepare(&loop->transport, attempt, call, fresh);
  if (ready && curl_multi_add_handle(loop->multi, attempt->easy) == CURLM_OK) {
    call->attempt = attempt;
    studio_trace_sent(&loop->trace, call, loop->now);
    studio_timers_set(&loop->timers, call, look_again_at(loop, call, attempt));
    return;
  }
  studio_error_set(&trouble, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  if (ready) studio_transport_drop(attempt);
  if (attempt != NULL) {
    if (attempt->trouble.kind != STUDIO_KIND_NONE) trouble = attempt->trouble;
    studio_attempts_put(&loop->attempts, attempt);
  }
  fail_unsent(loop, call, &trouble);
}

static void start(studio_loop *loop, studio_call *call) {
  studio_call_sending(call, loop->now);
  launch(loop, call, false);
}

/* The kept connection was spoiled: the same attempt, of which nothing was sent, goes by another. */
static void attempt_again(studio_loop *loop, studio_attempt *attempt) {
  studio_call *call = attempt->call;
  studio_turn_end_attempt(loop, attempt);
  studio_transport_drop(attempt);
  studio_attempts_put(&loop->attempts, attempt);
  launch(loop, call, true);
}

/* The clock is read anew: its slots cool from now on, and the answer may have come late in a long step. */
static void attempt_over(studio_loop *loop, studio_attempt *attempt, CURLcode code) {
  studio_call *call = attempt->call;
  loop->now = studio_clock_ms();
  studio_error failure;
  bool fatal = false;
  studio_turn_end_attempt(loop, attempt);
  studio_transport_finish(attempt, code, &failure, &fatal);
  studio_attempts_put(&loop->attempts, attempt);
  studio_trace_attempt_over(&loop->trace, call, &failure, loop->now);
  studio_call_attempt_over(call, &failure, fatal, &loop->rng, loop->now, studio_clock_wall_ms());
  studio_trace_decided(&loop->trace, call, &failure, loop->now);
  loop->queue_at = 0; /* slots were released */
  studio_turn_settle(loop, call);
}

void studio_turn_break(studio_loop *loop, studio_call *call, const studio_error *why) {
  call->attempt->trouble = *why;
  attempt_over(loop, call->attempt, CURLE_ABORTED_BY_CALLBACK);
}

/* An attempt that has been silent for too long. */
static void attempt_silent(studio_loop *loop, studio_call *call) {
  studio_attempt *attempt = call->attempt;
  if (silence_ends(call, attempt) > loop->now) {
    studio_timers_set(&loop->timers, call, look_again_at(loop, call, attempt));
    return;
  }
  bool answering = attempt->last_byte > 0;
  bool uploading = !answering && attempt->long_body && attempt->sends > 0 && studio_upload_sending(attempt);
  bool stalled = answering || uploading;
  studio_error_set(&attempt->trouble, STUDIO_KIND_TIMEOUT, stalled ? "stall" : "attempt",
                   answering   ? "the answer stalled: no byte for %.1f s"
                   : uploading ? "the upload stalled: no byte was taken for %.1f s"
                               : "no answer within %.1f s",
                   (double)(stalled ? call->request.stall_ms : call->request.timeout_ms) / 1000);
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
    if (attempt->spoiled && code == CURLE_ABORTED_BY_CALLBACK) {
      attempt_again(loop, attempt);
    } else {
      attempt_over(loop, attempt, code);
    }
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
  studio_turn_settle(loop, call);
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
    studio_turn_settle(loop, call);
  }
}

/* When a callback of ours fails (the poller is out of memory), libcurl gives all its transfers up, but finds
** out only when each of them is run. */
static void act(studio_loop *loop, curl_socket_t fd, int what) {
  int running = 0;
  CURLMcode code = curl_multi_socket_action(loop->multi, fd, what, &running);
  if (code == CURLM_ABORTED_BY_CALLBACK) curl_multi_perform(loop->multi, &running);
  collect(loop);
}

static void run_curl_timeout(studio_loop *loop) {
  if (loop->curl_at > loop->now) return;
  loop->curl_at = STUDIO_NEVER;
  act(loop, CURL_SOCKET_TIMEOUT, 0);
}

static void run_timers(studio_loop *loop, int64_t until_us) {
  studio_call *call;
  while ((call = studio_timers_first(&loop->timers)) != NULL && call->timer_at <= loop->now) {
    timer_due(loop, call);
    if (out_of_time(until_us)) return;
  }
}

/* Sends what may be sent now; what time does not allow stays queued. */
static void admit(studio_loop *loop, int64_t until_us) {
  if (studio_queue_count(loop->queue) == 0 || loop->queue_at > loop->now) return;
  int slots[STUDIO_LIMITERS_MAX];
  for (;;) {
    if (out_of_time(until_us)) {
      loop->queue_at = 0; /* the next step asks again */
      return;
    }
    studio_waiter *waiter = studio_queue_next(loop->queue, loop->now, slots, &loop->queue_at);
    if (waiter == NULL) break;
    studio_call *call = (studio_call *)((char *)waiter - offsetof(studio_call, waiter));
    memcpy(call->slots, slots, sizeof slots);
    call->client->stats.queued--;
    if (studio_call_renew(call, loop->now)) {
      loop->queue_at = 0;
      studio_turn_settle(loop, call);
      continue;
    }
    start(loop, call);
    /* libcurl sends by a timeout of 0: now, so that out_of_time sees what it cost */
    if (until_us >= 0) run_curl_timeout(loop);
  }
  fail_hopeless(loop);
}

static void run_socket(studio_loop *loop, const studio_poll_event *event) {
  if (!studio_sockets_stirred(&loop->sockets, event->fd)) return;
  loop->queue_at = 0; /* the first byte of a streamed body may let slots go */
  int what = 0;
  if (event->events & STUDIO_POLL_IN) what |= CURL_CSELECT_IN;
  if (event->events & STUDIO_POLL_OUT) what |= CURL_CSELECT_OUT;
  if (event->events & STUDIO_POLL_ERR) what |= CURL_CSELECT_ERR;
  act(loop, event->fd, what);
}

static int64_t next_due(const studio_loop *loop) {
  int64_t at = loop->curl_at < loop->alarm_at ? loop->curl_at : loop->alarm_at;
  if (studio_queue_count(loop->queue) > 0 && loop->queue_at < at) at = loop->queue_at;
  const studio_call *call = studio_timers_first(&loop->timers);
  return call != NULL && call->timer_at < at ? call->timer_at : at;
}

static bool something_to_tell(const studio_loop *loop) {
  return loop->done != NULL || loop->auth_wanted != NULL || loop->hungry != NULL || loop->alarm_at <= loop->now;
}

void studio_turn_arm(studio_loop *loop) {
  if (!loop->watched) return;
  loop->now = studio_clock_ms();
  int64_t at = something_to_tell(loop) ? 0 : next_due(loop);
  if (at <= loop->now) at = 0;
  if (at == loop->armed_at) return;
  loop->armed_at = at;
  studio_poller_timer(loop->poller, at == STUDIO_NEVER ? -1 : at > 0 ? at - loop->now : 0);
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
  if (loop->armed_at <= loop->now) loop->armed_at = STUDIO_NEVER; /* the poller disarms what fires */
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
  if (loop->alarm_at <= loop->now) loop->alarm_at = STUDIO_NEVER; /* an alarm rings once */
  studio_turn_arm(loop);
}
