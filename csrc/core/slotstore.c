/* studio_slotstore: slots of a limiter in a file, for all processes and runs.   SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* readlink of the clock's name space */
#include "core/slotstore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAITERS 32     /* processes that take turns; more of them race */
#define CHECK_MS 100   /* between looks whether owners are alive */
#define SKEW_MS 60000  /* the file may be so much ahead of a process that was slow to look at its clock */
#define LARGEST (INT64_C(1) << 50) /* of a wall clock, or a count */
#define FARTHEST_MS (400LL * 24 * 3600 * 1000) /* no honest time is farther away */

typedef struct slot {
  int64_t until;
  uint64_t owner; /* of a slot in flight */
} slot;

/* A process that waits for slots, or lately did. */
typedef struct waiter {
  uint64_t owner;  /* 0: not in use */
  int64_t wake;    /* when it means to come for its turn; STUDIO_NEVER: it wants nothing */
  int64_t granted; /* as counted for turns: a newcomer starts level with the others */
} waiter;

typedef struct image {
  char boot[STUDIO_CLOCK_BOOT + 32];
  int64_t wall, mono; /* when it was written */
  int64_t paused_until, last_send;
  int64_t tight_capacity, tight_until; /* the tightest limit, and until when somebody uses it */
  int64_t long_cycle, long_until;      /* the same for W + g */
  int64_t learnt_guard, learnt_spacing, learnt_until;
  uint64_t next_owner, count;
  waiter waiters[WAITERS];
  slot slots[];
} image;

typedef struct slotstore {
  studio_limiter_store base;
  studio_slotfile file;
  studio_limit limit;
  int64_t (*wall_ms)(void);
  char boot[sizeof((image *)0)->boot];
  studio_slot_table table, given; /* given: as it was handed out; its `until` is the upper half of the memory */
  int waiting;
  bool opened, changed;
  uint64_t owner;      /* 0: not claimed yet */
  int64_t now, granted; /* of the last lock; what the waiter's entry says, should it be lost */
  int64_t checked_at, retry_at, busy_since;
  char trouble[1024];
} slotstore;

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t sooner(int64_t a, int64_t b) { return a < b ? a : b; }

static image *image_of(const slotstore *s) { return s->file.data; }
static size_t size_for(size_t count) { return sizeof(image) + count * sizeof(slot); }

static bool in_trouble(slotstore *s, int64_t now, const char *why) {
  snprintf(s->trouble, sizeof s->trouble, "%.700s/%s: %s", s->file.folder, s->file.name, why);
  s->base.trouble = s->trouble;
  s->retry_at = now + STUDIO_SLOTSTORE_RETRY_MS;
  return false;
}

/* ---- bringing the image up to date */

/* How long a slot cools, by the most careful of those who use the file now. */
static int64_t cycle_now(const slotstore *s) {
  const image *im = image_of(s);
  int64_t mine = s->limit.window_ms + later(s->limit.guard_ms, im->learnt_guard);
  return im->long_until > s->now ? later(mine, im->long_cycle) : mine;
}

static void begin(slotstore *s, int64_t until) {
  image *im = image_of(s);
  memcpy(im->boot, s->boot, sizeof im->boot);
  im->mono = s->now;
  im->paused_until = im->last_send = STUDIO_LONG_AGO;
  im->next_owner = 1;
  for (uint64_t i = 0; i < im->count; i++) im->slots[i].until = until;
  for (int i = 0; i < WAITERS; i++) im->waiters[i].wake = STUDIO_NEVER;
}

