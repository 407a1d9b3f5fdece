/* Tests of studio_rng and of the clocks that seed it.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "core/rng.h"

/* The published first numbers of SplitMix64 for the seed 1234567. */
static void known_numbers(void **state) {
  (void)state;
  static const uint64_t expected[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                      UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
                                      UINT64_C(16408922859458223821)};
  studio_rng rng;
  studio_rng_seed(&rng, 1234567);
  for (size_t i = 0; i < 5; i++) assert_true(studio_rng_next(&rng) == expected[i]);
}

static void same_seed_same_numbers(void **state) {
  (void)state;
  studio_rng a, b, c;
  studio_rng_seed(&a, 42);
  studio_rng_seed(&b, 42);
  studio_rng_seed(&c, 43);
  int differ = 0;
  for (int i = 0; i < 100; i++) {
    int64_t x = studio_rng_upto(&a, 1000000);
    assert_int_equal(x, studio_rng_upto(&b, 1000000));
    differ += x != studio_rng_upto(&c, 1000000);
  }
  assert_true(differ > 90);
}

static void seed_zero_differs_by_address(void **state) {
  (void)state;
  studio_rng two[2];
  studio_rng_seed(&two[0], 0);
  studio_rng_seed(&two[1], 0);
  assert_true(studio_rng_next(&two[0]) != studio_rng_next(&two[1]));
}

static void upto_has_both_ends(void **state) {
  (void)state;
  studio_rng rng;
  studio_rng_seed(&rng, 1);
  assert_int_equal(studio_rng_upto(&rng, 0), 0);
  assert_int_equal(studio_rng_upto(&rng, -5), 0);
  assert_int_equal(studio_rng_upto(&rng, INT64_MIN), 0);
  int seen[3] = {0, 0, 0};
  for (int i = 0; i < 300; i++) {
    int64_t x = studio_rng_upto(&rng, 2);
    assert_in_range(x, 0, 2);
    seen[x]++;
  }
  assert_true(seen[0] > 50 && seen[1] > 50 && seen[2] > 50);
}

/* With 3/8 of 2^64 numbers to draw from, a plain remainder would draw the lower half in 56 of 100 cases. */
static void upto_is_even_for_huge_limits(void **state) {
  (void)state;
  studio_rng rng;
  studio_rng_seed(&rng, 7);
  const int64_t limit = INT64_MAX - INT64_MAX / 4;
  int low = 0, draws = 20000;
  for (int i = 0; i < draws; i++) {
    int64_t x = studio_rng_upto(&rng, limit);
    assert_true(x >= 0 && x <= limit);
    low += x <= limit / 2;
  }
  assert_in_range(low, draws / 2 - 350, draws / 2 + 350); /* five standard deviations */
  for (int i = 0; i < 1000; i++) assert_true(studio_rng_upto(&rng, INT64_MAX) >= 0);
}

static void clocks(void **state) {
  (void)state;
  int64_t before = studio_clock_ms();
  for (int i = 0; i < 1000; i++) {
    int64_t now = studio_clock_ms();
    assert_true(now >= before);
    before = now;
  }
  assert_true(studio_clock_wall_ms() > INT64_C(1700000000000)); /* 2023: it is milliseconds since 1970 */
  assert_true(studio_clock_wall_ms() < INT64_C(32503680000000)); /* the year 3000 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_numbers),      cmocka_unit_test(same_seed_same_numbers),
    cmocka_unit_test(seed_zero_differs_by_address), cmocka_unit_test(upto_has_both_ends),
    cmocka_unit_test(upto_is_even_for_huge_limits), cmocka_unit_test(clocks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
