/* spec/c/fuzz_ratehint.c - mutates header sets and holds limiters to "only tighter". SPDX-License-Identifier: MIT
 *
 * usage: fuzz_ratehint [seconds, default 10] [seed, default 1]
 *
 * Each life has two limiters that are the same and send at the same moments; one of them is told what mutated
 * headers say, the other is not. What is read must be in range, and the one that was told may never send earlier,
 * allow more, or wait for longer than the caps promise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/limiter.h"

#define MAX_TEXT 1000
#define WALL INT64_C(1700000000000)
#define LONGEST_MS (3600 * 1000 + 3 * 60000) /* a pause, and a window with its guard and linger behind it */

static const char *const seeds[] = {
  "Retry-After: 17\nX-RateLimit-Limit: 40\nX-RateLimit-Remaining: 3\nX-RateLimit-Reset: 1700000009",
  "Date: Tue, 14 Nov 2023 22:13:20 GMT\nRetry-After: Tue, 14 Nov 2023 22:13:50 GMT\nRetry-After-Ms: 1500",
  "RateLimit-Policy: \"burst\";q=100;w=60,\"daily\";q=1000;w=86400\nRateLimit: \"burst\";r=50;t=30, \"daily\";r=2;t=9",
  "RateLimit-Policy: \"b\";q=4;w=10;qu=\"requests\"\nRateLimit: \"b\";r=0;t=3;pk=:YQ==:\nRateLimit: \"c\";r=1",
  "RateLimit: limit=100, remaining=50, reset=30\nRateLimit-Policy: 100;w=60, 9000;w=86400",
  "RateLimit-Limit: 10, 10;w=1, 100;w=60\nRateLimit-Remaining: 0\nRateLimit-Reset: 1\nX-RateLimit-Used: 4",
  "X-Rate-Limit-Limit: 60\nX-Rate-Limit-Remaining: 59\nX-Rate-Limit-Reset: 2023-11-14T22:14:00.5+01:00",
};

