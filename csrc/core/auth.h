/* studio_auth: credentials as data: header fields that are added to requests of the client's own
** origin.   SPDX-License-Identifier: MIT
**
** Every scheme we know (named header, several headers, bearer, basic, raw Authorization value) is a list
** of fields with secret values, so there is one type and no dispatch. Counted, shared by clients;
** immutable but for studio_auth_replace, by which a provider rotates the key. */
#ifndef STUDIO_CORE_AUTH_H
#define STUDIO_CORE_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/secret.h"

typedef struct studio_auth studio_auth;

studio_auth *studio_auth_new(void); /* no fields: anonymous. NULL: out of memory */
studio_auth *studio_auth_ref(studio_auth *auth);
void studio_auth_unref(studio_auth *auth);

/* Adds `name: prefix value`, with one blank between the two unless the prefix ends in a blank or "=" (or is
** NULL or ""). False: out of memory, an empty value, or no valid header field; then nothing was added. */
bool studio_auth_add(studio_auth *auth, const char *name, const char *prefix, const char *value, size_t size);

/* Adds "Authorization: SCHEME base64(user:password)"; scheme is "Basic", or what a service puts in its place. False
** too when user holds a colon, or one of the two control characters. */
bool studio_auth_add_basic(studio_auth *auth, const char *scheme, const char *user, size_t user_size,
                           const char *password, size_t password_size);

/* Has redact take a further text out, one that is sent as a part of a value. False: out of memory, or empty. */
bool studio_auth_hide(studio_auth *auth, const char *bytes, size_t size);

/* Takes over all fields of `from` (a provider's fresh key). The old values stay known to redact, since a late
** message may still echo them, until so many replacements later; then, or with the auth, they are zeroed.
** False: out of memory, and nothing was changed. */
#define STUDIO_AUTH_REMEMBERED 8
bool studio_auth_replace(studio_auth *auth, const studio_auth *from);

size_t studio_auth_count(const studio_auth *auth);

/* The i-th field's name, and its whole value as it goes on the wire. */
const char *studio_auth_field(const studio_auth *auth, size_t i, const char **value);

/* A request header of this name would shadow ours. */
bool studio_auth_has(const studio_auth *auth, const char *name);

/* Takes every value we hold out of `text`: with and without prefix, of Basic also the password (or, when
** that is empty, the user). */
void studio_auth_redact(const studio_auth *auth, studio_buf *text);

#endif
