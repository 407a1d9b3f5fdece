/* studio_proxy: the other machine that a request goes through, if any.   SPDX-License-Identifier: MIT */
#include "core/proxy.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"
#include "core/url.h"

/* libcurl's own default for a proxy without a port. */
#define PORT "1080"
#define PORT_TLS "443"

static void wipe_text(char *text) {
  if (text != NULL) studio_wipe(text, strlen(text));
}

static void proxy_free(studio_proxy *proxy) {
  wipe_text(proxy->url);
  free(proxy->url);
  free(proxy->name);
  studio_secret_unref(proxy->password);
  *proxy = (studio_proxy){0};
}

static bool is_known(const char *scheme) {
  static const char *const known[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (studio_ascii_equal(scheme, known[i])) return true;
  }
  return false;
}

/* Fills in all but the URL. NULL, or what is wrong with it; "" stands for memory. */
static const char *describe(studio_proxy *proxy, CURLU *parsed) {
  char *scheme = NULL, *host = NULL, *port = NULL, *password = NULL;
  const char *wrong = NULL;
  if (curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK || !is_known(scheme)) {
    wrong = "a proxy is http, https, socks5h, socks5, socks4a or socks4";
  } else if (curl_url_get(parsed, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
    wrong = "no host is in it";
  } else {
    proxy->tls = studio_ascii_equal(scheme, "https");
    proxy->local = studio_url_host_is_local(host);
    if (curl_url_get(parsed, CURLUPART_PORT, &port, 0) == CURLUE_OUT_OF_MEMORY) wrong = "";
    const char *used = port != NULL ? port : proxy->tls ? PORT_TLS : PORT;
    size_t room = strlen(host) + strlen(used) + 2;
    proxy->name = malloc(room);
    if (proxy->name != NULL) snprintf(proxy->name, room, "%s:%s", host, used);
    else wrong = "";
    if (curl_url_get(parsed, CURLUPART_PASSWORD, &password, CURLU_URLDECODE) == CURLUE_OK) {
      proxy->password = studio_secret_new(password, strlen(password));
      if (proxy->password == NULL) wrong = "";
    }
  }
  wipe_text(password);
  curl_free(password);
  curl_free(port);
  curl_free(host);
  curl_free(scheme);
  return wrong;
}

/* NULL, or what is wrong; the proxy is empty then. */
static const char *proxy_read(studio_proxy *proxy, const char *url) {
  *proxy = (studio_proxy){.url = strdup(url)};
  CURLU *parsed = curl_url();
  const char *wrong = proxy->url == NULL || parsed == NULL ? "" : NULL;
  if (wrong == NULL) {
    CURLUcode why = curl_url_set(parsed, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
    wrong = why == CURLUE_OK ? describe(proxy, parsed) : why == CURLUE_OUT_OF_MEMORY ? "" : "it cannot be read";
  }
  curl_url_cleanup(parsed);
  if (wrong != NULL) proxy_free(proxy);
  return wrong;
}

bool studio_proxies_name(studio_proxies *proxies, const char *url, studio_error *err) {
  studio_proxies named = {.named = true};
  const char *wrong = *url == '\0' ? NULL : proxy_read(&named.for_https, url);
  if (wrong == NULL && *url != '\0') wrong = proxy_read(&named.for_http, url);
  if (wrong == NULL) {
    studio_proxies_free(proxies);
    *proxies = named;
    return true;
  }
  studio_proxies_free(&named);
  if (*wrong == '\0') studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  else studio_error_set(err, STUDIO_KIND_INVALID, "proxy", "the proxy cannot be used: %s", wrong);
  return false;
}

static const char *first_set(const char *const *names) {
  for (; *names != NULL; names++) {
    const char *value = getenv(*names);
    if (value != NULL && *value != '\0') return value;
  }
  return NULL;
}

/* A variable that nobody can read still says that there is a proxy, and going past it would be worse: libcurl gets
** one that it refuses. Not the variable's text, which it would show, and which may hold a password. */
static bool read_variable(studio_proxy *proxy, const char *const *names) {
  const char *value = first_set(names);
  const char *wrong = value != NULL ? proxy_read(proxy, value) : NULL;
  if (wrong == NULL) return true;
  if (*wrong == '\0') return false;
  *proxy = (studio_proxy){.url = strdup("unreadable://of.the.environment"), .name = strdup("of the environment")};
  return proxy->url != NULL && proxy->name != NULL;
}

bool studio_proxies_from_environment(studio_proxies *proxies) {
  static const char *const http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
  static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL};
  static const char *const none[] = {"no_proxy", "NO_PROXY", NULL};
  *proxies = (studio_proxies){0};
  const char *not_for = first_set(none);
  if (not_for != NULL) proxies->not_for = strdup(not_for);
  return read_variable(&proxies->for_http, http) && read_variable(&proxies->for_https, https) &&
         (not_for == NULL || proxies->not_for != NULL);
}

void studio_proxies_free(studio_proxies *proxies) {
  proxy_free(&proxies->for_http);
  proxy_free(&proxies->for_https);
  free(proxies->not_for);
  *proxies = (studio_proxies){0};
}

const studio_proxy *studio_proxies_for(const studio_proxies *proxies, bool https, bool to_this_machine,
                                       bool allow_http) {
  const studio_proxy *proxy = https ? &proxies->for_https : &proxies->for_http;
  if (proxy->url == NULL || (to_this_machine && !proxies->named)) return NULL;
  bool in_the_clear = !https && !proxy->local && !proxy->tls;
  return in_the_clear && !allow_http ? NULL : proxy;
}
