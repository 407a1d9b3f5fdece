/* bind/json.h - what the two halves of the JSON codec share. SPDX-License-Identifier: MIT */
#ifndef STUDIO_BIND_JSON_H
#define STUDIO_BIND_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <lua.h>

/* Containers inside each other: the default, and the most that may be asked for. Both halves recurse, with
 * about 200 bytes of C stack a level, so a host's thread with 256 KiB has enough for either. */
#define LSTUDIO_JSON_DEPTH 512
#define LSTUDIO_JSON_DEPTH_MAX 1024

/* For a function with a luaL_Buffer, which must not become part of a recursive one's frame. */
#define LSTUDIO_JSON_APART __attribute__((noinline))

/* Sets `json_decode`, `json_encode`, `null`, `empty_array` and `json_marks` in the table on top of the stack
 * and leaves the stack as it was.
 *   null         light userdata NULL, the same value as cjson.null
 *   empty_array  a value that is written as `[]`
 *   json_marks   [1] is the metatable that decoded arrays get; every other key with a true value is a
 *                metatable or a light userdata that means "array" to the encoder. Those of another library
 *                may be added, and [1] replaced, by the one module that knows about other libraries. */
void lstudio_open_json(lua_State *L);

/* json_decode(text [, options]) -> value | nil, message. Upvalue 1: the marks. */
int lstudio_json_decode(lua_State *L);

/* json_encode(value [, options]) -> text | nil, message. Upvalues: the marks, the buffer's metatable. */
int lstudio_json_encode(lua_State *L);

/* Pushes the metatable of the encoder's buffer, which frees it when a Lua error passed by. */
void lstudio_json_push_buffer_mt(lua_State *L);

/* The option `name` of the table at `index`, if that is a table at all; raises when it is no integer in
 * min..max. */
lua_Integer lstudio_json_integer(lua_State *L, int index, const char *name, lua_Integer fallback,
                                 lua_Integer min, lua_Integer max);

/* The same for a boolean; nil is false. */
bool lstudio_json_flag(lua_State *L, int index, const char *name);

/* Raises unless argument `index` is nil, absent, or a table whose keys are all in `known` (to its NULL). */
void lstudio_json_check_options(lua_State *L, int index, const char *const *known);

/* Bytes (2 to 4) of the well-formed multi-byte UTF-8 sequence at `p`, 0 if it is none: overlong forms,
 * surrogates and code points past U+10FFFF are none. `left` is how many bytes may be looked at. */
size_t lstudio_json_utf8(const char *p, size_t left);

/* Room for any number these two write (and snprintf's NUL). Both answer how many bytes they wrote. */
#define LSTUDIO_JSON_NUMBER 40
size_t lstudio_json_format_integer(char *out, int64_t value);

/* Of a finite `value`: digits that read back as just that value. A whole one below 2^53 is written without a
 * fraction, since Lua's `/` makes floats, and services that want 960 refuse 960.0; -0.0 stays a float. */
size_t lstudio_json_format_float(char *out, double value);

/* A byte that stands for itself in a JSON string without any further look. */
static inline bool lstudio_json_is_plain(char byte) {
  unsigned char c = (unsigned char)byte;
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* How many of the `length` bytes at `p` are plain, counted from the first. Eight at a time: a word has a high
 * bit set in its lowest non-plain byte, while borrows can only spoil bytes above that one. */
static inline size_t lstudio_json_plain_run(const char *p, size_t length) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, p + i, 8);
    uint64_t quotes = (word ^ ones * '"') - ones, backslashes = (word ^ ones * '\\') - ones;
    uint64_t hits = (word | (word - ones * 0x20) | quotes | backslashes) & ones * 0x80;
    if (hits != 0) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
      return i + (size_t)__builtin_ctzll(hits) / 8;
#else
      break;
#endif
    }
  }
  while (i < length && lstudio_json_is_plain(p[i])) i++;
  return i;
}

#endif
