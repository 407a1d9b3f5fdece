/* oom: makes memory run out, and looks at what is freed, for the C tests.   SPDX-License-Identifier: MIT */
#include "support/oom.h"

#ifdef __APPLE__
#include <malloc/malloc.h>
#define malloc_usable_size malloc_size
#else
#include <malloc.h>
#endif
#include <stddef.h>
#include <string.h>

static long left;                  /* allocations until the one that fails; only read while active */
static bool active, lasts, failed;
static const char *watched;        /* NULL: nobody looks */
static int seen;

/* The linker points every call of malloc at __wrap_malloc, and __real_malloc at the real one. Weak, so that
** a test that is linked without the flags builds as well. */
void *__real_malloc(size_t size) __attribute__((weak));
void *__real_calloc(size_t count, size_t size) __attribute__((weak));
void *__real_realloc(void *memory, size_t size) __attribute__((weak));
char *__real_strdup(const char *text) __attribute__((weak));
void __real_free(void *memory) __attribute__((weak));
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *memory);

static bool out_of_memory(void) {
  if (!active || --left > 0 || (left < 0 && !lasts)) return false;
  failed = true;
  return true;
}

static void look(void *memory) {
  const char *bytes = memory;
  size_t size = memory ? malloc_usable_size(memory) : 0, wanted = strlen(watched);
  for (size_t i = 0; i + wanted <= size; i++) {
    if (memcmp(bytes + i, watched, wanted) == 0) {
      seen++;
      return;
    }
  }
}

void __wrap_free(void *memory) {
  if (watched) look(memory);
  __real_free(memory);
}

void *__wrap_malloc(size_t size) {
  if (out_of_memory()) return NULL;
  return watched ? __real_calloc(1, size) : __real_malloc(size); /* zeroes: so that all of it can be read */
}

void *__wrap_calloc(size_t count, size_t size) {
  return out_of_memory() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  if (out_of_memory()) return NULL;
  if (!watched) return __real_realloc(memory, size);
  char *moved = __real_calloc(1, size); /* always moves, as it may at any time */
  size_t old = memory ? malloc_usable_size(memory) : 0;
  if (old > 0) memcpy(moved, memory, old < size ? old : size);
  __wrap_free(memory);
  return moved;
}

char *__wrap_strdup(const char *text) {
  return out_of_memory() ? NULL : __real_strdup(text);
}

bool oom_possible(void) {
  return __real_malloc != NULL && __real_free != NULL;
}

void oom_start(long nth, bool lasting) {
  left = nth;
  lasts = lasting;
  failed = false;
  active = true;
}

bool oom_stop(void) {
  active = false;
  return failed;
}

long oom_torture(bool (*step)(void *state), void *state) {
  for (long nth = 1;; nth++) {
    bool ran_out = false;
    for (int lasting = 0; lasting <= 1; lasting++) {
      oom_start(nth, lasting);
      bool done = step(state);
      ran_out = oom_stop();
      if (done == ran_out) return -1;
    }
    if (!ran_out) return nth - 1;
  }
}

void oom_watch(const char *canary) {
  seen = 0;
  watched = canary;
}

int oom_seen(void) {
  watched = NULL;
  return seen;
}
