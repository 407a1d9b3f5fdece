/* Tests of studio_auth: what is sent, rotated and redacted.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/auth.h"
#include "support/oom.h"

static bool add(studio_auth *auth, const char *name, const char *prefix, const char *value) {
  return studio_auth_add(auth, name, prefix, value, strlen(value));
}

static bool basic(studio_auth *auth, const char *user, const char *password) {
  return studio_auth_add_basic(auth, "Basic", user, strlen(user), password, strlen(password));
}

static void expect(const studio_auth *auth, size_t i, const char *name, const char *value) {
  const char *got = NULL;
  assert_string_equal(studio_auth_field(auth, i, &got), name);
  assert_string_equal(got, value);
  assert_string_equal(studio_auth_field(auth, i, NULL), name);
}

static void redacts(const studio_auth *auth, const char *text, const char *expected) {
  studio_buf buf = STUDIO_BUF_INIT;
  assert_true(studio_buf_puts(&buf, text));
  studio_auth_redact(auth, &buf);
  assert_string_equal(buf.data, expected);
  studio_buf_free(&buf);
}

static void anonymous(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  assert_int_equal(studio_auth_count(auth), 0);
  assert_false(studio_auth_has(auth, "Authorization"));
  redacts(auth, "text", "text");
  assert_ptr_equal(studio_auth_ref(auth), auth);
  studio_auth_unref(auth);
  assert_int_equal(studio_auth_count(auth), 0); /* one owner is left */
  studio_auth_unref(auth);
  studio_auth_unref(NULL);
}

static void schemes(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  assert_true(add(auth, "X-API-Key", NULL, "sk_live_1"));
  assert_true(add(auth, "Authorization", "Bearer", "token-2"));
  assert_true(add(auth, "X-Plain", "", "plain-3"));
  assert_true(add(auth, "X-Blank", "Token ", "value-4"));
  assert_true(add(auth, "X-Equals", "Token token=", "value-5"));
  assert_int_equal(studio_auth_count(auth), 5);
  expect(auth, 0, "X-API-Key", "sk_live_1");
  expect(auth, 1, "Authorization", "Bearer token-2");
  expect(auth, 2, "X-Plain", "plain-3");
  expect(auth, 3, "X-Blank", "Token value-4");
  expect(auth, 4, "X-Equals", "Token token=value-5");
  assert_true(studio_auth_has(auth, "x-api-key"));
  assert_true(studio_auth_has(auth, "AUTHORIZATION"));
  assert_false(studio_auth_has(auth, "X-API"));
  studio_auth_unref(auth);
}

static void nothing_invalid_is_added(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  assert_false(add(auth, "X-Key", NULL, ""));
  assert_false(add(auth, "X-Key", NULL, "key\n")); /* the line end of a key file */
  assert_false(add(auth, "X-Key", NULL, "key\r\nX-Admin: 1"));
  assert_false(studio_auth_add(auth, "X-Key", NULL, "key\0x", 5));
  assert_false(add(auth, "X Key", NULL, "value"));
  assert_false(add(auth, "", NULL, "value"));
  assert_false(add(auth, "X-Key:", NULL, "value"));
  assert_false(add(auth, "X-Key", "Bea\nrer", "value"));
  assert_int_equal(studio_auth_count(auth), 0);
  studio_auth_unref(auth);
}