/* The contents as an image with at least our capacity, and as many slots as the limiter has seen: a table that became
** smaller is of no use to it. What cannot be one begins anew, and where spending may have been forgotten, with all
** slots cooling. */
static bool adopt(slotstore *s, studio_slotfile_state state) {
  size_t had = 0, need = (size_t)later(s->limit.capacity, s->table.size);
  if (s->file.size >= sizeof(image)) had = image_of(s)->count;
  bool sound = state != STUDIO_SLOTFILE_NEW && state != STUDIO_SLOTFILE_DAMAGED &&
               had <= STUDIO_SLOTSTORE_MOST && s->file.size == size_for(had) && s->file.size >= sizeof(image);
  if (sound && had >= need) return true;
  s->changed = true;
  if (!sound && !studio_slotfile_resize(&s->file, 0)) return false;
  if (!studio_slotfile_resize(&s->file, size_for(need))) return false;
  image *im = image_of(s);
  im->count = need;
  if (sound) {
    for (size_t i = had; i < need; i++) im->slots[i].until = STUDIO_LONG_AGO;
  } else {
    bool careful = state != STUDIO_SLOTFILE_NEW;
    begin(s, careful ? s->now + s->limit.window_ms + s->limit.guard_ms + s->limit.linger_ms : STUDIO_LONG_AGO);
  }
  return true;
}

/* Memory for the table that is handed out and for what it was. */
static bool table_fit(slotstore *s) {
  size_t count = image_of(s)->count;
  if (s->table.until != NULL && s->table.size == (int)count) return true;
  size_t room = count ? count : 1;
  int64_t *until = realloc(s->table.until, 2 * room * sizeof *until);
  if (until == NULL) return false;
  s->table.until = until;
  s->given.until = until + room;
  s->table.size = (int)count;
  return true;
}

/* Another run of the machine (or another machine) wrote it: its clock is not ours. */
static void shift(slotstore *s) {
  image *im = image_of(s);
  int64_t passed = sooner(later(s->wall_ms() - im->wall, 0), later(s->now, 0));
  int64_t by = s->now - im->mono - passed;
  for (uint64_t i = 0; i < im->count; i++) {
    slot *it = &im->slots[i];
    if (it->until == STUDIO_NEVER) continue; /* its owner is looked for as ever */
    it->until = it->until > im->mono ? it->until + by : STUDIO_LONG_AGO;
  }
  if (im->paused_until > im->mono) im->paused_until += by;
  else im->paused_until = STUDIO_LONG_AGO;
  im->last_send = im->last_send == STUDIO_LONG_AGO ? im->last_send : sooner(im->last_send + by, s->now);
  im->tight_until = im->long_until = im->learnt_until = 0;
  for (int i = 0; i < WAITERS; i++) im->waiters[i] = (waiter){0, STUDIO_NEVER, 0};
  memcpy(im->boot, s->boot, sizeof im->boot);
  im->mono = s->now;
  s->checked_at = STUDIO_LONG_AGO;
  s->changed = true;
}

static int64_t within(int64_t value, int64_t least, int64_t most) { return later(least, sooner(value, most)); }

/* No arithmetic on what no clock can have said, and no process have counted. */
static void clamp(slotstore *s) {
  image *im = image_of(s);
  int64_t least = -FARTHEST_MS, most = s->now + FARTHEST_MS;
  int64_t *times[] = {&im->mono, &im->tight_until, &im->long_until, &im->learnt_until};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) *times[i] = within(*times[i], least, most);
  int64_t *spans[] = {&im->long_cycle, &im->learnt_guard, &im->learnt_spacing};
  for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) *spans[i] = within(*spans[i], 0, FARTHEST_MS);
  im->wall = within(im->wall, 0, LARGEST);
  im->tight_capacity = within(im->tight_capacity, 0, STUDIO_SLOTSTORE_MOST);
  for (int i = 0; i < WAITERS; i++) {
    waiter *w = &im->waiters[i];
    if (w->wake != STUDIO_NEVER) w->wake = within(w->wake, least, most);
    w->granted = within(w->granted, 0, LARGEST);
  }
  int64_t *moments[] = {&im->paused_until, &im->last_send}; /* of these, long ago is what it was for a limiter */
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    *moments[i] = *moments[i] < least ? STUDIO_LONG_AGO : sooner(*moments[i], most);
  }
  for (uint64_t i = 0; i < im->count; i++) {
    int64_t *until = &im->slots[i].until;
    if (*until != STUDIO_NEVER) *until = *until < least ? STUDIO_LONG_AGO : sooner(*until, most);
  }
}

