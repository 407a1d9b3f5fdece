/* studio_statedir: the folder where limiters keep what outlives a process.   SPDX-License-Identifier: MIT
**
** The folder belongs to this user alone (0700; files 0600). A file's name is a hash of its key and of a salt:
** 32 random bytes in the file "salt", made once. So neither names nor contents hold a secret, and whoever
** sees the names alone (a backup's index, a log) cannot even try short keys. */
#ifndef STUDIO_CORE_STATEDIR_H
#define STUDIO_CORE_STATEDIR_H

#include <stdbool.h>
#include <stddef.h>

#define STUDIO_STATEDIR_NAME 40   /* 32 digits, ".slots" and a NUL, rounded up */
#define STUDIO_STATEDIR_WHY 160  /* a reason, without the path */
#define STUDIO_STATEDIR_DAYS 30   /* files that nobody has written to for so long are removed */

/* Opens the folder, made with its parents when missing; -1 fills `why`. The caller closes it. */
int studio_statedir_open(const char *folder, char why[STUDIO_STATEDIR_WHY]);

/* The name of a key's file. */
bool studio_statedir_name(int folder, const char *key, size_t size, char name[STUDIO_STATEDIR_NAME],
                          char why[STUDIO_STATEDIR_WHY]);

/* Opens a file of ours for reading and writing, made when missing; -1 fills `why`: what is no plain file, or
** belongs to somebody else, or may be read by others, is left alone. */
int studio_statedir_file(int folder, const char *name, char why[STUDIO_STATEDIR_WHY]);

/* Removes what was not used for STUDIO_STATEDIR_DAYS: a limiter's memory is much shorter. */
void studio_statedir_sweep(int folder);

#endif
