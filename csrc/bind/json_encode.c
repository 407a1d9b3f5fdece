/* bind/json_encode.c - Lua values to JSON text, exactly. SPDX-License-Identifier: MIT
 *
 * The text grows in a buffer on the C stack, and in a block from Lua's allocator once it is too large for
 * that; a box with a finalizer owns the block, so that an error raised by Lua on the way leaks nothing. Only
 * raw access is used: no metamethod runs, and a finalizer that encodes something gets a buffer of its own. */
#include "bind/json.h"

#include <lauxlib.h>
#include <stdlib.h>

#define FIRST_BUFFER 4096
#define PATH_SHOWN 8

/* Fixed places on the Lua stack. */
enum { ARG_VALUE = 1, ARG_OPTIONS = 2, SLOT_BOX = 3 };
enum { UP_MARKS = 1, UP_BUFFER_MT = 2 };

typedef struct box {
  lua_Alloc alloc;
  void *alloc_ud;
  char *data;
  size_t size;
} box;

/* One table being written. The chain of them is what a cycle is looked for in, and the path in a refusal. */
typedef struct frame {
  const struct frame *up;
  const void *table;
  const char *key;   /* NULL in an array */
  lua_Integer index; /* in an array: of the element being written */
} frame;

typedef struct writer {
  lua_State *L;
  char *data;
  size_t used, size;
  box *heap; /* NULL while the first buffer is enough */
  const void *array_mt; /* the usual mark, so that most tables need no look-up */
  const frame *frame; /* the innermost table */
  int depth, max_depth;
  int indent; /* spaces for each level, 0 for one line */
  bool sort, html_safe;
} writer;

/* Every bool write_x and put_x answers true, or false with the message on top of a stack that is else in
 * any state. */
static bool write_value(writer *w, int index);

/* -- refusals -------------------------------------------------------------------------------------------- */

/* Adds ".key", "[3]" or "["odd key"]" to the message. */
static void add_step(luaL_Buffer *message, const frame *f) {
  lua_State *L = message->L;
  if (f->key == NULL) {
    lua_pushfstring(L, "[%I]", (LUAI_UACINT)f->index);
    luaL_addvalue(message);
    return;
  }
  static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  bool name = f->key[0] > '9' && f->key[strspn(f->key, letters)] == 0;
  luaL_addstring(message, name ? "." : "[\"");
  for (int i = 0; f->key[i] != 0 && i < 64; i++)
    luaL_addchar(message, f->key[i] >= 0x20 && f->key[i] < 0x7F ? f->key[i] : '?');
  if (!name) luaL_addstring(message, "\"]");
}

/* Answers false, with "cannot encode .items[3].name: <why>" pushed. Of a long path the beginning is shown. */
LSTUDIO_JSON_APART static bool fail(writer *w, const char *why) {
  const frame *steps[PATH_SHOWN];
  int count = 0;
  for (const frame *f = w->frame; f != NULL; f = f->up) steps[count++ % PATH_SHOWN] = f;
  luaL_Buffer message;
  luaL_checkstack(w->L, 8, "json");
  luaL_buffinit(w->L, &message);
  luaL_addstring(&message, count == 0 ? "cannot encode the value" : "cannot encode ");
  for (int i = count - 1; i >= 0 && i >= count - PATH_SHOWN; i--) add_step(&message, steps[i % PATH_SHOWN]);
  if (count > PATH_SHOWN) luaL_addstring(&message, "...");
  luaL_addstring(&message, ": ");
  luaL_addstring(&message, why);
  luaL_pushresult(&message);
  return false;
}

/* -- the buffer ------------------------------------------------------------------------------------------ */

static void box_free(box *b) {
  if (b->data != NULL) b->alloc(b->alloc_ud, b->data, b->size, 0);
  b->data = NULL;
}

static int box_gc(lua_State *L) {
  box_free(lua_touserdata(L, 1));
  return 0;
}

void lstudio_json_push_buffer_mt(lua_State *L) {
  lua_createtable(L, 0, 3);
  lua_pushliteral(L, "studio.json.buffer");
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushcfunction(L, box_gc);
  lua_setfield(L, -2, "__gc");
}

