/* Tests of studio_slotfile and studio_statedir: damage, strangers, and places that are not safe.
**   SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* nftw */
#include "slots_fixture.h"

static size_t read_file(const char *path, unsigned char *bytes, size_t room) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t size = fread(bytes, 1, room, file);
  fclose(file);
  return size;
}

static void write_file(const char *path, const void *bytes, size_t size) {
  int fd = open(path, O_WRONLY | O_CREAT, 0600); /* not truncated first: some file systems then write to the disk */
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes, size), size);
  assert_int_equal(ftruncate(fd, (off_t)size) + fchmod(fd, 0600) + close(fd), 0);
}

static void nothing_secret_is_written(void **state) {
  (void)state;
  studio_limiter *a = process();
  spend(a, 2, 5000);
  const char *path = slots_path();
  static unsigned char bytes[300000];
  size_t size = read_file(path, bytes, sizeof bytes);
  for (size_t i = 0; i + 6 <= size; i++) assert_true(memcmp(bytes + i, "secret", 6) != 0);
  assert_null(strstr(path, "secret"));
  struct stat is;
  assert_int_equal(stat(path, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0600);
  studio_limiter_unref(a);
  char first[512], salt[128]; /* without the salt a name tells nothing: another salt, another name */
  strcpy(first, path);
  snprintf(salt, sizeof salt, "%s/salt", folder);
  assert_int_equal(stat(salt, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0600);
  assert_int_equal(is.st_size, 32);
  assert_int_equal(unlink(salt) + unlink(first), 0);
  a = process();
  spend(a, 1, 5000);
  assert_true(strcmp(first, slots_path()) != 0);
  studio_limiter_unref(a);
}

static void a_folder_is_made_for_this_user_alone(void **state) {
  (void)state;
  char top[64];
  strcpy(top, folder);
  strcat(folder, "/new/deeper");
  studio_limiter *a = process();
  assert_true(explain(a, 5000).stored);
  studio_limiter_unref(a);
  struct stat is;
  assert_int_equal(stat(folder, &is), 0);
  assert_int_equal(is.st_mode & 0777, 0700);
  strcpy(folder, top);
}

/* What one wrong byte or a missing end can do: nothing, but for one slot that the older copy does not know. */
static void any_byte_may_be_wrong(void **state) {
  (void)state;
  static unsigned char bytes[300000], wrong[300000];
  studio_limiter *a = process();
  spend(a, 3, 5000);
  studio_limiter_unref(a);
  char path[512];
  strcpy(path, slots_path());
  size_t size = read_file(path, bytes, sizeof bytes), tested = 0;
  for (size_t i = 0; i < size; i++) {
    if (i > 4096 && i < 128 * 1024) continue; /* the hole between the copies */
    memcpy(wrong, bytes, size);
    wrong[i] ^= (unsigned char)(1 + i % 255);
    write_file(path, wrong, size);
    a = process();
    studio_limiter_report r = explain(a, 5100);
    assert_true(!r.stored || (r.free <= 1 && r.next_slot_ms <= 2020));
    assert_true(r.stored || r.trouble != NULL);
    assert_true(explain(a, 5100 + 2020).free == 3);
    studio_limiter_unref(a);
    tested++;
  }
  assert_true(tested > 3000);
  for (size_t cut = 0; cut < size; cut += cut > 4096 && cut < 127 * 1024 ? 4096 : 7) {
    write_file(path, bytes, cut);
    a = process();
    studio_limiter_report r = explain(a, 5100);
    assert_true(r.stored);
    assert_true(cut == 0 || r.free <= 1);
    assert_int_equal(explain(a, 5100 + 2020).free, 3);
    studio_limiter_unref(a);
  }
}

static void what_is_not_ours_is_left_alone(void **state) {
  (void)state;
  studio_limiter *a = process();
  spend(a, 1, 5000);
  studio_limiter_unref(a);
  char path[512];
  strcpy(path, slots_path());
  const char *const contents[] = {"somebody's diary, and no short one", "lstudio\2 of the year 2040 .......", "x"};
  const char *const reasons[] = {"not a file of lua-studio", "another version", "not a file of lua-studio"};
  for (int i = 0; i < 3; i++) {
    write_file(path, contents[i], strlen(contents[i]));
    a = process();
    spend(a, 3, 5000); /* in memory */
    studio_limiter_report r = explain(a, 5000);
    assert_false(r.stored);
    assert_non_null(strstr(r.trouble, reasons[i]));
    assert_non_null(strstr(r.trouble, path));
    assert_int_equal(r.free, 0);
    studio_limiter_unref(a);
    unsigned char now[64];
    assert_int_equal(read_file(path, now, sizeof now), strlen(contents[i]));
    assert_memory_equal(now, contents[i], strlen(contents[i]));
  }
  unlink(path); /* the next one is tried when the time has come */
}

static void assert_trouble(const char *reason) {
  studio_limiter *a = process();
  spend(a, 3, 5000);
  studio_limiter_report r = explain(a, 5000);
  assert_false(r.stored);
  assert_int_equal(r.free, 0);
  assert_non_null(r.trouble);
  assert_non_null(strstr(r.trouble, reason));
  studio_limiter_unref(a);
}

static void a_place_that_is_not_safe_is_not_used(void **state) {
  (void)state;
  assert_int_equal(chmod(folder, 0770), 0);
  assert_trouble("others may write to the folder");
  assert_int_equal(chmod(folder, 0700), 0);
  if (geteuid() == 0) {
    assert_int_equal(chown(folder, 65534, (gid_t)-1), 0);
    assert_trouble("belongs to another user");
    assert_int_equal(chown(folder, 0, (gid_t)-1), 0);
  }
  studio_limiter *a = process();
  spend(a, 1, 5000);
  studio_limiter_unref(a);
  char path[512], top[64];
  strcpy(path, slots_path());
  assert_int_equal(chmod(path, 0644), 0);
  assert_trouble("others may read or write the file");
  assert_int_equal(unlink(path) + symlink("/etc/passwd", path), 0);
  assert_trouble("ymbolic");
  assert_int_equal(unlink(path) + mkfifo(path, 0600), 0);
  assert_trouble("not a plain file");
  assert_int_equal(unlink(path) + mkdir(path, 0700), 0);
  assert_trouble("irectory");
  strcpy(top, folder);
  strcat(folder, "/salt"); /* a file */
  assert_trouble("ot a directory");
  strcpy(folder, top);
  snprintf(path, sizeof path, "%s/salt", folder);
  write_file(path, "short", 5);
  assert_trouble("salt");
}

/* Tried again now and then: a disk that was full for a minute is no reason to forget the others for ever. */
static void trouble_may_end(void **state) {
  (void)state;
  studio_limiter *a = process();
  spend(a, 1, 5000);
  char path[512];
  strcpy(path, slots_path());
  assert_int_equal(chmod(path, 0644), 0);
  spend(a, 1, 5001);
  assert_non_null(explain(a, 5001).trouble);
  assert_int_equal(chmod(path, 0600), 0);
  assert_false(explain(a, 5002).stored);
  assert_true(explain(a, 5001 + STUDIO_SLOTSTORE_RETRY_MS).stored);
  studio_limiter_unref(a);
}

static void a_file_that_is_removed_is_made_again(void **state) {
  (void)state;
  studio_limiter *a = process();
  int first, slot;
  assert_true(take(a, 5000, &first));
  assert_true(take(a, 5000, &slot));
  assert_int_equal(unlink(slots_path()), 0);
  done(a, slot, 5001, STUDIO_SLOT_ANSWERED);
  studio_limiter *b = process();
  studio_limiter_report r = explain(b, 5200);
  assert_int_equal(r.held, 1); /* what a still knew */
  assert_int_equal(r.cooling, 1);
  studio_limiter_unref(a);
  studio_limiter_unref(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    IN_A_FOLDER(nothing_secret_is_written),
    IN_A_FOLDER(a_folder_is_made_for_this_user_alone),
    IN_A_FOLDER(any_byte_may_be_wrong),
    IN_A_FOLDER(what_is_not_ours_is_left_alone),
    IN_A_FOLDER(a_place_that_is_not_safe_is_not_used),
    IN_A_FOLDER(trouble_may_end),
    IN_A_FOLDER(a_file_that_is_removed_is_made_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
