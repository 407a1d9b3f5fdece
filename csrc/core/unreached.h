/* studio_unreached: why the service was not reached.   SPDX-License-Identifier: MIT
**
** Name look-up, connecting, proxies, TLS: failures before the service had anything of the request. Each is told
** apart by its code, and names the host and port, or the proxy, that it is about. */
#ifndef STUDIO_CORE_UNREACHED_H
#define STUDIO_CORE_UNREACHED_H

#include "core/transport.h"

/* Fills failure (kind, code, message; the stage only where libcurl's view of it is too dark) when the attempt ended
** with such a failure; else false. *fatal becomes true where a repeat would meet the same. */
bool studio_unreached(const studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal);

/* What an attempt that ran out of time was waiting for. */
typedef struct studio_standing {
  const char *code;  /* "resolve", "connect", "proxy", "handshake"; "attempt" once the request was sent */
  char text[400];    /* what had not happened yet: "a connection to 192.0.2.1:443 was made" */
} studio_standing;

void studio_unreached_standing(const studio_attempt *attempt, studio_standing *standing);

/* As studio_unreached, for an answer that no service gives: 407, the word of a proxy that wants credentials. */
bool studio_unreached_answer(const studio_attempt *attempt, studio_error *failure, bool *fatal);

#endif