/* Slots of the dead begin to cool now. */
static void bury(slotstore *s) {
  if (s->now - s->checked_at < CHECK_MS) return;
  s->checked_at = s->now;
  image *im = image_of(s);
  uint64_t known = 0; /* nobody */
  bool alive = false;
  for (uint64_t i = 0; i < im->count; i++) {
    slot *it = &im->slots[i];
    if (it->until != STUDIO_NEVER || (it->owner == s->owner && s->owner != 0)) continue;
    if (it->owner != known) alive = studio_slotfile_alive(&s->file, known = it->owner);
    if (alive) continue;
    it->until = s->now + s->limit.linger_ms + cycle_now(s);
    s->changed = true;
  }
}

static bool claim(slotstore *s) {
  if (s->owner != 0) return true;
  image *im = image_of(s);
  for (int i = 0; i < 64; i++) { /* numbers may be taken where the file had to begin anew */
    uint64_t number = im->next_owner++ & 0x7fffffff;
    uint64_t owner = number << 32 | (uint32_t)getpid();
    if (number == 0 || !studio_slotfile_claim(&s->file, owner)) continue;
    s->owner = owner;
    s->changed = true;
    return true;
  }
  return false;
}

static bool bring_up(slotstore *s, studio_slotfile_state state) {
  if (!adopt(s, state) || !table_fit(s)) return in_trouble(s, s->now, "no memory for it");
  image *im = image_of(s);
  if (state != STUDIO_SLOTFILE_SAME) clamp(s);
  if (memcmp(im->boot, s->boot, sizeof im->boot) != 0 || im->mono > s->now + SKEW_MS) shift(s);
  if (im->learnt_until <= s->now) im->learnt_guard = im->learnt_spacing = 0;
  if (s->waiting > 0 && !claim(s)) return in_trouble(s, s->now, "the file system has no locks for it");
  bury(s);
  return true;
}

/* ---- turns */

static waiter *entry_of(image *im, uint64_t owner) {
  for (int i = 0; i < WAITERS && owner != 0; i++)
    if (im->waiters[i].owner == owner) return &im->waiters[i];
  return NULL;
}

/* Its turn was long ago. */
static bool is_stale(const slotstore *s, const waiter *w) {
  return w->wake <= s->now - STUDIO_SLOTSTORE_PATIENCE_MS;
}

/* Does it want a slot now, as far as it said, and is it worth waiting for? */
static bool is_due(const slotstore *s, const waiter *w) {
  if (w->owner == 0 || w->owner == s->owner || w->wake > s->now) return false;
  return !is_stale(s, w) && studio_slotfile_alive(&s->file, w->owner);
}

/* Has somebody been granted less who wants a slot now? A process may be ahead by a part of its share, so that
** slots that come free together are not handed out one by one. */
static bool others_first(const slotstore *s) {
  image *im = image_of(s);
  const waiter *mine = entry_of(im, s->owner);
  if (mine == NULL || mine->wake == STUDIO_NEVER) return false;
  int64_t count = 0;
  for (int i = 0; i < WAITERS; i++) count += im->waiters[i].owner != 0 && im->waiters[i].wake != STUDIO_NEVER;
  int64_t lead = later(1, s->limit.capacity / (4 * count));
  for (int i = 0; i < WAITERS; i++) {
    const waiter *w = &im->waiters[i];
    if (mine->granted >= w->granted + lead && is_due(s, w)) return true;
  }
  return false;
}

/* Our own entry, made when there is room; NULL: we race. */
static waiter *entry_make(slotstore *s) {
  image *im = image_of(s);
  waiter *mine = entry_of(im, s->owner);
  for (int i = 0; i < WAITERS && mine == NULL; i++) {
    waiter *w = &im->waiters[i];
    bool unused = w->owner == 0 || w->wake == STUDIO_NEVER || !studio_slotfile_alive(&s->file, w->owner);
    if (!unused) continue;
    *w = (waiter){s->owner, STUDIO_NEVER, s->granted};
    mine = w;
  }
  return mine;
}

