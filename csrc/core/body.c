/* studio_body: what a request carries.   SPDX-License-Identifier: MIT */
#include "core/body.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- pieces */

static studio_piece *add(studio_body *body, studio_piece_kind kind, int64_t size) {
  studio_piece *more = realloc(body->pieces, (body->count + 1) * sizeof *more);
  if (more == NULL) return NULL;
  body->pieces = more;
  more[body->count] = (studio_piece){.kind = kind, .size = size};
  return &more[body->count++];
}

bool studio_body_add_memory(studio_body *body, const void *bytes, size_t size) {
  studio_piece *piece = add(body, STUDIO_PIECE_MEMORY, (int64_t)size);
  return piece != NULL && studio_buf_append(&piece->bytes, bytes, size);
}

bool studio_body_add_file(studio_body *body, const char *path, int64_t offset, int64_t size) {
  studio_piece *piece = add(body, STUDIO_PIECE_FILE, size);
  if (piece == NULL) return false;
  piece->offset = offset;
  piece->path = strdup(path);
  return piece->path != NULL;
}

bool studio_body_add_reader(studio_body *body, int64_t size, bool can_rewind) {
  studio_piece *piece = add(body, STUDIO_PIECE_READER, size);
  if (piece == NULL) return false;
  piece->can_rewind = can_rewind;
  return true;
}

static void close_file(studio_body *body) {
  if (body->open) close(body->fd);
  body->open = false;
}

void studio_body_free(studio_body *body) {
  close_file(body);
  for (size_t i = 0; i < body->count; i++) {
    studio_buf_wipe(&body->pieces[i].bytes);
    free(body->pieces[i].path);
  }
  free(body->pieces);
  *body = (studio_body){0};
}

int64_t studio_body_size(const studio_body *body) {
  int64_t size = 0;
  for (size_t i = 0; i < body->count; i++) {
    if (body->pieces[i].size < 0) return -1;
    size += body->pieces[i].size;
  }
  return size;
}

const char *studio_body_text(const studio_body *body, size_t *size) {
  *size = 0;
  if (body->count == 0) return "";
  if (body->count > 1 || body->pieces->kind != STUDIO_PIECE_MEMORY) return NULL;
  *size = body->pieces->bytes.size;
  return body->pieces->bytes.data;
}

/* ---- files */

static bool file_failed(studio_error *err, const char *what, const studio_piece *piece) {
  studio_error_set(err, STUDIO_KIND_FILE, "read", "cannot %s %.300s: %s", what, piece->path, strerror(errno));
  return false;
}

static bool file_changed(studio_error *err, const studio_piece *piece) {
  studio_error_set(err, STUDIO_KIND_FILE, "changed", "%.300s was changed after its upload was asked for", piece->path);
  return false;
}

static studio_file_mark mark_of(const struct stat *found) {
  studio_file_mark mark = {.device = found->st_dev, .inode = found->st_ino, .size = found->st_size};
#ifdef __APPLE__
  mark.mtime_s = found->st_mtimespec.tv_sec;
  mark.mtime_ns = found->st_mtimespec.tv_nsec;
#else
  mark.mtime_s = found->st_mtim.tv_sec;
  mark.mtime_ns = found->st_mtim.tv_nsec;
#endif
  return mark;
}

static bool same_file(const studio_file_mark *a, const studio_file_mark *b) {
  return a->device == b->device && a->inode == b->inode && a->size == b->size && a->mtime_s == b->mtime_s &&
         a->mtime_ns == b->mtime_ns;
}

/* O_NONBLOCK: to open a pipe must not wait for its writer. */
static int open_file(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); }

static bool look_at(studio_piece *piece, int fd, studio_error *err) {
  struct stat found;
  if (fstat(fd, &found) != 0) return file_failed(err, "read", piece);
  if (!S_ISREG(found.st_mode)) {
    studio_error_set(err, STUDIO_KIND_FILE, "read", "cannot send %.300s: it is no regular file", piece->path);
    return false;
  }
  piece->mark = mark_of(&found);
  int64_t rest = piece->mark.size - piece->offset;
  if (rest < 0 || piece->size > rest) {
    studio_error_set(err, STUDIO_KIND_FILE, "size", "%.300s has %" PRId64 " bytes, fewer than are to be sent",
                     piece->path, piece->mark.size);
    return false;
  }
  if (piece->size < 0) piece->size = rest;
  return true;
}

bool studio_body_look(studio_body *body, studio_error *err) {
  for (size_t i = 0; i < body->count; i++) {
    studio_piece *piece = &body->pieces[i];
    if (piece->kind != STUDIO_PIECE_FILE) continue;
    int fd = open_file(piece->path);
    if (fd < 0) return file_failed(err, "open", piece);
    bool ok = look_at(piece, fd, err);
    close(fd);
    if (!ok) return false;
  }
  return true;
}

/* The open file is the one that was looked at, and nobody has written to it. */
static bool unchanged(const studio_piece *piece, int fd, studio_error *err) {
  struct stat found;
  if (fstat(fd, &found) != 0) return file_failed(err, "read", piece);
  studio_file_mark mark = mark_of(&found);
  return same_file(&mark, &piece->mark) || file_changed(err, piece);
}

/* One file is open at a time, and none while the call waits: many uploads may be queued. */
static bool open_piece(studio_body *body, const studio_piece *piece, studio_error *err) {
  if (body->open) return true;
  body->fd = open_file(piece->path);
  if (body->fd < 0) return file_failed(err, "open", piece);
  body->open = true;
  return unchanged(piece, body->fd, err);
}

