/* Tests of studio_error: names, kinds of statuses, cutting to fit.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/error.h"

static void names_are_the_closed_list(void **state) {
  (void)state;
  assert_string_equal(studio_kind_name(STUDIO_KIND_NONE), "none");
  assert_string_equal(studio_kind_name(STUDIO_KIND_OUTCOME_UNKNOWN), "outcome_unknown");
  assert_string_equal(studio_kind_name(STUDIO_KIND_INTERNAL), "internal");
  for (int i = 0; i < STUDIO_KIND_COUNT; i++) {
    const char *name = studio_kind_name((studio_kind)i);
    assert_true(strlen(name) > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyz_") == strlen(name));
    for (int j = 0; j < i; j++) assert_string_not_equal(name, studio_kind_name((studio_kind)j));
  }
}

static void names_out_of_range_are_not_null(void **state) {
  (void)state;
  assert_string_equal(studio_kind_name(STUDIO_KIND_COUNT), "internal");
  assert_string_equal(studio_kind_name((studio_kind)-1), "internal");
}

static void every_status_has_its_kind(void **state) {
  (void)state;
  static const struct { int status; studio_kind kind; } table[] = {
    {401, STUDIO_KIND_UNAUTHORIZED}, {402, STUDIO_KIND_PAYMENT_REQUIRED}, {403, STUDIO_KIND_FORBIDDEN},
    {404, STUDIO_KIND_NOT_FOUND},    {408, STUDIO_KIND_TIMEOUT},          {409, STUDIO_KIND_CONFLICT},
    {410, STUDIO_KIND_NOT_FOUND},    {412, STUDIO_KIND_CONFLICT},         {423, STUDIO_KIND_CONFLICT},
    {429, STUDIO_KIND_RATE_LIMITED},
  };
  for (int status = -1; status <= 1000; status++) {
    studio_kind expected = STUDIO_KIND_NONE;
    if (status >= 400 && status <= 499) expected = STUDIO_KIND_INVALID;
    if (status >= 500) expected = STUDIO_KIND_SERVER;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
      if (table[i].status == status) expected = table[i].kind;
    }
    assert_int_equal(studio_kind_of_status(status), expected);
  }
}

static void clear_leaves_nothing(void **state) {
  (void)state;
  studio_error err;
  memset(&err, 'x', sizeof err);
  studio_error_clear(&err);
  assert_int_equal(err.kind, STUDIO_KIND_NONE);
  assert_int_equal(err.stage, STUDIO_STAGE_NOT_SENT);
  assert_int_equal(err.status, 0);
  assert_int_equal(err.retry_after_ms, -1);
  assert_string_equal(err.code, "");
  assert_string_equal(err.message, "");
}

static void set_keeps_the_facts(void **state) {
  (void)state;
  studio_error err;
  studio_error_clear(&err);
  err.status = 503;
  err.stage = STUDIO_STAGE_ANSWERED;
  err.retry_after_ms = 7000;
  studio_error_set(&err, STUDIO_KIND_SERVER, "busy", "try %s in %d s", "again", 7);
  assert_int_equal(err.kind, STUDIO_KIND_SERVER);
  assert_string_equal(err.code, "busy");
  assert_string_equal(err.message, "try again in 7 s");
  assert_int_equal(err.status, 503);
  assert_int_equal(err.stage, STUDIO_STAGE_ANSWERED);
  assert_int_equal(err.retry_after_ms, 7000);
  studio_error_set(&err, STUDIO_KIND_FILE, NULL, "gone");
  assert_string_equal(err.code, "");
  studio_error_set(NULL, STUDIO_KIND_FILE, "x", "%s", "nobody cares"); /* must not crash */
}

static void set_may_quote_itself(void **state) {
  (void)state;
  studio_error err;
  studio_error_clear(&err);
  studio_error_set(&err, STUDIO_KIND_TLS, "cert", "expired");
  studio_error_set(&err, STUDIO_KIND_NETWORK, err.code, "first attempt: %s (%s)", err.message, err.code);
  assert_string_equal(err.message, "first attempt: expired (cert)");
  assert_string_equal(err.code, "cert");
}

/* A message of any length, of characters of 1 to 4 bytes, is cut between two of them. */
static void long_messages_are_cut_between_characters(void **state) {
  (void)state;
  static const char *const characters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x8E\xAC"};
  for (size_t width = 1; width <= 4; width++) {
    for (size_t lead = 0; lead < 4; lead++) {
      char text[2000] = "aaaa";
      text[lead] = '\0';
      for (size_t i = 0; i < 450; i++) strcat(text, characters[width - 1]);
      studio_error err;
      studio_error_clear(&err);
      studio_error_set(&err, STUDIO_KIND_SERVER, text, "%s", text);
      size_t room = sizeof err.message - 1 - lead, fine = sizeof err.code - 1 - lead;
      assert_int_equal(strlen(err.message), lead + room / width * width);
      assert_int_equal(strlen(err.code), lead + fine / width * width);
      assert_memory_equal(err.message, text, strlen(err.message));
    }
  }
}

static void a_message_that_just_fits_is_whole(void **state) {
  (void)state;
  studio_error err;
  char text[sizeof err.message];
  memset(text, 'm', sizeof text);
  text[sizeof text - 1] = '\0';
  studio_error_clear(&err);
  studio_error_set(&err, STUDIO_KIND_SERVER, "", "%s", text);
  assert_string_equal(err.message, text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_the_closed_list),
    cmocka_unit_test(names_out_of_range_are_not_null),
    cmocka_unit_test(every_status_has_its_kind),
    cmocka_unit_test(clear_leaves_nothing),
    cmocka_unit_test(set_keeps_the_facts),
    cmocka_unit_test(set_may_quote_itself),
    cmocka_unit_test(long_messages_are_cut_between_characters),
    cmocka_unit_test(a_message_that_just_fits_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
