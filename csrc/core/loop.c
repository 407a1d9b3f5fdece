/* studio_loop: life of the loop, and what callers do between steps.   SPDX-License-Identifier: MIT */
#include "core/loop.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "core/turn.h"
#include "core/upload.h"

#define MAX_STREAMS 1000L /* libcurl's default of 100 makes it open more connections, at great cost */
/* else libcurl keeps only 4 times as many as it has transfers at that moment: after a burst, hardly any */
#define MAX_IDLE 128L

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
  curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, MAX_IDLE);
  return true;
}

static bool set_up(studio_loop *loop) {
  loop->poller = studio_poller_new();
  loop->queue = studio_queue_new();
  loop->budgets = studio_budgets_new();
  loop->transport.share = curl_share_init();
  if (loop->poller == NULL || loop->queue == NULL || loop->budgets == NULL) return false;
  if (loop->transport.share == NULL) return false;
  loop->sockets.poller = loop->poller;
  loop->transport.open_socket = studio_sockets_open;
  loop->transport.close_socket = studio_sockets_close;
  loop->transport.sockets = &loop->sockets;
  loop->transport.now = &loop->now;
  loop->transport.hungry = &loop->hungry;
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
  studio_trace_free(&loop->trace);
  studio_attempts_free(&loop->attempts);
  if (loop->multi != NULL) curl_multi_cleanup(loop->multi); /* closes connections through our callback */
  if (loop->transport.share != NULL) curl_share_cleanup(loop->transport.share);
  if (loop->queue != NULL) studio_queue_free(loop->queue);
  if (loop->poller != NULL) studio_poller_free(loop->poller);
  studio_sockets_free(&loop->sockets);
  studio_timers_free(&loop->timers);
  studio_registry_free(&loop->registry);
  studio_budgets_unref(loop->budgets);
  free(loop);
}

/* ---- what callers do between steps */

studio_call *studio_loop_submit(studio_loop *loop, studio_client *client, studio_request *request,
                                studio_error *err) {
  loop->now = studio_clock_ms();
  studio_call *call = studio_call_new(client, request, loop->now, err);
  if (call == NULL) return NULL;
  if (!studio_timers_reserve(&loop->timers, loop->active_count + 1)) {
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    studio_call_unref(call);
    return NULL;
  }
  client->stats.calls++;
  call->number = ++loop->calls;
  studio_call_ref(call); /* the loop's count */
  call->next = loop->active;
  if (loop->active != NULL) loop->active->prev = call;
  loop->active = call;
  loop->active_count++;
  studio_error trouble;
  studio_error_clear(&trouble);
  const char *path = call->request.save_to;
  if (studio_body_look(&call->request.body, &trouble) && (path == NULL || studio_sink_check(path, &trouble))) {
    call->send_total = studio_body_size(&call->request.body);
    studio_call_enter(call, loop->now);
  } else { /* before anything is spent on it */
    studio_call_fail(call, STUDIO_STAGE_NOT_SENT, loop->now, trouble.kind, trouble.code, "%s", trouble.message);
  }
  studio_turn_settle(loop, call);
  studio_turn_arm(loop);
  return call;
}

/* Of the attempt under way alone; studio_call_fail knows the earlier ones. */
static studio_stage stage_of(const studio_attempt *attempt) {
  return attempt != NULL && attempt->sends > 0 ? STUDIO_STAGE_UNKNOWN : STUDIO_STAGE_NOT_SENT;
}

bool studio_loop_is_sent(const studio_call *call) { return stage_of(call->attempt) != STUDIO_STAGE_NOT_SENT; }

