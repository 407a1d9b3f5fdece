/* studio_call: one logical API call, as a state machine that does no I/O.   SPDX-License-Identifier: MIT */
#include "core/call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/limits.h"
#include "core/ratehint.h"
#include "core/url.h"

static bool add_limiter(studio_waiter *waiter, studio_limiter *limiter) {
  for (int i = 0; i < waiter->limiter_count; i++) {
    if (waiter->limiters[i] == limiter) return true; /* one attempt takes one slot of it */
  }
  if (waiter->limiter_count == STUDIO_LIMITERS_MAX) return false;
  waiter->limiters[waiter->limiter_count++] = limiter;
  return true;
}

/* The usual URL begins like the base URL: to see that costs nothing, while three parses cost a third of what
** libcurl needs for the whole request. */
static bool is_below(const studio_client *client, const char *url) {
  return studio_url_is_below(url, client->base_url, client->origin_size);
}

static bool is_own(const studio_client *client, const char *url) {
  return is_below(client, url) || studio_url_same_origin(url, client->base_url);
}

static void leave_budget(studio_call *call) {
  if (call->budget != call->client->budget) studio_budgets_leave(call->budget);
  call->budget = NULL;
}

/* Retries are paid where they are made: elsewhere by the budget of that origin, in nobody's name. */
static void choose_budget(studio_call *call) {
  leave_budget(call);
  call->retry_cost = 0;
  if (call->own_origin) {
    call->budget = call->client->budget;
  } else if (call->client->budgets != NULL) {
    call->budget = studio_budgets_join(call->client->budgets, studio_budget_key(call->request.url.data));
  }
}

/* Which limits apply: the client's and the call's own at the client's origin, none elsewhere. False: too many. */
static bool choose_limits(studio_call *call) {
  bool all = true;
  studio_waiter *waiter = &call->waiter;
  waiter->limiter_count = 0;
  call->own_origin = is_own(call->client, call->request.url.data);
  choose_budget(call);
  if (!call->own_origin || call->request.warm) return true;
  for (int i = 0; i < call->client->limiter_count; i++) all &= add_limiter(waiter, call->client->limiters[i]);
  for (int i = 0; i < call->request.limiter_count; i++) all &= add_limiter(waiter, call->request.limiters[i]);
  return all;
}

studio_call *studio_call_new(studio_client *client, studio_request *request, int64_t now, studio_error *err) {
  studio_call *call = NULL;
  const char *url = request->url.data;
  if (is_below(client, url) || studio_url_check(url, client->allow_http, err)) {
    call = calloc(1, sizeof *call);
    if (call == NULL) studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  }
  if (call == NULL) {
    studio_request_free(request);
    return NULL;
  }
  call->refs = 1;
  call->client = studio_client_ref(client);
  call->request = *request;
  memset(request, 0, sizeof *request);
  call->born = call->entered = now;
  call->deadline = call->request.deadline_ms > 0 ? now + call->request.deadline_ms : STUDIO_NEVER;
  call->wake = call->timer_at = STUDIO_NEVER;
  call->timer_index = (size_t)-1;
  call->expected = -1;
  call->error.retry_after_ms = -1;
  call->waiter.priority = call->request.priority;
  call->waiter.deadline = call->deadline;
  call->waiter.since = now;
  if (!choose_limits(call)) {
    studio_error_set(err, STUDIO_KIND_INVALID, "limiters", "more than %d limiters, with those of the client",
                     STUDIO_LIMITERS_MAX);
  } else if (!studio_buf_puts(&call->response.url, call->request.url.data)) {
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  } else {
    return call;
  }
  studio_call_unref(call);
  return NULL;
}

studio_call *studio_call_ref(studio_call *call) {
  call->refs++;
  return call;
}

void studio_call_unref(studio_call *call) {
  if (call == NULL || --call->refs > 0) return;
  studio_request_free(&call->request);
  studio_response_free(&call->response);
  leave_budget(call);
  studio_client_unref(call->client);
  free(call);
}

