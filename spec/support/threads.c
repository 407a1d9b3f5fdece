/* Lua states in threads of their own, each with a loop of its own, at once.   SPDX-License-Identifier: MIT
**
** usage: threads COUNT SCRIPT ARG…. Every thread runs the script with the arguments; prints "ok" when all did. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST 16

typedef struct job {
  char **words; /* script and arguments, NULL at the end */
  int failed;
} job;

static void *run(void *user) {
  job *mine = user;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  int status = luaL_loadfile(L, mine->words[0]), count = 0;
  for (char **word = mine->words + 1; status == LUA_OK && *word != NULL; word++, count++) lua_pushstring(L, *word);
  if (status == LUA_OK) status = lua_pcall(L, count, 0, 0);
  mine->failed = status != LUA_OK;
  if (mine->failed) fprintf(stderr, "%s\n", luaL_tolstring(L, -1, NULL));
  lua_close(L);
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t threads[MOST];
  job jobs[MOST];
  int count = argc > 2 ? atoi(argv[1]) : 0, failed = 0;
  if (count < 1 || count > MOST) return 2;
  alarm(60);
  for (int i = 0; i < count; i++) {
    jobs[i] = (job){argv + 2, 0};
    if (pthread_create(&threads[i], NULL, run, &jobs[i]) != 0) return 2;
  }
  for (int i = 0; i < count; i++) {
    pthread_join(threads[i], NULL);
    failed += jobs[i].failed;
  }
  if (failed == 0) printf("ok\n");
  return failed != 0;
}
