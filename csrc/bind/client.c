/* studio.client: one account at one service.   SPDX-License-Identifier: MIT
** User value 1: the credential provider, if any. */
#include "core/client.h"

#include <stdlib.h>
#include <string.h>

#include "bind/lstudio.h"

typedef struct client_box {
  studio_client *client;
} client_box;

studio_client *lstudio_check_client(lua_State *L, int arg) {
  client_box *box = luaL_checkudata(L, arg, LSTUDIO_CLIENT);
  if (box->client == NULL) luaL_argerror(L, arg, "client is closed");
  return box->client;
}

studio_client *lstudio_to_client(lua_State *L, int arg) {
  client_box *box = luaL_checkudata(L, arg, LSTUDIO_CLIENT);
  return box->client;
}

/* Calls under way keep their own counts and end by themselves. */
static int client_close(lua_State *L) {
  client_box *box = luaL_checkudata(L, 1, LSTUDIO_CLIENT);
  studio_client *client = box->client;
  box->client = NULL;
  if (client != NULL) studio_client_unref(client);
  return 0;
}

static int client_tostring(lua_State *L) {
  client_box *box = luaL_checkudata(L, 1, LSTUDIO_CLIENT);
  lua_pushfstring(L, "%s (%s)", LSTUDIO_CLIENT, box->client != NULL ? box->client->base_url : "closed");
  return 1;
}

static void copy_string(lua_State *L, int table, const char *name, char **to) {
  const char *value = lstudio_string(L, table, name, NULL);
  if (value == NULL) return;
  *to = strdup(value);
  if (*to == NULL) luaL_error(L, "not enough memory");
}

static void read_file(lua_State *L, int table, const char *name, const char *ending, char **to) {
  const char *path = lstudio_string(L, table, name, NULL);
  studio_error err;
  studio_error_clear(&err);
  if (path == NULL || studio_client_set_file(to, path, ending, &err)) return;
  if (err.kind == STUDIO_KIND_INTERNAL) luaL_error(L, "not enough memory");
  luaL_error(L, "bad option '%s' (%s)", name, err.message);
}

/* Who we are, in TLS. A password without a key would be a slip that nobody notices. */
static void read_certificate(lua_State *L, int table, studio_client *client) {
  size_t size = 0;
  read_file(L, table, "cert_file", "CERTIFICATE-----", &client->cert_file);
  read_file(L, table, "key_file", "PRIVATE KEY-----", &client->key_file);
  const char *password = lstudio_string(L, table, "key_password", &size);
  if (client->cert_file == NULL && (client->key_file != NULL || password != NULL)) {
    luaL_error(L, "option '%s' needs cert_file", client->key_file != NULL ? "key_file" : "key_password");
  }
  if (password == NULL) return;
  if (strlen(password) != size) luaL_error(L, "bad option 'key_password' (a zero byte inside)");
  client->key_password = studio_secret_new(password, size);
  if (client->key_password == NULL) luaL_error(L, "not enough memory");
}

/* A URL, or false (as "") for none. */
static void read_proxy(lua_State *L, int table, studio_client *client) {
  if (!lstudio_get(L, table, "proxy")) return;
  bool none = lua_isboolean(L, -1) && !lua_toboolean(L, -1);
  lua_pop(L, 1);
  const char *url = none ? "" : lstudio_string(L, table, "proxy", NULL);
  studio_error err;
  studio_error_clear(&err);
  if (studio_client_set_proxy(client, url, &err)) return;
  if (err.kind == STUDIO_KIND_INTERNAL) luaL_error(L, "not enough memory");
  luaL_error(L, "bad option 'proxy' (%s)", err.message);
}