/* Who begins to wait, or did not come for its turn, is level with those who are at it: nobody saves turns up. */
static void level(slotstore *s, waiter *mine) {
  image *im = image_of(s);
  int64_t least = STUDIO_NEVER;
  for (int i = 0; i < WAITERS; i++) {
    const waiter *w = &im->waiters[i];
    if (w == mine || w->owner == 0 || w->wake == STUDIO_NEVER || is_stale(s, w)) continue;
    if (studio_slotfile_alive(&s->file, w->owner)) least = sooner(least, w->granted);
  }
  if (least != STUDIO_NEVER) mine->granted = later(mine->granted, least);
}

/* Says in the file that we wait, or no longer do. */
static void queue_up(slotstore *s, int waiting) {
  waiter *mine = waiting > 0 ? entry_make(s) : entry_of(image_of(s), s->owner);
  if (mine == NULL || (waiting <= 0) == (mine->wake == STUDIO_NEVER)) return;
  if (waiting > 0) level(s, mine);
  mine->wake = waiting > 0 ? s->now : STUDIO_NEVER;
  s->changed = true;
}

/* ---- the store */

static void hand_out(slotstore *s) {
  const image *im = image_of(s);
  studio_slot_table *t = &s->table;
  bool watched = false;
  for (int i = 0; i < t->size; i++) {
    t->until[i] = s->given.until[i] = im->slots[i].until;
    watched = watched || (t->until[i] == STUDIO_NEVER && im->slots[i].owner != s->owner);
  }
  t->paused_until = im->paused_until;
  t->last_send = im->last_send;
  t->capacity = im->tight_until > s->now ? (int)im->tight_capacity : 0;
  t->cycle_ms = im->long_until > s->now ? im->long_cycle : 0;
  t->guard_ms = im->learnt_guard;
  t->spacing_ms = im->learnt_spacing;
  t->not_before = others_first(s) ? s->now + STUDIO_BUSY_MS : 0;
  t->look_at = watched ? s->now + STUDIO_SLOTSTORE_LOOK_MS : 0;
  t->wake = STUDIO_LONG_AGO;
  int64_t *given = s->given.until;
  s->given = *t;
  s->given.until = given;
}

static bool unavailable(slotstore *s, studio_slotfile_state state) {
  if (state == STUDIO_SLOTFILE_FAILED) return in_trouble(s, s->now, s->file.why);
  if (s->busy_since == STUDIO_NEVER) s->busy_since = s->now;
  s->base.busy = s->now - s->busy_since < STUDIO_SLOTSTORE_STUCK_MS;
  return s->base.busy || in_trouble(s, s->now, "a process that does not go on has it locked");
}

static studio_slot_table *lock(studio_limiter_store *base, int64_t now, int waiting) {
  slotstore *s = (slotstore *)base;
  base->busy = false;
  if (now < s->retry_at) return NULL;
  bool opened = false;
  s->now = now;
  s->changed = false;
  studio_slotfile_state state = studio_slotfile_lock(&s->file, &opened);
  if (opened) s->owner = 0;
  if (state == STUDIO_SLOTFILE_BUSY || state == STUDIO_SLOTFILE_FAILED) {
    unavailable(s, state);
    return NULL;
  }
  s->busy_since = STUDIO_NEVER;
  s->waiting = waiting;
  if (!bring_up(s, state)) {
    studio_slotfile_unlock(&s->file);
    return NULL;
  }
  base->trouble = NULL;
  queue_up(s, waiting);
  hand_out(s);
  return &s->table;
}

/* What the limiter changed in the table. A slot that another process holds stays so, whatever we believe. */
static int take_over(slotstore *s) {
  image *im = image_of(s);
  const studio_slot_table *t = &s->table;
  int taken = 0;
  for (int i = 0; i < t->size; i++) {
    slot *it = &im->slots[i];
    if (t->until[i] == s->given.until[i]) continue;
    if (it->until == STUDIO_NEVER && it->owner != s->owner) continue;
    it->until = t->until[i];
    if (it->until == STUDIO_NEVER) claim(s); /* without an owner it would count as a dead one's, which is safe */
    it->owner = it->until == STUDIO_NEVER ? s->owner : 0;
    taken += it->until == STUDIO_NEVER;
    s->changed = true;
  }
  if (t->paused_until != s->given.paused_until || t->last_send != s->given.last_send) s->changed = true;
  im->paused_until = t->paused_until;
  im->last_send = t->last_send;
  if (t->guard_ms > s->given.guard_ms || t->spacing_ms > s->given.spacing_ms) {
    im->learnt_guard = t->guard_ms;
    im->learnt_spacing = t->spacing_ms;
    im->learnt_until = s->now + STUDIO_SLOTSTORE_LEARNT_MS;
    s->changed = true;
  }
  return taken;
}

