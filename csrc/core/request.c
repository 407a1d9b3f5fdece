/* studio_request: what to send.   SPDX-License-Identifier: MIT */
#include "core/request.h"

#include <stdlib.h>
#include <string.h>

void studio_request_free(studio_request *request) {
  studio_buf_wipe(&request->url); /* signed URLs and upload tickets are secrets too */
  studio_body_free(&request->body);
  studio_headers_free(&request->headers);
  free(request->save_to);
  free(request->label);
  for (int i = 0; i < request->limiter_count; i++) studio_limiter_unref(request->limiters[i]);
  memset(request, 0, sizeof *request);
}
