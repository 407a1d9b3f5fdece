/* studio_timers: calls by the moment at which something is due for them.   SPDX-License-Identifier: MIT */
#include "core/timers.h"

#include <stdlib.h>

static void place(studio_timers *timers, size_t i, studio_call *call) {
  timers->heap[i] = call;
  call->timer_index = i;
}

static void sift_up(studio_timers *timers, size_t i) {
  studio_call *call = timers->heap[i];
  while (i > 0 && timers->heap[(i - 1) / 2]->timer_at > call->timer_at) {
    place(timers, i, timers->heap[(i - 1) / 2]);
    i = (i - 1) / 2;
  }
  place(timers, i, call);
}

static void sift_down(studio_timers *timers, size_t i) {
  studio_call *call = timers->heap[i];
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= timers->count) break;
    if (child + 1 < timers->count && timers->heap[child + 1]->timer_at < timers->heap[child]->timer_at) child++;
    if (timers->heap[child]->timer_at >= call->timer_at) break;
    place(timers, i, timers->heap[child]);
    i = child;
  }
  place(timers, i, call);
}

static void take_out(studio_timers *timers, studio_call *call) {
  size_t i = call->timer_index;
  studio_call *last = timers->heap[--timers->count];
  call->timer_index = STUDIO_TIMER_NONE;
  if (last == call) return;
  place(timers, i, last);
  sift_up(timers, i);
  sift_down(timers, last->timer_index);
}

bool studio_timers_reserve(studio_timers *timers, size_t calls) {
  if (calls <= timers->capacity) return true;
  size_t capacity = timers->capacity > 0 ? timers->capacity * 2 : 64;
  if (capacity < calls) capacity = calls;
  studio_call **heap = realloc(timers->heap, capacity * sizeof *heap);
  if (heap == NULL) return false;
  timers->heap = heap;
  timers->capacity = capacity;
  return true;
}

void studio_timers_set(studio_timers *timers, studio_call *call, int64_t at) {
  if (call->timer_index != STUDIO_TIMER_NONE) {
    if (call->timer_at == at) return;
    take_out(timers, call);
  }
  call->timer_at = at;
  if (at == STUDIO_NEVER) return;
  place(timers, timers->count++, call);
  sift_up(timers, timers->count - 1);
}

studio_call *studio_timers_first(const studio_timers *timers) {
  return timers->count > 0 ? timers->heap[0] : NULL;
}

void studio_timers_free(studio_timers *timers) {
  free(timers->heap);
  *timers = (studio_timers){0};
}