/* Hands the attempt's slots back, each once. */
static void settle(studio_call *call, int64_t now, studio_slot_end how) {
  for (int i = 0; i < call->waiter.limiter_count; i++) {
    if (call->slots_held) studio_limiter_release(call->waiter.limiters[i], call->slots[i], now, how);
    if (call->in_flight) studio_limiter_leave(call->waiter.limiters[i], now);
  }
  if (call->in_flight) call->client->stats.in_flight--;
  call->slots_held = call->in_flight = false;
}

static void finish(studio_call *call, int64_t now) {
  /* `now` stands still during a turn of the loop, while libcurl's times go on: the whole is no less than its parts */
  studio_timing *t = &call->response.timing;
  int64_t total = (now - call->born) * 1000;
  int64_t parts = t->auth + t->queue + t->backoff + t->earlier + t->resolve + t->connect + t->tls + t->send + t->wait +
                  t->body;
  t->total = total > parts ? total : parts;
  call->state = STUDIO_CALL_DONE;
  call->entered = now;
}

/* How much is known of what the service did: an unknown outcome outweighs an answer, that outweighs nothing. */
static studio_stage graver(studio_stage a, studio_stage b) {
  if (a == STUDIO_STAGE_UNKNOWN || b == STUDIO_STAGE_UNKNOWN) return STUDIO_STAGE_UNKNOWN;
  return a == STUDIO_STAGE_ANSWERED ? a : b;
}

/* The service did nothing; 408 says only that it did not read all. */
static bool is_refusal(int status) {
  return status >= 400 && status < 500 && status != 408;
}

static void fail_unsettled(studio_call *call, studio_stage stage, int64_t now, studio_kind kind, const char *code,
                           const char *message) {
  if (call->written && kind != STUDIO_KIND_CANCELLED) {
    studio_error_set(&call->error, STUDIO_KIND_OUTCOME_UNKNOWN, code,
                     "it was sent, and the service said where to look, but looking failed: %.300s", message);
  } else {
    studio_error_set(&call->error, kind, code, "%s", message);
  }
  call->error.stage = graver(stage, call->reached);
  /* what refused the last attempt says nothing about an earlier one that may have been done */
  if (call->doubtful && is_refusal(call->response.status)) call->error.stage = STUDIO_STAGE_UNKNOWN;
  call->error.status = call->response.status;
  finish(call, now);
}

void studio_call_fail(studio_call *call, studio_stage stage, int64_t now, studio_kind kind, const char *code,
                      const char *format, ...) {
  char message[sizeof call->error.message];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  settle(call, now,
         stage == STUDIO_STAGE_NOT_SENT ? STUDIO_SLOT_NOT_SENT
         : stage == STUDIO_STAGE_UNKNOWN ? STUDIO_SLOT_FAILED
                                         : STUDIO_SLOT_ANSWERED);
  fail_unsettled(call, stage, now, kind, code, message);
}

/* The provider has not been asked yet, or what it gave has expired. */
static bool needs_key(const studio_call *call, int64_t now) {
  const studio_client *client = call->client;
  if (!client->has_provider || !call->own_origin || call->request.warm) return false;
  return !client->auth_known || client->auth_expires <= now;
}

void studio_call_enter(studio_call *call, int64_t now) {
  if (call->state == STUDIO_CALL_BACKOFF) call->response.timing.backoff += (now - call->entered) * 1000;
  if (call->state == STUDIO_CALL_AUTH) call->response.timing.auth += (now - call->entered) * 1000;
  if (call->deadline <= now) {
    studio_call_fail(call, STUDIO_STAGE_NOT_SENT, now, STUDIO_KIND_TIMEOUT, "deadline",
                     "the deadline of %.3f s is over", (double)call->request.deadline_ms / 1000);
    return;
  }
  call->state = needs_key(call, now) ? STUDIO_CALL_AUTH : STUDIO_CALL_QUEUED;
  call->entered = now;
}

bool studio_call_renew(studio_call *call, int64_t now) {
  if (call->renewed || now - call->client->auth_since < STUDIO_KEY_FRESH_MS || !needs_key(call, now)) return false;
  call->renewed = true;
  call->response.timing.queue += (now - call->entered) * 1000;
  call->slots_held = call->in_flight = true; /* taken, and never used */
  call->client->stats.in_flight++;
  settle(call, now, STUDIO_SLOT_NOT_SENT);
  studio_call_enter(call, now);
  return true;
}

