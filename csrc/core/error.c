/* studio_error: kinds, their names, and filling in the caller's struct.   SPDX-License-Identifier: MIT */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *studio_kind_name(studio_kind kind) {
  static const char *const names[] = {
#define STUDIO_KIND_NAME(suffix, name) name,
    STUDIO_KINDS(STUDIO_KIND_NAME)
#undef STUDIO_KIND_NAME
  };
  int i = (int)kind;
  return i >= 0 && i < (int)STUDIO_KIND_COUNT ? names[i] : "internal";
}

studio_kind studio_kind_of_status(int status) {
  if (status < 400) return STUDIO_KIND_NONE; /* RFC 9110 §15: one that no class has is treated as a 5xx */
  if (status >= 500) return STUDIO_KIND_SERVER;
  switch (status) {
    case 401: return STUDIO_KIND_UNAUTHORIZED;
    case 402: return STUDIO_KIND_PAYMENT_REQUIRED;
    case 403: return STUDIO_KIND_FORBIDDEN;
    case 404:
    case 410: return STUDIO_KIND_NOT_FOUND;
    case 408: return STUDIO_KIND_TIMEOUT; /* nothing is wrong with the request: it came too slowly */
    case 409:
    case 412:
    case 423: return STUDIO_KIND_CONFLICT;
    case 429: return STUDIO_KIND_RATE_LIMITED;
    default: return STUDIO_KIND_INVALID;
  }
}

void studio_error_clear(studio_error *err) {
  *err = (studio_error){.kind = STUDIO_KIND_NONE, .stage = STUDIO_STAGE_NOT_SENT, .retry_after_ms = -1};
}

/* Copies what fits. A UTF-8 character that does not fit whole is left out, since half of one would make
** the message useless to everything that checks (JSON, terminals). */
static void copy_cut(char *to, size_t room, const char *from) {
  size_t size = strlen(from);
  if (size >= room) {
    size = room - 1;
    while (size > 0 && ((unsigned char)from[size] & 0xC0) == 0x80) size--;
  }
  memcpy(to, from, size);
  to[size] = '\0';
}

void studio_error_set(studio_error *err, studio_kind kind, const char *code, const char *format, ...) {
  if (!err) return;
  /* Apart, because the arguments may point into err. The message: longer, so that the cut is seen. */
  char fine[sizeof err->code] = "", text[sizeof err->message + 4];
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(text, sizeof text, format, arguments) < 0) text[0] = '\0';
  va_end(arguments);
  copy_cut(fine, sizeof fine, code ? code : "");
  err->kind = kind;
  memcpy(err->code, fine, sizeof fine);
  copy_cut(err->message, sizeof err->message, text);
}
