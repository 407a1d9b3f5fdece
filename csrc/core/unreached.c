/* studio_unreached: why the service was not reached.   SPDX-License-Identifier: MIT */
#include "core/unreached.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/url.h"
#include "core/wayout.h"

/* What is known of the way that failed. */
typedef struct way {
  const studio_attempt *attempt;
  const char *reason;         /* libcurl's words */
  char target[280];           /* host:port of the service */
  const studio_proxy *proxy;  /* what lies between; NULL: nothing, or NO_PROXY left it out */
  long connect_status;        /* what a proxy said to CONNECT; 0: nothing */
  studio_error *failure;
  bool *fatal;
} way;

static bool said(const way *w, const char *words) {
  return strstr(w->reason, words) != NULL;
}

static long number_of(const way *w, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(w->attempt->easy, info, &value);
  return value;
}

/* A proxy of the environment may have been passed over because of NO_PROXY: then libcurl's words do not name it. */
static bool is_used(const way *w) {
  const studio_proxies *proxies = &w->attempt->call->client->proxies;
  if (proxies->not_for == NULL || w->connect_status != 0) return true;
  char host[256] = "";
  const char *from = w->proxy->name + (*w->proxy->name == '[' ? 1 : 0); /* libcurl says ::1, not [::1] */
  const char *end = strchr(from, ']') != NULL ? strchr(from, ']') : strchr(from, ':');
  if (end != NULL && (size_t)(end - from) < sizeof host) memcpy(host, from, (size_t)(end - from));
  return *host != '\0' && said(w, host);
}

static way look_at(const studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal) {
  way w = {.attempt = attempt, .failure = failure, .fatal = fatal};
  studio_buf target = STUDIO_BUF_INIT;
  bool known = studio_url_authority(&target, attempt->call->request.url.data);
  memcpy(w.target, "the service", sizeof "the service");
  if (known && target.size < sizeof w.target) memcpy(w.target, target.data, target.size + 1);
  studio_buf_free(&target);
  w.reason = attempt->reason[0] != '\0' ? attempt->reason : curl_easy_strerror(code);
  w.connect_status = number_of(&w, CURLINFO_HTTP_CONNECTCODE);
  w.proxy = studio_wayout_proxy(attempt->call);
  if (w.proxy != NULL && !is_used(&w)) w.proxy = NULL;
  return w;
}

/* ---- look-up and connection */

static bool not_resolved(const way *w) {
  studio_error_set(w->failure, STUDIO_KIND_NETWORK, "resolve", "the name of %s could not be resolved", w->target);
  return true;
}

static bool not_connected(const way *w) {
  static const struct { int number; const char *code, *words; } known[] = {
    {ECONNREFUSED, "connection_refused", "connection refused, nothing listens there"},
    {ENETUNREACH, "unreachable", "there is no route to its network"},
    {EHOSTUNREACH, "unreachable", "the host is unreachable"},
    {ETIMEDOUT, "connect", "nobody answered"},
  };
  int number = (int)number_of(w, CURLINFO_OS_ERRNO);
  const char *code = "connect", *words = w->reason;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (known[i].number == number) code = known[i].code, words = known[i].words;
  }
  if (w->proxy != NULL) {
    studio_error_set(w->failure, STUDIO_KIND_NETWORK, "proxy", "no connection to the proxy %s: %s", w->proxy->name,
                     words);
  } else {
    studio_error_set(w->failure, STUDIO_KIND_NETWORK, code, "no connection to %s: %s", w->target, words);
  }
  return true;
}

void studio_unreached_standing(const studio_attempt *attempt, studio_standing *standing) {
  bool fatal = false;
  curl_off_t tls = 0;
  const way w = look_at(attempt, CURLE_OPERATION_TIMEDOUT, NULL, &fatal);
  const char *proxy = w.proxy != NULL ? w.proxy->name : NULL;
  curl_easy_getinfo(attempt->easy, CURLINFO_APPCONNECT_TIME_T, &tls);
  bool connected = number_of(&w, CURLINFO_PRIMARY_PORT) != 0; /* the time of it is told only when TLS is done */
  const char *the_proxy = proxy != NULL ? "the proxy " : "", *to = proxy != NULL ? proxy : w.target;
  char *text = standing->text;
  size_t room = sizeof standing->text;
  standing->code = proxy != NULL ? "proxy" : "connect";
  if (attempt->sends > 0) {
    standing->code = "attempt";
    snprintf(text, room, "the whole answer had come");
  } else if (said(&w, "Resolving")) {
    if (proxy == NULL) standing->code = "resolve";
    snprintf(text, room, "the name of %s%s was resolved", the_proxy, to);
  } else if (!connected) {
    snprintf(text, room, "a connection to %s%s was made", the_proxy, to);
  } else if (proxy != NULL && tls == 0 && w.connect_status == 0) {
    snprintf(text, room, "the proxy %s had opened a way to %s", proxy, w.target);
  } else if (studio_wayout_is_https(attempt->call) && tls == 0) {
    standing->code = "handshake";
    snprintf(text, room, "the TLS handshake with %s was finished", w.target);
  } else {
    snprintf(text, room, "the request could be sent");
  }
}

