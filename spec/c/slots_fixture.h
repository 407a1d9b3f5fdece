/* A limiter over a file of slots, in a folder that is the test's own.   SPDX-License-Identifier: MIT
**
** A limiter with a store of its own is a process; that its locks end with it is what closing a file does too. */
#ifndef STUDIO_SPEC_SLOTS_FIXTURE_H
#define STUDIO_SPEC_SLOTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/slotstore.h"
#include "limiter_fixture.h"

#define KEY "mstudio\nhttps://x\nkey\nsk_live_secret"

static int64_t wall = 1000000000;
static inline int64_t wall_ms(void) { return wall; }
static const studio_slotstore_system here = {wall_ms, "first"};

static char folder[64];

static inline int set_up(void **state) {
  (void)state;
  strcpy(folder, "/tmp/studio-slots-XXXXXX");
  return mkdtemp(folder) == NULL;
}

static inline int remove_one(const char *path, const struct stat *is, int flag, struct FTW *walk) {
  (void)is, (void)flag, (void)walk;
  return remove(path);
}

static inline int tear_down(void **state) {
  (void)state;
  return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline studio_limiter *process_with(const studio_slotstore_system *system, int capacity, int64_t window) {
  studio_limit limit = {capacity, window, 20, 1000, 0, 0};
  studio_limiter_store *store = studio_slotstore_new(folder, KEY, sizeof KEY - 1, &limit, system);
  assert_non_null(store);
  studio_limiter *limiter = studio_limiter_new("test", &limit, store);
  assert_non_null(limiter);
  return limiter;
}

static inline studio_limiter *process(void) { return process_with(&here, 3, 1000); }

static inline studio_limiter_report explain(studio_limiter *limiter, int64_t now) {
  studio_limiter_report report;
  studio_limiter_explain(limiter, now, &report);
  return report;
}

/* The path of the one file of slots. */
static inline const char *slots_path(void) {
  static char path[512];
  path[0] = '\0';
  DIR *list = opendir(folder);
  assert_non_null(list);
  for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
    if (strstr(entry->d_name, ".slots") == NULL) continue;
    assert_string_equal(path, "");
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
  }
  closedir(list);
  assert_true(path[0] != '\0');
  return path;
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
