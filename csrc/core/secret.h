/* studio_secret: bytes that nobody may see.   SPDX-License-Identifier: MIT
**
** Counted; the memory is zeroed when the last owner lets go. Nothing in the core prints one, and
** studio_secret_redact takes its value out of text that came from elsewhere (a service that
** echoes the key in its error message). */
#ifndef STUDIO_CORE_SECRET_H
#define STUDIO_CORE_SECRET_H

#include <stddef.h>

#include "core/buf.h"

typedef struct studio_secret studio_secret;

studio_secret *studio_secret_new(const char *bytes, size_t size); /* NULL: out of memory */
studio_secret *studio_secret_ref(studio_secret *secret);
void studio_secret_unref(studio_secret *secret); /* NULL is fine */

/* The value, NUL-terminated; valid as long as the secret. */
const char *studio_secret_value(const studio_secret *secret, size_t *size);

/* Replaces every occurrence of the value in `text` by "***", in place and without memory; also where
** some or all of its bytes are percent-encoded or behind a backslash (a URL or JSON that echoes it).
** Values shorter than four bytes are left alone: they would eat ordinary words. */
void studio_secret_redact(const studio_secret *secret, studio_buf *text);

/* Zeroes memory in a way that the compiler keeps. */
void studio_wipe(void *memory, size_t size);

#endif
