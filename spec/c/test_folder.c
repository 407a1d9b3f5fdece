/* Folders: with those above them, as they were when they are there, and why not.   SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/folder.h"

static char root[64], upper[128], lower[128], file[128];
static studio_error err;

static int set_up(void **state) {
  (void)state;
  strcpy(root, "/tmp/studio-folder-XXXXXX");
  if (mkdtemp(root) == NULL) return -1;
  snprintf(upper, sizeof upper, "%s/a", root);
  snprintf(lower, sizeof lower, "%s/a/b", root);
  snprintf(file, sizeof file, "%s/file", root);
  studio_error_clear(&err);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  unlink(file);
  rmdir(lower);
  rmdir(upper);
  return rmdir(root);
}

static void are_made_with_those_above(void **state) {
  (void)state;
  assert_true(studio_folder_make(lower, 0777, &err));
  assert_int_equal(access(lower, W_OK | X_OK), 0);
}

static void stay_as_they_are(void **state) {
  (void)state;
  assert_int_equal(mkdir(upper, 0700), 0);
  assert_true(studio_folder_make(upper, 0777, &err));
  struct stat is;
  assert_int_equal(stat(upper, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0700);
}

static void say_why_not(void **state) {
  (void)state;
  fclose(fopen(file, "wb"));
  assert_false(studio_folder_make(file, 0777, &err));
  assert_int_equal(err.kind, STUDIO_KIND_FILE);
  assert_non_null(strstr(err.message, "Not a directory"));
  strcat(file, "/below");
  assert_false(studio_folder_make(file, 0777, &err));
  *strrchr(file, '/') = '\0';
}

/* Below a folder that is somebody else's: the upper one cannot be made, which is why the lower one is not there. */
static void say_why_not_of_those_above(void **state) {
  (void)state;
  assert_int_equal(chmod(root, 0555), 0);
  bool is_root = geteuid() == 0;
  if (is_root) assert_int_equal(seteuid(65534), 0);
  bool made = studio_folder_make(lower, 0777, &err);
  if (is_root) assert_int_equal(seteuid(0), 0);
  assert_int_equal(chmod(root, 0755), 0);
  assert_false(made);
  assert_non_null(strstr(err.message, "Permission denied"));
}

static void tell_what_lies_in_them(void **state) {
  (void)state;
  char at[160];
  uint64_t size = 7;
  assert_null(studio_folder_entry(file, &size));
  FILE *made = fopen(file, "wb");
  fputs("12345", made);
  fclose(made);
  assert_string_equal(studio_folder_entry(file, &size), "file");
  assert_int_equal(size, 5);
  assert_string_equal(studio_folder_entry(root, &size), "folder");
  snprintf(at, sizeof at, "%s/link", root);
  assert_int_equal(symlink(file, at), 0);
  assert_string_equal(studio_folder_entry(at, &size), "link");
  unlink(at);
  assert_int_equal(mkfifo(at, 0600), 0);
  assert_string_equal(studio_folder_entry(at, &size), "other");
  unlink(at);
  assert_int_equal(size, 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(are_made_with_those_above, set_up, tear_down),
    cmocka_unit_test_setup_teardown(stay_as_they_are, set_up, tear_down),
    cmocka_unit_test_setup_teardown(say_why_not, set_up, tear_down),
    cmocka_unit_test_setup_teardown(say_why_not_of_those_above, set_up, tear_down),
    cmocka_unit_test_setup_teardown(tell_what_lies_in_them, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
