/* A program that embeds Lua, closes the state while a look-up hangs, and lives on.   SPDX-License-Identifier: MIT
**
** usage: host SCRIPT. It has a getaddrinfo of its own, which every library in the process gets: it waits
** until the host says so. The script starts calls to a named host and returns. The host then closes the state,
** prints how long that took, lets the look-ups return into whatever is left of the module, and prints "alive". */
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int entered, left, open_gate;

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
  (void)node, (void)service, (void)hints;
  *result = NULL;
  pthread_mutex_lock(&lock);
  entered++;
  pthread_cond_broadcast(&changed);
  while (!open_gate) pthread_cond_wait(&changed, &lock);
  left++;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
  return EAI_AGAIN;
}

/* hanging() -> how many look-ups hang now */
static int hanging(lua_State *L) {
  pthread_mutex_lock(&lock);
  lua_pushinteger(L, entered - left);
  pthread_mutex_unlock(&lock);
  return 1;
}

static double ms(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  alarm(60); /* a close that waits for the look-up would wait for ever */
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  lua_register(L, "hanging", hanging);
  if (luaL_dofile(L, argv[1]) != LUA_OK) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    return 1;
  }
  double before = ms();
  lua_close(L);
  printf("closed in %.3f ms with %d look-ups hanging\n", ms() - before, entered - left);
  pthread_mutex_lock(&lock);
  open_gate = 1;
  pthread_cond_broadcast(&changed);
  while (left < entered) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
  usleep(100000); /* the threads run on for a moment, inside libcurl */
  printf("alive\n");
  return 0;
}
