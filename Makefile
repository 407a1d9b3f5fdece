# Builds, tests and installs lua-studio; `make help` lists the targets. SPDX-License-Identifier: MIT
#
# Each build variant has a folder of its own (build, build/asan, build/cov …), because objects made with
# other flags must never be linked together. B is the folder; mk/check.mk calls make again with another.

.DEFAULT_GOAL := all
MAKEFLAGS     += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:

# ---- What a caller may set -------------------------------------------------------------------------------

B       ?= build
PREFIX  ?= /usr/local
OPT     ?= -O2 -g
WERROR  ?=
# LINK_LUA=1 links liblua into core.so: for hosts that load modules without exporting Lua's symbols.
LINK_LUA ?=
# SAN holds the sanitizer or coverage flags of a variant; they go to the compiler and to the linker.
SAN     ?=

ifeq ($(origin CC),default)
CC := cc
endif
LUAS    := lua5.4 lua54 lua-5.4 lua
LUA     ?= $(firstword $(notdir $(foreach n,$(LUAS),$(shell command -v $(n) 2>/dev/null))) lua5.4)
BUSTED  ?= $(or $(shell command -v busted 2>/dev/null),busted)

# ---- What the machine has --------------------------------------------------------------------------------

UNAME   := $(shell uname -s)
PKG     := $(or $(shell command -v pkg-config 2>/dev/null),false)
LUA_PC  := $(firstword $(foreach n,lua5.4 lua-5.4 lua54 lua,\
             $(shell $(PKG) --atleast-version=5.4 $(n) 2>/dev/null && echo $(n))) lua5.4)

CURL_CFLAGS   := $(shell $(PKG) --cflags libcurl 2>/dev/null)
CURL_LIBS     := $(or $(shell $(PKG) --libs libcurl 2>/dev/null),-lcurl)
LUA_CFLAGS    := $(shell $(PKG) --cflags $(LUA_PC) 2>/dev/null)
LUA_LIBS      := $(shell $(PKG) --libs $(LUA_PC) 2>/dev/null)
CMOCKA_CFLAGS := $(shell $(PKG) --cflags cmocka 2>/dev/null)
CMOCKA_LIBS   := $(or $(shell $(PKG) --libs cmocka 2>/dev/null),-lcmocka)

ifeq ($(UNAME),Darwin)
SYS_CFLAGS := -D_DARWIN_C_SOURCE
SYS_LIBS   := -lm
MODULE_LD  := -bundle -undefined dynamic_lookup
else
SYS_CFLAGS :=
SYS_LIBS   := -ldl -lpthread -lm
MODULE_LD  := -shared -Wl,-z,relro,-z,now
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wformat=2 -Wvla
STUDIO_CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L $(SYS_CFLAGS) -fPIC -fvisibility=hidden -Icsrc \
                 $(WARN) $(if $(WERROR),-Werror) $(OPT) $(SAN)

# V=1 shows the whole commands.
Q   := $(if $(V),,@)
say  = @$(if $(V),:,printf '  %-4s %s\n' $(1) $@)

# ---- Sources and what they become ------------------------------------------------------------------------

