/* studio_transport: one attempt on one libcurl handle.   SPDX-License-Identifier: MIT */
#include "core/transport.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/download.h"
#include "core/failures.h"
#include "core/receive.h"
#include "core/results.h"
#include "core/unreached.h"
#include "core/upload.h"
#include "core/url.h"
#include "core/version.h"
#include "core/wayout.h"

#define FILE_BUFFER (512L * 1024) /* 3 times the speed of libcurl's default for downloads to a file */
#define IDLE_MAX_S 1L             /* libcurl counts whole seconds: an idle time below 2 s passes */

bool studio_transport_supported(studio_error *err) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  if (info->version_num >= 0x075000) return true; /* 7.80: PREREQFUNCTION */
  studio_error_set(err, STUDIO_KIND_INTERNAL, "libcurl", "libcurl %s is too old: 7.80 is the least",
                   info->version);
  return false;
}

/* libcurl calls this before every send and for nothing else. The first one marks the attempt as sent; a
** further one is libcurl's own repeat on a new connection, which only `call` may decide. */
static int on_prereq(void *user, char *remote_ip, char *local_ip, int remote_port, int local_port) {
  (void)remote_ip, (void)local_ip, (void)remote_port;
  studio_attempt *attempt = user;
  attempt->local_port = local_port;
  if (attempt->call->request.warm) return CURL_PREREQFUNC_ABORT; /* connected: that was all */
  if (attempt->sends == 0 && studio_sockets_spoiled(attempt->sockets, local_port)) {
    attempt->spoiled = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (attempt->sends++ == 0) {
    attempt->last_sent = *attempt->now;
    return CURL_PREREQFUNC_OK;
  }
  studio_attempt_abort(attempt, STUDIO_KIND_NETWORK, "connection_lost",
                       "the connection died after the request was sent and before an answer came");
  return CURL_PREREQFUNC_ABORT;
}

/* A line in libcurl's own notation. */
static bool add_line(studio_attempt *attempt, const char *line) {
  struct curl_slist *longer = curl_slist_append(attempt->fields, line);
  if (longer != NULL) attempt->fields = longer;
  return longer != NULL;
}

/* "Name: value"; "Name;" is libcurl's form of an empty value, "Name:" would take the field out. */
static bool add_field(studio_attempt *attempt, const char *name, const char *value) {
  studio_buf line = STUDIO_BUF_INIT;
  bool ok = studio_buf_puts(&line, name) && studio_buf_puts(&line, *value != '\0' ? ": " : ";") &&
            studio_buf_puts(&line, value) && add_line(attempt, line.data);
  studio_buf_wipe(&line);
  return ok;
}

/* Credentials win over the call's own headers, those over the client's; the first and the last go to the
** client's own origin only. */
static bool add_fields(studio_attempt *attempt) {
  const studio_call *call = attempt->call;
  const studio_client *client = call->client;
  const studio_auth *auth = call->own_origin ? client->auth : NULL;
  bool ok = true;
  for (size_t i = 0; ok && auth != NULL && i < studio_auth_count(auth); i++) {
    const char *value = NULL;
    const char *name = studio_auth_field(auth, i, &value);
    ok = add_field(attempt, name, value);
  }
  const studio_headers *own = &call->request.headers;
  for (size_t i = 0; ok && i < own->count; i++) {
    if (auth != NULL && studio_auth_has(auth, own->list[i].name)) continue;
    ok = add_field(attempt, own->list[i].name, own->list[i].value);
  }
  for (size_t i = 0; ok && call->own_origin && i < client->headers.count; i++) {
    const studio_header *header = &client->headers.list[i];
    if (studio_auth_has(client->auth, header->name) || studio_headers_get(own, header->name) != NULL) continue;
    ok = add_field(attempt, header->name, header->value);
  }
  /* a GET has neither of the two below: libcurl would look through all fields once more for each line */
  if (strcmp(call->request.method, "GET") == 0 && !call->request.has_body) return ok;
  /* no waiting for "100 Continue" (a proxy that ignores it would cost a second), no form type by default */
  if (ok) ok = add_line(attempt, "Expect:");
  if (ok && studio_headers_get(own, "Content-Type") == NULL) ok = add_line(attempt, "Content-Type:");
  return ok;
}

/* A file is asked for as it is, since packed bytes could not be continued; and from where its part ends. */
static bool add_file_fields(studio_attempt *attempt) {
  const studio_request *request = &attempt->call->request;
  char range[40];
  if (request->save_to == NULL) return true;
  if (studio_headers_get(&request->headers, "Accept-Encoding") == NULL &&
      !add_field(attempt, "Accept-Encoding", "identity")) {
    return false;
  }
  if (attempt->asked_from == 0) return true;
  snprintf(range, sizeof range, "bytes=%lld-", (long long)attempt->asked_from);
  return add_field(attempt, "Range", range) &&
         add_field(attempt, "If-Range", studio_sink_mark(attempt->sink)->validator);
}

/* Options that libcurl copies can run out of memory, and must not be missed then. */
static bool set_text(CURL *easy, CURLoption option, const char *text) {
  return curl_easy_setopt(easy, option, text) == CURLE_OK;
}

/* What goes to a file, and a long body, may take long: the loop bounds their silences instead. */
static void set_times(CURL *easy, const studio_attempt *attempt, int64_t now) {
  const studio_call *call = attempt->call;
  bool unbounded = call->request.save_to != NULL || attempt->long_body;
  int64_t timeout = unbounded ? 0 : call->request.timeout_ms; /* 0: none */
  if (call->deadline != STUDIO_NEVER) {
    int64_t left = call->deadline > now ? call->deadline - now : 1;
    if (timeout == 0 || left < timeout) timeout = left;
  }
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout < LONG_MAX ? (long)timeout : 0L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)STUDIO_CONNECT_TIMEOUT_MS);
}

