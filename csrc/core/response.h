/* studio_response: what came back, and where the time went.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_RESPONSE_H
#define STUDIO_CORE_RESPONSE_H

#include <stdint.h>

#include "core/buf.h"
#include "core/headers.h"

/* Microseconds. auth, queue and backoff are summed over the call, earlier is what the attempts before the last one
** took; the rest is the last attempt's. Together they are the total, but for the turns of the loop in between. */
typedef struct studio_timing {
  int64_t auth, queue, backoff, earlier, resolve, connect, tls, send, wait, body, total;
  int64_t attempt; /* of the last attempt, from its start to its end */
} studio_timing;

typedef struct studio_response {
  int status;        /* 0: none yet */
  int http_version;  /* 10, 11, 20, 30; 0: none */
  studio_headers headers;
  studio_buf body;   /* empty when it went to a file */
  char *path;        /* the file, complete; NULL: none */
  studio_buf url;    /* where the answer came from, after redirects */
  studio_timing timing;
} studio_response;

void studio_response_clear(studio_response *response); /* for the next attempt: keeps url and summed times */
void studio_response_free(studio_response *response);

#endif
