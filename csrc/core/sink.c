/* studio_sink: a file that appears only when it is whole.   SPDX-License-Identifier: MIT */
#include "core/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"

#define TRIES 20              /* to open a part file that others finish and take away at the same time */
#define NOTE_AT_ONCE 262144   /* smaller files get their mark only when they are left as a part */
#define INFO_MAX 4096

struct studio_sink {
  int fd;
  char *path, *part, *info;
  uint64_t inode;
  int64_t size;     /* bytes in the part file */
  studio_mark mark; /* validator "": it cannot be continued */
  bool begun;       /* we write: what is in it is ours */
  bool noted;       /* the mark stands on disk */
};

static void fail(studio_error *err, const char *path, const char *what) {
  studio_error_set(err, STUDIO_KIND_FILE, "write", "cannot %s %s: %s", what, path, strerror(errno));
}

static void sink_free(studio_sink *sink) {
  if (sink->fd >= 0) close(sink->fd); /* and lets the lock go */
  free(sink->path);
  free(sink->part);
  free(sink->info);
  free(sink);
}

static char *with_ending(const char *path, const char *ending) {
  size_t size = strlen(path) + strlen(ending) + 1;
  char *name = malloc(size);
  if (name != NULL) snprintf(name, size, "%s%s", path, ending);
  return name;
}

/* ---- may it be there? */

/* A folder, or a device: a rename would put our file in its place. */
static bool is_taken(const char *path, studio_error *err) {
  struct stat there;
  if (stat(path, &there) != 0 || S_ISREG(there.st_mode)) return false;
  studio_error_set(err, STUDIO_KIND_FILE, "taken", "cannot write %s: %s", path,
                   S_ISDIR(there.st_mode) ? "it is a folder" : "it is no plain file");
  return true;
}

bool studio_sink_check(const char *path, studio_error *err) {
  if (is_taken(path, err)) return false;
  const char *slash = strrchr(path, '/');
  if (slash != NULL && slash[1] == '\0') {
    studio_error_set(err, STUDIO_KIND_FILE, "taken", "cannot write %s: it names a folder", path);
    return false;
  }
  char *folder = strdup(slash == NULL ? "." : slash == path ? "/" : path);
  if (folder == NULL) {
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return false;
  }
  if (slash != NULL && slash != path) folder[slash - path] = '\0';
  struct stat there;
  bool possible = stat(folder, &there) == 0;
  if (possible && !S_ISDIR(there.st_mode)) {
    errno = ENOTDIR; /* as root, access would find nothing to say */
    possible = false;
  }
  possible = possible && access(folder, W_OK | X_OK) == 0;
  if (!possible) fail(err, path, "write");
  free(folder);
  return possible;
}

/* ---- the part file */

/* Somebody else's file, a link or a pipe is not written to: whoever put it there would own ours. */
static bool is_sound(const struct stat *file) {
  return S_ISREG(file->st_mode) && file->st_uid == geteuid() && file->st_nlink == 1;
}

static bool is_named(int fd, const char *name, struct stat *own) {
  struct stat named;
  return fstat(fd, own) == 0 && lstat(name, &named) == 0 && own->st_ino == named.st_ino &&
         own->st_dev == named.st_dev;
}

