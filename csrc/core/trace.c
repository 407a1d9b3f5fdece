/* studio_trace: what the loop did, for a debug log.   SPDX-License-Identifier: MIT */
#include "core/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/reveal.h"
#include "core/version.h"

void studio_event_free(studio_event *event) {
  free(event->service);
  free(event->label);
  studio_buf_free(&event->url);
  studio_headers_free(&event->headers);
  free(event);
}

studio_event *studio_trace_take(studio_trace *trace) {
  studio_event *event = trace->first;
  if (event == NULL) return NULL;
  trace->first = event->next;
  if (trace->first == NULL) trace->last = NULL;
  trace->count--;
  event->next = NULL;
  return event;
}

void studio_trace_free(studio_trace *trace) {
  studio_event *event;
  while ((event = studio_trace_take(trace)) != NULL) studio_event_free(event);
  trace->lost = 0;
}

/* An event about the call, at the end of the list; NULL: nobody wants it, or there is no room. What no memory was
** had for is left out of it: a log is no reason to fail. */
static studio_event *add(studio_trace *trace, studio_trace_level level, const char *type, const studio_call *call,
                         int64_t now) {
  if (trace->level < level) return NULL;
  studio_event *event = trace->count < STUDIO_TRACE_MAX ? calloc(1, sizeof *event) : NULL;
  if (event == NULL) {
    trace->lost++;
    return NULL;
  }
  event->type = type;
  event->level = level;
  event->at = now;
  event->call = call->number;
  event->service = call->client->name != NULL ? strdup(call->client->name) : NULL;
  event->label = call->request.label != NULL ? strdup(call->request.label) : NULL;
  memcpy(event->method, call->request.method, sizeof event->method);
  if (!studio_reveal_url(&event->url, call->client, call->request.url.data)) studio_buf_free(&event->url);
  event->attempt = call->attempts;
  event->ms = event->bytes = -1;
  if (trace->last != NULL) trace->last->next = event;
  else trace->first = event;
  trace->last = event;
  trace->count++;
  return event;
}

/* Text from elsewhere: a service may echo the key. */
static void set_message(studio_event *event, const studio_client *client, const char *message) {
  studio_buf text = STUDIO_BUF_INIT;
  if (studio_buf_puts(&text, message)) {
    studio_client_redact(client, &text);
    snprintf(event->message, sizeof event->message, "%s", text.data);
  }
  studio_buf_wipe(&text);
}

static void add_header(studio_event *event, const studio_client *client, const char *name, const char *value) {
  studio_buf text = STUDIO_BUF_INIT;
  if (studio_reveal_header(name) && studio_buf_puts(&text, value)) {
    studio_client_redact(client, &text);
    (void)studio_headers_add(&event->headers, name, strlen(name), text.data, text.size);
  }
  studio_buf_wipe(&text);
}

void studio_trace_queued(studio_trace *trace, const studio_call *call, int64_t needs_ms, int64_t now) {
  studio_event *event = add(trace, STUDIO_TRACE_DEBUG, "queued", call, now);
  if (event == NULL) return;
  event->ms = needs_ms == STUDIO_NEVER ? -1 : needs_ms;
  for (int i = 0; i < call->waiter.limiter_count; i++) {
    studio_limiter_report report;
    studio_limiter_explain(call->waiter.limiters[i], now, &report);
    if (strcmp(report.why, "free") == 0) continue;
    snprintf(event->message, sizeof event->message, "limit \"%.80s\": %s (%d of %d slots taken, %d calls wait)",
             studio_limiter_name(call->waiter.limiters[i]), report.why,
             report.free < 0 ? report.in_flight : report.limit.capacity - report.free,
             report.free < 0 ? report.limit.max_in_flight : report.limit.capacity, report.waiting);
    return;
  }
}

