/* The journal: one process at a time, whole lines, and what no lines may go to.   SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/journal.h"

static char folder[64], path[128], other[128];
static studio_error err;

static int set_up(void **state) {
  (void)state;
  strcpy(folder, "/tmp/studio-journal-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/log", folder);
  snprintf(other, sizeof other, "%s/other", folder);
  studio_error_clear(&err);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  unlink(path);
  unlink(other);
  return rmdir(folder);
}

static const char *content(void) {
  static char text[256];
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

static studio_journal *open_journal(void) {
  studio_journal *journal = studio_journal_open(path, false, &err);
  if (journal == NULL) fail_msg("%s", err.message);
  return journal;
}

static void append(studio_journal *journal, const char *line) {
  assert_true(studio_journal_append(journal, line, strlen(line), &err));
}

static void lines_stay_and_are_this_users_alone(void **state) {
  (void)state;
  mode_t mask = umask(0);
  studio_journal *journal = open_journal();
  umask(mask);
  append(journal, "one\n");
  assert_string_equal(content(), "one\n"); /* without a close */
  studio_journal_close(journal);
  journal = open_journal();
  append(journal, "two\n");
  studio_journal_close(journal);
  assert_string_equal(content(), "one\ntwo\n");
  struct stat is;
  assert_int_equal(stat(path, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0600);
  studio_journal_close(NULL);
}

static void a_torn_line_is_cut_off(void **state) {
  (void)state;
  studio_journal *journal = open_journal();
  append(journal, "one\n");
  append(journal, "tw");
  assert_true(studio_journal_keep(journal, 4, &err));
  append(journal, "three\n");
  studio_journal_close(journal);
  assert_string_equal(content(), "one\nthree\n");
}

static void one_at_a_time(void **state) {
  (void)state;
  studio_journal *journal = open_journal();
  assert_null(studio_journal_open(path, false, &err)); /* in this process */
  assert_int_equal(err.kind, STUDIO_KIND_FILE);
  assert_string_equal(err.code, "busy");
  pid_t child = fork();
  if (child == 0) _exit(studio_journal_open(path, false, &err) == NULL && strcmp(err.code, "busy") == 0 ? 0 : 1);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  studio_journal_close(journal);
  studio_journal_close(open_journal());
}

static void a_dead_process_locks_nothing(void **state) {
  (void)state;
  int ready[2];
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  if (child == 0) {
    studio_journal *mine = studio_journal_open(path, false, &err);
    if (mine == NULL || write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  }
  char byte;
  assert_int_equal(read(ready[0], &byte, 1), 1);
  assert_null(studio_journal_open(path, false, &err));
  kill(child, SIGKILL);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  studio_journal_close(open_journal());
  close(ready[0]);
  close(ready[1]);
}

/* Nothing is written through a link, into a pipe, or into a file with a second name. */
static void only_plain_files(void **state) {
  (void)state;
  assert_int_equal(symlink("/etc/passwd", path), 0);
  assert_null(studio_journal_open(path, false, &err));
  assert_int_equal(unlink(path) + mkfifo(path, 0600), 0);
  assert_null(studio_journal_open(path, false, &err));
  assert_string_equal(err.code, "taken");
  assert_int_equal(unlink(path), 0);
  studio_journal_close(open_journal());
  assert_int_equal(link(path, other), 0);
  assert_null(studio_journal_open(path, false, &err));
  assert_null(studio_journal_open(folder, false, &err));
}

static void one_that_must_exist_is_not_made(void **state) {
  (void)state;
  assert_null(studio_journal_open(path, true, &err));
  assert_non_null(strstr(err.message, strerror(ENOENT)));
  assert_int_equal(access(path, F_OK), -1);
}

/* A full disk, by the limit of a file's size: what was begun is taken back. */
static void nothing_stays_of_a_line_that_did_not_fit(void **state) {
  (void)state;
  pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 10, .rlim_max = 10};
    studio_journal *journal = studio_journal_open(path, false, &err);
    if (journal == NULL || setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(1);
    if (!studio_journal_append(journal, "12345\n", 6, &err)) _exit(2);
    if (studio_journal_append(journal, "67890\n", 6, &err) || err.kind != STUDIO_KIND_FILE) _exit(3);
    _exit(studio_journal_append(journal, "678\n", 4, &err) ? 0 : 4);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  assert_string_equal(content(), "12345\n678\n");
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(lines_stay_and_are_this_users_alone), TEST(a_torn_line_is_cut_off), TEST(one_at_a_time),
    TEST(a_dead_process_locks_nothing), TEST(only_plain_files), TEST(one_that_must_exist_is_not_made),
    TEST(nothing_stays_of_a_line_that_did_not_fit),
  };
  return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
