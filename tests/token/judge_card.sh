#!/bin/bash
# The virtual card judged by programs of other houses: OpenSC and yubico-piv-tool list it, log in,
# sign by each of its keys and write to it; OpenSSL verifies. $1: folder of the programs. Runs
# inside with_readers.
# shellcheck disable=SC2317 # most of it is called by way of check
set -euo pipefail
bin=$1
work=$(mktemp -d)
card=0
finish() {
  if [ "$card" -gt 0 ]; then kill "$card" || true; fi
  rm -rf "$work"
}
trap finish EXIT
cd "$work"
module=$(find /usr/lib -name opensc-pkcs11.so | head -n 1)
pin=123456
failed=0

tell() { "$bin/virtual_card" tell control "$@"; }
plug() {
  if [ "$card" -gt 0 ]; then
    kill "$card"
    wait "$card" || true
    sleep 0.8 # until the service has missed it (fixtures/card/README.md)
  fi
  rm -f control
  "$bin/virtual_card" --control control "$@" &
  card=$!
  for _ in $(seq 600); do
    if [ -S control ] && tell count | grep -q powered=1; then return; fi
    sleep 0.05
  done
  echo "the card is not seen" >&2
  exit 1
}
check() { # what it is, then the command
  local what=$1
  shift
  if "$@" > out 2>&1; then
    echo "ok: $what"
  else
    echo "FAILED: $what: $*"
    cat out
    failed=1
  fi
}
p11() { pkcs11-tool --module "$module" --login --pin "$pin" "$@"; }
pivtool() { yubico-piv-tool --reader '' "$@"; }

# ---- signatures by OpenSC ----
head -c 1000 /dev/urandom > message
public() { # of the certificate in the slot with that id
  p11 --read-object --type cert --id "$1" -o cert.der > /dev/null 2>&1
  openssl x509 -inform DER -in cert.der -pubkey -noout > public.pem
}
signs_rsa() {
  p11 --sign --id "$1" -m SHA256-RSA-PKCS -i message -o signature && public "$1" &&
    openssl dgst -sha256 -verify public.pem -signature signature message
}
signs_pss() {
  p11 --sign --id "$1" -m SHA256-RSA-PKCS-PSS --mgf MGF1-SHA256 -i message -o signature &&
    public "$1" &&
    openssl dgst -sha256 -sigopt rsa_padding_mode:pss -verify public.pem -signature signature message
}
signs_ec() { # id, digest: as long as the curve's order
  openssl dgst "-$2" -binary -out digest message
  p11 --sign --id "$1" -m ECDSA --signature-format openssl -i digest -o signature && public "$1" &&
    openssl dgst "-$2" -verify public.pem -signature signature message
}

decrypts_rsa() {
  public "$1" && openssl pkeyutl -encrypt -pubin -inkey public.pem -in secret -out sealed &&
    p11 --decrypt --id "$1" -m RSA-PKCS -i sealed -o opened && cmp secret opened
}
head -c 32 /dev/urandom > secret

for habit in "" --extended --compress; do
  # shellcheck disable=SC2086 # one word or none
  plug $habit --key 9a=rsa2048 --key 9c=p256 --key 9d=p384
  check "RSA-2048 $habit" signs_rsa 01
  check "RSA-2048, PSS $habit" signs_pss 01
  check "decryption, RSA-2048 $habit" decrypts_rsa 01
  check "P-256 with the PIN each time $habit" signs_ec 02 sha256
done
plug --key 9a=p384 --key 9c=rsa3072
check "P-384" signs_ec 01 sha384
check "RSA-3072, PIN each time" signs_rsa 02
check "RSA-3072, PSS" signs_pss 02
plug --extended --key 9a=p384 --key 9c=rsa3072 # OpenSC 0.23 knows no RSA-4096 in PIV cards
check "RSA-3072 --extended" signs_rsa 02
check "P-384 --extended" signs_ec 01 sha384

# ---- what Yubico's program does ----
plug --key 9a=rsa2048 --key 9c=p384
hands() { # slot, digest
  pivtool -a read-certificate -s "$1" -o cert.pem &&
    pivtool -a verify-pin -P "$pin" -a test-signature -s "$1" -i cert.pem -H "${2-SHA256}"
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
  -subj /CN=CA -days 2 2> /dev/null
makes() { # slot, algorithm: a key in the card, and a certificate for it
  pivtool -a generate -s "$1" -A "$2" -o public.pem &&
    openssl x509 -new -force_pubkey public.pem -subj /CN=made -CA ca.pem -CAkey ca.key -days 2 \
      -out made.pem &&
    pivtool -a import-certificate -s "$1" -i made.pem && hands "$1"
}
check "a test signature, RSA-2048" hands 9a
check "a test signature, P-384" hands 9c SHA384
check "a key made in the card, P-256" makes 9a ECCP256
check "a key made in the card, RSA-2048" makes 9d RSA2048
check "an object written and read again" bash -c '
  head -c 2500 /dev/urandom | od -An -v -tx1 | tr -d " \n" > object
  yubico-piv-tool --reader "" -a write-object --id 0x5fff20 -i object
  yubico-piv-tool --reader "" -a read-object --id 0x5fff20 | tr -d "\n" > back
  cmp object back'
check "the PIN changed" pivtool -a change-pin -P 123456 -N 654321
pin=654321
check "the new PIN" pivtool -a verify-pin -P 654321
wrong() {
  for try in 1 2 3; do
    if pivtool -a verify-pin -P "99999$try"; then return 1; fi
  done
  tell count | grep pin_left=0 && ! pivtool -a verify-pin -P 654321
}
check "three wrong PINs block it" wrong
check "the PUK frees it" pivtool -a unblock-pin -P 12345678 -N 222222
check "the PIN that the PUK set" pivtool -a verify-pin -P 222222
check "the PUK changed" pivtool -a change-puk -P 12345678 -N 87654321
check "the old PUK is none" bash -c '! yubico-piv-tool --reader "" -a unblock-pin -P 12345678 -N 333333'
check "the new PUK" pivtool -a unblock-pin -P 87654321 -N 333333
check "its PIN" pivtool -a verify-pin -P 333333

# ---- management keys by OpenSC ----
key=0102030405060708
for kind in 3des:03:$key$key$key aes128:08:$key$key aes192:0A:$key$key$key aes256:0C:$key$key$key$key; do
  IFS=: read -r name reference value <<< "$kind"
  plug --manage "$name:$value" --key 9a=p256
  echo "$value" | fold -w2 | paste -sd: > manage
  # both prove it; OpenSC 0.23 has a fault of its own where the host alone does
  check "the management key $name" env PIV_EXT_AUTH_KEY=manage piv-tool -A "M:9B:$reference"
done
exit $failed
