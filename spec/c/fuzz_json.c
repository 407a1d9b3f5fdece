/* spec/c/fuzz_json.c - mutates JSON texts and holds the codec to its promises. SPDX-License-Identifier: MIT
 *
 * usage: fuzz_json [seconds, default 10] [seed, default 1]
 *
 * For each mutant: decoding answers a value or a message and never raises; a decoded value can be encoded,
 * and that text decodes to what encodes to the same text again. Some mutants are also decoded and encoded
 * with an allocator that fails from the first, second, third … request on (later ones thinned out); in the
 * end every byte must have been given back. */
#include "bind/json.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MAX_TEXT 8192

static const char *const seeds[] = {
  "{\"id\":17,\"name\":\"Teaser\",\"next\":null,"
  "\"frames\":[{\"id\":1,\"tags\":[]},{\"id\":2,\"tags\":[\"a\",\"b\"]}]}",
  "[0,-0,1,-1,9223372036854775807,-9223372036854775808,9223372036854775808,1e5,0.1,-2.5e-3,1E+2,5e-324]",
  "[0.30000000000000004,123456.789,1.7976931348623157e308,0.000000000000000000000000012345678901234567890]",
  "\"plain \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9 \\ud83d\\ude00 \\u0000 "
  "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"",
  "[[[[[[[[[[[[[[[[{\"a\":{\"b\":{\"c\":{\"d\":[true,false,null]}}}}]]]]]]]]]]]]]]]]",
  " { \"a\" : [ ] , \"b\" : { } , \"a\" : null , \"\" : [ null , [ ] , { } ] } ",
};

