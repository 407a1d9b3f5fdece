/* oom: makes memory run out, and looks at what is freed, for the C tests.   SPDX-License-Identifier: MIT
**
** Works where the test was linked with
**   -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free
** (GNU ld, lld); only what the core itself allocates is counted, not libcurl's or cmocka's own. */
#ifndef STUDIO_SPEC_OOM_H
#define STUDIO_SPEC_OOM_H

#include <stdbool.h>

/* Was the test linked so? If not, a test of this kind calls cmocka's skip(). */
bool oom_possible(void);

/* The nth allocation from now (1: the next) fails, and with `lasting` all after it, until oom_stop. */
void oom_start(long nth, bool lasting);

/* Memory is back. True when an allocation failed meanwhile. */
bool oom_stop(void);

/* Runs `step` with the 1st allocation failing, then the 2nd … until it needs no more, each time once with
** that one alone and once with all after it. `step` does and undoes one thing, and returns what the thing
** returned: it must be false whenever memory ran out, true otherwise. Returns how many allocations it
** takes; -1: it said the wrong thing. */
long oom_torture(bool (*step)(void *state), void *state);

/* From now on every block that is given back (free, or realloc that moves) is searched for `canary`. Blocks
** must not be older than that. */
void oom_watch(const char *canary);

/* Stops looking; in how many blocks the canary was still to be read. */
int oom_seen(void);

#endif
