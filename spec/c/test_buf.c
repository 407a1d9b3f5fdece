/* Tests of studio_buf.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "support/oom.h"

static void grows_and_stays_a_string(void **state) {
  (void)state;
  studio_buf buf = STUDIO_BUF_INIT;
  char expected[5001];
  for (size_t i = 0; i < 5000; i++) {
    char c = (char)('a' + i % 26);
    expected[i] = c;
    expected[i + 1] = '\0';
    assert_true(studio_buf_append(&buf, &c, 1));
    assert_int_equal(buf.size, i + 1);
    assert_true(buf.capacity > buf.size);
    assert_int_equal(buf.data[i + 1], '\0');
  }
  assert_string_equal(buf.data, expected);
  studio_buf_free(&buf);
  assert_null(buf.data);
  assert_int_equal(buf.size, 0);
  studio_buf_free(&buf); /* twice is fine */
}

static void nothing_appended_is_an_empty_string(void **state) {
  (void)state;
  studio_buf buf = STUDIO_BUF_INIT;
  assert_true(studio_buf_append(&buf, NULL, 0));
  assert_string_equal(buf.data, "");
  assert_true(studio_buf_puts(&buf, "ab"));
  assert_true(studio_buf_append(&buf, "\0c", 2));
  assert_int_equal(buf.size, 4);
  assert_memory_equal(buf.data, "ab\0c", 5);
  studio_buf_free(&buf);
}

static void clear_keeps_the_memory(void **state) {
  (void)state;
  studio_buf buf = STUDIO_BUF_INIT;
  studio_buf_clear(&buf); /* nothing there yet */
  assert_null(buf.data);
  assert_true(studio_buf_puts(&buf, "hello"));
  size_t capacity = buf.capacity;
  studio_buf_clear(&buf);
  assert_int_equal(buf.size, 0);
  assert_string_equal(buf.data, "");
  assert_int_equal(buf.capacity, capacity);
  studio_buf_free(&buf);
}

static void reserved_room_does_not_move(void **state) {
  (void)state;
  studio_buf buf = STUDIO_BUF_INIT;
  assert_true(studio_buf_reserve(&buf, 1000));
  assert_string_equal(buf.data, "");
  char *where = buf.data;
  for (int i = 0; i < 1000; i++) assert_true(studio_buf_append(&buf, "x", 1));
  assert_ptr_equal(buf.data, where);
  studio_buf_wipe(&buf);
  assert_null(buf.data);
  studio_buf_wipe(&buf); /* an empty one, too */
}

static void sizes_that_cannot_be_are_refused(void **state) {
  (void)state;
  studio_buf buf = STUDIO_BUF_INIT;
  assert_true(studio_buf_puts(&buf, "kept"));
  assert_false(studio_buf_reserve(&buf, SIZE_MAX));
  assert_false(studio_buf_reserve(&buf, SIZE_MAX - 4));
  assert_false(studio_buf_append(&buf, "x", SIZE_MAX - 3));
  assert_string_equal(buf.data, "kept");
  assert_int_equal(buf.size, 4);
  studio_buf_free(&buf);
}

static void out_of_memory_leaves_what_was_there(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  studio_buf buf = STUDIO_BUF_INIT;
  oom_start(1, false);
  assert_false(studio_buf_puts(&buf, "x"));
  assert_true(oom_stop());
  assert_null(buf.data);
  assert_true(studio_buf_puts(&buf, "kept"));
  char more[200];
  memset(more, 'm', sizeof more);
  oom_start(1, false);
  bool appended = studio_buf_append(&buf, more, sizeof more);
  oom_stop();
  assert_false(appended);
  assert_string_equal(buf.data, "kept");
  assert_true(studio_buf_append(&buf, more, sizeof more));
  assert_int_equal(buf.size, 204);
  studio_buf_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(grows_and_stays_a_string),
    cmocka_unit_test(nothing_appended_is_an_empty_string),
    cmocka_unit_test(clear_keeps_the_memory),
    cmocka_unit_test(reserved_room_does_not_move),
    cmocka_unit_test(sizes_that_cannot_be_are_refused),
    cmocka_unit_test(out_of_memory_leaves_what_was_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
