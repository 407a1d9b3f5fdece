/* Tests of studio_backoff: the distribution, and the floor.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/backoff.h"

static const studio_backoff usual = {500, 20000};

/* The longest and the shortest of many delays. */
static void range(const studio_backoff *backoff, int n, int64_t floor_ms, int64_t *least, int64_t *most) {
  studio_rng rng;
  studio_rng_seed(&rng, 99);
  *least = INT64_MAX;
  *most = INT64_MIN;
  for (int i = 0; i < 20000; i++) {
    int64_t delay = studio_backoff_delay(backoff, &rng, n, floor_ms);
    if (delay < *least) *least = delay;
    if (delay > *most) *most = delay;
  }
}

static void bound_doubles_up_to_the_cap(void **state) {
  (void)state;
  static const int64_t bounds[] = {500, 1000, 2000, 4000, 8000, 16000, 20000, 20000};
  int64_t least, most;
  for (int n = 0; n < 8; n++) {
    range(&usual, n, -1, &least, &most);
    assert_true(most <= bounds[n]);
    assert_true(most > bounds[n] - bounds[n] / 100);
    assert_true(least >= 0 && least < bounds[n] / 100 + 1);
  }
}

static void nothing_overflows(void **state) {
  (void)state;
  int64_t least, most;
  range(&usual, INT32_MAX, -1, &least, &most);
  assert_true(least >= 0 && most <= 20000 && most > 19800);
  range(&usual, -3, -1, &least, &most); /* before the first */
  assert_true(least >= 0 && most <= 500);
  const studio_backoff huge = {1, INT64_MAX}, odd = {3, INT64_MAX - 1};
  range(&huge, 1000, -1, &least, &most);
  assert_true(least >= 0 && most > INT64_MAX / 2);
  range(&odd, 62, -1, &least, &most);
  assert_true(least >= 0 && most > INT64_MAX / 2);
  studio_rng rng;
  studio_rng_seed(&rng, 5);
  for (int i = 0; i < 100; i++) {
    int64_t delay = studio_backoff_delay(&usual, &rng, 0, INT64_MAX - 10);
    assert_true(delay >= INT64_MAX - 10);
  }
}

static void absurd_policies_do_not_wait(void **state) {
  (void)state;
  const studio_backoff none = {0, 20000}, negative = {-5, 20000}, capped = {500, 0}, below = {500, -1};
  const studio_backoff *all[] = {&none, &negative, &capped, &below};
  studio_rng rng;
  studio_rng_seed(&rng, 1);
  for (int i = 0; i < 4; i++) {
    for (int n = 0; n < 100; n++) assert_int_equal(studio_backoff_delay(all[i], &rng, n, -1), 0);
    assert_in_range(studio_backoff_delay(all[i], &rng, 3, 1000), 1000, 1100);
  }
  const studio_backoff small_cap = {500, 100};
  int64_t least, most;
  range(&small_cap, 5, -1, &least, &most);
  assert_int_equal(most, 100);
}

/* Chi-square over each of 100 values, 100,000 draws, 99 degrees of freedom: for truly even draws 1 in 1000 is
** above 148.2, 1 in 1000 below 60.5 (too even to be random). */
static void full_jitter_is_even(void **state) {
  (void)state;
  const studio_backoff backoff = {99, 99};
  for (uint64_t seed = 1; seed <= 3; seed++) {
    int seen[100] = {0};
    studio_rng rng;
    studio_rng_seed(&rng, seed);
    for (int i = 0; i < 100000; i++) {
      int64_t delay = studio_backoff_delay(&backoff, &rng, 0, -1);
      assert_in_range(delay, 0, 99);
      seen[delay]++;
    }
    double chi_square = 0;
    for (int i = 0; i < 100; i++) chi_square += (seen[i] - 1000.0) * (seen[i] - 1000.0) / 1000.0;
    assert_true(chi_square > 60.5 && chi_square < 148.2);
  }
}