/* Until our slots have cooled, others keep to our limit as well. */
static void rule(slotstore *s) {
  image *im = image_of(s);
  int64_t cycle = s->limit.window_ms + later(s->limit.guard_ms, im->learnt_guard), until = s->now + cycle;
  if (im->tight_until <= s->now || s->limit.capacity <= im->tight_capacity) {
    im->tight_capacity = s->limit.capacity;
    im->tight_until = until;
  }
  if (im->long_until <= s->now || cycle >= im->long_cycle) {
    im->long_cycle = cycle;
    im->long_until = until;
  }
}

/* Notes when we come for our turn. Who could have gone and did not has no later turn: else a process that waits
** for something else as well would keep the others from their slots. */
static void plan(slotstore *s, int taken) {
  waiter *mine = entry_of(image_of(s), s->owner);
  if (mine == NULL || mine->wake == STUDIO_NEVER) return;
  int64_t wake = taken > 0 ? s->now : s->table.wake;
  if (taken > 0 || (wake > s->now && wake != mine->wake && s->table.not_before == 0)) {
    if (is_stale(s, mine)) level(s, mine);
    mine->wake = wake;
    mine->granted += taken;
    s->changed = true;
  }
  s->granted = mine->granted;
  if (s->waiting - taken <= 0) queue_up(s, 0);
}

static void unlock(studio_limiter_store *base) {
  slotstore *s = (slotstore *)base;
  image *im = image_of(s);
  int taken = take_over(s);
  if (taken > 0) rule(s);
  plan(s, taken);
  if (s->changed) {
    im->wall = s->wall_ms();
    im->mono = s->now;
    if (!studio_slotfile_save(&s->file)) in_trouble(s, s->now, s->file.why);
  }
  studio_slotfile_unlock(&s->file);
}

/* Programs with many accounts would run out of descriptors. */
static void idle(studio_limiter_store *base) {
  slotstore *s = (slotstore *)base;
  studio_slotfile_rest(&s->file);
  s->owner = 0;
}

static void destroy(studio_limiter_store *base) {
  slotstore *s = (slotstore *)base;
  studio_slotfile_close(&s->file);
  free(s->table.until);
  free(s);
}

/* Which monotonic clock it is: containers can have one of their own. */
static void identify(char *boot, size_t size) {
  char space[32] = "", id[STUDIO_CLOCK_BOOT] = "";
  ssize_t got = readlink("/proc/self/ns/time", space, sizeof space - 1);
  if (got > 0) space[got] = '\0';
  studio_clock_boot(id);
  snprintf(boot, size, "%s%s", id, space);
}

studio_limiter_store *studio_slotstore_new(const char *folder, const char *key, size_t key_size,
                                           const studio_limit *limit, const studio_slotstore_system *system) {
  slotstore *s = calloc(1, sizeof *s);
  if (s == NULL) return NULL;
  s->base = (studio_limiter_store){.lock = lock, .unlock = unlock, .rest = idle, .destroy = destroy};
  s->limit = *limit;
  s->wall_ms = system != NULL ? system->wall_ms : studio_clock_wall_ms;
  if (system != NULL) snprintf(s->boot, sizeof s->boot, "%s", system->boot);
  else identify(s->boot, sizeof s->boot);
  s->checked_at = s->retry_at = STUDIO_LONG_AGO;
  s->busy_since = STUDIO_NEVER;
  const char *why = s->file.why;
  if (limit->capacity > STUDIO_SLOTSTORE_MOST) why = "the limit has too many slots for a file";
  else if (studio_slotfile_init(&s->file, folder, key, key_size)) return &s->base;
  snprintf(s->trouble, sizeof s->trouble, "%.700s: %s", folder, why);
  s->base.trouble = s->trouble;
  s->retry_at = STUDIO_NEVER;
  return &s->base;
}
