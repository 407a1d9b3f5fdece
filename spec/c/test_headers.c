/* Tests of studio_headers: what may be sent, and what is read.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/ascii.h"
#include "core/headers.h"
#include "support/oom.h"

static bool add(studio_headers *headers, const char *name, const char *value) {
  return studio_headers_add(headers, name, strlen(name), value, strlen(value));
}

static bool add_line(studio_headers *headers, const char *line) {
  return studio_headers_add_line(headers, line, strlen(line));
}

/* All fields as "name=value;". */
static void expect(const studio_headers *headers, const char *expected) {
  char text[1000] = "";
  for (size_t i = 0; i < headers->count; i++) {
    strcat(strcat(strcat(text, headers->list[i].name), "="), headers->list[i].value);
    strcat(text, ";");
  }
  assert_string_equal(text, expected);
}

/* RFC 9110: every byte as a name of its own, and in a value. */
static void every_byte_in_name_and_value(void **state) {
  (void)state;
  const char *token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; byte++) {
    char name[3] = {'a', (char)byte, 'b'};
    bool in_name = byte != 0 && strchr(token, byte) != NULL;
    assert_int_equal(studio_header_valid(name, 3, "v", 1), in_name);
    bool in_value = byte >= 0x20 && byte != 0x7F;
    assert_int_equal(studio_header_valid("n", 1, name, 3), in_value);
  }
  assert_false(studio_header_valid("", 0, "v", 1));
  assert_true(studio_header_valid("n", 1, "", 0));
  assert_false(studio_header_valid("X-Key", 5, "a\r\nX-Admin: 1", 13)); /* a header of its own */
}

static void names_compare_without_case(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  assert_null(studio_headers_get(&headers, "any"));
  assert_true(add(&headers, "Content-TYPE", "text/html"));
  assert_string_equal(studio_headers_get(&headers, "content-type"), "text/html");
  assert_string_equal(studio_headers_get(&headers, "CONTENT-TYPE"), "text/html");
  assert_null(studio_headers_get(&headers, "Content-Typ"));
  assert_null(studio_headers_get(&headers, "Content-Type2"));
  assert_string_equal(headers.list[0].name, "Content-TYPE"); /* as it came */
  studio_headers_free(&headers);
  assert_true(studio_ascii_equal("", ""));
  assert_false(studio_ascii_equal("[", "{")); /* 0x20 apart, but no letters */
  assert_false(studio_ascii_equal("\xC9", "\xE9"));
}

static void order_and_repeats_are_kept(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  for (int i = 0; i < 40; i++) {
    char value[3] = {(char)('0' + i / 10), (char)('0' + i % 10), '\0'};
    assert_true(add(&headers, i % 2 ? "Odd" : "Even", value));
  }
  assert_int_equal(headers.count, 40);
  assert_string_equal(studio_headers_get(&headers, "odd"), "01"); /* the first */
  assert_string_equal(headers.list[39].value, "39");
  studio_headers_clear(&headers);
  assert_int_equal(headers.count, 0);
  assert_true(headers.capacity >= 40);
  assert_true(add(&headers, "a", "1"));
  expect(&headers, "a=1;");
  studio_headers_free(&headers);
  assert_null(headers.list);
}

static void blanks_around_values_go(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  assert_true(add(&headers, "a", " \t one two \t\r\n"));
  assert_true(add(&headers, "b", "   "));
  assert_true(add(&headers, "c", ""));
  expect(&headers, "a=one two;b=;c=;");
  studio_headers_free(&headers);
}

static void lines_from_the_wire(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  assert_true(add_line(&headers, "HTTP/1.1 200 OK\r\n"));
  assert_true(add_line(&headers, "HTTP/1.1 500 Error: no disk\r\n")); /* a colon, but no field */
  assert_true(add_line(&headers, "Content-Type: text/html; charset=utf-8\r\n"));
  assert_true(add_line(&headers, "Location:http://h:8080/a:b\n"));
  assert_true(add_line(&headers, "X-Empty:\r\n"));
  assert_true(add_line(&headers, "X-None"));
  assert_true(add_line(&headers, ": nameless\r\n"));
  assert_true(add_line(&headers, "Bad Name: x\r\n"));
  assert_true(add_line(&headers, " folded: x\r\n"));
  assert_true(add_line(&headers, "\r\n"));
  assert_true(studio_headers_add_line(&headers, NULL, 0));
  assert_true(studio_headers_add_line(&headers, "Cut: 123456", 8)); /* as long as it says */
  expect(&headers, "Content-Type=text/html; charset=utf-8;Location=http://h:8080/a:b;X-Empty=;Cut=123;");
  studio_headers_free(&headers);
}