static bool read_file(studio_body *body, const studio_piece *piece, char *to, size_t size, studio_error *err) {
  if (!open_piece(body, piece, err)) return false;
  for (size_t read = 0; read < size;) {
    ssize_t got = pread(body->fd, to + read, size - read, (off_t)(piece->offset + body->done + (int64_t)read));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_failed(err, "read", piece);
    if (got == 0) return file_changed(err, piece);
    read += (size_t)got;
  }
  /* its last bytes go out only if all before them was read from the same file */
  return body->done + (int64_t)size < piece->size || unchanged(piece, body->fd, err);
}

/* ---- reading */

bool studio_body_can_restart(const studio_body *body) {
  for (size_t i = 0; i < body->count; i++) {
    const studio_piece *piece = &body->pieces[i];
    if (piece->kind == STUDIO_PIECE_READER && piece->begun && !piece->can_rewind) return false;
  }
  return true;
}

static bool restart_piece(studio_piece *piece, studio_error *err) {
  struct stat found;
  if (piece->kind == STUDIO_PIECE_READER && piece->begun) {
    studio_buf_wipe(&piece->bytes);
    piece->begun = piece->ended = false;
    piece->rewind_due = true;
    piece->got = 0;
  } else if (piece->kind == STUDIO_PIECE_FILE) {
    /* by its name: a file that was replaced is found out before a connection is spent on it */
    if (stat(piece->path, &found) != 0) return file_failed(err, "open", piece);
    studio_file_mark mark = mark_of(&found);
    if (!same_file(&mark, &piece->mark)) return file_changed(err, piece);
  }
  return true;
}

bool studio_body_restart(studio_body *body, studio_error *err) {
  close_file(body);
  if (!studio_body_can_restart(body)) {
    studio_error_set(err, STUDIO_KIND_FILE, "rewind", "the body cannot be sent again: its reader has no rewind");
    return false;
  }
  body->at = 0;
  body->done = body->handed = 0;
  for (size_t i = 0; i < body->count; i++) {
    if (!restart_piece(&body->pieces[i], err)) return false;
  }
  return true;
}

/* Takes `size` bytes that are there for sure. */
static bool take(studio_body *body, studio_piece *piece, char *to, size_t size, studio_error *err) {
  if (piece->kind == STUDIO_PIECE_FILE) return size == 0 || read_file(body, piece, to, size, err);
  if (size > 0) memcpy(to, piece->bytes.data + body->done, size);
  return true;
}

/* How many bytes of the piece can be had now. Of a reader they are what it was fed: `done` counts in them. */
static int64_t there(const studio_body *body, const studio_piece *piece) {
  return (piece->kind == STUDIO_PIECE_READER ? (int64_t)piece->bytes.size : piece->size) - body->done;
}

static void next_piece(studio_body *body) {
  close_file(body);
  body->at++;
  body->done = 0;
}

studio_body_result studio_body_read(studio_body *body, void *to, size_t room, size_t *size, studio_error *err) {
  *size = 0;
  while (*size < room && body->at < body->count) {
    studio_piece *piece = &body->pieces[body->at];
    int64_t left = there(body, piece);
    size_t now = left < (int64_t)(room - *size) ? (size_t)left : room - *size;
    if (!take(body, piece, (char *)to + *size, now, err)) return STUDIO_BODY_FAILED;
    *size += now;
    body->done += (int64_t)now;
    body->handed += (int64_t)now;
    if (there(body, piece) > 0) break;
    if (piece->kind == STUDIO_PIECE_READER && !piece->ended) {
      studio_buf_clear(&piece->bytes);
      body->done = 0;
      return *size > 0 ? STUDIO_BODY_BYTES : STUDIO_BODY_WAIT;
    }
    next_piece(body);
  }
  return STUDIO_BODY_BYTES;
}

/* ---- feeding */

static studio_piece *hungry(const studio_body *body) {
  if (body->at >= body->count) return NULL;
  studio_piece *piece = &body->pieces[body->at];
  return piece->kind == STUDIO_PIECE_READER && !piece->ended ? piece : NULL;
}

ptrdiff_t studio_body_hungry(const studio_body *body) {
  const studio_piece *piece = hungry(body);
  return piece != NULL && piece->bytes.size == 0 ? (ptrdiff_t)body->at : -1;
}

bool studio_body_feed(studio_body *body, const void *bytes, size_t size, studio_error *err) {
  studio_piece *piece = hungry(body);
  if (piece == NULL) return true;
  piece->begun = true;
  piece->got += (int64_t)size;
  if (piece->size >= 0 && piece->got > piece->size) {
    studio_error_set(err, STUDIO_KIND_FILE, "size", "the reader gave more than its size, %" PRId64 " bytes",
                     piece->size);
    return false;
  }
  if (studio_buf_append(&piece->bytes, bytes, size)) return true;
  studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
  return false;
}

bool studio_body_feed_end(studio_body *body, studio_error *err) {
  studio_piece *piece = hungry(body);
  if (piece == NULL) return true;
  piece->begun = piece->ended = true;
  if (piece->size < 0 || piece->got == piece->size) return true;
  studio_error_set(err, STUDIO_KIND_FILE, "size", "the reader gave %" PRId64 " bytes and not its size, %" PRId64,
                   piece->got, piece->size);
  return false;
}

bool studio_body_wants_more(const studio_body *body) {
  const studio_piece *piece = hungry(body);
  if (piece == NULL) return false;
  return piece->bytes.size < STUDIO_BODY_AHEAD || (piece->size >= 0 && piece->got == piece->size);
}
