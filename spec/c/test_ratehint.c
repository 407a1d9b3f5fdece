/* Tests of studio_ratehint: every form in which services say "later".   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/ratehint.h"

#define WALL INT64_C(784111777123) /* Sun, 06 Nov 1994 08:49:37.123 GMT: the example date of RFC 9110 */
#define DAY STUDIO_RATEHINT_CAP_MS

/* Reads lines of the form "Name: value\n…". */
static studio_ratehint read_hint(const char *lines) {
  studio_headers headers = STUDIO_HEADERS_INIT;
  while (*lines) {
    size_t size = strcspn(lines, "\n");
    assert_true(studio_headers_add_line(&headers, lines, size));
    lines += size + (lines[size] == '\n');
  }
  studio_ratehint hint;
  memset(&hint, 'x', sizeof hint);
  studio_ratehint_read(&hint, &headers, WALL);
  studio_headers_free(&headers);
  return hint;
}

static void no_headers_say_nothing(void **state) {
  (void)state;
  studio_ratehint hint = read_hint("Content-Type: text/html\nDate: Sun, 06 Nov 1994 08:49:37 GMT");
  assert_int_equal(hint.retry_after_ms, -1);
  assert_int_equal(hint.limit, -1);
  assert_int_equal(hint.remaining, -1);
  assert_int_equal(hint.reset_ms, -1);
}

typedef struct wait_case {
  const char *value;
  int64_t expected; /* by our own clock, WALL */
} wait_case;

/* The same moments are understood in Retry-After and in the three reset fields. */
static const wait_case waits[] = {
  {"0", 0},
  {"1", 1000},
  {"17", 17000},
  {" 17 ", 17000},
  {"007", 7000},
  {"1.5", 1500},
  {"0.0239", 23},
  {"2.12345678901234567890", 2123},
  {"86400", DAY},
  {"86401", DAY},
  {"999999999", DAY},          /* the largest number that is still a delta: 31 years, capped */
  {"1000000000", DAY},         /* an epoch: 2001, seven years after WALL */
  {"784111807", DAY},          /* too small for an epoch that anybody sends today */
  {"99999999999", DAY},        /* the largest epoch in seconds */
  {"100000000000", 0},         /* an epoch in ms: 1973 */
  {"784111807000", 29877},     /* epoch ms, 30 s after the second of WALL */
  {"784111777123", 0},
  {"784111777124", 1},
  {"784111777000", 0},         /* in the past */
  {"9223372036854775807", DAY},
  {"9223372036854775808", DAY},
  {"99999999999999999999", DAY},
  {"99999999999999999999999999999999999999999999.9", DAY},
  {"100, 100;w=60", 100000},   /* a list: the first */
  {"5;w=60", 5000},
  {"Sun, 06 Nov 1994 08:50:07 GMT", 29877},  /* IMF-fixdate */
  {"Sunday, 06-Nov-94 08:50:07 GMT", 29877}, /* RFC 850 */
  {"Sun Nov  6 08:50:07 1994", 29877},       /* asctime */
  {"sun, 06 nov 1994 08:50:07 gmt", 29877},
  {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
  {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
  {"Mon, 06 Nov 2000 08:50:07 GMT", DAY},
  {"Sun, 06 Nov 9999 08:50:07 GMT", DAY},
  /* malformed: as if it were not there */
  {"", -1},
  {"-1", -1},
  {"-99999999999999999999", -1},
  {"+5", -1},
  {"soon", -1},
  {"5s", -1},
  {"17ms", -1},
  {"6m0s", -1},
  {"5 seconds", -1},
  {"0x10", -1},
  {"1e3", -1},
  {".5", -1},
  {"5.", -1},
  {"1.2.3", -1},
  {"1 2", -1},
  {"20041106 08:50:07", -1},
  {"2004-11-06T08:50:07Z", -1},
  {"Sun, 06 Nov 1994", -1},  /* no time */
  {"Sun, 66 Nov 1994 08:50:07 GMT", -1},
  {"08:50:07", -1},
  {":", -1},
  {", 5", -1},
};

static void check_waits(const char *name, bool is_reset) {
  for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
    char line[200];
    snprintf(line, sizeof line, "%s: %s", name, waits[i].value);
    studio_ratehint hint = read_hint(line);
    int64_t got = is_reset ? hint.reset_ms : hint.retry_after_ms;
    if (got != waits[i].expected) fail_msg("%s: %lld", line, (long long)got);
    assert_int_equal(is_reset ? hint.retry_after_ms : hint.reset_ms, -1);
    assert_int_equal(hint.limit, -1);
    assert_int_equal(hint.remaining, -1);
  }
}

static void retry_after(void **state) {
  (void)state;
  check_waits("Retry-After", false);
  check_waits("retry-after", false);
}

static void reset(void **state) {
  (void)state;
  check_waits("X-RateLimit-Reset", true);
  check_waits("RateLimit-Reset", true);
  check_waits("X-Ratelimit-Reset-After", true);
}

/* An epoch in seconds, at a time when these have ten digits. */
static void epoch_seconds(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  studio_ratehint hint;
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1700000042"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.reset_ms, 41750);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1700000042.5"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.reset_ms, 42250);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1700000042500"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.reset_ms, 42250);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1699999999"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.reset_ms, 0);
  /* the border: the smallest epoch, and the largest delta */
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1000000000"));
  studio_ratehint_read(&hint, &headers, INT64_C(999999990000));
  assert_int_equal(hint.reset_ms, 10000);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "999999999.999"));
  studio_ratehint_read(&hint, &headers, INT64_C(999999990000));
  assert_int_equal(hint.reset_ms, DAY);
  studio_headers_free(&headers);
}

