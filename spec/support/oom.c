/* A program that embeds Lua and runs out of memory at every place, one after the other.   SPDX-License-Identifier: MIT
**
** usage: oom lua|core SCRIPT ARG…. The script returns two functions. For n = 1, 2, … a new state runs the first with
** the n-th allocation failing (once so that Lua's second try, after its emergency collection, fails as well, once
** with all that follow it), until none is left to fail. It must succeed, or fail by an error that speaks of
** memory. Then, with memory back, the second must succeed: the loop still works. Then the state is closed.
** `lua`: Lua's own allocations, by its allocator. `core`: those of core.so, found by the caller's address. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long until;       /* allocations until the one that fails */
static long lasting;     /* how many fail then */
static bool active, failed, watch_core;

static bool runs_out(void) {
  if (!active) return false;
  if (until < 0 && lasting == 1) return false;
  if (--until > 0 || until <= -lasting) return false;
  failed = true;
  return true;
}

static void *lua_memory(void *user, void *block, size_t old, size_t size) {
  (void)user, (void)old;
  if (size == 0) {
    free(block);
    return NULL;
  }
  if ((block == NULL || size > old) && !watch_core && runs_out()) return NULL; /* shrinking may not fail */
  return realloc(block, size);
}

#ifdef OOM_CORE
/* The whole process gets these; only what core.so asks for may fail. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static const char *core_begins, *core_ends;

static bool fails_for(const void *caller) {
  const char *at = caller;
  return active && watch_core && at >= core_begins && at < core_ends && runs_out();
}

void *malloc(size_t size) {
  return fails_for(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  return fails_for(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  return fails_for(__builtin_return_address(0)) ? NULL : __libc_realloc(block, size);
}

char *strdup(const char *text) {
  if (fails_for(__builtin_return_address(0))) return NULL;
  char *copy = __libc_malloc(strlen(text) + 1);
  return copy != NULL ? strcpy(copy, text) : NULL;
}

/* Where core.so lies: its text is one piece of some hundred KiB behind its first byte. */
static int find_core(lua_State *L) {
  Dl_info info;
  void *handle = dlopen(luaL_checkstring(L, 1), RTLD_NOW);
  void *open = handle != NULL ? dlsym(handle, "luaopen_studio_core") : NULL;
  if (open == NULL || dladdr(open, &info) == 0) return luaL_error(L, "core.so is not there");
  core_begins = info.dli_fbase;
  core_ends = core_begins + luaL_checkinteger(L, 2);
  return 0;
}
#endif

static int warn_tell(lua_State *L, int status, const char *what) {
  fprintf(stderr, "%s: %s\n", what, status != LUA_OK ? luaL_tolstring(L, -1, NULL) : "it did not fail");
  return 1;
}

/* One state, one failure. Returns 0: fine; 1: something is wrong; 2: nothing was left to fail. */
static int run(int argc, char **argv, long nth, long fails) {
  active = false;
  lua_State *L = lua_newstate(lua_memory, NULL);
  if (L == NULL) return 1;
  luaL_openlibs(L);
#ifdef OOM_CORE
  lua_register(L, "find_core", find_core);
#endif
  int status = luaL_loadfile(L, argv[2]);
  for (int i = 3; status == LUA_OK && i < argc; i++) lua_pushstring(L, argv[i]);
  if (status == LUA_OK) status = lua_pcall(L, argc - 3, 2, 0);
  if (status != LUA_OK) return warn_tell(L, status, "the script");
  until = nth;
  lasting = fails;
  failed = false;
  active = true;
  lua_pushvalue(L, 1);
  status = lua_pcall(L, 0, 0, 0);
  active = false;
  if (status != LUA_OK && strstr(luaL_tolstring(L, -1, NULL), "memory") == NULL) return warn_tell(L, status, "first");
  lua_settop(L, 2);
  status = lua_pcall(L, 0, 0, 0);
  if (status != LUA_OK) return warn_tell(L, status, "afterwards");
  lua_close(L);
  return failed ? 0 : 2;
}

int main(int argc, char **argv) {
  static const long fails[] = {2, 1L << 40};
  if (argc < 3) return 2;
  watch_core = strcmp(argv[1], "core") == 0;
  alarm(120);
  for (int i = 0; i < 200; i++) {
    if (run(argc, argv, -1, 1) != 2) return 1; /* what libraries and malloc keep for good they have now */
  }
  long nth = 0, before = (long)mallinfo2().uordblks;
  for (int done = 0; done != 2;) {
    nth++;
    for (int i = 0; i < 2; i++) {
      done = run(argc, argv, nth, fails[i]);
      if (done == 1) {
        fprintf(stderr, "at allocation %ld (%ld in a row)\n", nth, fails[i]);
        return 1;
      }
    }
  }
  printf("%ld allocations, %ld bytes more in use\n", nth - 1, (long)mallinfo2().uordblks - before);
  return 0;
}
