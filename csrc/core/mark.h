/* studio_mark: what a part file is a part of, and whether an answer is its rest.   SPDX-License-Identifier: MIT
**
** Pure: decides from texts. A part may only be continued with bytes of the very same file, so whatever is not
** certain is answered by "anew": a download that begins again costs time, a mixed file costs trust. */
#ifndef STUDIO_CORE_MARK_H
#define STUDIO_CORE_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/headers.h"
#include "core/sha256.h"

#define STUDIO_VALIDATOR_MAX 256

typedef struct studio_mark {
  char source[STUDIO_SHA256_HEX];       /* of URL and headers: they may be secrets */
  char validator[STUDIO_VALIDATOR_MAX]; /* a strong ETag, else Last-Modified; "": cannot be continued */
  int64_t total;                        /* size of the whole; -1: unknown */
} studio_mark;

/* The mark of the file that this answer begins. `asked`: the call's own headers, which choose a form of it. */
void studio_mark_set(studio_mark *mark, const char *url, const studio_headers *asked, int status,
                     const studio_headers *answer, int64_t size);

/* The same file is meant. With a strong ETag the URL's signature and expiry do not count: they are new for
** every look at the same thing. */
bool studio_mark_is_of(const studio_mark *mark, const char *url, const studio_headers *asked);

/* The hash of a URL without its signature: the same for every signed URL of one thing. */
void studio_mark_source(char out[STUDIO_SHA256_HEX], const char *url);

typedef enum studio_answer_part {
  STUDIO_PART_WHOLE, /* the file from its first byte */
  STUDIO_PART_REST,  /* the bytes behind those that we have; *total is the size of the whole */
  STUDIO_PART_UNFIT  /* bytes of something else, or from somewhere else */
} studio_answer_part;

/* What a 2xx answer to a request for the bytes from `have` on is; mark NULL: the whole was asked for. */
studio_answer_part studio_mark_judge(const studio_mark *mark, int64_t have, int status, const studio_headers *answer,
                                     int64_t *total);

/* This answer 416 says that the `have` bytes are all there are. */
bool studio_mark_is_whole(const studio_mark *mark, int64_t have, const studio_headers *answer);

/* As text, to be kept beside the part, and back. `boot` and `inode` bind it to this run of the machine and to
** that part file. False: no such text (also of others than these), or out of memory. */
bool studio_mark_write(const studio_mark *mark, const char *boot, uint64_t inode, studio_buf *out);
bool studio_mark_read(studio_mark *mark, const char *boot, uint64_t inode, const char *text);

#endif
