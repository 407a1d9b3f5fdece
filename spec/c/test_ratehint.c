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
  assert_int_equal(hint.plain.limit, -1);
  assert_int_equal(hint.plain.remaining, -1);
  assert_int_equal(hint.plain.reset_ms, -1);
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
  {"1994-11-06T08:50:07Z", 29877},
  {"1994-11-06T08:50:07.500Z", 30377},
  {"1994-11-06 08:50:07.5009z", 30377},
  {"1994-11-06t10:50:07+02:00", 29877},
  {"1994-11-06T03:20:07-0530", 29877},
  {"2004-11-06T08:50:07Z", DAY},
  {"1993-11-06T08:50:07Z", 0},
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
  {"2004-11-06T08:50:07", -1}, /* whose time? */
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
    int64_t got = is_reset ? hint.plain.reset_ms : hint.retry_after_ms;
    if (got != waits[i].expected) fail_msg("%s: %lld", line, (long long)got);
    assert_int_equal(is_reset ? hint.retry_after_ms : hint.plain.reset_ms, -1);
    assert_int_equal(hint.plain.limit, -1);
    assert_int_equal(hint.plain.remaining, -1);
  }
}

static void retry_after(void **state) {
  (void)state;
  check_waits("Retry-After", false);
  check_waits("retry-after", false);
  check_waits("X-Retry-After", false);
}

static void reset(void **state) {
  (void)state;
  check_waits("X-RateLimit-Reset", true);
  check_waits("RateLimit-Reset", true);
  check_waits("X-Ratelimit-Reset-After", true);
  check_waits("X-Rate-Limit-Reset", true);
  check_waits("Rate-Limit-Reset", true);
}

/* An epoch in seconds, at a time when these have ten digits. */
static void epoch_seconds(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  studio_ratehint hint;
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1700000042"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.plain.reset_ms, 41750);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1700000042.5"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.plain.reset_ms, 42250);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1700000042500"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.plain.reset_ms, 42250);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1699999999"));
  studio_ratehint_read(&hint, &headers, INT64_C(1700000000250));
  assert_int_equal(hint.plain.reset_ms, 0);
  /* the border: the smallest epoch, and the largest delta */
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "1000000000"));
  studio_ratehint_read(&hint, &headers, INT64_C(999999990000));
  assert_int_equal(hint.plain.reset_ms, 10000);
  assert_true(studio_headers_set(&headers, "X-RateLimit-Reset", "999999999.999"));
  studio_ratehint_read(&hint, &headers, INT64_C(999999990000));
  assert_int_equal(hint.plain.reset_ms, DAY);
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
    assert_int_equal(hint.plain.reset_ms, 30000);
  }
  studio_ratehint hint = read_hint("Date: Sun, 06 Nov 1994 10:49:37 GMT\nX-RateLimit-Reset: 784118987000");
  assert_int_equal(hint.plain.reset_ms, 10000);
  hint = read_hint("Date: Sun, 06 Nov 1994 10:49:37 GMT\nRetry-After: 10"); /* a delta is a delta */
  assert_int_equal(hint.retry_after_ms, 10000);
  hint = read_hint("Date: yesterday\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT"); /* ours, then */
  assert_int_equal(hint.retry_after_ms, 29877);
}

static void counts(void **state) {
  (void)state;
  static const struct { const char *value; int64_t remaining, limit; } table[] = {
    {"0", -1, -1}, /* "0 of 0" says nothing */
    {"1", 1, 1},
    {"60", 60, 60},
    {"59.9", 59, 59},
    {"100, 100;w=60, 1000;w=3600", 100, 100},
    {"40;w=10", 40, 40},
    {"-1", -1, -1}, /* "unlimited", as some say */
    {"unlimited", -1, -1},
    {"", -1, -1},
    {"10/60", -1, -1},
    {"99999999999999999999", STUDIO_RATEHINT_CAP, STUDIO_RATEHINT_CAP},
  };
  static const char *const prefixes[] = {"X-RateLimit-", "RateLimit-", "x-ratelimit-", "X-Rate-Limit-",
                                         "Rate-Limit-"};
  for (size_t p = 0; p < 5; p++) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
      char lines[300];
      snprintf(lines, sizeof lines, "%sLimit: %s\n%sRemaining: %s", prefixes[p], table[i].value, prefixes[p],
               table[i].value);
      studio_ratehint hint = read_hint(lines);
      assert_int_equal(hint.plain.remaining, table[i].remaining);
      assert_int_equal(hint.plain.limit, table[i].limit);
      assert_int_equal(hint.retry_after_ms, -1);
      assert_int_equal(hint.plain.reset_ms, -1);
    }
  }
}