/* Makes room for `more` bytes; raises when memory is out. */
static void grow(writer *w, size_t more) {
  lua_State *L = w->L;
  if (more > SIZE_MAX / 4 - w->used) luaL_error(L, "JSON text too large");
  size_t size = w->size;
  while (size < w->used + more) size *= 2;
  if (w->heap == NULL) {
    box *b = lua_newuserdatauv(L, sizeof *b, 0);
    b->alloc = lua_getallocf(L, &b->alloc_ud);
    b->data = NULL;
    b->size = 0;
    lua_pushvalue(L, lua_upvalueindex(UP_BUFFER_MT));
    lua_setmetatable(L, -2);
    lua_replace(L, SLOT_BOX);
    w->heap = b;
  }
  char *data = w->heap->alloc(w->heap->alloc_ud, w->heap->data, w->heap->size, size);
  if (data == NULL) {
    luaL_error(L, "not enough memory");
    return; /* never: it raises */
  }
  if (w->heap->data == NULL) memcpy(data, w->data, w->used);
  w->heap->data = w->data = data;
  w->heap->size = w->size = size;
}

static inline void reserve(writer *w, size_t more) {
  if (w->size - w->used < more) grow(w, more);
}

static inline void put(writer *w, const char *text, size_t length) {
  reserve(w, length);
  memcpy(w->data + w->used, text, length);
  w->used += length;
}

static inline void put_char(writer *w, char c) {
  reserve(w, 1);
  w->data[w->used++] = c;
}

/* With `indent`, a line break and the indentation of the current depth. */
static void put_break(writer *w) {
  if (w->indent == 0) return;
  size_t spaces = (size_t)w->indent * (size_t)w->depth;
  reserve(w, spaces + 1);
  w->data[w->used++] = '\n';
  memset(w->data + w->used, ' ', spaces);
  w->used += spaces;
}

/* -- numbers and strings --------------------------------------------------------------------------------- */

static inline void put_integer(writer *w, lua_Integer value) {
  reserve(w, LSTUDIO_JSON_NUMBER);
  w->used += lstudio_json_format_integer(w->data + w->used, value);
}

static bool put_float(writer *w, double value) {
  if (value - value != 0) return fail(w, value != value ? "nan is not JSON" : "an infinity is not JSON");
  reserve(w, LSTUDIO_JSON_NUMBER);
  w->used += lstudio_json_format_float(w->data + w->used, value);
  return true;
}

static void put_unicode_escape(writer *w, unsigned code) {
  static const char hex[] = "0123456789abcdef";
  char text[6] = "\\u";
  for (int i = 5; i > 1; i--, code >>= 4) text[i] = hex[code & 15];
  put(w, text, sizeof text);
}

static void put_escape(writer *w, char c) {
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  const char *known = c != 0 ? strchr(from, c) : NULL;
  if (known == NULL) {
    put_unicode_escape(w, (unsigned char)c);
  } else {
    char text[2] = { '\\', to[known - from] };
    put(w, text, 2);
  }
}

/* As lstudio_json_plain_run, ending at what a page's HTML or script would take for its own, too. */
static size_t html_run(const char *p, size_t length) {
  size_t i = 0;
  while (i < length && lstudio_json_is_plain(p[i]) && p[i] != '<' && p[i] != '>' && p[i] != '&') i++;
  return i;
}

static bool put_string(writer *w, const char *p, size_t length) {
  reserve(w, length + 2);
  w->data[w->used++] = '"';
  for (;;) {
    size_t run = w->html_safe ? html_run(p, length) : lstudio_json_plain_run(p, length);
    put(w, p, run);
    p += run;
    length -= run;
    if (length == 0) break;
    size_t step = 1;
    if ((unsigned char)*p < 0x80) {
      if (w->html_safe && lstudio_json_is_plain(*p)) put_unicode_escape(w, (unsigned char)*p);
      else put_escape(w, *p);
    } else {
      step = lstudio_json_utf8(p, length);
      if (step == 0) return fail(w, "the string is not valid UTF-8");
      bool separator = step == 3 && (memcmp(p, "\xE2\x80\xA8", 3) == 0 || memcmp(p, "\xE2\x80\xA9", 3) == 0);
      if (w->html_safe && separator) put_unicode_escape(w, p[2] == '\xA8' ? 0x2028 : 0x2029);
      else put(w, p, step);
    }
    p += step;
    length -= step;
  }
  put_char(w, '"');
  return true;
}

/* -- tables ---------------------------------------------------------------------------------------------- */

/* Whether the value on top of the stack means "array" by the marks; pops it. */
static bool pop_is_mark(writer *w) {
  lua_rawget(w->L, lua_upvalueindex(UP_MARKS));
  bool marked = lua_toboolean(w->L, -1) != 0;
  lua_pop(w->L, 1);
  return marked;
}

