/* studio_results: what libcurl knows of an attempt that is over.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_RESULTS_H
#define STUDIO_CORE_RESULTS_H

#include "core/transport.h"

/* Timing and HTTP version go into the call's response, bytes and connections into the client's statistics. */
void studio_results_read(const studio_attempt *attempt);

#endif
