/* studio_response: what came back.   SPDX-License-Identifier: MIT */
#include "core/response.h"

#include <stdlib.h>
#include <string.h>

void studio_response_clear(studio_response *response) {
  studio_timing summed = {0};
  summed.auth = response->timing.auth;
  summed.earlier = response->timing.earlier + response->timing.attempt;
  summed.queue = response->timing.queue;
  summed.backoff = response->timing.backoff;
  response->status = 0;
  response->http_version = 0;
  response->timing = summed;
  studio_headers_clear(&response->headers);
  studio_buf_clear(&response->body);
}

void studio_response_free(studio_response *response) {
  studio_headers_free(&response->headers);
  studio_buf_free(&response->body);
  studio_buf_wipe(&response->url);
  free(response->path);
  memset(response, 0, sizeof *response);
}
