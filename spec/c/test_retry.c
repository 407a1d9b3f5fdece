/* Tests of studio_retry: every cell of the table in retry.c.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/retry.h"

#define NOT_SENT STUDIO_STAGE_NOT_SENT
#define UNKNOWN STUDIO_STAGE_UNKNOWN
#define ANSWERED STUDIO_STAGE_ANSWERED
#define K(name) STUDIO_KIND_##name

static const studio_retry usual = STUDIO_RETRY_DEFAULT;

/* What may come of an attempt that the cell leaves to the policy: AGAIN, at the cost of tokens; FREE, at
** none; DONE, success; everything else is the kind that the call ends with. */
enum { AGAIN = 1000, FREE, DONE };

static int verdict_of(const studio_verdict *verdict) {
  if (verdict->again) {
    assert_int_equal(verdict->kind, STUDIO_KIND_NONE);
    assert_true(verdict->free ? verdict->cost == 0 : verdict->cost > 0);
    return verdict->free ? FREE : AGAIN;
  }
  assert_int_equal(verdict->cost, 0);
  assert_int_equal(verdict->delay_ms, 0);
  assert_false(verdict->free);
  return verdict->kind == STUDIO_KIND_NONE ? DONE : (int)verdict->kind;
}

typedef struct cell {
  studio_stage stage;
  int status;
  studio_kind kind;
  int repeatable, other; /* the verdict for GET, HEAD, PUT, DELETE or a keyed call; for the rest */
} cell;

static const cell cells[] = {
  /* answered: success and redirects */
  {ANSWERED, 200, K(NONE), DONE, DONE},
  {ANSWERED, 201, K(NONE), DONE, DONE},
  {ANSWERED, 204, K(NONE), DONE, DONE},
  {ANSWERED, 304, K(NONE), DONE, DONE},
  /* answered: the request is at fault, or may not be done */
  {ANSWERED, 400, K(INVALID), K(INVALID), K(INVALID)},
  {ANSWERED, 401, K(UNAUTHORIZED), K(UNAUTHORIZED), K(UNAUTHORIZED)},
  {ANSWERED, 402, K(PAYMENT_REQUIRED), K(PAYMENT_REQUIRED), K(PAYMENT_REQUIRED)},
  {ANSWERED, 403, K(FORBIDDEN), K(FORBIDDEN), K(FORBIDDEN)},
  {ANSWERED, 404, K(NOT_FOUND), K(NOT_FOUND), K(NOT_FOUND)},
  {ANSWERED, 409, K(CONFLICT), K(CONFLICT), K(CONFLICT)},
  {ANSWERED, 410, K(NOT_FOUND), K(NOT_FOUND), K(NOT_FOUND)},
  {ANSWERED, 412, K(CONFLICT), K(CONFLICT), K(CONFLICT)},
  {ANSWERED, 422, K(INVALID), K(INVALID), K(INVALID)},
  {ANSWERED, 423, K(CONFLICT), K(CONFLICT), K(CONFLICT)},
  {ANSWERED, 499, K(INVALID), K(INVALID), K(INVALID)},
  /* answered: refused, so nothing was done */
  {ANSWERED, 429, K(RATE_LIMITED), FREE, FREE},
  /* answered: may be over the next time */
  {ANSWERED, 408, K(TIMEOUT), AGAIN, K(TIMEOUT)},
  {ANSWERED, 500, K(SERVER), AGAIN, K(SERVER)},
  {ANSWERED, 502, K(SERVER), AGAIN, K(SERVER)},
  {ANSWERED, 503, K(SERVER), AGAIN, K(SERVER)},
  {ANSWERED, 504, K(SERVER), AGAIN, K(SERVER)},
  /* answered: will not be over */
  {ANSWERED, 501, K(SERVER), K(SERVER), K(SERVER)},
  {ANSWERED, 505, K(SERVER), K(SERVER), K(SERVER)},
  {ANSWERED, 507, K(SERVER), K(SERVER), K(SERVER)},
  {ANSWERED, 599, K(SERVER), K(SERVER), K(SERVER)},
  /* answered, and useless: another answer would be the same */
  {ANSWERED, 200, K(PROTOCOL), K(PROTOCOL), K(PROTOCOL)},
  {ANSWERED, 302, K(PROTOCOL), K(PROTOCOL), K(PROTOCOL)},
  /* sent, and no whole answer */
  {UNKNOWN, 0, K(NETWORK), AGAIN, K(OUTCOME_UNKNOWN)},
  {UNKNOWN, 0, K(TIMEOUT), AGAIN, K(OUTCOME_UNKNOWN)},
  {UNKNOWN, 0, K(TLS), AGAIN, K(OUTCOME_UNKNOWN)},
  {UNKNOWN, 0, K(PROTOCOL), AGAIN, K(OUTCOME_UNKNOWN)},
  {UNKNOWN, 200, K(NETWORK), AGAIN, K(OUTCOME_UNKNOWN)}, /* the body was cut */
  {UNKNOWN, 201, K(TIMEOUT), AGAIN, K(OUTCOME_UNKNOWN)},
  {UNKNOWN, 100, K(TIMEOUT), AGAIN, K(OUTCOME_UNKNOWN)},
  /* not sent */
  {NOT_SENT, 0, K(NETWORK), AGAIN, AGAIN},
  {NOT_SENT, 0, K(TIMEOUT), AGAIN, AGAIN},
  {NOT_SENT, 0, K(TLS), AGAIN, AGAIN},
  {NOT_SENT, 0, K(PROTOCOL), AGAIN, AGAIN},
};
#define CELLS (sizeof cells / sizeof *cells)

