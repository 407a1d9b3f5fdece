/* studio_curlline: a call as a curl command that a person can paste.   SPDX-License-Identifier: MIT */
#include "core/curlline.h"

#include <stdio.h>
#include <string.h>

#include "core/ascii.h"
#include "core/reveal.h"
#include "core/url.h"
#include "core/version.h"
#include "core/wayout.h"

#define BODY_MAX (100 * 1024) /* a single argument may have 128 KiB on Linux */
#define VARIABLE_MAX 96

typedef struct line {
  studio_buf *out;
  const studio_call *call;
  const char *service;
  char quote;       /* the one that is open in the word under way; 0: none */
  bool named;       /* a variable's name was the last thing: a letter would be taken for a part of it */
  bool ok;          /* memory was had so far */
} line;

/* ---- words of the shell */

static void put(line *l, const char *bytes, size_t size) {
  if (l->ok) l->ok = studio_buf_append(l->out, bytes, size);
}

static void puts_to(line *l, const char *text) { put(l, text, strlen(text)); }

static void quote(line *l, char wanted) {
  if (l->quote == wanted) return;
  if (l->quote != 0) put(l, &l->quote, 1);
  if (wanted != 0) put(l, &wanted, 1);
  l->quote = wanted;
  l->named = false;
}

static bool is_word_char(char c) {
  unsigned char lower = studio_ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Bytes as they are. Double quotes read better beside a variable, single ones keep everything as it is; an
** interactive shell would even see a command of its history in "!". */
static void text(line *l, const char *bytes, size_t size) {
  bool plain = true;
  for (size_t i = 0; i < size && plain; i++) {
    plain = bytes[i] >= ' ' && bytes[i] != 127 && strchr("\"$`\\!", bytes[i]) == NULL;
  }
  if (size == 0) return;
  if (l->named && (is_word_char(*bytes) || *bytes == '[')) quote(l, 0);
  quote(l, plain ? '"' : '\'');
  l->named = false;
  for (size_t i = 0; !plain && i < size; i++) {
    if (bytes[i] == '\'') puts_to(l, "'\\''");
    else put(l, bytes + i, 1);
  }
  if (plain) put(l, bytes, size);
}

static void string(line *l, const char *bytes) { text(l, bytes, strlen(bytes)); }

/* The value of PREFIX_NAME; what cannot stand in a variable's name becomes "_". */
static void variable(line *l, const char *prefix, const char *name, size_t size) {
  char full[VARIABLE_MAX];
  int before = snprintf(full, sizeof full, "%.40s%s", prefix, size > 0 ? "_" : "");
  size_t at = (size_t)before;
  for (size_t i = 0; i < size && at + 1 < sizeof full; i++) full[at++] = name[i];
  for (size_t i = 0; i < at; i++) {
    if (!is_word_char(full[i])) full[i] = '_';
    if (full[i] >= 'a' && full[i] <= 'z') full[i] = (char)(full[i] - 'a' + 'A');
  }
  if (l->named) quote(l, 0);
  quote(l, '"');
  puts_to(l, "$");
  put(l, full, at);
  l->named = true;
}

static void end_word(line *l) {
  quote(l, 0);
  l->named = false;
}

/* A further option, on a line of its own. */
static void option(line *l, const char *name) {
  puts_to(l, " \\\n  ");
  puts_to(l, name);
}

static void option_with(line *l, const char *name, const char *value) {
  option(l, name);
  puts_to(l, " ");
  if (*value == '\0') puts_to(l, "''");
  string(l, value);
  end_word(l);
}

/* ---- header fields */

/* "X-API-Key" -> $SERVICE_API_KEY. Of Authorization the scheme is shown, and what follows is the token. */
static void credential(line *l, const char *name, const char *value) {
  static const char *const schemes[] = {"Bearer ", "Basic ", "Token ", "ApiKey "};
  option(l, "-H ");
  string(l, name);
  string(l, ": ");
  const char *short_name = strncmp(name, "X-", 2) == 0 ? name + 2 : name;
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
    size_t size = strlen(schemes[i]);
    if (strncmp(value, schemes[i], size) != 0) continue;
    text(l, value, size);
    short_name = i == 1 ? "basic" : "token";
  }
  variable(l, l->service, short_name, strlen(short_name));
  end_word(l);
}

static void header(line *l, const studio_header *field) {
  option(l, "-H ");
  string(l, field->name);
  if (*field->value == '\0') {
    string(l, ";"); /* curl's way to say a field without a value */
  } else if (studio_reveal_header(field->name)) {
    studio_buf value = STUDIO_BUF_INIT;
    string(l, ": ");
    if (studio_buf_puts(&value, field->value)) {
      studio_client_redact(l->call->client, &value);
      text(l, value.data, value.size);
    } else {
      l->ok = false;
    }
    studio_buf_wipe(&value);
  } else {
    string(l, ": ");
    variable(l, "HEADER", field->name, strlen(field->name));
  }
  end_word(l);
}

