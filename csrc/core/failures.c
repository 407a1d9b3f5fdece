/* studio_failure: what a transfer that broke off means to us.   SPDX-License-Identifier: MIT */
#include "core/failures.h"

/* What a libcurl failure is. fatal: no repeat can help. */
static const struct { CURLcode code; studio_kind kind; const char *name; bool fatal; } failures[] = {
  {CURLE_COULDNT_RESOLVE_HOST, STUDIO_KIND_NETWORK, "resolve", false},
  {CURLE_COULDNT_RESOLVE_PROXY, STUDIO_KIND_NETWORK, "proxy", false},
  {CURLE_COULDNT_CONNECT, STUDIO_KIND_NETWORK, "connect", false},
  {CURLE_PROXY, STUDIO_KIND_NETWORK, "proxy", false},
  {CURLE_SEND_ERROR, STUDIO_KIND_NETWORK, "send", false},
  {CURLE_RECV_ERROR, STUDIO_KIND_NETWORK, "receive", false},
  {CURLE_GOT_NOTHING, STUDIO_KIND_NETWORK, "no_answer", false},
  {CURLE_PARTIAL_FILE, STUDIO_KIND_NETWORK, "cut", false},
  {CURLE_HTTP2, STUDIO_KIND_NETWORK, "http2", false},
  {CURLE_HTTP2_STREAM, STUDIO_KIND_NETWORK, "http2", false},
  {CURLE_OPERATION_TIMEDOUT, STUDIO_KIND_TIMEOUT, "attempt", false},
  {CURLE_SSL_CONNECT_ERROR, STUDIO_KIND_TLS, "handshake", false},
  {CURLE_PEER_FAILED_VERIFICATION, STUDIO_KIND_TLS, "certificate", true},
  {CURLE_SSL_CERTPROBLEM, STUDIO_KIND_TLS, "client_certificate", true},
  {CURLE_SSL_CACERT_BADFILE, STUDIO_KIND_TLS, "ca_file", true},
  {CURLE_SSL_CIPHER, STUDIO_KIND_TLS, "cipher", true},
  {CURLE_WEIRD_SERVER_REPLY, STUDIO_KIND_PROTOCOL, "answer", false},
  {CURLE_BAD_CONTENT_ENCODING, STUDIO_KIND_PROTOCOL, "encoding", false},
  {CURLE_UNSUPPORTED_PROTOCOL, STUDIO_KIND_PROTOCOL, "answer", false},
  {CURLE_URL_MALFORMAT, STUDIO_KIND_INVALID, "url", true},
  {CURLE_OUT_OF_MEMORY, STUDIO_KIND_INTERNAL, "memory", true},
};

/* Our own stops that would come again: a file, memory or size limit. Silence and lost connections need not. */
static bool is_lasting(studio_kind kind) {
  return kind == STUDIO_KIND_FILE || kind == STUDIO_KIND_INTERNAL || kind == STUDIO_KIND_TOO_LARGE;
}

/* False: a failure that we have no word of our own for. */
static bool explain(CURLcode code, const char *reason, studio_error *failure, bool *fatal) {
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
    if (failures[i].code != code) continue;
    studio_error_set(failure, failures[i].kind, failures[i].name, "%s", reason);
    *fatal = failures[i].fatal;
    return true;
  }
  return false;
}

void studio_failure_of(const studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal) {
  if (attempt->trouble.kind != STUDIO_KIND_NONE) { /* we stopped it ourselves, and know why */
    *failure = attempt->trouble;
    *fatal = is_lasting(failure->kind);
  } else {
    const char *reason = attempt->reason[0] != '\0' ? attempt->reason : curl_easy_strerror(code);
    if (!explain(code, reason, failure, fatal)) {
      studio_error_set(failure, STUDIO_KIND_NETWORK, "transfer", "%s", reason);
    }
  }
  failure->stage = attempt->sends > 0 ? STUDIO_STAGE_UNKNOWN : STUDIO_STAGE_NOT_SENT;
}
