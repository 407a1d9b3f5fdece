/* studio_reveal: what of a request may be shown to people.   SPDX-License-Identifier: MIT */
#include "core/reveal.h"

#include <string.h>

#include "core/ascii.h"
#include "core/url.h"

#define NAME_MAX_SIZE 64

bool studio_reveal_header(const char *name) {
  static const char *const shown[] = {
    "Accept", "Accept-Encoding", "Accept-Language", "Accept-Ranges", "Age", "Cache-Control", "Connection",
    "Content-Encoding", "Content-Length", "Content-Range", "Content-Type", "Date", "Expires", "Idempotency-Key",
    "If-Range", "Last-Modified", "Prefer", "Range", "RateLimit", "RateLimit-Policy", "RateLimit-Limit",
    "RateLimit-Remaining", "RateLimit-Reset", "Request-Id", "Retry-After", "Scope", "Scope-Id", "Server",
    "Transfer-Encoding", "User-Agent", "Vary", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
    "X-RateLimit-After", "X-RateLimit-Reset-After", "X-RateLimit-Used", "X-RateLimit-Resource", "X-Request-Id",
    "X-Trace-Id"};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    if (studio_ascii_equal(name, shown[i])) return true;
  }
  return false;
}

bool studio_reveal_is_secret(const char *name, size_t size) {
  static const char *const parts[] = {"password", "passwd", "passphrase", "passcode", "secret", "token", "api_key",
                                      "api-key", "apikey", "access_key", "accesskey", "private_key", "credential",
                                      "signature", "authorization"};
  static const char *const names[] = {"auth", "code", "jwt", "key", "otp", "pass", "pin", "pwd", "session", "sid",
                                      "sig", "task_key"};
  char lower[NAME_MAX_SIZE];
  if (size >= sizeof lower) return true; /* nobody knows what that is */
  for (size_t i = 0; i < size; i++) lower[i] = (char)studio_ascii_lower(name[i]);
  lower[size] = '\0';
  if (size >= 6 && strcmp(lower + size - 6, "tokens") == 0) return false; /* max_tokens: a count */
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(lower, names[i]) == 0) return true;
  }
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (strstr(lower, parts[i]) != NULL) return true;
  }
  return false;
}

/* Values by which people find their place in a list. */
static bool is_plain_query(const char *name, size_t size) {
  static const char *const shown[] = {"page", "per_page", "limit", "offset", "sort", "order", "status"};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
    if (strlen(shown[i]) == size && memcmp(shown[i], name, size) == 0) return true;
  }
  return false;
}

static bool add_query(studio_buf *out, const char *query) {
  bool ok = true;
  while (ok && *query != '\0') {
    size_t size = strcspn(query, "&"), name = strcspn(query, "=&");
    if (name == size || is_plain_query(query, name)) {
      ok = studio_buf_append(out, query, size);
    } else {
      ok = studio_buf_append(out, query, name + 1) && studio_buf_puts(out, "***");
    }
    query += size;
    if (ok && *query == '&') ok = studio_buf_append(out, query++, 1);
  }
  return ok;
}

bool studio_reveal_url(studio_buf *out, const studio_client *client, const char *url) {
  bool own = studio_url_is_below(url, client->base_url, client->origin_size) ||
             studio_url_same_origin(url, client->base_url);
  if (!own) return studio_url_origin(out, url) && studio_buf_puts(out, "/***");
  studio_buf text = STUDIO_BUF_INIT;
  size_t head = strcspn(url, "?#");
  bool ok = studio_buf_append(&text, url, head);
  if (ok && url[head] == '?') ok = studio_buf_puts(&text, "?") && add_query(&text, url + head + 1);
  if (ok) studio_client_redact(client, &text); /* a service may want its key in the path */
  if (ok) ok = studio_buf_append(out, text.data, text.size);
  studio_buf_wipe(&text);
  return ok;
}
