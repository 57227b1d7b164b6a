#!/bin/bash
# selftest.sh: breaks a toy tree in one way after another and expects the check concerned to notice.
set -eu
checks=$(cd "$(dirname "$0")" && pwd)
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
cd "$top"
mkdir -p include/pds base cms token pdf pdfsign cli build

printf '#ifndef P_H\n#define P_H\n#include <stddef.h>\nsize_t pds_size(void);\n#endif\n' >include/pds/size.h
printf '#ifndef F_H\n#define F_H\nint pds_flate(void);\n#endif\n' >base/flate.h
printf '#include "base/flate.h"\n#include <zlib.h>\n' >base/flate.c
printf '#ifndef T_H\n#define T_H\nint pds_token(void);\n#endif\n' >token/token.h
printf '#ifndef R_H\n#define R_H\nint pds_report(void);\n#endif\n' >pdfsign/report.h
printf '#include "token/token.h"\n#include "base/flate.h"\n' >pdfsign/sign.c
printf '#include "pdfsign/report.h"\n' >pdfsign/verify.c
printf '#include <pds/size.h>\n#include "pds_version.h"\n#include <stdio.h>\n' >cli/main.c
printf '#include "not/looked/at.h"\n' >build/generated.c
printf '#include <stddef.h>\nsize_t pds_size(void);\nsize_t pds_size(void) { return 1; }\n' >lib.code
gcc -shared -fPIC -o lib.so -x c lib.code
echo pds_size >exports.txt

passed=0 failed=0
say() { if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; echo "$1: $2"; }
good() { # good NAME COMMAND...: the command succeeds
    local name=$1
    shift
    if "$@" >log 2>&1; then say ok "$name"; else say FAILED "$name"; cat log; fi
}
bad() { # bad NAME TEXT COMMAND...: the command fails and prints TEXT
    local name=$1 text=$2
    shift 2
    if "$@" >log 2>&1; then
        say FAILED "$name is not noticed"
    elif grep -qF -- "$text" log; then
        say ok "$name is noticed"
    else
        say FAILED "$name fails otherwise"
        cat log
    fi
}
with() { # with FILE LINE COMMAND...: runs the command while FILE ends in LINE
    local file=$1 line=$2
    shift 2
    [ -f "$file" ] || : >"$file"
    cp "$file" build/saved
    printf '%s\n' "$line" >>"$file"
    "$@"
    mv build/saved "$file"
}
layers() { sh "$checks/check-layers.sh" .; }
headers() { sh "$checks/check-headers.sh" .; }
doors() { sh "$checks/check-doors.sh" . "$checks/doors.txt"; }
exports() { sh "$checks/check-exports.sh" lib.so exports.txt; }

for check in layers headers doors exports; do good "a sound tree ($check)" $check; done
with base/flate.c '#include "pdf/xref.h"' bad "base -> pdf" 'base/flate.c:3' layers
with token/token.c '  #  include "pdf/xref.h"' bad "token -> pdf" 'token/token.c:1' layers
with cli/main.c '#include "base/flate.h"' bad "cli -> base" 'cli/main.c:4' layers
with include/pds/size.h '#include "base/flate.h"' bad "public -> base" 'include/pds/size.h:6' layers
with pdfsign/sign.c '#include "report.h"' bad "an include without its folder" 'pdfsign/sign.c:3' layers
mkdir misc
with misc/new.c 'int x;' bad "a folder without a place" 'no place in the folder order' layers
rm -r misc
with pdfsign/report.h '#include "token/token.h"' bad "verify -> report -> token" 'a verifier reaches token/token.h' layers
with base/flate.h 'FILE *pds_file(void);' bad "a header that needs another" 'base/flate.h: not alone as C' headers
with base/flate.h 'typedef struct { int new; } pds_x;' bad "a header that C++ cannot read" 'base/flate.h: not alone as C++' headers
with pdf/value.c '#include <zlib.h>' bad "zlib behind another door" 'only behind base/flate.c' doors
with cms/der.c '#include <expat.h>' bad "a library without a door" 'has no door' doors
with cli/main.c '#include <openssl/evp.h>' bad "OpenSSL in the command line" 'only behind cms/ token/' doors
with base/secret.c '#include <openssl/evp.h>' bad "more of OpenSSL than a secret needs" 'only behind' doors
with exports.txt 'pds_zap' bad "a listed name that is missing" '-pds_zap' exports
with exports.txt 'zap' bad "a name without pds_" 'not a pds_ name' exports
with lib.code 'int pds_more(void) { return 0; }' gcc -shared -fPIC -o lib.so -x c lib.code
bad "an exported name that is not listed" '+pds_more' exports
mkdir empty
bad "an empty tree (layers)" 'no C files' sh "$checks/check-layers.sh" empty
bad "an empty tree (headers)" 'no headers' sh "$checks/check-headers.sh" empty
bad "an empty tree (doors)" 'no C files' sh "$checks/check-doors.sh" empty "$checks/doors.txt"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
