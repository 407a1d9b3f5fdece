/* studio_registry: the limiters of a loop, by limit key.   SPDX-License-Identifier: MIT
**
** Clients of the same service and credential share their limiters, and a client made after another was
** closed finds the slots that the first one spent: entries stay as long as the loop. Keys may hold
** credentials, so they are kept as secrets. */
#ifndef STUDIO_CORE_REGISTRY_H
#define STUDIO_CORE_REGISTRY_H

#include <stddef.h>

#include "core/limiter.h"
#include "core/secret.h"

typedef struct studio_registry_entry {
  studio_secret *key;
  studio_limiter *limiter;
} studio_registry_entry;

typedef struct studio_registry {
  studio_registry_entry *list;
  size_t count;
} studio_registry;

studio_limiter *studio_registry_find(const studio_registry *registry, const char *key, size_t size);
/* Keeps one count of the limiter; false: out of memory. */
bool studio_registry_add(studio_registry *registry, const char *key, size_t size, studio_limiter *limiter);
void studio_registry_free(studio_registry *registry);

#endif
