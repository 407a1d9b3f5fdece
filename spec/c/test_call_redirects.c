/* Where a call may go: origins, redirects, URLs that are never sent to.   SPDX-License-Identifier: MIT */
#include "call_fixture.h"
#include "support/oom.h"

static void another_origin_gets_no_limits(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", "https://cdn.example.net/a.png?signature=x", 0);
  assert_false(call->own_origin);
  assert_int_equal(call->waiter.limiter_count, 0);
  send(&w, call);
  answer(&w, call, 200, NULL);
  assert_int_equal(report(&w).free, 5);
  studio_call_unref(call);
  end_world(&w);
}

typedef struct redirect_case {
  const char *method, *location;
  int status;
  const char *next_method, *next_url; /* NULL: not followed */
} redirect_case;

static void redirects_are_followed_by_rule(void **state) {
  (void)state;
  static const redirect_case cases[] = {
    {"GET", "/v1/other", 301, "GET", "https://api.example.com/v1/other"},
    {"GET", "https://cdn.example.net/x", 302, "GET", "https://cdn.example.net/x"},
    {"HEAD", "/v1/other", 303, "HEAD", "https://api.example.com/v1/other"},
    {"POST", "/v1/jobs/7", 303, "GET", "https://api.example.com/v1/jobs/7"},
    {"POST", "/v1/other", 307, "POST", "https://api.example.com/v1/other"},
    {"DELETE", "/v1/other", 308, "DELETE", "https://api.example.com/v1/other"},
    {"POST", "https://elsewhere.example.net/x", 307, NULL, NULL}, /* a write stays at its host */
    {"POST", "/v1/other", 301, NULL, NULL},
    {"POST", "/v1/other", 302, NULL, NULL},
    {"GET", "http://api.example.com/v1/other", 302, NULL, NULL}, /* unprotected */
    {"GET", "file:///etc/passwd", 302, NULL, NULL},
    {"GET", "https://user:pw@api.example.com/", 302, NULL, NULL},
    {"GET", "", 302, NULL, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    world w = make_world();
    char header[200];
    studio_call *call = make_call(&w, cases[i].method, BASE "/things", 0);
    send(&w, call);
    snprintf(header, sizeof header, "Location: %s\r\n", cases[i].location);
    answer(&w, call, cases[i].status, header);
    if (cases[i].next_url != NULL) {
      assert_int_equal(call->state, STUDIO_CALL_QUEUED);
      assert_string_equal(call->request.method, cases[i].next_method);
      assert_string_equal(call->request.url.data, cases[i].next_url);
      studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
    } else {
      assert_int_equal(call->error.kind, STUDIO_KIND_PROTOCOL);
      assert_string_equal(call->error.code, "redirect");
      assert_null(strstr(call->error.message, "pw@"));
    }
    studio_call_unref(call);
    end_world(&w);
  }
}

static void a_redirect_elsewhere_takes_no_secret_along(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/download", 0);
  send(&w, call);
  answer(&w, call, 302, "Location: https://cdn.example.net/a.png\r\n");
  assert_false(call->own_origin);
  assert_int_equal(call->waiter.limiter_count, 0);
  assert_null(studio_headers_get(&call->request.headers, "X-Token"));
  assert_string_equal(studio_headers_get(&call->request.headers, "Accept"), "application/json");
  for (int i = 0; i < w.client->max_redirects; i++) { /* the first counts as well */
    send(&w, call);
    answer(&w, call, 302, "Location: https://cdn.example.net/b.png\r\n");
  }
  assert_int_equal(call->error.kind, STUDIO_KIND_PROTOCOL);
  studio_call_unref(call);
  end_world(&w);
}

static void urls_that_we_do_not_send_to_are_refused(void **state) {
  (void)state;
  static const char *const urls[] = {"file:///etc/passwd", "ftp://h/x", "http://h.example.com/x",
                                     "https://u:p@h.example.com/x", "nonsense"};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    world w = make_world();
    studio_request request = {.timeout_ms = 1000};
    studio_error err;
    studio_error_clear(&err);
    strcpy(request.method, "GET");
    assert_true(studio_buf_puts(&request.url, urls[i]));
    assert_null(studio_call_new(w.client, &request, w.now, &err));
    assert_int_equal(err.kind, STUDIO_KIND_INVALID);
    assert_null(strstr(err.message, "u:p"));
    end_world(&w);
  }
}

