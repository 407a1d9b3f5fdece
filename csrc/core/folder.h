/* studio_folder: folders that are made with those above them; what lies at a path.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_FOLDER_H
#define STUDIO_CORE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/error.h"

/* Makes a folder as mkdir -p does; what is there already stays as it is. False fills err (kind FILE): it cannot be
** made, or is none, or nothing can be written into it. */
bool studio_folder_make(const char *path, mode_t mode, studio_error *err);

/* What lies at a path itself, not what a link there points at: "file", "folder", "link", "other"; NULL when nothing
** does, or it cannot be seen. Of a file, fills its size. */
const char *studio_folder_entry(const char *path, uint64_t *size);

#endif
