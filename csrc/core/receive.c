/* studio_receive: where an answer goes as it comes.   SPDX-License-Identifier: MIT */
#include "core/receive.h"

#include <string.h>
#include <strings.h>

#include "core/ascii.h"
#include "core/download.h"

#define HEADERS_MAX (256 * 1024)
#define FIELDS_MAX 2000
#define LENGTH_DIGITS_MAX 18 /* what fits in 63 bits */

void studio_attempt_abort(studio_attempt *attempt, studio_kind kind, const char *code, const char *message) {
  if (attempt->aborted) return;
  attempt->aborted = true;
  if (attempt->trouble.kind == STUDIO_KIND_NONE) studio_error_set(&attempt->trouble, kind, code, "%s", message);
}

/* RFC 9112 §6.3: with lengths that differ, or are no numbers, nobody can tell where the answer ends. libcurl lets
** some of them pass. */
static bool length_is_sound(const studio_headers *headers) {
  const char *first = NULL;
  for (size_t i = 0; i < headers->count; i++) {
    if (!studio_ascii_equal(headers->list[i].name, "Content-Length")) continue;
    const char *value = headers->list[i].value;
    size_t digits = strspn(value, "0123456789");
    if (digits == 0 || digits > LENGTH_DIGITS_MAX || value[digits] != '\0') return false;
    if (first != NULL && strcmp(first, value) != 0) return false;
    first = value;
  }
  return true;
}

size_t studio_receive_header(char *data, size_t unit, size_t count, void *user) {
  studio_attempt *attempt = user;
  studio_response *response = &attempt->call->response;
  size_t size = unit * count;
  attempt->header_bytes += size;
  if (attempt->header_bytes > HEADERS_MAX || response->headers.count >= FIELDS_MAX) {
    studio_attempt_abort(attempt, STUDIO_KIND_PROTOCOL, "headers",
                         STUDIO_TOO_MANY_HEADERS);
    return 0;
  }
  if (size > 5 && strncasecmp(data, "HTTP/", 5) == 0) { /* a new answer: 1xx, then the final one */
    long status = 0;
    curl_easy_getinfo(attempt->easy, CURLINFO_RESPONSE_CODE, &status);
    studio_headers_clear(&response->headers);
    if (size > 6 && data[5] == '1') studio_sockets_speaks_http1(attempt->sockets, attempt->socket, attempt->local_port);
    attempt->final = status >= 200;
    response->status = attempt->final ? (int)status : 0;
    if (status == 101) {
      studio_attempt_abort(attempt, STUDIO_KIND_PROTOCOL, "answer",
                           "the server changed to another protocol (101), which nobody asked for");
      return 0;
    }
  }
  if (attempt->final) attempt->last_byte = *attempt->now; /* a 1xx says that the answer is still being made */
  if (*data == '\r' || *data == '\n') {
    attempt->headed = attempt->final;
    if (attempt->final && !length_is_sound(&response->headers)) {
      studio_attempt_abort(attempt, STUDIO_KIND_PROTOCOL, "answer",
                           "the answer's Content-Length cannot be trusted: not one plain number");
      return 0;
    }
  }
  if (!studio_headers_add_line(&response->headers, data, size)) {
    studio_attempt_abort(attempt, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return 0;
  }
  return size;
}

/* The size of the body that has begun to come, as we shall count it. */
static int64_t length_of(const studio_attempt *attempt) {
  const studio_call *call = attempt->call;
  curl_off_t length = -1;
  curl_easy_getinfo(attempt->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  bool packed = call->request.save_to == NULL &&
                studio_headers_get(&call->response.headers, "Content-Encoding") != NULL;
  return packed ? -1 : length; /* it counts the bytes before they are unpacked, we those after */
}

static size_t keep(studio_attempt *attempt, const char *data, size_t size) {
  studio_call *call = attempt->call;
  if (call->response.body.size + size > call->request.max_body) {
    attempt->enough = call->response.status >= 300; /* the status says enough: who needs the rest of its text? */
    if (attempt->enough) return 0;
    studio_attempt_abort(attempt, STUDIO_KIND_TOO_LARGE, "max_body", "the answer is larger than max_body allows");
    return 0;
  }
  if (!studio_buf_append(&call->response.body, data, size)) {
    studio_attempt_abort(attempt, STUDIO_KIND_INTERNAL, "memory", "out of memory for the answer");
    return 0;
  }
  if (call->response.status >= 300) return size; /* the text of an error is no progress */
  if (!attempt->begun) call->expected = length_of(attempt);
  attempt->begun = true;
  studio_download_progress(call, (int64_t)call->response.body.size);
  return size;
}

size_t studio_receive_body(char *data, size_t unit, size_t count, void *user) {
  studio_attempt *attempt = user;
  size_t size = unit * count;
  attempt->last_byte = *attempt->now;
  if (!studio_download_takes(attempt)) return keep(attempt, data, size);
  if (studio_download_write(attempt, data, size, attempt->begun ? -1 : length_of(attempt))) return size;
  attempt->aborted = true;
  return 0;
}