static void a_redirect_never_leaves_tls(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", BASE "/things", 0);
  send(&w, call);
  answer(&w, call, 302, "Location: http://127.0.0.1/things\r\n"); /* plain http to loopback is allowed elsewhere */
  assert_int_equal(call->error.kind, STUDIO_KIND_PROTOCOL);
  assert_non_null(strstr(call->error.message, "unprotected"));
  studio_call_unref(call);
  end_world(&w);
}

static void headers_stay_behind_at_every_change_of_host(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "GET", "https://files.example.net/a", 0); /* the caller's own headers go there */
  assert_non_null(studio_headers_get(&call->request.headers, "X-Token"));
  send(&w, call);
  answer(&w, call, 302, "Location: https://files.example.net/b\r\n");
  assert_non_null(studio_headers_get(&call->request.headers, "X-Token"));
  send(&w, call);
  answer(&w, call, 302, "Location: https://elsewhere.example.org/c\r\n");
  assert_null(studio_headers_get(&call->request.headers, "X-Token"));
  studio_call_fail(call, STUDIO_STAGE_NOT_SENT, w.now, STUDIO_KIND_CANCELLED, "cancel", "enough");
  studio_call_unref(call);
  end_world(&w);
}

/* 303 says that the write was done; what goes wrong afterwards must not sound as if it had not been. */
static void a_write_that_was_done_is_not_forgotten(void **state) {
  (void)state;
  world w = make_world();
  studio_call *call = make_call(&w, "POST", BASE "/things", 0);
  send(&w, call);
  answer(&w, call, 303, "Location: /v1/jobs/7\r\n");
  send(&w, call);
  answer(&w, call, 404, NULL);
  assert_int_equal(call->error.kind, STUDIO_KIND_OUTCOME_UNKNOWN);
  assert_int_equal(call->error.stage, STUDIO_STAGE_ANSWERED);
  studio_call_unref(call);

  call = make_call(&w, "POST", BASE "/things", 5000);
  send(&w, call);
  answer(&w, call, 303, "Location: /v1/jobs/7\r\n");
  w.now += 5000;
  studio_call_enter(call, w.now);
  assert_int_equal(call->error.kind, STUDIO_KIND_OUTCOME_UNKNOWN);
  assert_string_equal(call->error.code, "deadline");
  studio_call_unref(call);
  end_world(&w);
}

static void a_redirect_that_memory_runs_out_for_fails_cleanly(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  bool failed = true;
  for (int nth = 1; failed; nth++) {
    world w = make_world();
    studio_call *call = make_call(&w, "GET", BASE "/things", 0);
    send(&w, call);
    const char *header = "Location: https://cdn.example.net/a-name-that-is-longer-than-the-url-which-was-asked-for\r\n";
    assert_true(studio_headers_add_line(&call->response.headers, header, strlen(header)));
    oom_start(nth, true);
    answer(&w, call, 302, NULL);
    failed = oom_stop();
    assert_int_equal(call->state, failed ? STUDIO_CALL_DONE : STUDIO_CALL_QUEUED);
    studio_call_unref(call);
    end_world(&w);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(another_origin_gets_no_limits),
    cmocka_unit_test(redirects_are_followed_by_rule),
    cmocka_unit_test(a_redirect_elsewhere_takes_no_secret_along),
    cmocka_unit_test(urls_that_we_do_not_send_to_are_refused),
    cmocka_unit_test(a_redirect_never_leaves_tls),
    cmocka_unit_test(headers_stay_behind_at_every_change_of_host),
    cmocka_unit_test(a_write_that_was_done_is_not_forgotten),
    cmocka_unit_test(a_redirect_that_memory_runs_out_for_fails_cleanly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
