/* studio_url: building, joining and comparing URLs.   SPDX-License-Identifier: MIT
**
** Parsing is left to libcurl's own URL API: a check by another parser than the one that sends is how
** credentials end up at the wrong host. */
#include "core/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdint.h>
#include <string.h>

#include "core/ascii.h"

#define NOT_HTTPS "it does not begin with https://"

size_t studio_url_escape_raw(char *out, const char *text, size_t size) {
  static const char hex[] = "0123456789ABCDEF";
  size_t length = 0;
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text[i], lower = studio_ascii_lower(text[i]);
    bool unreserved = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                      c == '_' || c == '~';
    if (unreserved) {
      out[length++] = text[i];
    } else {
      out[length++] = '%';
      out[length++] = hex[c >> 4];
      out[length++] = hex[c & 15];
    }
  }
  return length;
}

bool studio_url_escape(studio_buf *out, const char *text, size_t size) {
  if (size > SIZE_MAX / 3 || !studio_buf_reserve(out, size * 3)) return false;
  out->size += studio_url_escape_raw(out->data + out->size, text, size);
  return studio_buf_append(out, "", 0);
}

bool studio_url_join(studio_buf *out, const char *base, const char *path) {
  size_t base_size = strlen(base), path_size = strlen(path);
  bool slash = path_size > 0 && path[0] != '?'; /* nothing, or only a query, stays right behind the base */
  if (slash) {
    while (base_size > 0 && base[base_size - 1] == '/') base_size--;
    while (path_size > 0 && path[0] == '/') {
      path++;
      path_size--;
    }
  }
  return studio_buf_reserve(out, base_size + path_size + 1) && studio_buf_append(out, base, base_size) &&
         studio_buf_append(out, "/", slash ? 1 : 0) && studio_buf_append(out, path, path_size);
}

bool studio_url_add_query(studio_buf *url, const char *name, size_t name_size, const char *value,
                          size_t value_size) {
  size_t before = url->size;
  if (name_size > SIZE_MAX / 8 || value_size > SIZE_MAX / 8) return false;
  if (!studio_buf_reserve(url, (name_size + value_size) * 3 + 2)) return false; /* nothing fails from here */
  const char *separator = "?";
  if (before > 0 && memchr(url->data, '?', before)) {
    char last = url->data[before - 1];
    separator = last == '?' || last == '&' ? "" : "&";
  }
  return studio_buf_puts(url, separator) && studio_url_escape(url, name, name_size) &&
         studio_buf_puts(url, "=") && studio_url_escape(url, value, value_size);
}

/* The parsed URL, or NULL. To be freed with curl_url_cleanup. */
static CURLU *parse(const char *url, unsigned flags, CURLUcode *why) {
  CURLU *parsed = curl_url();
  *why = parsed ? curl_url_set(parsed, CURLUPART_URL, url, flags) : CURLUE_OUT_OF_MEMORY;
  if (*why == CURLUE_OK) return parsed;
  curl_url_cleanup(parsed);
  return NULL;
}

bool studio_url_resolve(studio_buf *out, const char *base, const char *location) {
  CURLUcode why;
  CURLU *url = parse(base, CURLU_NON_SUPPORT_SCHEME, &why);
  char *whole = NULL;
  bool done = false;
  /* "" and "#part" mean the document itself (RFC 3986 §4.4); libcurl would go to its folder. Blanks and
  ** other bytes that a URL cannot hold are encoded, as browsers do; what is encoded already stays. */
  if (url && location[0] != '\0' && location[0] != '#') {
    why = curl_url_set(url, CURLUPART_URL, location,
                       CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE);
  }
  /* A fragment is never sent. */
  if (why == CURLUE_OK) why = curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
  if (why == CURLUE_OK) why = curl_url_get(url, CURLUPART_URL, &whole, 0);
  if (why == CURLUE_OK) done = studio_buf_puts(out, whole);
  curl_free(whole);
  curl_url_cleanup(url);
  return done;
}

/* scheme://host[:port], as libcurl spells it; NULL when there is none. To be freed with curl_free. */
static char *origin_of(const char *url, unsigned flags) {
  static const CURLUPart rest[] = {CURLUPART_USER,  CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                                   CURLUPART_QUERY, CURLUPART_FRAGMENT, CURLUPART_PATH};
  CURLUcode why;
  CURLU *parsed = parse(url, CURLU_NON_SUPPORT_SCHEME, &why);
  char *host = NULL, *origin = NULL;
  if (parsed) why = curl_url_get(parsed, CURLUPART_HOST, &host, 0); /* file: has none */
  for (size_t i = 0; i < sizeof rest / sizeof *rest && why == CURLUE_OK; i++) {
    why = curl_url_set(parsed, rest[i], NULL, 0);
  }
  if (why == CURLUE_OK) why = curl_url_get(parsed, CURLUPART_URL, &origin, flags);
  if (why == CURLUE_OK) origin[strlen(origin) - 1] = '\0'; /* the path that is left: "/" */
  curl_free(host);
  curl_url_cleanup(parsed);
  return origin;
}

