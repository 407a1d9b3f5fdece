/* studio_wayout: how a request leaves this machine.   SPDX-License-Identifier: MIT */
#include "core/wayout.h"

#include <stdlib.h>
#include <strings.h>

/* Options that libcurl copies can run out of memory, and must not be missed then. */
static bool set_text(CURL *easy, CURLoption option, const char *text) {
  return curl_easy_setopt(easy, option, text) == CURLE_OK;
}

static bool set_protocols(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
  return set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) == CURLE_OK;
#endif
}

static bool set_tls(CURL *easy, const studio_client *client) {
  const char *ca_file = client->ca_file != NULL ? client->ca_file : getenv("SSL_CERT_FILE");
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* a CA path turns libcurl's cache of the parsed CA file off */
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, client->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, client->insecure ? 0L : 2L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   (long)(client->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  return ca_file == NULL || *ca_file == '\0' || set_text(easy, CURLOPT_CAINFO, ca_file);
}

/* The proxy of the client, else that of the environment; but plain http that was let through because it stays
** on this machine is shown to no proxy. */
static bool set_proxy(CURL *easy, const studio_call *call) {
  const studio_client *client = call->client;
  bool local = !client->allow_http && strncasecmp(call->request.url.data, "http:", 5) == 0;
  const char *proxy = client->proxy != NULL ? client->proxy : local ? "" : NULL;
  return proxy == NULL || set_text(easy, CURLOPT_PROXY, proxy);
}

bool studio_wayout_set(CURL *easy, const studio_call *call) {
  return set_protocols(easy) && set_tls(easy, call->client) && set_proxy(easy, call);
}