static const char *const tokens[] = {
  "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "null", "true", "-", "0", "1e", ".", "\n", "[]",
  "9999999999999999999", "\xEF\xBB\xBF", "\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "[[[[[[[[", "]]]]]]]]",
  "{\"a\":",
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

typedef struct heap {
  size_t live; /* bytes not given back */
  long left;   /* requests until they fail; negative: none does */
} heap;

static void *heap_alloc(void *ud, void *block, size_t old, size_t size) {
  heap *h = ud;
  if (block == NULL) old = 0;
  if (size == 0) {
    h->live -= old;
    free(block);
    return NULL;
  }
  if (size > old && h->left >= 0 && h->left-- == 0) {
    h->left = 0;
    return NULL;
  }
  void *moved = realloc(block, size);
  if (moved != NULL) h->live += size - old;
  return moved;
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static size_t below(uint64_t *state, size_t limit) {
  return limit == 0 ? 0 : (size_t)(next_random(state) % limit);
}

/* Puts `count` bytes at `at`, as far as there is room. */
static size_t insert(char *text, size_t length, size_t at, const char *bytes, size_t count) {
  if (length + count > MAX_TEXT) return length;
  memmove(text + at + count, text + at, length - at);
  memcpy(text + at, bytes, count);
  return length + count;
}

static size_t mutate(uint64_t *random, char *text, size_t length) {
  char span[64];
  size_t at = below(random, length + 1), count = below(random, 33);
  if (count > length - at) count = length - at;
  const char *token;
  switch (below(random, 6)) {
  case 0: /* one bit */
    if (at < length) text[at] = (char)(text[at] ^ 1 << below(random, 8));
    return length;
  case 1: /* less */
    memmove(text + at, text + at + count, length - at - count);
    return length - count;
  case 2: /* some of it again, elsewhere */
    memcpy(span, text + at, count);
    return insert(text, length, below(random, length + 1), span, count);
  case 3: /* cut off */
    return below(random, 8) == 0 ? at : length;
  case 4: /* any byte */
    span[0] = (char)next_random(random);
    return insert(text, length, at, span, 1);
  default:
    token = tokens[below(random, COUNT(tokens))];
    return insert(text, length, at, token, strlen(token));
  }
}

/* Makes T into [T,T,…] of more than 5,000 bytes, which the encoder's first buffer does not hold. */
static size_t multiply(char *text, size_t length) {
  size_t total = length + 1;
  if (length == 0 || length > 2000) return length;
  memmove(text + 1, text, length);
  text[0] = '[';
  while (total < 5000) {
    text[total] = ',';
    memcpy(text + total + 1, text + 1, length);
    total += length + 1;
  }
  text[total] = ']';
  return total + 1;
}

static void complain(const char *what, const char *text, size_t length) {
  fprintf(stderr, "fuzz_json: %s\n", what);
  for (size_t i = 0; i < length; i++) fprintf(stderr, "%02x", (unsigned)(unsigned char)text[i]);
  fprintf(stderr, "\n");
  exit(1);
}

/* The whole round for one text: decode(text), encode, decode, encode; raises where a promise is broken.
 * Arguments: module table, text, encode options. */
static int round_trip(lua_State *L) {
  lua_Integer *accepted = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, 3);
  lua_getfield(L, 1, "json_encode");
  lua_getfield(L, 1, "json_decode"); /* 5 */
  lua_pushvalue(L, 5);
  lua_pushvalue(L, 2);
  lua_call(L, 1, 2);
  if (lua_isnil(L, -2)) {
    if (lua_type(L, -1) != LUA_TSTRING) return luaL_error(L, "refused without a message");
    return 0;
  }
  ++*accepted;
  lua_pop(L, 1); /* value: 6 */
  const char *once = NULL;
  for (int round = 0; round < 2; round++) {
    lua_pushvalue(L, 4);
    lua_pushvalue(L, 6);
    lua_pushvalue(L, 3);
    lua_call(L, 2, 2);
    if (lua_isnil(L, -2)) return luaL_error(L, "decoded but not encoded: %s", lua_tostring(L, -1));
    lua_pop(L, 1);
    const char *text = lua_tostring(L, -1);
    if (round > 0 && strcmp(once, text) != 0) return luaL_error(L, "%s became %s", once, text);
    once = text; /* stays on the stack */
    lua_pushvalue(L, 5);
    lua_pushvalue(L, -2);
    lua_call(L, 1, 2);
    if (lua_isnil(L, -2)) return luaL_error(L, "own text refused: %s", lua_tostring(L, -1));
    lua_pop(L, 1);
    lua_replace(L, 6);
  }
  return 0;
}

/* Calls round_trip with the module table at index 1; answers pcall's status. */
static int call_round_trip(lua_State *L, const char *text, size_t length, lua_Integer *accepted) {
  lua_pushlightuserdata(L, accepted);
  lua_pushcclosure(L, round_trip, 1);
  lua_pushvalue(L, 1);
  lua_pushlstring(L, text, length);
  lua_createtable(L, 0, 1);
  lua_pushboolean(L, 1);
  lua_setfield(L, -2, "sort");
  return lua_pcall(L, 3, 0, 0);
}

static int open_module(lua_State *L) {
  lua_newtable(L);
  lstudio_open_json(L);
  return 1;
}

static lua_State *new_state(heap *h) {
  lua_State *L = lua_newstate(heap_alloc, h);
  if (L == NULL) exit(1);
  lua_pushcfunction(L, open_module);
  if (lua_pcall(L, 0, 1, 0) != LUA_OK) exit(1);
  return L;
}

/* round_trip under pcall with its arguments made inside, so that every allocation may fail. */
static int protected_round(lua_State *L) {
  size_t length = (size_t)lua_tointeger(L, 3);
  const char *text = lua_touserdata(L, 2);
  lua_settop(L, 1);
  lua_Integer accepted = 0;
  if (call_round_trip(L, text, length, &accepted) != LUA_OK) return lua_error(L);
  return 0;
}

static void torture(const char *text, size_t length) {
  for (long fail_at = 0;; fail_at += 1 + fail_at / 50) {
    heap h = { .left = -1 };
    lua_State *L = new_state(&h);
    lua_pushcfunction(L, protected_round);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)(uintptr_t)text);
    lua_pushinteger(L, (lua_Integer)length);
    h.left = fail_at;
    int status = lua_pcall(L, 3, 0, 0);
    h.left = -1;
    if (status != LUA_OK && strstr(lua_tostring(L, -1), "not enough memory") == NULL)
      complain(lua_tostring(L, -1), text, length);
    lua_close(L);
    if (h.live != 0) complain("memory was not given back", text, length);
    if (status == LUA_OK) return;
  }
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 10;
  uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  if (random == 0) random = 1;
  random *= UINT64_C(0x9E3779B97F4A7C15);
  heap h = { .left = -1 };
  lua_State *L = new_state(&h);
  char text[MAX_TEXT];
  unsigned long rounds = 0, tortured = 0;
  lua_Integer accepted = 0;
  time_t stop = time(NULL) + (time_t)(seconds + 0.5);
  for (; rounds < COUNT(seeds) * 2 || time(NULL) < stop; rounds++) {
    const char *seed = seeds[rounds < COUNT(seeds) * 2 ? rounds / 2 : below(&random, COUNT(seeds))];
    size_t length = strlen(seed);
    memcpy(text, seed, length);
    if (rounds >= COUNT(seeds) * 2) /* the seeds themselves come first, plain and multiplied */
      for (size_t n = 1 + below(&random, 6); n > 0; n--) length = mutate(&random, text, length);
    if (rounds < COUNT(seeds) * 2 ? rounds % 2 == 1 : rounds % 500 == 0) length = multiply(text, length);
    if (call_round_trip(L, text, length, &accepted) != LUA_OK) complain(lua_tostring(L, -1), text, length);
    lua_settop(L, 1);
    if (rounds < COUNT(seeds) * 2 || rounds % 1000 == 0) {
      torture(text, length);
      tortured++;
    }
  }
  lua_close(L);
  if (h.live != 0) complain("memory was not given back", text, 0);
  printf("fuzz_json: %lu texts, %lld of them JSON, %lu with failing memory\n", rounds, (long long)accepted,
         tortured);
  return 0;
}
