/* What a part file is a part of: validators, answers that are the rest or are not, marks as text.
** SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/mark.h"

#define URL "https://cdn.example/a/clip.mp4?v=2&Expires=17&Signature=abc"
#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER "Sun, 06 Nov 1994 08:49:38 GMT"

/* Header lines, "A: b\nC: d". */
static studio_headers headers_of(const char *lines) {
  studio_headers headers = STUDIO_HEADERS_INIT;
  while (*lines != '\0') {
    size_t size = strcspn(lines, "\n");
    assert_true(studio_headers_add_line(&headers, lines, size));
    lines += size + (lines[size] == '\n');
  }
  return headers;
}

static studio_mark mark_of(const char *url, const char *asked_lines, int status, const char *lines, int64_t size) {
  studio_mark mark;
  studio_headers asked = headers_of(asked_lines), answer = headers_of(lines);
  studio_mark_set(&mark, url, &asked, status, &answer, size);
  studio_headers_free(&asked);
  studio_headers_free(&answer);
  return mark;
}

static bool is_of(const studio_mark *mark, const char *url, const char *asked_lines) {
  studio_headers asked = headers_of(asked_lines);
  bool same = studio_mark_is_of(mark, url, &asked);
  studio_headers_free(&asked);
  return same;
}

static void test_what_makes_a_validator(void **state) {
  static const struct { const char *lines, *validator; int status; } cases[] = {
    {"ETag: \"abc\"", "\"abc\"", 200},
    {"ETag: \"abc\"\nLast-Modified: " DATE "\nDate: " LATER, "\"abc\"", 200},
    {"ETag: \"\"", "\"\"", 200},
    {"ETag: W/\"abc\"", "", 200},                                  /* weak */
    {"ETag: W/\"abc\"\nLast-Modified: " DATE "\nDate: " LATER, DATE, 200},
    {"ETag: abc", "", 200},                                        /* none, though some servers send it */
    {"ETag: \"", "", 200},
    {"ETag: \"a\"b\"", "", 200},
    {"ETag: \"a\x01\"", "", 200},
    {"Last-Modified: " DATE "\nDate: " LATER, DATE, 200},
    {"Last-Modified: " DATE "\nDate: " DATE, "", 200},             /* may change within the second */
    {"Last-Modified: " LATER "\nDate: " DATE, "", 200},
    {"Last-Modified: " DATE, "", 200},
    {"Last-Modified: yesterday\nDate: " DATE, "", 200},
    {"ETag: \"abc\"\nContent-Encoding: gzip", "", 200},
    {"ETag: \"abc\"\nContent-Encoding: identity", "\"abc\"", 200},
    {"ETag: \"abc\"\nAccept-Ranges: none", "", 200},
    {"ETag: \"abc\"\nAccept-Ranges: bytes", "\"abc\"", 200},
    {"ETag: \"abc\"", "", 201},
    {"", "", 200},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    studio_mark mark = mark_of(URL, "", cases[i].status, cases[i].lines, 5);
    assert_string_equal(mark.validator, cases[i].validator);
    assert_int_equal(mark.total, 5);
  }
  char longest[400] = "ETag: \"", *at = longest + strlen(longest);
  memset(at, 'x', 300);
  strcpy(at + 300, "\"");
  assert_string_equal(mark_of(URL, "", 200, longest, 5).validator, "");
}

static void test_which_url_is_the_same(void **state) {
  static const struct { const char *url; bool by_etag, by_date; } cases[] = {
    {URL, true, true},
    {URL "#top", true, true},
    {"https://cdn.example/a/clip.mp4?v=2&Expires=18&Signature=def", true, false},
    {"https://cdn.example/a/clip.mp4?X-Amz-Date=1&v=2&X-Amz-Signature=9&x-goog-signature=1", true, false},
    {"https://cdn.example/a/clip.mp4?v=2", true, false},
    {"https://cdn.example/a/clip.mp4?v=3&Expires=17&Signature=abc", false, false},
    {"https://cdn.example/a/clip.mp4?v=2&w=1", false, false},
    {"https://cdn.example/a/clip.mp4", false, false},
    {"https://cdn.example/a/clip.mp?4&v=2", false, false},
    {"https://cdn.example/b/clip.mp4?v=2", false, false},
    {"http://cdn.example/a/clip.mp4?v=2", false, false},
  };
  (void)state;
  studio_mark by_etag = mark_of(URL, "Accept: */*", 200, "ETag: \"a\"", 5);
  studio_mark by_date = mark_of(URL, "Accept: */*", 200, "Last-Modified: " DATE "\nDate: " LATER, 5);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(is_of(&by_etag, cases[i].url, "Accept: */*"), cases[i].by_etag);
    assert_int_equal(is_of(&by_date, cases[i].url, "Accept: */*"), cases[i].by_date);
  }
  assert_false(is_of(&by_date, URL, "Accept: text/csv")); /* another form of it may be as old */
  assert_null(strstr(by_date.source, "abc"));
  char one[STUDIO_SHA256_HEX], other[STUDIO_SHA256_HEX];
  studio_mark_source(one, URL);
  studio_mark_source(other, "https://cdn.example/a/clip.mp4?v=2&Signature=other");
  assert_string_equal(one, other);
}

