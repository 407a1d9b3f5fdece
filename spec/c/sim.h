/* sim: a limiter, a jittered network and a server, in virtual time.   SPDX-License-Identifier: MIT
**
** Server and network run in microseconds; the limiter sees milliseconds cut off, as it does from a real
** clock. Everything hangs on the seed: the same seed gives the same half hour. The servers are written
** from what such services do, and share nothing with the limiter. */
#ifndef STUDIO_SPEC_SIM_H
#define STUDIO_SPEC_SIM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/limiter.h"
#include "hint.h"

#define SIM_MS 1000LL
#define SIM_S 1000000LL
#define SIM_FLIGHTS 24

typedef enum sim_kind {
  SIM_SLIDING,     /* a log of the last W */
  SIM_FIXED_CLOCK, /* a counter, new at each full W of the server's clock */
  SIM_FIXED_FIRST, /* a counter, new at the first request after W */
  SIM_GCRA,        /* a bucket of L, refilled at L / W */
  SIM_SECONDS,     /* a log of stamps in whole seconds, from the second W ago on, that one included */
  SIM_TWO_WINDOWS, /* previous count by its share still in the window, plus the current count */
  SIM_RATE,        /* L / W, with a burst of what one second brings, at least one */
  SIM_KINDS
} sim_kind;

static const char *const sim_names[SIM_KINDS] = {
  "sliding log", "fixed, by clock", "fixed, from first", "GCRA, b = L",
  "whole seconds", "two windows", "rate, 1 s burst",
};

typedef struct sim_config {
  sim_kind server;
  studio_limit limit;        /* what the client believes; capacity and window are the server's as well */
  int64_t seconds;
  uint64_t seed;
  int64_t work_ms;           /* the server takes up to so long, and counts at some moment of it */
  double fail, lose, unsent; /* shares of the attempts: a 500, not counted; no answer; never sent */
  int64_t stream_ms;         /* the body takes up to so long after the first byte */
  bool tell;                 /* the server sends limit, remaining and reset (whole seconds) */
  double others;             /* share of the budget that somebody else spends */
  bool hasty;                /* a client that breaks the rule: slots come back at send + W + g */
  int clients;               /* on one key, none of which knows of the others; 0: one */
  bool deaf;                 /* reads in headers only how long a 429 asks to wait */
} sim_config;

#define SIM_CLIENTS 3

typedef struct sim_result {
  int64_t sent, accepted, refused, pauses;
  int64_t last_refused_s; /* when the last 429 came; -1: none */
  double share;           /* accepted, of L * T / W */
  int64_t each[SIM_CLIENTS]; /* accepted */
  studio_limiter_report report; /* of the first client */
} sim_result;

/* splitmix64 */
static uint64_t sim_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

static int64_t sim_between(uint64_t *state, int64_t low, int64_t high) {
  return low + (int64_t)(sim_random(state) % (uint64_t)(high - low + 1));
}

static bool sim_chance(uint64_t *state, double share) {
  return (double)(sim_random(state) >> 11) / 9007199254740992.0 < share;
}

/* ---- servers: may a request be served at `t` (their clock, us)? ---- */

typedef struct sim_server {
  sim_kind kind;
  int64_t limit, window;
  int64_t *log; /* ring of the last `limit` accepted */
  int64_t logged;
  int64_t start, count, previous; /* windows */
  double level, filled;           /* buckets */
} sim_server;

static void sim_server_init(sim_server *server, const sim_config *config) {
  memset(server, 0, sizeof *server);
  server->kind = config->server;
  server->limit = config->limit.capacity;
  server->window = config->limit.window_ms * SIM_MS;
  server->log = calloc((size_t)server->limit, sizeof *server->log);
  server->start = -server->window;
  if (!server->log) abort();
}

/* How many of the accepted are at or after `from`. */
static int64_t sim_logged_since(const sim_server *server, int64_t from) {
  int64_t count = 0;
  for (int64_t i = 0; i < server->limit && i < server->logged; i++) count += server->log[i] >= from;
  return count;
}

static bool sim_log(sim_server *server, int64_t stamp, int64_t from) {
  if (sim_logged_since(server, from) >= server->limit) return false;
  server->log[server->logged++ % server->limit] = stamp;
  return true;
}

static bool sim_count(sim_server *server) {
  if (server->count >= server->limit) return false;
  server->count++;
  return true;
}

static bool sim_bucket(sim_server *server, int64_t t, double size) {
  double rate = (double)server->limit / (double)server->window;
  server->level -= ((double)t - server->filled) * rate;
  server->filled = (double)t;
  if (server->level < 0) server->level = 0;
  if (server->level + 1 > size + 1e-9) return false;
  server->level += 1;
  return true;
}

static void sim_window(sim_server *server, int64_t t) {
  int64_t start = t - t % server->window;
  if (start == server->start) return;
  server->previous = start - server->start == server->window ? server->count : 0;
  server->count = 0;
  server->start = start;
}