/* In the order of transport.c: credentials, the call's own, the client's. */
static void headers(line *l) {
  const studio_call *call = l->call;
  const studio_client *client = call->client;
  const studio_auth *auth = call->own_origin ? client->auth : NULL;
  const studio_headers *own = &call->request.headers;
  for (size_t i = 0; auth != NULL && i < studio_auth_count(auth); i++) {
    const char *value = NULL;
    const char *name = studio_auth_field(auth, i, &value);
    credential(l, name, value);
  }
  for (size_t i = 0; i < own->count; i++) {
    if (auth == NULL || !studio_auth_has(auth, own->list[i].name)) header(l, &own->list[i]);
  }
  for (size_t i = 0; call->own_origin && i < client->headers.count; i++) {
    const studio_header *field = &client->headers.list[i];
    if (studio_auth_has(client->auth, field->name) || studio_headers_get(own, field->name) != NULL) continue;
    header(l, field);
  }
  option_with(l, "-A", client->user_agent != NULL ? client->user_agent : "lua-studio/" STUDIO_VERSION);
}

/* ---- URL and body */

/* "a=b&c=d", where values of secret names become variables. */
static void fields(line *l, const char *list, size_t size, const char *prefix) {
  const char *end = list + size;
  while (list < end) {
    const char *amp = memchr(list, '&', (size_t)(end - list));
    const char *next = amp != NULL ? amp : end;
    const char *equal = memchr(list, '=', (size_t)(next - list));
    if (equal != NULL && equal + 1 < next && studio_reveal_is_secret(list, (size_t)(equal - list))) {
      text(l, list, (size_t)(equal + 1 - list));
      variable(l, prefix, list, (size_t)(equal - list));
    } else {
      text(l, list, (size_t)(next - list));
    }
    if (amp != NULL) text(l, "&", 1);
    list = amp != NULL ? amp + 1 : end;
  }
}

static void url(line *l) {
  studio_buf shown = STUDIO_BUF_INIT;
  const char *whole = l->call->request.url.data;
  if (!l->call->own_origin) {
    if (studio_url_origin(&shown, whole)) text(l, shown.data, shown.size);
    else l->ok = false;
    variable(l, "URL", "PATH", 4);
  } else if (studio_buf_puts(&shown, whole)) {
    studio_client_redact(l->call->client, &shown);
    size_t head = strcspn(shown.data, "?");
    text(l, shown.data, head + (shown.data[head] == '?'));
    if (shown.data[head] == '?') fields(l, shown.data + head + 1, strlen(shown.data + head + 1), "QUERY");
  } else {
    l->ok = false;
  }
  end_word(l);
  studio_buf_wipe(&shown);
}

/* One past the string that begins at `at`. */
static size_t string_end(const char *json, size_t size, size_t at) {
  for (at++; at < size && json[at] != '"'; at++) {
    if (json[at] == '\\') at++;
  }
  return at < size ? at + 1 : size;
}

static size_t blanks_end(const char *json, size_t size, size_t at) {
  while (at < size && memchr(" \t\r\n", json[at], 4) != NULL) at++;
  return at;
}

/* One past the value that begins at `at`: a scalar, or a whole object or array. */
static size_t value_end(const char *json, size_t size, size_t at) {
  int depth = 0;
  while (at < size) {
    char c = json[at];
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    at = c == '"' ? string_end(json, size, at) : at + 1;
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') depth--;
    if (depth == 0 && (c == '"' || c == '}' || c == ']')) return at;
  }
  return size;
}

/* JSON, where values of secret names become variables; strings keep their quotes. What is no JSON is shown too. */
static void json_text(line *l, const char *json, size_t size) {
  size_t shown = 0, at = 0;
  while (at < size) {
    if (json[at] != '"') {
      at++;
      continue;
    }
    size_t name = at + 1, end = string_end(json, size, at);
    at = blanks_end(json, size, end);
    if (at >= size || json[at] != ':' || !studio_reveal_is_secret(json + name, end - 1 - name)) continue;
    at = blanks_end(json, size, at + 1);
    size_t stop = value_end(json, size, at);
    bool quoted = at < size && json[at] == '"' && stop - at >= 2;
    text(l, json + shown, at - shown + quoted);
    variable(l, "BODY", json + name, end - 1 - name);
    shown = stop - quoted;
    at = stop;
  }
  text(l, json + shown, size - shown);
}

static bool is_form(const studio_headers *headers) {
  const char *type = studio_headers_get(headers, "Content-Type");
  return type != NULL && strncmp(type, "application/x-www-form-urlencoded", 33) == 0;
}

