/* studio_folder: folders that are made with those above them.   SPDX-License-Identifier: MIT */
#ifndef STUDIO_CORE_FOLDER_H
#define STUDIO_CORE_FOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"

/* Makes a folder as mkdir -p does; what is there already stays as it is. False fills err (kind FILE): it cannot be
** made, or is none, or nothing can be written into it. */
bool studio_folder_make(const char *path, mode_t mode, studio_error *err);

#endif
