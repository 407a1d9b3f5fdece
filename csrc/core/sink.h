/* studio_sink: a file that appears only when it is whole.   SPDX-License-Identifier: MIT
**
** Bytes go to "<path>.part"; commit renames. Whatever goes wrong before leaves an older file at `path` as
** it was. */
#ifndef STUDIO_CORE_SINK_H
#define STUDIO_CORE_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

typedef struct studio_sink studio_sink;

/* Creates the part file, in place of one that an earlier run left behind. NULL fills err (kind FILE, with the
** system's reason). */
studio_sink *studio_sink_open(const char *path, studio_error *err);
bool studio_sink_write(studio_sink *sink, const void *bytes, size_t size, studio_error *err);
/* Closes and renames; frees the sink in any case, and removes the part file when it fails. Of two downloads to
** one path that run at once, the one that began first fails here. */
bool studio_sink_commit(studio_sink *sink, studio_error *err);
void studio_sink_discard(studio_sink *sink); /* closes, removes the part file, frees; NULL is fine */

#endif