static bool sim_two_windows(sim_server *server, int64_t t) {
  sim_window(server, t);
  double old = 1 - (double)(t - server->start) / (double)server->window;
  if ((double)server->previous * old + (double)server->count + 1 > (double)server->limit) return false;
  server->count++;
  return true;
}

static bool sim_serve(sim_server *server, int64_t t) {
  double second = (double)server->limit * SIM_S / (double)server->window;
  switch (server->kind) {
  case SIM_SLIDING: return sim_log(server, t, t - server->window + 1);
  case SIM_FIXED_CLOCK: sim_window(server, t); return sim_count(server);
  case SIM_FIXED_FIRST:
    if (t - server->start >= server->window) server->start = t, server->count = 0;
    return sim_count(server);
  case SIM_GCRA: return sim_bucket(server, t, (double)server->limit);
  case SIM_SECONDS: return sim_log(server, t / SIM_S, (t - server->window) / SIM_S);
  case SIM_TWO_WINDOWS: return sim_two_windows(server, t);
  default: return sim_bucket(server, t, second > 1 ? second : 1);
  }
}

/* What a sliding server says about itself. */
static studio_ratehint sim_hint(const sim_server *server, int64_t t) {
  int64_t used = sim_logged_since(server, t - server->window + 1), oldest = t;
  for (int64_t i = 0; i < server->limit && i < server->logged; i++)
    if (server->log[i] > t - server->window && server->log[i] < oldest) oldest = server->log[i];
  int64_t reset = (oldest + server->window - t + SIM_S - 1) / SIM_S;
  return (studio_ratehint)HINT(-1, server->limit, server->limit - used, reset * 1000);
}

/* ---- the client ---- */

typedef enum sim_fate { SIM_ANSWER, SIM_LOST, SIM_UNSENT } sim_fate;
typedef enum sim_step { SIM_IDLE, SIM_AT_SERVER, SIM_AT_CLIENT, SIM_AT_END } sim_step;

typedef struct sim_flight {
  sim_step counted, seen; /* what is still to come: at the server; at the client */
  int64_t count_at, seen_at, end_at;
  sim_fate fate;
  bool ok;
  studio_ratehint hint;
  int slot;
  int64_t sent_ms;
} sim_flight;

typedef struct sim_client {
  studio_limiter *limiter;
  sim_flight flights[SIM_FLIGHTS];
  bool refusing;
} sim_client;

typedef struct sim {
  sim_config config;
  uint64_t random;
  sim_server server;
  sim_client clients[SIM_CLIENTS];
  int64_t now, phase, others_at;
  sim_result result;
} sim;

static int64_t sim_latency(sim *s) { return sim_between(&s->random, 10 * SIM_MS, 150 * SIM_MS); }

static void sim_send(sim *s, sim_client *client, sim_flight *flight, int slot) {
  memset(flight, 0, sizeof *flight);
  flight->slot = slot;
  flight->sent_ms = s->now / SIM_MS;
  s->result.sent++;
  client->refusing = false;
  flight->counted = SIM_AT_SERVER;
  flight->seen = SIM_AT_CLIENT;
  flight->fate = sim_chance(&s->random, s->config.unsent) ? SIM_UNSENT
                 : sim_chance(&s->random, s->config.lose) ? SIM_LOST
                                                          : SIM_ANSWER;
  int64_t received = s->now + sim_latency(s);
  int64_t work = s->config.work_ms ? sim_between(&s->random, 0, s->config.work_ms * SIM_MS) : 0;
  flight->count_at = received + (work ? sim_between(&s->random, 0, work) : 0);
  flight->seen_at = received + work + sim_latency(s);
  if (flight->fate == SIM_UNSENT) {
    flight->counted = SIM_IDLE;
    flight->seen_at = s->now + sim_between(&s->random, 0, 60 * SIM_MS);
  }
  /* The connection breaks here, and yet the request gets there: within `linger` of the failure. */
  if (flight->fate == SIM_LOST) {
    int64_t linger = s->config.limit.linger_ms * SIM_MS;
    flight->seen_at = s->now + sim_between(&s->random, 0, 300 * SIM_MS);
    flight->count_at = flight->seen_at + sim_between(&s->random, 0, linger);
  }
  flight->end_at = flight->seen_at;
  if (s->config.stream_ms) flight->end_at += sim_between(&s->random, 0, s->config.stream_ms * SIM_MS);
}

static void sim_at_server(sim *s, sim_client *client, sim_flight *flight) {
  flight->counted = SIM_IDLE;
  flight->ok = true;
  if (sim_chance(&s->random, s->config.fail)) return;
  flight->ok = sim_serve(&s->server, s->now + s->phase);
  if (s->config.tell) flight->hint = sim_hint(&s->server, s->now + s->phase);
  s->result.accepted += flight->ok;
  s->result.each[client - s->clients] += flight->ok;
}

static void sim_refused(sim *s, sim_client *client, const sim_flight *flight) {
  if (!client->refusing) s->result.pauses++;
  client->refusing = true;
  s->result.refused++;
  s->result.last_refused_s = s->now / SIM_S;
  studio_limiter_refused(client->limiter, s->now / SIM_MS, s->config.tell ? &flight->hint : NULL);
}

