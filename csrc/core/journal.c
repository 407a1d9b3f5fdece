/* studio_journal: a file that only grows, a line at a time, by one process at a time.   SPDX-License-Identifier: MIT */
#include "core/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct studio_journal {
  int fd;
  char *path;    /* for messages */
  off_t torn_at; /* where a line that was written in part begins; -1: there is none */
};

static void fail(studio_error *err, const char *path, const char *what) {
  studio_error_set(err, STUDIO_KIND_FILE, "write", "cannot %s %s: %s", what, path, strerror(errno));
}

/* A pipe or a device keeps nothing, and a file with another name may be somebody else's business. */
static bool is_sound(int fd, const char *path, studio_error *err) {
  struct stat own, named;
  if (fstat(fd, &own) != 0 || lstat(path, &named) != 0) {
    fail(err, path, "look at");
    return false;
  }
  bool sound = S_ISREG(own.st_mode) && own.st_nlink == 1 && own.st_ino == named.st_ino && own.st_dev == named.st_dev;
  if (!sound) studio_error_set(err, STUDIO_KIND_FILE, "taken", "cannot write %s: it is no plain file", path);
  return sound;
}

static bool take(studio_journal *journal, bool must_exist, studio_error *err) {
  int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (must_exist ? 0 : O_CREAT);
  journal->fd = open(journal->path, flags, 0600);
  if (journal->fd < 0) {
    fail(err, journal->path, "open");
    return false;
  }
  if (!is_sound(journal->fd, journal->path, err)) return false;
  if (flock(journal->fd, LOCK_EX | LOCK_NB) == 0) return is_sound(journal->fd, journal->path, err); /* not moved away */
  if (errno != EWOULDBLOCK) fail(err, journal->path, "lock");
  else studio_error_set(err, STUDIO_KIND_FILE, "busy", "%s is in use: another run is at work with it", journal->path);
  return false;
}

studio_journal *studio_journal_open(const char *path, bool must_exist, studio_error *err) {
  studio_journal *journal = malloc(sizeof *journal);
  char *copy = strdup(path);
  if (journal == NULL || copy == NULL) {
    free(journal);
    free(copy);
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return NULL;
  }
  *journal = (studio_journal){.fd = -1, .path = copy, .torn_at = -1};
  if (take(journal, must_exist, err)) return journal;
  studio_journal_close(journal);
  return NULL;
}

/* Cuts off what a failed append has left. While that cannot be, nothing is written: a line behind a torn one would
** make the whole file unreadable. */
static bool take_back(studio_journal *journal) {
  if (journal->torn_at >= 0 && ftruncate(journal->fd, journal->torn_at) != 0) return false;
  journal->torn_at = -1;
  return true;
}

bool studio_journal_append(studio_journal *journal, const char *line, size_t size, studio_error *err) {
  off_t end = take_back(journal) ? lseek(journal->fd, 0, SEEK_END) : -1;
  size_t done = 0;
  while (end >= 0 && done < size) {
    ssize_t n = write(journal->fd, line + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += (size_t)n;
  }
  if (done == size) return true;
  fail(err, journal->path, "write to");
  if (done > 0) journal->torn_at = end;
  (void)take_back(journal); /* if this fails as well, it is a torn line at the end, which readers know */
  return false;
}

bool studio_journal_keep(studio_journal *journal, int64_t size, studio_error *err) {
  if (ftruncate(journal->fd, (off_t)size) == 0) return true;
  fail(err, journal->path, "write to");
  return false;
}

void studio_journal_close(studio_journal *journal) {
  if (journal == NULL) return;
  if (journal->fd >= 0) close(journal->fd); /* and lets the lock go */
  free(journal->path);
  free(journal);
}