static void test_which_answer_is_the_rest(void **state) {
  static const struct { const char *lines; int status; studio_answer_part part; } cases[] = {
    {"", 200, STUDIO_PART_WHOLE},
    {"Content-Range: bytes 3-9/10\nETag: \"a\"", 200, STUDIO_PART_WHOLE},
    {"Content-Range: bytes 3-9/10\nETag: \"a\"", 206, STUDIO_PART_REST},
    {"content-range: BYTES 3-5/10\netag: \"a\"", 206, STUDIO_PART_REST}, /* the server may send less */
    {"Content-Range: bytes 3-9/10", 206, STUDIO_PART_UNFIT},             /* of what? */
    {"Content-Range: bytes 3-9/10\nETag: \"b\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-9/10\nETag: W/\"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-9/10\nETag: \"a\"\nContent-Encoding: gzip", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 2-9/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 0-9/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-10/11\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-9/*\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-10/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-2/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes -9/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-9/10x\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-9/10, 3-9/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes 3-99999999999999999999/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: bytes */10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Range: items 3-9/10\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
    {"Content-Type: multipart/byteranges; boundary=x\nETag: \"a\"", 206, STUDIO_PART_UNFIT},
  };
  (void)state;
  studio_mark mark = mark_of(URL, "", 200, "ETag: \"a\"", 10);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t total = -1;
    studio_headers answer = headers_of(cases[i].lines);
    studio_answer_part part = studio_mark_judge(&mark, 3, cases[i].status, &answer, &total);
    if (part != cases[i].part) print_error("%d %s\n", cases[i].status, cases[i].lines);
    assert_int_equal(part, cases[i].part);
    assert_int_equal(total, part == STUDIO_PART_REST ? 10 : -1);
    /* nobody asked: then even the right part is unfit */
    int expected = cases[i].status == 206 ? STUDIO_PART_UNFIT : STUDIO_PART_WHOLE;
    assert_int_equal(studio_mark_judge(NULL, 0, cases[i].status, &answer, &total), expected);
    studio_headers_free(&answer);
  }
  mark.total = -1; /* a chunked answer did not say; the rest does */
  int64_t total = -1;
  studio_headers answer = headers_of("Content-Range: bytes 3-9/12\nETag: \"a\"");
  assert_int_equal(studio_mark_judge(&mark, 3, 206, &answer, &total), STUDIO_PART_REST);
  assert_int_equal(total, 12);
  studio_headers_free(&answer);
}

static void test_when_nothing_is_left(void **state) {
  static const struct { const char *lines; int64_t have; bool whole; } cases[] = {
    {"Content-Range: bytes */10", 10, true},
    {"Content-Range: bytes */10\nETag: \"a\"", 10, true},
    {"Content-Range: bytes */10\nETag: \"b\"", 10, false},
    {"Content-Range: bytes */10", 9, false},
    {"Content-Range: bytes */9", 9, false},
    {"Content-Range: bytes 0-9/10", 10, false},
    {"Content-Range: bytes */*", 10, false},
    {"", 10, false},
  };
  (void)state;
  studio_mark mark = mark_of(URL, "", 200, "ETag: \"a\"", 10);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    studio_headers answer = headers_of(cases[i].lines);
    assert_int_equal(studio_mark_is_whole(&mark, cases[i].have, &answer), cases[i].whole);
    studio_headers_free(&answer);
  }
}

static void test_as_text_and_back(void **state) {
  (void)state;
  studio_mark mark = mark_of(URL, "", 200, "ETag: \"a b\"", 12345678901), read;
  studio_buf text = STUDIO_BUF_INIT;
  assert_true(studio_mark_write(&mark, "boot-1", 77, &text));
  assert_null(strstr(text.data, "Signature"));
  assert_null(strstr(text.data, "clip"));
  assert_true(studio_mark_read(&read, "boot-1", 77, text.data));
  assert_memory_equal(&read, &mark, sizeof mark);
  assert_false(studio_mark_read(&read, "boot-2", 77, text.data)); /* the machine has run anew */
  assert_false(studio_mark_read(&read, "boot-1", 78, text.data)); /* another file */
  for (size_t size = 0; size < text.size; size++) { /* torn anywhere */
    char torn[1000];
    memcpy(torn, text.data, size);
    torn[size] = '\0';
    assert_false(studio_mark_read(&read, "boot-1", 77, torn));
  }
  studio_buf_clear(&text);
  mark.total = -1;
  assert_true(studio_mark_write(&mark, "boot-1", 77, &text));
  assert_true(studio_mark_read(&read, "boot-1", 77, text.data));
  assert_int_equal(read.total, -1);
  studio_buf_clear(&text);
  mark.validator[0] = '\0'; /* cannot be continued: then no mark is one */
  assert_true(studio_mark_write(&mark, "boot-1", 77, &text));
  assert_false(studio_mark_read(&read, "boot-1", 77, text.data));
  studio_buf_free(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_what_makes_a_validator), cmocka_unit_test(test_which_url_is_the_same),
    cmocka_unit_test(test_which_answer_is_the_rest), cmocka_unit_test(test_when_nothing_is_left),
    cmocka_unit_test(test_as_text_and_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
