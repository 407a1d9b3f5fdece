/* studio_secret: counted bytes, zeroed when the last owner lets go.   SPDX-License-Identifier: MIT */
#include "core/secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"

#define LEAST_REDACTED 4 /* shorter values would eat ordinary words */
#define MASK "***"       /* shorter than any value it replaces, so that redacting happens in place */

struct studio_secret {
  size_t owners;
  size_t size;
  char value[]; /* size bytes and a NUL */
};

void studio_wipe(void *memory, size_t size) {
  if (size == 0) return; /* memory may be NULL then */
  memset(memory, 0, size);
  __asm__ __volatile__("" : : "r"(memory) : "memory"); /* "somebody reads it": the memset has to stay */
}

studio_secret *studio_secret_new(const char *bytes, size_t size) {
  if (size >= SIZE_MAX - sizeof(studio_secret)) return NULL;
  studio_secret *secret = malloc(sizeof *secret + size + 1);
  if (!secret) return NULL;
  secret->owners = 1;
  secret->size = size;
  if (size > 0) memcpy(secret->value, bytes, size);
  secret->value[size] = '\0';
  return secret;
}

studio_secret *studio_secret_ref(studio_secret *secret) {
  secret->owners++;
  return secret;
}

void studio_secret_unref(studio_secret *secret) {
  if (!secret || --secret->owners > 0) return;
  studio_wipe(secret, sizeof *secret + secret->size + 1);
  free(secret);
}

const char *studio_secret_value(const studio_secret *secret, size_t *size) {
  if (size) *size = secret->size;
  return secret->value;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  unsigned char lower = studio_ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* How many bytes at text[0..size) stand for `wanted`: 3 percent-encoded, 2 behind a backslash (JSON writers
** that print "\/"), 1 as it is, 0 none of these. */
static size_t match_byte(const char *text, size_t size, char wanted) {
  if (size >= 3 && text[0] == '%') {
    int high = hex_digit(text[1]), low = hex_digit(text[2]);
    if (high >= 0 && low >= 0 && high * 16 + low == (unsigned char)wanted) return 3;
  }
  if (size >= 2 && text[0] == '\\' && text[1] == wanted) return 2;
  return size >= 1 && text[0] == wanted ? 1 : 0;
}

/* The length of one occurrence that starts at text[0], or 0: as it is, or with every byte written in any of
** the ways above, so that encoders which disagree about what to encode are all covered. */
static size_t match_value(const studio_secret *secret, const char *text, size_t size) {
  if (size >= secret->size && memcmp(text, secret->value, secret->size) == 0) return secret->size;
  size_t at = 0;
  for (size_t i = 0; i < secret->size; i++) {
    size_t step = match_byte(text + at, size - at, secret->value[i]);
    if (step == 0) return 0;
    at += step;
  }
  return at;
}

void studio_secret_redact(const studio_secret *secret, studio_buf *text) {
  if (secret->size < LEAST_REDACTED || text->size < secret->size) return;
  size_t from = 0, to = 0;
  while (from < text->size) {
    size_t found = match_value(secret, text->data + from, text->size - from);
    if (found > 0) {
      memcpy(text->data + to, MASK, sizeof MASK - 1);
      to += sizeof MASK - 1;
      from += found;
    } else {
      text->data[to++] = text->data[from++];
    }
  }
  studio_wipe(text->data + to, text->size - to); /* what moved up is still there; now it is not */
  text->size = to;
  text->data[to] = '\0';
}
