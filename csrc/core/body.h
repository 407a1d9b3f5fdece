/* studio_body: what a request carries: bytes, parts of files and readers, one after the other.
**   SPDX-License-Identifier: MIT
**
** Files are read while they are sent, so a body of any size takes little memory. A reader is a function of the
** owner's that cannot be called from here: its piece is fed between two steps, some 256 KiB ahead. A zeroed
** struct is a body without pieces. A body that fails never hands its last bytes over, so no server can take
** what it got for the whole. */
#ifndef STUDIO_CORE_BODY_H
#define STUDIO_CORE_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/error.h"

#define STUDIO_BODY_AHEAD (256 * 1024) /* a reader is asked for more while it is not so far ahead */

typedef enum studio_piece_kind { STUDIO_PIECE_MEMORY, STUDIO_PIECE_FILE, STUDIO_PIECE_READER } studio_piece_kind;

/* By what a file is known again, and that nobody has written to it. */
typedef struct studio_file_mark {
  dev_t device;
  ino_t inode;
  int64_t size, mtime_s, mtime_ns;
} studio_file_mark;

typedef struct studio_piece {
  studio_piece_kind kind;
  int64_t size;           /* bytes; -1: unknown (a reader; a file that studio_body_look has not seen: its rest) */
  studio_buf bytes;       /* of MEMORY: all; of a READER: what it gave and is not handed over yet */
  char *path;             /* FILE */
  int64_t offset;
  studio_file_mark mark;  /* the file as studio_body_look saw it */
  bool can_rewind;        /* READER: it can begin anew */
  bool begun, ended;      /* it was asked; it said that there is no more */
  bool rewind_due;        /* it must be rewound before it is asked again */
  int64_t got;            /* what it gave since its beginning */
} studio_piece;

typedef struct studio_body {
  studio_piece *pieces;
  size_t count;
  size_t at;              /* the piece under way */
  int64_t done;           /* bytes of it that were handed over */
  int64_t handed;         /* and of the whole body, since the last restart */
  int fd;                 /* of the piece under way, when it is a file and `open` */
  bool open;
  bool asking;            /* a reader runs at this moment */
} studio_body;

/* Adding pieces; the bytes and the path are copied. False: out of memory. */
bool studio_body_add_memory(studio_body *body, const void *bytes, size_t size);
bool studio_body_add_file(studio_body *body, const char *path, int64_t offset, int64_t size); /* size -1: the rest */
bool studio_body_add_reader(studio_body *body, int64_t size, bool can_rewind);
void studio_body_free(studio_body *body); /* wipes: a body may hold secrets. It is empty afterwards */

/* Looks at every file once and remembers what it saw: from now on the size is known, and a file that
** changes fails the body. False fills err (kind FILE: missing, unreadable, no regular file, too short). */
bool studio_body_look(studio_body *body, studio_error *err);

int64_t studio_body_size(const studio_body *body); /* exact; -1: unknown */

/* The bytes of a body that lies in memory as one piece (or is empty); NULL for every other. */
const char *studio_body_text(const studio_body *body, size_t *size);

/* A repeat can have the whole body again: no reader was asked that cannot be rewound. */
bool studio_body_can_restart(const studio_body *body);

/* Back to the first byte, for another attempt. False fills err (kind FILE): a file has changed, or a reader
** cannot be rewound. */
bool studio_body_restart(studio_body *body, studio_error *err);

typedef enum studio_body_result { STUDIO_BODY_BYTES, STUDIO_BODY_WAIT, STUDIO_BODY_FAILED } studio_body_result;

/* The next bytes, at most `room`; BYTES with *size 0: that was all. WAIT: a reader must be fed first. FAILED
** fills err (kind FILE). */
studio_body_result studio_body_read(studio_body *body, void *to, size_t room, size_t *size, studio_error *err);

/* Feeding. The reader that the body waits for, by the number of its piece; -1: it waits for none. */
ptrdiff_t studio_body_hungry(const studio_body *body);
/* Hands it what the reader gave. False fills err (kind FILE): more than its size, or out of memory. */
bool studio_body_feed(studio_body *body, const void *bytes, size_t size, studio_error *err);
/* The reader said that there is no more. False fills err: it gave less than its size. */
bool studio_body_feed_end(studio_body *body, studio_error *err);
/* The reader should be asked again at once. When it gave all of its size this asks for the end, so that a
** reader with too much is found out before its last byte is sent. */
bool studio_body_wants_more(const studio_body *body);

#endif