CORE_C := $(sort $(wildcard csrc/core/*.c))
BIND_C := $(sort $(wildcard csrc/bind/*.c))
TEST_C := $(sort $(wildcard spec/c/test_*.c))
FUZZ_C := $(sort $(wildcard spec/c/fuzz_*.c))
# Helpers shared by the C tests, linked into each of them.
HELP_C := $(sort $(wildcard spec/c/support/*.c))

CORE_O := $(CORE_C:%.c=$(B)/obj/%.o)
BIND_O := $(BIND_C:%.c=$(B)/obj/%.o)
HELP_O := $(HELP_C:%.c=$(B)/obj/%.o)
LIB    := $(B)/libstudio.a
MODULE := $(B)/studio/core.so
TESTS  := $(TEST_C:spec/c/%.c=$(B)/c/%)
FUZZ   := $(FUZZ_C:spec/c/%.c=$(B)/c/%)

# Lua programs started from here find the checkout's modules first, from whatever folder they run in.
abs_B     = $(if $(filter /%,$(B)),$(B),$(CURDIR)/$(B))
LUA_ENV   = LUA_PATH='$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;;' \
            LUA_CPATH='$(abs_B)/?.so;;' STUDIO_LUA='$(LUA)'
# STUDIO_BUILD tells .busted which variant to load.
# Debian keeps nginx, which some specs need, in sbin: not on everybody's PATH.
BUSTED_ENV = $(LUA_ENV) STUDIO_BUILD='$(B)' PATH="$$PATH:/usr/sbin:/sbin"
BUSTED_RUN = $(BUSTED_ENV) $(LUA) $(BUSTED)

.PHONY: FORCE all deps test test-c test-lua demo clean help lib c-tests fuzzers
all: $(LIB) $(MODULE) ## build the core library and the Lua module

lib: $(LIB) ## build only the C core, build/libstudio.a (needs no Lua)

# Everything is compiled anew when the compiler or a flag changes, and only then.
FLAGS := $(CC) $(STUDIO_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LINK_LUA) $(CURL_LIBS)
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo "$(subst ",\",$(FLAGS))" | cmp -s - $@ || echo "$(subst ",\",$(FLAGS))" >$@

c-tests: $(TESTS)
fuzzers: $(FUZZ)

$(LIB): $(CORE_O)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $^

$(MODULE): $(BIND_O) $(LIB) $(B)/flags
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(MODULE_LD) $(OPT) $(SAN) $(LDFLAGS) -o $@ $(BIND_O) $(LIB) \
	  $(CURL_LIBS) $(if $(LINK_LUA),$(LUA_LIBS)) $(SYS_LIBS) $(LDLIBS)

# The core is compiled without Lua's include path: a core file that reaches for lua.h does not build.
$(B)/obj/csrc/core/%.o: csrc/core/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(STUDIO_CFLAGS) $(CURL_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The binding is compiled without libcurl's include path, where the system keeps it apart.
$(B)/obj/csrc/bind/%.o: csrc/bind/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(STUDIO_CFLAGS) $(LUA_CFLAGS) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/spec/c/%.o: spec/c/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(STUDIO_CFLAGS) -Ispec/c $(CMOCKA_CFLAGS) $(CURL_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
	  -MMD -MP -c -o $@ $<

# C tests link the core alone: no Lua, no binding. Their allocations pass through spec/c/support/oom.c, which can
# make each of them fail (GNU and LLVM linkers; elsewhere those tests are skipped).
ifneq ($(UNAME),Darwin)
OOM_WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=free
endif
$(B)/c/test_%: $(B)/obj/spec/c/test_%.o $(HELP_O) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(OPT) $(SAN) $(LDFLAGS) $(OOM_WRAP) -o $@ $< $(HELP_O) $(LIB) \
	  $(CURL_LIBS) $(CMOCKA_LIBS) $(SYS_LIBS) $(LDLIBS)

# A fuzzer may drive the binding as well (the JSON codec lives there), so it gets everything, Lua included.
$(B)/obj/spec/c/fuzz_%.o: spec/c/fuzz_%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(STUDIO_CFLAGS) -Ispec/c $(LUA_CFLAGS) $(CURL_CFLAGS) $(CPPFLAGS) $(CFLAGS) \
	  -MMD -MP -c -o $@ $<

$(B)/c/fuzz_%: $(B)/obj/spec/c/fuzz_%.o $(BIND_O) $(LIB)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(OPT) $(SAN) $(LDFLAGS) -o $@ $< $(BIND_O) $(LIB) \
	  $(CURL_LIBS) $(LUA_LIBS) $(SYS_LIBS) $(LDLIBS)

-include $(wildcard $(CORE_O:.o=.d) $(BIND_O:.o=.d) $(HELP_O:.o=.d) $(B)/obj/spec/c/*.d)
.SECONDARY:

# ---- The everyday targets --------------------------------------------------------------------------------
# What installs something runs make again afterwards: this make looked for pkg-config before it was there.

deps: ## install what `make check` needs (apt-get; STUDIO_NO_INSTALL=1 only prints the command)
	@sh tools/deps.sh check || test $$? -eq 3

test: ## install what is missing, build, and run the C tests and the specs
	@sh tools/deps.sh test
	@$(MAKE) all c-tests
	@$(MAKE) test-c test-lua

test-c: c-tests ## run the C tests only
	@sh tools/ctests.sh $(TESTS)

test-lua: all ## run the specs only (SPEC="spec/json_spec.lua" for some of them)
	@$(BUSTED_RUN) $(SPEC) $(BUSTED_FLAGS)

demo: ## install what is missing, build, and turn a screenplay into a film: out/storyboard.html
	@sh tools/deps.sh demo
	@$(MAKE) all
	@$(LUA_ENV) $(LUA) examples/demo.lua $(DEMO_ARGS)

clean: ## remove everything that was built; out/ stays, since it may hold what was paid for
	rm -rf build core.so studio csrc/*/*.o *.src.rock

help: ## show this list
	@sed -n 's/^\([a-z][a-z-]*\)[a-z -]*:.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

include mk/check.mk mk/install.mk