static void read_limiters(lua_State *L, int table, studio_client *client) {
  if (!lstudio_get(L, table, "limiters")) return;
  luaL_checktype(L, -1, LUA_TTABLE);
  int count = (int)lua_rawlen(L, -1);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    studio_limiter *limiter = lstudio_check_limiter(L, lua_gettop(L));
    if (!studio_client_add_limiter(client, limiter)) {
      luaL_error(L, "option 'limiters': more than %d", STUDIO_LIMITERS_MAX);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* The box is on top of the stack. */
static void read_auth(lua_State *L, int table, studio_client *client) {
  if (!lstudio_get(L, table, "auth")) return;
  studio_auth *auth = lstudio_check_auth(L, lua_gettop(L));
  lstudio_push_auth_provider(L, lua_gettop(L));
  client->has_provider = lua_isfunction(L, -1);
  if (client->has_provider) {
    lua_setiuservalue(L, -3, 1);
  } else {
    lua_pop(L, 1);
    studio_auth_unref(client->auth);
    client->auth = studio_auth_ref(auth);
  }
  lua_pop(L, 1);
}

/* After the credentials. */
static void read_account(lua_State *L, int table, studio_client *client) {
  size_t size = 0;
  const char *account = lstudio_string(L, table, "account", &size);
  if (!studio_client_join_budget(client, studio_loop_budgets(lstudio_loop(L)), account, size)) {
    luaL_error(L, "not enough memory");
  }
}

static void read_policy(lua_State *L, int table, studio_client *client) {
  client->retry.max_attempts = lstudio_integer(L, table, "max_attempts", client->retry.max_attempts, 1);
  client->retry.max_refusals = lstudio_integer(L, table, "max_refusals", client->retry.max_refusals, 0);
  client->retry.backoff.base_ms = lstudio_ms(L, table, "backoff_base", (double)client->retry.backoff.base_ms / 1000);
  client->retry.backoff.cap_ms = lstudio_ms(L, table, "backoff_cap", (double)client->retry.backoff.cap_ms / 1000);
  client->max_redirects = lstudio_integer(L, table, "max_redirects", client->max_redirects, 0);
  client->insecure = lstudio_boolean(L, table, "insecure", false);
  client->http2 = lstudio_boolean(L, table, "http2", true);
}

/*** Makes a client. Options: `name` (of the service, for people), `base_url` (must be https, or http to loopback, or
`allow_http`), `auth`, `limiters` (a list), `headers`, `user_agent`, `ca_file`, `insecure` (no TLS verification for
this client), `cert_file`, `key_file`, `key_password` (the client's own certificate, for its own origin), `proxy`
(false: none), `http2`, `allow_http`, `account` (tells whose retry budget is spent at that origin, where the
credentials do not; it may hold a secret, and only its hash is kept), `max_attempts`, `max_refusals` (answers 429
to sit out), `backoff_base`, `backoff_cap` (seconds), `max_redirects`.
@function client
@tparam table options
@treturn client */
static int new_client(lua_State *L) {
  static const char *const names[] = {"name", "base_url", "auth", "limiters", "headers", "user_agent", "ca_file",
                                      "cert_file", "key_file", "key_password", "insecure", "proxy", "http2",
                                      "allow_http", "account", "max_attempts", "max_refusals", "backoff_base",
                                      "backoff_cap", "max_redirects", NULL};
  lua_settop(L, 1);
  lstudio_known_options(L, 1, "client", names);
  const char *base_url = lstudio_required(L, 1, "base_url", NULL);
  bool allow_http = lstudio_boolean(L, 1, "allow_http", false);
  studio_error err;
  studio_error_clear(&err);
  client_box *box = lstudio_new_box(L, LSTUDIO_CLIENT, sizeof *box, 1);
  box->client = studio_client_new(base_url, allow_http, &err);
  if (box->client == NULL) return luaL_error(L, "bad option 'base_url' (%s)", err.message);
  copy_string(L, 1, "name", &box->client->name);
  copy_string(L, 1, "user_agent", &box->client->user_agent);
  read_file(L, 1, "ca_file", "CERTIFICATE-----", &box->client->ca_file);
  read_certificate(L, 1, box->client);
  read_proxy(L, 1, box->client);
  read_policy(L, 1, box->client);
  lstudio_headers(L, 1, &box->client->headers);
  read_limiters(L, 1, box->client);
  read_auth(L, 1, box->client);
  read_account(L, 1, box->client);
  lstudio_remember_client(L, box->client, -1);
  return 1;
}

static void set_integer(lua_State *L, const char *name, int64_t value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

/*** What this client has done so far: `calls`, `attempts`, `retries`, `rate_limited` (answers 429), `waited`
(seconds in the queue for slots, summed over the calls), `bytes_in`, `bytes_out`, `connections`, `in_flight`, `queued`;
`retry_tokens` (of 500: what is left for retries of all clients of this origin and credential in the Lua state).
@function client:stats
@treturn table */
static int client_stats(lua_State *L) {
  const studio_client *client = lstudio_check_client(L, 1);
  const studio_stats now = client->stats, *stats = &now;
  const int tokens = client->budget->tokens;
  lua_createtable(L, 0, 11);
  set_integer(L, "calls", stats->calls);
  set_integer(L, "attempts", stats->attempts);
  set_integer(L, "retries", stats->retries);
  set_integer(L, "rate_limited", stats->rate_limited);
  set_integer(L, "bytes_in", stats->bytes_in);
  set_integer(L, "bytes_out", stats->bytes_out);
  set_integer(L, "connections", stats->connections);
  set_integer(L, "in_flight", stats->in_flight);
  set_integer(L, "queued", stats->queued);
  set_integer(L, "retry_tokens", tokens);
  lua_pushnumber(L, (lua_Number)stats->waited_ms / 1000);
  lua_setfield(L, -2, "waited");
  return 1;
}

/* A buffer that is wiped when Lua raises in between. */
static int buffer_wipe(lua_State *L) {
  studio_buf *text = lua_touserdata(L, 1);
  studio_buf_wipe(text);
  return 0;
}

#define BUFFER "studio.buffer"

studio_buf *lstudio_push_buffer(lua_State *L) { return lstudio_new_box(L, BUFFER, sizeof(studio_buf), 0); }

/*** Takes the client's credentials out of a text that came from elsewhere.
@function client:redact
@tparam string text
@treturn string with *** in their place */
static int client_redact(lua_State *L) {
  size_t size = 0;
  lstudio_check_client(L, 1);
  const char *given = luaL_checklstring(L, 2, &size);
  studio_buf *text = lstudio_push_buffer(L);
  if (!studio_buf_append(text, given, size)) return luaL_error(L, "not enough memory");
  studio_client_redact(lstudio_check_client(L, 1), text);
  lua_pushlstring(L, text->data, text->size);
  studio_buf_wipe(text);
  return 1;
}

/*** Scheme, host and port of the base URL.
@function client:origin
@treturn string */
static int client_origin(lua_State *L) {
  const char *url = lstudio_check_client(L, 1)->base_url;
  const char *host = strstr(url, "://");
  size_t size = host != NULL ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : strlen(url);
  lua_pushlstring(L, url, size);
  return 1;
}

static const luaL_Reg methods[] = {{"submit", lstudio_submit}, {"curl", lstudio_curl},
                                   {"warm", lstudio_warm},     {"stats", client_stats},
                                   {"redact", client_redact},  {"origin", client_origin}, {NULL, NULL}};

void lstudio_open_client(lua_State *L) {
  static const lstudio_class class = {LSTUDIO_CLIENT, methods, client_close, NULL, NULL, client_tostring};
  lstudio_new_class(L, &class);
  luaL_newmetatable(L, BUFFER);
  lua_pushcfunction(L, buffer_wipe);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
  lua_pushcfunction(L, new_client);
  lua_setfield(L, -2, "client");
}