/* RFC 7617's own example, and each of the three lengths of padding. */
static void basic_scheme(void **state) {
  (void)state;
  static const char *const table[][3] = {
    {"Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    {"a", "b", "Basic YTpi"},
    {"ab", "c", "Basic YWI6Yw=="},
    {"ab", "cd", "Basic YWI6Y2Q="},
    {"sk_key", "", "Basic c2tfa2V5Og=="},
    {"", "pw", "Basic OnB3"},
    {"", "", "Basic Og=="},
    {"test", "123\xC2\xA3", "Basic dGVzdDoxMjPCow=="}, /* the RFC's UTF-8 example */
    {"u", "a:b", "Basic dTphOmI="},
    {"\xFB\xFF\xBF", "\xFF", "Basic +/+/Ov8="},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    studio_auth *auth = studio_auth_new();
    assert_true(basic(auth, table[i][0], table[i][1]));
    assert_int_equal(studio_auth_count(auth), 1);
    expect(auth, 0, "Authorization", table[i][2]);
    studio_auth_unref(auth);
  }
  studio_auth *auth = studio_auth_new();
  assert_false(basic(auth, "us:er", "pw"));
  assert_false(basic(auth, "user", "pw\n"));
  assert_false(basic(auth, "us\ner", "pw"));
  assert_int_equal(studio_auth_count(auth), 0);
  studio_auth_unref(auth);
}

/* A service that sends base64(token:key:secret) as its Bearer token. */
static void basic_of_another_scheme(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  assert_true(studio_auth_add_basic(auth, "Bearer", "tok", 3, "key1:sec1", 9));
  expect(auth, 0, "Authorization", "Bearer dG9rOmtleTE6c2VjMQ==");
  redacts(auth, "tok key1 sec1 key1:sec1", "tok key1 sec1 ***");
  assert_true(studio_auth_hide(auth, "key1", 4));
  assert_true(studio_auth_hide(auth, "sec1", 4));
  assert_false(studio_auth_hide(auth, "", 0));
  redacts(auth, "tok key1 sec1 tok:key1:sec1 dG9rOmtleTE6c2VjMQ==", "tok *** *** *** ***");
  studio_auth_unref(auth);
}

static void redact(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  assert_true(add(auth, "Authorization", "Bearer", "t/k=n"));
  redacts(auth, "bad token t/k=n, sent as \"Bearer t/k=n\" and t%2Fk%3Dn",
          "bad token ***, sent as \"***\" and ***");
  studio_auth_unref(auth);

  auth = studio_auth_new();
  assert_true(basic(auth, "Aladdin", "open sesame"));
  redacts(auth, "Aladdin, open sesame, Aladdin:open sesame, QWxhZGRpbjpvcGVuIHNlc2FtZQ==, "
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==, open%20sesame",
          "Aladdin, ***, ***, ***, ***, ***");
  studio_auth_unref(auth);

  auth = studio_auth_new();
  assert_true(basic(auth, "sk_key", ""));
  redacts(auth, "no such key: sk_key", "no such key: ***");
  studio_auth_unref(auth);
}

/* In whatever order they were added, no value may hide part of a longer one and leave its rest in sight. */
static void redact_takes_longer_values_first(void **state) {
  (void)state;
  static const char *const keys[] = {"sk_live", "sk_live_abc", "sk_live_abcdef"};
  static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (int o = 0; o < 6; o++) {
    studio_auth *auth = studio_auth_new();
    for (int i = 0; i < 3; i++) assert_true(add(auth, "X-Key", NULL, keys[orders[o][i]]));
    redacts(auth, "sk_live_abcdef sk_live_abc sk_live", "*** *** ***");
    studio_auth_unref(auth);
  }
}

static void replace(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new(), *fresh = studio_auth_new();
  assert_true(add(auth, "X-Key", NULL, "old-key") && add(auth, "X-Second", NULL, "old-second"));
  assert_true(add(fresh, "Authorization", "Bearer", "new-key"));
  assert_true(studio_auth_replace(auth, fresh));
  studio_auth_unref(fresh); /* what was taken over lives on */
  assert_int_equal(studio_auth_count(auth), 1);
  expect(auth, 0, "Authorization", "Bearer new-key");
  assert_false(studio_auth_has(auth, "X-Key"));
  redacts(auth, "old-key old-second new-key", "*** *** ***"); /* a late message may still echo them */
  assert_true(studio_auth_replace(auth, auth));
  expect(auth, 0, "Authorization", "Bearer new-key");
  fresh = studio_auth_new();
  assert_true(studio_auth_replace(auth, fresh));
  assert_int_equal(studio_auth_count(auth), 0);
  redacts(auth, "new-key", "***");
  studio_auth_unref(fresh);
  studio_auth_unref(auth);
}

/* A program that rotates its key every hour for a year must not collect them all. */
static void old_values_are_forgotten_in_the_end(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  char key[16], text[16];
  for (int i = 0; i < 100; i++) {
    studio_auth *fresh = studio_auth_new();
    snprintf(key, sizeof key, "key-%04d", i);
    assert_true(add(fresh, "X-Key", NULL, key) && add(fresh, "X-Constant", NULL, "constant"));
    assert_true(studio_auth_replace(auth, fresh));
    studio_auth_unref(fresh);
    for (int old = 0; old <= i; old++) {
      snprintf(text, sizeof text, "key-%04d", old);
      redacts(auth, text, i - old <= STUDIO_AUTH_REMEMBERED ? "***" : text);
    }
    redacts(auth, "constant", "***");
  }
  studio_auth_unref(auth);
}

static bool make(void *state) {
  studio_auth **made = state;
  *made = studio_auth_new();
  return *made && add(*made, "X-Key", "Bearer", "value-1") && basic(*made, "user", "password") &&
         studio_auth_hide(*made, "part", 4);
}

static bool make_and_free(void *state) {
  (void)state;
  studio_auth *auth = NULL;
  bool done = make(&auth);
  size_t count = auth ? studio_auth_count(auth) : 0;
  for (size_t i = 0; i < count; i++) studio_auth_field(auth, i, NULL); /* what was added can be read */
  studio_auth_unref(auth);
  return done;
}

typedef struct replacing {
  const studio_auth *from;
  bool halves; /* it ever did half of it, or did not say what it did */
} replacing;

static bool replace_step(void *state) {
  replacing *test = state;
  studio_auth *auth = studio_auth_new();
  if (!auth) return false;
  bool done = add(auth, "X-Old", NULL, "old-value");
  if (done) {
    done = studio_auth_replace(auth, test->from);
    bool whole = studio_auth_count(auth) == (done ? 2 : 1) && studio_auth_has(auth, "X-Old") != done;
    if (!whole) test->halves = true;
  }
  studio_auth_unref(auth);
  return done;
}

static void out_of_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  assert_true(oom_torture(make_and_free, NULL) > 10);
  studio_auth *from = NULL;
  assert_true(make(&from));
  replacing test = {from, false};
  assert_true(oom_torture(replace_step, &test) > 10);
  assert_false(test.halves);
  studio_auth_unref(from);
}

