/* Every cell of failure × stage × method × status, through the whole of a call. What is expected is written out by
** hand, cell by cell or by a rule in words; a table of what differs is printed.   SPDX-License-Identifier: MIT */
#include "call_fixture.h"

/* The columns. The last one has an idempotency key. */
enum { METHODS = 7 };
static const char *const methods[METHODS] = {"GET", "HEAD", "PUT", "DELETE", "POST", "PATCH", "POST"};
static const char *const columns = "GET HEAD PUT DELETE POST PATCH POST+key";
enum { KEYED = METHODS - 1 };

/* What came of an attempt: . done   R again, for 5 tokens   T again, for 10   F again, for nothing
** x ends with the kind of this failure   U ends as outcome_unknown   ? something else */
typedef struct row {
  int status;
  const char *kind, *cells;
} row;

static const row answers[] = {
  {200, "none", "......."},
  {201, "none", "......."},
  {202, "none", "......."},
  {204, "none", "......."},
  {206, "none", "......."},
  {299, "none", "......."},
  {300, "none", "......."},
  {301, "protocol", "xxxxxxx"}, /* redirects without a Location; those with one: test_call_redirects.c */
  {302, "protocol", "xxxxxxx"},
  {303, "protocol", "xxxxUUx"}, /* 303 to a write: it was done, and what it made cannot be seen */
  {304, "none", "......."},
  {307, "protocol", "xxxxxxx"},
  {308, "protocol", "xxxxxxx"},
  {400, "invalid", "xxxxxxx"},
  {401, "unauthorized", "xxxxxxx"},
  {402, "payment_required", "xxxxxxx"},
  {403, "forbidden", "xxxxxxx"},
  {404, "not_found", "xxxxxxx"},
  {405, "invalid", "xxxxxxx"},
  {408, "timeout", "RRRRxxR"},
  {409, "conflict", "xxxxxxx"},
  {410, "not_found", "xxxxxxx"},
  {412, "conflict", "xxxxxxx"},
  {413, "invalid", "xxxxxxx"},
  {415, "invalid", "xxxxxxx"},
  {418, "invalid", "xxxxxxx"},
  {422, "invalid", "xxxxxxx"},
  {423, "conflict", "xxxxxxx"},
  {425, "invalid", "xxxxxxx"}, /* "too early": only over 0-RTT, which is never used */
  {429, "rate_limited", "FFFFFFF"},
  {431, "invalid", "xxxxxxx"},
  {451, "invalid", "xxxxxxx"},
  {499, "invalid", "xxxxxxx"},
  {500, "server", "RRRRxxR"},
  {501, "server", "xxxxxxx"},
  {502, "server", "RRRRxxR"},
  {503, "server", "RRRRxxR"},
  {504, "server", "RRRRxxR"},
  {505, "server", "xxxxxxx"},
  {507, "server", "xxxxxxx"},
  {511, "server", "xxxxxxx"},
  {520, "server", "xxxxxxx"},
  {522, "server", "xxxxxxx"},
  {524, "server", "xxxxxxx"},
  {599, "server", "xxxxxxx"},
};
enum { ANSWERS = sizeof answers / sizeof *answers };

static studio_call *start(world *w, int column) {
  studio_budgets *budgets = studio_budgets_new();
  if (w->client->budget == NULL) assert_true(studio_client_join_budget(w->client, budgets, NULL, 0));
  studio_budgets_unref(budgets);
  w->client->budget->tokens = 400;
  studio_call *call = make_call(w, methods[column], BASE "/things", 0);
  call->request.repeatable = column == KEYED;
  w->now += 20000;
  send(w, call);
  return call;
}

static char came_to(const world *w, const studio_call *call, const char *kind) {
  int cost = 400 - w->client->budget->tokens;
  if (call->state == STUDIO_CALL_BACKOFF) {
    if (cost == 0 && call->failures == 0 && call->refusals == 1) return 'F';
    if (cost == 0 || call->refusals != 0 || call->failures != 1) return '?';
    return cost == 5 ? 'R' : cost == 10 ? 'T' : '?';
  }
  if (call->state != STUDIO_CALL_DONE || cost > 0) return '?';
  if (call->error.kind == STUDIO_KIND_NONE) return '.';
  if (strcmp(studio_kind_name(call->error.kind), kind) == 0) return 'x';
  return call->error.kind == STUDIO_KIND_OUTCOME_UNKNOWN ? 'U' : '?';
}

