/* studio_limiter: when may a call be sent?   SPDX-License-Identifier: MIT
**
** A table of slots, searched from end to end: capacities are small, and a scan of a few hundred numbers
** costs less than one system call. The table is used only between table_open and table_close. */
#include "core/limiter.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/heed.h"

#define PAUSE_CAP_MS (3600LL * 1000)
#define PAUSE_DEFAULT_MS 1000 /* a 429 without a hint, from a limiter without a window */

struct studio_limiter {
  int refs;
  char *name;
  studio_limit limit; /* as in force */
  studio_limit configured;

  /* What this process spent, in the store's numbering. It is the table where there is no store, and goes
  ** on as the table while the store cannot be locked. */
  studio_slot_table own;
  studio_limiter_store *store;
  bool locked; /* the store's table is the one in use */
  bool alone;  /* there is no store, or it cannot be had: an earlier run left no trace */
  bool *owed;  /* [size] released while the store could not be told */
  int64_t *sorted; /* [size] scratch of window_at */

  int in_flight, waiting;
  int64_t sent, refused;
  int64_t first_send;    /* STUDIO_NEVER: none yet */
  int64_t previous_send; /* the spacing's state before last_slot was taken */
  unsigned tickets;      /* handed out; of its own, since what was not sent after all is taken off `sent` */
  int last_slot;         /* the slot, or negative ticket, of the last send; INT_MIN: none to take back */

  studio_heed heed; /* what headers said */
  int64_t episode; /* when the last pause that was judged began */
  int unexplained;
};

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

/* How long a slot cools after its answer: as long as the most careful of those who share it wants. */
static int64_t cycle(const studio_limiter *limiter) {
  return later(limiter->limit.window_ms + limiter->limit.guard_ms, limiter->own.cycle_ms);
}

/* The tightest capacity of all who share the slots. */
static int capacity_now(const studio_limiter *limiter) {
  int mine = limiter->limit.capacity, theirs = limiter->own.capacity;
  return theirs > 0 && theirs < mine ? theirs : mine;
}

static int64_t least_zero(int64_t n) { return n > 0 ? n : 0; }

studio_limiter *studio_limiter_new(const char *name, const studio_limit *limit, studio_limiter_store *store) {
  studio_limiter *limiter = calloc(1, sizeof *limiter);
  if (!limiter) return NULL;
  limiter->refs = 1;
  limiter->limit = *limit;
  studio_limit *l = &limiter->limit;
  if (l->capacity <= 0 || l->window_ms <= 0) l->capacity = 0, l->window_ms = 0;
  l->guard_ms = least_zero(l->guard_ms);
  l->linger_ms = least_zero(l->linger_ms);
  l->spacing_ms = least_zero(l->spacing_ms);
  if (l->max_in_flight < 0) l->max_in_flight = 0;
  limiter->configured = *l;

  size_t size = (size_t)l->capacity, room = size ? size : 1; /* calloc(0) may be NULL */
  size_t name_size = strlen(name) + 1;
  limiter->name = malloc(name_size);
  limiter->own.until = calloc(room, sizeof *limiter->own.until);
  limiter->owed = calloc(room, sizeof *limiter->owed);
  limiter->sorted = calloc(room, sizeof *limiter->sorted);
  if (!limiter->name || !limiter->own.until || !limiter->owed || !limiter->sorted) {
    studio_limiter_unref(limiter);
    return NULL;
  }
  memcpy(limiter->name, name, name_size);
  for (size_t i = 0; i < size; i++) limiter->own.until[i] = STUDIO_LONG_AGO;
  limiter->own.size = l->capacity;
  limiter->own.paused_until = limiter->own.last_send = STUDIO_LONG_AGO;
  limiter->previous_send = limiter->episode = STUDIO_LONG_AGO;
  studio_heed_init(&limiter->heed);
  limiter->first_send = STUDIO_NEVER;
  limiter->last_slot = INT_MIN;
  limiter->store = store; /* last: a store is owned only by a limiter that came to be */
  return limiter;
}

studio_limiter *studio_limiter_ref(studio_limiter *limiter) {
  limiter->refs++;
  return limiter;
}

