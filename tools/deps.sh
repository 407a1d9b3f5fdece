#!/bin/sh
# Finds which system packages a make target still needs, and installs them. SPDX-License-Identifier: MIT
#
# usage: deps.sh build|demo|test|check|bench
# Debian and Ubuntu: says what it will run, then runs apt-get (through sudo when not root). Elsewhere it
# prints the names for brew, dnf or apk. STUDIO_NO_INSTALL=1 never installs, it only prints.
# Exit status: 0 all there or installed, 1 could not be done, 2 usage, 3 something is missing and only named.
set -u

set_wanted=${1:-}
case $set_wanted in
  build) sets="build" ;;
  demo) sets="build demo" ;;
  test) sets="build demo test" ;;
  check) sets="build demo test check" ;;
  bench) sets="build demo test" ;;
  *) echo "usage: tools/deps.sh build|demo|test|check|bench" >&2; exit 2 ;;
esac

LUA=${LUA:-lua5.4}
# lua-http is plain Lua, and Debian files it under the older versions only.
OLD='/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;/usr/share/lua/5.1/?.lua'

# set | how to see that it is there | Debian, Ubuntu | Fedora | Alpine | Homebrew | rock, for want of a package
# Probes: cmd:PROGRAM on the PATH, pc:PKG-CONFIG-NAME, lua:MODULE, ca: a CA bundle for https.
table() {
  cat <<'END'
build|cmd:cc|gcc libc6-dev|gcc|gcc musl-dev||
build|cmd:ar|binutils|binutils|binutils||
build|cmd:pkg-config|pkg-config|pkgconf-pkg-config|pkgconf|pkgconf|
build|pc:libcurl|libcurl4-openssl-dev|libcurl-devel|curl-dev|curl|
build|cmd:lua5.4|lua5.4|lua|lua5.4|lua@5.4|
build|pc:lua5.4|liblua5.4-dev|lua-devel|lua5.4-dev|lua@5.4|
build|ca:certificates|ca-certificates|ca-certificates|ca-certificates||
demo|lua:http.server|lua-http|luarocks|luarocks5.4|luarocks|http
test|pc:cmocka|libcmocka-dev|libcmocka-devel|cmocka-dev|cmocka|
test|lua:busted|lua-busted|luarocks|luarocks5.4|luarocks|busted
test|lua:cjson|lua-cjson|luarocks|luarocks5.4|luarocks|lua-cjson
test|lua:socket|lua-socket|luarocks|luarocks5.4|luarocks|luasocket
test|lua:zlib|lua-zlib|luarocks|luarocks5.4|luarocks|lua-zlib
test|cmd:zip|zip|zip|zip||
test|cmd:nginx|nginx|nginx|nginx|nginx|
test|cmd:curl|curl|curl|curl||
test|cmd:unzip|unzip|unzip|unzip||
test|cmd:file|file|file|file||
test|cmd:python3|python3|python3|python3|python|
test|cmd:openssl|openssl|openssl|openssl|openssl|
test|cmd:nghttpd|nghttp2-server|nghttp2|nghttp2|nghttp2|
test|cmd:tinyproxy|tinyproxy|tinyproxy|tinyproxy|tinyproxy|
test|cmd:microsocks|microsocks|microsocks|microsocks|microsocks|
check|cmd:git|git|git|git|git|
check|cmd:clang|clang|clang|clang||
check|cmd:clang-tidy|clang-tidy|clang-tools-extra|clang-extra-tools|llvm|
check|cmd:valgrind|valgrind|valgrind|valgrind||
check|cmd:luacheck|lua-check|luarocks|luarocks5.4|luarocks|luacheck
check|cmd:luarocks|luarocks|luarocks|luarocks5.4|luarocks|
check|cmd:chromium|chromium|chromium|chromium||
check|cmd:ffprobe|ffmpeg|ffmpeg-free|ffmpeg|ffmpeg|
END
}

