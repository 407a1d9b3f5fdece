# What goes beyond `make test`: checks, coverage, soak, bench, docs. SPDX-License-Identifier: MIT
#
# Each step is a target of its own, so that one of them can be run alone: make check-asan, make check-gc …
# The order is cheap first. Nothing here may pass because a tool is missing: `make deps` brings them all.

CHECKS := check-warnings check-symbols check-layers check-lint check-tidy check-asan check-valgrind check-gc \
          check-coverage check-rock check-docs check-browser

.PHONY: check $(CHECKS) coverage soak bench docs
check: ## everything `make test` does not do: warnings, sanitizers, valgrind, GC torture, linters
	@sh tools/deps.sh check
	@$(MAKE) all c-tests
	@for step in $(CHECKS); do \
	  printf '\n== %s\n' "$$step"; \
	  $(MAKE) "$$step" || { printf '\n%s failed\n' "$$step"; exit 1; }; \
	done
	@printf '\nmake check: all of %s steps passed\n' $(words $(CHECKS))

# ---- Compilers -------------------------------------------------------------------------------------------

check-warnings:
	@for compiler in gcc clang; do \
	  $(MAKE) B=build/$$compiler CC=$$compiler WERROR=1 all c-tests fuzzers || exit 1; \
	  echo "$$compiler: no warnings"; done

check-symbols: $(MODULE)
	@symbols=$$(nm -D --defined-only $(MODULE) | awk '{ print $$3 }'); \
	if [ "$$symbols" = luaopen_studio_core ]; then echo "core.so exports luaopen_studio_core and nothing else"; \
	else echo "core.so must export luaopen_studio_core alone, but exports:"; echo "$$symbols"; exit 1; fi
	@if ldd $(MODULE) | grep liblua; then echo "core.so must not be linked with liblua"; exit 1; fi

# What the includes cannot show, the symbols do. (The includes are held to the layers by spec/project.)
# Constant tables of pointers lie in .data.rel.ro: they do not count as mutable state.
check-layers:
	@$(MAKE) B=build/gcc CC=gcc WERROR=1 all
	@! nm build/gcc/libstudio.a | grep -E ' U lua' || { echo "the core calls Lua"; exit 1; }
	@! nm build/gcc/obj/csrc/bind/*.o | grep -E ' U curl_' || { echo "the binding calls libcurl"; exit 1; }
	@! objdump -t $(CORE_O:$(B)/%=build/gcc/%) $(BIND_O:$(B)/%=build/gcc/%) | \
	  grep -E ' O (\.bss|\.data|\.data\.rel|\.data\.rel\.local|\.tbss|\.tdata|\*COM\*)[[:space:]]' || \
	  { echo "mutable state that all Lua states in the process would share"; exit 1; }
	@echo "the core calls no Lua, the binding no libcurl, and there is no static mutable state"

# ---- Linters ---------------------------------------------------------------------------------------------

check-lint:
	@luacheck -q --no-color .busted .luacheckrc lua spec $(wildcard examples) $(wildcard bench) tools

TIDY := $(CORE_C:%.c=build/tidy/%.ok) $(BIND_C:%.c=build/tidy/%.ok)
build/tidy/%.ok: %.c .clang-tidy $(wildcard csrc/*/*.h)
	@mkdir -p $(@D)
	$(call say,TIDY)
	@clang-tidy --quiet $< -- -std=c11 -D_POSIX_C_SOURCE=200809L -Icsrc $(CURL_CFLAGS) $(LUA_CFLAGS) \
	  2>$@.log || { cat $@.log; exit 1; }
	@touch $@
tidy: $(TIDY)
check-tidy:
	@$(MAKE) -k -j2 tidy

# The files whose functions users call; the sandbox's server is not one of them.
DOC_LUA = $(shell find lua/studio -name '*.lua' ! -path '*/sandbox/*' | sort) $(wildcard lua/studio/sandbox/init.lua)
check-docs:
	@$(LUA) tools/apidoc.lua --check - $(DOC_LUA) && echo "the comments say what the functions take"
	@$(BUSTED_RUN) spec/project

# The pages that we make, in headless Chromium.
check-browser: all
	@$(BUSTED_RUN) --run=browser

# ---- Memory ----------------------------------------------------------------------------------------------
# Lua itself and the libraries under busted keep memory to the end, so leaks are judged in the C tests (ASan's
# and valgrind's) and, for the binding, by valgrind over VALGRIND_SPEC: definite losses only.