static void memory_body(line *l, const char *bytes, size_t size) {
  studio_buf shown = STUDIO_BUF_INIT;
  if (!l->ok || !studio_buf_reserve(&shown, size + 1) || !studio_buf_append(&shown, bytes, size)) {
    l->ok = false;
    return;
  }
  studio_client_redact(l->call->client, &shown);
  option(l, "--data-raw ");
  size_t start = blanks_end(shown.data, shown.size, 0);
  if (shown.size == 0) puts_to(l, "''");
  else if (is_form(&l->call->request.headers)) fields(l, shown.data, shown.size, "BODY");
  else if (start < shown.size && strchr("{[", shown.data[start]) != NULL) json_text(l, shown.data, shown.size);
  else text(l, shown.data, shown.size);
  end_word(l);
  studio_buf_wipe(&shown);
}

/* Why the body cannot be shown; NULL: it can. */
static const char *unshowable(const studio_request *request) {
  size_t size = 0;
  if (request->warm) return "a call that only connects is no request";
  if (!request->has_body) return NULL;
  const studio_body *body = &request->body;
  const char *bytes = studio_body_text(body, &size);
  if (bytes != NULL && size > BODY_MAX) return "the body is too long for a command line";
  if (bytes != NULL && memchr(bytes, '\0', size) != NULL) return "the body holds a zero byte: no command line can";
  if (bytes != NULL) return NULL;
  const studio_piece *piece = body->pieces;
  bool whole_file = body->count == 1 && piece->kind == STUDIO_PIECE_FILE && piece->offset == 0 &&
                    (piece->size < 0 || piece->size == piece->mark.size);
  return whole_file ? NULL : "the body is put together while it is sent";
}

static void body(line *l) {
  const studio_request *request = &l->call->request;
  const char *method = request->method;
  bool writes = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
  if (strcmp(method, "HEAD") == 0) option(l, "--head");
  else if (strcmp(method, "GET") != 0 || request->has_body) option_with(l, "-X", method);
  if (!request->has_body && !writes) return;
  /* what curl would add of its own */
  if (studio_headers_get(&request->headers, "Content-Type") == NULL) option(l, "-H 'Content-Type:'");
  option(l, "-H 'Expect:'");
  size_t size = 0;
  const char *bytes = request->has_body ? studio_body_text(&request->body, &size) : "";
  if (bytes != NULL) {
    memory_body(l, bytes, size);
  } else {
    option(l, "--data-binary ");
    string(l, "@");
    string(l, request->body.pieces->path);
    end_word(l);
  }
}

/* ---- the way there */

static void way(line *l) {
  const studio_call *call = l->call;
  const studio_client *client = call->client;
  const studio_proxies *proxies = &client->proxies;
  const studio_proxy *proxy = studio_wayout_proxy(call);
  if (proxy == NULL) {
    if (proxies->named || proxies->for_http.url != NULL || proxies->for_https.url != NULL) option(l, "--noproxy '*'");
  } else if (proxies->named && proxy->password != NULL) {
    option(l, "--proxy ");
    variable(l, l->service, "proxy", 5);
    end_word(l);
  } else if (proxies->named) {
    option_with(l, "--proxy", proxy->url);
  }
  if (client->ca_file != NULL) option_with(l, "--cacert", client->ca_file);
  if (client->insecure) option(l, "--insecure");
  if (!client->http2) option(l, "--http1.1");
  if (client->cert_file != NULL && call->own_origin) {
    option_with(l, "--cert", client->cert_file);
    if (client->key_file != NULL) option_with(l, "--key", client->key_file);
    if (client->key_password != NULL) {
      option(l, "--pass ");
      variable(l, l->service, "key_password", 12);
      end_word(l);
    }
  }
  if (call->request.save_to != NULL) {
    option_with(l, "-o", call->request.save_to);
    return;
  }
  option(l, "--compressed");
  if (call->request.timeout_ms <= 0) return;
  char seconds[32];
  long long ms = (long long)call->request.timeout_ms;
  snprintf(seconds, sizeof seconds, ms % 1000 == 0 ? "%lld" : "%lld.%03lld", ms / 1000, ms % 1000);
  option_with(l, "--max-time", seconds);
}

bool studio_curlline(studio_buf *out, const studio_call *call, const char *service, studio_error *err) {
  line l = {.out = out, .call = call, .service = service, .ok = true};
  const char *why = unshowable(&call->request);
  if (why != NULL) {
    studio_error_set(err, STUDIO_KIND_INVALID, "curl", "%s", why);
    return false;
  }
  puts_to(&l, "curl ");
  if (strpbrk(call->request.url.data, "[]{}") != NULL) puts_to(&l, "--globoff ");
  url(&l);
  headers(&l);
  body(&l);
  way(&l);
  if (!l.ok) studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  return l.ok;
}