void studio_trace_sent(studio_trace *trace, const studio_call *call, int64_t now) {
  studio_event *event = add(trace, STUDIO_TRACE_DEBUG, "sent", call, now);
  if (event == NULL) return;
  const studio_client *client = call->client;
  const studio_headers *own = &call->request.headers;
  for (size_t i = 0; i < own->count; i++) add_header(event, client, own->list[i].name, own->list[i].value);
  for (size_t i = 0; call->own_origin && i < client->headers.count; i++) {
    const studio_header *field = &client->headers.list[i];
    if (studio_headers_get(own, field->name) == NULL) add_header(event, client, field->name, field->value);
  }
  const char *agent = client->user_agent != NULL ? client->user_agent : "lua-studio/" STUDIO_VERSION;
  add_header(event, client, "User-Agent", agent);
}

void studio_trace_attempt_over(studio_trace *trace, const studio_call *call, const studio_error *failure,
                               int64_t now) {
  const studio_response *response = &call->response;
  bool answered = response->status != 0;
  studio_event *event = add(trace, STUDIO_TRACE_DEBUG, answered ? "answer" : "broken", call, now);
  if (event == NULL) return;
  event->ms = now - call->entered;
  event->status = response->status;
  int64_t in_memory = (int64_t)response->body.size;
  if (answered) event->bytes = call->received > in_memory ? call->received : in_memory;
  for (size_t i = 0; i < response->headers.count; i++) {
    add_header(event, call->client, response->headers.list[i].name, response->headers.list[i].value);
  }
  if (failure->kind == STUDIO_KIND_NONE) return;
  event->kind = studio_kind_name(failure->kind);
  memcpy(event->code, failure->code, sizeof event->code);
  set_message(event, call->client, failure->message);
}

/* A 429 stopped the limiters, and perhaps taught them something. */
static void limits(studio_trace *trace, const studio_call *call, int64_t now) {
  for (int i = 0; i < call->waiter.limiter_count; i++) {
    studio_limiter_report report;
    studio_limiter_explain(call->waiter.limiters[i], now, &report);
    if (report.paused_ms <= 0) continue;
    studio_event *event = add(trace, STUDIO_TRACE_WARN, "limit", call, now);
    if (event == NULL) continue;
    event->ms = report.paused_ms;
    event->status = 429;
    int size = snprintf(event->message, sizeof event->message, "limit \"%.80s\" is paused for all its calls",
                        studio_limiter_name(call->waiter.limiters[i]));
    if (!report.learnt) continue;
    snprintf(event->message + size, sizeof event->message - (size_t)size,
             "; it has learnt: guard %.3f s, spacing %.3f s", (double)report.limit.guard_ms / 1000,
             (double)report.limit.spacing_ms / 1000);
  }
}

void studio_trace_decided(studio_trace *trace, const studio_call *call, const studio_error *failure, int64_t now) {
  if (trace->level == STUDIO_TRACE_OFF) return;
  if (call->response.status == 429) limits(trace, call, now);
  if (call->state == STUDIO_CALL_BACKOFF) {
    studio_event *event = add(trace, STUDIO_TRACE_WARN, "retry", call, now);
    if (event == NULL) return;
    event->ms = call->wake - now;
    event->status = call->response.status;
    if (failure->kind == STUDIO_KIND_NONE) return;
    event->kind = studio_kind_name(failure->kind);
    memcpy(event->code, failure->code, sizeof event->code);
    set_message(event, call->client, failure->message);
  } else if (call->state != STUDIO_CALL_DONE && call->response.status >= 300 && call->response.status < 400) {
    studio_event *event = add(trace, STUDIO_TRACE_DEBUG, "redirect", call, now);
    if (event != NULL) event->status = call->response.status;
  }
}

void studio_trace_over(studio_trace *trace, const studio_call *call, int64_t now) {
  const studio_error *err = &call->error;
  bool quiet = err->kind == STUDIO_KIND_NONE || err->kind == STUDIO_KIND_CANCELLED;
  studio_event *event = add(trace, quiet ? STUDIO_TRACE_INFO : STUDIO_TRACE_ERROR, "over", call, now);
  if (event == NULL) return;
  event->ms = now - call->born;
  event->status = call->response.status;
  if (err->kind == STUDIO_KIND_NONE) return;
  event->kind = studio_kind_name(err->kind);
  memcpy(event->code, err->code, sizeof event->code);
  set_message(event, call->client, err->message);
}
