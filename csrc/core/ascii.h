/* studio_ascii: letters of names, schemes and hosts, whatever the locale.   SPDX-License-Identifier: MIT
**
** strcasecmp asks the locale (a Turkish host program would see "ID" and "id" differ); protocols do not. */
#ifndef STUDIO_CORE_ASCII_H
#define STUDIO_CORE_ASCII_H

#include <stdbool.h>

static inline unsigned char studio_ascii_lower(char c) {
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The same text, upper and lower case not told apart. */
static inline bool studio_ascii_equal(const char *a, const char *b) {
  while (*a && studio_ascii_lower(*a) == studio_ascii_lower(*b)) {
    a++;
    b++;
  }
  return studio_ascii_lower(*a) == studio_ascii_lower(*b);
}

#endif