void studio_call_sending(studio_call *call, int64_t now) {
  studio_stats *stats = &call->client->stats;
  stats->waited_ms += now - call->entered;
  stats->in_flight++;
  call->response.timing.queue += (now - call->entered) * 1000;
  studio_response_clear(&call->response);
  call->state = STUDIO_CALL_SENDING;
  call->entered = now;
  call->slots_held = call->in_flight = true;
  call->auth_round = call->client->auth_round;
  call->renewed = false;
  call->attempts++;
  stats->attempts++;
}

void studio_call_first_byte(studio_call *call, int64_t now) {
  if (!call->slots_held) return;
  for (int i = 0; i < call->waiter.limiter_count; i++) {
    studio_limiter_release(call->waiter.limiters[i], call->slots[i], now, STUDIO_SLOT_ANSWERED);
  }
  call->slots_held = false;
}

static bool only_reads(const studio_call *call) {
  return strcmp(call->request.method, "GET") == 0 || strcmp(call->request.method, "HEAD") == 0;
}

/* Elsewhere only what says which form of the answer is wanted may go along: everything else may be a secret. */
static bool strip_headers(studio_headers *headers) {
  static const char *const harmless[] = {"Accept", "Accept-Language", "Range", "If-Range"};
  studio_headers kept = STUDIO_HEADERS_INIT;
  bool ok = true;
  for (size_t i = 0; ok && i < headers->count; i++) {
    for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++) {
      if (strcasecmp(headers->list[i].name, harmless[k]) != 0) continue;
      ok = studio_headers_add(&kept, headers->list[i].name, strlen(headers->list[i].name),
                              headers->list[i].value, strlen(headers->list[i].value));
    }
  }
  studio_headers_free(headers);
  *headers = kept;
  return ok;
}

/* Why this redirect is not followed, or NULL; `as_get`: what follows is a GET without the body. */
static const char *redirect_refused(const studio_call *call, const char *to, bool *as_get) {
  const char *method = call->request.method;
  int status = call->response.status;
  bool reads = only_reads(call);
  *as_get = status == 303 && strcmp(method, "HEAD") != 0;
  if (call->redirects >= call->client->max_redirects) return "too many redirects";
  if (strncasecmp(call->request.url.data, "https:", 6) == 0 && strncasecmp(to, "https:", 6) != 0) {
    return "it leads from https to an unprotected URL";
  }
  if (reads || status == 303) return NULL;
  if (!studio_body_can_restart(&call->request.body)) return "its body comes from a reader that has no rewind";
  if (status == 301 || status == 302) return "a write is not followed to another URL: set base_url to the new one";
  if (!studio_url_same_origin(to, call->request.url.data)) return "a write is not repeated at another host";
  return NULL;
}