/* So long that a buffer which was not reserved in full would have to grow. */
#define TAIL "-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789"

/* Bearer, Basic, replaced and freed: no copy of a key is left behind, nor of its base64 form. */
static void nothing_is_left_in_freed_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  static const char *const canaries[] = {"canary", "Y2FuYXJ5" /* base64 of it */};
  for (int i = 0; i < 2; i++) {
    oom_watch(canaries[i]);
    studio_auth *auth = studio_auth_new(), *fresh = studio_auth_new();
    bool done = add(auth, "X-Key", "Bearer", "canary-key" TAIL) &&
                basic(auth, "ab", "canary-password" TAIL) &&
                basic(auth, "canary", "") &&
                studio_auth_hide(auth, "canary-part" TAIL, sizeof "canary-part" TAIL - 1) &&
                /* refused ones are wiped, too: */
                !add(auth, "X-Key", NULL, "canary\n") &&
                add(fresh, "X-Key", NULL, "canary-2") && studio_auth_replace(auth, fresh);
    studio_auth_unref(auth);
    studio_auth_unref(fresh);
    assert_int_equal(oom_seen(), 0);
    assert_true(done);
  }
}

static void sizes_that_cannot_be_are_refused(void **state) {
  (void)state;
  studio_auth *auth = studio_auth_new();
  assert_false(studio_auth_add(auth, "X-Key", NULL, "x", SIZE_MAX));
  assert_int_equal(studio_auth_count(auth), 0);
  studio_auth_unref(auth);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(anonymous),    cmocka_unit_test(schemes),
    cmocka_unit_test(nothing_invalid_is_added), cmocka_unit_test(basic_scheme),
    cmocka_unit_test(basic_of_another_scheme),
    cmocka_unit_test(redact),       cmocka_unit_test(redact_takes_longer_values_first),
    cmocka_unit_test(replace),      cmocka_unit_test(old_values_are_forgotten_in_the_end),
    cmocka_unit_test(out_of_memory),
    cmocka_unit_test(nothing_is_left_in_freed_memory),
    cmocka_unit_test(sizes_that_cannot_be_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
