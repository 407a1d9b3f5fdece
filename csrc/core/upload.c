/* studio_upload: how the body of an attempt reaches libcurl.   SPDX-License-Identifier: MIT */
#include "core/upload.h"

#include <stdio.h>
#include <string.h>

#include "core/receive.h"

#define LONG_BODY (64 * 1024)       /* from here on a body may take longer than `timeout`, as long as it flows */
#define SEND_BUFFER (512L * 1024)   /* libcurl's default of 64 KiB costs speed */

static void note_done(studio_attempt *attempt) {
  curl_off_t us = 0;
  curl_easy_getinfo(attempt->easy, CURLINFO_TOTAL_TIME_T, &us);
  attempt->body_done_us = us;
}

/* What was sent never runs backwards: an attempt that begins anew counts when it is further than the last. */
static void note_sent(studio_attempt *attempt, int64_t bytes) {
  if (bytes > attempt->call->sent) attempt->call->sent = bytes;
}

static void want_more(studio_attempt *attempt) {
  studio_call *call = attempt->call;
  if (call->hungry) return;
  call->hungry = true;
  call->hungry_next = *attempt->hungry;
  *attempt->hungry = call;
}

static size_t on_read(char *to, size_t unit, size_t count, void *user) {
  studio_attempt *attempt = user;
  studio_body *body = &attempt->call->request.body;
  studio_error err;
  size_t size = 0;
  studio_error_clear(&err);
  switch (studio_body_read(body, to, unit * count, &size, &err)) {
    case STUDIO_BODY_WAIT:
      want_more(attempt);
      return CURL_READFUNC_PAUSE;
    case STUDIO_BODY_FAILED:
      studio_attempt_abort(attempt, err.kind, err.code, err.message);
      return CURL_READFUNC_ABORT;
    case STUDIO_BODY_BYTES: break;
  }
  if (!attempt->long_body) note_sent(attempt, body->handed);
  if (!studio_upload_sending(attempt) && attempt->body_done_us == 0) note_done(attempt);
  return size;
}

/* libcurl rewinds a body only to send again on its own, which it may not. */
static int on_seek(void *user, curl_off_t offset, int origin) {
  studio_attempt *attempt = user;
  if (origin == SEEK_SET && offset == 0 && attempt->call->request.body.handed == 0) return CURL_SEEKFUNC_OK;
  studio_attempt_abort(attempt, STUDIO_KIND_NETWORK, "connection_lost",
                       "the connection died after the request was sent and before an answer came");
  return CURL_SEEKFUNC_FAIL;
}

/* What the connection took of a long body: libcurl reads far ahead of that. (Its count may include the framing of
** chunks.) */
static int on_progress(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up) {
  (void)down_total, (void)down, (void)up_total;
  studio_attempt *attempt = user;
  if (up == attempt->taken) return 0;
  const studio_body *body = &attempt->call->request.body;
  attempt->taken = up;
  attempt->last_sent = *attempt->now;
  note_sent(attempt, up < body->handed ? up : body->handed);
  if (!studio_upload_sending(attempt)) note_done(attempt);
  return 0;
}

static void set_body(studio_attempt *attempt) {
  CURL *easy = attempt->easy;
  int64_t size = studio_body_size(&attempt->call->request.body);
  attempt->long_body = size < 0 || size > LONG_BODY;
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size); /* -1: libcurl sends chunks */
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, attempt);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, attempt);
  if (!attempt->long_body) return;
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, SEND_BUFFER);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, attempt);
}

static bool method_is(const studio_request *request, const char *method) {
  return strcmp(request->method, method) == 0;
}

bool studio_upload_set(studio_attempt *attempt) {
  CURL *easy = attempt->easy;
  const studio_request *request = &attempt->call->request;
  if (request->has_body) {
    set_body(attempt);
  } else if (method_is(request, "HEAD")) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else if (method_is(request, "POST") || method_is(request, "PUT") || method_is(request, "PATCH")) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L); /* these say "Content-Length: 0" (RFC 9110 §8.6) */
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, 0L);
  } else {
    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  }
  /* libcurl copies it and can run out of memory: without it a PATCH would go out as a POST */
  return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

bool studio_upload_sending(const studio_attempt *attempt) {
  const studio_body *body = &attempt->call->request.body;
  return body->at < body->count;
}

static int64_t after(int64_t start, int64_t ms) { return ms > 0 ? start + ms : STUDIO_NEVER; }

int64_t studio_upload_ends(const studio_attempt *attempt) {
  const studio_call *call = attempt->call;
  if (call->hungry) return STUDIO_NEVER; /* nobody stepped: the reader is late, not the connection */
  if (attempt->sends == 0) return after(call->entered, call->request.timeout_ms);
  int64_t since = attempt->last_sent > 0 ? attempt->last_sent : call->entered;
  return after(since, studio_upload_sending(attempt) ? call->request.stall_ms : call->request.timeout_ms);
}

void studio_upload_resume(studio_attempt *attempt) {
  attempt->last_sent = *attempt->now;
  curl_easy_pause(attempt->easy, CURLPAUSE_CONT);
}

void studio_upload_drop(studio_attempt *attempt) {
  studio_call *call = attempt->call;
  if (call == NULL || !call->hungry) return;
  for (studio_call **at = attempt->hungry; *at != NULL; at = &(*at)->hungry_next) {
    if (*at != call) continue;
    *at = call->hungry_next;
    break;
  }
  call->hungry = false;
  call->hungry_next = NULL;
}