static int by_size(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

/* Kolmogorov-Smirnov against the even distribution over least..most (whole ms): the largest distance of the two
** distribution functions, times the root of the draws. For truly even draws 1 in 1000 is above 1.95. */
static double unevenness(const studio_backoff *backoff, int n, int64_t floor_ms, int64_t least, int64_t most) {
  enum { DRAWS = 40000 };
  static int64_t drawn[DRAWS];
  double root = 200, worst = 0, width = (double)(most - least + 1); /* 200 = the root of 40000 */
  studio_rng rng;
  studio_rng_seed(&rng, 17 + (uint64_t)n);
  for (int i = 0; i < DRAWS; i++) drawn[i] = studio_backoff_delay(backoff, &rng, n, floor_ms);
  qsort(drawn, DRAWS, sizeof *drawn, by_size);
  for (int i = 0; i < DRAWS; i++) {
    if (i + 1 < DRAWS && drawn[i + 1] == drawn[i]) continue; /* looked at where the step ends */
    double distance = (i + 1) / (double)DRAWS - (double)(drawn[i] - least + 1) / width;
    if (distance < 0) distance = -distance;
    if (distance > worst) worst = distance;
  }
  return worst * root;
}

static void every_delay_is_evenly_spread(void **state) {
  (void)state;
  static const int64_t bounds[] = {500, 1000, 2000, 4000, 8000, 16000, 20000, 20000};
  for (int n = 0; n < 8; n++) assert_true(unevenness(&usual, n, -1, 0, bounds[n]) < 1.95);
  /* between a floor and a tenth more, where the jitter is the shorter of the two */
  assert_true(unevenness(&usual, 0, 7000, 7000, 7700) < 1.95);
  assert_true(unevenness(&usual, 3, 60000, 60000, 66000) < 1.95);
  /* and the test sees what is uneven: equal jitter, half of the bound and as much at random */
  assert_true(unevenness(&usual, 1, -1, 500, 1000) > 50);
  assert_true(unevenness(&usual, 0, -1, 0, 520) > 5);
}

/* A thousand clients fail in the same moment, and again at each retry: how many come back in the busiest 100 ms? A
** sum of delays is nowhere denser than its widest part: 1000 * 100 / bound, and what chance adds. */
static void clients_that_failed_together_do_not_come_back_together(void **state) {
  (void)state;
  enum { CLIENTS = 1000, RETRIES = 4, BINS = 700 };
  static int seen[RETRIES + 1][BINS];
  memset(seen, 0, sizeof seen);
  for (uint64_t client = 1; client <= CLIENTS; client++) {
    studio_rng rng;
    studio_rng_seed(&rng, client); /* neighbours must not jitter alike */
    int64_t at = 0;
    for (int n = 0; n < RETRIES; n++) {
      at += studio_backoff_delay(&usual, &rng, n, -1);
      seen[n][at / 100]++;
    }
    seen[RETRIES][studio_backoff_delay(&usual, &rng, 0, 30000) / 100]++; /* told to come back in 30 s */
  }
  static const int fair[] = {200, 100, 50, 25, 33};
  for (int k = 0; k <= RETRIES; k++) {
    int busiest = 0;
    for (int i = 0; i < BINS; i++) busiest = seen[k][i] > busiest ? seen[k][i] : busiest;
    print_message("%s %d: at most %d of %d clients in 100 ms\n", k < RETRIES ? "retry" : "Retry-After 30, retry",
                  k < RETRIES ? k + 1 : 1, busiest, (int)CLIENTS);
    double chance = 4 * (k == 0 ? 14.2 : k == 1 ? 10 : k == 2 ? 7.1 : k == 3 ? 5 : 5.8); /* 4 standard deviations */
    assert_true(busiest <= fair[k] + chance);
  }
}

static void floor_is_kept_with_up_to_a_tenth_more(void **state) {
  (void)state;
  int64_t least, most;
  static const int64_t floors[] = {500, 1000, 7000, 60000, 3600000};
  for (size_t i = 0; i < sizeof floors / sizeof *floors; i++) {
    range(&usual, 0, floors[i], &least, &most);
    assert_true(least >= floors[i] && least <= floors[i] + floors[i] / 500);
    assert_true(most <= floors[i] + floors[i] / 10);
    assert_true(most >= floors[i] + floors[i] / 10 - floors[i] / 500);
  }
}

/* "Retry-After: 0" for the fifth time is no reason to come back at once. */
static void jitter_counts_where_it_is_longer(void **state) {
  (void)state;
  int64_t least, most;
  range(&usual, 5, 0, &least, &most);
  assert_true(least >= 0 && most > 15800 && most <= 16000);
  range(&usual, 5, 1000, &least, &most);
  assert_true(least >= 1000 && most > 15800 && most <= 16000);
}

static void same_seed_same_delays(void **state) {
  (void)state;
  studio_rng a, b;
  studio_rng_seed(&a, 3);
  studio_rng_seed(&b, 3);
  for (int n = 0; n < 50; n++) {
    int64_t delay = studio_backoff_delay(&usual, &a, n, n * 10);
    assert_int_equal(delay, studio_backoff_delay(&usual, &b, n, n * 10));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bound_doubles_up_to_the_cap),
    cmocka_unit_test(nothing_overflows),
    cmocka_unit_test(absurd_policies_do_not_wait),
    cmocka_unit_test(full_jitter_is_even),
    cmocka_unit_test(every_delay_is_evenly_spread),
    cmocka_unit_test(clients_that_failed_together_do_not_come_back_together),
    cmocka_unit_test(floor_is_kept_with_up_to_a_tenth_more),
    cmocka_unit_test(jitter_counts_where_it_is_longer),
    cmocka_unit_test(same_seed_same_delays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