void studio_limiter_unref(studio_limiter *limiter) {
  if (!limiter || --limiter->refs > 0) return;
  if (limiter->store) limiter->store->destroy(limiter->store);
  free(limiter->sorted);
  free(limiter->owed);
  free(limiter->own.until);
  free(limiter->name);
  free(limiter);
}

const char *studio_limiter_name(const studio_limiter *limiter) { return limiter->name; }
const studio_limit *studio_limiter_limit(const studio_limiter *limiter) { return &limiter->limit; }

/* Room for a table that another process made larger; what is added was never used by us. */
static bool own_grow(studio_limiter *limiter, int size) {
  int had = limiter->own.size;
  if (size <= had) return true;
  size_t room = (size_t)size;
  int64_t *until = realloc(limiter->own.until, room * sizeof *until);
  if (until) limiter->own.until = until;
  int64_t *sorted = realloc(limiter->sorted, room * sizeof *sorted);
  if (sorted) limiter->sorted = sorted;
  bool *owed = realloc(limiter->owed, room * sizeof *owed);
  if (owed) limiter->owed = owed;
  if (!until || !sorted || !owed) return false;
  for (int i = had; i < size; i++) until[i] = STUDIO_LONG_AGO, owed[i] = false;
  limiter->own.size = size;
  return true;
}

/* What the other processes want of us, and what any of them has learnt; kept while the store cannot be asked. */
static void table_heed(studio_limiter *limiter, const studio_slot_table *table) {
  limiter->own.capacity = table->capacity;
  limiter->own.cycle_ms = table->cycle_ms;
  if (limiter->limit.capacity > 0) limiter->limit.guard_ms = later(limiter->limit.guard_ms, table->guard_ms);
  limiter->limit.spacing_ms = later(limiter->limit.spacing_ms, table->spacing_ms);
}

/* The table to read and change. What this process knows and the store lost, or was never told, is put
** in again: each lock heals, so a store that fails for a while costs precision and never a slot. */
static studio_slot_table *table_open(studio_limiter *limiter, int64_t now) {
  studio_slot_table *own = &limiter->own;
  studio_limiter_store *store = limiter->store;
  studio_slot_table *table = store ? store->lock(store, now, limiter->waiting) : NULL;
  if (table && (table->size < own->size || !own_grow(limiter, table->size))) { /* of no use */
    store->unlock(store);
    table = NULL;
  }
  limiter->locked = table != NULL;
  own->not_before = !table && store && store->busy ? now + STUDIO_BUSY_MS : 0;
  limiter->alone = !table && own->not_before == 0;
  if (!table) return own;
  table_heed(limiter, table);
  for (int i = 0; i < own->size; i++) {
    table->until[i] = limiter->owed[i] ? own->until[i] : later(table->until[i], own->until[i]);
    limiter->owed[i] = false;
  }
  table->paused_until = later(table->paused_until, own->paused_until);
  table->last_send = later(table->last_send, own->last_send);
  return table;
}

static void rest(const studio_limiter *limiter) {
  if (limiter->in_flight > 0 || limiter->waiting > 0) return;
  if (limiter->store && limiter->store->rest) limiter->store->rest(limiter->store);
}

/* Also after a change: unlocking is what publishes. */
static void table_close(studio_limiter *limiter) {
  if (limiter->locked) limiter->store->unlock(limiter->store);
  limiter->locked = false;
  rest(limiter);
}

/* In the table and in our own memory of it. */
static void slot_set(studio_limiter *limiter, studio_slot_table *table, int slot, int64_t until) {
  table->until[slot] = limiter->own.until[slot] = until;
  limiter->owed[slot] = limiter->store && !limiter->locked;
}

/* Cooling or in flight, whoever of the store's processes they belong to. */
static int slots_used(const studio_slot_table *table, int64_t now) {
  int used = 0;
  for (int i = 0; i < table->size; i++) used += table->until[i] > now;
  return used;
}