/* ---- proxies */

static bool refused_by_proxy(const way *w) {
  long status = w->connect_status;
  *w->fatal = status >= 400 && status < 500 && status != 408 && status != 429;
  studio_error_set(w->failure, STUDIO_KIND_NETWORK, "proxy", "the proxy %s answered %ld when it was asked for %s%s",
                   w->proxy != NULL ? w->proxy->name : "on the way", status, w->target,
                   status == 407 || status == 401 ? ": it wants a user name and a password, or others" : "");
  return true;
}

/* Of a SOCKS proxy. */
static bool proxy_failed(const way *w) {
  static const struct { const char *words; CURLproxycode code; bool fatal; } known[] = {
    {"connection refused there", CURLPX_REPLY_CONNECTION_REFUSED, false},
    {"it finds or reaches no such host", CURLPX_REPLY_HOST_UNREACHABLE, false},
    {"it has no route to that network", CURLPX_REPLY_NETWORK_UNREACHABLE, false},
    {"its rules do not allow that", CURLPX_REPLY_NOT_ALLOWED, true},
    {"it wants a user name and a password", CURLPX_NO_AUTH, true},
    {"it refuses the user name or the password", CURLPX_USER_REJECTED, true},
  };
  const char *words = w->reason;
  CURLproxycode code = (CURLproxycode)number_of(w, CURLINFO_PROXY_ERROR);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (known[i].code == code) words = known[i].words, *w->fatal = known[i].fatal;
  }
  studio_error_set(w->failure, STUDIO_KIND_NETWORK, "proxy", "the proxy %s opened no way to %s: %s",
                   w->proxy != NULL ? w->proxy->name : "on the way", w->target, words);
  return true;
}

/* ---- TLS */

/* Numbers of X509_verify_cert's results, which libcurl hands on; the same in OpenSSL, LibreSSL, wolfSSL. */
static const struct { long result; const char *code, *words; } flaws[] = {
  {9, "certificate_not_yet_valid", "is not valid yet"},
  {10, "certificate_expired", "has expired"},
  {18, "certificate_self_signed", "is self-signed: nobody vouches for it"},
  {19, "certificate_unknown_ca", "was issued by an authority that is not trusted here"},
  {2, "certificate_unknown_ca", "was issued by an authority that is not known here"},
  {20, "certificate_unknown_ca",
   "was issued by an authority that is not known here, or the server leaves out a certificate of the chain to one"},
  {21, "certificate_unknown_ca",
   "was issued by an authority that is not known here, or the server leaves out a certificate of the chain to one"},
  {23, "certificate_revoked", "was revoked"},
  {24, "certificate_bad_chain", "was issued by somebody who is no authority"},
  {26, "certificate_purpose", "is not meant for servers"},
  {66, "certificate_weak", "has a key that is too weak"},
  {67, "certificate_weak", "was issued with a key that is too weak"},
  {68, "certificate_weak", "is signed in a way that is too weak"},
  {79, "certificate_bad_chain", "was issued by somebody who is no authority"},
};

static bool bad_certificate(const way *w) {
  bool of_proxy = w->proxy != NULL && w->proxy->tls && w->connect_status == 0;
  long result = number_of(w, of_proxy ? CURLINFO_PROXY_SSL_VERIFYRESULT : CURLINFO_SSL_VERIFYRESULT);
  const char *whose = of_proxy ? w->proxy->name : w->target, *code = "certificate", *words = NULL;
  *w->fatal = true;
  for (size_t i = 0; i < sizeof flaws / sizeof *flaws; i++) {
    if (flaws[i].result == result) code = flaws[i].code, words = flaws[i].words;
  }
  /* the name is compared after the chain, by libcurl itself: it has no number of its own */
  if (words == NULL && (said(w, "subject name") || said(w, "host name"))) {
    code = "certificate_wrong_host";
    words = "is for another host";
  }
  const char *also = words != NULL ? "" : w->reason;
  studio_error_set(w->failure, STUDIO_KIND_TLS, code, "the certificate of %s%s %s%s", of_proxy ? "the proxy " : "",
                   whose, words != NULL ? words : "was refused: ", also);
  return true;
}

