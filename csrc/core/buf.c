/* studio_buf: growable bytes.   SPDX-License-Identifier: MIT */
#include "core/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/secret.h"

#define LEAST_CAPACITY 64

bool studio_buf_reserve(studio_buf *buf, size_t more) {
  if (more >= SIZE_MAX - buf->size) return false; /* the final NUL would overflow */
  size_t needed = buf->size + more + 1;
  if (needed <= buf->capacity) return true;
  size_t capacity = buf->capacity < LEAST_CAPACITY ? LEAST_CAPACITY : buf->capacity;
  while (capacity < needed) capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
  char *data = realloc(buf->data, capacity);
  if (!data) return false;
  data[buf->size] = '\0';
  buf->data = data;
  buf->capacity = capacity;
  return true;
}

bool studio_buf_append(studio_buf *buf, const void *bytes, size_t size) {
  if (!studio_buf_reserve(buf, size)) return false;
  if (size > 0) memcpy(buf->data + buf->size, bytes, size);
  buf->size += size;
  buf->data[buf->size] = '\0';
  return true;
}

bool studio_buf_puts(studio_buf *buf, const char *text) {
  return studio_buf_append(buf, text, strlen(text));
}

void studio_buf_clear(studio_buf *buf) {
  buf->size = 0;
  if (buf->data) buf->data[0] = '\0';
}

void studio_buf_free(studio_buf *buf) {
  free(buf->data);
  *buf = (studio_buf)STUDIO_BUF_INIT;
}

void studio_buf_wipe(studio_buf *buf) {
  studio_wipe(buf->data, buf->capacity);
  studio_buf_free(buf);
}
