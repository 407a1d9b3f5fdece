/* studio_clock: the two clocks of the system.   SPDX-License-Identifier: MIT */
#include "core/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id) {
  struct timespec t = {0, 0};
  clock_gettime(id, &t); /* cannot fail for the two clocks that POSIX demands */
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t studio_clock_ms(void) {
  return read_ms(CLOCK_MONOTONIC);
}

int64_t studio_clock_wall_ms(void) {
  return read_ms(CLOCK_REALTIME);
}