static studio_outcome outcome_of(const cell *c) {
  return (studio_outcome){.stage = c->stage, .status = c->status, .kind = c->kind, .retry_after_ms = -1};
}

static studio_verdict decide(const studio_outcome *outcome, bool repeatable, bool deleted, int failures,
                             int refusals, studio_budget *budget) {
  studio_rng rng;
  studio_rng_seed(&rng, 11);
  return studio_retry_decide(&usual, budget, &rng, outcome, repeatable, deleted, failures, refusals);
}

/* While there are attempts and tokens. */
static void every_cell(void **state) {
  (void)state;
  for (size_t i = 0; i < CELLS; i++) {
    for (int repeatable = 0; repeatable <= 1; repeatable++) {
      for (int failures = 0; failures < 4; failures++) {
        studio_budget budget = STUDIO_BUDGET_DEFAULT;
        studio_outcome outcome = outcome_of(&cells[i]);
        studio_verdict verdict = decide(&outcome, repeatable, false, failures, 19, &budget);
        int expected = repeatable ? cells[i].repeatable : cells[i].other;
        if (verdict_of(&verdict) != expected) fail_msg("cell %d, repeatable %d", (int)i, repeatable);
        assert_int_equal(budget.tokens, 500 - verdict.cost);
        if (expected == AGAIN) assert_int_equal(verdict.cost, cells[i].stage == ANSWERED ? 5 : 10);
      }
    }
  }
}

/* Also for statuses that nobody has thought of: a request that must not be repeated is sent again only when
** it was not sent, or after 429. */
static void never_twice_unless_it_is_safe(void **state) {
  (void)state;
  for (int stage = NOT_SENT; stage <= ANSWERED; stage++) {
    for (int status = 0; status <= 700; status++) {
      for (int kind = 0; kind < STUDIO_KIND_COUNT; kind++) {
        studio_outcome outcome = {.stage = (studio_stage)stage, .status = status, .kind = (studio_kind)kind,
                                  .retry_after_ms = -1};
        studio_budget budget = STUDIO_BUDGET_DEFAULT;
        studio_verdict verdict = decide(&outcome, false, false, 0, 0, &budget);
        bool refused = stage == ANSWERED && status == 429 && kind != STUDIO_KIND_NONE;
        assert_int_equal(verdict.again, stage == NOT_SENT || refused);
        if (stage == UNKNOWN) assert_int_equal(verdict.kind, STUDIO_KIND_OUTCOME_UNKNOWN);
        if (stage == ANSWERED && !refused) assert_int_equal(verdict.kind, kind);
      }
    }
  }
}