static void sim_at_client(sim *s, sim_client *client, sim_flight *flight) {
  int64_t now = s->now / SIM_MS;
  studio_slot_end how = flight->fate == SIM_UNSENT ? STUDIO_SLOT_NOT_SENT
                        : flight->fate == SIM_LOST ? STUDIO_SLOT_FAILED
                                                   : STUDIO_SLOT_ANSWERED;
  studio_limiter_release(client->limiter, flight->slot, s->config.hasty ? flight->sent_ms : now, how);
  bool told = flight->fate == SIM_ANSWER && s->config.tell && !s->config.deaf;
  if (told) studio_limiter_observe(client->limiter, now, &flight->hint);
  if (flight->fate == SIM_ANSWER && !flight->ok) sim_refused(s, client, flight);
  flight->seen = SIM_AT_END;
}

static sim_flight *sim_free_flight(sim_client *client) {
  for (int i = 0; i < SIM_FLIGHTS; i++)
    if (client->flights[i].counted == SIM_IDLE && client->flights[i].seen == SIM_IDLE) return &client->flights[i];
  return NULL;
}

/* Runs what is due now of one client; returns when something is due next. */
static int64_t sim_flights(sim *s, sim_client *client) {
  int64_t next = INT64_MAX;
  for (int i = 0; i < SIM_FLIGHTS; i++) {
    sim_flight *flight = &client->flights[i];
    if (flight->counted == SIM_AT_SERVER && flight->count_at <= s->now) sim_at_server(s, client, flight);
    if (flight->seen == SIM_AT_CLIENT && flight->seen_at <= s->now) sim_at_client(s, client, flight);
    if (flight->seen == SIM_AT_END && flight->end_at <= s->now) {
      studio_limiter_leave(client->limiter, s->now / SIM_MS);
      flight->seen = SIM_IDLE;
    }
    int64_t at = INT64_MAX;
    if (flight->seen == SIM_AT_CLIENT) at = flight->seen_at;
    if (flight->seen == SIM_AT_END) at = flight->end_at;
    if (flight->counted == SIM_AT_SERVER && flight->count_at < at) at = flight->count_at;
    if (at < next) next = at;
  }
  return next;
}

/* Somebody who spends and looks at nothing. */
static int64_t sim_others(sim *s) {
  if (s->config.others <= 0) return INT64_MAX;
  if (s->others_at <= s->now) {
    double gap = (double)s->server.window / ((double)s->server.limit * s->config.others);
    sim_serve(&s->server, s->now + s->phase);
    s->others_at = s->now + sim_between(&s->random, 1, (int64_t)(2 * gap));
  }
  return s->others_at;
}

/* Sends what may be sent; returns when to look again. */
static int64_t sim_sends(sim *s, sim_client *client, int64_t next) {
  int slot;
  sim_flight *flight;
  while ((flight = sim_free_flight(client)) && studio_limiters_take(&client->limiter, 1, s->now / SIM_MS, &slot)) {
    sim_send(s, client, flight, slot);
    next = s->now + 1;
  }
  int64_t ready = studio_limiter_ready_at(client->limiter, s->now / SIM_MS);
  if (ready != STUDIO_NEVER && ready * SIM_MS < next && ready * SIM_MS > s->now) next = ready * SIM_MS;
  return next;
}

static int64_t sim_turn(sim *s, int clients) {
  int64_t next = INT64_MAX;
  for (int i = 0; i < clients; i++) {
    int64_t at = sim_flights(s, &s->clients[i]);
    if (at < next) next = at;
  }
  int64_t others = sim_others(s);
  if (others < next) next = others;
  for (int i = 0; i < clients; i++) next = sim_sends(s, &s->clients[i], next);
  return next;
}

static sim_result sim_run(const sim_config *config) {
  sim s;
  memset(&s, 0, sizeof s);
  s.config = *config;
  s.random = config->seed * 0x2545f4914f6cdd1dULL + 1;
  s.phase = sim_between(&s.random, 0, config->limit.window_ms * SIM_MS); /* of the server's clock */
  s.result.last_refused_s = -1;
  sim_server_init(&s.server, config);
  int clients = config->clients > 0 ? config->clients : 1;
  for (int i = 0; i < clients; i++) {
    s.clients[i].limiter = studio_limiter_new("sim", &config->limit, NULL);
    if (!s.clients[i].limiter) abort();
  }
  for (int64_t next = 0; next < config->seconds * SIM_S;) {
    s.now = next;
    next = sim_turn(&s, clients);
  }
  s.result.share = 100.0 * (double)s.result.accepted /
                   ((double)s.server.limit * (double)config->seconds * SIM_S / (double)s.server.window);
  studio_limiter_explain(s.clients[0].limiter, s.now / SIM_MS, &s.result.report);
  for (int i = 0; i < clients; i++) studio_limiter_unref(s.clients[i].limiter);
  free(s.server.log);
  return s.result;
}

#endif
