/* studio_journal: a file that only grows, a line at a time, by one process at a time.   SPDX-License-Identifier: MIT
**
** For what must be on record before it is done. A line is handed to the system whole and at once, so a program
** that is killed the moment after has lost nothing; no fsync: a machine that crashes may lose the last ones. The
** lock is the kernel's and ends with the process that has it. The file is this user's alone (0600). */
#ifndef STUDIO_CORE_JOURNAL_H
#define STUDIO_CORE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef struct studio_journal studio_journal;

/* Opens the file, made when missing (unless `must_exist`), and locks it; what is in it stays. NULL fills err (kind
** FILE, with the system's reason; code "busy": another process has it, or this one has it open already). */
studio_journal *studio_journal_open(const char *path, bool must_exist, studio_error *err);

/* Writes a line, its line feed included, behind what is there. False fills err, and none of it stays. */
bool studio_journal_append(studio_journal *journal, const char *line, size_t size, studio_error *err);

/* Cuts off what stands behind the first `size` bytes: a line that a crash has torn. False fills err. */
bool studio_journal_keep(studio_journal *journal, int64_t size, studio_error *err);

/* Lets the lock go, and frees it; NULL is fine. */
void studio_journal_close(studio_journal *journal);

#endif
