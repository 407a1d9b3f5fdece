# Installing with make, and proving the rock. SPDX-License-Identifier: MIT

LUA_V      ?= 5.4
INSTALL    ?= install
LUA_SHARE   = $(DESTDIR)$(PREFIX)/share/lua/$(LUA_V)
LUA_LIB     = $(DESTDIR)$(PREFIX)/lib/lua/$(LUA_V)
# types/ is read by editors only, but they look for it beside the modules.
LUA_FILES   = $(shell cd lua && find studio -name '*.lua' | sort)

.PHONY: install uninstall rock check-rock rockspec routes
install: all ## install under PREFIX (default /usr/local)
	@for file in $(LUA_FILES); do \
	  $(INSTALL) -d "$(LUA_SHARE)/$$(dirname "$$file")" && \
	  $(INSTALL) -m 644 "lua/$$file" "$(LUA_SHARE)/$$file" || exit 1; done
	$(INSTALL) -d "$(LUA_LIB)/studio"
	$(INSTALL) -m 755 $(MODULE) "$(LUA_LIB)/studio/core.so"
	$(INSTALL) -d "$(DESTDIR)$(PREFIX)/bin"
	@for file in $(wildcard bin/*); do $(INSTALL) -m 755 "$$file" "$(DESTDIR)$(PREFIX)/bin/" || exit 1; done

uninstall: ## remove what `make install` put there
	rm -rf "$(LUA_SHARE)/studio" "$(LUA_LIB)/studio"
	rm -f $(patsubst bin/%,"$(DESTDIR)$(PREFIX)/bin/%",$(wildcard bin/*))

ROCKSPEC := rockspec/lua-studio-scm-1.rockspec
rockspec: ## write the list of modules in the rockspec anew, from what is on disk
	@$(LUA) tools/rockspec.lua $(ROCKSPEC)

routes: ## write docs/*_routes.md anew, from the routes in the code
	@$(LUA) tools/routes.lua

ROCK_LUA := $(CURDIR)/build/rock/tree/share/lua/$(LUA_V)
ROCK_LIB := $(CURDIR)/build/rock/tree/lib/lua/$(LUA_V)
# LuaRocks builds inside the checkout, so it gets a copy: its objects must not meet ours.
rock check-rock: ## build and install the rock into a tree of its own, and load it from there
	@$(LUA) tools/rockspec.lua --check $(ROCKSPEC)
	@rm -rf build/rock && mkdir -p build/rock/src
	@tar -cf - --exclude=./build --exclude=./.git --exclude=./out . | tar -xf - -C build/rock/src
	@cd build/rock/src && luarocks --lua-version=$(LUA_V) make --deps-mode=none --tree=../tree \
	  $(ROCKSPEC) >../log 2>&1 || { cat ../log; exit 1; }
	@cd / && LUA_PATH='$(ROCK_LUA)/?.lua;$(ROCK_LUA)/?/init.lua' LUA_CPATH='$(ROCK_LIB)/?.so' \
	  $(LUA) -e 'print("loaded from the rock: " .. require("studio")._VERSION)'