static const char *const tokens[] = {
  "0", "1", "9999999999999999999", "-", ".", ";", ",", "\"", "=", "\n", ": ", " ", "r=", "t=", "q=", "w=", "(", ")",
  "?1", "@", ":", "1700000000", "1700000000000", "RateLimit", "X-RateLimit-Remaining: 0\n", "\\", "\x80", "Z", "+",
  "Retry-After: 0\n", "X-RateLimit-Limit: 1\n", "X-RateLimit-Limit: 99999\n", ", 2026-01-01T00:00:00Z",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const char *current = "";

static void require(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "fuzz_ratehint: %s, after\n%s\n", what, current);
  exit(1);
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static size_t below(uint64_t *state, size_t limit) { return (size_t)(next_random(state) % limit); }

static void mutate(uint64_t *random, char *text) {
  size_t length = strlen(text), at = below(random, length + 1), count = below(random, 20);
  if (count > length - at) count = length - at;
  const char *token = tokens[below(random, COUNT(tokens))];
  size_t more = strlen(token);
  switch (below(random, 4)) {
  case 0: /* a character */
    if (at < length) text[at] = (char)(1 + below(random, 255));
    return;
  case 1: /* less */
    memmove(text + at, text + at + count, length - at - count + 1);
    return;
  case 2: /* another number */
    if (at < length && text[at] >= '0' && text[at] <= '9') text[at] = (char)('0' + below(random, 10));
    return;
  default:
    if (length + more >= MAX_TEXT) return;
    memmove(text + at + more, text + at, length - at + 1);
    memcpy(text + at, token, more);
  }
}

static studio_ratehint read_text(const char *text) {
  studio_headers headers = STUDIO_HEADERS_INIT;
  studio_ratehint hint;
  for (const char *line = text; *line;) {
    size_t size = strcspn(line, "\n");
    if (!studio_headers_add_line(&headers, line, size)) abort();
    line += size + (line[size] == '\n');
  }
  memset(&hint, 'x', sizeof hint);
  studio_ratehint_read(&hint, &headers, WALL);
  studio_headers_free(&headers);
  return hint;
}

static void check_quota(const studio_ratepolicy *quota) {
  require(quota->limit == -1 || (quota->limit > 0 && quota->limit <= STUDIO_RATEHINT_CAP), "a limit out of range");
  require(quota->remaining >= -1 && quota->remaining <= STUDIO_RATEHINT_CAP, "a remainder out of range");
  require(quota->reset_ms >= -1 && quota->reset_ms <= STUDIO_RATEHINT_CAP_MS, "a reset out of range");
  require(quota->window_ms >= -1, "a window out of range");
}

static void check_hint(const studio_ratehint *hint) {
  require(hint->retry_after_ms >= -1 && hint->retry_after_ms <= STUDIO_RATEHINT_CAP_MS, "a wait out of range");
  require(hint->policy_count >= 0 && hint->policy_count <= STUDIO_RATEHINT_POLICIES, "a count out of range");
  check_quota(&hint->plain);
  for (int i = 0; i < hint->policy_count; i++) check_quota(&hint->policies[i]);
  int64_t pause = studio_ratehint_pause(hint);
  require(pause >= -1 && pause <= STUDIO_RATEHINT_CAP_MS, "a pause out of range");
}

static void check_tighter(studio_limiter *told, studio_limiter *untold, int64_t now) {
  const studio_limit *tight = studio_limiter_limit(told), *plain = studio_limiter_limit(untold);
  require(tight->capacity <= plain->capacity, "a capacity was widened");
  require((tight->capacity > 0) == (plain->capacity > 0), "a window was taken away");
  require(tight->guard_ms >= plain->guard_ms && tight->spacing_ms >= plain->spacing_ms, "care was taken back");
  require(tight->window_ms == plain->window_ms && tight->max_in_flight == plain->max_in_flight, "a limit was changed");
  int64_t with = studio_limiter_ready_at(told, now), without = studio_limiter_ready_at(untold, now);
  require(with <= now ? without <= now : with >= without, "what was told made it send earlier");
  require(with == STUDIO_NEVER || with <= now + LONGEST_MS, "it waits for longer than the caps allow");
  studio_limiter_report report;
  studio_limiter_explain(told, now, &report);
  require(report.foreign >= 0 && report.free <= tight->capacity, "it explains nonsense");
}

static void life(uint64_t *random, char *text) {
  studio_limit limit = {(int)below(random, 12), 10000, STUDIO_GUARD_MS, STUDIO_LINGER_MS,
                        below(random, 3) ? 0 : 200, 4};
  if (limit.capacity == 0) limit.window_ms = 0;
  studio_limiter *told = studio_limiter_new("told", &limit, NULL), *untold = studio_limiter_new("untold", &limit, NULL);
  if (!told || !untold) abort();
  int64_t now = 1000000;
  int slots[2][4], flying = 0;
  for (int step = 0; step < 40; step++) {
    now += (int64_t)below(random, below(random, 10) ? 800 : 40000);
    if (flying < 4 && studio_limiters_take(&told, 1, now, &slots[0][flying])) {
      require(studio_limiters_take(&untold, 1, now, &slots[1][flying]), "what was told made it send more");
      flying++;
    }
    if (flying > 0 && below(random, 2)) {
      flying--;
      studio_limiter_release(told, slots[0][flying], now, STUDIO_SLOT_ANSWERED);
      studio_limiter_release(untold, slots[1][flying], now, STUDIO_SLOT_ANSWERED);
      studio_limiter_leave(told, now);
      studio_limiter_leave(untold, now);
      studio_ratehint hint = read_text(text);
      check_hint(&hint);
      studio_limiter_observe(told, now, &hint);
      if (below(random, 6) == 0) studio_limiter_refused(told, now, &hint);
      mutate(random, text);
    }
    check_tighter(told, untold, now);
  }
  studio_limiter_unref(told);
  studio_limiter_unref(untold);
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 10;
  uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  if (random == 0) random = 1;
  random *= UINT64_C(0x9E3779B97F4A7C15);
  char text[MAX_TEXT];
  unsigned long lives = 0;
  time_t stop = time(NULL) + (time_t)(seconds + 0.5);
  current = text;
  for (; lives < COUNT(seeds) || time(NULL) < stop; lives++) {
    strcpy(text, seeds[lives % COUNT(seeds)]); /* each seed first as it is */
    if (lives >= COUNT(seeds)) mutate(&random, text);
    life(&random, text);
  }
  printf("fuzz_ratehint: %lu lives of a limiter\n", lives);
  return 0;
}
