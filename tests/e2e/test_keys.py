"""Every kind of key, every form it comes in, and those that may not sign."""

import os
import pty
import time
from datetime import datetime, timezone

import pytest

import program
from judge import READERS
from program import PKI, key, p12, pdfsign, sign

SCHEMES = {"rsa": "rsassa_pkcs1v15", "p": "ecdsa", "ed": "ed25519"}
DIGESTS = ("sha256", "sha384", "sha512")


def judges(rare):
    """pdfsig and mutool know neither PSS nor Ed25519 in a CMS."""
    return {"programs": READERS} if rare else {}


def scheme(kind, pss=False):
    return "rsassa_pss" if pss else next(s for start, s in SCHEMES.items() if kind.startswith(start))


MADE = [(kind, digest, ()) for kind in ("rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521")
        for digest in DIGESTS]
MADE += [(kind, digest, ("--pss",)) for kind in ("rsa2048", "rsa3072", "rsa4096") for digest in DIGESTS]
MADE += [("ed25519", "sha512", ())]


@pytest.mark.parametrize("kind,digest,options", MADE, ids=lambda v: v if isinstance(v, str) else "".join(v))
def test_each_key_signs_with_each_digest(signed, pdf, kind, digest, options):
    signed(pdf("contract"), "--digest", digest, *options, with_key=key(kind), digest=digest,
           scheme=scheme(kind, bool(options)), **judges(options or kind == "ed25519"))


def test_ed25519_takes_sha512_by_itself(signed, pdf):
    signed(pdf("table"), with_key=key("ed25519"), digest="sha512", scheme="ed25519", programs=READERS)


FORMS = {
    "PKCS#8 PEM with its certificate": ("file:p256.key.pem", "--cert", "p256.cert.pem"),
    "PKCS#8 DER with a DER certificate": ("file:p256.key.der", "--cert", "p256.cert.der"),
    "RSA PKCS#8 DER": ("file:rsa2048.key.der", "--cert", "rsa2048.cert.pem"),
    "Ed25519 PKCS#8 DER": ("file:ed25519.key.der", "--cert", "ed25519.cert.pem"),
    "PKCS#1 PEM": ("file:rsa2048.trad.pem", "--cert", "rsa2048.cert.pem"),
    "SEC1 PEM": ("file:p384.trad.pem", "--cert", "p384.cert.pem"),
    "encrypted PKCS#8": ("file:p256.enc.pem", "--cert", "p256.cert.pem", "--pin-file", "pin"),
    "encrypted PKCS#8, RSA": ("file:rsa2048.enc.pem", "--cert", "rsa2048.cert.pem", "--pin-file", "pin"),
    "encrypted PKCS#8 under scrypt": ("file:scrypt.pem", "--cert", "p256.cert.pem", "--pin-file", "pin"),
    "PKCS#1 with a Proc-Type header": ("file:proctype.pem", "--cert", "rsa2048.cert.pem", "--pin-file", "pin"),
    "key and certificates in any order": ("file:crossed.pem",),
    "PKCS#12 of today": ("p12:p256.p12", "--pin-file", "pin"),
    "PKCS#12 of today, RSA": ("p12:rsa2048.p12", "--pin-file", "pin"),
    "PKCS#12 of today, Ed25519": ("p12:ed25519.p12", "--pin-file", "pin"),
    "PKCS#12 with RC2 and 3DES": ("p12:legacy.p12", "--pin-file", "pin"),
    "PKCS#12 with 3DES for all": ("p12:sha1-3des.p12", "--pin-file", "pin"),
    "PKCS#12 with a Chinese password": ("p12:chinese.p12", "--pin-file", "chinese-pin"),
    "PKCS#12 that is not encrypted": ("p12:plain.p12",),
    "PKCS#12 under an empty password": ("p12:empty.p12",),
    "PKCS#12 with certificates of others": ("p12:chainfull.p12", "--pin-file", "pin"),
    "two keys, one named by its certificate": ("p12:two.p12", "--pin-file", "pin", "--cert", "p256.cert.pem"),
    "chain from a file": ("p12:alone.p12", "--pin-file", "pin", "--chain", "inter.pem"),
    "chain from a folder": ("p12:alone.p12", "--pin-file", "pin", "--chain", "chain"),
    "chain from a file with the root": ("p12:alone.p12", "--pin-file", "pin", "--chain", "chain.pem"),
    "chain from several files": ("p12:alone.p12", "--pin-file", "pin", "--chain", "root.pem", "--chain", "inter.pem"),
}
ED = {"Ed25519 PKCS#8 DER", "PKCS#12 of today, Ed25519"}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_key_signs(tmp_path, judged, pdf, form):
    uri, *options = FORMS[form]
    chain = ["--chain", "inter.pem"] if "--cert" in options and "two" not in uri else []
    run = pdfsign("sign", "--key", uri, *options, *chain, pdf("table"), "-o", tmp_path / "o.pdf", cwd=PKI)
    assert run.status == 0, str(run)
    seen = judged(tmp_path / "o.pdf", pdf("table"), **judges(form in ED))[0]
    names = sorted(c.subject.native["common_name"] for c in seen.certs)
    assert names[-1].startswith("测试 p") or names[-1].startswith("测试 rsa") or names[-1].startswith("测试 ed")
    assert "明远测试签发证书" in names and len(names) == len(set(names)) <= 3


