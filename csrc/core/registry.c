/* studio_registry: the limiters of a loop, by limit key.   SPDX-License-Identifier: MIT */
#include "core/registry.h"

#include <stdlib.h>
#include <string.h>

studio_limiter *studio_registry_find(const studio_registry *registry, const char *key, size_t size) {
  for (size_t i = 0; i < registry->count; i++) {
    size_t has = 0;
    const char *value = studio_secret_value(registry->list[i].key, &has);
    if (has == size && memcmp(value, key, size) == 0) return registry->list[i].limiter;
  }
  return NULL;
}

bool studio_registry_add(studio_registry *registry, const char *key, size_t size, studio_limiter *limiter) {
  studio_registry_entry *list = realloc(registry->list, (registry->count + 1) * sizeof *list);
  if (list == NULL) return false;
  registry->list = list;
  studio_secret *copy = studio_secret_new(key, size);
  if (copy == NULL) return false;
  list[registry->count++] = (studio_registry_entry){copy, studio_limiter_ref(limiter)};
  return true;
}

void studio_registry_free(studio_registry *registry) {
  for (size_t i = 0; i < registry->count; i++) {
    studio_secret_unref(registry->list[i].key);
    studio_limiter_unref(registry->list[i].limiter);
  }
  free(registry->list);
  *registry = (studio_registry){0};
}
