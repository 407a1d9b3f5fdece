/* studio_curlline: a call as a curl command that a person can paste.   SPDX-License-Identifier: MIT
**
** The shell that runs it sends what we send, header fields and body byte for byte; but each secret is a variable of
** the shell, for the person to set: credentials ($SERVICE_API_KEY), header fields that reveal.h does not list
** ($HEADER_X), query values and body fields whose names say "secret" ($QUERY_X, $BODY_X), and of a URL elsewhere all
** behind its origin ($URL_PATH). docs/debugging.md shows it to users. */
#ifndef STUDIO_CORE_CURLLINE_H
#define STUDIO_CORE_CURLLINE_H

#include "core/call.h"

/* Appends the command. `service` begins the names of the credentials' variables: "mstudio" gives $MSTUDIO_API_KEY.
** False fills err: a body that no command line can hold (a zero byte, too long, made while it is sent; kind INVALID),
** or no memory. */
bool studio_curlline(studio_buf *out, const studio_call *call, const char *service, studio_error *err);

#endif
