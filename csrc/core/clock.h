/* studio_clock: where "now" comes from.   SPDX-License-Identifier: MIT
**
** Policies take `now` as an argument; only the loop owns a clock, and tests hand it another. All
** core times are int64_t milliseconds of the monotonic clock, unless the name says wall. */
#ifndef STUDIO_CORE_CLOCK_H
#define STUDIO_CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define STUDIO_NEVER INT64_MAX /* a moment that does not come by itself */

/* Milliseconds since some fixed moment; never steps. */
int64_t studio_clock_ms(void);

/* Milliseconds since 1970, as the system believes; may step. */
int64_t studio_clock_wall_ms(void);

/* Which run of the machine this is: after a crash of it, what was written last may not have reached the disk.
** False: the system does not tell. */
#define STUDIO_CLOCK_BOOT 64
bool studio_clock_boot(char id[STUDIO_CLOCK_BOOT]);

#endif
