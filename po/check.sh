#!/bin/sh
# check.sh TOP CATALOGUE...: has every message of the sources a translation?
set -eu
top=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sh "$top/po/extract.sh" "$top" "$folder/pdfsign.pot"
for catalogue in "$@"; do
    msgcmp "$catalogue" "$folder/pdfsign.pot"
done
