/* studio_client: one account at one service.   SPDX-License-Identifier: MIT
**
** Base URL, credentials, limiters, retry policy, defaults. Plain data: the loop does the work. Counted:
** each of its calls holds one count, so it may be let go while they run. */
#ifndef STUDIO_CORE_CLIENT_H
#define STUDIO_CORE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/auth.h"
#include "core/headers.h"
#include "core/limiter.h"
#include "core/proxy.h"
#include "core/request.h"
#include "core/retry.h"

typedef struct studio_stats {
  int64_t calls, attempts, retries, rate_limited, connections;
  int64_t waited_ms;            /* for slots, summed over the calls */
  int64_t bytes_in, bytes_out;  /* headers included */
  int64_t in_flight, queued;
} studio_stats;

/* Filled in by the maker between studio_client_new and the first call; constant from then on. */
typedef struct studio_client {
  char *name;                   /* for people: "mstudio"; NULL: "studio" */
  char *base_url;
  size_t origin_size;           /* of scheme://authority in it */
  studio_headers headers;       /* sent to the own origin only */
  char *user_agent;             /* NULL: "lua-studio/VERSION" */
  char *ca_file;                /* NULL: SSL_CERT_FILE, else libcurl's */
  char *cert_file, *key_file;   /* who we are, for the own origin alone; a key_file of NULL: it is in cert_file */
  studio_secret *key_password;
  studio_proxies proxies;       /* those of the environment, unless named */
  studio_limiter *limiters[STUDIO_LIMITERS_MAX];
  int limiter_count;
  studio_retry retry;
  studio_budgets *budgets;      /* counted; NULL: nothing bounds the retries */
  studio_budget *budget;        /* the one of the own origin and credential */
  int max_redirects;
  bool insecure;                /* TLS unverified: the caller asked for it, for this client */
  bool allow_http;              /* plain http to other hosts than loopback */
  bool to_this_machine;         /* the base URL leads to loopback */
  bool http2;
  /* credentials: fixed, or from a provider that the owner asks when the loop says so */
  studio_auth *auth;
  bool has_provider;
  bool auth_known;              /* the provider was asked, and its answer is in `auth` */
  bool auth_wanted;             /* calls wait for the provider; the loop holds a count meanwhile */
  bool asking;                  /* the provider runs at this moment: a call of its own client would wait for itself */
  int auth_round;               /* counts its answers */
  int64_t auth_expires;         /* absolute ms; STUDIO_NEVER */
  int64_t auth_since;           /* when the provider answered last */
  struct studio_client *auth_next; /* the loop's list of clients that want credentials */
  studio_stats stats;
  int refs;
} studio_client;

/* Defaults, one count, the base URL checked (err: kind INVALID). NULL fills err. */
studio_client *studio_client_new(const char *base_url, bool allow_http, studio_error *err);
studio_client *studio_client_ref(studio_client *client);
void studio_client_unref(studio_client *client);

/* Adds a limiter (counted); false when there are too many. */
bool studio_client_add_limiter(studio_client *client, studio_limiter *limiter);

/* Bounds its retries by one of these budgets: that of its origin and `account`. NULL: its credentials tell the
** account, so they must be set before; where a provider gives them, nobody shares the budget. False: out of memory. */
bool studio_client_join_budget(studio_client *client, studio_budgets *budgets, const char *account, size_t size);

/* Keeps the name of a file (ca_file, cert_file, key_file) that must be readable now, and PEM with a part whose first
** line has that ending ("CERTIFICATE-----"): a slip should not wait for the first call. False fills err: kind FILE, or
** INTERNAL. */
bool studio_client_set_file(char **to, const char *path, const char *ending, studio_error *err);

/* Goes through that proxy for everything, "" through none. False fills err: kind INVALID, never with the URL. */
bool studio_client_set_proxy(studio_client *client, const char *url, studio_error *err);

/* Takes the credentials out of a text that came from elsewhere. */
void studio_client_redact(const studio_client *client, studio_buf *text);

#endif