static int differ; /* rows of the table that differ, in the test that runs */

static void compare(const char *what, int status, const char *kind, const char *expected, const char *got) {
  if (strcmp(expected, got) == 0) return;
  if (differ++ == 0) printf("%-24s %-6s %-16s %-8s %s\n", "", "status", "kind", "expected", "got");
  printf("%-24s %-6d %-16s %-8s %s   (%s)\n", what, status, kind, expected, got, columns);
}

static void every_answer(void **state) {
  (void)state;
  world w = make_world();
  differ = 0;
  for (int i = 0; i < ANSWERS; i++) {
    char got[METHODS + 1] = "";
    for (int column = 0; column < METHODS; column++) {
      studio_call *call = start(&w, column);
      answer(&w, call, answers[i].status, NULL);
      got[column] = came_to(&w, call, answers[i].kind);
      if (got[column] == 'x' && call->error.stage != STUDIO_STAGE_ANSWERED) got[column] = '?';
      studio_call_unref(call);
    }
    compare("answered", answers[i].status, answers[i].kind, answers[i].cells, got);
  }
  assert_int_equal(differ, 0);
  end_world(&w);
}

/* One failure that is not an answer, in every column. */
static void check_failure(world *w, const char *what, studio_stage stage, int status, int kind, bool fatal,
                          const char *expected) {
  char got[METHODS + 1] = "";
  const char *name = studio_kind_name((studio_kind)kind);
  for (int column = 0; column < METHODS; column++) {
    studio_call *call = start(w, column);
    call->response.status = status;
    breaks(w, call, stage, (studio_kind)kind, fatal);
    got[column] = came_to(w, call, name);
    if (call->state == STUDIO_CALL_DONE && call->error.stage != stage) got[column] = '?';
    studio_call_unref(call);
  }
  compare(what, status, name, expected, got);
}

/* Not sent: again, whatever it is. Sent, without a whole answer: again where a second time does no harm. Fatal: ends
** as what it is, at any stage and whatever the status. */
static void every_failure(void **state) {
  (void)state;
  world w = make_world();
  differ = 0;
  for (int kind = STUDIO_KIND_NONE + 1; kind < STUDIO_KIND_COUNT; kind++) {
    bool unknown = kind == STUDIO_KIND_OUTCOME_UNKNOWN; /* its own name: an x in our notation */
    bool own = unknown || kind == STUDIO_KIND_CANCELLED; /* what the caller did is called so, whatever else is known */
    check_failure(&w, "not sent", STUDIO_STAGE_NOT_SENT, 0, kind, false, "TTTTTTT");
    check_failure(&w, "sent, no answer", STUDIO_STAGE_UNKNOWN, 0, kind, false, unknown ? "TTTTxxT" : "TTTTUUT");
    check_failure(&w, "fatal, not sent", STUDIO_STAGE_NOT_SENT, 0, kind, true, "xxxxxxx");
    check_failure(&w, "fatal, sent", STUDIO_STAGE_UNKNOWN, 0, kind, true, "xxxxxxx");
    for (int i = 0; i < ANSWERS; i++) {
      int status = answers[i].status;
      check_failure(&w, "fatal, an answer began", STUDIO_STAGE_UNKNOWN, status, kind, true, "xxxxxxx");
      check_failure(&w, "fatal, answered", STUDIO_STAGE_ANSWERED, status, kind, true,
                    status == 303 && !own ? "xxxxUUx" : "xxxxxxx"); /* 303: it was done, see above */
      if (status >= 400) continue;
      check_failure(&w, "a good answer was cut", STUDIO_STAGE_UNKNOWN, status, kind, false,
                    unknown ? "TTTTxxT" : "TTTTUUT");
    }
  }
  assert_int_equal(differ, 0);
  end_world(&w);
}

