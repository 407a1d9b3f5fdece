/* studio_headers: header fields in the order they came.   SPDX-License-Identifier: MIT */
#include "core/headers.h"

#include <stdlib.h>
#include <string.h>

#include "core/ascii.h"
#include "core/secret.h"

/* RFC 9110 §5.6.2: the characters of a token. */
static bool is_token(const char *text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    unsigned char c = studio_ascii_lower(text[i]);
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!plain && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
  }
  return size > 0;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool studio_header_valid(const char *name, size_t name_size, const char *value, size_t value_size) {
  for (size_t i = 0; i < value_size; i++) {
    unsigned char c = (unsigned char)value[i];
    if (c < 0x20 || c == 0x7F) return false;
  }
  return is_token(name, name_size);
}

static bool grow(studio_headers *headers) {
  if (headers->count < headers->capacity) return true;
  size_t capacity = headers->capacity ? headers->capacity * 2 : 8;
  studio_header *list = realloc(headers->list, capacity * sizeof *list);
  if (!list) return false;
  headers->list = list;
  headers->capacity = capacity;
  return true;
}

/* Name and value share one block. Fields may carry cookies, tickets or keys: zeroed. */
static void free_field(studio_header *field) {
  studio_wipe(field->value, strlen(field->value));
  free(field->name);
}

bool studio_headers_add(studio_headers *headers, const char *name, size_t name_size, const char *value,
                        size_t value_size) {
  while (value_size > 0 && is_blank(value[0])) {
    value++;
    value_size--;
  }
  while (value_size > 0 && is_blank(value[value_size - 1])) value_size--;
  if (!grow(headers)) return false;
  char *block = malloc(name_size + value_size + 2);
  if (!block) return false;
  studio_header field = {block, block + name_size + 1};
  memcpy(field.name, name, name_size);
  field.name[name_size] = '\0';
  if (value_size > 0) memcpy(field.value, value, value_size);
  field.value[value_size] = '\0';
  headers->list[headers->count++] = field;
  return true;
}

bool studio_headers_set(studio_headers *headers, const char *name, const char *value) {
  /* The new one first: when memory runs out, the old ones are still there. */
  if (!studio_headers_add(headers, name, strlen(name), value, strlen(value))) return false;
  size_t last = headers->count - 1, kept = 0;
  const char *wanted = headers->list[last].name; /* `name` may belong to a field that goes away */
  for (size_t i = 0; i < last; i++) {
    if (studio_ascii_equal(headers->list[i].name, wanted)) {
      free_field(&headers->list[i]);
    } else {
      headers->list[kept++] = headers->list[i];
    }
  }
  headers->list[kept++] = headers->list[last];
  headers->count = kept;
  return true;
}

bool studio_headers_add_line(studio_headers *headers, const char *line, size_t size) {
  const char *colon = size > 0 ? memchr(line, ':', size) : NULL;
  if (!colon) return true;
  size_t name_size = (size_t)(colon - line);
  /* A status line with a colon in its phrase, a folded line, rubbish: nothing that could be looked up. */
  if (!is_token(line, name_size)) return true;
  return studio_headers_add(headers, line, name_size, colon + 1, size - name_size - 1);
}

const char *studio_headers_get(const studio_headers *headers, const char *name) {
  for (size_t i = 0; i < headers->count; i++) {
    if (studio_ascii_equal(headers->list[i].name, name)) return headers->list[i].value;
  }
  return NULL;
}

bool studio_headers_copy(studio_headers *to, const studio_headers *from) {
  size_t before = to->count, count = from->count; /* `to` may be `from` */
  for (size_t i = 0; i < count; i++) {
    const studio_header *field = &from->list[i];
    if (!studio_headers_add(to, field->name, strlen(field->name), field->value, strlen(field->value))) {
      while (to->count > before) free_field(&to->list[--to->count]);
      return false;
    }
  }
  return true;
}

void studio_headers_clear(studio_headers *headers) {
  while (headers->count > 0) free_field(&headers->list[--headers->count]);
}

void studio_headers_free(studio_headers *headers) {
  studio_headers_clear(headers);
  free(headers->list);
  *headers = (studio_headers)STUDIO_HEADERS_INIT;
}