static void several_fields_of_a_kind(void **state) {
  (void)state;
  studio_ratehint hint = read_hint("RateLimit-Limit: 10\nX-RateLimit-Limit: 60\nRateLimit-Remaining: 3\n"
                                   "X-RateLimit-Reset-After: 9\nRateLimit-Reset: 8\nX-RateLimit-Reset: 7");
  assert_int_equal(hint.plain.limit, 60); /* the older, common spelling first */
  assert_int_equal(hint.plain.remaining, 3);
  assert_int_equal(hint.plain.reset_ms, 7000);
  hint = read_hint("X-RateLimit-Limit: many\nRateLimit-Limit: 10\nX-RateLimit-Reset: x\n"
                   "X-RateLimit-Reset-After: 9");
  assert_int_equal(hint.plain.limit, 10); /* malformed: the next one */
  assert_int_equal(hint.plain.reset_ms, 9000);
  hint = read_hint("Retry-After: 3\nRetry-After: 9");
  assert_int_equal(hint.retry_after_ms, 3000);
}

static void retry_after_in_milliseconds(void **state) {
  (void)state;
  assert_int_equal(read_hint("Retry-After-Ms: 1250").retry_after_ms, 1250);
  assert_int_equal(read_hint("x-ms-retry-after-ms: 17.9").retry_after_ms, 17);
  assert_int_equal(read_hint("Retry-After-Ms: 99999999999999").retry_after_ms, DAY);
  assert_int_equal(read_hint("Retry-After: 2\nRetry-After-Ms: 1250").retry_after_ms, 1250); /* the finer one */
  assert_int_equal(read_hint("Retry-After-Ms: soon\nRetry-After: 2").retry_after_ms, 2000);
}

static void what_is_used_tells_what_is_left(void **state) {
  (void)state;
  assert_int_equal(read_hint("X-RateLimit-Limit: 60\nX-RateLimit-Used: 18").plain.remaining, 42);
  assert_int_equal(read_hint("X-RateLimit-Limit: 60\nX-RateLimit-Used: 61").plain.remaining, 0);
  assert_int_equal(read_hint("X-RateLimit-Used: 61").plain.remaining, -1);
  studio_ratehint hint = read_hint("X-RateLimit-Limit: 60\nX-RateLimit-Used: 1\nX-RateLimit-Remaining: 7");
  assert_int_equal(hint.plain.remaining, 7);
}

/* ---- the IETF's fields */

static void check_policy(const char *lines, int index, studio_ratepolicy expected) {
  studio_ratehint hint = read_hint(lines);
  if (index >= hint.policy_count) fail_msg("%s: no policy %d", lines, index);
  const studio_ratepolicy *got = &hint.policies[index];
  if (got->limit != expected.limit || got->remaining != expected.remaining || got->reset_ms != expected.reset_ms ||
      got->window_ms != expected.window_ms) {
    fail_msg("%s: %lld %lld %lld %lld", lines, (long long)got->limit, (long long)got->remaining,
             (long long)got->reset_ms, (long long)got->window_ms);
  }
}

