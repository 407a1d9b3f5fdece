/* The retry budget: who shares it, what fills it, and what a dead or ailing service is asked for.
** SPDX-License-Identifier: MIT */
#include "call_fixture.h"
#include "core/budget.h"
#include "support/oom.h"

static studio_client *client_of(studio_budgets *budgets, const char *url, const char *key, const char *account) {
  studio_client *client = studio_client_new(url, false, NULL);
  assert_non_null(client);
  if (key != NULL) assert_true(studio_auth_add(client->auth, "X-API-Key", "", key, strlen(key)));
  assert_true(studio_client_join_budget(client, budgets, account, account != NULL ? strlen(account) : 0));
  return client;
}

static bool share(const char *url, const char *key, const char *account, const char *url2, const char *key2,
                  const char *account2) {
  studio_budgets *budgets = studio_budgets_new();
  studio_client *one = client_of(budgets, url, key, account), *two = client_of(budgets, url2, key2, account2);
  bool same = one->budget == two->budget;
  studio_client_unref(one);
  studio_client_unref(two);
  studio_budgets_unref(budgets);
  return same;
}

static void one_for_each_origin_and_credential(void **state) {
  (void)state;
  const char *url = "https://api.example.com/v1";
  assert_true(share(url, "sk_1", NULL, url, "sk_1", NULL));
  assert_true(share(url, "sk_1", NULL, "https://API.example.com:443/v2", "sk_1", NULL)); /* the same origin */
  assert_true(share(url, NULL, NULL, url, NULL, NULL));
  assert_true(share(url, "sk_1", "team", url, "sk_2", "team")); /* as the caller says */
  assert_false(share(url, "sk_1", NULL, url, "sk_2", NULL));
  assert_false(share(url, "sk_1", NULL, url, NULL, NULL));
  assert_false(share(url, "sk_1", NULL, "https://api.example.com:444/v1", "sk_1", NULL));
  assert_false(share(url, "sk_1", NULL, "https://cdn.example.com/v1", "sk_1", NULL));
  assert_false(share(url, "sk_1", "team", url, "sk_1", "other"));
}

static void a_providers_client_has_its_own(void **state) {
  (void)state;
  studio_budgets *budgets = studio_budgets_new();
  studio_client *clients[2];
  for (int i = 0; i < 2; i++) {
    clients[i] = studio_client_new(BASE, false, NULL);
    clients[i]->has_provider = true; /* it has not been asked yet: whose key it gives is unknown */
    assert_true(studio_client_join_budget(clients[i], budgets, NULL, 0));
  }
  assert_ptr_not_equal(clients[0]->budget, clients[1]->budget);
  for (int i = 0; i < 2; i++) studio_client_unref(clients[i]);
  studio_budgets_unref(budgets);
}

/* What was spent stays spent when the client goes; a full budget that nobody uses gives its place away. */
static void budgets_outlive_their_clients(void **state) {
  (void)state;
  studio_budgets *budgets = studio_budgets_new();
  studio_budget *spent = studio_budgets_join(budgets, 7), *full = studio_budgets_join(budgets, 8);
  assert_true(studio_budget_take(spent, 10));
  studio_budgets_leave(spent);
  studio_budgets_leave(full);
  studio_budgets_leave(NULL);
  assert_ptr_equal(studio_budgets_join(budgets, 9), full); /* the place of 8 */
  studio_budget *again = studio_budgets_join(budgets, 7);
  assert_ptr_equal(again, spent);
  assert_int_equal(again->tokens, 490);
  studio_budget *own = studio_budgets_join(budgets, 0);
  assert_ptr_not_equal(own, studio_budgets_join(budgets, 0)); /* 0 is found by nobody */
  assert_true(studio_budget_take(own, 10));
  studio_budgets_leave(own);
  assert_ptr_equal(studio_budgets_join(budgets, 0), own); /* so what it held is of no use to anybody */
  assert_int_equal(own->tokens, 500);
  for (uint64_t host = 100; host < 1100; host++) { /* a thousand hosts, one after another: one place */
    studio_budget *elsewhere = studio_budgets_join(budgets, host);
    studio_budgets_leave(elsewhere);
    assert_ptr_equal(studio_budgets_join(budgets, host), elsewhere);
    studio_budgets_leave(elsewhere);
  }
  studio_budgets_unref(budgets);
}

static bool joins(void *unused) {
  (void)unused;
  studio_budgets *budgets = studio_budgets_new();
  if (budgets == NULL) return false;
  studio_client *client = studio_client_new(BASE, false, NULL);
  bool joined = client != NULL && studio_client_join_budget(client, budgets, NULL, 0);
  studio_client_unref(client);
  studio_budgets_unref(budgets);
  return joined;
}

static void without_memory_there_is_none(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  assert_true(oom_torture(joins, NULL) >= 4);
}

/* ---- what calls take and give back */

static world bounded_world(void) {
  world w = make_world();
  studio_budgets *budgets = studio_budgets_new();
  assert_true(studio_client_join_budget(w.client, budgets, NULL, 0));
  studio_budgets_unref(budgets); /* the client keeps them */
  return w;
}

static void fail_once(world *w, studio_call *call, int status) {
  w->now += 20000;
  send(w, call);
  if (status > 0) answer(w, call, status, NULL);
  else breaks(w, call, STUDIO_STAGE_UNKNOWN, STUDIO_KIND_NETWORK, false);
}

