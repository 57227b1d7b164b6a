#!/bin/bash
# check-readme.sh TOP STAGE PYTHON TSA: the examples of README.md (its "sh" blocks) run as they stand there,
# one after another in one folder, and what they sign is what pdfsig and qpdf call sound. TSA is the tests'
# timestamping authority, which runs on loopback meanwhile, as do the services that certificates name.
set -euo pipefail
top=$1 stage=$2 python=$3
export PDS_TSA=$4 PDFSIGN_ALLOW_PRIVATE_HOSTS=1
work=$(mktemp -d)
services=
# shellcheck disable=SC2317 # called at the end
clean_up() {
    if [ -n "$services" ] && kill "$services" 2>/dev/null; then
        wait "$services" || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT
cd "$work"

"$python" "$top/fixtures/stamps.py" services >address &
services=$!
for _ in $(seq 200); do
    if [ -s address ] || ! kill -0 "$services"; then break; fi
    sleep 0.1
done
TSA=$(cat address)
[ -n "$TSA" ] || { echo "the services did not start"; exit 1; }
export TSA
mkdir roots
cp services/root.pem roots/
cp services/person.all.pem person.pem

"$python" "$top/fixtures/pki.py" --demo pki
openssl pkcs12 -in pki/zhangsan.p12 -passin file:pki/pin -nodes -nocerts -out me.key 2>/dev/null
openssl pkcs12 -in pki/zhangsan.p12 -passin file:pki/pin -nokeys -clcerts -out me.pem 2>/dev/null
cp pki/zhangsan.p12 me.p12
cp pki/company.p12 buyer.p12
cp pki/supplier.p12 seller.p12
cp pki/pin pin
mkdir issuers inbox
cp pki/inter.pem issuers/
"$python" "$top/fixtures/contract.py" contract.pdf
for n in 1 2 3; do cp contract.pdf "inbox/$n.pdf"; done
sed 's/^startxref$/startxxxx/' contract.pdf >damaged.pdf
echo open >password
qpdf --encrypt open owner 256 -- contract.pdf encrypted.pdf

"$python" "$top/fixtures/seals.py" seals
cp seals/opaque.png scan.png
echo '{"strokes": [[[0, 0], [30, 40], [60, 0], [90, 40]], [[20, 60], [80, 55]]]}' >pad.json

for link in $(grep -o '](docs/[^)]*)' "$top/README.md" | tr -d ']()'); do
    [ -e "$top/${link%%#*}" ] || { echo "README.md points to $link, which is not there"; exit 1; }
done
awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$top/README.md" >examples.sh
[ "$(grep -c '^pdfsign ' examples.sh)" -ge 20 ] || { echo "README.md has fewer examples than it had"; exit 1; }
PATH=$stage/bin:$PATH LC_ALL=C.UTF-8 bash -euo pipefail -x examples.sh

judged=0
for pdf in signed.pdf signed2.pdf done/*.pdf seller.pdf both.pdf certified.pdf locked.pdf finished.pdf mended.pdf \
    sealed.pdf written.pdf agreed.pdf second.pdf lasting.pdf stamped.pdf archive/stamped.pdf; do
    pdfsig "$pdf" >judgement 2>&1 || true
    if ! grep -q 'Signature is Valid' judgement || grep -q 'Signature is Invalid\|Digest Mismatch' judgement; then
        echo "$pdf: pdfsig says otherwise"
        cat judgement
        exit 1
    fi
    qpdf --check "$pdf" >judgement 2>&1 || {
        echo "$pdf: qpdf says otherwise"
        cat judgement
        exit 1
    }
    judged=$((judged + 1))
done
for pdf in both.pdf agreed.pdf second.pdf; do
    [ "$(pdfsig "$pdf" 2>/dev/null | grep -c 'Signature is Valid')" = 2 ] || { echo "$pdf: two signatures expected"; exit 1; }
done
[ "$(find pages -name '*.png' | wc -l)" = 3 ] || { echo "the preview has not one picture for each page"; exit 1; }
echo "$judged files judged"