static void set_replaces_all(void **state) {
  (void)state;
  studio_headers headers = STUDIO_HEADERS_INIT;
  assert_true(studio_headers_set(&headers, "A", "0"));
  assert_true(add(&headers, "B", "1"));
  assert_true(add(&headers, "a", "2"));
  assert_true(add(&headers, "C", "3"));
  assert_true(studio_headers_set(&headers, "a", "new"));
  expect(&headers, "B=1;C=3;a=new;");
  /* with a name and a value that belong to the fields that go away */
  assert_true(studio_headers_set(&headers, headers.list[0].name, headers.list[0].value));
  expect(&headers, "C=3;a=new;B=1;");
  studio_headers_free(&headers);
}

static void copies_append(void **state) {
  (void)state;
  studio_headers from = STUDIO_HEADERS_INIT, to = STUDIO_HEADERS_INIT;
  assert_true(add(&from, "A", "1") && add(&from, "A", "2") && add(&to, "B", "0"));
  assert_true(studio_headers_copy(&to, &from));
  expect(&to, "B=0;A=1;A=2;");
  assert_true(to.list[1].value != from.list[0].value); /* its own memory */
  for (int i = 0; i < 3; i++) assert_true(studio_headers_copy(&from, &from));
  assert_int_equal(from.count, 16);
  studio_headers_free(&from);
  expect(&to, "B=0;A=1;A=2;");
  studio_headers_free(&to);
}

static bool set_and_copy(void *state) {
  studio_headers *from = state, to = STUDIO_HEADERS_INIT;
  bool done = add(&to, "B", "0") && studio_headers_set(&to, "b", "1");
  if (done && !studio_headers_copy(&to, from)) {
    done = false;
    if (to.count != 1) done = true; /* the wrong answer: something of the copy is left */
  }
  studio_headers_free(&to);
  return done;
}

static void out_of_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  studio_headers from = STUDIO_HEADERS_INIT;
  for (int i = 0; i < 10; i++) assert_true(add(&from, "A", "1"));
  assert_int_equal(oom_torture(set_and_copy, &from), 2 + 10 + 2); /* a block for each field, two lists */
  studio_headers_free(&from);
}

static void nothing_is_left_in_freed_memory(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  oom_watch("canary");
  studio_headers headers = STUDIO_HEADERS_INIT;
  bool done = add(&headers, "Cookie", "canary") && studio_headers_set(&headers, "cookie", "canary 2") &&
              add_line(&headers, "Set-Cookie: canary 3\r\n") && studio_headers_copy(&headers, &headers);
  studio_headers_free(&headers);
  assert_int_equal(oom_seen(), 0);
  assert_true(done);
}

static void a_failed_set_changes_nothing(void **state) {
  (void)state;
  if (!oom_possible()) skip();
  studio_headers headers = STUDIO_HEADERS_INIT;
  assert_true(add(&headers, "A", "1") && add(&headers, "a", "2"));
  oom_start(1, false);
  bool done = studio_headers_set(&headers, "A", "3");
  oom_stop();
  assert_false(done);
  expect(&headers, "A=1;a=2;");
  studio_headers_free(&headers);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_byte_in_name_and_value), cmocka_unit_test(names_compare_without_case),
    cmocka_unit_test(order_and_repeats_are_kept),   cmocka_unit_test(blanks_around_values_go),
    cmocka_unit_test(lines_from_the_wire),          cmocka_unit_test(set_replaces_all),
    cmocka_unit_test(copies_append),                cmocka_unit_test(out_of_memory),
    cmocka_unit_test(a_failed_set_changes_nothing), cmocka_unit_test(nothing_is_left_in_freed_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
