/* studio_sfield: reads structured fields (RFC 9651).   SPDX-License-Identifier: MIT */
#include "core/sfield.h"

#include <string.h>

#define INTEGER_DIGITS 15
#define DECIMAL_DIGITS 12 /* before the point; after it up to three */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_alpha(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
static bool one_of(char c, const char *set) { return c != '\0' && strchr(set, c) != NULL; }

static bool fail(studio_sfield *field) {
  field->malformed = true;
  return false;
}

/* ---- bare values: each finds `at` on its first character, and leaves it behind the last */

static bool read_number(studio_sfield *field, studio_sfield_value *value) {
  const char *at = field->at;
  bool negative = *at == '-';
  if (negative) at++;
  const char *first = at;
  int64_t number = 0;
  for (; is_digit(*at); at++) {
    if (at - first == INTEGER_DIGITS) return fail(field);
    number = number * 10 + (*at - '0');
  }
  if (at == first) return fail(field);
  value->type = STUDIO_SFIELD_INTEGER;
  if (*at == '.') {
    if (at - first > DECIMAL_DIGITS || !is_digit(at[1])) return fail(field);
    value->type = STUDIO_SFIELD_DECIMAL;
    number *= 1000;
    at++;
    for (int unit = 100; is_digit(*at); at++, unit /= 10) {
      if (unit == 0) return fail(field);
      number += unit * (*at - '0');
    }
  }
  value->number = negative ? -number : number;
  field->at = at;
  return true;
}

/* `at` is behind the opening quote. Display strings escape by %XX; nothing of ours reads them. */
static bool read_quoted(studio_sfield *field, studio_sfield_value *value, studio_sfield_type type) {
  const char *at = field->at;
  value->type = type;
  value->text = at;
  for (; *at != '"'; at++) {
    if (*at < 0x20 || *at > 0x7e) return fail(field);
    if (type != STUDIO_SFIELD_STRING || *at != '\\') continue;
    at++;
    if (*at != '"' && *at != '\\') return fail(field);
  }
  value->size = (size_t)(at - value->text);
  field->at = at + 1;
  return true;
}

static bool read_bytes(studio_sfield *field, studio_sfield_value *value) {
  const char *at = field->at;
  value->type = STUDIO_SFIELD_BYTES;
  value->text = at;
  while (is_alpha(*at) || is_digit(*at) || one_of(*at, "+/=")) at++;
  if (*at != ':') return fail(field);
  value->size = (size_t)(at - value->text);
  field->at = at + 1;
  return true;
}

static void read_token(studio_sfield *field, studio_sfield_value *value) {
  const char *at = field->at;
  value->type = STUDIO_SFIELD_TOKEN;
  value->text = at;
  while (is_alpha(*at) || is_digit(*at) || one_of(*at, "!#$%&'*+-.^_`|~:/")) at++;
  value->size = (size_t)(at - value->text);
  field->at = at;
}

static bool read_bare(studio_sfield *field, studio_sfield_value *value) {
  char c = *field->at;
  if (c == '-' || is_digit(c)) return read_number(field, value);
  if (c == '*' || is_alpha(c)) return read_token(field, value), true;
  if (!one_of(c, "\":?@%")) return fail(field);
  field->at++;
  if (c == '"') return read_quoted(field, value, STUDIO_SFIELD_STRING);
  if (c == ':') return read_bytes(field, value);
  if (c == '@') {
    if (!read_number(field, value) || value->type != STUDIO_SFIELD_INTEGER) return fail(field);
    value->type = STUDIO_SFIELD_DATE;
    return true;
  }
  if (c == '%') {
    if (*field->at++ != '"') return fail(field);
    return read_quoted(field, value, STUDIO_SFIELD_DISPLAY);
  }
  value->type = STUDIO_SFIELD_BOOLEAN;
  value->number = *field->at == '1';
  if (*field->at != '0' && *field->at != '1') return fail(field);
  field->at++;
  return true;
}

/* ---- keys, parameters, members */

static bool read_key(studio_sfield *field, studio_sfield_value *value) {
  const char *at = field->at;
  if (!is_lower(*at) && *at != '*') return fail(field);
  value->key = at;
  while (is_lower(*at) || is_digit(*at) || one_of(*at, "_-.*")) at++;
  value->key_size = (size_t)(at - value->key);
  field->at = at;
  return true;
}

/* A key alone means "true". */
static void is_true(studio_sfield_value *value) {
  value->type = STUDIO_SFIELD_BOOLEAN;
  value->number = 1;
}

bool studio_sfield_parameter(studio_sfield *field, studio_sfield_value *value) {
  memset(value, 0, sizeof *value);
  if (field->malformed || *field->at != ';') return false;
  field->at++;
  while (*field->at == ' ') field->at++;
  if (!read_key(field, value)) return false;
  if (*field->at != '=') return is_true(value), true;
  field->at++;
  return read_bare(field, value);
}

static bool skip_parameters(studio_sfield *field) {
  studio_sfield_value unused;
  while (studio_sfield_parameter(field, &unused)) continue;
  return !field->malformed;
}

/* `at` is behind the opening parenthesis. */
static bool skip_inner_list(studio_sfield *field) {
  for (;;) {
    studio_sfield_value unused;
    while (*field->at == ' ') field->at++;
    if (*field->at == ')') break;
    if (!read_bare(field, &unused) || !skip_parameters(field)) return false;
    if (*field->at != ' ' && *field->at != ')') return fail(field);
  }
  field->at++;
  return true;
}

static bool read_member(studio_sfield *field, studio_sfield_value *value) {
  if (*field->at != '(') return read_bare(field, value);
  field->at++;
  value->type = STUDIO_SFIELD_INNER_LIST;
  return skip_inner_list(field);
}

/* To the first character of the next member; false: there is none, or the text is malformed. */
static bool next_member(studio_sfield *field, studio_sfield_value *value) {
  memset(value, 0, sizeof *value);
  if (field->malformed || (field->begun && !skip_parameters(field))) return false;
  field->at += strspn(field->at, field->begun ? " \t" : " ");
  if (*field->at == '\0') return false;
  if (field->begun) {
    if (*field->at != ',') return fail(field);
    field->at++;
    field->at += strspn(field->at, " \t");
    if (*field->at == '\0') return fail(field); /* a comma at the end */
  }
  field->begun = true;
  return true;
}

void studio_sfield_open(studio_sfield *field, const char *text) { *field = (studio_sfield){.at = text}; }

bool studio_sfield_item(studio_sfield *field, studio_sfield_value *value) {
  return next_member(field, value) && read_member(field, value);
}

bool studio_sfield_entry(studio_sfield *field, studio_sfield_value *value) {
  if (!next_member(field, value) || !read_key(field, value)) return false;
  if (*field->at != '=') return is_true(value), true;
  field->at++;
  return read_member(field, value);
}

bool studio_sfield_is(const studio_sfield_value *value, const char *key) {
  return strlen(key) == value->key_size && memcmp(value->key, key, value->key_size) == 0;
}
