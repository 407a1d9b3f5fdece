/* studio_request: what to send, and how long to try.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_REQUEST_H
#define STUDIO_CORE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/body.h"
#include "core/buf.h"
#include "core/headers.h"
#include "core/queue.h"

#define STUDIO_METHOD_MAX 16

typedef struct studio_request {
  char method[STUDIO_METHOD_MAX]; /* upper case */
  char *label;                    /* what people call it, for logs: "images.generate"; NULL: nothing */
  studio_buf url;                 /* absolute, escaped */
  studio_headers headers;         /* the caller's own */
  studio_body body;
  bool has_body;                  /* an empty body differs from none */
  bool repeatable;                /* an idempotency key is in force: POST may be repeated */
  bool warm;                      /* only look up, connect and shake hands; nothing is sent */
  char *save_to;                  /* file for a 2xx body; NULL: memory */
  int64_t timeout_ms;             /* one attempt; for save_to and long bodies see docs/files.md */
  int64_t stall_ms;               /* longest silence inside an answer, and while a long body is sent */
  int64_t deadline_ms;            /* everything, from submit on; 0: none */
  size_t max_body;                /* largest answer kept in memory */
  studio_priority priority;
  studio_limiter *limiters[STUDIO_LIMITERS_MAX]; /* beside the client's own; counted */
  studio_limiter *class_limiter;  /* that of them which the answer's headers speak of; NULL: any */
  int limiter_count;
} studio_request;

/* Everything owned by the request; the struct itself is the caller's. The body is wiped. */
void studio_request_free(studio_request *request);

#endif
