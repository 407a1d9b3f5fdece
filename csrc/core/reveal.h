/* studio_reveal: what of a request may be shown to people.   SPDX-License-Identifier: MIT
**
** For logs and curl commands. Header fields are shown when they stand in a list, and hidden otherwise; parts of the
** client's own URLs and bodies are shown unless their name says "secret"; URLs elsewhere are secrets (a signed URL
** opens what it points to), so only their origin is. Credentials themselves never come here. */
#ifndef STUDIO_CORE_REVEAL_H
#define STUDIO_CORE_REVEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/client.h"

/* A header field whose value is no secret, of a request or an answer. */
bool studio_reveal_header(const char *name);

/* A field of a query, form or JSON body whose name says that it is a secret: password, token, signature ... */
bool studio_reveal_is_secret(const char *name, size_t size);

/* The URL for a log: of the client's own origin without the values of its query (but of a few names: page, limit ...)
** and without its credentials; of any other the origin only. False: out of memory. */
bool studio_reveal_url(studio_buf *out, const studio_client *client, const char *url);

#endif
