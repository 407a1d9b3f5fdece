/* studio_sink: a file that appears only when it is whole.   SPDX-License-Identifier: MIT
**
** Bytes go to "<path>.part"; commit renames, in one step. Whatever goes wrong before leaves an older file at
** `path` as it was. What came so far stays in the part file when it can be continued, and then
** "<path>.part.info" tells of what (core/mark.h). The part is locked while it is open, so two downloads to one
** path never meet, in one process or in two. No fsync: a program that is killed loses nothing, a machine that
** crashes may lose what it wrote last; so a part of an earlier run of the machine is begun anew. */
#ifndef STUDIO_CORE_SINK_H
#define STUDIO_CORE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/mark.h"

typedef struct studio_sink studio_sink;

/* A look without touching anything, before a call waits for its turn: could a file be put there? False fills
** err (kind FILE, with the system's reason). */
bool studio_sink_check(const char *path, studio_error *err);

/* Opens and locks the part file, and keeps what is in it. NULL fills err (kind FILE, with the system's
** reason; code "busy": another download writes there). */
studio_sink *studio_sink_open(const char *path, studio_error *err);

/* Of what the part is a part, and how much there is; NULL: of nothing that could be continued. */
const studio_mark *studio_sink_mark(const studio_sink *sink);
int64_t studio_sink_size(const studio_sink *sink);

/* One of these before the first write. Anew: whatever was there is gone. */
bool studio_sink_begin(studio_sink *sink, const studio_mark *mark, studio_error *err);
bool studio_sink_continue(studio_sink *sink, studio_error *err);

/* False fills err; the part file is then removed at the end, so that a full disk gets its space back. */
bool studio_sink_write(studio_sink *sink, const void *bytes, size_t size, studio_error *err);

/* What is there is no part of what is wanted: the next one begins anew. */
void studio_sink_forget(studio_sink *sink);

/* Closes and renames; frees the sink in any case. */
bool studio_sink_commit(studio_sink *sink, studio_error *err);

/* Gives a finished file a name that nobody has; never replaces anything. False: `taken` by another file, or
** else fills err. */
bool studio_sink_place(const char *from, const char *to, bool *taken, studio_error *err);

/* Closes and frees. The part stays if it can be continued, or if nothing was written; NULL is fine. */
void studio_sink_close(studio_sink *sink);

#endif
