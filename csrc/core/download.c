/* studio_download: an answer that goes to a file.   SPDX-License-Identifier: MIT */
#include "core/download.h"

#include <stdlib.h>
#include <string.h>

/* Only a plain GET asks for the same bytes each time; one whose caller speaks of ranges means something else. */
static bool is_plain(const studio_request *request) {
  static const char *const conditions[] = {"Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since",
                                           "If-Unmodified-Since"};
  if (strcmp(request->method, "GET") != 0 || request->has_body) return false;
  for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
    if (studio_headers_get(&request->headers, conditions[i]) != NULL) return false;
  }
  return true;
}

bool studio_download_open(studio_attempt *attempt) {
  const studio_request *request = &attempt->call->request;
  attempt->total = -1;
  if (request->save_to == NULL) return true;
  attempt->sink = studio_sink_open(request->save_to, &attempt->trouble);
  if (attempt->sink == NULL) return false;
  const studio_mark *mark = studio_sink_mark(attempt->sink);
  if (mark == NULL || !is_plain(request)) return true;
  if (studio_mark_is_of(mark, request->url.data, &request->headers)) {
    attempt->asked_from = studio_sink_size(attempt->sink);
  }
  return true;
}

bool studio_download_takes(const studio_attempt *attempt) {
  const studio_call *call = attempt->call;
  return call->request.save_to != NULL && call->response.status >= 200 && call->response.status < 300;
}

void studio_download_progress(studio_call *call, int64_t bytes) {
  if (bytes > call->received) call->received = bytes;
  if (call->expected >= 0 && call->received > call->expected) call->received = call->expected;
}

/* The answer's first byte, or its end when it has none: from the start, from where we are, or not at all. */
static bool begin(studio_attempt *attempt, int64_t length) {
  studio_call *call = attempt->call;
  const studio_request *request = &call->request;
  const studio_response *response = &call->response;
  const studio_mark *asked = attempt->asked_from > 0 ? studio_sink_mark(attempt->sink) : NULL;
  bool plain = is_plain(request), ready = false;
  studio_mark mark = {.total = -1};
  attempt->begun = true;
  attempt->total = length;
  studio_call_first_byte(call, studio_clock_ms()); /* later than the step's clock: its slot cools from now on */
  switch (plain ? studio_mark_judge(asked, attempt->asked_from, response->status, &response->headers, &attempt->total)
                : STUDIO_PART_WHOLE) {
    case STUDIO_PART_WHOLE:
      if (plain) {
        studio_mark_set(&mark, request->url.data, &request->headers, response->status, &response->headers, length);
      }
      ready = studio_sink_begin(attempt->sink, &mark, &attempt->trouble);
      break;
    case STUDIO_PART_REST:
      ready = studio_sink_continue(attempt->sink, &attempt->trouble);
      break;
    case STUDIO_PART_UNFIT:
      studio_sink_forget(attempt->sink);
      studio_error_set(&attempt->trouble, STUDIO_KIND_PROTOCOL, "range",
                       asked != NULL ? "the server went on with something else than what was asked for"
                                     : "the server sent a part of the file, and was asked for all of it");
      break;
  }
  call->expected = attempt->total;
  return ready;
}

bool studio_download_write(studio_attempt *attempt, const char *data, size_t size, int64_t length) {
  if (!attempt->begun && !begin(attempt, length)) return false;
  if (!studio_sink_write(attempt->sink, data, size, &attempt->trouble)) return false;
  studio_download_progress(attempt->call, studio_sink_size(attempt->sink));
  return true;
}

/* In its place; all that can fail comes first. */
static bool put(studio_attempt *attempt, studio_error *failure, bool *fatal) {
  studio_call *call = attempt->call;
  char *path = strdup(call->request.save_to);
  studio_sink *sink = attempt->sink;
  failure->stage = STUDIO_STAGE_ANSWERED;
  *fatal = true;
  if (path == NULL) {
    studio_error_set(failure, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return false;
  }
  attempt->sink = NULL;
  if (!studio_sink_commit(sink, failure)) {
    free(path);
    return false;
  }
  free(call->response.path);
  call->response.path = path;
  *fatal = false;
  return true;
}

/* Statuses by which a server may say that it will not, or need not, go on from there. */
static bool refuses_range(int status) {
  return status == 416 || status == 412 || status == 400 || status == 501;
}

/* We asked for the rest, which the caller knows nothing of: so he is not told that answer, but what it means. */
static bool rest_refused(studio_attempt *attempt, studio_error *failure, bool *fatal) {
  studio_response *response = &attempt->call->response;
  int64_t have = attempt->asked_from;
  if (response->status == 416 && studio_mark_is_whole(studio_sink_mark(attempt->sink), have, &response->headers)) {
    response->status = 206; /* there is no rest */
    studio_buf_clear(&response->body);
    attempt->call->expected = have;
    studio_download_progress(attempt->call, have);
    return put(attempt, failure, fatal);
  }
  studio_sink_forget(attempt->sink);
  studio_error_set(failure, STUDIO_KIND_PROTOCOL, "range", "the server would not go on where the download stopped (%d)",
                   response->status);
  failure->stage = STUDIO_STAGE_UNKNOWN;
  response->status = 0;
  return false;
}

bool studio_download_finish(studio_attempt *attempt, studio_error *failure, bool *fatal) {
  if (attempt->asked_from > 0 && refuses_range(attempt->call->response.status)) {
    return rest_refused(attempt, failure, fatal);
  }
  if (!studio_download_takes(attempt)) return true;
  if (!attempt->begun && !begin(attempt, -1)) {
    *failure = attempt->trouble;
    failure->stage = STUDIO_STAGE_UNKNOWN;
    *fatal = failure->kind == STUDIO_KIND_FILE;
    return false;
  }
  /* the answer was whole; it may have been a part all the same */
  if (attempt->total >= 0 && studio_sink_size(attempt->sink) != attempt->total) {
    studio_error_set(failure, STUDIO_KIND_NETWORK, "cut", "the answer ended before the file did");
    failure->stage = STUDIO_STAGE_UNKNOWN;
    return false;
  }
  return put(attempt, failure, fatal);
}

void studio_download_close(studio_attempt *attempt) {
  studio_sink_close(attempt->sink);
  attempt->sink = NULL;
}
