#!/bin/sh
# check-install.sh BUILD LIBDIR: what `cmake --install` lays down is enough to compile and run a
# program against the library with nothing but pkg-config.
set -eu
build=$1 libdir=$2
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cmake --install "$build" --prefix "$stage/prefix" >"$stage/install.log"
cat >"$stage/user.c" <<'C'
#include <pds/sign.h>
#include <pds/version.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    return printf("%s %s\n", pds_version(), pds_code_name(PDS_E_USAGE)) < 0;
}
C
PKG_CONFIG_PATH=$stage/prefix/$libdir/pkgconfig
export PKG_CONFIG_PATH
pc() { pkg-config --define-variable=prefix="$stage/prefix" "$@" pdfsign; }
# shellcheck disable=SC2046 # the flags are words
${CC:-gcc} -Wall -Wextra -Werror -std=c11 $(pc --cflags) -o "$stage/user" "$stage/user.c" $(pc --libs)
got=$(LD_LIBRARY_PATH=$(pc --variable=libdir) "$stage/user")
want="$(pc --modversion) USAGE"
[ "$got" = "$want" ] || { echo "the program says '$got', not '$want'"; exit 1; }
"$stage/prefix/bin/pdfsign" --version