static void fatal_is_final(void **state) {
  (void)state;
  for (size_t i = 0; i < CELLS; i++) {
    for (int repeatable = 0; repeatable <= 1; repeatable++) {
      studio_budget budget = STUDIO_BUDGET_DEFAULT;
      studio_outcome outcome = outcome_of(&cells[i]);
      outcome.fatal = true;
      outcome.kind = STUDIO_KIND_TOO_LARGE;
      studio_verdict verdict = decide(&outcome, repeatable, true, 0, 0, &budget);
      assert_int_equal(verdict_of(&verdict), STUDIO_KIND_TOO_LARGE);
      assert_int_equal(budget.tokens, 500);
    }
  }
}

static void gone_after_a_repeated_delete_is_success(void **state) {
  (void)state;
  for (size_t i = 0; i < CELLS; i++) {
    studio_outcome outcome = outcome_of(&cells[i]);
    studio_verdict verdict = decide(&outcome, true, true, 1, 0, NULL);
    bool gone = cells[i].status == 404 || cells[i].status == 410;
    assert_int_equal(verdict_of(&verdict), gone ? DONE : cells[i].repeatable);
  }
}

/* max_attempts counts attempts in all: with 5 there are 4 repeats. */
static void attempts_end(void **state) {
  (void)state;
  for (size_t i = 0; i < CELLS; i++) {
    for (int repeatable = 0; repeatable <= 1; repeatable++) {
      int before = repeatable ? cells[i].repeatable : cells[i].other;
      studio_budget budget = STUDIO_BUDGET_DEFAULT;
      studio_outcome outcome = outcome_of(&cells[i]);
      studio_verdict verdict = decide(&outcome, repeatable, false, 4, 0, &budget);
      assert_int_equal(verdict_of(&verdict), before == AGAIN ? (int)cells[i].kind : before);
      if (before != FREE) assert_int_equal(budget.tokens, 500);
    }
  }
}

static void a_policy_of_one_attempt_never_repeats(void **state) {
  (void)state;
  const studio_retry once = {1, 0, {500, 20000}};
  for (size_t i = 0; i < CELLS; i++) {
    studio_rng rng;
    studio_rng_seed(&rng, 1);
    studio_outcome outcome = outcome_of(&cells[i]);
    assert_false(studio_retry_decide(&once, NULL, &rng, &outcome, true, false, 0, 0).again);
  }
}

static void refusals_end(void **state) {
  (void)state;
  studio_outcome refused = {.stage = ANSWERED, .status = 429, .kind = K(RATE_LIMITED), .retry_after_ms = -1};
  studio_budget empty = {.capacity = 500};
  for (int refusals = 0; refusals < 25; refusals++) {
    /* needs neither an attempt nor a token */
    studio_verdict verdict = decide(&refused, false, false, 99, refusals, &empty);
    assert_int_equal(verdict_of(&verdict), refusals < 20 ? FREE : (int)K(RATE_LIMITED));
  }
}

/* The k-th repeat is drawn from [0, 500 * 2^(k-1)], and a server's floor is kept. */
static void check_delays(studio_outcome outcome, int failures, int refusals, int64_t bound) {
  studio_rng rng;
  studio_rng_seed(&rng, 21);
  int64_t most = 0;
  for (int i = 0; i < 1000; i++) {
    studio_verdict verdict =
      studio_retry_decide(&usual, NULL, &rng, &outcome, true, false, failures, refusals);
    assert_true(verdict.again);
    assert_in_range(verdict.delay_ms, 0, bound);
    if (verdict.delay_ms > most) most = verdict.delay_ms;
  }
  assert_true(most > bound * 9 / 10);
  outcome.retry_after_ms = 30000;
  for (int i = 0; i < 100; i++) {
    studio_verdict verdict =
      studio_retry_decide(&usual, NULL, &rng, &outcome, true, false, failures, refusals);
    assert_in_range(verdict.delay_ms, 30000, 33000);
  }
}

static void delays(void **state) {
  (void)state;
  const studio_outcome sick = {.stage = ANSWERED, .status = 503, .kind = K(SERVER), .retry_after_ms = -1};
  const studio_outcome dead = {.stage = NOT_SENT, .kind = K(NETWORK), .retry_after_ms = -1};
  const studio_outcome refused = {.stage = ANSWERED, .status = 429, .kind = K(RATE_LIMITED),
                                  .retry_after_ms = -1};
  for (int before = 0; before < 4; before++) {
    int64_t bound = INT64_C(500) << before;
    check_delays(sick, before, 0, bound);
    check_delays(dead, before, 7, bound);
    check_delays(refused, 3, before, bound); /* its own count: failures do not make it wait longer */
  }
}

