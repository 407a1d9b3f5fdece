/* studio_sfield: reads structured fields (RFC 9651).   SPDX-License-Identifier: MIT
**
** Lists and dictionaries of values with parameters: `"burst";r=50;t=30, "daily";r=9`. A reader that the caller
** pulls; it allocates nothing and points into the text. A field is good or bad as a whole, so what was read
** counts only if `malformed` is still false when the reader has come to the end. */
#ifndef STUDIO_CORE_SFIELD_H
#define STUDIO_CORE_SFIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum studio_sfield_type {
  STUDIO_SFIELD_INTEGER,
  STUDIO_SFIELD_DECIMAL,
  STUDIO_SFIELD_STRING,
  STUDIO_SFIELD_TOKEN,
  STUDIO_SFIELD_BYTES,
  STUDIO_SFIELD_BOOLEAN,
  STUDIO_SFIELD_DATE,
  STUDIO_SFIELD_DISPLAY,
  STUDIO_SFIELD_INNER_LIST /* its items are checked, and not told */
} studio_sfield_type;

typedef struct studio_sfield_value {
  const char *key; /* of a dictionary's member or a parameter; else NULL */
  size_t key_size;
  studio_sfield_type type;
  int64_t number;   /* INTEGER, DATE (epoch seconds), BOOLEAN; DECIMAL: in thousandths */
  const char *text; /* STRING, DISPLAY, BYTES: between the quotes, escapes as they stand; TOKEN */
  size_t size;
} studio_sfield_value;

typedef struct studio_sfield {
  const char *at;
  bool begun, malformed;
} studio_sfield;

void studio_sfield_open(studio_sfield *field, const char *text);

/* The next member of a list, or of a dictionary; parameters of the one before that nobody read are skipped.
** False: there is none, or the text is malformed. A key that comes twice counts as said the last time. */
bool studio_sfield_item(studio_sfield *field, studio_sfield_value *value);
bool studio_sfield_entry(studio_sfield *field, studio_sfield_value *value);

/* The next parameter of the member that was read last. */
bool studio_sfield_parameter(studio_sfield *field, studio_sfield_value *value);

bool studio_sfield_is(const studio_sfield_value *value, const char *key); /* compares the key */

#endif
