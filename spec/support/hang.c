/* Look-ups of hangs.example that never end, for LD_PRELOAD.   SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  if (node != NULL && strcmp(node, "hangs.example") == 0) sleep(30);
  look_up *real = (look_up *)dlsym(RTLD_NEXT, "getaddrinfo");
  return real(node, service, hints, result);
}
