/* studio_moment: "later", as services write it.   SPDX-License-Identifier: MIT
**
** Seconds from now, epoch seconds, epoch milliseconds, an HTTP-date in its three forms, or an ISO 8601 date with
** time and zone. Services do not say which; size tells: a number too large for a delta is an epoch. */
#ifndef STUDIO_CORE_MOMENT_H
#define STUDIO_CORE_MOMENT_H

#include <stdint.h>

/* The first number of a list in thousandths: "60", "1.5", "100, 100;w=60". -1: it is none, or has a sign or a unit.
** What is larger than 10^15 counts as that. */
int64_t studio_moment_thousandths(const char *text);

/* Epoch milliseconds of a date with a time; -1: malformed, or before 1970. */
int64_t studio_moment_date(const char *text);

typedef struct studio_moment {
  int64_t ms; /* a delta, or an epoch */
  enum { STUDIO_MOMENT_NONE, STUDIO_MOMENT_DELTA, STUDIO_MOMENT_EPOCH } kind; /* NONE: malformed */
} studio_moment;

studio_moment studio_moment_read(const char *text);

#endif
