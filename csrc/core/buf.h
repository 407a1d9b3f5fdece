/* studio_buf: growable bytes.   SPDX-License-Identifier: MIT
**
** Appending says false when memory runs out, and leaves what was there. A buffer that holds
** secrets is reserved in full first (growing would leave a copy behind), and freed with
** studio_buf_wipe. The bytes appended must not lie in the buffer itself. `data` is always NUL-terminated
** once anything was appended, so it can be read as a C string; before that it is NULL. */
#ifndef STUDIO_CORE_BUF_H
#define STUDIO_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

typedef struct studio_buf {
  char *data;
  size_t size;     /* bytes in use, the final NUL not counted */
  size_t capacity;
} studio_buf;

#define STUDIO_BUF_INIT {0, 0, 0}

bool studio_buf_append(studio_buf *buf, const void *bytes, size_t size);
bool studio_buf_puts(studio_buf *buf, const char *text);
bool studio_buf_reserve(studio_buf *buf, size_t more); /* room for `more` further bytes */
void studio_buf_clear(studio_buf *buf);                /* size 0, memory kept */
void studio_buf_free(studio_buf *buf);
void studio_buf_wipe(studio_buf *buf);                 /* zeroes, then frees */

#endif
