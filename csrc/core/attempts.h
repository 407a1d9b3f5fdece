/* studio_attempts: libcurl handles that are used again.   SPDX-License-Identifier: MIT
** A fresh handle for each request would double its cost. */
#ifndef STUDIO_CORE_ATTEMPTS_H
#define STUDIO_CORE_ATTEMPTS_H

#include "core/transport.h"

typedef struct studio_attempts {
  studio_attempt *idle; /* list by next_free */
  int count;
} studio_attempts;

studio_attempt *studio_attempts_take(studio_attempts *attempts); /* NULL: out of memory */
void studio_attempts_put(studio_attempts *attempts, studio_attempt *attempt);
void studio_attempts_free(studio_attempts *attempts);

#endif
