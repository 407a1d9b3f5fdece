/* studio_queue: who goes next among the calls that wait for slots.   SPDX-License-Identifier: MIT
**
** A line is a set of limiters with the calls that need it, in three heaps. A gate is a limiter as the
** queue sees it. There are few of both (one line for each kind of call), so they are searched one by one. */
#include "core/queue.h"

#include <stdlib.h>
#include <string.h>

enum { BY_RANK, BY_AGE, BY_DEADLINE, ORDERS };

typedef struct queue_gate {
  studio_limiter *limiter; /* NULL: not in use */
  int lines;               /* that pass through it */
  int passed;              /* grants since whoever had waited longest was served */
  studio_waiter *elder;    /* was passed too often; comes first until it is granted or removed */
  int64_t at;              /* within studio_queue_next: when the limiter has a slot */
  bool claimed;            /* within studio_queue_next: somebody waits for another gate and needs this one */
  int64_t claim;           /* when that somebody can go; STUDIO_NEVER: nobody knows */
} queue_gate;

typedef struct queue_line {
  int gates[STUDIO_LIMITERS_MAX];
  int gate_count;
  studio_waiter **heaps[ORDERS]; /* each holds all calls of the line, the first on top */
  size_t count, room;
} queue_line;

/* Who may be granted, in the order of asking: elders, then those who have waited longest at a gate whose
** turn for that it is, then the first of each line. */
typedef struct queue_candidate {
  studio_waiter *waiter;
  enum { ELDER, FAIR, REGULAR } class;
} queue_candidate;

struct studio_queue {
  queue_line **lines;
  size_t line_count;
  queue_gate *gates;
  size_t gate_count;
  queue_candidate *candidates; /* room for one of each gate and two of each line: next never allocates */
  uint64_t sequence;
  size_t count;
};

/* ---- orders ---- */

