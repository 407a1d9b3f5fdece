/* studio_wayout: how a request leaves this machine.   SPDX-License-Identifier: MIT
**
** Schemes, TLS, versions of HTTP and proxies: the options of libcurl that decide to whom we talk, and who can
** listen. */
#ifndef STUDIO_CORE_WAYOUT_H
#define STUDIO_CORE_WAYOUT_H

#include <curl/curl.h>
#include <stdbool.h>

#include "core/call.h"

/* Puts them onto a fresh or reset handle, for the call's current URL. False: out of memory. */
bool studio_wayout_set(CURL *easy, const studio_call *call);

/* The proxy that the call's current URL goes through, NULL for none: unless libcurl finds the host in NO_PROXY. */
const studio_proxy *studio_wayout_proxy(const studio_call *call);

/* True for a URL that TLS protects. */
bool studio_wayout_is_https(const studio_call *call);

#endif
