/* What an answer's headers say, written short.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_SPEC_HINT_H
#define STUDIO_SPEC_HINT_H

#include "core/ratehint.h"

/* Retry-After, and limit, remaining and reset of the plain fields. */
#define HINT(after, most, left, reset) {.retry_after_ms = (after), .plain = {(most), (left), (reset), -1}}

#endif
