/* studio_slotfile: a small file that many processes change at any moment.   SPDX-License-Identifier: MIT
**
** Locks are those of the open file description (Linux): they know nothing of process ids, so processes in two
** containers that share the folder see each other's, and so do two Lua states in one process. Where there are
** none (macOS), flock is the lock and the process id is the owner. */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "core/slotfile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char magic[8] = {'l', 's', 't', 'u', 'd', 'i', 'o', 1}; /* the last one is the version */

#define COPY_AT(copy) ((off_t)(copy) * 128 * 1024) /* apart, so that the contents may grow */
#define TRIES 5
#define PAUSE_NS 40000 /* between tries: whoever has the lock needs a few microseconds */

static bool failed(studio_slotfile *file, const char *reason) {
  snprintf(file->why, sizeof file->why, "%s", reason);
  return false;
}

/* ---- locks */

#ifdef F_OFD_SETLK

/* Far behind the contents: the mutex, then a byte for each owner. */
#define LOCKS_AT ((off_t)1 << 40)

static int lock_byte(int fd, int command, short type, off_t byte) {
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = LOCKS_AT + byte, .l_len = 1};
  int result;
  do result = fcntl(fd, command, &lock);
  while (result != 0 && errno == EINTR);
  if (result == 0 && command == F_OFD_GETLK) return lock.l_type != F_UNLCK;
  return result;
}

static int mutex_try(int fd) { return lock_byte(fd, F_OFD_SETLK, F_WRLCK, 0); }
static void mutex_end(int fd) { lock_byte(fd, F_OFD_SETLK, F_UNLCK, 0); }

bool studio_slotfile_claim(studio_slotfile *file, uint64_t owner) {
  return lock_byte(file->fd, F_OFD_SETLK, F_WRLCK, (off_t)(owner >> 32) + 1) == 0;
}

bool studio_slotfile_alive(const studio_slotfile *file, uint64_t owner) {
  return lock_byte(file->fd, F_OFD_GETLK, F_WRLCK, (off_t)(owner >> 32) + 1) != 0;
}

#else

static int mutex_try(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }
static void mutex_end(int fd) { flock(fd, LOCK_UN); }

bool studio_slotfile_claim(studio_slotfile *file, uint64_t owner) {
  (void)file, (void)owner;
  return true;
}

/* A process id that was given to another process delays the slot, and loses nothing. */
bool studio_slotfile_alive(const studio_slotfile *file, uint64_t owner) {
  (void)file;
  return kill((pid_t)(owner & 0xffffffff), 0) == 0 || errno != ESRCH;
}

#endif

static studio_slotfile_state mutex_get(studio_slotfile *file) {
  for (int i = 0; i < TRIES; i++) {
    if (mutex_try(file->fd) == 0) return STUDIO_SLOTFILE_SAME;
    if (errno != EAGAIN && errno != EACCES) {
      failed(file, strerror(errno));
      return STUDIO_SLOTFILE_FAILED;
    }
    nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
  }
  return STUDIO_SLOTFILE_BUSY;
}

/* ---- life */

static void let_go(studio_slotfile *file) {
  if (file->fd >= 0) close(file->fd);
  file->fd = -1;
  file->copy = -1;
}

void studio_slotfile_rest(studio_slotfile *file) { let_go(file); }

bool studio_slotfile_init(studio_slotfile *file, const char *folder, const char *key, size_t size) {
  *file = (studio_slotfile){.fd = -1, .copy = -1};
  int dir = studio_statedir_open(folder, file->why);
  if (dir < 0) return false;
  bool named = studio_statedir_name(dir, key, size, file->name, file->why);
  close(dir);
  if (!named) return false;
  file->folder = realpath(folder, NULL); /* the program may go elsewhere */
  if (file->folder == NULL) snprintf(file->why, sizeof file->why, "out of memory");
  return file->folder != NULL;
}

void studio_slotfile_close(studio_slotfile *file) {
  let_go(file);
  free(file->block);
  free(file->folder);
  *file = (studio_slotfile){.fd = -1, .copy = -1};
}

static bool reopen(studio_slotfile *file) {
  let_go(file);
  file->pid = getpid();
  int dir = studio_statedir_open(file->folder, file->why);
  if (dir < 0) return false;
  file->fd = studio_statedir_file(dir, file->name, file->why);
  struct stat is;
  if (file->fd >= 0 && fstat(file->fd, &is) == 0 && is.st_size == 0) studio_statedir_sweep(dir);
  close(dir);
  return file->fd >= 0;
}

/* ---- contents */

static uint64_t mix(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return sum ^ (sum >> 29);
}

/* Finds what was torn or changed by accident; it is no defence against anybody who may write to the file. */
static uint64_t sum_of(const studio_slotfile_head *head) {
  const unsigned char *bytes = (const unsigned char *)(head + 1);
  uint64_t sum = mix(mix(UINT64_C(0x6c73747564696f), head->sequence), head->size), word = 0;
  size_t i = 0;
  for (; i + sizeof word <= head->size; i += sizeof word) {
    memcpy(&word, bytes + i, sizeof word);
    sum = mix(sum, word);
  }
  for (; i < head->size; i++) sum = mix(sum, bytes[i]);
  return sum;
}

