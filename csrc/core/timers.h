/* studio_timers: calls by the moment at which something is due for them.   SPDX-License-Identifier: MIT
** A binary heap; each call stands in it at most once, at call->timer_index. */
#ifndef STUDIO_CORE_TIMERS_H
#define STUDIO_CORE_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/call.h"

#define STUDIO_TIMER_NONE ((size_t)-1)

typedef struct studio_timers {
  studio_call **heap;
  size_t count, capacity;
} studio_timers;

/* Makes room for so many calls; false: out of memory. A call that nobody wakes would hang, so room is made
** when it is submitted, and setting cannot fail. */
bool studio_timers_reserve(studio_timers *timers, size_t calls);
/* Sets, moves or (STUDIO_NEVER) takes out. */
void studio_timers_set(studio_timers *timers, studio_call *call, int64_t at);
/* The call that is due next, still in the heap; NULL: none. */
studio_call *studio_timers_first(const studio_timers *timers);
void studio_timers_free(studio_timers *timers);

#endif
