/* lstudio: keeps this library in memory once it was loaded.   SPDX-License-Identifier: MIT
**
** libcurl's resolver thread may outlive the transfer that started it (CURLOPT_QUICK_EXIT), and with it
** lua_close, which unloads C modules: the thread would return into code that is gone. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>

#include "bind/lstudio.h"

void lstudio_pin(void) {
  static const char here = 0;
  Dl_info info;
  if (dladdr(&here, &info) == 0 || info.dli_fname == NULL) return;
  dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE); /* the handle is kept on purpose */
}
