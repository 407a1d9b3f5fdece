/* Tests of studio_moment: dates, held against what the C library says.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "core/moment.h"

/* Each day for 400 years and more, so that every rule of the calendar is met. */
static void iso_dates_are_those_of_the_calendar(void **state) {
  (void)state;
  for (int64_t day = 0; day < 150000; day++) {
    time_t at = (time_t)(day * 86400 + day % 86400);
    struct tm tm;
    char text[40];
    assert_non_null(gmtime_r(&at, &tm));
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (studio_moment_date(text) != (int64_t)at * 1000) fail_msg("%s", text);
  }
}

static void what_is_no_date_is_refused(void **state) {
  (void)state;
  static const char *const bad[] = {
    "", "2026", "2026-11-22", "2026-11-22T06:09", "2026-11-22T06:09:12", "2026-11-22T06:09:12.Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-11-31T00:00:00Z",
    "2026-11-00T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T00:60:00Z", "2026-11-22T00:00:61Z",
    "2026-11-22T00:00:00ZZ", "2026-11-22T00:00:00+24:00", "2026-11-22T00:00:00+00:60", "2026-11-22T00:00:00+1",
    "2026-11-22T00:00:00+01:00Z", "2026-11-22X00:00:00Z", "2026/11/22T00:00:00Z", "20261122T000000Z",
    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (studio_moment_date(bad[i]) != -1) fail_msg("%s", bad[i]);
    assert_true(studio_moment_read(bad[i]).kind == STUDIO_MOMENT_NONE || bad[i][4] == '\0');
  }
  assert_int_equal(studio_moment_date("Sun, 06 Nov 1700000000 08:49:37 GMT"), INT64_C(1000000000000000));
  assert_int_equal(studio_moment_date("2000-02-29T00:00:00Z"), INT64_C(951782400000));
  assert_int_equal(studio_moment_date("1970-01-01T00:00:00-00:01"), 60000);
  assert_int_equal(studio_moment_date("2016-12-31T23:59:60Z"), INT64_C(1483228800000)); /* a leap second */
}

static void size_tells_a_delta_from_an_epoch(void **state) {
  (void)state;
  assert_int_equal(studio_moment_read("999999999").kind, STUDIO_MOMENT_DELTA);
  assert_int_equal(studio_moment_read("999999999").ms, INT64_C(999999999000));
  assert_int_equal(studio_moment_read("1000000000").kind, STUDIO_MOMENT_EPOCH);
  assert_int_equal(studio_moment_read("1000000000").ms, INT64_C(1000000000000));
  assert_int_equal(studio_moment_read("99999999999").ms, INT64_C(99999999999000));
  assert_int_equal(studio_moment_read("100000000000").ms, INT64_C(100000000000));
  assert_int_equal(studio_moment_read("Sun, 06 Nov 1994 08:49:37 GMT").kind, STUDIO_MOMENT_EPOCH);
  assert_int_equal(studio_moment_read("later").kind, STUDIO_MOMENT_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(iso_dates_are_those_of_the_calendar),
    cmocka_unit_test(what_is_no_date_is_refused),
    cmocka_unit_test(size_tells_a_delta_from_an_epoch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
