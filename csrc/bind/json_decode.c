/* bind/json_decode.c - JSON text to Lua values, exactly. SPDX-License-Identifier: MIT
 *
 * One pass. The members of a container are pushed on the Lua stack and moved into a table of just the right
 * size when its bracket closes, for growing tables step by step is what decoding costs otherwise. Nothing is
 * allocated outside Lua, so an out-of-memory error may pass through anywhere. The text is a Lua string: it
 * ends in a NUL that may be read, and that matches nothing. */
#include "bind/json.h"

#include <float.h>
#include <lauxlib.h>

/* Above STACK_SOFT used slots a container that holds FLUSH_MIN or more members moves them into its table
 * early, so a list of millions stays far from Lua's limit of 10^6 slots, at any depth. */
#define STACK_SOFT 60000
#define FLUSH_MIN 64
#define STACK_CHUNK 512

/* Fixed places on the Lua stack. */
enum { ARG_TEXT = 1, ARG_OPTIONS = 2, SLOT_ARRAY_MT = 3 };

typedef struct reader {
  lua_State *L;
  const char *at;    /* the next byte */
  const char *start; /* the whole text */
  const char *end;   /* its terminating NUL */
  const char *error; /* what is wrong at `at`, once a function has answered false */
  int reserved;      /* Lua stack index up to which there is room */
  int levels;        /* how much deeper the text may go */
  bool keep_null;
} reader;

/* Every read_x(r, top) is called with `top` slots in use; it pushes one value, moves `at` past it and answers
 * true, or sets `error` and leaves the stack in any state. */
static bool read_value(reader *r, int top);

static bool fail(reader *r, const char *at, const char *message) {
  r->at = at;
  r->error = at >= r->end ? "the text ends too early" : message;
  return false;
}

static inline void skip_space(reader *r) {
  while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r') r->at++;
}

/* Makes room for a few more slots above `top`; raises when Lua has none left. */
static inline void reserve(reader *r, int top) {
  if (top + 8 <= r->reserved) return;
  luaL_checkstack(r->L, STACK_CHUNK + 8, "JSON text too large for the stack");
  r->reserved = top + STACK_CHUNK;
}

/* -- numbers ------------------------------------------------------------------------------------------- */

/* Whatever needs more than 64-bit arithmetic: Lua's own reader rounds correctly and minds the locale. */
static bool push_slow_number(reader *r, const char *from, const char *to) {
  lua_State *L = r->L;
  const char *digits = lua_pushlstring(L, from, (size_t)(to - from));
  if (lua_stringtonumber(L, digits) == 0) return fail(r, from, "this number is too long");
  lua_Number value = lua_tonumber(L, -1);
  if (value - value != 0) return fail(r, from, "this number is too large");
  lua_pop(L, 2);
  lua_pushnumber(L, value);
  return true;
}

/* mantissa * 10^exponent where a double can do it in one exact step, else false. */
static bool push_quick_float(lua_State *L, uint64_t mantissa, int exponent, bool negative) {
#if FLT_EVAL_METHOD == 0 && DBL_MANT_DIG == 53
  static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  if (mantissa > (UINT64_C(1) << 53) || exponent < -22 || exponent > 22) return false;
  double value = (double)mantissa;
  value = exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
  lua_pushnumber(L, negative ? -value : value);
  return true;
#else
  (void)L, (void)mantissa, (void)exponent, (void)negative;
  return false;
#endif
}

static inline bool is_digit(char c) {
  return (unsigned char)(c - '0') < 10;
}

/* Reads digits into `*mantissa`, counting in `*significant` those from the first non-zero one on; past 19 the
 * mantissa has overflowed and must not be used. */
static const char *read_digits(const char *p, uint64_t *mantissa, int *significant) {
  for (; is_digit(*p); p++) {
    *mantissa = *mantissa * 10 + (uint64_t)(*p - '0');
    if (*mantissa != 0 || *significant > 0) ++*significant;
    if (*significant > 20) *significant = 20;
  }
  return p;
}

/* A whole number that fits 64 bits becomes an integer, any other a float; `-0` is the float -0.0, since the
 * integer would lose its sign. */
