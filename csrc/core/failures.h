/* studio_failure: what a transfer that broke off means to us.   SPDX-License-Identifier: MIT
**
** The one place that turns codes of libcurl into kinds, codes and sentences of ours. */
#ifndef STUDIO_CORE_FAILURES_H
#define STUDIO_CORE_FAILURES_H

#include "core/transport.h"

/* Fills failure (kind, code, message, stage) for an attempt that ended with `code`, which is not CURLE_OK. What a
** callback of ours had to say (attempt->trouble) comes first. *fatal becomes true where no repeat can help. */
void studio_failure_of(const studio_attempt *attempt, CURLcode code, studio_error *failure, bool *fatal);

#endif
