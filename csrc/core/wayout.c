/* studio_wayout: how a request leaves this machine.   SPDX-License-Identifier: MIT */
#include "core/wayout.h"

#include <stdlib.h>
#include <strings.h>

#include "core/url.h"

/* Options that libcurl copies can run out of memory, and must not be missed then. */
static bool set_text(CURL *easy, CURLoption option, const char *text) {
  return curl_easy_setopt(easy, option, text) == CURLE_OK;
}

bool studio_wayout_is_https(const studio_call *call) {
  return strncasecmp(call->request.url.data, "https:", 6) == 0;
}

/* The libcurl that runs may be older than the one we were built with, and know the older option alone; newer headers
** call that one deprecated, so it goes by its number. */
static bool set_protocols(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code != CURLE_UNKNOWN_OPTION) return code == CURLE_OK;
#endif
  const CURLoption protocols = (CURLoption)181; /* CURLOPT_PROTOCOLS */
  return curl_easy_setopt(easy, protocols, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) == CURLE_OK;
}

/* A CA path turns libcurl's cache of the parsed CA file off, which costs 25 ms for each connection. But a libcurl
** that was built with nothing but a path needs it. */
static bool needs_no_path(const char *ca_file) {
  return ca_file != NULL || curl_version_info(CURLVERSION_NOW)->cainfo != NULL;
}

/* Who we are, for the client's own origin alone. */
static bool set_certificate(CURL *easy, const studio_client *client) {
  const char *key = client->key_file != NULL ? client->key_file : client->cert_file;
  /* "" when there is none: else OpenSSL asks for it at the terminal, and everything stands still meanwhile */
  const char *password = client->key_password != NULL ? studio_secret_value(client->key_password, NULL) : "";
  return set_text(easy, CURLOPT_SSLCERT, client->cert_file) && set_text(easy, CURLOPT_SSLKEY, key) &&
         set_text(easy, CURLOPT_KEYPASSWD, password);
}

static bool set_tls(CURL *easy, const studio_call *call, const char *ca_file) {
  const studio_client *client = call->client;
  if (!studio_wayout_is_https(call)) return true;
  if (needs_no_path(ca_file)) curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, client->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, client->insecure ? 0L : 2L);
  if (client->cert_file != NULL && call->own_origin && !set_certificate(easy, client)) return false;
  return ca_file == NULL || set_text(easy, CURLOPT_CAINFO, ca_file);
}

const studio_proxy *studio_wayout_proxy(const studio_call *call) {
  const studio_client *client = call->client;
  const studio_proxies *proxies = &client->proxies;
  if (proxies->for_http.url == NULL && proxies->for_https.url == NULL) return NULL;
  bool to_this_machine = call->own_origin ? client->to_this_machine : studio_url_is_local(call->request.url.data);
  return studio_proxies_for(proxies, studio_wayout_is_https(call), to_this_machine, client->allow_http);
}

/* A proxy whose own way is encrypted is verified whatever the client says of the service. */
static bool set_proxy(CURL *easy, const studio_call *call, const char *ca_file) {
  const studio_proxies *proxies = &call->client->proxies;
  const studio_proxy *proxy = studio_wayout_proxy(call);
  if (proxy == NULL) return set_text(easy, CURLOPT_PROXY, ""); /* nor one of the environment as it is now */
  if (proxy->tls) {
    if (needs_no_path(ca_file)) curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file != NULL && !set_text(easy, CURLOPT_PROXY_CAINFO, ca_file)) return false;
  }
  /* what is for the service goes through the tunnel only (libcurl's default since 7.42, but it matters) */
  curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  return set_text(easy, CURLOPT_PROXY, proxy->url) &&
         set_text(easy, CURLOPT_NOPROXY, proxies->not_for != NULL ? proxies->not_for : "");
}

bool studio_wayout_set(CURL *easy, const studio_call *call) {
  const char *ca_file = call->client->ca_file != NULL ? call->client->ca_file : getenv("SSL_CERT_FILE");
  if (ca_file != NULL && *ca_file == '\0') ca_file = NULL;
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   (long)(call->client->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  return set_protocols(easy) && set_tls(easy, call, ca_file) && set_proxy(easy, call, ca_file);
}
