/* studio_proxy: the other machine that a request goes through, if any.   SPDX-License-Identifier: MIT
**
** A client goes through the proxy that its maker named, or through none, or through those of the environment, by
** curl's rules: http_proxy (small letters only: a web server puts HTTP_PROXY there on behalf of a visitor),
** https_proxy, HTTPS_PROXY, then all_proxy, ALL_PROXY; not for hosts in no_proxy, NO_PROXY. Where the two
** differ: to this machine itself no proxy of the environment is asked, and a named one is always. The environment
** is read once, when the client is made. */
#ifndef STUDIO_CORE_PROXY_H
#define STUDIO_CORE_PROXY_H

#include <stdbool.h>

#include "core/error.h"
#include "core/secret.h"

typedef struct studio_proxy {
  char *url;               /* as libcurl takes it: a password may be inside; NULL: no proxy */
  char *name;              /* host:port, for messages */
  studio_secret *password; /* NULL: none */
  bool local;              /* on this machine */
  bool tls;                /* the way to the proxy itself is encrypted */
} studio_proxy;

typedef struct studio_proxies {
  studio_proxy for_http, for_https;
  char *not_for;           /* hosts, as in NO_PROXY; NULL: none */
  bool named;              /* by the client's maker: the environment has no say */
} studio_proxies;

/* Those of the environment. False: out of memory. */
bool studio_proxies_from_environment(studio_proxies *proxies);

/* One proxy for everything instead; "" is none. False fills err (kind INVALID; never with the URL, which may hold a
** password), and leaves what was there. */
bool studio_proxies_name(studio_proxies *proxies, const char *url, studio_error *err);

void studio_proxies_free(studio_proxies *proxies);

/* The one for such a request, or NULL. allow_http: plain http may be seen on its way; else it is only sent where it
** stays on this machine, so a proxy elsewhere is left out. not_for still has to be asked: libcurl does that. */
const studio_proxy *studio_proxies_for(const studio_proxies *proxies, bool https, bool to_this_machine,
                                       bool allow_http);

#endif
