/* studio_client: one account at one service.   SPDX-License-Identifier: MIT */
#include "core/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/url.h"

studio_client *studio_client_new(const char *base_url, bool allow_http, studio_error *err) {
  if (!studio_url_check(base_url, allow_http, err)) return NULL;
  studio_client *client = calloc(1, sizeof *client);
  if (client != NULL) {
    client->refs = 1;
    client->allow_http = allow_http;
    client->http2 = true;
    client->max_redirects = 5;
    client->retry = (studio_retry)STUDIO_RETRY_DEFAULT;
    client->auth_expires = STUDIO_NEVER;
    client->base_url = strdup(base_url);
    client->origin_size = studio_url_origin_size(base_url);
    client->to_this_machine = studio_url_is_local(base_url);
    client->auth = studio_auth_new();
    bool ready = client->base_url != NULL && client->auth != NULL;
    if (ready && studio_proxies_from_environment(&client->proxies)) return client;
    studio_client_unref(client);
  }
  studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  return NULL;
}

studio_client *studio_client_ref(studio_client *client) {
  client->refs++;
  return client;
}

void studio_client_unref(studio_client *client) {
  if (client == NULL || --client->refs > 0) return;
  for (int i = 0; i < client->limiter_count; i++) studio_limiter_unref(client->limiters[i]);
  studio_budgets_leave(client->budget);
  studio_budgets_unref(client->budgets);
  if (client->auth != NULL) studio_auth_unref(client->auth);
  studio_headers_free(&client->headers);
  free(client->name);
  free(client->base_url);
  free(client->user_agent);
  free(client->ca_file);
  free(client->cert_file);
  free(client->key_file);
  studio_secret_unref(client->key_password);
  studio_proxies_free(&client->proxies);
  free(client);
}

bool studio_client_add_limiter(studio_client *client, studio_limiter *limiter) {
  for (int i = 0; i < client->limiter_count; i++) {
    if (client->limiters[i] == limiter) return true;
  }
  if (client->limiter_count == STUDIO_LIMITERS_MAX) return false;
  client->limiters[client->limiter_count++] = studio_limiter_ref(limiter);
  return true;
}

/* 0, a key that nobody shares, where the credentials are not known yet. */
static uint64_t account_key(const studio_client *client, uint64_t key, const char *account, size_t size) {
  if (account == NULL && client->has_provider) return 0;
  if (account != NULL) return studio_budget_key_add(key, account, size);
  for (size_t i = 0; i < studio_auth_count(client->auth); i++) {
    const char *value = NULL;
    const char *name = studio_auth_field(client->auth, i, &value);
    key = studio_budget_key_add(key, name, strlen(name));
    key = studio_budget_key_add(key, value, strlen(value));
  }
  return key;
}

bool studio_client_join_budget(studio_client *client, studio_budgets *budgets, const char *account, size_t size) {
  uint64_t origin = studio_budget_key(client->base_url);
  if (origin == 0) return false;
  studio_budget *budget = studio_budgets_join(budgets, account_key(client, origin, account, size));
  if (budget == NULL) return false;
  client->budget = budget;
  client->budgets = studio_budgets_ref(budgets);
  return true;
}

/* Is there a line like "-----BEGIN TRUSTED CERTIFICATE-----"? Bundles have comments of any length before it. */
static bool has_pem(FILE *file, const char *ending) {
  char line[256];
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "-----BEGIN ", 11) == 0 && strstr(line, ending) != NULL) return true;
  }
  return false;
}

/* 0; else the system's number. What is no plain file (a pipe, say) can be read only once, and not here. */
static int look_into(const char *path, const char *ending, bool *is_pem) {
  struct stat about = {0};
  *is_pem = true;
  if (access(path, R_OK) != 0 || stat(path, &about) != 0) return errno;
  if (S_ISDIR(about.st_mode)) return EISDIR;
  if (!S_ISREG(about.st_mode)) return 0;
  FILE *file = fopen(path, "re");
  if (file == NULL) return errno;
  *is_pem = has_pem(file, ending);
  fclose(file);
  return 0;
}

bool studio_client_set_file(char **to, const char *path, const char *ending, studio_error *err) {
  bool is_pem = true;
  int number = look_into(path, ending, &is_pem);
  if (number != 0) {
    studio_error_set(err, STUDIO_KIND_FILE, "read", "cannot read %s: %s", path, strerror(number));
  } else if (!is_pem) {
    studio_error_set(err, STUDIO_KIND_FILE, "pem", "%s is no PEM file: no line in it is -----BEGIN %s", path, ending);
  }
  if (number != 0 || !is_pem) return false;
  *to = strdup(path);
  if (*to == NULL) studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  return *to != NULL;
}

bool studio_client_set_proxy(studio_client *client, const char *url, studio_error *err) {
  if (!studio_proxies_name(&client->proxies, url, err)) return false;
  const studio_proxy *proxy = &client->proxies.for_http;
  bool plain = strncasecmp(client->base_url, "https:", 6) != 0;
  if (proxy->url == NULL || !plain ||
      studio_proxies_for(&client->proxies, false, client->to_this_machine, client->allow_http) != NULL) {
    return true;
  }
  studio_error_set(err, STUDIO_KIND_INVALID, "proxy",
                   "plain http would pass in the clear up to the proxy: use https, or the option allow_http");
  return false;
}

void studio_client_redact(const studio_client *client, studio_buf *text) {
  const studio_secret *others[] = {client->key_password, client->proxies.for_http.password,
                                   client->proxies.for_https.password};
  studio_auth_redact(client->auth, text);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (others[i] != NULL) studio_secret_redact(others[i], text);
  }
}