static void a_retry_that_succeeds_gives_its_cost_back(void **state) {
  (void)state;
  world w = bounded_world();
  const studio_budget *budget = w.client->budget;
  static const int ends[] = {200, 204, 404, 403}; /* a service that says no is as alive as one that says yes */
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    fail_once(&w, call, 503);
    assert_int_equal(budget->tokens, 495);
    wake(&w, call);
    fail_once(&w, call, 0);
    assert_int_equal(budget->tokens, 485);
    wake(&w, call);
    fail_once(&w, call, ends[i]);
    assert_int_equal(call->state, STUDIO_CALL_DONE);
    assert_int_equal(budget->tokens, 500);
    studio_call_unref(call);
  }
  static const int dead[] = {500, 501, 408}; /* no sign of life */
  for (size_t i = 0; i < sizeof dead / sizeof *dead; i++) {
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    w.client->retry.max_attempts = 2;
    fail_once(&w, call, 503);
    wake(&w, call);
    fail_once(&w, call, dead[i]);
    assert_int_equal(call->state, STUDIO_CALL_DONE);
    assert_int_equal(budget->tokens, 500 - 5 * ((int)i + 1));
    studio_call_unref(call);
  }
  end_world(&w);
}

static void a_call_that_is_led_elsewhere_spends_elsewhere(void **state) {
  (void)state;
  world w = bounded_world();
  const studio_budget *own = w.client->budget;
  studio_call *call = make_call(&w, "GET", BASE "/file", 0), *direct;
  fail_once(&w, call, 503);
  assert_int_equal(own->tokens, 495);
  wake(&w, call);
  w.now += 20000;
  send(&w, call);
  answer(&w, call, 302, "Location: https://cdn.example.com/file");
  assert_int_equal(own->tokens, 500); /* the redirect is a sign of life of this origin */
  fail_once(&w, call, 503);
  assert_int_equal(own->tokens, 500);
  assert_int_equal(call->budget->tokens, 495);
  direct = make_call(&w, "GET", "https://cdn.example.com/other", 0);
  assert_ptr_equal(direct->budget, call->budget);
  studio_call_unref(direct);
  wake(&w, call);
  fail_once(&w, call, 200);
  assert_int_equal(call->budget->tokens, 500);
  studio_call_unref(call);
  end_world(&w);
}

/* The error of a call that was not repeated for want of tokens says so. */
static void an_empty_budget_is_told(void **state) {
  (void)state;
  world w = bounded_world();
  w.client->budget->tokens = 0;
  static const int statuses[] = {503, 0};
  for (int i = 0; i < 2; i++) {
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    fail_once(&w, call, statuses[i]);
    assert_int_equal(call->state, STUDIO_CALL_DONE);
    assert_int_equal(call->attempts, 1);
    assert_int_equal(call->error.kind, statuses[i] ? STUDIO_KIND_SERVER : STUDIO_KIND_NETWORK);
    assert_string_equal(call->error.code, "retry_budget");
    studio_call_unref(call);
  }
  end_world(&w);
}

/* ---- simulated services: requests for a hundred calls, when it has gone on for a while */

static int asked(int calls_before, int percent_good, int status) {
  world w = bounded_world();
  int requests = 0;
  for (int i = -calls_before; i < 1000; i++) {
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    while (call->state != STUDIO_CALL_DONE) {
      if (call->state == STUDIO_CALL_BACKOFF) wake(&w, call);
      bool good = studio_rng_upto(&w.rng, 99) < percent_good;
      fail_once(&w, call, good ? 200 : status);
      if (i >= 0) requests++;
    }
    studio_call_unref(call);
  }
  end_world(&w);
  return requests;
}

static void a_dead_service_gets_hardly_more_than_its_calls(void **state) {
  (void)state;
  int hung = asked(100, 0, 0), sick = asked(100, 0, 503), from_the_start = asked(0, 0, 503);
  int flicker = asked(500, 2, 503);
  int refusing = asked(0, 0, 501), healthy = asked(100, 100, 503), shaky = asked(100, 90, 503);
  printf("requests for 1000 calls: hung %d, 503 %d (from its first failure on %d), 98 %% 503 %d, 10 %% 503 %d\n", hung,
         sick, from_the_start, flicker, shaky);
  assert_int_equal(hung, 1000);
  assert_int_equal(sick, 1000);
  assert_int_equal(from_the_start, 1000 + 500 / STUDIO_BUDGET_RETRY); /* the whole budget, once: 1.1 */
  assert_true(flicker <= 1100);
  assert_int_equal(refusing, 1000);
  assert_int_equal(healthy, 1000);
  assert_in_range(shaky, 1050, 1200); /* a service that mostly works gets its retries */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_for_each_origin_and_credential),
    cmocka_unit_test(a_providers_client_has_its_own),
    cmocka_unit_test(budgets_outlive_their_clients),
    cmocka_unit_test(without_memory_there_is_none),
    cmocka_unit_test(a_retry_that_succeeds_gives_its_cost_back),
    cmocka_unit_test(a_call_that_is_led_elsewhere_spends_elsewhere),
    cmocka_unit_test(an_empty_budget_is_told),
    cmocka_unit_test(a_dead_service_gets_hardly_more_than_its_calls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