/* The service's Date counts, not our clock, whichever way ours is wrong. */
static void our_clock_does_not_matter(void **state) {
  (void)state;
  static const char *const dates[] = {"Sat, 05 Nov 1994 08:49:37 GMT", "Sun Nov  6 20:49:37 1994",
                                      "Sunday, 06-Nov-94 08:49:38 GMT"};
  static const char *const later[] = {"Sat, 05 Nov 1994 08:50:07 GMT", "Sun, 06 Nov 1994 20:50:07 GMT",
                                      "Sun, 06 Nov 1994 08:50:08 GMT"};
  for (size_t i = 0; i < 3; i++) {
    char lines[300];
    snprintf(lines, sizeof lines, "Date: %s\nRetry-After: %s\nX-RateLimit-Reset: %s", dates[i], later[i],
             later[i]);
    studio_ratehint hint = read_hint(lines);
    assert_int_equal(hint.retry_after_ms, 30000);
    assert_int_equal(hint.reset_ms, 30000);
  }
  studio_ratehint hint = read_hint("Date: Sun, 06 Nov 1994 10:49:37 GMT\nX-RateLimit-Reset: 784118987000");
  assert_int_equal(hint.reset_ms, 10000);
  hint = read_hint("Date: Sun, 06 Nov 1994 10:49:37 GMT\nRetry-After: 10"); /* a delta is a delta */
  assert_int_equal(hint.retry_after_ms, 10000);
  hint = read_hint("Date: yesterday\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT"); /* ours, then */
  assert_int_equal(hint.retry_after_ms, 29877);
}

static void counts(void **state) {
  (void)state;
  static const struct { const char *value; int64_t remaining, limit; } table[] = {
    {"0", 0, -1}, /* a limit of nothing says nothing */
    {"1", 1, 1},
    {"60", 60, 60},
    {"59.9", 59, 59},
    {"100, 100;w=60, 1000;w=3600", 100, 100},
    {"40;w=10", 40, 40},
    {"-1", -1, -1}, /* "unlimited", as some say */
    {"unlimited", -1, -1},
    {"", -1, -1},
    {"10/60", -1, -1},
    {"99999999999999999999", INT64_C(1000000000000000), INT64_C(1000000000000000)},
  };
  static const char *const prefixes[] = {"X-RateLimit-", "RateLimit-", "x-ratelimit-"};
  for (size_t p = 0; p < 3; p++) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
      char lines[300];
      snprintf(lines, sizeof lines, "%sLimit: %s\n%sRemaining: %s", prefixes[p], table[i].value, prefixes[p],
               table[i].value);
      studio_ratehint hint = read_hint(lines);
      assert_int_equal(hint.remaining, table[i].remaining);
      assert_int_equal(hint.limit, table[i].limit);
      assert_int_equal(hint.retry_after_ms, -1);
      assert_int_equal(hint.reset_ms, -1);
    }
  }
}

static void several_fields_of_a_kind(void **state) {
  (void)state;
  studio_ratehint hint = read_hint("RateLimit-Limit: 10\nX-RateLimit-Limit: 60\nRateLimit-Remaining: 3\n"
                                   "X-RateLimit-Reset-After: 9\nRateLimit-Reset: 8\nX-RateLimit-Reset: 7");
  assert_int_equal(hint.limit, 60); /* the older, common spelling first */
  assert_int_equal(hint.remaining, 3);
  assert_int_equal(hint.reset_ms, 7000);
  hint = read_hint("X-RateLimit-Limit: many\nRateLimit-Limit: 10\nX-RateLimit-Reset: x\n"
                   "X-RateLimit-Reset-After: 9");
  assert_int_equal(hint.limit, 10); /* malformed: the next one */
  assert_int_equal(hint.reset_ms, 9000);
  hint = read_hint("Retry-After: 3\nRetry-After: 9");
  assert_int_equal(hint.retry_after_ms, 3000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_headers_say_nothing),    cmocka_unit_test(retry_after),
    cmocka_unit_test(reset),                     cmocka_unit_test(epoch_seconds),
    cmocka_unit_test(our_clock_does_not_matter), cmocka_unit_test(counts),
    cmocka_unit_test(several_fields_of_a_kind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
