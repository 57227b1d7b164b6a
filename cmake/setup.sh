# shellcheck shell=bash
# What run-tests, run-demo and .ci/run share. Sourced from the top of the tree.

LOGS=build/logs
JOBS=$(nproc)
export LC_ALL=C.UTF-8 PIP_DISABLE_PIP_VERSION_CHECK=1
mkdir -p "$LOGS"

say() { printf '%s\n' "$*"; }
die() { # die STATUS TEXT...
    local status=$1
    shift
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit "$status"
}

# try NAME COMMAND...: output goes to build/logs/NAME.log; its end is shown when the command fails.
try() {
    local name=$1 log=$LOGS/$1.log status=0
    shift
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" != 0 ]; then
        tail -n 40 "$log" >&2
        printf '%s: %s failed with status %d; all of its output is in %s\n' \
            "$(basename "$0")" "$name" "$status" "$log" >&2
    fi
    return "$status"
}

# logged NAME COMMAND...: as try, and ends the script when the command fails.
logged() { try "$@" || exit $?; }

# packages SECTION...: the names in these sections of cmake/packages.txt.
packages() {
    local section
    for section in "$@"; do
        awk -v want="[$section]" '/^\[/ { on = $0 == want; next } on && !/^(#|$)/' cmake/packages.txt
    done | sort -u
}

missing_packages() {
    local installed
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { print $1 }' | sort -u)
    comm -23 <(packages "$@") <(printf '%s\n' "$installed")
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo DEBIAN_FRONTEND=noninteractive "$@"
    else
        return 1
    fi
}

# need SECTION...: installs what is missing of these sections; without the right to do so, says
# what is missing and ends with status 2. From then on a test that skips for want of a part fails.
need() {
    local missing apt=(apt-get -y -qq -o DPkg::Lock::Timeout=300)
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say "no apt-get here; needed are (by their Debian 12 names): $(packages "$@" | tr '\n' ' ')"
        return 0
    fi
    export PDS_NO_SKIP=1
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    if ! { DEBIAN_FRONTEND=noninteractive as_root "${apt[@]}" update &&
        DEBIAN_FRONTEND=noninteractive as_root "${apt[@]}" install --no-install-recommends "${missing[@]}"; } >"$LOGS/apt.log" 2>&1; then
        tail -n 5 "$LOGS/apt.log" >&2
        die 2 "these Debian packages are missing and could not be installed: ${missing[*]}"
    fi
}

# venv: build/venv with the packages of tests/requirements.txt; made again when that file changes.
venv() {
    if ! cmp -s tests/requirements.txt build/venv/requirements.txt; then
        say "making build/venv (tests/requirements.txt)"
        rm -rf build/venv
        logged venv python3 -m venv build/venv
        logged pip build/venv/bin/pip install -q -r tests/requirements.txt
        cp tests/requirements.txt build/venv/requirements.txt
    fi
}

# build PRESET [CONFIGURE_OPTION...]
build() {
    local preset=$1
    shift
    say "building preset $preset"
    logged "configure-$preset" cmake --preset "$preset" "$@"
    logged "build-$preset" cmake --build --preset "$preset" -j "$JOBS"
}

# run_ctest LOG CTEST_OPTION...: ctest's summary line comes last; its status is returned.
run_ctest() {
    local log=$LOGS/$1.log
    shift
    ctest "$@" </dev/null 2>&1 | tee "$log" | awk '
        /tests passed, [0-9]+ tests failed out of/ { summary = $0; next }
        /^ +Start +[0-9]+: / { next }
        { print; fflush() }
        END { if (summary) print summary }'
}
