/* studio_slotfile: a small file that many processes change at any moment.   SPDX-License-Identifier: MIT
**
** It holds two copies of its contents, and each change overwrites the older one: whatever is killed in
** the middle of a write leaves the other. Locks are the kernel's and end with the process that has them; they are
** held for microseconds. Nothing is mapped, so a file that somebody truncates harms nobody, and nothing is
** synced: a crash of the machine takes the slots' times with it anyway. */
#ifndef STUDIO_CORE_SLOTFILE_H
#define STUDIO_CORE_SLOTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/statedir.h"

#define STUDIO_SLOTFILE_MOST (96u * 1024) /* bytes of contents */

typedef struct studio_slotfile_head {
  char magic[8];
  uint64_t sequence; /* the copy with the higher one is the newer */
  uint64_t size;     /* of the contents */
  uint64_t sum;      /* of all that and the contents */
} studio_slotfile_head;

typedef struct studio_slotfile {
  void *data;  /* the contents, while locked; resize with studio_slotfile_resize */
  size_t size;
  char *folder;
  char why[STUDIO_STATEDIR_WHY]; /* after STUDIO_SLOTFILE_FAILED, and init: about the folder's file */
  /* its own */
  char name[STUDIO_STATEDIR_NAME];
  studio_slotfile_head *block; /* the head, and the contents behind it */
  size_t room;
  int fd, copy; /* copy: which of the two `block` is; -1: none */
  pid_t pid;    /* that opened it: a fork must open it again */
} studio_slotfile;

/* Only remembers where the file is; false: out of memory, or no usable folder (`why`). */
bool studio_slotfile_init(studio_slotfile *file, const char *folder, const char *key, size_t size);
void studio_slotfile_close(studio_slotfile *file);

typedef enum studio_slotfile_state {
  STUDIO_SLOTFILE_SAME,    /* locked; the contents are as this process left them */
  STUDIO_SLOTFILE_CHANGED, /* locked; by another process */
  STUDIO_SLOTFILE_NEW,     /* locked; the file is empty, and so are the contents */
  STUDIO_SLOTFILE_DAMAGED, /* locked; ours, but no copy is whole: the contents are empty */
  STUDIO_SLOTFILE_BUSY,    /* not locked: another process has it */
  STUDIO_SLOTFILE_FAILED   /* not locked; `why` says the reason */
} studio_slotfile_state;

/* Never waits for longer than a fraction of a millisecond. *opened: this process has opened the file just now, and
** what it had claimed in the one before is gone. */
studio_slotfile_state studio_slotfile_lock(studio_slotfile *file, bool *opened);
bool studio_slotfile_resize(studio_slotfile *file, size_t size); /* new bytes are 0; false: no memory, too large */
bool studio_slotfile_save(studio_slotfile *file); /* while locked; false fills `why` */
void studio_slotfile_unlock(studio_slotfile *file);
void studio_slotfile_rest(studio_slotfile *file); /* closes it until the next lock; claims end */

/* An owner is a number that is claimed as long as its process lives and has this file open. Its upper half
** must be unique in the file; its lower half is the process id. */
bool studio_slotfile_claim(studio_slotfile *file, uint64_t owner); /* false: somebody has it */
bool studio_slotfile_alive(const studio_slotfile *file, uint64_t owner); /* of another's */

#endif