static void several_policies(void **state) {
  (void)state;
  static const char both[] = "RateLimit-Policy: \"burst\";q=100;w=60,\"daily\";q=1000;w=86400\n"
                             "RateLimit: \"daily\";r=7;t=3600, \"burst\";r=50;t=30";
  check_policy(both, 0, (studio_ratepolicy){100, 50, 30000, 60000});
  check_policy(both, 1, (studio_ratepolicy){1000, 7, 3600000, DAY});
  assert_int_equal(read_hint(both).policy_count, 2);
  assert_int_equal(read_hint(both).plain.limit, -1);
  /* over several lines, in any order, by token, with a partition key that does not matter to us */
  static const char lines[] = "ratelimit: day;r=7\nRateLimit: \"min\" ;t=1\nRateLimit: \"min\";r=3; t=9;pk=:YQ==:\n"
                              "RateLimit-Policy: \"min\";q=5;w=60\nRateLimit-Policy: day;w=86400;q=9;x=?0";
  check_policy(lines, 0, (studio_ratepolicy){5, -1, -1, 60000}); /* a blank before ';' spoils that field */
  static const char good[] = "ratelimit: day;r=7\nRateLimit: \"min\";t=1\nRateLimit: \"min\";r=3; t=9;pk=:YQ==:\n"
                             "RateLimit-Policy: \"min\";q=5;w=60\nRateLimit-Policy: day;w=86400;q=9;x=?0";
  check_policy(good, 0, (studio_ratepolicy){5, 3, 9000, 60000});
  check_policy(good, 1, (studio_ratepolicy){9, 7, -1, DAY});
  check_policy("RateLimit: \"a\";r=5;t=9, \"a\";r=2;t=3, \"a\";r=4", 0, (studio_ratepolicy){-1, 2, 3000, -1});
  check_policy("RateLimit: \"a\";r=0", 0, (studio_ratepolicy){-1, 0, -1, -1});
  check_policy("RateLimit-Policy: \"a\";q=5", 0, (studio_ratepolicy){5, -1, -1, -1});
  check_policy("RateLimit: \"a\";r=999999999999999;t=999999999999999", 0,
               (studio_ratepolicy){-1, STUDIO_RATEHINT_CAP, DAY, -1});
}

static void policies_that_do_not_count_requests_are_not_ours(void **state) {
  (void)state;
  static const char lines[] = "RateLimit-Policy: \"b\";q=9;w=1;qu=\"content-bytes\","
                              "\"c\";q=2;qu=\"concurrent-requests\","
                              "\"r\";q=5;w=60;qu=\"requests\",\"t\";q=6;w=60;qu=requests\n"
                              "RateLimit: \"b\";r=0;t=9,\"c\";r=0,\"r\";r=1;t=2";
  assert_int_equal(read_hint(lines).policy_count, 2);
  check_policy(lines, 0, (studio_ratepolicy){5, 1, 2000, 60000});
  check_policy(lines, 1, (studio_ratepolicy){6, -1, -1, 60000});
}

/* Each of these says nothing at all. */
static void malformed_fields_are_ignored_whole(void **state) {
  (void)state;
  static const char *const fields[] = {
    "RateLimit: ", "RateLimit: ,", "RateLimit: \"a\";r=5,", "RateLimit: \"a\";r=5;t=", "RateLimit: \"a;r=5",
    "RateLimit: \"a\";R=5", "RateLimit: \"a\";r=-5", "RateLimit: \"a\";r=5.0", "RateLimit: \"a\";r=\"5\"",
    "RateLimit: \"a\";r=1000000000000000", "RateLimit: 5;r=5", "RateLimit: (\"a\");r=5", "RateLimit: \"a\"",
    "RateLimit: \"a\";r=5\nRateLimit: \"b\";r=", "RateLimit: \"a\";r=5 \"b\";r=6", "RateLimit: \"a\";r=5\nRateLimit: @",
    "RateLimit-Policy: \"a\"", "RateLimit-Policy: \"a\";q=0;w=60", "RateLimit-Policy: \"a\";w=60",
    "RateLimit-Policy: \"a\";q=5;w=60, \"b", "RateLimit-Policy: 60", "RateLimit-Policy: ;w=60",
    "RateLimit-Policy: 5;q=7", "RateLimit: limit=x, remaining=y", "RateLimit: limit=5, remaining=\"",
    "RateLimit: remaining=5 reset=9", "RateLimit: Limit=5",
  };
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    studio_ratehint hint = read_hint(fields[i]);
    if (hint.policy_count != 0 || hint.plain.limit >= 0 || hint.plain.remaining >= 0) fail_msg("%s", fields[i]);
  }
}