is_there() {
  case $1 in
    cmd:lua5.4) command -v "$LUA" >/dev/null 2>&1 || command -v lua5.4 >/dev/null 2>&1 ;;
    # Debian keeps servers in sbin, which a normal user's PATH may lack.
    cmd:*) PATH="$PATH:/usr/sbin:/sbin" command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    pc:lua5.4)
      for name in lua5.4 lua-5.4 lua54 lua; do
        pkg-config --atleast-version=5.4 "$name" 2>/dev/null && return 0
      done
      return 1 ;;
    ca:*)
      for bundle in /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt; do
        [ -e "$bundle" ] && return 0
      done
      return 1 ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    lua:*)
      STUDIO_MODULE=${1#lua:} STUDIO_OLD=$OLD "$LUA" -e '
        local name, path = os.getenv "STUDIO_MODULE", package.path .. ";" .. os.getenv "STUDIO_OLD"
        local found = package.searchpath(name, path) or package.searchpath(name, package.cpath)
        os.exit(found ~= nil)' 2>/dev/null ;;
  esac
}

case $(uname -s) in
  Darwin) manager=brew ;;
  *)
    manager=unknown
    for name in apt-get dnf apk brew; do
      if command -v $name >/dev/null 2>&1; then manager=$name; break; fi
    done ;;
esac

missing='' packages='' rocks=''
add() { # add WORD... to $packages, each once
  for word in "$@"; do
    case " $packages " in *" $word "*) ;; *) packages="${packages:+$packages }$word" ;; esac
  done
}
while IFS='|' read -r set probe apt dnf apk brew rock; do
  case " $sets " in *" $set "*) ;; *) continue ;; esac
  is_there "$probe" && continue
  case $probe in
    pc:*) what="${probe#*:} (headers)" ;;
    ca:*) what="CA certificates" ;;
    *) what=${probe#*:} ;;
  esac
  missing="${missing:+$missing, }$what"
  # shellcheck disable=SC2086 # package lists are lists of words
  case $manager in
    apt-get) add $apt ;;
    dnf) add $dnf ;;
    apk) add $apk ;;
    brew) add $brew ;;
    *) add $apt ;;
  esac
  if [ "$manager" != apt-get ] && [ -n "$rock" ]; then rocks="${rocks:+$rocks }$rock"; fi
done <<END
$(table)
END

[ -n "$missing" ] || exit 0
echo "make ${set_wanted}: missing here: $missing"

if [ "$manager" != apt-get ]; then
  case $manager in
    dnf) echo "  sudo dnf install $packages" ;;
    apk) echo "  sudo apk add $packages" ;;
    brew) echo "  brew install $packages" ;;
    *) echo "  no known package manager here; on Debian the packages are: $packages" ;;
  esac
  for rock in $rocks; do echo "  luarocks --lua-version=5.4 install $rock"; done
  echo "then run make again."
  exit 3
fi

if [ "$(id -u)" -eq 0 ]; then sudo=''; else sudo="sudo "; fi
as_root() { if [ -n "$sudo" ]; then sudo "$@"; else "$@"; fi; }
install="env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
command="${sudo}apt-get update && ${sudo}$install $packages"
if [ "${STUDIO_NO_INSTALL:-0}" != 0 ]; then
  printf '  %s\n' "$command"
  exit 3
fi
if [ -n "$sudo" ] && ! command -v sudo >/dev/null 2>&1; then
  echo "not root, and there is no sudo: run this as root, then make again:"
  echo "  apt-get update && $install $packages"
  exit 3
fi
printf 'installing it now (STUDIO_NO_INSTALL=1 would only print this):\n  %s\n' "$command"

# Debian starts a server as soon as it is installed. nginx is wanted as a program only: a policy that forbids
# starting is put in place for as long as apt-get runs, unless the machine has one, and nginx stays disabled.
guard=/usr/sbin/policy-rc.d
made_guard=''
case " $packages " in *" nginx "*)
  if [ ! -e $guard ]; then
    echo "  (with a temporary $guard, so that nginx is not started; then: systemctl disable nginx)"
    made_guard=yes
    printf '#!/bin/sh\nexit 101\n' | as_root tee $guard >/dev/null && as_root chmod 755 $guard
  fi
  ;;
esac
cleanup() { if [ -n "$made_guard" ]; then as_root rm -f $guard; made_guard=''; fi; }
trap cleanup EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2086
as_root apt-get update -q </dev/null &&
  as_root $install $packages </dev/null
status=$?
case " $packages " in *" nginx "*)
  if [ $status -eq 0 ] && [ -n "$made_guard" ] && command -v systemctl >/dev/null 2>&1; then
    as_root systemctl disable --quiet nginx >/dev/null 2>&1 || true
  fi
  ;;
esac
if [ $status -ne 0 ]; then
  echo "apt-get failed (exit status $status); what is still needed: $packages" >&2
  exit 1
fi
