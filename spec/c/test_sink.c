/* The part file: what is kept, what goes, who may write, and that the name only ever holds a whole file.
** SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/sink.h"

static char folder[64], path[128], part[128], info[128];
static studio_error err;

static int set_up(void **state) {
  (void)state;
  strcpy(folder, "/tmp/studio-sink-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/file", folder);
  snprintf(part, sizeof part, "%s/file.part", folder);
  snprintf(info, sizeof info, "%s/file.part.info", folder);
  studio_error_clear(&err);
  return 0;
}

/* Whatever a test leaves behind must be told here: the folder would not go. */
static int tear_down(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static const char *content(const char *name) {
  static char text[256];
  FILE *file = fopen(name, "rb");
  if (file == NULL) return NULL;
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

static void put(const char *name, const char *text) {
  FILE *file = fopen(name, "wb");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static studio_mark mark_with(const char *validator, int64_t total) {
  studio_mark mark = {.source = "cafe", .total = total};
  strcpy(mark.validator, validator);
  return mark;
}

static studio_sink *open_sink(void) {
  studio_sink *sink = studio_sink_open(path, &err);
  assert_non_null(sink);
  return sink;
}

/* A sink with "first" in it, of ten bytes. */
static studio_sink *begun(const char *validator) {
  studio_mark mark = mark_with(validator, 10);
  studio_sink *sink = open_sink();
  assert_true(studio_sink_begin(sink, &mark, &err));
  assert_true(studio_sink_write(sink, "first", 5, &err));
  return sink;
}

static void test_appears_when_it_is_whole(void **state) {
  (void)state;
  put(path, "old");
  studio_sink *sink = begun("\"a\"");
  assert_string_equal(content(path), "old");
  assert_true(studio_sink_write(sink, "-last", 5, &err));
  assert_true(studio_sink_commit(sink, &err));
  assert_string_equal(content(path), "first-last");
}

static void test_goes_on_where_it_stopped(void **state) {
  (void)state;
  studio_sink_close(begun("\"a\""));
  assert_string_equal(content(part), "first");
  studio_sink *sink = open_sink();
  const studio_mark *mark = studio_sink_mark(sink);
  assert_non_null(mark);
  assert_string_equal(mark->validator, "\"a\"");
  assert_int_equal(studio_sink_size(sink), 5);
  assert_true(studio_sink_continue(sink, &err));
  assert_true(studio_sink_write(sink, "-last", 5, &err));
  assert_true(studio_sink_commit(sink, &err));
  assert_string_equal(content(path), "first-last");
}

static void test_leaves_nothing_that_cannot_be_continued(void **state) {
  (void)state;
  studio_sink_close(begun(""));
  studio_sink_close(open_sink()); /* nothing came */
  studio_sink_close(begun("\"a\""));
  studio_sink *sink = open_sink();
  studio_sink_forget(sink); /* what is there is of something else */
  studio_sink_close(sink);
  assert_null(content(part));
  assert_null(content(info));
  studio_sink_close(NULL);
}

static void test_an_attempt_without_a_byte_leaves_the_part_as_it_is(void **state) {
  (void)state;
  studio_sink_close(begun("\"a\""));
  studio_sink_close(open_sink());
  assert_string_equal(content(part), "first");
  studio_sink *sink = open_sink();
  assert_non_null(studio_sink_mark(sink));
  studio_mark mark = mark_with("", 3);
  assert_true(studio_sink_begin(sink, &mark, &err)); /* anew, of another file */
  assert_true(studio_sink_write(sink, "new", 3, &err));
  assert_true(studio_sink_commit(sink, &err));
  assert_string_equal(content(path), "new");
}

static void test_a_mark_counts_for_its_own_part_only(void **state) {
  (void)state;
  studio_sink_close(begun("\"a\""));
  unlink(part);
  put(part, "other"); /* may have the same inode number on some file systems: then only its size tells */
  char longer[] = "longer than ten bytes";
  put(part, longer);
  studio_sink *sink = open_sink();
  assert_null(studio_sink_mark(sink));
  studio_sink_forget(sink);
  studio_sink_close(sink);
  put(part, "no mark at all");
  sink = open_sink();
  assert_null(studio_sink_mark(sink));
  studio_sink_close(sink);
  assert_string_equal(content(part), "no mark at all"); /* whoever left it: nothing came to replace it */
  unlink(part);
}

static void test_only_one_writes(void **state) {
  (void)state;
  studio_sink *first = begun("\"a\"");
  assert_null(studio_sink_open(path, &err));
  assert_int_equal(err.kind, STUDIO_KIND_FILE);
  assert_string_equal(err.code, "busy");
  pid_t child = fork();
  if (child == 0) { /* nor another process */
    _exit(studio_sink_open(path, &err) == NULL && strcmp(err.code, "busy") == 0 ? 0 : 1);
  }
  int status = -1;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_true(studio_sink_commit(first, &err));
  studio_sink_close(open_sink()); /* and then the next may */
}

/* Whoever removes or replaces the part by hand finds out; a mixed file never appears. */
static void test_notices_that_its_part_was_taken_away(void **state) {
  (void)state;
  studio_sink *sink = begun("\"a\"");
  unlink(part);
  put(part, "a stranger's");
  assert_false(studio_sink_commit(sink, &err));
  assert_string_equal(err.code, "replaced");
  assert_null(content(path));
  assert_string_equal(content(part), "a stranger's");
  unlink(part);
}

static void test_refuses_what_is_no_file(void **state) {
  (void)state;
  char slash[160];
  assert_int_equal(mkdir(path, 0700), 0);
  assert_null(studio_sink_open(path, &err));
  assert_string_equal(err.code, "taken");
  assert_false(studio_sink_check(path, &err));
  rmdir(path);
  assert_false(studio_sink_check("/dev/null", &err));
  assert_null(studio_sink_open("/dev/null", &err));
  snprintf(slash, sizeof slash, "%s/new/", folder);
  assert_false(studio_sink_check(slash, &err));
  snprintf(slash, sizeof slash, "%s/nowhere/file", folder);
  assert_false(studio_sink_check(slash, &err));
  assert_non_null(strstr(err.message, slash));
  assert_non_null(strstr(err.message, "No such file"));
  assert_null(studio_sink_open(slash, &err));
  assert_true(studio_sink_check(path, &err));
  assert_true(studio_sink_check("file", &err) || access(".", W_OK) != 0);
  assert_true(studio_sink_check("/file", &err) || access("/", W_OK) != 0);
}

/* Links, pipes and files with a second name at the part's place: somebody else would have what we write. */
static void test_writes_into_nobody_elses_file(void **state) {
  (void)state;
  char other[160];
  snprintf(other, sizeof other, "%s/other", folder);
  for (int i = 0; i < 3; i++) {
    put(other, "mine");
    if (i == 0) assert_int_equal(symlink(other, part), 0);
    if (i == 1) assert_int_equal(link(other, part), 0);
    if (i == 2) assert_int_equal(mkfifo(part, 0600), 0);
    assert_true(studio_sink_commit(begun(""), &err));
    assert_string_equal(content(path), "first");
    assert_string_equal(content(other), "mine");
    unlink(other);
  }
}

static void test_keeps_the_part_when_the_place_is_taken_meanwhile(void **state) {
  (void)state;
  studio_sink *sink = begun("\"a\"");
  assert_int_equal(mkdir(path, 0700), 0);
  assert_false(studio_sink_commit(sink, &err));
  assert_int_equal(err.kind, STUDIO_KIND_FILE);
  assert_string_equal(content(part), "first");
  rmdir(path);
  sink = open_sink();
  studio_sink_forget(sink);
  studio_sink_close(sink);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_appears_when_it_is_whole), TEST(test_goes_on_where_it_stopped),
    TEST(test_leaves_nothing_that_cannot_be_continued),
    TEST(test_an_attempt_without_a_byte_leaves_the_part_as_it_is), TEST(test_a_mark_counts_for_its_own_part_only),
    TEST(test_only_one_writes), TEST(test_notices_that_its_part_was_taken_away), TEST(test_refuses_what_is_no_file),
    TEST(test_writes_into_nobody_elses_file), TEST(test_keeps_the_part_when_the_place_is_taken_meanwhile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
