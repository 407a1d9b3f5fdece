#!/bin/sh
# Runs C test programs, shows what failed. SPDX-License-Identifier: MIT
#
# usage: ctests.sh PROGRAM...
# RUNNER is put before each program (valgrind). A program counts by cmocka's own "[  PASSED  ] N test(s)";
# one that ends with 0 without that line has tested nothing and is a failure.
set -u
sum=0
failed=0
for program in "$@"; do
  log=$program.log
  ${RUNNER:-} "$program" >"$log" 2>&1
  status=$?
  passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
  sum=$((sum + passed))
  if [ "$status" -eq 0 ] && [ "$passed" -gt 0 ]; then
    printf '  %-28s %4d passed\n' "${program##*/}" "$passed"
  else
    failed=$((failed + 1))
    printf '  %-28s FAILED (exit status %d)\n' "${program##*/}" "$status"
    grep -v -e '^\[ RUN' -e '^\[       OK' "$log" | sed 's/^/    /'
  fi
done
printf 'C tests: %d passed in %d programs, %d programs failed\n' "$sum" $# "$failed"
[ "$failed" -eq 0 ]