ASAN  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LIBASAN = $(shell gcc -print-file-name=libasan.so) $(shell gcc -print-file-name=libubsan.so)

check-asan:
	@$(MAKE) B=build/asan CC=gcc OPT='-O1 -g' SAN='$(ASAN)' all c-tests
	@$(MAKE) B=build/asan CC=gcc OPT='-O1 -g' SAN='$(ASAN)' test-c
	@$(MAKE) B=build/asan asan-lua

asan-lua:
	@ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1 \
	  $(BUSTED_ENV) LD_PRELOAD='$(LIBASAN)' $(LUA) $(BUSTED) $(SPEC)

VALGRIND := valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
            --show-leak-kinds=definite --trace-children=no
# The services are Lua over the same binding: ASan and the GC torture see all of their specs. What valgrind and the
# second collector add is about the C code, and the other specs are about that: the journal's among them, which only
# services use. (html, progress …: pure Lua; nginx: another process's work.)
SERVICE_SPEC := $(wildcard $(foreach name,analyst mstudio cognitive3d five9 storyboard stale_reports weekly_report, \
                  spec/$(name)_*spec.lua spec/$(name)_spec.lua))
BINDING_SPEC := $(filter-out $(SERVICE_SPEC),$(wildcard spec/*_spec.lua)) spec/analyst_journal_spec.lua
NOT_FOR_VALGRIND := filename fountain html nginx progress
VALGRIND_SPEC ?= $(filter-out $(NOT_FOR_VALGRIND:%=spec/%_spec.lua),$(BINDING_SPEC))

# A simulation of half hours would take minutes; what it calls is called by test_limiter too, and ASan sees both.
VALGRIND_TESTS := $(filter-out %/test_limiter_servers,$(TESTS))

check-valgrind: all c-tests
	@RUNNER='$(VALGRIND)' sh tools/ctests.sh $(VALGRIND_TESTS)
	$(if $(VALGRIND_SPEC),@$(BUSTED_ENV) $(VALGRIND) $(LUA) $(BUSTED) $(VALGRIND_SPEC))

# The two collectors of Lua 5.4 find different mistakes.
check-gc: all
	@STUDIO_GC_TORTURE=1 $(BUSTED_RUN)
	@STUDIO_GC_TORTURE=1 STUDIO_GC_MODE=generational $(BUSTED_RUN) $(BINDING_SPEC)

# ---- Coverage --------------------------------------------------------------------------------------------
# Line coverage by the C tests alone; the policies must be covered to the last line.

POLICIES := limiter heed limits retry backoff budget call auth ratehint

coverage check-coverage: ## line coverage of csrc/core by the C tests; the policies must reach 100 %
	@$(MAKE) B=build/cov CC=gcc OPT='-O0 -g' SAN=--coverage c-tests
	@find build/cov -name '*.gcda' -exec rm -f {} +
	@$(MAKE) B=build/cov CC=gcc OPT='-O0 -g' SAN=--coverage test-c
	@POLICIES='$(POLICIES)' sh tools/coverage.sh build/cov $(CORE_C)

# ---- The long ones ---------------------------------------------------------------------------------------

# A fuzzer takes the seconds it may run as its argument and ends with 0 when it found nothing.
FUZZ_SECONDS ?= 60
soak: ## the long proofs: specs tagged #soak, and the fuzzers under ASan (up to an hour)
	@sh tools/deps.sh check
	@$(MAKE) all
	@$(MAKE) B=build/asan CC=gcc OPT='-O1 -g' SAN='$(ASAN)' fuzzers
	@set -e; for name in $(FUZZ_C:spec/c/%.c=%); do echo "$$name, $(FUZZ_SECONDS) s"; \
	  ASAN_OPTIONS=detect_leaks=0 build/asan/c/$$name $(FUZZ_SECONDS); done
	@$(BUSTED_RUN) --run=soak $(SPEC)

bench: ## measure against plain C libcurl, lua-http and luasocket (prints ratios)
	@sh tools/deps.sh bench
	@$(MAKE) all
	@$(LUA_ENV) CC='$(CC)' sh bench/run.sh

docs: ## the API reference, from the comments in the code, as build/reference.md
	@mkdir -p build
	@$(LUA) tools/apidoc.lua build/reference.md $(DOC_LUA)