static bool reserve(studio_slotfile *file, size_t size) {
  if (size > STUDIO_SLOTFILE_MOST) return false;
  if (file->block == NULL || size > file->room) {
    studio_slotfile_head *block = realloc(file->block, sizeof *block + size);
    if (block == NULL) return false;
    if (file->block == NULL) memset(block, 0, sizeof *block);
    file->block = block;
    file->room = size;
  }
  file->data = file->block + 1;
  return true;
}

bool studio_slotfile_resize(studio_slotfile *file, size_t size) {
  if (!reserve(file, size)) return failed(file, "no memory for it");
  if (size > file->size) memset((unsigned char *)file->data + file->size, 0, size - file->size);
  file->size = size;
  return true;
}

/* The whole copy that begins with `head`. */
static bool load(studio_slotfile *file, int copy, const studio_slotfile_head *head) {
  file->copy = -1;
  if (head->size > STUDIO_SLOTFILE_MOST || !reserve(file, (size_t)head->size)) return false;
  ssize_t size = (ssize_t)(sizeof *head + head->size);
  if (pread(file->fd, file->block, (size_t)size, COPY_AT(copy)) != size) return false;
  if (memcmp(file->block, head, sizeof *head) != 0 || sum_of(file->block) != head->sum) return false;
  file->size = (size_t)head->size;
  file->copy = copy;
  return true;
}

/* Neither copy is whole: what is it then? A file of zeros is what a crash of the machine leaves. */
static studio_slotfile_state without_copy(studio_slotfile *file, const studio_slotfile_head *head, ssize_t got) {
  file->size = 0;
  if (got == 0) return STUDIO_SLOTFILE_NEW;
  static const char zeros[sizeof magic];
  size_t size = got < (ssize_t)sizeof magic ? (size_t)got : sizeof magic;
  if (memcmp(head->magic, magic, size) == 0 || memcmp(head->magic, zeros, size) == 0) return STUDIO_SLOTFILE_DAMAGED;
  bool ours = size == sizeof magic && memcmp(head->magic, magic, sizeof magic - 1) == 0;
  failed(file, ours ? "written by another version of lua-studio" : "not a file of lua-studio; move it away");
  return STUDIO_SLOTFILE_FAILED;
}

static studio_slotfile_state read_newest(studio_slotfile *file) {
  studio_slotfile_head heads[2];
  ssize_t got[2];
  for (int i = 0; i < 2; i++) {
    memset(&heads[i], 0, sizeof heads[i]);
    got[i] = pread(file->fd, &heads[i], sizeof heads[i], COPY_AT(i));
    if (got[i] < 0) {
      failed(file, strerror(errno));
      return STUDIO_SLOTFILE_FAILED;
    }
  }
  int newer = heads[1].sequence > heads[0].sequence;
  for (int i = 0; i < 2; i++) {
    int copy = i == 0 ? newer : !newer;
    if (got[copy] != (ssize_t)sizeof heads[copy] || memcmp(heads[copy].magic, magic, sizeof magic) != 0) continue;
    if (file->copy == copy && memcmp(file->block, &heads[copy], sizeof heads[copy]) == 0) return STUDIO_SLOTFILE_SAME;
    if (load(file, copy, &heads[copy])) return STUDIO_SLOTFILE_CHANGED;
  }
  file->copy = -1;
  return without_copy(file, &heads[0], got[0]);
}

studio_slotfile_state studio_slotfile_lock(studio_slotfile *file, bool *opened) {
  *opened = false;
  for (int i = 0; i < 3; i++) { /* somebody may remove the file again and again */
    if (file->fd < 0 || file->pid != getpid()) {
      if (!reopen(file)) return STUDIO_SLOTFILE_FAILED;
      *opened = true;
    }
    studio_slotfile_state state = mutex_get(file);
    if (state != STUDIO_SLOTFILE_SAME) return state;
    struct stat is;
    if (fstat(file->fd, &is) == 0 && is.st_nlink > 0) {
      state = read_newest(file);
      if (state == STUDIO_SLOTFILE_FAILED) mutex_end(file->fd);
      return state;
    }
    let_go(file);
  }
  failed(file, "it is removed all the time");
  return STUDIO_SLOTFILE_FAILED;
}

void studio_slotfile_unlock(studio_slotfile *file) { mutex_end(file->fd); }

static bool write_copy(studio_slotfile *file, int copy) {
  studio_slotfile_head *head = file->block;
  head->sequence++;
  head->sum = sum_of(head);
  ssize_t size = (ssize_t)(sizeof *head + head->size);
  ssize_t done = pwrite(file->fd, head, (size_t)size, COPY_AT(copy));
  file->copy = done == size ? copy : -1;
  return done == size || failed(file, done < 0 ? strerror(errno) : "no room on the disk");
}

bool studio_slotfile_save(studio_slotfile *file) {
  bool first = file->copy < 0;
  int copy = file->copy == 0;
  memcpy(file->block->magic, magic, sizeof magic);
  file->block->size = file->size;
  return write_copy(file, copy) && (!first || write_copy(file, !copy)); /* both take up their room now */
}
