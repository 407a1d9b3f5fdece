/* studio.journal: a locked file that grows line by line.   SPDX-License-Identifier: MIT */
#include <string.h>

#include "core/journal.h"

#include "bind/lstudio.h"

typedef struct journal_box {
  studio_journal *journal;
} journal_box;

static studio_journal *check_journal(lua_State *L) {
  journal_box *box = luaL_checkudata(L, 1, LSTUDIO_JOURNAL);
  if (box->journal == NULL) luaL_argerror(L, 1, "journal is closed");
  return box->journal;
}

static int journal_close(lua_State *L) {
  journal_box *box = luaL_checkudata(L, 1, LSTUDIO_JOURNAL);
  studio_journal *journal = box->journal;
  box->journal = NULL;
  studio_journal_close(journal);
  return 0;
}

static int journal_tostring(lua_State *L) {
  journal_box *box = luaL_checkudata(L, 1, LSTUDIO_JOURNAL);
  lua_pushfstring(L, "%s (%s)", LSTUDIO_JOURNAL, box->journal != NULL ? "open" : "closed");
  return 1;
}

/* True, or nil, message and code. */
static int push_outcome(lua_State *L, bool done, const studio_error *err) {
  if (done) {
    lua_pushboolean(L, 1);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, err->message);
  lua_pushstring(L, err->code);
  return 3;
}

/*** Opens a journal: a file that this user alone may read, locked until it is closed or the process ends.
@function journal
@tparam string path
@tparam[opt=false] boolean must_exist  else it is made
@treturn studio.journal journal; nil, message and code ("busy": it is locked by another run) when it cannot be */
static int journal_open(lua_State *L) {
  const char *path = lstudio_check_text(L, 1);
  bool must_exist = lua_toboolean(L, 2);
  studio_error err;
  studio_error_clear(&err);
  journal_box *box = lstudio_new_box(L, LSTUDIO_JOURNAL, sizeof *box, 0);
  box->journal = studio_journal_open(path, must_exist, &err);
  return box->journal != NULL ? 1 : push_outcome(L, false, &err);
}

/*** Writes one line, whole, to the system before it returns.
@function journal:append
@tparam string line  with the line feed at its end, and no other
@treturn boolean true; nil and a message when it cannot be: nothing of it stays */
static int journal_append(lua_State *L) {
  studio_journal *journal = check_journal(L);
  size_t size = 0;
  const char *line = luaL_checklstring(L, 2, &size);
  const char *feed = memchr(line, '\n', size);
  luaL_argcheck(L, feed != NULL && feed + 1 == line + size, 2, "one line with its line feed expected");
  studio_error err;
  studio_error_clear(&err);
  return push_outcome(L, studio_journal_append(journal, line, size, &err), &err);
}

/*** Cuts off what stands behind the first so many bytes.
@function journal:keep
@tparam integer size
@treturn boolean true; nil and a message when it cannot be */
static int journal_keep(lua_State *L) {
  studio_journal *journal = check_journal(L);
  lua_Integer size = luaL_checkinteger(L, 2);
  luaL_argcheck(L, size >= 0, 2, "0 or more expected");
  studio_error err;
  studio_error_clear(&err);
  return push_outcome(L, studio_journal_keep(journal, size, &err), &err);
}

void lstudio_open_journal(lua_State *L) {
  static const luaL_Reg methods[] = {{"append", journal_append}, {"keep", journal_keep}, {NULL, NULL}};
  static const lstudio_class class = {
    .name = LSTUDIO_JOURNAL, .methods = methods, .close = journal_close, .tostring = journal_tostring};
  lstudio_new_class(L, &class);
  lua_pushcfunction(L, journal_open);
  lua_setfield(L, -2, "journal");
}
