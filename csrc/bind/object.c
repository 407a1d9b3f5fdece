/* lstudio: classes and boxes.   SPDX-License-Identifier: MIT */
#include <string.h>

#include "bind/lstudio.h"

void lstudio_new_class(lua_State *L, const lstudio_class *class) {
  luaL_newmetatable(L, class->name); /* sets __name */
  lua_newtable(L);
  luaL_setfuncs(L, class->methods, 0);
  if (class->close != NULL) {
    lua_pushcfunction(L, class->close);
    lua_setfield(L, -2, "close");
  }
  if (class->index != NULL) {
    lua_pushcclosure(L, class->index, 1); /* the methods are its upvalue */
  }
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, class->gc != NULL ? class->gc : class->close);
  lua_setfield(L, -2, "__gc");
  if (class->close != NULL) {
    lua_pushcfunction(L, class->close);
    lua_setfield(L, -2, "__close");
  }
  lua_pushcfunction(L, class->tostring);
  lua_setfield(L, -2, "__tostring");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable"); /* Lua code cannot reach the finaliser */
  lua_pop(L, 1);
}

void *lstudio_new_box(lua_State *L, const char *name, size_t size, int user_values) {
  void *box = lua_newuserdatauv(L, size, user_values);
  memset(box, 0, size);
  luaL_setmetatable(L, name);
  return box;
}
