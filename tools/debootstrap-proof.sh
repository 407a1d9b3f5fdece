#!/bin/sh
# Proves `make test` and `make demo` on a Debian 12 that has nothing but git and make. SPDX-License-Identifier: MIT
#
# usage: sudo sh tools/debootstrap-proof.sh [SOURCE [FOLDER]]
#   SOURCE  what to clone: a git repository or, when it is none, a folder to copy (default: this checkout)
#   FOLDER  where to build the root (default: a new temporary one); it is removed afterwards unless KEEP=1
# Needs root and debootstrap. Inside: clone; `make test` and `make demo` as root, twice; `make demo` with
# STUDIO_NO_INSTALL=1 as a normal user, from that user's own clone. The machine's own apt settings (mirror,
# proxy, dates) are copied in, none is named here. PROOF_CI=1 ends with the whole of .ci/run.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
source=${1:-$here}
root=${2:-}
suite=bookworm

[ "$(id -u)" -eq 0 ] || { echo "this needs root: sudo sh $0" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "this needs debootstrap" >&2; exit 2; }
if [ -z "$root" ]; then root=$(mktemp -d "${TMPDIR:-/tmp}/studio-root.XXXXXX"); fi
mkdir -p "$root"
root=$(cd "$root" && pwd -P)
chmod 755 "$root"

# ---- Cleaning up, whatever happens --------------------------------------------------------------------

# Processes that live in the root, whoever started them there.
residents() {
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/root" 2>/dev/null)" = "$root" ]; then echo "${process#/proc/}"; fi
  done
}
cleanup() {
  for pid in $(residents); do kill -9 "$pid" 2>/dev/null || true; done
  for mount in dev/null dev/urandom dev/random dev/zero proc; do umount "$root/$mount" 2>/dev/null || true; done
  # Never delete through a mount that did not come off.
  if [ "${KEEP:-0}" = 0 ] && ! grep -q " $root/" /proc/mounts; then rm -rf "$root"; else echo "kept: $root"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

say() { printf '\n==== %s\n' "$*"; }
inside() { # inside COMMAND: a shell command line in the root, with a clean environment
  env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CI=true ${proxy:+http_proxy="$proxy"} \
    chroot "$root" /bin/sh -euc "$1" </dev/null
}

timed() { # timed WHAT COMMAND
  say "$1"
  start=$(date +%s)
  if ! inside "$2" >"$root/log" 2>&1; then
    tail -40 "$root/log"
    echo "FAILED: $1"
    exit 1
  fi
  tail -"${TAIL:-6}" "$root/log"
  echo "($(($(date +%s) - start)) s)"
}

# ---- The root --------------------------------------------------------------------------------------------

# shellcheck disable=SC2016 # the $( ) are apt's
# The first plain Debian mirror that apt knows of; the new root gets its packages from there as well.
mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(REPO_URI)' 2>/dev/null |
  awk -v suite=$suite '$2 == suite && $3 ~ /\/debian\/?$/ { print $3; exit }')
[ -n "$mirror" ] || { echo "apt on this machine knows no $suite mirror" >&2; exit 2; }
proxy=$(apt-config dump Acquire::http::Proxy 2>/dev/null | sed -n 's/.*"\(.*\)";/\1/p')
proxy=${proxy:-${http_proxy:-}}

say "debootstrap $suite"
${proxy:+env http_proxy="$proxy"} debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
  { tail -20 "$root.log"; exit 1; }
rm -f "$root.log"
for file in /etc/resolv.conf /etc/hosts; do cp -L $file "$root$file" 2>/dev/null || true; done
# How apt reaches its mirror (proxy, certificates, dates), but no package policies of this machine.
for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
  if [ -f "$file" ] && grep -qi '^ *Acquire' "$file"; then cp "$file" "$root/etc/apt/apt.conf.d/"; fi
done
mount -t proc proc "$root/proc"
for node in null urandom random zero; do
  [ -e "$root/dev/$node" ] || : >"$root/dev/$node"
  mount --bind /dev/$node "$root/dev/$node"
done

timed "git, make and ca-certificates, as the README says" '
  apt-get update -q
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends git make ca-certificates
  ! command -v cc && ! command -v lua5.4'

# ---- The project -----------------------------------------------------------------------------------------

mkdir "$root/origin"
if git -C "$source" rev-parse --verify -q HEAD >/dev/null 2>&1; then
  git clone -q --bare "$source" "$root/origin/lua-studio"
else
  echo "($source has no commit: its files become one, in the root only)"
  mkdir "$root/origin/copy"
  tar -C "$source" --exclude=./build --exclude=./.git --exclude=./out -cf - . | tar -C "$root/origin/copy" -xf -
  inside 'cd /origin/copy && git init -q && git add -A &&
    git -c user.name=proof -c user.email=proof@localhost commit -q -m proof &&
    git clone -q --bare . ../lua-studio'
fi
inside 'chmod -R a+rX /origin && git config --system --add safe.directory "*" &&
  git clone -q /origin/lua-studio /root/lua-studio'

timed "make demo, from nothing, printing only" 'cd /root/lua-studio && ! STUDIO_NO_INSTALL=1 make demo'
timed "make demo, from nothing" 'cd /root/lua-studio && make demo && test -s out/storyboard.html'
timed "make test" 'cd /root/lua-studio && make test'
timed "make demo, again" 'cd /root/lua-studio && make demo && test -s out/storyboard.html'
timed "make test, again" 'cd /root/lua-studio && make test'
timed "make demo as a normal user, installing nothing" '
  useradd -m maker
  su maker -c "cd && git clone -q /origin/lua-studio && cd lua-studio && STUDIO_NO_INSTALL=1 make demo &&
    test -s out/storyboard.html"'
if [ "${PROOF_CI:-0}" != 0 ]; then
  TAIL=30 timed ".ci/run" 'cd /root && git clone -q /origin/lua-studio ci && cd ci && bash .ci/run'
fi
timed "the tree is as it was cloned" '
  cd /root/lua-studio && git status --porcelain >/changes && cat /changes && test ! -s /changes'

say "nothing is left running"
left=$(residents)
if [ -n "$left" ]; then
  for pid in $left; do tr '\0' ' ' <"/proc/$pid/cmdline"; echo; done
  exit 1
fi

say "all of it works on a bare Debian 12"