static bool read_number(reader *r) {
  const char *from = r->at, *p = from;
  bool negative = *p == '-';
  if (negative) p++;
  if (!is_digit(*p)) return fail(r, p, negative ? "a digit must follow '-'" : "expected a value");
  uint64_t mantissa = 0;
  int significant = 0, exponent = 0;
  const char *first = p;
  p = read_digits(p, &mantissa, &significant);
  if (*first == '0' && p - first > 1) return fail(r, from, "a number must not start with 0");
  if (*p != '.' && *p != 'e' && *p != 'E') {
    r->at = p;
    uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    if (significant > 19 || mantissa > most) return push_slow_number(r, from, p);
    if (negative && mantissa == 0)
      lua_pushnumber(r->L, -0.0);
    else
      lua_pushinteger(r->L, (lua_Integer)(negative ? 0 - mantissa : mantissa));
    return true;
  }
  if (*p == '.') {
    const char *fraction = ++p;
    p = read_digits(p, &mantissa, &significant);
    if (p == fraction) return fail(r, p, "a digit must follow '.'");
    if (p - fraction > 100) significant = 20; /* the slow way counts them */
    else exponent = -(int)(p - fraction);
  }
  if (*p == 'e' || *p == 'E') {
    p++;
    bool down = *p == '-';
    if (*p == '+' || *p == '-') p++;
    if (!is_digit(*p)) return fail(r, p, "a digit must follow the exponent sign");
    int value = 0;
    for (; is_digit(*p); p++) value = value > 999 ? value : value * 10 + (*p - '0');
    exponent += down ? -value : value;
  }
  r->at = p;
  if (significant <= 19 && push_quick_float(r->L, mantissa, exponent, negative)) return true;
  return push_slow_number(r, from, p);
}

/* -- strings ------------------------------------------------------------------------------------------- */

/* The byte that `\c` stands for, 0 where it is no such escape. */
static char simple_escape(char c) {
  switch (c) {
  case '"': case '\\': case '/': return c;
  case 'b': return '\b';
  case 'f': return '\f';
  case 'n': return '\n';
  case 'r': return '\r';
  case 't': return '\t';
  default: return 0;
  }
}