/* Drafts between 2020 and 2023. */
static void older_drafts(void **state) {
  (void)state;
  studio_ratehint hint = read_hint("RateLimit: limit=100, remaining=50, reset=30\n"
                                   "RateLimit-Policy: 100;w=60, 9000;w=86400");
  assert_int_equal(hint.plain.limit, 100);
  assert_int_equal(hint.plain.remaining, 50);
  assert_int_equal(hint.plain.reset_ms, 30000);
  assert_int_equal(hint.plain.window_ms, 60000);
  assert_int_equal(hint.policy_count, 1);
  assert_int_equal(hint.policies[0].limit, 9000);
  static const char *const same[] = {
    "RateLimit-Limit: 9000\nRateLimit-Remaining: 3\nRateLimit-Reset: 7200\nRateLimit-Policy: 100;w=60, 9000;w=86400",
    "RateLimit-Limit: 9000, 100;w=60, 9000;w=86400\nRateLimit-Remaining: 3\nRateLimit-Reset: 7200",
    "X-RateLimit-Limit: 9000, 100;w=60, 9000;w=86400\nX-RateLimit-Remaining: 3\nX-RateLimit-Reset: 7200",
  };
  for (size_t i = 0; i < 3; i++) {
    hint = read_hint(same[i]);
    assert_int_equal(hint.plain.limit, 9000); /* the plain fields speak of the quota that is spent next */
    assert_int_equal(hint.plain.window_ms, DAY);
    assert_int_equal(hint.policy_count, 1);
    assert_int_equal(hint.policies[0].limit, 100);
    assert_int_equal(hint.policies[0].window_ms, 60000);
  }
  hint = read_hint("X-RateLimit-Limit: 5\nX-RateLimit-Remaining: 4\nRateLimit: limit=100, remaining=50, reset=30");
  assert_int_equal(hint.plain.remaining, 4);
}

static void more_policies_than_we_keep(void **state) {
  (void)state;
  char lines[2000] = "RateLimit-Policy: \"p0\";q=1";
  for (int i = 1; i < 20; i++) snprintf(lines + strlen(lines), 40, ", \"p%d\";q=%d", i, i + 1);
  strcat(lines, "\nRateLimit: \"p5\";r=3, \"p19\";r=1");
  studio_ratehint hint = read_hint(lines);
  assert_int_equal(hint.policy_count, STUDIO_RATEHINT_POLICIES);
  assert_int_equal(hint.policies[5].remaining, 3);
}

static void how_long_a_refusal_asks_us_to_wait(void **state) {
  (void)state;
  static const struct { const char *lines; int64_t pause; } cases[] = {
    {"Retry-After: 3\nX-RateLimit-Reset: 9\nX-RateLimit-Remaining: 0\nRateLimit: \"a\";r=0;t=50", 3000},
    {"X-RateLimit-Reset: 9", 9000},
    {"X-RateLimit-Reset: 9\nX-RateLimit-Remaining: 4", 9000},
    {"RateLimit: \"a\";r=0;t=5,\"b\";r=0;t=50,\"c\";r=1;t=500,\"d\";r=0", 50000},
    {"X-RateLimit-Reset: 60\nX-RateLimit-Remaining: 0\nRateLimit: \"a\";r=0;t=50", 60000},
    {"X-RateLimit-Reset: 60\nX-RateLimit-Remaining: 1\nRateLimit: \"a\";r=0;t=50", 50000},
    {"RateLimit: \"c\";r=1;t=500", -1},
    {"Server: x", -1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    studio_ratehint hint = read_hint(cases[i].lines);
    if (studio_ratehint_pause(&hint) != cases[i].pause) fail_msg("%s", cases[i].lines);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_headers_say_nothing),    cmocka_unit_test(retry_after),
    cmocka_unit_test(reset),                     cmocka_unit_test(epoch_seconds),
    cmocka_unit_test(our_clock_does_not_matter), cmocka_unit_test(counts),
    cmocka_unit_test(several_fields_of_a_kind),
    cmocka_unit_test(retry_after_in_milliseconds),
    cmocka_unit_test(what_is_used_tells_what_is_left),
    cmocka_unit_test(several_policies),
    cmocka_unit_test(policies_that_do_not_count_requests_are_not_ours),
    cmocka_unit_test(malformed_fields_are_ignored_whole),
    cmocka_unit_test(older_drafts),
    cmocka_unit_test(more_policies_than_we_keep),
    cmocka_unit_test(how_long_a_refusal_asks_us_to_wait),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