static void set_callbacks(const studio_transport *transport, studio_attempt *attempt) {
  CURL *easy = attempt->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, attempt);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, attempt->reason);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_prereq);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, attempt);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, studio_receive_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, attempt);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, studio_receive_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, transport->open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transport->sockets);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, transport->close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transport->sockets);
}

/* What is the same for every request, or only a number. */
static void set_plain(const studio_transport *transport, const studio_attempt *attempt) {
  const studio_call *call = attempt->call;
  CURL *easy = attempt->easy;
  curl_easy_setopt(easy, CURLOPT_SHARE, transport->share);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, attempt->fields);
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* else removing a handle waits for its name look-up */
#endif
  set_times(easy, attempt, *transport->now);
  if (call->client->http2 && studio_wayout_is_https(call)) {
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  }
  if (call->request.save_to != NULL) {
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, FILE_BUFFER);
  }
  if (!call->request.repeatable && !studio_method_repeatable(call->request.method)) {
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S); /* a connection idle for longer may be dead */
  }
}

bool studio_transport_prepare(const studio_transport *transport, studio_attempt *attempt, studio_call *call,
                              bool fresh) {
  const char *agent = call->client->user_agent;
  CURL *easy = attempt->easy;
  *attempt = (studio_attempt){.easy = easy, .call = call, .now = transport->now, .hungry = transport->hungry,
                              .sockets = transport->sockets, .socket = -1};
  if (studio_download_open(attempt) && add_fields(attempt) && add_file_fields(attempt) && studio_upload_set(attempt)) {
    set_callbacks(transport, attempt);
    set_plain(transport, attempt);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    bool ready = studio_wayout_set(easy, call) &&
                 set_text(easy, CURLOPT_URL, call->request.url.data) &&
                 set_text(easy, CURLOPT_USERAGENT, agent != NULL ? agent : "lua-studio/" STUDIO_VERSION) &&
                 /* all that this libcurl can undo; a file gets its bytes as they are */
                 (call->request.save_to != NULL || set_text(easy, CURLOPT_ACCEPT_ENCODING, ""));
    if (ready) return true;
  }
  studio_transport_drop(attempt);
  return false;
}

void studio_transport_finish(studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal) {
  studio_call *call = attempt->call;
  studio_error_clear(failure);
  *fatal = false;
  studio_results_read(attempt);
  if ((call->request.warm && code == CURLE_ABORTED_BY_CALLBACK) || attempt->enough) code = CURLE_OK;
  /* libcurl takes a connection that ends among the headers for a whole answer */
  if (code == CURLE_OK && !attempt->headed && !call->request.warm) code = CURLE_PARTIAL_FILE;
  if (studio_unreached_answer(attempt, failure, fatal)) {
    /* it is no answer, then, however whole it may be */
  } else if (code != CURLE_OK) {
    studio_failure_of(attempt, code, failure, fatal);
  } else {
    studio_download_finish(attempt, failure, fatal);
  }
  studio_transport_drop(attempt);
}

void studio_transport_drop(studio_attempt *attempt) {
  for (struct curl_slist *field = attempt->fields; field != NULL; field = field->next) {
    studio_wipe(field->data, strlen(field->data)); /* credentials are among them */
  }
  curl_slist_free_all(attempt->fields);
  attempt->fields = NULL;
  studio_download_close(attempt);
  studio_upload_drop(attempt);
  attempt->call = NULL;
}