/* Each is total: no two waiters are equal, so the same pushes give the same grants. */
static int compare(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int by_age(const studio_waiter *a, const studio_waiter *b) {
  int order = compare(a->since, b->since);
  return order ? order : (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static int by_deadline(const studio_waiter *a, const studio_waiter *b) {
  int order = compare(a->deadline, b->deadline);
  return order ? order : by_age(a, b);
}

static int by_rank(const studio_waiter *a, const studio_waiter *b) {
  int order = compare((int64_t)a->priority, (int64_t)b->priority);
  return order ? order : by_deadline(a, b);
}

/* Is `a` before `b`? */
static bool before(int order, const studio_waiter *a, const studio_waiter *b) {
  switch (order) {
  case BY_RANK: return by_rank(a, b) < 0;
  case BY_AGE: return by_age(a, b) < 0;
  default: return by_deadline(a, b) < 0;
  }
}

/* ---- heaps: binary, each waiter knows its place in each ---- */

static void heap_put(queue_line *line, int order, size_t place, studio_waiter *waiter) {
  line->heaps[order][place] = waiter;
  waiter->place[order] = place;
}

/* Lets the waiter at `place` rise past those who come after it. */
static void heap_up(queue_line *line, int order, size_t place) {
  studio_waiter **heap = line->heaps[order], *waiter = heap[place];
  for (; place > 0 && before(order, waiter, heap[(place - 1) / 2]); place = (place - 1) / 2)
    heap_put(line, order, place, heap[(place - 1) / 2]);
  heap_put(line, order, place, waiter);
}

/* Lets it sink below those who come before it; `count` is the size of the heap. */
static void heap_down(queue_line *line, int order, size_t place, size_t count) {
  studio_waiter **heap = line->heaps[order], *waiter = heap[place];
  for (size_t child; (child = 2 * place + 1) < count; place = child) {
    if (child + 1 < count && before(order, heap[child + 1], heap[child])) child++;
    if (!before(order, heap[child], waiter)) break;
    heap_put(line, order, place, heap[child]);
  }
  heap_put(line, order, place, waiter);
}

/* Fills the gap with the last one, which may belong above or below it. */
static void heap_remove(queue_line *line, int order, const studio_waiter *waiter) {
  size_t place = waiter->place[order], last = line->count - 1;
  if (place == last) return;
  studio_waiter *moved = line->heaps[order][last];
  heap_put(line, order, place, moved);
  heap_up(line, order, place);
  heap_down(line, order, moved->place[order], last);
}

/* ---- lines and gates ---- */

studio_queue *studio_queue_new(void) { return calloc(1, sizeof(studio_queue)); }

void studio_queue_free(studio_queue *queue) {
  if (!queue) return;
  for (size_t i = 0; i < queue->line_count; i++) {
    for (int order = 0; order < ORDERS; order++) free(queue->lines[i]->heaps[order]);
    free(queue->lines[i]);
  }
  free(queue->lines);
  free(queue->gates);
  free(queue->candidates);
  free(queue);
}

size_t studio_queue_count(const studio_queue *queue) { return queue->count; }

static queue_gate *line_gate(const studio_queue *queue, const queue_line *line, int i) {
  return &queue->gates[line->gates[i]];
}

/* The same limiters in the same order; in another order they make a line of their own, which is as good. */
static bool line_serves(const studio_queue *queue, const queue_line *line, const studio_waiter *waiter) {
  if (line->gate_count != waiter->limiter_count) return false;
  for (int i = 0; i < line->gate_count; i++)
    if (line_gate(queue, line, i)->limiter != waiter->limiters[i]) return false;
  return true;
}

static bool line_has(const queue_line *line, int gate) {
  for (int i = 0; i < line->gate_count; i++)
    if (line->gates[i] == gate) return true;
  return false;
}

/* In push, where running out of memory can still be told. */
static bool candidates_reserve(studio_queue *queue) {
  size_t room = queue->gate_count + 2 * queue->line_count;
  queue_candidate *candidates = realloc(queue->candidates, (room ? room : 1) * sizeof *candidates);
  if (candidates) queue->candidates = candidates;
  return candidates != NULL;
}

/* The gate of a limiter, an unused one, or a new one; -1: out of memory. */
static int gate_get(studio_queue *queue, studio_limiter *limiter) {
  size_t found = queue->gate_count;
  for (size_t i = 0; i < queue->gate_count; i++) {
    if (queue->gates[i].limiter == limiter) return (int)i;
    if (!queue->gates[i].limiter) found = i;
  }
  if (found == queue->gate_count) {
    queue_gate *gates = realloc(queue->gates, (found + 1) * sizeof *gates);
    if (!gates) return -1;
    queue->gates = gates;
    queue->gate_count++;
  }
  memset(&queue->gates[found], 0, sizeof queue->gates[found]);
  queue->gates[found].limiter = limiter;
  return (int)found;
}

/* A line or gate that nobody needs is kept for the next one that is missing; it forgets its limiters,
** which may be freed now. */
static void line_close(studio_queue *queue, queue_line *line) {
  for (int i = 0; i < line->gate_count; i++) {
    queue_gate *g = line_gate(queue, line, i);
    if (--g->lines <= 0) g->limiter = NULL;
  }
  line->gate_count = 0;
}

/* Gives an empty line its gates; on failure it has none. */
static bool line_open(studio_queue *queue, queue_line *line, const studio_waiter *waiter) {
  for (int i = 0; i < waiter->limiter_count; i++) {
    int found = gate_get(queue, waiter->limiters[i]);
    if (found < 0) {
      line_close(queue, line);
      return false;
    }
    line->gates[line->gate_count++] = found;
    queue->gates[found].lines++;
  }
  return true;
}

/* The line a waiter belongs in, an empty one, or a new one; NULL: out of memory. */
static queue_line *line_get(studio_queue *queue, const studio_waiter *waiter) {
  queue_line *found = NULL;
  for (size_t i = 0; i < queue->line_count; i++) {
    queue_line *l = queue->lines[i];
    if (l->count > 0 && line_serves(queue, l, waiter)) return l;
    if (l->count == 0) found = l;
  }
  if (!found) {
    queue_line **lines = realloc(queue->lines, (queue->line_count + 1) * sizeof(queue_line *));
    if (!lines) return NULL;
    queue->lines = lines;
    found = calloc(1, sizeof *found);
    if (!found) return NULL;
    queue->lines[queue->line_count++] = found;
  }
  if (!line_open(queue, found, waiter)) return NULL;
  if (candidates_reserve(queue)) return found;
  line_close(queue, found);
  return NULL;
}

/* Room for one more in each heap. */
static bool line_reserve(queue_line *line) {
  if (line->count < line->room) return true;
  size_t room = line->room ? 2 * line->room : 8;
  for (int order = 0; order < ORDERS; order++) {
    studio_waiter **heap = realloc(line->heaps[order], room * sizeof(studio_waiter *));
    if (!heap) return false;
    line->heaps[order] = heap;
  }
  line->room = room;
  return true;
}

bool studio_queue_push(studio_queue *queue, studio_waiter *waiter, int64_t now) {
  (void)now;
  queue_line *line = line_get(queue, waiter);
  if (!line) return false;
  if (!line_reserve(line)) {
    if (line->count == 0) line_close(queue, line);
    return false;
  }
  waiter->sequence = queue->sequence++;
  waiter->line = line;
  for (int order = 0; order < ORDERS; order++) {
    heap_put(line, order, line->count, waiter);
    heap_up(line, order, line->count);
  }
  line->count++;
  queue->count++;
  for (int i = 0; i < waiter->limiter_count; i++) studio_limiter_waiting(waiter->limiters[i], 1);
  return true;
}

void studio_queue_remove(studio_queue *queue, studio_waiter *waiter) {
  queue_line *line = waiter->line;
  if (!line) return;
  for (int order = 0; order < ORDERS; order++) heap_remove(line, order, waiter);
  waiter->line = NULL;
  line->count--;
  queue->count--;
  for (int i = 0; i < waiter->limiter_count; i++) { /* the line's gates are its limiters, in this order */
    queue_gate *g = line_gate(queue, line, i);
    if (g->elder == waiter) g->elder = NULL;
    studio_limiter_waiting(waiter->limiters[i], -1);
  }
  if (line->count == 0) line_close(queue, line);
}

/* ---- who is next ---- */

/* Whoever has waited longest of all that need this limiter, in whatever line; NULL: nobody. */
static studio_waiter *gate_oldest(const studio_queue *queue, int gate) {
  studio_waiter *oldest = NULL;
  for (size_t i = 0; i < queue->line_count; i++) {
    const queue_line *line = queue->lines[i];
    if (line->count == 0 || !line_has(line, gate)) continue;
    studio_waiter *waiter = line->heaps[BY_AGE][0];
    if (!oldest || by_age(waiter, oldest) < 0) oldest = waiter;
  }
  return oldest;
}

/* Asks each limiter once, drops the claims of the last time, and names the elders. One elder for a gate is
** enough: once it is served, the next is whoever is the oldest then. It stays the elder until then,
** because its claims must last until its limiters come free at the same time. */
static void gates_prepare(studio_queue *queue, int64_t now) {
  for (size_t i = 0; i < queue->gate_count; i++) {
    queue_gate *g = &queue->gates[i];
    if (!g->limiter) continue;
    g->at = studio_limiter_sure_at(g->limiter, now, 0);
    g->claimed = false;
    if (g->passed >= STUDIO_QUEUE_FAIR - 1 && !g->elder) g->elder = gate_oldest(queue, (int)i);
  }
}

/* Is it age's turn at one of its gates? That is asked apart from the elder, who may wait for something else
** for an hour: then the turn is another's. */
static bool line_turn_of_age(const studio_queue *queue, const queue_line *line) {
  for (int i = 0; i < line->gate_count; i++)
    if (line_gate(queue, line, i)->passed >= STUDIO_QUEUE_FAIR - 1) return true;
  return false;
}

static int candidate_order(const void *a, const void *b) {
  const queue_candidate *x = a, *y = b;
  if (x->class != y->class) return x->class < y->class ? -1 : 1;
  return x->class == REGULAR ? by_rank(x->waiter, y->waiter) : by_age(x->waiter, y->waiter);
}

/* A line's own first is enough: where it may not go, nobody behind it may, since all need the same. */
static size_t candidates_list(studio_queue *queue) {
  queue_candidate *list = queue->candidates;
  size_t count = 0;
  for (size_t i = 0; i < queue->gate_count; i++) {
    const queue_gate *g = &queue->gates[i];
    if (g->limiter && g->elder) list[count++] = (queue_candidate){g->elder, ELDER};
  }
  for (size_t i = 0; i < queue->line_count; i++) {
    const queue_line *line = queue->lines[i];
    if (line->count == 0) continue;
    list[count++] = (queue_candidate){line->heaps[BY_RANK][0], REGULAR};
    if (line_turn_of_age(queue, line)) list[count++] = (queue_candidate){line->heaps[BY_AGE][0], FAIR};
  }
  if (count > 1) qsort(list, count, sizeof *list, candidate_order);
  return count;
}

/* A claimed gate lets a call pass if it still has a slot when the claimant can go. Where nobody knows when
** that is, it must have one at once, spacing aside: a pause of milliseconds starves nobody, while
** keeping a whole spacing free would stop everybody else. */
static bool gate_lets_pass(const queue_gate *g, int64_t now) {
  if (g->at > now) return false;
  if (!g->claimed) return true;
  int64_t by = g->claim == STUDIO_NEVER ? now + studio_limiter_limit(g->limiter)->spacing_ms : g->claim;
  return studio_limiter_sure_at(g->limiter, now, 1) <= by;
}

/* Notes which gates a blocked call claims: those where nobody before it does. */
static void line_claim(studio_queue *queue, const queue_line *line, int64_t now) {
  int64_t at = now;
  for (int i = 0; i < line->gate_count; i++)
    if (line_gate(queue, line, i)->at > at) at = line_gate(queue, line, i)->at;
  for (int i = 0; i < line->gate_count; i++) {
    queue_gate *g = line_gate(queue, line, i);
    if (g->claimed) continue;
    g->claimed = true;
    g->claim = at > now ? at : STUDIO_NEVER; /* all have a slot: it waits for another claimant */
  }
}

/* Keeps the books of a grant: `passed` of each gate, before the waiter leaves its line. */
static void gates_passed(studio_queue *queue, const queue_candidate *granted) {
  const queue_line *line = granted->waiter->line;
  for (int i = 0; i < line->gate_count; i++) {
    queue_gate *g = line_gate(queue, line, i);
    bool fair = granted->class != REGULAR || gate_oldest(queue, line->gates[i]) == granted->waiter;
    g->passed = fair ? 0 : g->passed + 1;
  }
}

/* When this line may go: the least it can be, since in a shared store a slot may come free unseen. */
static int64_t line_at(const studio_queue *queue, const queue_line *line, int64_t now) {
  int64_t at = now;
  bool stirred = false;
  for (int i = 0; i < line->gate_count; i++) {
    const queue_gate *g = line_gate(queue, line, i);
    int64_t ready = studio_limiter_ready_at(g->limiter, now);
    if (ready > at) at = ready;
    stirred |= g->at > now;
  }
  /* held up by a claim only: its owner may wait for what nobody can foresee, but two slots serve both */
  for (int i = 0; i < line->gate_count && at <= now && !stirred; i++) {
    const queue_gate *g = line_gate(queue, line, i);
    if (g->claimed) at = studio_limiter_sure_at(g->limiter, now, 1);
  }
  /* it may go now, and could not a moment ago: another process let go of the table, or had its turn */
  return at > now ? at : now + STUDIO_BUSY_MS;
}

/* When to ask again. */
static int64_t wake_at(const studio_queue *queue, int64_t now) {
  int64_t wake = STUDIO_NEVER;
  for (size_t i = 0; i < queue->line_count; i++) {
    const queue_line *line = queue->lines[i];
    if (line->count == 0) continue;
    int64_t at = line_at(queue, line, now);
    if (at < wake) wake = at;
  }
  return wake;
}

studio_waiter *studio_queue_next(studio_queue *queue, int64_t now, int *slots, int64_t *wake) {
  *wake = STUDIO_NEVER;
  if (queue->count == 0) return NULL;
  gates_prepare(queue, now);
  /* In the order of asking: who may not go now claims what it needs, and those after it respect that. */
  size_t count = candidates_list(queue);
  for (size_t i = 0; i < count; i++) {
    studio_waiter *waiter = queue->candidates[i].waiter;
    queue_line *line = waiter->line;
    bool open = true;
    for (int j = 0; j < line->gate_count && open; j++) open = gate_lets_pass(line_gate(queue, line, j), now);
    if (open && studio_limiters_take(waiter->limiters, waiter->limiter_count, now, slots)) {
      gates_passed(queue, &queue->candidates[i]);
      studio_queue_remove(queue, waiter);
      return waiter;
    }
    line_claim(queue, line, now);
  }
  *wake = wake_at(queue, now);
  return NULL;
}

/* ---- how long ---- */

/* Calls of a line that surely go before `waiter`: better ranked and older. Only the part of the heap that
** is better ranked is visited. */
static int line_ahead(const queue_line *line, size_t place, const studio_waiter *waiter) {
  if (place >= line->count) return 0;
  const studio_waiter *other = line->heaps[BY_RANK][place];
  if (by_rank(other, waiter) >= 0) return 0;
  return (by_age(other, waiter) < 0) + line_ahead(line, 2 * place + 1, waiter) +
         line_ahead(line, 2 * place + 2, waiter);
}

static bool waiter_needs(const studio_waiter *waiter, const studio_limiter *limiter) {
  for (int i = 0; i < waiter->limiter_count; i++)
    if (waiter->limiters[i] == limiter) return true;
  return false;
}

int64_t studio_queue_estimate(studio_queue *queue, const studio_waiter *waiter, int64_t now) {
  studio_waiter self = *waiter;
  if (!self.line) self.sequence = UINT64_MAX;
  int ahead[STUDIO_LIMITERS_MAX] = {0};
  for (size_t i = 0; i < queue->line_count; i++) {
    const queue_line *line = queue->lines[i];
    bool subset = line->count > 0; /* a call that needs more than this one may be passed by it */
    for (int j = 0; j < line->gate_count && subset; j++)
      subset = waiter_needs(&self, line_gate(queue, line, j)->limiter);
    if (!subset) continue;
    int before_it = line_ahead(line, 0, &self);
    for (int k = 0; k < self.limiter_count; k++)
      for (int j = 0; j < line->gate_count; j++)
        if (line_gate(queue, line, j)->limiter == self.limiters[k]) ahead[k] += before_it;
  }
  int64_t wait = 0; /* they run side by side: the slowest counts */
  for (int k = 0; k < self.limiter_count; k++) {
    int64_t needed = studio_limiter_estimate(self.limiters[k], now, ahead[k]);
    if (needed > wait) wait = needed;
  }
  return wait;
}

studio_waiter *studio_queue_hopeless(studio_queue *queue, int64_t now) {
  for (size_t i = 0; i < queue->line_count; i++) {
    const queue_line *line = queue->lines[i];
    if (line->count == 0) continue;
    studio_waiter *first = line->heaps[BY_DEADLINE][0];
    if (first->deadline == STUDIO_NEVER) continue;
    int64_t wait = 0;
    for (int j = 0; j < line->gate_count; j++) {
      int64_t needed = studio_limiter_estimate(line_gate(queue, line, j)->limiter, now, 0);
      if (needed > wait) wait = needed;
    }
    if (first->deadline - wait < now) return first;
  }
  return NULL;
}