/* libcurl follows nothing; the rules stand in docs/architecture.md. The call is DONE or QUEUED afterwards. */
static void follow_redirect(studio_call *call, const char *location, int64_t now) {
  studio_buf to = STUDIO_BUF_INIT, origin = STUDIO_BUF_INIT;
  studio_error err = {0};
  bool as_get = false;
  const char *why = NULL;
  if (*location == '\0' || !studio_url_resolve(&to, call->request.url.data, location)) {
    why = "its Location cannot be read";
  } else if (!studio_url_check(to.data, call->client->allow_http, &err)) {
    why = err.message;
  } else {
    why = redirect_refused(call, to.data, &as_get);
  }
  if (why != NULL) {
    if (to.data != NULL) studio_url_origin(&origin, to.data);
    char message[sizeof err.message];
    snprintf(message, sizeof message, "redirect (%d) to %.120s not followed: %.220s",
             call->response.status, origin.data != NULL ? origin.data : "an unreadable place", why);
    fail_unsettled(call, STUDIO_STAGE_ANSWERED, now, STUDIO_KIND_PROTOCOL, "redirect", message);
    studio_buf_wipe(&to);
    studio_buf_free(&origin);
    return;
  }
  bool elsewhere = !studio_url_same_origin(to.data, call->request.url.data);
  studio_buf_wipe(&call->request.url);
  call->request.url = to;
  call->redirects++;
  if (as_get) {
    memcpy(call->request.method, "GET", 4);
    studio_body_free(&call->request.body);
    call->request.has_body = false;
  }
  choose_limits(call);
  studio_buf_clear(&call->response.url);
  bool ok = studio_buf_puts(&call->response.url, call->request.url.data);
  if (ok && elsewhere) ok = strip_headers(&call->request.headers);
  if (ok) {
    studio_call_enter(call, now);
  } else {
    fail_unsettled(call, STUDIO_STAGE_ANSWERED, now, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  }
}

static bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Tells the limiters what the answer says, and gives the slots back. */
static void settle_limits(studio_call *call, studio_stage stage, const studio_ratehint *hint, int64_t now) {
  const studio_waiter *waiter = &call->waiter;
  settle(call, now,
         stage == STUDIO_STAGE_ANSWERED ? STUDIO_SLOT_ANSWERED
         : stage == STUDIO_STAGE_UNKNOWN ? STUDIO_SLOT_FAILED
                                         : STUDIO_SLOT_NOT_SENT);
  if (call->response.status == 0) return;
  studio_limiter *of_class = NULL;
  for (int i = 0; i < waiter->limiter_count; i++) {
    if (waiter->limiters[i] == call->request.class_limiter) of_class = call->request.class_limiter;
  }
  studio_limits_tell(waiter->limiters, waiter->limiter_count, of_class, call->response.status, hint, now);
  if (call->response.status == 429) call->client->stats.rate_limited++;
}

/* Remembers the gravest that an attempt of this call may have done. Refusals and "ask there instead" did nothing;
** 303 says that a write was done, and where its result is. */
static void note_reach(studio_call *call, const studio_outcome *outcome, bool repeatable) {
  int status = outcome->status;
  bool nothing = outcome->stage == STUDIO_STAGE_ANSWERED &&
                 (status == 401 || status == 429 || (is_redirect(status) && status != 303));
  if (!nothing) call->reached = graver(call->reached, outcome->stage);
  if (outcome->stage == STUDIO_STAGE_ANSWERED && status == 303 && !repeatable) call->written = true;
}

/* For the attempts after this one. */
static void note_doubt(studio_call *call, const studio_outcome *outcome) {
  if (only_reads(call) || outcome->stage == STUDIO_STAGE_NOT_SENT) return;
  bool answered = outcome->stage == STUDIO_STAGE_ANSWERED;
  if (!answered || outcome->status == 408 || outcome->status >= 500) call->doubtful = true;
}

/* An answer that is not the server's own failure shows that it is alive: refills what retries may take. */
static void note_life(studio_call *call, const studio_outcome *outcome) {
  int status = outcome->status;
  bool alive = outcome->stage == STUDIO_STAGE_ANSWERED && status < 500 && status != 408 && status != 429;
  if (!alive) return;
  studio_budget_success(call->budget, call->retry_cost);
  call->retry_cost = 0;
}

/* The call ends with this verdict; `cause` tells the story of a failure without an answer. `stuck`: it would have
** been repeated, but for its body. */
static void conclude(studio_call *call, const studio_outcome *outcome, const studio_verdict *verdict,
                     const studio_error *cause, bool stuck, int64_t now) {
  const char *note = stuck ? "; it cannot be sent again, since its body comes from a reader without rewind" : "";
  studio_error *err = &call->error;
  studio_error_clear(err);
  err->retry_after_ms = outcome->retry_after_ms;
  if (verdict->kind == STUDIO_KIND_NONE) {
    err->stage = STUDIO_STAGE_ANSWERED;
    err->status = call->response.status;
    finish(call, now);
    return;
  }
  char message[sizeof err->message];
  if (verdict->kind == STUDIO_KIND_OUTCOME_UNKNOWN) {
    snprintf(message, sizeof message, "%s was sent, but whether it was done is unknown: %.300s",
             call->request.method, cause->message);
  } else if (outcome->stage == STUDIO_STAGE_ANSWERED && !outcome->fatal) {
    snprintf(message, sizeof message, "the service answered %d%s", outcome->status, note);
  } else {
    snprintf(message, sizeof message, "%.300s%s", cause->message, note);
  }
  const char *code = verdict->exhausted ? "retry_budget" : cause->code;
  fail_unsettled(call, outcome->stage, now, verdict->kind, code, message);
}

/* Waits for the next attempt, if there is time for it. */
static void back_off(studio_call *call, const studio_outcome *outcome, const studio_verdict *verdict,
                     const studio_error *cause, int64_t now) {
  if (verdict->free) {
    call->refusals++;
  } else {
    call->failures++;
  }
  call->retry_cost += verdict->cost;
  if (call->deadline != STUDIO_NEVER && now + verdict->delay_ms >= call->deadline) {
    char message[sizeof call->error.message];
    snprintf(message, sizeof message, "no time for another attempt before the deadline; the last one: %.280s%s",
             cause->message, outcome->stage == STUDIO_STAGE_ANSWERED ? "an error status" : "");
    call->error.retry_after_ms = verdict->delay_ms;
    fail_unsettled(call, outcome->stage, now, STUDIO_KIND_TIMEOUT, "deadline", message);
    return;
  }
  call->client->stats.retries++;
  call->state = STUDIO_CALL_BACKOFF;
  call->entered = now;
  call->wake = now + verdict->delay_ms;
}

void studio_call_attempt_over(studio_call *call, const studio_error *failure, bool fatal, studio_rng *rng,
                              int64_t now, int64_t wall) {
  const studio_response *response = &call->response;
  call->response.timing.attempt = (now - call->entered) * 1000;
  studio_outcome outcome = {.stage = failure->stage, .status = response->status, .kind = failure->kind,
                            .retry_after_ms = -1, .fatal = fatal};
  /* an error status is an answer, even if its text was cut */
  bool answered = failure->kind == STUDIO_KIND_NONE || (response->status >= 400 && !fatal);
  if (answered) {
    outcome.stage = STUDIO_STAGE_ANSWERED;
    outcome.kind = studio_kind_of_status(response->status);
  }
  studio_ratehint hint = STUDIO_RATEHINT_NONE;
  if (response->status != 0) studio_ratehint_read(&hint, &response->headers, wall);
  outcome.retry_after_ms = hint.retry_after_ms;
  settle_limits(call, outcome.stage, &hint, now);
  bool repeatable = call->request.repeatable || studio_method_repeatable(call->request.method);
  note_reach(call, &outcome, repeatable);
  note_life(call, &outcome);

  if (answered && is_redirect(response->status)) {
    const char *location = studio_headers_get(&response->headers, "Location");
    follow_redirect(call, location != NULL ? location : "", now);
    return;
  }
  bool spent = !studio_body_can_restart(&call->request.body); /* a reader that cannot begin anew */
  bool renews = answered && response->status == 401 && call->client->has_provider && !call->asked_provider &&
                call->own_origin;
  if (renews && !spent) {
    call->asked_provider = true; /* refused before any work was done: a POST may go again, too */
    /* of several that were refused at once only the first asks: there may be a fresh key already */
    if (call->auth_round == call->client->auth_round) call->client->auth_known = false;
    studio_call_enter(call, now);
    return;
  }
  bool repeat_of_delete = call->doubtful && strcmp(call->request.method, "DELETE") == 0;
  studio_verdict verdict = studio_retry_decide(&call->client->retry, call->budget, rng, &outcome, repeatable,
                                               repeat_of_delete, call->failures, call->refusals);
  bool stuck = spent && (renews || verdict.again);
  if (stuck) verdict = (studio_verdict){.kind = outcome.kind};
  if (verdict.again) {
    note_doubt(call, &outcome);
    back_off(call, &outcome, &verdict, failure, now);
  } else {
    conclude(call, &outcome, &verdict, failure, stuck, now);
  }
}

const char *studio_call_state_name(studio_call_state state) {
  switch (state) {
    case STUDIO_CALL_AUTH: return "auth";
    case STUDIO_CALL_QUEUED: return "queued";
    case STUDIO_CALL_SENDING: return "sending";
    case STUDIO_CALL_BACKOFF: return "backoff";
    case STUDIO_CALL_DONE: return "done";
  }
  return "done";
}
