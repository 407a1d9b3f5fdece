/* studio_statedir: the folder where limiters keep what outlives a process.   SPDX-License-Identifier: MIT */
#include "core/statedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/folder.h"
#include "core/secret.h"
#include "core/sha256.h"

#define SALT_SIZE 32
#define DIGITS 32 /* of a name: 128 bits of the hash */

static int failed(char *why, const char *reason) {
  snprintf(why, STUDIO_STATEDIR_WHY, "%s", reason);
  return -1;
}

int studio_statedir_open(const char *folder, char why[STUDIO_STATEDIR_WHY]) {
  int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  int fd = open(folder, flags);
  if (fd < 0 && errno == ENOENT) {
    studio_error ignored; /* opening it says why */
    studio_folder_make(folder, 0700, &ignored);
    fd = open(folder, flags);
  }
  if (fd < 0) return failed(why, strerror(errno));
  struct stat is;
  const char *reason = NULL;
  if (fstat(fd, &is) != 0) reason = strerror(errno);
  else if (is.st_uid != geteuid()) reason = "the folder belongs to another user";
  else if (is.st_mode & (S_IWGRP | S_IWOTH)) reason = "others may write to the folder";
  if (reason == NULL) return fd;
  close(fd);
  return failed(why, reason);
}

int studio_statedir_file(int folder, const char *name, char why[STUDIO_STATEDIR_WHY]) {
  int fd = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return failed(why, strerror(errno));
  struct stat is;
  const char *reason = NULL;
  if (fstat(fd, &is) != 0) reason = strerror(errno);
  else if (!S_ISREG(is.st_mode)) reason = "not a plain file";
  else if (is.st_uid != geteuid()) reason = "the file belongs to another user";
  else if (is.st_mode & (S_IRWXG | S_IRWXO)) reason = "others may read or write the file";
  if (reason == NULL) return fd;
  close(fd);
  return failed(why, reason);
}

static bool random_bytes(unsigned char *bytes, size_t size) {
  int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t got = read(fd, bytes, size);
  close(fd);
  return got == (ssize_t)size;
}

/* Two processes may find no salt at once: each makes one under a name of its own, and the first to give it the
** right name wins. The name never holds half of one. */
static bool salt_make(int folder) {
  unsigned char salt[SALT_SIZE], suffix[8];
  if (!random_bytes(salt, sizeof salt) || !random_bytes(suffix, sizeof suffix)) return false;
  unsigned long long number = 0;
  memcpy(&number, suffix, sizeof number);
  char name[32];
  snprintf(name, sizeof name, "salt.%llx", number);
  int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool whole = write(fd, salt, sizeof salt) == (ssize_t)sizeof salt;
  close(fd);
  bool there = whole && (linkat(folder, name, folder, "salt", 0) == 0 || errno == EEXIST);
  int reason = errno;
  unlinkat(folder, name, 0);
  errno = reason;
  return there;
}

static bool salt_read(int folder, unsigned char salt[SALT_SIZE], char *why) {
  int fd = openat(folder, "salt", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT && salt_make(folder)) fd = openat(folder, "salt", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return failed(why, strerror(errno)) == 0;
  struct stat is;
  bool good = fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size == SALT_SIZE &&
              is.st_uid == geteuid() && !(is.st_mode & (S_IRWXG | S_IRWXO));
  good = good && read(fd, salt, SALT_SIZE) == SALT_SIZE;
  close(fd);
  return good || failed(why, "its file salt is not 32 bytes of this user alone; remove it") == 0;
}

bool studio_statedir_name(int folder, const char *key, size_t size, char name[STUDIO_STATEDIR_NAME],
                          char why[STUDIO_STATEDIR_WHY]) {
  unsigned char salt[SALT_SIZE];
  if (!salt_read(folder, salt, why)) return false;
  char hex[STUDIO_SHA256_HEX];
  studio_sha256 hash;
  studio_sha256_init(&hash);
  studio_sha256_add(&hash, salt, sizeof salt);
  studio_sha256_add(&hash, key, size);
  studio_sha256_hex(&hash, hex);
  studio_wipe(salt, sizeof salt);
  snprintf(name, STUDIO_STATEDIR_NAME, "%.*s.slots", DIGITS, hex);
  return true;
}

static bool is_ours(const char *name) {
  return strspn(name, "0123456789abcdef") == DIGITS && strcmp(name + DIGITS, ".slots") == 0;
}

void studio_statedir_sweep(int folder) {
  int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *list = copy < 0 ? NULL : fdopendir(copy);
  if (list == NULL) {
    if (copy >= 0) close(copy);
    return;
  }
  time_t oldest = time(NULL) - (time_t)STUDIO_STATEDIR_DAYS * 86400;
  for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
    struct stat is;
    if (!is_ours(entry->d_name) || fstatat(folder, entry->d_name, &is, AT_SYMLINK_NOFOLLOW) != 0) continue;
    /* whoever still has it open notices, and makes a new one */
    if (S_ISREG(is.st_mode) && is.st_mtime < oldest) unlinkat(folder, entry->d_name, 0);
  }
  closedir(list);
}