static void budget_runs_dry(void **state) {
  (void)state;
  studio_outcome dead = {.stage = NOT_SENT, .kind = K(NETWORK), .retry_after_ms = -1};
  studio_outcome sick = {.stage = ANSWERED, .status = 503, .kind = K(SERVER), .retry_after_ms = -1};
  studio_outcome late = {.stage = UNKNOWN, .kind = K(TIMEOUT), .retry_after_ms = -1};
  studio_budget budget = STUDIO_BUDGET_DEFAULT;
  for (int i = 0; i < 50; i++) assert_true(decide(&dead, false, false, 0, 0, &budget).again);
  assert_int_equal(budget.tokens, 0);
  studio_verdict verdict = decide(&dead, false, false, 0, 0, &budget);
  assert_int_equal(verdict_of(&verdict), K(NETWORK));
  verdict = decide(&sick, true, false, 0, 0, &budget);
  assert_int_equal(verdict_of(&verdict), K(SERVER));
  verdict = decide(&late, true, false, 0, 0, &budget);
  assert_int_equal(verdict_of(&verdict), K(TIMEOUT));
  budget.tokens = 9; /* enough for one of the cheaper kind */
  assert_false(decide(&late, true, false, 0, 0, &budget).again);
  assert_true(decide(&sick, true, false, 0, 0, &budget).again);
  assert_int_equal(budget.tokens, 4);
  assert_false(decide(&sick, true, false, 0, 0, &budget).again);
  assert_int_equal(budget.tokens, 4); /* who is refused pays nothing */
}

static void budget_fills_again(void **state) {
  (void)state;
  studio_budget budget = {.capacity = 500};
  studio_budget_success(&budget, 0);
  assert_int_equal(budget.tokens, 1);
  studio_budget_success(&budget, 15);
  assert_int_equal(budget.tokens, 16);
  budget.tokens = 495;
  studio_budget_success(&budget, 15);
  assert_int_equal(budget.tokens, 500);
  studio_budget_success(&budget, 0);
  assert_int_equal(budget.tokens, 500);
  studio_budget_success(NULL, 15);
  studio_outcome dead = {.stage = NOT_SENT, .kind = K(NETWORK), .retry_after_ms = -1};
  assert_true(decide(&dead, false, false, 0, 0, NULL).again); /* no budget: no bound */
}

/* Everything fails for ever: with the budget, a thousand calls cause few more attempts than calls. */
static void an_outage_is_not_amplified(void **state) {
  (void)state;
  studio_budget budget = STUDIO_BUDGET_DEFAULT;
  studio_outcome dead = {.stage = NOT_SENT, .kind = K(NETWORK), .retry_after_ms = -1};
  int attempts = 0;
  for (int call = 0; call < 1000; call++) {
    int failures = 0;
    for (attempts++; decide(&dead, true, false, failures, 0, &budget).again; attempts++) failures++;
  }
  assert_int_equal(attempts, 1000 + 500 / 10);
}

static void methods(void **state) {
  (void)state;
  static const char *const yes[] = {"GET", "HEAD", "PUT", "DELETE"};
  static const char *const no[] = {"POST", "PATCH", "", "get", "GETX", "OPTIONS", "CONNECT", "PURGE"};
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) assert_true(studio_method_repeatable(yes[i]));
  for (size_t i = 0; i < sizeof no / sizeof *no; i++) assert_false(studio_method_repeatable(no[i]));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_cell),
    cmocka_unit_test(never_twice_unless_it_is_safe),
    cmocka_unit_test(fatal_is_final),
    cmocka_unit_test(gone_after_a_repeated_delete_is_success),
    cmocka_unit_test(attempts_end),
    cmocka_unit_test(a_policy_of_one_attempt_never_repeats),
    cmocka_unit_test(refusals_end),
    cmocka_unit_test(delays),
    cmocka_unit_test(budget_runs_dry),
    cmocka_unit_test(budget_fills_again),
    cmocka_unit_test(an_outage_is_not_amplified),
    cmocka_unit_test(methods),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