static bool is_marked(writer *w, int index) {
  if (!lua_getmetatable(w->L, index)) return false;
  if (lua_topointer(w->L, -1) != w->array_mt) return pop_is_mark(w);
  lua_pop(w->L, 1);
  return true;
}

static bool put_element(writer *w, frame *f, lua_Integer i) {
  f->index = i;
  if (i > 1) put_char(w, ',');
  put_break(w);
  return write_value(w, lua_gettop(w->L));
}

/* Whether the keys of the table at `index` are 1..n in some order; sets n. */
static bool is_sequence(lua_State *L, int index, lua_Integer *n) {
  lua_Integer count = 0, largest = 0;
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    lua_Integer key = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (key < 1) return false;
    if (key > largest) largest = key;
    count++;
  }
  *n = count;
  return largest == count;
}

/* Writes the array at `index`, whose first key and value are on the stack. Keys mostly come as 1, 2, 3, …
 * from lua_next, which so sees all of them in one walk; when they do not, what is left is checked and then
 * read by number. */
static bool write_array(writer *w, int index, frame *f) {
  lua_State *L = w->L;
  lua_Integer done = 0, n = 0;
  bool in_order = true;
  put_char(w, '[');
  do {
    in_order = lua_isinteger(L, -2) && lua_tointeger(L, -2) == done + 1;
    if (!in_order) break;
    if (!put_element(w, f, ++done)) return false;
    lua_pop(L, 1);
  } while (lua_next(L, index) != 0);
  if (!in_order) {
    lua_pop(L, 2);
    w->frame = f->up; /* the fault is the table's, not an element's */
    if (!is_sequence(L, index, &n)) return fail(w, "a table with holes, or with both list items and keys");
    w->frame = f;
    while (done < n) {
      lua_rawgeti(L, index, ++done);
      if (!put_element(w, f, done)) return false;
      lua_pop(L, 1);
    }
  }
  w->depth--;
  put_break(w);
  put_char(w, ']');
  return true;
}

/* Writes the member whose key and value are on top of the stack. */
static bool put_member(writer *w, frame *f, bool first) {
  lua_State *L = w->L;
  if (lua_type(L, -2) != LUA_TSTRING) {
    w->frame = f->up;
    return fail(w, lua_isinteger(L, -2) ? "a table with both keys and list items"
                                        : lua_pushfstring(L, "a %s as key", luaL_typename(L, -2)));
  }
  size_t length;
  f->key = lua_tolstring(L, -2, &length);
  if (!first) put_char(w, ',');
  put_break(w);
  if (!put_string(w, f->key, length)) return fail(w, "the key is not valid UTF-8");
  put(w, ": ", w->indent > 0 ? 2 : 0);
  if (w->indent == 0) put_char(w, ':');
  return write_value(w, lua_gettop(L));
}

typedef struct key {
  const char *text;
  size_t length;
} key;

static int compare_keys(const void *a, const void *b) {
  const key *x = a, *y = b;
  int order = memcmp(x->text, y->text, x->length < y->length ? x->length : y->length);
  return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

/* Pushes a list that keeps the string keys of the table at `index` alive, and a block that holds them sorted
 * by their bytes. False when a key is no string: then that key and its value are pushed. A finalizer may
 * change the table between the two walks, hence the room and the count. */
static bool push_sorted_keys(lua_State *L, int index, size_t *count, key **sorted) {
  size_t room = 0, found = 0;
  lua_pushnil(L);
  for (; lua_next(L, index) != 0; lua_pop(L, 1)) room++;
  lua_createtable(L, room < INT32_MAX ? (int)room : 0, 0);
  int list = lua_gettop(L);
  key *keys = lua_newuserdatauv(L, room * sizeof *keys, 0);
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    if (lua_type(L, -2) != LUA_TSTRING) return false;
    lua_pop(L, 1);
    if (found == room) {
      lua_pop(L, 1);
      break;
    }
    lua_pushvalue(L, -1);
    keys[found].text = lua_tolstring(L, -1, &keys[found].length);
    lua_rawseti(L, list, (lua_Integer)++found);
  }
  qsort(keys, found, sizeof *keys, compare_keys);
  *count = found;
  *sorted = keys;
  return true;
}

static bool put_sorted(writer *w, int index, frame *f) {
  lua_State *L = w->L;
  size_t count = 0;
  key *keys = NULL;
  if (!push_sorted_keys(L, index, &count, &keys)) return put_member(w, f, true); /* refuses the key */
  for (size_t i = 0; i < count; i++) {
    lua_pushlstring(L, keys[i].text, keys[i].length);
    lua_pushvalue(L, -1);
    lua_rawget(L, index);
    if (!put_member(w, f, i == 0)) return false;
    lua_pop(L, 2);
  }
  lua_pop(L, 2);
  return true;
}

