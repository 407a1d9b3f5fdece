/* studio_clock: the two clocks of the system.   SPDX-License-Identifier: MIT */
#include "core/clock.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/sysctl.h>
#endif

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

bool studio_clock_boot(char id[STUDIO_CLOCK_BOOT]) {
  memset(id, 0, STUDIO_CLOCK_BOOT);
#ifdef __APPLE__
  size_t size = STUDIO_CLOCK_BOOT - 1;
  if (sysctlbyname("kern.bootsessionuuid", id, &size, NULL, 0) != 0) return false;
#else
  int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t size = read(fd, id, STUDIO_CLOCK_BOOT - 1);
  close(fd);
  if (size <= 0) return false;
#endif
  id[strcspn(id, "\n")] = '\0';
  return id[0] != '\0';
}
