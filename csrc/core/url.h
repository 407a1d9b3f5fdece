/* studio_url: building, joining and comparing URLs.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_URL_H
#define STUDIO_CORE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"

/* Appends `text` percent-encoded as one path segment or query part (RFC 3986 unreserved stay). */
bool studio_url_escape(studio_buf *out, const char *text, size_t size);

/* The same into memory of the caller's: at most 3 * size bytes; returns how many. */
size_t studio_url_escape_raw(char *out, const char *text, size_t size);

/* base + path: exactly one slash between them, whatever the two bring along; the base's own path stays
** ("https://h/api/v1" + "/projects" -> "https://h/api/v1/projects"). `path` is already escaped and may
** carry a query. */
bool studio_url_join(studio_buf *out, const char *base, const char *path);

/* Appends "name=value", both escaped, behind "?" or "&" as the URL in `url` needs (before any fragment
** there must be none). */
bool studio_url_add_query(studio_buf *url, const char *name, size_t name_size, const char *value,
                          size_t value_size);

/* Resolves a redirect's Location against the URL it came from (absolute, //host, /path, relative, ?query). */
bool studio_url_resolve(studio_buf *out, const char *base, const char *location);

/* Checks what we are about to send to: scheme http or https, a host, no user:password@, no control
** characters or blanks. `http:` is accepted for loopback hosts (localhost, 127.0.0.0/8, [::1]), elsewhere
** only when allow_http. False fills err (kind INVALID, code "url"). */
bool studio_url_check(const char *url, bool allow_http, studio_error *err);

/* Same scheme, host (without case) and port (defaults filled in). */
bool studio_url_same_origin(const char *a, const char *b);

/* Length of scheme://authority of a URL that studio_url_check passed. */
size_t studio_url_origin_size(const char *url);

/* True when `url` begins with those letters of `checked`, the authority ends there, and the rest is sound:
** the same origin, and nothing that studio_url_check would refuse. False: both must be looked at closely. */
bool studio_url_is_below(const char *url, const char *checked, size_t origin_size);

/* True for a host that is this machine: localhost, 127.0.0.0/8, [::1]. `host` as libcurl spells it. */
bool studio_url_host_is_local(const char *host);

/* The same of a whole URL. */
bool studio_url_is_local(const char *url);

/* Appends host:port of the URL, always with the port: for messages about connections. */
bool studio_url_authority(studio_buf *out, const char *url);

/* Appends scheme://host[:port] of the URL: for messages, where paths and queries may hold secrets. */
bool studio_url_origin(studio_buf *out, const char *url);

#endif