static bool write_object(writer *w, int index, frame *f) {
  lua_State *L = w->L;
  put_char(w, '{');
  if (w->sort) {
    lua_pop(L, 2);
    if (!put_sorted(w, index, f)) return false;
  } else {
    bool first = true;
    do {
      if (!put_member(w, f, first)) return false;
      first = false;
      lua_pop(L, 1);
    } while (lua_next(L, index) != 0);
  }
  w->depth--;
  put_break(w);
  put_char(w, '}');
  return true;
}

static bool write_table(writer *w, int index) {
  lua_State *L = w->L;
  frame f = { .up = w->frame, .table = lua_topointer(L, index) };
  for (const frame *above = f.up; above != NULL; above = above->up)
    if (above->table == f.table) return fail(w, "a table that contains itself");
  if (w->depth == w->max_depth) return fail(w, "nested too deep");
  luaL_checkstack(L, 16, "JSON value nested too deep");
  bool marked = is_marked(w, index);
  lua_pushnil(L);
  if (lua_next(L, index) == 0) return put(w, marked ? "[]" : "{}", 2), true;
  w->depth++;
  w->frame = &f;
  bool listed = lua_isinteger(L, -2) != 0;
  if (marked && !listed) {
    w->frame = f.up;
    return fail(w, "an array with a key that is no index");
  }
  if (!(listed ? write_array(w, index, &f) : write_object(w, index, &f))) return false;
  w->frame = f.up;
  return true;
}

static bool write_value(writer *w, int index) {
  lua_State *L = w->L;
  size_t length;
  const char *text;
  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    text = lua_tolstring(L, index, &length);
    return put_string(w, text, length);
  case LUA_TNUMBER:
    if (!lua_isinteger(L, index)) return put_float(w, lua_tonumber(L, index));
    put_integer(w, lua_tointeger(L, index));
    return true;
  case LUA_TBOOLEAN:
    if (lua_toboolean(L, index)) put(w, "true", 4);
    else put(w, "false", 5);
    return true;
  case LUA_TTABLE: return write_table(w, index);
  case LUA_TLIGHTUSERDATA:
    if (lua_touserdata(L, index) == NULL) return put(w, "null", 4), true;
    lua_pushvalue(L, index);
    if (pop_is_mark(w)) return put(w, "[]", 2), true;
    break;
  default: break;
  }
  return fail(w, lua_pushfstring(L, "a %s is not JSON", luaL_typename(L, index)));
}

/* -- the function ---------------------------------------------------------------------------------------- */

/* The option `indent`: how many spaces, true for two. */
static int read_indent(lua_State *L) {
  bool two = lua_istable(L, ARG_OPTIONS) && lua_getfield(L, ARG_OPTIONS, "indent") == LUA_TBOOLEAN;
  if (two) return lua_toboolean(L, -1) ? 2 : 0;
  return (int)lstudio_json_integer(L, ARG_OPTIONS, "indent", 0, 0, 16);
}

int lstudio_json_encode(lua_State *L) {
  static const char *const known[] = { "sort", "indent", "html_safe", "depth", NULL };
  char first[FIRST_BUFFER];
  luaL_checkany(L, ARG_VALUE);
  lstudio_json_check_options(L, ARG_OPTIONS, known);
  writer w = { .L = L, .data = first, .size = sizeof first };
  w.max_depth = (int)lstudio_json_integer(L, ARG_OPTIONS, "depth", LSTUDIO_JSON_DEPTH, 0,
                                          LSTUDIO_JSON_DEPTH_MAX);
  w.indent = read_indent(L);
  w.sort = lstudio_json_flag(L, ARG_OPTIONS, "sort");
  w.html_safe = lstudio_json_flag(L, ARG_OPTIONS, "html_safe");
  lua_settop(L, ARG_OPTIONS);
  lua_rawgeti(L, lua_upvalueindex(UP_MARKS), 1);
  w.array_mt = lua_topointer(L, -1);
  lua_pop(L, 1);
  lua_pushnil(L); /* SLOT_BOX */
  bool done = write_value(&w, ARG_VALUE);
  if (done) lua_pushlstring(L, w.data, w.used);
  if (w.heap != NULL) box_free(w.heap);
  if (done) return 1;
  luaL_pushfail(L);
  lua_insert(L, -2);
  return 2;
}
