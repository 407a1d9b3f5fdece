#!/bin/sh
# Measures our client against plain C libcurl, lua-http and luasocket. SPDX-License-Identifier: MIT
#
# usage: sh bench/run.sh [compare] [frames] [memory] [connect] [recorder] [audit] [instructions]
# Default: all but the last.
# From the checkout's folder, built (`make bench` does that). ROUNDS=n sets the rounds of compare.
# Starts nginx and a slow server on ports of their own, on 127.0.0.1, and stops them by their process ids.
set -eu
umask 022 # nginx may read as another user
PATH="$PATH:/usr/sbin:/sbin"
LUA=${STUDIO_LUA:-lua5.4}
STUDIO_LUA=$LUA
LUA_PATH=${LUA_PATH:-"$PWD/lua/?.lua;$PWD/lua/?/init.lua;;"}
LUA_CPATH=${LUA_CPATH:-"$PWD/build/?.so;;"}
export STUDIO_LUA LUA_PATH LUA_CPATH
[ $# -gt 0 ] || set -- compare frames memory connect recorder audit

dir=$(mktemp -d "${TMPDIR:-/tmp}/studio-bench.XXXXXX")
nginx_pid='' slow_pid=''
stop() {
  for pid in $nginx_pid $slow_pid; do
    kill "$pid" 2>/dev/null || continue
    wait "$pid" 2>/dev/null || continue
  done
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM

# ---- what runs

ceiling=build/bench/ceiling
mkdir -p build/bench
# shellcheck disable=SC2046 # flags are words
${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wshadow -O2 -o $ceiling bench/ceiling.c \
  $(pkg-config --cflags --libs libcurl)

# ---- servers

# With two cores or more the server keeps the last one; a client then shares it, or has another.
cores=$(nproc 2>/dev/null || echo 1)
on_server='' elsewhere=''
if [ "$cores" -gt 1 ] && command -v taskset >/dev/null 2>&1; then
  on_server="taskset -c $((cores - 1))" elsewhere="taskset -c $((cores - 2))"
fi

mkdir -p "$dir/www/projects" "$dir/tmp"
chmod 755 "$dir"
"$LUA" - >"$dir/www/projects/1" <<'END'
local notes = {}
for i = 1, 9 do notes[i] = ('{"id":%d,"text":"shot %d, the harbour at dawn, 35mm, a slow push in","done":%s,"at":%.2f}')
  :format(4800 + i, i, i % 2 == 0, i * 1.25) end
io.write('{"id":1,"title":"Teaser","state":"active","created_at":"2026-03-05T07:15:00Z","frames":64,"length":93.5,',
  '"owner":{"id":17,"name":"A. Writer"},"tags":["harbour","dawn","teaser"],"notes":[', table.concat(notes, ","), "]}")
END
free_port() {
  "$LUA" -e 'local _, port = assert(require "socket".bind("127.0.0.1", 0)):getsockname() print(port)'
}
port=$(free_port) tls_port=$(free_port)
# A server that vouches for itself, among all the authorities of the system.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$dir/server.key" -out "$dir/server.pem" 2>/dev/null
for bundle in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt; do
  [ -e $bundle ] && break
done
cat $bundle "$dir/server.pem" >"$dir/bundle.pem"
sed -e "s|@DIR@|$dir|g" -e "s|@PORT@|$port|g" -e "s|@TLS_PORT@|$tls_port|g" bench/nginx.conf.in >"$dir/nginx.conf"
$on_server nginx -e "$dir/error.log" -c "$dir/nginx.conf" &
nginx_pid=$!
url=http://127.0.0.1:$port
tries=0
until "$LUA" -e "os.exit(require 'socket'.connect('127.0.0.1', $port) ~= nil)"; do
  tries=$((tries + 1))
  if [ $tries -gt 50 ] || ! kill -0 $nginx_pid 2>/dev/null; then
    echo "bench: nginx does not answer:" >&2
    cat "$dir/error.log" >&2
    exit 1
  fi
  sleep 0.1
done

start_slow() {
  [ -z "$slow_pid" ] || return 0
  $on_server "$LUA" bench/slow_server.lua >"$dir/slow" &
  slow_pid=$!
  until [ -s "$dir/slow" ]; do
    kill -0 $slow_pid || exit 1
    sleep 0.1
  done
}

# ---- what is measured

# Instructions of one request: two runs of different length, so that the start falls out.
instructions_of() {
  short=$(callgrind "$@" 500 1)
  long=$(callgrind "$@" 1500 1)
  echo $(((long - short) / 1000))
}
callgrind() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
    sed -n 's/.*Collected *: *\([0-9]*\).*/\1/p'
}
instructions() {
  command -v valgrind >/dev/null || { echo "bench: instructions need valgrind" >&2; exit 1; }
  echo "user instructions for one request (callgrind)"
  printf '  %-14s %8d\n' 'C, easy' "$(instructions_of $ceiling easy "$url/projects/1")"
  for name in core core+json sdk; do
    printf '  %-14s %8d\n' $name "$(instructions_of "$LUA" bench/client.lua $name "$url")"
  done
  echo "aim: core at most 15000 over C"
}

echo "$(uname -sm), $cores cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo 2>/dev/null | head -n 1), $(date +%F)"
"$LUA" -e 'local core = require "studio.core"
  print(("lua-studio %s, libcurl %s, JSON by the codec: %s"):format(core.version, core.curl_version,
    require "studio.json".backend))'
for what in "$@"; do
  echo
  case $what in
    compare)
      STUDIO_BENCH_SAME=$on_server STUDIO_BENCH_OTHER=$elsewhere \
        "$LUA" bench/compare.lua "$url" "$ceiling" "${ROUNDS:-11}" ;;
    frames) start_slow; $elsewhere "$LUA" bench/frames.lua "http://127.0.0.1:$(cat "$dir/slow")" ;;
    memory) "$LUA" bench/memory.lua "$url" ;;
    connect)
      $elsewhere "$LUA" bench/connect.lua "https://127.0.0.1:$tls_port" "$ceiling" \
        "$dir/bundle.pem" "$dir/server.pem" ;;
    recorder) $elsewhere "$LUA" bench/recorder.lua ;;
    audit) $elsewhere "$LUA" bench/audit.lua ;;
    instructions) instructions ;;
    *)
      echo "usage: sh bench/run.sh [compare] [frames] [memory] [connect] [recorder] [audit] [instructions]" >&2
      exit 2 ;;
  esac
done
