/* studio_folder: folders that are made with those above them; what lies at a path.   SPDX-License-Identifier: MIT */
#include "core/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes one; `why` keeps what stood in the way of the first that was neither there nor could be made. */
static void make_one(const char *path, mode_t mode, int *why) {
  if (mkdir(path, mode) != 0 && errno != EEXIST && *why == 0) *why = errno;
}

static int make_all(char *path, mode_t mode) {
  int why = 0;
  for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    make_one(path, mode, &why);
    *at = '/';
  }
  make_one(path, mode, &why);
  return why;
}

/* `why`: of a folder that is not there, what kept it from being made. */
static bool is_usable(const char *path, int why) {
  struct stat is;
  if (stat(path, &is) != 0) {
    if (errno == ENOENT && why != 0) errno = why;
    return false;
  }
  if (!S_ISDIR(is.st_mode)) {
    errno = ENOTDIR;
    return false;
  }
  return access(path, W_OK | X_OK) == 0;
}

bool studio_folder_make(const char *path, mode_t mode, studio_error *err) {
  char *copy = strdup(*path != '\0' ? path : ".");
  if (copy == NULL) {
    studio_error_set(err, STUDIO_KIND_INTERNAL, "memory", "out of memory");
    return false;
  }
  bool usable = is_usable(copy, make_all(copy, mode));
  if (!usable) studio_error_set(err, STUDIO_KIND_FILE, "write", "cannot use the folder %s: %s", path, strerror(errno));
  free(copy);
  return usable;
}

const char *studio_folder_entry(const char *path, uint64_t *size) {
  struct stat is;
  if (lstat(path, &is) != 0) return NULL;
  if (S_ISLNK(is.st_mode)) return "link";
  if (S_ISDIR(is.st_mode)) return "folder";
  if (!S_ISREG(is.st_mode)) return "other";
  *size = (uint64_t)is.st_size;
  return "file";
}
