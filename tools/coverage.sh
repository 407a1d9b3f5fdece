#!/bin/sh
# Prints line coverage of the C core; fails where a policy is not at 100 %. SPDX-License-Identifier: MIT
#
# usage: POLICIES="limiter retry" coverage.sh BUILD_DIR SOURCE.c...
# BUILD_DIR was built with --coverage and its tests have been run. A source without any data counts as 0 %.
set -u
dir=$1
shift
report=$dir/coverage.txt
: >"$report"
for source in "$@"; do
  # gcov names each source it saw; only the line after our own file's name counts, not those of headers.
  share=$(gcov -n -o "$dir/obj/${source%.c}.o" "$source" 2>/dev/null |
    awk -v want="File '$source'" '$0 == want { getline; sub(/.*:/, ""); print; exit }')
  printf '%s %s\n' "${share:-0.00% of 0}" "$source" >>"$report"
done
sort -k4 "$report" | awk '{ printf "  %8s of %4d lines  %s\n", $1, $3, $4; run += $1 * $3 / 100; all += $3 }
  END { printf "  %7.2f%% of %4d lines  all of csrc/core\n", all ? 100 * run / all : 0, all }'
failed=0
for policy in ${POLICIES:-}; do
  if ! grep -q "^100.00% of [0-9]* .*/$policy\.c$" "$report"; then
    echo "  not at 100 %: $policy.c; never run:"
    gcov -t -o "$dir/obj/csrc/core/$policy.o" "csrc/core/$policy.c" 2>/dev/null |
      awk -v want="0:Source:csrc/core/$policy.c" '/:Source:/ { ours = index($0, want) } ours && /#####:/'
    failed=1
  fi
done
exit $failed
