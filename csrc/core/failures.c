/* studio_failure: what a transfer that broke off means to us.   SPDX-License-Identifier: MIT */
#include "core/failures.h"

#include <string.h>

#include "core/receive.h"
#include "core/unreached.h"

#define ROUNDING_MS 5 /* libcurl's clock may be ahead of the loop's by a little */

/* What a libcurl failure is, beside those of unreached.c. fatal: no repeat can help. `says`: what happened, in words
** that stay the same from one libcurl to the next; its own reason follows in parentheses. NULL: the reason says
** enough. */
static const struct { CURLcode code; studio_kind kind; const char *name; bool fatal; const char *says; } failures[] = {
  {CURLE_SEND_ERROR, STUDIO_KIND_NETWORK, "send", false, "the connection failed while the request was being sent"},
  {CURLE_RECV_ERROR, STUDIO_KIND_NETWORK, "receive", false, "the connection failed before the whole answer had come"},
  {CURLE_GOT_NOTHING, STUDIO_KIND_NETWORK, "no_answer", false, "the connection was closed before an answer came"},
  {CURLE_PARTIAL_FILE, STUDIO_KIND_NETWORK, "cut", false, "the connection ended before the whole answer had come"},
  {CURLE_HTTP2, STUDIO_KIND_NETWORK, "http2", false, "the HTTP/2 connection failed"},
  {CURLE_HTTP2_STREAM, STUDIO_KIND_NETWORK, "http2", false, "the server broke the answer off"},
  {CURLE_SSL_CIPHER, STUDIO_KIND_TLS, "cipher", true, NULL},
  {CURLE_WEIRD_SERVER_REPLY, STUDIO_KIND_PROTOCOL, "answer", false, "the answer is no HTTP that can be understood"},
  {CURLE_UNSUPPORTED_PROTOCOL, STUDIO_KIND_PROTOCOL, "answer", false, "the answer is no HTTP that can be understood"},
  {CURLE_BAD_CONTENT_ENCODING, STUDIO_KIND_PROTOCOL, "encoding", false, "the answer's compression cannot be undone"},
  {CURLE_URL_MALFORMAT, STUDIO_KIND_INVALID, "url", true, NULL},
  {CURLE_OUT_OF_MEMORY, STUDIO_KIND_INTERNAL, "memory", true, NULL},
};

/* Our own stops that would come again: a file, memory or size limit. Silence and lost connections need not. */
static bool is_lasting(studio_kind kind) {
  return kind == STUDIO_KIND_FILE || kind == STUDIO_KIND_INTERNAL || kind == STUDIO_KIND_TOO_LARGE;
}

/* What libcurl tells by one code, and we by two. True: told. */
static bool tell_apart(const studio_attempt *attempt, CURLcode code, const char *reason, studio_error *failure) {
  if (code == CURLE_RECV_ERROR && strstr(reason, "chunk") != NULL) {
    studio_error_set(failure, STUDIO_KIND_PROTOCOL, "answer", "the answer's chunks cannot be understood (%s)", reason);
    return true;
  }
  if (code == CURLE_RECV_ERROR && attempt->header_bytes == 0) {
    studio_error_set(failure, STUDIO_KIND_NETWORK, "receive", "the connection failed before an answer came (%s)",
                     reason);
    return true;
  }
  /* libcurl's word for a header line beyond its own limit; newer ones have a code for it */
  bool too_long = code == CURLE_OUT_OF_MEMORY;
#if LIBCURL_VERSION_NUM >= 0x080600
  too_long = too_long || code == CURLE_TOO_LARGE;
#endif
  if (too_long && attempt->sends > 0 && !attempt->headed) {
    studio_error_set(failure, STUDIO_KIND_PROTOCOL, "headers", STUDIO_TOO_MANY_HEADERS);
    return true;
  }
  return false;
}

/* Which of the times was over; and before anything was sent also what it was spent on. */
static void explain_timeout(const studio_attempt *attempt, studio_error *failure) {
  const studio_call *call = attempt->call;
  studio_standing standing;
  studio_unreached_standing(attempt, &standing);
  if (call->deadline != STUDIO_NEVER && *attempt->now >= call->deadline - ROUNDING_MS) {
    studio_error_set(failure, STUDIO_KIND_TIMEOUT, "deadline", "the deadline of %.3f s was over before %s",
                     (double)call->request.deadline_ms / 1000, standing.text);
  } else if (call->request.timeout_ms > 0 && *attempt->now >= call->entered + call->request.timeout_ms - ROUNDING_MS) {
    studio_error_set(failure, STUDIO_KIND_TIMEOUT, standing.code, "the timeout of %.3f s was over before %s",
                     (double)call->request.timeout_ms / 1000, standing.text);
  } else { /* the time that connecting may take */
    studio_error_set(failure, STUDIO_KIND_TIMEOUT, standing.code, "%.0f s were over before %s",
                     (double)STUDIO_CONNECT_TIMEOUT_MS / 1000, standing.text);
  }
}

static void explain(CURLcode code, const char *reason, studio_error *failure, bool *fatal) {
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
    if (failures[i].code != code) continue;
    const char *says = failures[i].says;
    if (says != NULL) {
      studio_error_set(failure, failures[i].kind, failures[i].name, "%s (%s)", says, reason);
    } else {
      studio_error_set(failure, failures[i].kind, failures[i].name, "%s", reason);
    }
    *fatal = failures[i].fatal;
    return;
  }
  studio_error_set(failure, STUDIO_KIND_NETWORK, "transfer", "%s", reason); /* we have no word of our own for it */
}

void studio_failure_of(const studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal) {
  const char *reason = attempt->reason[0] != '\0' ? attempt->reason : curl_easy_strerror(code);
  studio_stage stage = attempt->sends > 0 ? STUDIO_STAGE_UNKNOWN : STUDIO_STAGE_NOT_SENT;
  failure->stage = stage;
  if (attempt->trouble.kind != STUDIO_KIND_NONE) { /* we stopped it ourselves, and know why */
    *failure = attempt->trouble;
    *fatal = is_lasting(failure->kind);
    failure->stage = stage;
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    explain_timeout(attempt, failure);
  } else if (!studio_unreached(attempt, code, failure, fatal) && !tell_apart(attempt, code, reason, failure)) {
    explain(code, reason, failure, fatal);
  }
}