bool studio_loop_cancel(studio_loop *loop, studio_call *call) {
  if (call->state == STUDIO_CALL_DONE) return false;
  loop->now = studio_clock_ms();
  studio_attempt *attempt = call->attempt;
  studio_stage stage = stage_of(attempt);
  if (attempt != NULL) {
    studio_turn_end_attempt(loop, attempt);
    studio_transport_drop(attempt);
    studio_attempts_put(&loop->attempts, attempt);
    loop->queue_at = 0;
  } else if (call->state == STUDIO_CALL_QUEUED) {
    studio_queue_remove(loop->queue, &call->waiter);
    call->client->stats.queued--;
  }
  studio_call_fail(call, stage, loop->now, STUDIO_KIND_CANCELLED, "cancel", "cancelled by the caller");
  studio_turn_settle(loop, call);
  studio_turn_arm(loop);
  return true;
}

studio_call *studio_loop_take_done(studio_loop *loop) {
  studio_call *call = loop->done;
  if (call == NULL) return NULL;
  loop->done = call->next;
  if (loop->done == NULL) loop->done_end = &loop->done;
  call->next = NULL;
  loop->done_count--;
  return call;
}

size_t studio_loop_done(const studio_loop *loop) { return loop->done_count; }

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
    studio_turn_settle(loop, call);
  }
  studio_client_unref(client);
  studio_turn_arm(loop);
}

void studio_loop_auth_ready(studio_loop *loop, studio_client *client, int64_t expires_ms) {
  loop->now = studio_clock_ms();
  client->auth_known = true;
  client->auth_round++;
  client->auth_since = loop->now;
  /* whatever its age, an answer serves the calls that waited for it: else they would ask for ever */
  client->auth_expires = expires_ms < 0 ? STUDIO_NEVER : loop->now + (expires_ms > 0 ? expires_ms : 1);
  auth_answered(loop, client, NULL);
}

void studio_loop_auth_failed(studio_loop *loop, studio_client *client, const char *why) {
  loop->now = studio_clock_ms();
  auth_answered(loop, client, why);
}

studio_call *studio_loop_wants_body(studio_loop *loop) {
  studio_call *call = loop->hungry;
  if (call == NULL) return NULL;
  studio_upload_drop(call->attempt);
  return studio_call_ref(call);
}

void studio_loop_body_fed(studio_loop *loop, studio_call *call) {
  if (call->attempt == NULL) return;
  loop->now = studio_clock_ms();
  studio_upload_resume(call->attempt);
  studio_turn_arm(loop);
}

void studio_loop_body_failed(studio_loop *loop, studio_call *call, const studio_error *why) {
  if (call->attempt == NULL) return;
  loop->now = studio_clock_ms();
  studio_turn_break(loop, call, why);
  studio_turn_arm(loop);
}

int studio_loop_fd(studio_loop *loop) {
  loop->watched = true;
  studio_turn_arm(loop);
  return studio_poller_fd(loop->poller);
}

void studio_loop_alarm(studio_loop *loop, int64_t in_ms) {
  loop->alarm_at = in_ms < 0 ? STUDIO_NEVER : studio_clock_ms() + in_ms;
  studio_turn_arm(loop);
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
  if (limiter == NULL && store != NULL) store->destroy(store);
  if (limiter == NULL) return NULL;
  if (studio_registry_add(&loop->registry, key, key_size, limiter)) return limiter;
  studio_limiter_unref(limiter);
  return NULL;
}

studio_budgets *studio_loop_budgets(studio_loop *loop) { return loop->budgets; }

const char *studio_loop_curl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }

bool studio_loop_disconnect(studio_loop *loop) {
  for (const studio_call *call = loop->active; call != NULL; call = call->next) {
    if (call->attempt != NULL) return false;
  }
  curl_multi_cleanup(loop->multi); /* libcurl has no other way to close what it keeps */
  loop->curl_at = STUDIO_NEVER;
  return set_up_multi(loop);
}

studio_trace *studio_loop_trace(studio_loop *loop) { return &loop->trace; }

size_t studio_loop_active(const studio_loop *loop) { return loop->active_count; }

studio_rng *studio_loop_rng(studio_loop *loop) { return &loop->rng; }