bool studio_url_same_origin(const char *a, const char *b) {
  char *one = origin_of(a, CURLU_DEFAULT_PORT), *two = origin_of(b, CURLU_DEFAULT_PORT);
  bool same = one && two && studio_ascii_equal(one, two);
  curl_free(one);
  curl_free(two);
  return same;
}

bool studio_url_origin(studio_buf *out, const char *url) {
  char *origin = origin_of(url, CURLU_NO_DEFAULT_PORT);
  bool done = origin && studio_buf_puts(out, origin);
  curl_free(origin);
  return done;
}

/* 127.1 and 2130706433 have become 127.0.0.1 in libcurl's spelling, %6c an l. */
bool studio_url_host_is_local(const char *host) {
  struct in_addr address;
  if (inet_pton(AF_INET, host, &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return studio_ascii_equal(host, "localhost") || studio_ascii_equal(host, "[::1]");
}

bool studio_url_is_local(const char *url) {
  CURLUcode why;
  CURLU *parsed = parse(url, CURLU_NON_SUPPORT_SCHEME, &why);
  char *host = NULL;
  bool local = parsed && curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
               studio_url_host_is_local(host);
  curl_free(host);
  curl_url_cleanup(parsed);
  return local;
}

bool studio_url_authority(studio_buf *out, const char *url) {
  char *origin = origin_of(url, CURLU_DEFAULT_PORT);
  const char *authority = origin ? strstr(origin, "://") : NULL;
  bool done = authority && studio_buf_puts(out, authority + 3);
  curl_free(origin);
  return done;
}

/* libcurl also takes "https:/host" and "https:///host", and reads a backslash as part of the user name where
** browsers see a slash. Nobody writes such a URL for a good reason. */
static const char *odd_spelling(const char *url) {
  for (const char *c = url; *c; c++) {
    if ((unsigned char)*c <= ' ' || *c == 0x7F) return "it holds blanks or control characters";
    if (*c == '\\') return "it holds a backslash";
  }
  const char *colon = strchr(url, ':');
  if (!colon) return NOT_HTTPS;
  size_t scheme = (size_t)(colon - url);
  bool usual = scheme <= 5 && strncmp(colon, "://", 3) == 0 && colon[3] != '/';
  return usual ? NULL : NOT_HTTPS;
}

size_t studio_url_origin_size(const char *url) {
  const char *authority = strstr(url, "://");
  return authority == NULL ? 0 : (size_t)(authority - url) + 3 + strcspn(authority + 3, "/?#");
}

bool studio_url_is_below(const char *url, const char *checked, size_t origin_size) {
  if (strncmp(url, checked, origin_size) != 0) return false;
  /* not in "https://host.elsewhere", "https://host:81", "https://host@elsewhere"; the end will do as well */
  return strchr("/?#", url[origin_size]) != NULL && odd_spelling(url) == NULL;
}

bool studio_url_check(const char *url, bool allow_http, studio_error *err) {
  CURLUcode why = CURLUE_OK;
  char *scheme = NULL, *host = NULL;
  const char *wrong = odd_spelling(url);
  CURLU *parsed = wrong ? NULL : parse(url, CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER, &why);
  if (parsed) why = curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0);
  if (parsed && why == CURLUE_OK) why = curl_url_get(parsed, CURLUPART_HOST, &host, 0);
  if (why == CURLUE_USER_NOT_ALLOWED) {
    wrong = "it holds a user name; pass credentials to the client instead";
  } else if (why != CURLUE_OK) {
    wrong = curl_url_strerror(why);
  } else if (!wrong && studio_ascii_equal(scheme, "http")) {
    if (!allow_http && !studio_url_host_is_local(host)) {
      wrong = "http is not encrypted: use https, or the option allow_http";
    }
  } else if (!wrong && !studio_ascii_equal(scheme, "https")) {
    wrong = NOT_HTTPS;
  }
  if (wrong) studio_error_set(err, STUDIO_KIND_INVALID, "url", "the URL cannot be used: %s", wrong);
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(parsed);
  return !wrong;
}