/* One try: true when it is open, locked and under its name; `again`: it was not, but may be the next time. */
static bool open_once(studio_sink *sink, bool *again, studio_error *err) {
  struct stat own;
  *again = false;
  sink->fd = open(sink->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (sink->fd < 0) {
    int reason = errno;
    struct stat named;
    bool odd = lstat(sink->part, &named) == 0 && !S_ISREG(named.st_mode) && !S_ISDIR(named.st_mode);
    *again = odd && unlink(sink->part) == 0;
    errno = reason;
    if (!*again) fail(err, sink->part, "create");
    return false;
  }
  if (flock(sink->fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail(err, sink->part, "lock");
    else studio_error_set(err, STUDIO_KIND_FILE, "busy", "another download is writing to %s", sink->part);
    return false;
  }
  /* whoever held the lock before may have renamed or removed it meanwhile: then it is no part any more */
  if (is_named(sink->fd, sink->part, &own) && is_sound(&own)) {
    sink->inode = (uint64_t)own.st_ino;
    sink->size = (int64_t)own.st_size;
    return true;
  }
  bool odd = fstat(sink->fd, &own) == 0 && own.st_nlink > 0 && !is_sound(&own);
  *again = !odd || unlink(sink->part) == 0;
  if (!*again) fail(err, sink->part, "replace");
  return false;
}

static bool open_part(studio_sink *sink, studio_error *err) {
  bool again = true;
  for (int i = 0; again && i < TRIES; i++) {
    if (open_once(sink, &again, err)) return true;
    if (sink->fd >= 0) close(sink->fd);
    sink->fd = -1;
  }
  if (again) studio_error_set(err, STUDIO_KIND_FILE, "busy", "other downloads are writing to %s", sink->part);
  return false;
}

/* What the mark beside the part says, if it is of this very part. */
static void read_mark(studio_sink *sink) {
  char boot[STUDIO_CLOCK_BOOT], text[INFO_MAX];
  int fd = sink->size > 0 && studio_clock_boot(boot) ? open(sink->info, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
                                                     : -1;
  if (fd < 0) return;
  ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return;
  text[size] = '\0';
  sink->noted = studio_mark_read(&sink->mark, boot, sink->inode, text) &&
                (sink->mark.total < 0 || sink->size <= sink->mark.total);
  if (!sink->noted) sink->mark.validator[0] = '\0';
}

/* False: it cannot be written, and so the part cannot be continued. */
static bool note(studio_sink *sink) {
  char boot[STUDIO_CLOCK_BOOT];
  studio_buf text = STUDIO_BUF_INIT;
  if (sink->noted) return true;
  unlink(sink->info);
  if (studio_clock_boot(boot) && studio_mark_write(&sink->mark, boot, sink->inode, &text)) {
    int fd = open(sink->info, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    sink->noted = fd >= 0 && write(fd, text.data, text.size) == (ssize_t)text.size;
    if (fd >= 0 && close(fd) != 0) sink->noted = false;
    if (fd >= 0 && !sink->noted) unlink(sink->info);
  }
  studio_buf_free(&text);
  return sink->noted;
}

studio_sink *studio_sink_open(const char *path, studio_error *err) {
  if (is_taken(path, err)) return NULL;
  studio_sink *sink = calloc(1, sizeof *sink);
  if (sink != NULL) {
    sink->fd = -1;
    sink->path = with_ending(path, "");
    sink->part = with_ending(path, ".part");
    sink->info = with_ending(path, ".part.info");
  }
  if (sink == NULL || sink->path == NULL || sink->part == NULL || sink->info == NULL) {
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  } else if (open_part(sink, err)) {
    read_mark(sink);
    return sink;
  }
  if (sink != NULL) sink_free(sink);
  return NULL;
}

const studio_mark *studio_sink_mark(const studio_sink *sink) {
  return sink->mark.validator[0] != '\0' && sink->size > 0 ? &sink->mark : NULL;
}

int64_t studio_sink_size(const studio_sink *sink) { return sink->size; }

/* ---- writing */

bool studio_sink_begin(studio_sink *sink, const studio_mark *mark, studio_error *err) {
  sink->begun = true;
  sink->noted = false;
  sink->mark = *mark;
  unlink(sink->info); /* first: what it tells of is no longer there */
  /* only if need be: ext4 writes all of a file that was cut to nothing to the disk when it is closed, 0.6 s for
  ** 1 GiB, and all calls of this loop would wait for that */
  if (sink->size > 0 && ftruncate(sink->fd, 0) != 0) {
    fail(err, sink->part, "begin");
    sink->mark.validator[0] = '\0';
    return false;
  }
  sink->size = 0;
  /* a program that is killed must find its large part again; of a small one nothing is lost */
  if (mark->validator[0] != '\0' && (mark->total < 0 || mark->total > NOTE_AT_ONCE)) note(sink);
  return true;
}

bool studio_sink_continue(studio_sink *sink, studio_error *err) {
  sink->begun = true;
  if (lseek(sink->fd, (off_t)sink->size, SEEK_SET) == (off_t)sink->size) return true;
  fail(err, sink->part, "continue");
  return false;
}

bool studio_sink_write(studio_sink *sink, const void *bytes, size_t size, studio_error *err) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = write(sink->fd, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      fail(err, sink->part, "write to");
      sink->mark.validator[0] = '\0';
      return false;
    }
    at += done;
    size -= (size_t)done;
    sink->size += done;
  }
  return true;
}

void studio_sink_forget(studio_sink *sink) {
  sink->begun = true;
  sink->mark.validator[0] = '\0';
}

/* ---- the end */

bool studio_sink_commit(studio_sink *sink, studio_error *err) {
  struct stat own;
  bool done = false;
  if (!is_named(sink->fd, sink->part, &own)) {
    studio_error_set(err, STUDIO_KIND_FILE, "replaced", "%s is gone, or something else stands there", sink->part);
  } else if (!is_taken(sink->path, err)) {
    /* a full disk may show only at close (NFS): no rename before it said yes. The lock is another descriptor's:
    ** closing a duplicate asks the same question and keeps it. */
    int copy = dup(sink->fd);
    done = copy >= 0 && close(copy) == 0;
    if (!done) {
      fail(err, sink->part, "finish");
      sink->mark.validator[0] = '\0';
    } else if (rename(sink->part, sink->path) != 0) {
      fail(err, sink->path, "put the finished file at");
      done = false;
    }
  }
  if (!done) {
    studio_sink_close(sink);
    return false;
  }
  if (sink->noted) unlink(sink->info);
  sink_free(sink);
  return true;
}

void studio_sink_close(studio_sink *sink) {
  struct stat own;
  if (sink == NULL) return;
  if (is_named(sink->fd, sink->part, &own)) { /* else somebody took it away, or began it anew: not ours to touch */
    bool kept = sink->size > 0 && (!sink->begun || (sink->mark.validator[0] != '\0' && note(sink)));
    if (!kept) {
      unlink(sink->info);
      unlink(sink->part);
    }
  } else if (sink->noted && access(sink->part, F_OK) != 0) {
    unlink(sink->info);
  }
  sink_free(sink);
}

bool studio_sink_place(const char *from, const char *to, bool *taken, studio_error *err) {
  struct stat there;
  *taken = false;
  /* a link is the one way to a name that fails when there is one; some file systems have none */
  if (link(from, to) == 0) {
    unlink(from);
    return true;
  }
  *taken = errno == EEXIST || lstat(to, &there) == 0;
  if (*taken) return false;
  if (rename(from, to) == 0) return true;
  fail(err, to, "put the finished file at");
  return false;
}
