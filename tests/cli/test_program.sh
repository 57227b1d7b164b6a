#!/bin/sh
# test_program.sh PROGRAM: what holds of the program whatever it signs: usage, streams, languages.
set -u
program=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
unset LANGUAGE LC_ALL LC_MESSAGES LANG
failed=0 number=0

# is SENTENCE STATUS PATTERN COMMAND...: the status, and a line of both streams that matches
is() {
    sentence=$1 status=$2 pattern=$3
    shift 3
    "$@" >got 2>&1
    seen=$?
    number=$((number + 1))
    if [ $seen != "$status" ] || { [ -n "$pattern" ] && ! grep -q -e "$pattern" got; }; then
        echo "not ok $number - $sentence: status $seen, wanted $status and '$pattern'; it said:"
        sed 's/^/    /' got
        failed=1
    else
        echo "ok $number - $sentence"
    fi
}

# The functions are called through "$@".
# shellcheck disable=SC2317
only_stdout() { "$@" 2>/dev/null; }
# shellcheck disable=SC2069,SC2317
only_stderr() { "$@" 2>&1 >/dev/null; }
# shellcheck disable=SC2317
full_disk() { "$@" >/dev/full; }
# shellcheck disable=SC2317
closed_stdout() { "$@" >&-; }
# shellcheck disable=SC2317
closed_streams() { "$@" <&- >&- 2>&-; }

is "help goes to standard output" 0 '^Usage: pdfsign VERB' only_stdout "$program" --help
is "help of a verb" 0 '^  -o, --output FILE' only_stdout "$program" sign --help
is "help of a verb with two words" 0 '^Usage: pdfsign fields add' only_stdout "$program" fields add -h
is "help tells what a seam's keys mean" 0 '^  single=error|skip' only_stdout "$program" fields add -h
is "a long list of words is not cut" 0 'invoice|foreign|legal|personal$' only_stdout "$program" seal make -h
for verb in make clean strokes info; do
    is "help of seal $verb" 0 "^Usage: pdfsign seal $verb" only_stdout "$program" seal $verb --help
    if grep -q -e 'PLACE' -e '--out-dir' -e 'EDGE' got; then
        echo "not ok - it tells of places and outputs that it does not take"
        failed=1
    fi
done
is "the version" 0 '^pdfsign [0-9]' only_stdout "$program" --version
is "nothing at all is wrong usage" 2 'no verb given' only_stderr "$program"
is "an unknown verb" 2 'the verbs are sign, verify, fields' only_stderr "$program" frobnicate x.pdf
is "help of verify" 0 '^      --require-level b|t|lt|lta|B-B|B-T|B-LT|B-LTA' only_stdout "$program" verify --help
is "wrong usage in JSON, asked for as a format" 2 '^{"v":1,"type":"error","verb":"verify","exit":2,' \
    only_stdout "$program" verify --format json
is "the same, in one word" 2 '"code":"USAGE"' only_stdout "$program" verify --format=json --unknown x.pdf
is "a folder is told how" 5 'give --recursive' only_stderr "$program" verify .
is "a folder without any PDF" 5 'no \*.pdf in this folder' only_stderr "$program" verify -r .
is "no such time zone" 2 'USAGE' only_stderr "$program" verify --tz Mars/Olympus x.pdf
is "standard input and another" 2 'can only be the one input' only_stderr "$program" verify - x.pdf
is "wrong usage points to the help" 2 "see 'pdfsign sign --help'" "$program" sign -o b.pdf
is "wrong usage in JSON" 2 '^{"v":1,"type":"error","verb":"sign","exit":2,"error":{"code":"USAGE"' \
    only_stdout "$program" sign --json
is "wrong usage in JSON although a word is missing" 2 '"code":"USAGE"' \
    only_stdout "$program" sign --json --key
is "a PIN in the wrong place is not repeated" 2 'is only the beginning of an option' "$program" sign --pin=4711
if grep -q 4711 got; then
    echo "not ok - the PIN was repeated"
    failed=1
fi
is "a full disk is a failure" 11 'OUTPUT_FAILED' full_disk "$program" --help
is "what should go to a closed standard output is a failure" 11 'OUTPUT_FAILED' closed_stdout "$program" --version
is "no stream at all" 2 '' closed_streams "$program"
is "Chinese, by catalogue" 0 '用法' env LC_ALL=zh_CN.UTF-8 "$program" --help
is "Chinese without the locale's data" 0 '用法' env LANG=zh_CN.UTF-8 LOCPATH="$folder" "$program" --help
is "English by LANGUAGE" 0 '^Usage' env LC_ALL=zh_CN.UTF-8 LANGUAGE=en "$program" --help
is "English in the C locale" 0 '^Usage' env LC_ALL=C LANGUAGE=zh_CN "$program" --help
is "JSON has points in its numbers in every locale" 2 '"v":1,' \
    env LC_ALL=de_DE.UTF-8 "$program" sign --json

echo "1..$number"
exit $failed