static int time_order(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

/* When the window has room for a call with `ahead` others before it, not before `from`. A slot in flight
** counts as free at `held`: STUDIO_NEVER where the answer must be certain.
** The table may have more slots than the capacity in force, so `size - capacity` must stay free. */
static int64_t window_at(studio_limiter *limiter, const studio_slot_table *table, int64_t from, int ahead,
                         int64_t held) {
  int capacity = capacity_now(limiter), foreign = studio_heed_foreign(&limiter->heed, from);
  if (capacity == 0 || ahead < capacity - slots_used(table, from) - foreign) return from;
  int rounds = ahead / capacity, first = table->size - capacity + ahead % capacity;
  if (rounds > 0 && held == STUDIO_NEVER) return STUDIO_NEVER;
  int64_t *sorted = limiter->sorted;
  for (int i = 0; i < table->size; i++) {
    int64_t until = table->until[i];
    sorted[i] = later(until == STUDIO_NEVER ? held : until, from);
  }
  qsort(sorted, (size_t)table->size, sizeof *sorted, time_order);
  /* Either the others' slots come back, or so many of our own do that theirs do not matter. */
  int64_t at = foreign ? later(sorted[first], limiter->heed.foreign_until) : sorted[first];
  if (first + foreign < table->size) at = sooner(at, sorted[first + foreign]);
  return at == STUDIO_NEVER ? at : at + rounds * cycle(limiter);
}

/* The same with pause and spacing, with what headers said, and in turn with other processes. */
static int64_t open_at(studio_limiter *limiter, const studio_slot_table *table, int64_t now, int ahead,
                       int64_t held) {
  int64_t from = later(now, table->paused_until), spacing = limiter->limit.spacing_ms;
  int64_t at = window_at(limiter, table, from, ahead, held);
  if (spacing > 0) at = later(at, later(from, table->last_send + spacing) + ahead * spacing);
  int64_t better = limiter->in_flight > 0 && held != STUDIO_NEVER ? later(held, from + PAUSE_DEFAULT_MS) : STUDIO_NEVER;
  at = later(at, studio_heed_at(&limiter->heed, from, table->last_send, ahead, better));
  return later(at, table->not_before);
}

/* Would a call with `ahead` others before it find max_in_flight reached? Counts this process alone. */
static bool in_flight_full(const studio_limiter *limiter, int ahead) {
  int most = limiter->limit.max_in_flight;
  return most > 0 && limiter->in_flight + ahead >= most;
}

int64_t studio_limiter_ready_at(studio_limiter *limiter, int64_t now) {
  if (in_flight_full(limiter, 0)) return STUDIO_NEVER;
  studio_slot_table *table = table_open(limiter, now);
  int64_t at = table->wake = open_at(limiter, table, now, 0, now + cycle(limiter));
  if (table->look_at > now) at = sooner(at, table->look_at);
  table_close(limiter);
  return at;
}

int64_t studio_limiter_sure_at(studio_limiter *limiter, int64_t now, int ahead) {
  if (in_flight_full(limiter, ahead)) return STUDIO_NEVER;
  int64_t at = open_at(limiter, table_open(limiter, now), now, ahead, STUDIO_NEVER);
  table_close(limiter);
  return at;
}

int64_t studio_limiter_estimate(studio_limiter *limiter, int64_t now, int ahead) {
  studio_slot_table *table = table_open(limiter, now);
  int64_t at = open_at(limiter, table, now, ahead, now + cycle(limiter));
  table_close(limiter);
  return at - now;
}

/* Where there is no window a slot is a ticket below zero, so that release can tell the last send. */
static int slot_find(studio_limiter *limiter, const studio_slot_table *table, int64_t now) {
  if (table->size == 0) return -1 - (int)(limiter->tickets++ & 0xffffff);
  int slot = 0;
  while (table->until[slot] > now) slot++;
  return slot;
}

/* The same question as ready_at asks, and the taking, under one lock. */
static bool take_one(studio_limiter *limiter, int64_t now, int *slot) {
  if (in_flight_full(limiter, 0)) return false;
  studio_slot_table *table = table_open(limiter, now);
  bool free_now = open_at(limiter, table, now, 0, STUDIO_NEVER) <= now;
  if (free_now) {
    *slot = limiter->last_slot = slot_find(limiter, table, now);
    if (*slot >= 0) slot_set(limiter, table, *slot, STUDIO_NEVER);
    limiter->previous_send = table->last_send;
    table->last_send = limiter->own.last_send = now;
    limiter->first_send = sooner(limiter->first_send, now);
    studio_heed_sent(&limiter->heed, 1);
    limiter->sent++;
    limiter->in_flight++;
  }
  table_close(limiter);
  return free_now;
}

/* One after the other, given back if one fails: stores are never locked two at a time, so that
** two processes cannot lock each other out. */
bool studio_limiters_take(studio_limiter *const *limiters, int count, int64_t now, int *slots) {
  for (int i = 0; i < count; i++) {
    if (take_one(limiters[i], now, &slots[i])) continue;
    while (i-- > 0) {
      studio_limiter_release(limiters[i], slots[i], now, STUDIO_SLOT_NOT_SENT);
      studio_limiter_leave(limiters[i], now);
    }
    return false;
  }
  return true;
}

/* The last send did not happen: the spacing is as before, unless another process has sent since. */
static void unsend(studio_limiter *limiter, studio_slot_table *table, int slot) {
  studio_heed_sent(&limiter->heed, -1);
  limiter->sent--;
  if (slot != limiter->last_slot) return;
  limiter->last_slot = INT_MIN;
  if (table->last_send == limiter->own.last_send) table->last_send = limiter->previous_send;
  limiter->own.last_send = sooner(limiter->own.last_send, limiter->previous_send);
}

void studio_limiter_release(studio_limiter *limiter, int slot, int64_t now, studio_slot_end how) {
  if (slot >= limiter->own.size) return;
  if (slot >= 0 && limiter->own.until[slot] != STUDIO_NEVER) return; /* released before */
  studio_slot_table *table = table_open(limiter, now);
  int64_t until = now + cycle(limiter);
  if (how == STUDIO_SLOT_FAILED) until += limiter->limit.linger_ms;
  if (how == STUDIO_SLOT_NOT_SENT) until = now;
  if (slot >= 0) slot_set(limiter, table, slot, until);
  if (how == STUDIO_SLOT_NOT_SENT) unsend(limiter, table, slot);
  table_close(limiter);
}

void studio_limiter_leave(studio_limiter *limiter, int64_t now) {
  (void)now;
  if (limiter->in_flight > 0) limiter->in_flight--;
  rest(limiter);
}

/* Others were seen spending; a quota of another window is spent; or an earlier run may have spent just before this
** one began, which only a store would know. */
static bool explained(const studio_limiter *limiter, int64_t now, const studio_ratehint *hint) {
  int64_t span = later(limiter->limit.window_ms, PAUSE_DEFAULT_MS);
  if (now - limiter->heed.foreign_seen <= span) return true;
  if (hint && studio_heed_explains(hint, limiter->limit.window_ms)) return true;
  return limiter->alone && now - limiter->first_send < cycle(limiter) + limiter->limit.linger_ms;
}

/* The server counts otherwise than we thought: become more careful by one step. */
static void learn(studio_limiter *limiter, studio_slot_table *table, int64_t now) {
  studio_limit *limit = &limiter->limit;
  limiter->unexplained++;
  if (limit->capacity > 0 && limit->guard_ms < STUDIO_GUARD_WIDE_MS) {
    int64_t more = STUDIO_GUARD_WIDE_MS - limit->guard_ms;
    limit->guard_ms = table->guard_ms = STUDIO_GUARD_WIDE_MS;
    for (int i = 0; i < table->size; i++) { /* what cools already needs the wider guard as well */
      int64_t until = table->until[i];
      if (until > now && until != STUDIO_NEVER) slot_set(limiter, table, i, until + more);
    }
    return;
  }
  int64_t pace = limiter->configured.spacing_ms; /* or so that the window is used up evenly */
  if (limit->capacity > 0) pace = (cycle(limiter) + limit->capacity - 1) / limit->capacity;
  int64_t next = limit->spacing_ms < pace ? pace : sooner(limit->spacing_ms * 5 / 4, 2 * pace);
  limit->spacing_ms = table->spacing_ms = later(limit->spacing_ms, next);
}

void studio_limiter_refused(studio_limiter *limiter, int64_t now, const studio_ratehint *hint) {
  studio_slot_table *table = table_open(limiter, now);
  limiter->refused++;
  studio_heed_refused(&limiter->heed, now);
  /* Nobody sends in a pause: an answer that comes in one, or before anything was sent after it, belongs to
  ** what was sent before. */
  if (table->paused_until <= now && limiter->own.last_send > limiter->episode) {
    limiter->episode = now;
    if (!explained(limiter, now, hint)) learn(limiter, table, now);
  }
  int64_t pause = limiter->limit.window_ms > 0 ? limiter->limit.window_ms : PAUSE_DEFAULT_MS;
  int64_t said = hint ? studio_ratehint_pause(hint) : -1;
  if (said >= 0) pause = said;
  pause = sooner(pause + limiter->limit.guard_ms, PAUSE_CAP_MS);
  table->paused_until = later(table->paused_until, now + pause);
  limiter->own.paused_until = table->paused_until;
  table_close(limiter);
}

static void tighten(studio_limit *limit, const studio_ratepolicy *quota) {
  bool lower = quota->limit > 0 && quota->limit < limit->capacity;
  if (lower && studio_heed_ours(quota, limit->window_ms)) limit->capacity = (int)quota->limit;
}

void studio_limiter_observe(studio_limiter *limiter, int64_t now, const studio_ratehint *hint) {
  studio_limit *limit = &limiter->limit;
  tighten(limit, &hint->plain);
  bool counted = hint->plain.remaining >= 0;
  for (int i = 0; i < hint->policy_count; i++) {
    tighten(limit, &hint->policies[i]);
    counted |= hint->policies[i].remaining >= 0;
  }
  if (!counted) return; /* as with nearly every answer: no need to lock a table */
  /* Our own: a slot that became free a moment ago may still be counted in an answer that was on its way
  ** then. And where the service allows more than our capacity, others may spend that much unnoticed. */
  studio_slot_table *table = table_open(limiter, now);
  studio_heed_own own = {capacity_now(limiter), limit->window_ms, slots_used(table, now - limit->linger_ms),
                         limiter->in_flight};
  table_close(limiter);
  studio_heed_observe(&limiter->heed, &own, hint, now);
}

void studio_limiter_waiting(studio_limiter *limiter, int change) {
  limiter->waiting += change;
  rest(limiter);
}

/* What stands in the way, the longest-lasting first. */
static const char *why_not(const studio_limiter *limiter, const studio_limiter_report *report, int64_t wait) {
  if (report->paused_ms > 0) return "paused";
  if (in_flight_full(limiter, 0)) return "in_flight";
  if (wait == 0) return "free";
  if (report->quota_ms > 0) return "quota";
  if (report->free != 0 && report->pace_ms > limiter->limit.spacing_ms) return "foreign";
  if (report->free != 0) return wait <= STUDIO_BUSY_MS && !limiter->limit.spacing_ms ? "turn" : "spacing";
  return report->held + report->cooling < capacity_now(limiter) ? "foreign" : "window";
}

void studio_limiter_explain(studio_limiter *limiter, int64_t now, studio_limiter_report *report) {
  studio_slot_table *table = table_open(limiter, now);
  memset(report, 0, sizeof *report);
  report->limit = limiter->limit;
  report->limit.capacity = capacity_now(limiter);
  report->configured_capacity = limiter->configured.capacity;
  for (int i = 0; i < table->size; i++) report->held += table->until[i] == STUDIO_NEVER;
  report->cooling = slots_used(table, now) - report->held;
  report->foreign = studio_heed_foreign(&limiter->heed, now);
  report->pace_ms = studio_heed_pace(&limiter->heed, now);
  int64_t spare = capacity_now(limiter) - report->held - report->cooling - report->foreign;
  report->free = limiter->limit.capacity == 0 ? -1 : (int)least_zero(spare);
  report->in_flight = limiter->in_flight;
  report->waiting = limiter->waiting;
  int64_t wait = open_at(limiter, table, now, 0, now + cycle(limiter)) - now;
  report->paused_ms = least_zero(table->paused_until - now);
  table_close(limiter);
  const studio_quota *spent = studio_heed_spent(&limiter->heed, now);
  if (spent) report->quota_ms = spent->until - now;
  report->sent = limiter->sent;
  report->refused = limiter->refused;
  report->unexplained = limiter->unexplained;
  report->learnt = limiter->limit.guard_ms > limiter->configured.guard_ms ||
                   limiter->limit.spacing_ms > limiter->configured.spacing_ms;
  report->stored = limiter->store && !limiter->alone;
  report->trouble = limiter->store && limiter->alone ? limiter->store->trouble : NULL;
  report->why = why_not(limiter, report, wait);
  report->next_slot_ms = in_flight_full(limiter, 0) ? -1 : wait;
}
