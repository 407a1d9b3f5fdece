/* studio_trace: what the loop did, for a debug log.   SPDX-License-Identifier: MIT
**
** Off unless somebody asks, and then it costs one comparison. The loop notes events in a bounded list, which its owner
** picks up between two steps. They hold nothing that reveal.h hides: no credentials, no query values, no bodies, only
** header fields from its list. */
#ifndef STUDIO_CORE_TRACE_H
#define STUDIO_CORE_TRACE_H

#include "core/call.h"

#define STUDIO_TRACE_MAX 1000 /* events kept; what comes on top is counted */

typedef enum studio_trace_level {
  STUDIO_TRACE_OFF, STUDIO_TRACE_ERROR, STUDIO_TRACE_WARN, STUDIO_TRACE_INFO, STUDIO_TRACE_DEBUG
} studio_trace_level;

typedef struct studio_event {
  const char *type;         /* "queued", "sent", "answer", "broken", "retry", "redirect", "limit", "over" */
  studio_trace_level level;
  int64_t at;               /* monotonic ms */
  int64_t call;             /* its number in this loop */
  char *service, *label;    /* NULL: unknown */
  char method[STUDIO_METHOD_MAX];
  studio_buf url;           /* as far as it may be shown */
  studio_headers headers;   /* the same; of "sent" and "answer" */
  int attempt, status;
  int64_t ms;               /* how long it took, or will have to wait; -1: nothing to tell */
  int64_t bytes;            /* of the answer's body; -1 */
  const char *kind;         /* of a failure; NULL: none */
  char code[48], message[400];
  struct studio_event *next;
} studio_event;

typedef struct studio_trace {
  studio_trace_level level;
  studio_event *first, *last;
  int count;
  int64_t lost;             /* events for which there was no room, since the last one was taken */
} studio_trace;

studio_event *studio_trace_take(studio_trace *trace); /* the oldest, now the caller's; NULL: none */
void studio_event_free(studio_event *event);
void studio_trace_free(studio_trace *trace); /* forgets all events; the level stays */

/* What happened to a call. `needs_ms`: until it can get its slots, at least. */
void studio_trace_queued(studio_trace *trace, const studio_call *call, int64_t needs_ms, int64_t now);
void studio_trace_sent(studio_trace *trace, const studio_call *call, int64_t now);
void studio_trace_attempt_over(studio_trace *trace, const studio_call *call, const studio_error *failure, int64_t now);
void studio_trace_decided(studio_trace *trace, const studio_call *call, const studio_error *failure, int64_t now);
void studio_trace_over(studio_trace *trace, const studio_call *call, int64_t now);

#endif