/* What the other side said of our own certificate. In TLS 1.3 it comes after we took the handshake for done and sent
** the request; but the server had not, so it has read nothing of it. */
static bool refused_ours(const way *w) {
  static const char *const alerts[] = {"certificate required", "bad certificate", "unsupported certificate",
                                       "certificate revoked", "certificate expired", "certificate unknown",
                                       "unknown ca", "access denied"};
  bool refused = false;
  const char *alert = strstr(w->reason, "alert ");
  for (size_t i = 0; alert != NULL && i < sizeof alerts / sizeof *alerts; i++) {
    if (strncmp(alert + strlen("alert "), alerts[i], strlen(alerts[i])) == 0) refused = true;
  }
  if (!refused) return false;
  bool have = w->attempt->call->client->cert_file != NULL;
  studio_error_set(w->failure, STUDIO_KIND_TLS, "client_certificate",
                   have ? "%s refuses the client's certificate (%s)" : "%s wants a certificate of the client (%s)",
                   w->target, alert);
  w->failure->stage = STUDIO_STAGE_NOT_SENT;
  *w->fatal = true;
  return true;
}

static bool no_handshake(const way *w) {
  const char *code = "handshake", *words = "broke the TLS handshake off";
  if (refused_ours(w)) return true;
  if (said(w, "protocol version") || said(w, "unsupported protocol") || said(w, "legacy sigalg")) {
    code = "tls_version";
    words = "speaks no safe version of TLS: 1.2 is the least";
  } else if (said(w, "wrong version number") || said(w, "packet length too long") || said(w, "http request")) {
    code = "not_tls";
    words = "does not speak TLS: is it a port for plain http?";
  } else if (said(w, "alert handshake failure") && w->attempt->call->client->cert_file == NULL) {
    words = "refused the TLS handshake: it may want a certificate of the client";
  }
  *w->fatal = strcmp(code, "handshake") != 0 || said(w, " alert "); /* else the connection broke: that may pass */
  studio_error_set(w->failure, STUDIO_KIND_TLS, code, "%s %s (%s)", w->target, words, w->reason);
  return true;
}

/* ---- which of them it was */

bool studio_unreached(const studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal) {
  way w = look_at(attempt, code, failure, fatal);
  bool sent = attempt->sends > 0;
  if (w.connect_status != 0 && w.connect_status / 100 != 2 && !sent) return refused_by_proxy(&w);
  switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST: return not_resolved(&w);
    case CURLE_COULDNT_RESOLVE_PROXY:
      studio_error_set(failure, STUDIO_KIND_NETWORK, "proxy", "the name of the proxy %s could not be resolved",
                       w.proxy != NULL ? w.proxy->name : "on the way");
      return true;
    case CURLE_COULDNT_CONNECT: return not_connected(&w);
    case CURLE_PROXY: return proxy_failed(&w);
    case CURLE_PEER_FAILED_VERIFICATION: return bad_certificate(&w);
    case CURLE_SSL_CONNECT_ERROR: return no_handshake(&w);
    case CURLE_SSL_CERTPROBLEM:
      *fatal = true;
      studio_error_set(failure, STUDIO_KIND_TLS, "client_certificate",
                       "the client's certificate cannot be used (cert_file, key_file, key_password): %s", w.reason);
      return true;
    case CURLE_SSL_CACERT_BADFILE:
      *fatal = true;
      studio_error_set(failure, STUDIO_KIND_TLS, "ca_file", "the authorities to trust cannot be read: %s", w.reason);
      return true;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      if (refused_ours(&w)) return true;
      if (sent || w.proxy == NULL || w.connect_status != 0) return false;
      return proxy_failed(&w);
    default: return false;
  }
}

bool studio_unreached_answer(const studio_attempt *attempt, studio_error *failure, bool *fatal) {
  studio_response *response = &attempt->call->response;
  if (response->status != 407) return false;
  const studio_proxy *proxy = studio_wayout_proxy(attempt->call);
  studio_error_set(failure, STUDIO_KIND_NETWORK, "proxy",
                   "%s%s answered 407: it wants a user name and a password, or others",
                   proxy != NULL ? "the proxy " : "a proxy on the way", proxy != NULL ? proxy->name : "");
  failure->stage = STUDIO_STAGE_NOT_SENT;
  *fatal = true;
  response->status = 0; /* that was no answer of the service */
  studio_headers_clear(&response->headers);
  studio_buf_clear(&response->body);
  return true;
}