/* An error status is an answer, even if its text is cut: the same cells as for the whole answer. */
static void every_error_that_was_cut(void **state) {
  (void)state;
  world w = make_world();
  differ = 0;
  for (int i = 0; i < ANSWERS; i++) {
    if (answers[i].status < 400) continue;
    for (int kind = STUDIO_KIND_NONE + 1; kind < STUDIO_KIND_COUNT; kind++) {
      char got[METHODS + 1] = "";
      for (int column = 0; column < METHODS; column++) {
        studio_call *call = start(&w, column);
        call->response.status = answers[i].status;
        breaks(&w, call, STUDIO_STAGE_UNKNOWN, (studio_kind)kind, false);
        got[column] = came_to(&w, call, answers[i].kind);
        studio_call_unref(call);
      }
      compare("an error answer was cut", answers[i].status, answers[i].kind, answers[i].cells, got);
    }
  }
  assert_int_equal(differ, 0);
  end_world(&w);
}

/* ---- what is left of an earlier attempt when a later one is answered */

/* First attempts, and whether one that may write may have been done by it. `lost`: also a read's stage is unknown. */
static const struct { const char *name; int status; bool lost, doubtful; } firsts[] = {
  {"lost", 0, true, true},         {"answered 500", 500, false, true}, {"answered 502", 502, false, true},
  {"answered 503", 503, false, true}, {"answered 504", 504, false, true}, {"answered 408", 408, false, true},
  {"refused 429", 429, false, false}, {"not sent", -1, false, false},
};

static studio_call *second_attempt(world *w, int column, int status, bool lost) {
  studio_call *call = start(w, column);
  if (status > 0) answer(w, call, status, NULL);
  else breaks(w, call, lost ? STUDIO_STAGE_UNKNOWN : STUDIO_STAGE_NOT_SENT, STUDIO_KIND_NETWORK, false);
  wake(w, call);
  w->now += 20000;
  send(w, call);
  return call;
}

/* In words: a write that may have been done by the first attempt is of unknown outcome when the second is refused
** (4xx but 408). A DELETE that then finds nothing has succeeded. Reads were never done. */
static char stage_expected(size_t first, int column, int status) {
  bool read = column < 2, is_delete = column == 3;
  bool refused = status >= 400 && status <= 499 && status != 408;
  if (is_delete && firsts[first].doubtful && (status == 404 || status == 410)) return '.';
  if (firsts[first].lost) return 'u';
  return !read && firsts[first].doubtful && refused ? 'u' : 'a';
}

static void every_second_answer(void **state) {
  (void)state;
  world w = make_world();
  differ = 0;
  w.client->retry.max_attempts = 2;
  for (size_t first = 0; first < sizeof firsts / sizeof *firsts; first++) {
    w.client->retry.max_refusals = firsts[first].status == 429 ? 1 : 0;
    for (int i = 0; i < ANSWERS; i++) {
      int status = answers[i].status;
      char expected[METHODS + 1] = "", got[METHODS + 1] = "";
      if (status < 400 || (firsts[first].status == 429 && (status == 408 || status >= 500))) continue; /* R */
      for (int column = 0; column < METHODS; column++) {
        expected[column] = got[column] = '-';
        bool once = column == 4 || column == 5; /* POST, PATCH: there is a second attempt only where none was sent */
        if (once && firsts[first].doubtful) continue;
        if (firsts[first].status == -1 && (status == 408 || status >= 500) && once) continue;
        studio_call *call = second_attempt(&w, column, firsts[first].status, firsts[first].lost);
        answer(&w, call, status, NULL);
        expected[column] = stage_expected(first, column, status);
        got[column] = call->state != STUDIO_CALL_DONE ? '?' : call->error.kind == STUDIO_KIND_NONE ? '.'
                      : call->error.stage == STUDIO_STAGE_UNKNOWN ? 'u' : call->error.stage == STUDIO_STAGE_ANSWERED
                      ? 'a' : 'n';
        studio_call_unref(call);
      }
      compare(firsts[first].name, status, answers[i].kind, expected, got);
    }
  }
  assert_int_equal(differ, 0);
  end_world(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_answer),
    cmocka_unit_test(every_failure),
    cmocka_unit_test(every_error_that_was_cut),
    cmocka_unit_test(every_second_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
