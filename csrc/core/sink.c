/* studio_sink: a file that appears only when it is whole.   SPDX-License-Identifier: MIT */
#include "core/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct studio_sink {
  int fd;
  char *path;
  char *part;
};

static void fail(studio_error *err, const char *path, const char *what) {
  studio_error_set(err, STUDIO_KIND_FILE, "write", "cannot %s %s: %s", what, path, strerror(errno));
}

static void sink_free(studio_sink *sink) {
  if (sink->fd >= 0) close(sink->fd);
  free(sink->path);
  free(sink->part);
  free(sink);
}

studio_sink *studio_sink_open(const char *path, studio_error *err) {
  size_t size = strlen(path) + 1;
  studio_sink *sink = calloc(1, sizeof *sink);
  if (sink != NULL) {
    sink->fd = -1;
    sink->path = malloc(size);
    sink->part = malloc(size + 5);
  }
  if (sink == NULL || sink->path == NULL || sink->part == NULL) {
    if (sink != NULL) sink_free(sink);
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return NULL;
  }
  memcpy(sink->path, path, size);
  snprintf(sink->part, size + 5, "%s.part", path);
  /* always a new file: two downloads to one path must not write into each other's */
  unlink(sink->part);
  sink->fd = open(sink->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (sink->fd < 0) {
    fail(err, sink->part, "create");
    sink_free(sink);
    return NULL;
  }
  return sink;
}

bool studio_sink_write(studio_sink *sink, const void *bytes, size_t size, studio_error *err) {
  const char *at = bytes;
  while (size > 0) {
    ssize_t done = write(sink->fd, at, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      fail(err, sink->part, "write to");
      return false;
    }
    at += done;
    size -= (size_t)done;
  }
  return true;
}

/* The part file is still the one that we write: nobody has begun it anew. */
static bool still_ours(const studio_sink *sink) {
  struct stat own, named;
  return fstat(sink->fd, &own) == 0 && lstat(sink->part, &named) == 0 && own.st_ino == named.st_ino &&
         own.st_dev == named.st_dev;
}

bool studio_sink_commit(studio_sink *sink, studio_error *err) {
  if (!still_ours(sink)) {
    studio_error_set(err, STUDIO_KIND_FILE, "replaced", "%s is gone, or another download writes to it", sink->part);
    sink_free(sink);
    return false;
  }
  /* a full disk may show only at close: no rename before it said yes */
  int closed = close(sink->fd);
  sink->fd = -1;
  bool done = closed == 0;
  if (!done) {
    fail(err, sink->part, "finish");
  } else if (rename(sink->part, sink->path) != 0) {
    fail(err, sink->path, "put the finished file at");
    done = false;
  }
  if (!done) unlink(sink->part);
  sink_free(sink);
  return done;
}

void studio_sink_discard(studio_sink *sink) {
  if (sink == NULL) return;
  if (still_ours(sink)) unlink(sink->part);
  sink_free(sink);
}