/* The four hex digits at `p`, -1 if they are not. A NUL stops the walk, so the text's end is not passed. */
static int hex4(const char *p) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    char c = p[i];
    char lower = (char)(c | 0x20);
    if (!is_digit(c) && (lower < 'a' || lower > 'f')) return -1;
    value = value * 16 + (is_digit(c) ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

static char *put_utf8(char *out, unsigned code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xC0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    *out++ = (char)(0xE0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  } else {
    *out++ = (char)(0xF0 | code >> 18);
    *out++ = (char)(0x80 | (code >> 12 & 0x3F));
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  }
  return out;
}

/* `p` is at the backslash of a \uXXXX. Answers where to go on, NULL (after fail) for a bad one. */
static const char *read_unicode(reader *r, const char *p, char **out) {
  int code = hex4(p + 2);
  if (code < 0) return fail(r, p, "\\u wants four hex digits"), NULL;
  if (code >= 0xDC00 && code <= 0xDFFF)
    return fail(r, p, "a low surrogate without a high one before it"), NULL;
  const char *next = p + 6;
  if (code >= 0xD800 && code <= 0xDBFF) {
    int low = next[0] == '\\' && next[1] == 'u' ? hex4(next + 2) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return fail(r, p, "a high surrogate without a low one after it"), NULL;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    next += 6;
  }
  *out = put_utf8(*out, (unsigned)code);
  return next;
}

/* Pushes the string between `from` and `to`, known to hold only sound escapes but for the digits of \u. An
 * escape is never shorter than what it stands for, hence the size. */
LSTUDIO_JSON_APART static bool push_unescaped(reader *r, const char *from, const char *to) {
  luaL_Buffer buffer;
  char *base = luaL_buffinitsize(r->L, &buffer, (size_t)(to - from)), *out = base;
  for (const char *p = from; p < to;) {
    const char *stop = memchr(p, '\\', (size_t)(to - p));
    size_t run = (size_t)((stop != NULL ? stop : to) - p);
    memcpy(out, p, run);
    out += run;
    p += run;
    if (p == to) break;
    if (p[1] == 'u') {
      p = read_unicode(r, p, &out);
      if (p == NULL) return false;
    } else {
      *out++ = simple_escape(p[1]);
      p += 2;
    }
  }
  luaL_pushresultsize(&buffer, (size_t)(out - base));
  return true;
}

static bool read_string(reader *r) {
  const char *from = r->at + 1, *p = from;
  bool escaped = false;
  for (;;) {
    p += lstudio_json_plain_run(p, (size_t)(r->end - p));
    if (*p == '"') break;
    if (*p == '\\') {
      if (p[1] != 'u' && simple_escape(p[1]) == 0) return fail(r, p + 1, "no such escape");
      escaped = true;
      p += 2;
    } else if ((unsigned char)*p < 0x20) {
      return fail(r, p, "a control character in a string must be escaped");
    } else {
      size_t length = lstudio_json_utf8(p, (size_t)(r->end - p));
      if (length == 0) return fail(r, p, "this is not valid UTF-8");
      p += length;
    }
  }
  r->at = p + 1;
  if (escaped) return push_unescaped(r, from, p);
  lua_pushlstring(r->L, from, (size_t)(p - from));
  return true;
}

/* -- containers ---------------------------------------------------------------------------------------- */

/* Moves `count` values above the place `slot` into the array there, after the `stored` it has. The place
 * holds nil until the first time. */
static void fill_array(reader *r, int slot, lua_Integer stored, int count) {
  lua_State *L = r->L;
  if (stored == 0) {
    lua_createtable(L, count, 0);
    lua_pushvalue(L, SLOT_ARRAY_MT);
    lua_setmetatable(L, -2);
    lua_replace(L, slot);
  }
  for (int i = count; i > 0; i--) lua_rawseti(L, slot, stored + i);
}

static bool read_array(reader *r, int top) {
  int slot = top + 1, count = 0;
  lua_Integer stored = 0;
  if (r->levels-- == 0) return fail(r, r->at, "nested too deep");
  lua_pushnil(r->L);
  r->at++;
  skip_space(r);
  if (*r->at == ']') {
    r->at++;
  } else {
    for (;;) {
      if (!read_value(r, slot + count)) return false;
      count++;
      if (count >= FLUSH_MIN && slot + count > STACK_SOFT) {
        fill_array(r, slot, stored, count);
        stored += count;
        count = 0;
      }
      skip_space(r);
      char next = *r->at;
      if (next != ',' && next != ']') return fail(r, r->at, "expected ',' or ']'");
      r->at++;
      if (next == ']') break;
    }
  }
  if (stored == 0 || count > 0) fill_array(r, slot, stored, count);
  r->levels++;
  return true;
}

/* As fill_array for `count` pairs of key and value, in order: of equal keys the last one wins, and a nil
 * takes an earlier member away. */
static void fill_object(reader *r, int slot, bool exists, int count, int nils) {
  lua_State *L = r->L;
  if (!exists) {
    lua_createtable(L, 0, count - nils);
    lua_replace(L, slot);
  }
  for (int i = 0; i < count; i++) {
    lua_pushvalue(L, slot + 1 + 2 * i);
    lua_pushvalue(L, slot + 2 + 2 * i);
    lua_rawset(L, slot);
  }
  lua_settop(L, slot);
}

/* Pushes a key and its value. `*nils` counts the values that were null and are dropped. */
static bool read_member(reader *r, int top, int *nils) {
  skip_space(r);
  if (*r->at != '"') return fail(r, r->at, "expected a key in double quotes");
  if (!read_string(r)) return false;
  skip_space(r);
  if (*r->at != ':') return fail(r, r->at, "expected ':'");
  r->at++;
  if (!read_value(r, top + 1)) return false;
  if (!r->keep_null && r->at[-1] == 'l') { /* only `null` ends so */
    lua_pop(r->L, 1);
    lua_pushnil(r->L);
    ++*nils;
  }
  return true;
}

static bool read_object(reader *r, int top) {
  int slot = top + 1, count = 0, nils = 0;
  bool exists = false;
  if (r->levels-- == 0) return fail(r, r->at, "nested too deep");
  lua_pushnil(r->L);
  r->at++;
  skip_space(r);
  if (*r->at == '}') {
    r->at++;
  } else {
    for (;;) {
      reserve(r, slot + 2 * count);
      if (!read_member(r, slot + 2 * count, &nils)) return false;
      count++;
      if (count >= FLUSH_MIN && slot + 2 * count > STACK_SOFT) {
        fill_object(r, slot, exists, count, nils);
        exists = true;
        count = nils = 0;
      }
      skip_space(r);
      char next = *r->at;
      if (next != ',' && next != '}') return fail(r, r->at, "expected ',' or '}'");
      r->at++;
      if (next == '}') break;
    }
  }
  if (!exists || count > 0) fill_object(r, slot, exists, count, nils);
  r->levels++;
  return true;
}

static bool read_word(reader *r, const char *word, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (r->at[i] != word[i]) return fail(r, r->at + i < r->end ? r->at : r->end, "expected a value");
  r->at += length;
  return true;
}

static bool read_value(reader *r, int top) {
  reserve(r, top);
  skip_space(r);
  switch (*r->at) {
  case '"': return read_string(r);
  case '{': return read_object(r, top);
  case '[': return read_array(r, top);
  case 't':
    lua_pushboolean(r->L, 1);
    return read_word(r, "true", 4);
  case 'f':
    lua_pushboolean(r->L, 0);
    return read_word(r, "false", 5);
  case 'n':
    lua_pushlightuserdata(r->L, NULL);
    return read_word(r, "null", 4);
  default: return read_number(r);
  }
}

/* -- the function -------------------------------------------------------------------------------------- */

/* nil and a message that says where: lines and columns count from 1, columns in characters. */
static int push_failure(reader *r) {
  lua_State *L = r->L;
  lua_Integer line = 1, column = 1;
  if (r->at > r->end) r->at = r->end;
  for (const char *p = r->start; p < r->at; p++) {
    if (*p == '\n') line++, column = 1;
    else if (((unsigned char)*p & 0xC0) != 0x80) column++;
  }
  lua_settop(L, 0);
  luaL_pushfail(L);
  lua_pushfstring(L, "not JSON at line %I, column %I (byte %I): %s", (LUAI_UACINT)line, (LUAI_UACINT)column,
                  (LUAI_UACINT)(r->at - r->start + 1), r->error);
  return 2;
}

/* Whether nulls in objects are kept: the option `null`, "drop" (the default) or "keep". */
static bool keeps_null(lua_State *L) {
  if (!lua_istable(L, ARG_OPTIONS) || lua_getfield(L, ARG_OPTIONS, "null") == LUA_TNIL) return false;
  const char *how = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  bool keep = strcmp(how, "keep") == 0;
  if (!keep && strcmp(how, "drop") != 0)
    luaL_argerror(L, ARG_OPTIONS, "option 'null' must be \"keep\" or \"drop\"");
  return keep;
}

int lstudio_json_decode(lua_State *L) {
  static const char *const known[] = { "null", "depth", "max_bytes", NULL };
  luaL_checktype(L, ARG_TEXT, LUA_TSTRING);
  lstudio_json_check_options(L, ARG_OPTIONS, known);
  size_t length;
  const char *text = lua_tolstring(L, ARG_TEXT, &length);
  reader r = { .L = L, .at = text, .start = text, .end = text + length, .keep_null = keeps_null(L) };
  r.levels = (int)lstudio_json_integer(L, ARG_OPTIONS, "depth", LSTUDIO_JSON_DEPTH, 0,
                                       LSTUDIO_JSON_DEPTH_MAX);
  lua_Integer max = lstudio_json_integer(L, ARG_OPTIONS, "max_bytes", LUA_MAXINTEGER, 0, LUA_MAXINTEGER);
  lua_settop(L, ARG_OPTIONS);
  lua_rawgeti(L, lua_upvalueindex(1), 1); /* SLOT_ARRAY_MT */
  if (length > (uint64_t)max) {
    luaL_pushfail(L);
    lua_pushfstring(L, "JSON text of %I bytes: no more than %I are allowed", (LUAI_UACINT)length,
                    (LUAI_UACINT)max);
    return 2;
  }
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
    fail(&r, text, "a byte order mark does not belong here");
    return push_failure(&r);
  }
  if (!read_value(&r, SLOT_ARRAY_MT)) return push_failure(&r);
  skip_space(&r);
  if (r.at != r.end) {
    fail(&r, r.at, "something follows the value");
    return push_failure(&r);
  }
  return 1;
}