def test_certificates_that_are_not_of_the_chain_are_left_out(signed, pdf):
    _, (seen,) = signed(pdf("table"), with_key=p12("chainfull.p12"))
    names = [c.subject.native["common_name"] for c in seen.certs]
    assert "测试 p256" in names and "测试 rsa2048" not in names and len(set(names)) == len(names)


REFUSALS = {
    "RSA under 2048 bits": (("file:rsa1024.all.pem",), {"KEY_WEAK"}),
    "a curve that is not of NIST": (("file:secp256k1.all.pem",), {"KEY_UNSUPPORTED"}),
    "Ed448": (("file:ed448.all.pem",), {"KEY_UNSUPPORTED"}),
    "DSA": (("file:dsa.all.pem",), {"KEY_UNSUPPORTED"}),
    "SHA-1": (("file:p256.all.pem", "--digest", "sha1"), {"KEY_WEAK"}),
    "MD5": (("file:p256.all.pem", "--digest", "md5"), {"KEY_WEAK"}),
    "Ed25519 with SHA-256": (("file:ed25519.all.pem", "--digest", "sha256"), {"KEY_UNSUPPORTED"}),
    "PSS with an elliptic curve": (("file:p256.all.pem", "--pss"), {"KEY_UNSUPPORTED"}),
    "an expired certificate": (("file:expired.all.pem",), {"CERT_EXPIRED"}),
    "a certificate of the future": (("file:future.all.pem",), {"CERT_NOT_YET_VALID"}),
    "key usage: encipherment": (("file:encipher-only.all.pem",), {"CERT_USAGE"}),
    "key usage: signing certificates": (("file:cert-sign-only.all.pem",), {"CERT_USAGE"}),
    "another person's certificate": (("file:p256.key.pem", "--cert", "mismatch.cert.pem"), {"KEY_MISMATCH"}),
    "another kind's certificate": (("file:p256.key.pem", "--cert", "rsa2048.cert.pem"), {"KEY_MISMATCH"}),
    "no certificate": (("file:p256.key.pem",), {"CERT_MISSING"}),
    "a certificate file without one": (("file:p256.key.pem", "--cert", "p256.key.pem"), {"CERT_UNREADABLE", "CERT_MISSING"}),
    "a certificate file that is missing": (("file:p256.key.pem", "--cert", "none.pem"), {"CERT_UNREADABLE"}),
    "a chain that is missing": (("file:p256.all.pem", "--chain", "none.pem"), {"CERT_UNREADABLE"}),
    "a wrong password": (("p12:p256.p12", "--pin-file", "wrong-pin"), {"PIN_WRONG"}),
    "a wrong password, legacy": (("p12:legacy.p12", "--pin-file", "wrong-pin"), {"PIN_WRONG"}),
    "a wrong password, PKCS#8": (("file:p256.enc.pem", "--cert", "p256.cert.pem", "--pin-file", "wrong-pin"), {"PIN_WRONG"}),
    "a wrong password, Proc-Type": (("file:proctype.pem", "--cert", "rsa2048.cert.pem", "--pin-file", "wrong-pin"), {"PIN_WRONG"}),
    "extended key usage: web servers": (("file:server-auth.all.pem",), {"CERT_USAGE"}),
    "an empty password file": (("p12:p256.p12", "--pin-file", "empty-pin"), {"PIN_NEEDED"}),
    "a password file that is missing": (("p12:p256.p12", "--pin-file", "none"), {"PIN_NEEDED"}),
    "nobody to ask for the password": (("p12:p256.p12",), {"PIN_NEEDED"}),
    "PKCS#12 without a key": (("p12:nokey.p12", "--pin-file", "pin"), {"KEY_UNREADABLE"}),
    "PKCS#12 with two keys": (("p12:two.p12", "--pin-file", "pin"), {"KEY_AMBIGUOUS"}),
    "PKCS#12 that is garbage": (("p12:garbage.p12", "--pin-file", "pin"), {"KEY_UNREADABLE"}),
    "PKCS#12 that is cut": (("p12:cut.p12", "--pin-file", "pin"), {"KEY_UNREADABLE"}),
    "PEM that is garbage": (("file:garbage.pem", "--cert", "p256.cert.pem"), {"KEY_UNREADABLE"}),
    "a key file that is missing": (("file:none.pem",), {"KEY_UNREADABLE"}),
    "a folder as key": (("file:chain",), {"KEY_UNREADABLE"}),
    "a device as key": (("file:/dev/zero",), {"KEY_UNREADABLE"}),
    "a certificate as key": (("file:p256.cert.pem",), {"KEY_UNREADABLE"}),
    "an unknown scheme": (("foo:p256",), {"KEY_UNREADABLE"}),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_refused_with_exit_8(refused, pdf, what):
    (uri, *options), codes = REFUSALS[what]
    run = refused(pdf("table"), *options, with_key=("--key", uri), cwd=PKI)
    assert (run.status, run.code in codes) == (8, True), str(run)


def test_an_expired_certificate_signs_when_told_to(signed, pdf):
    signed(pdf("table"), "--allow-expired", with_key=key("expired"), at=datetime(2021, 1, 1, tzinfo=timezone.utc))


@pytest.mark.parametrize("kind,usage", [("no-usage", ()), ("repudiable", ("digital_signature",))])
def test_unusual_certificates_may_sign(signed, pdf, kind, usage):
    signed(pdf("table"), with_key=key(kind), key_usage=usage)


def test_a_key_bound_to_pss_signs_with_pss_or_is_refused(tmp_path, judged, pdf):
    run = sign(pdf("table"), tmp_path / "o.pdf", "--cert", PKI / "pss.cert.pem", "--chain", PKI / "inter.pem",
               with_key=("--key", f"file:{PKI / 'pss.key.pem'}"))
    if run.status == 0:
        judged(tmp_path / "o.pdf", pdf("table"), scheme="rsassa_pss", programs=READERS)
    else:
        assert (run.status, run.code) == (8, "KEY_UNSUPPORTED"), str(run)


def pin():
    return (PKI / "pin").read_bytes()


def pin_from_descriptor(tmp_path):
    reader, writer = os.pipe()
    os.write(writer, pin())
    os.close(writer)
    return ("--pin-fd", reader), {"pass_fds": (reader,)}


def pin_from_program(tmp_path):
    script = tmp_path / "ask"
    script.write_text(f"#!/bin/sh\ncat '{PKI / 'pin'}'\n")
    script.chmod(0o700)
    return ("--pin-program", script), {}


SOURCES = {"a file": lambda _: (("--pin-file", PKI / "pin"), {}),
           "the environment": lambda _: (("--pin-env", "MY_PIN"), {"env": {"MY_PIN": pin().decode().strip()}}),
           "a descriptor": pin_from_descriptor, "a program": pin_from_program}


@pytest.mark.parametrize("source", SOURCES)
def test_the_password_comes_from(tmp_path, signed, pdf, source):
    options, how = SOURCES[source](tmp_path)
    signed(pdf("table"), with_key=("--key", f"p12:{PKI / 'p256.p12'}", *options), how=how)


def on_a_terminal(arguments, typed, wait_for):
    """Runs on a terminal of its own, types when asked; returns status and the screen."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(program.PROGRAM, [program.PROGRAM, *map(str, arguments)], program.environment(TERM="xterm"))
    screen, done = b"", False
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        screen += part
        if not done and wait_for in screen.lower():
            time.sleep(.2)  # until the echo is off
            os.write(terminal, typed)
            done = True
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen


def test_the_password_is_asked_for_on_a_terminal_and_not_echoed(tmp_path, judged, pdf):
    status, screen = on_a_terminal(
        ("sign", "--key", f"p12:{PKI / 'p256.p12'}", pdf("table"), "-o", tmp_path / "o.pdf"),
        pin(), b"p256.p12")
    assert status == 0, screen
    assert pin().strip() not in screen
    judged(tmp_path / "o.pdf", pdf("table"))


def test_a_secret_in_the_uri_is_refused(refused, pdf):
    run = refused(pdf("table"), with_key=("--key", "pkcs11:token=a;pin-value=1234"))
    assert run.status in (2, 8) and "1234" not in run.err
