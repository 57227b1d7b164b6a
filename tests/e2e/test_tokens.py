"""Keys in tokens: the verbs `token …`, and signing, with SoftHSM."""

import datetime
import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

import pki as pki_maker
import program
import reports
import seals
import softhsm
from program import PKI, SANITIZED, leftovers, p12, pdfsign
from softhsm import MODULE, PIN, SO_PIN, Tokens, fingerprint_of, serial_of

pytestmark = softhsm.needed


@pytest.fixture(scope="module")
def hsm(tmp_path_factory):
    """Two tokens with a key each, and one with several; tests that change one make their own."""
    made = Tokens(tmp_path_factory.mktemp("hsm"))
    made.person = made.make("person", "p256")
    made.company = made.make("company 公司", "rsa2048")
    made.crowd = made.make("crowd", "p384", "rsa3072")
    return made


@pytest.fixture
def own(tmp_path):
    """Tokens that a test may change; none at first."""
    (tmp_path / "hsm").mkdir()
    return Tokens(tmp_path / "hsm")


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seals")
    return seals.write(folder / "seal.png", seals.picture(300), 42)


def certificate(key, *, usage, name="某人", days=900, began=10):
    """By itself; dates count from now."""
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = pki_maker.name(name)
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=began))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(pki_maker.usage_extension(usage), critical=True).sign(key, hashes.SHA256()))


def put_own(tokens, label, number, key, cert):
    """A key and certificate that the fixtures don't have."""
    key_file, cert_file = tokens.file(f"{label}-{number}.pem"), tokens.file(f"{label}-{number}.der")
    key_file.write_bytes(pki_maker.key_bytes(key))
    cert_file.write_bytes(cert.public_bytes(Encoding.DER))
    tokens.put(label, number, f"key {number}", key_file, cert_file)


def tokens_of(run):
    assert run.status == 0, str(run)
    (line,) = reports.results(run.out)
    return {t["label"]: t for t in line["tokens"]}


# -- list and show --------------------------------------------------------------------------------

def test_list_tells_what_is_plugged_in(hsm):
    run = hsm.run("token", "list", "--key", hsm.uri())
    text = run.out.decode()
    assert (run.status, run.err) == (0, ""), str(run)
    for part in ("person", "company 公司", "crowd", MODULE, "测试 p256", "测试 rsa2048", "signing", "EC P-256",
                 "RSA 2048", "2046-01-01"):
        assert part in text, part


def test_uris_of_the_list_open_the_keys_that_they_stand_for(hsm, pdf, tmp_path):
    seen = tokens_of(hsm.run("token", "list", "--key", hsm.uri(), "--json"))
    keys = {k["name"]: k for t in seen.values() for k in t["keys"]}
    assert set(keys) == {f"测试 {k}" for k in ("p256", "rsa2048", "p384", "rsa3072")}
    for name, key in keys.items():
        out = tmp_path / f"{name}.pem"
        run = hsm.run("token", "export", "--key", key["uri"], "-o", out)
        assert run.status == 0, str(run)
        assert out.read_bytes() == (PKI / f"{name.split()[1]}.cert.pem").read_bytes()
    run = hsm.run("sign", *hsm.key(keys["测试 rsa3072"]["uri"]), pdf("table"), "-o", tmp_path / "o.pdf")
    assert run.status == 0, str(run)


def test_json_of_a_token_has_it_all(hsm):
    token = tokens_of(hsm.run("token", "show", "--key", hsm.person, "--json"))["person"]
    assert token["driver"] == "pkcs11" and token["maker"] == "SoftHSM project" and not token["has_seal"]
    assert token["pin"]["state"] == "ok" and token["pin"]["on_reader"] is False
    (key,) = token["keys"]
    assert key["sha256"].upper() == fingerprint_of("p256").replace(":", "")
    assert key["serial"].upper().lstrip("0") == serial_of("p256").lstrip("0")
    assert (key["kind"], key["validity"], key["has_key"], key["id"]) == ("signing", "valid", True, "01")
    assert key["subject"].endswith("CN=测试 p256") and key["not_after"] == "2046-01-01T00:00:00Z"


def test_show_tells_more(hsm):
    run = hsm.run("token", "show", "--key", hsm.person)
    text = run.out.decode()
    assert run.status == 0 and "SoftHSM v2" in text, str(run)
    for part in (fingerprint_of("p256").replace(":", "").lower(), "明远测试签发证书", "CN=测试 p256", "SHA-256"):
        assert part in text, part


def test_kinds_and_dates_of_certificates(own):
    label = "kinds"
    own.make(label)
    rows = {"both": (("digital_signature", "key_encipherment"), 900, "valid"),
            "signing": (("digital_signature",), 11, "ending"),
            "encryption": (("key_encipherment", "data_encipherment"), -2, "expired"),
            "none": (("key_cert_sign",), 900, "valid")}
    for number, (kind, (usage, days, _)) in enumerate(rows.items(), 1):
        key = rsa.generate_private_key(65537, 2048)
        put_own(own, label, number, key, certificate(key, usage=usage, name=kind, days=days))
    run = own.run("token", "list", "--key", own.uri(), "--json")
    keys = {k["name"]: k for k in tokens_of(run)[label]["keys"]}
    assert {n: (k["kind"], k["validity"]) for n, k in keys.items()} == {n: (n, row[2]) for n, row in rows.items()}
    text = own.run("token", "list", "--key", own.uri()).out.decode()
    assert any(f"(ends in {n} days)" in text for n in (10, 11)) and "(expired)" in text  # or within the same second


def test_no_token_is_a_sentence_and_no_failure(own):
    run = own.run("token", "list", "--key", own.uri())
    assert (run.status, run.out, run.err) == (0, b"no token is plugged in\n", ""), str(run)
    assert tokens_of(own.run("token", "list", "--key", own.uri(), "--json")) == {}


def test_a_module_that_is_missing_is_told(own):
    run = own.run("token", "list", "--key", "pkcs11:?module-path=/nowhere/at-all.so")
    assert run.status == 8 and "/nowhere/at-all.so" in run.err, str(run)


# -- export ---------------------------------------------------------------------------------------

def test_export_writes_der_and_standard_output(hsm, tmp_path):
    out = tmp_path / "c.der"
    assert hsm.run("token", "export", "--key", hsm.person, "--der", "-o", out).status == 0
    assert out.read_bytes() == (PKI / "p256.cert.der").read_bytes()
    run = hsm.run("token", "export", "--key", hsm.person, "-o", "-")
    assert run.out == (PKI / "p256.cert.pem").read_bytes()


def test_export_replaces_nothing_unasked(hsm, tmp_path):
    out = tmp_path / "c.pem"
    out.write_text("mine")
    run = hsm.run("token", "export", "--key", hsm.person, "-o", out)
    assert (run.status, run.code, out.read_text()) == (11, "OUTPUT_EXISTS", "mine"), str(run)
    assert hsm.run("token", "export", "--key", hsm.person, "-o", out, "--overwrite").status == 0


def test_export_of_several_lists_them(hsm, tmp_path):
    run = hsm.run("token", "export", "--key", hsm.crowd, "-o", tmp_path / "c.pem")
    assert (run.status, run.code) == (8, "KEY_AMBIGUOUS"), str(run)
    assert "测试 p384 (01)" in run.err and "测试 rsa3072 (02)" in run.err and leftovers(tmp_path) == []
    run = hsm.run("token", "export", "--key", hsm.crowd, "--identity", "*p384", "-o", tmp_path / "c.pem")
    assert run.status == 0 and (tmp_path / "c.pem").read_bytes() == (PKI / "p384.cert.pem").read_bytes()
    run = hsm.run("token", "export", "--key", hsm.crowd, "--identity", "nobody", "-o", tmp_path / "d.pem")
    assert (run.status, run.code) == (8, "CERT_MISSING"), str(run)


# -- signing --------------------------------------------------------------------------------------

@pytest.mark.parametrize("which,digest", [("person", "sha256"), ("company", "sha512")])
def test_a_key_in_a_token_signs(hsm, pdf, tmp_path, judged, which, digest):
    out = tmp_path / "o.pdf"
    run = hsm.run("sign", *hsm.key(getattr(hsm, which)), "--digest", digest, pdf("contract"), "-o", out)
    assert (run.status, run.err) == (0, ""), str(run)
    judged(out, pdf("contract"), digest=digest)


def test_several_keys_are_listed(hsm, pdf, tmp_path):
    run = hsm.run("sign", *hsm.key(hsm.crowd), pdf("table"), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "KEY_AMBIGUOUS"), str(run)
    assert "测试 p384" in run.err and "测试 rsa3072" in run.err and "--identity" in run.err
    assert leftovers(tmp_path) == []


def test_several_tokens_are_listed(hsm, pdf, tmp_path):
    run = hsm.run("sign", *hsm.key(hsm.uri()), pdf("table"), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "TOKEN_AMBIGUOUS"), str(run)
    assert "person" in run.err and "company" in run.err


IDENTITIES = {
    "name": lambda: "测试 p384",
    "pattern of a name": lambda: "*P384",
    "subject": lambda: "C=CN,*,CN=测试 p384",
    "serial number": lambda: serial_of("p384"),
    "fingerprint": lambda: fingerprint_of("p384"),
    "fingerprint without colons": lambda: fingerprint_of("p384").replace(":", "").lower(),
    "its beginning": lambda: fingerprint_of("p384")[:11] + "*",
    "SHA-1": lambda: fingerprint_of("p384", "sha1"),
    "label": lambda: "p384",
}


@pytest.mark.parametrize("how", IDENTITIES)
def test_identity_chooses(hsm, pdf, tmp_path, judged, how):
    out = tmp_path / "o.pdf"
    run = hsm.run("sign", *hsm.key(hsm.crowd), "--identity", IDENTITIES[how](), pdf("table"), "-o", out)
    assert run.status == 0, str(run)
    (seen,) = judged(out, pdf("table"))
    assert seen.status.signing_cert.subject.native["common_name"] == "测试 p384"


def test_an_identity_of_nobody(hsm, pdf, tmp_path):
    run = hsm.run("sign", *hsm.key(hsm.crowd), "--identity", "nobody", pdf("table"), "-o", tmp_path / "o.pdf")
    assert run.status == 8 and "测试 p384" in run.err and leftovers(tmp_path) == [], str(run)


def test_a_wrong_pin_stops_the_batch(own, pdf, tmp_path):
    uri = own.make("me", "p256")
    folder = tmp_path / "out"
    folder.mkdir()
    run = own.run("sign", *own.key(uri, "wrong"), "--out-dir", folder, pdf("table"), pdf("contract"), pdf("stream"))
    assert (run.status, run.code) == (8, "PIN_WRONG"), str(run)
    assert run.err.count("PIN_WRONG") == 1 and leftovers(folder) == []
    token = tokens_of(own.run("token", "list", "--key", uri, "--json"))["me"]
    assert token["pin"]["state"] == "low"
    run = own.run("sign", *own.key(uri), "--out-dir", folder, "-j2", pdf("table"), pdf("contract"), pdf("stream"))
    assert run.status == 0 and len(leftovers(folder)) == 3, str(run)


def test_no_token_no_output(hsm, pdf, tmp_path):
    run = hsm.run("sign", *hsm.key(hsm.uri("token=elsewhere")), pdf("table"), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "TOKEN_MISSING") and leftovers(tmp_path) == [], str(run)


def test_waiting_for_a_token_ends(hsm, pdf, tmp_path):
    key = hsm.key(hsm.uri("token=elsewhere"))
    run = hsm.run("sign", *key, "--wait-token", "2s", pdf("table"), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "TOKEN_MISSING") and 0.9 < run.seconds < 30, str(run)
    assert "pdfsign: waiting for the token\n" in run.err
    run = hsm.run("sign", *key, "--wait-token", "1s", "--quiet", pdf("table"), "-o", tmp_path / "o.pdf")
    assert "waiting" not in run.err and run.status == 8


def test_a_pin_that_is_kept_for_a_while_signs_as_well(hsm, pdf, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    run = hsm.run("sign", *hsm.key(hsm.person), "--pin-cache", "30m", "--out-dir", folder, pdf("table"), pdf("stream"))
    assert run.status == 0 and len(leftovers(folder)) == 2, str(run)


@pytest.mark.parametrize("option,value,status", [
    ("pin-cache", "30m", 0), ("pin-cache", "1h", 0), ("pin-cache", "90m", 0), ("pin-cache", "2h", 0), ("pin-cache", "60s", 0),
    ("pin-cache", "121m", 2), ("pin-cache", "3h", 2), ("pin-cache", "59s", 2), ("pin-cache", "0", 2), ("pin-cache", "-1m", 2),
    ("pin-cache", "1.5h", 0), ("pin-cache", "soon", 2), ("wait-token", "1s", 0), ("wait-token", "24h", 0), ("wait-token", "25h", 2),
    ("wait-token", "0s", 2), ("wait-token", "x", 2)])
def test_times_of_the_options(hsm, pdf, tmp_path, option, value, status):
    run = hsm.run("sign", *hsm.key(hsm.person), f"--{option}", value, pdf("table"), "-o", tmp_path / "o.pdf")
    assert run.status == status and (status == 0 or f"--{option} has a value that does not fit" in run.err), str(run)


WITH_PINS = ("pkcs11:token=person?pin-value=123456", "pkcs11:token=person?pin-source=file:123456", "pkcs11:pin-value=123456",
             "pcsc:;pin-value=123456", "pcsc:pin-value=123456", "pcsc:x;y=1;pin-value=123456")
TAKE_URIS = {"sign": ("table", "-o", "o"), "token list": (), "token show": (), "token list --watch --wait-token 1s": (),
             "token export": ("-o", "o"), "token pin": (), "token unblock": (), "token seal view": ("-o", "o"),
             "token seal write": ("picture",), "token decrypt": ("table", "-o", "o"), "token connect": (),
             "token connect --alias a": (), "token disconnect": ()}


@pytest.mark.parametrize("uri", WITH_PINS)
@pytest.mark.parametrize("verb", TAKE_URIS)
def test_a_pin_in_the_uri_is_refused_and_not_repeated(own, pdf, picture, tmp_path, verb, uri):
    places = {"table": pdf("table"), "picture": picture, "o": tmp_path / "o"}
    assert own.run("token", "log", "--on").status == 0
    for json_too in ((), ("--json",)):
        run = own.run(*verb.split(), "--key", uri, *json_too, *(places.get(word, word) for word in TAKE_URIS[verb]),
                      env={"XDG_CONFIG_HOME": tmp_path})
        assert run.status == 2 and "USAGE" in str(run) and "123456" not in str(run), str(run)
        assert leftovers(tmp_path, "hsm") == []
    assert log_of(own) == []


def test_a_pin_in_the_settings_is_refused_and_not_repeated(own, tmp_path):
    (tmp_path / "config.ini").write_text("[reader a]\nuri = pcsc:x;pin-value=123456\n")
    run = own.run("token", "list", "--config", tmp_path / "config.ini")
    assert (run.status, run.code) == (2, "USAGE") and "123456" not in run.err, str(run)


# -- two keys -------------------------------------------------------------------------------------

def both(hsm, second="pin"):
    return (*hsm.key(hsm.person), "--seal", "token", "--at", "1@bl+20mm,20mm", "--date", "@last", "--then",
            *hsm.key(hsm.company, second), "--seal", "token", "--at", "1@br+20mm,20mm", "--seam", "right")


@pytest.fixture(scope="module")
def sealed(hsm, picture):
    """Both tokens hold a seal."""
    for uri in (hsm.person, hsm.company):
        run = hsm.run("token", "seal", "write", "--key", uri, *hsm.pins(), "--size", "40mmx40mm", picture)
        assert run.status == 0, str(run)
    return hsm


def test_two_tokens_sign_one_document(sealed, pdf, tmp_path, judged):
    out = tmp_path / "o.pdf"
    run = sealed.run("sign", *both(sealed), pdf("contract"), "-o", out)
    assert run.status == 0, str(run)
    seen = judged(out, pdf("contract"), signatures=2)
    assert [s.status.signing_cert.subject.native["common_name"] for s in seen] == ["测试 p256", "测试 rsa2048"]


def test_a_wrong_pin_of_the_second_leaves_no_output(sealed, pdf, tmp_path):
    run = sealed.run("sign", *both(sealed, "wrong"), pdf("contract"), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "PIN_WRONG") and "signer 2" in run.err, str(run)
    assert leftovers(tmp_path) == []
    run = sealed.run("sign", *both(sealed, "wrong"), "--json", pdf("contract"), "-o", tmp_path / "o.pdf")
    assert json.loads(run.out)["error"]["signer"] == 2 and leftovers(tmp_path) == []


# -- the seal in the token ------------------------------------------------------------------------

def test_the_seal_comes_out_as_it_went_in(own, pdf, tmp_path, judged, picture):
    uri = own.make("me", "p256")
    view = ("token", "seal", "view", "--key", uri, "-o", tmp_path / "v.png")
    run = own.run(*view)
    assert (run.status, run.code) == (8, "SEAL_MISSING"), str(run)
    run = own.run("sign", *own.key(uri), "--seal", "token", "--at", "1@br+20mm,20mm", pdf("table"), "-o", tmp_path / "n.pdf")
    assert (run.status, run.code) == (8, "SEAL_MISSING"), str(run)
    run = own.run("token", "seal", "write", "--key", uri, *own.pins(), "--json", picture)
    (line,) = reports.results(run.out)
    assert (run.status, line["status"]) == (0, "stored"), str(run)
    assert own.run(*view).status == 0
    told = [json.loads(pdfsign("seal", "info", p, "--json").out)["picture"] for p in (picture, tmp_path / "v.png")]
    assert told[0]["width"] == told[1]["width"] and told[0]["ink"] == told[1]["ink"]
    assert told[1]["size"] == pytest.approx(told[0]["size"], rel=.01)
    assert tokens_of(own.run("token", "list", "--key", uri, "--json"))["me"]["has_seal"]
    for name, seal in (("token", ("--seal", "token")), ("file", ("--seal", picture))):
        run = own.run("sign", *own.key(uri), *seal, "--at", "1@br+20mm,20mm", pdf("table"), "-o", tmp_path / f"{name}.pdf")
        assert run.status == 0, str(run)
        judged(tmp_path / f"{name}.pdf", pdf("table"))


def test_another_seal_and_another_size(own, tmp_path, picture):
    uri = own.make("me", "p256")
    for size in ("30mmx30mm", "20mmx20mm"):
        run = own.run("token", "seal", "write", "--key", uri, *own.pins(), "--size", size, picture)
        assert run.status == 0, str(run)
    own.run("token", "seal", "view", "--key", uri, "-o", tmp_path / "v.png")
    told = json.loads(pdfsign("seal", "info", tmp_path / "v.png", "--json").out)["picture"]
    assert told["size"][0] * 25.4 / 72 == pytest.approx(20, rel=.01)


def test_a_compact_seal(own, tmp_path, picture):
    uri = own.make("me", "p256")
    run = own.run("token", "seal", "write", "--key", uri, *own.pins(), "--compact", picture)
    assert run.status == 0, str(run)
    assert own.run("token", "seal", "view", "--key", uri, "-o", tmp_path / "v.png").status == 0
    told = [json.loads(pdfsign("seal", "info", p, "--json").out)["picture"] for p in (picture, tmp_path / "v.png")]
    assert told[1]["size"] == pytest.approx(told[0]["size"], rel=.02)


def test_the_seal_is_that_of_the_token_with_the_key(own, pdf, tmp_path, judged, picture):
    own.make("other", "p384")
    uri = own.make("me", "p256")
    assert own.run("token", "seal", "write", "--key", uri, *own.pins(), picture).status == 0
    look = ("--seal", "token", "--at", "1@br+20mm,20mm", pdf("table"), "-o", tmp_path / "o.pdf")
    run = own.run("sign", *own.key(own.uri()), *look)
    assert (run.status, run.code) == (8, "TOKEN_AMBIGUOUS"), str(run)
    run = own.run("sign", *own.key(own.uri()), "--identity", fingerprint_of("p256"), *look)
    assert run.status == 0, str(run)
    judged(tmp_path / "o.pdf", pdf("table"))


def test_the_token_with_the_seal_is_waited_for(own, pdf, tmp_path):
    run = own.run("sign", *own.key(own.uri("token=nobody")), "--seal", "token", "--at", "1@br", "--wait-token", "2s", pdf("table"),
                  "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "TOKEN_MISSING"), str(run)
    assert run.err.count("waiting for the token") == 1 and run.seconds > 1.5, str(run)


def test_what_is_done_with_a_token_never_guesses_which(own, tmp_path, picture):
    """Of two tokens one alone can sign; that is no reason to try a PIN on it, or to write to it."""
    own.make("me", "p256")
    own.make("blank")
    key, new = ("--key", own.uri()), ("--new-pin-file", own.file("new"))
    for verb in (("pin", *key, *own.pins(), *new), ("unblock", *key, "--puk-file", own.file("so"), *new),
                 ("seal", "view", *key, "-o", tmp_path / "v.png"), ("seal", "write", *key, *own.pins(), picture),
                 ("export", *key, "-o", tmp_path / "c.pem")):
        run = own.run("token", *verb)
        assert (run.status, run.code) == (8, "TOKEN_AMBIGUOUS"), f"{verb}: {run}"
        assert "me" in run.err and "blank" in run.err


def test_seals_that_are_none_ask_for_no_pin(own, tmp_path):
    uri = own.make("me", "p256")
    (tmp_path / "x.png").write_bytes(b"no picture")
    for path, code in ((tmp_path / "x.png", "PICTURE_UNREADABLE"), (tmp_path / "none.png", None)):
        run = own.run("token", "seal", "write", "--key", uri, *own.pins("wrong"), path)
        assert run.status == 5 and code in (None, run.code), str(run)
    assert tokens_of(own.run("token", "list", "--key", uri, "--json"))["me"]["pin"]["state"] == "ok"


def test_a_fault_names_what_it_is_about(own, picture, tmp_path):
    uri = own.make("me", "p256")
    (tmp_path / "x.png").write_bytes(b"no picture")
    run = own.run("token", "seal", "write", "--key", uri, *own.pins("wrong"), picture, "--json")
    told = json.loads(run.out)["error"]
    assert told["code"] == "PIN_WRONG" and told["file"].startswith("pkcs11:"), str(run)
    run = own.run("token", "seal", "write", "--key", uri, *own.pins(), tmp_path / "x.png", "--json")
    assert json.loads(run.out)["error"]["file"].endswith("x.png"), str(run)


# -- PINs -----------------------------------------------------------------------------------------

def test_a_new_pin(own, pdf, tmp_path):
    uri = own.make("me", "p256")
    change = ("token", "pin", "--key", uri)
    run = own.run(*change, *own.pins("wrong"), "--new-pin-file", own.file("new"))
    assert (run.status, run.code) == (8, "PIN_WRONG"), str(run)
    run = own.run(*change, *own.pins(), "--new-pin-file", own.file("new"))
    assert (run.status, run.out) == (0, b""), str(run)
    for name, status in (("pin", 8), ("new", 0)):
        out = tmp_path / f"{name}.pdf"
        assert own.run("sign", *own.key(uri, name), pdf("table"), "-o", out).status == status
    run = own.run(*change, *own.pins("new"), "--new-pin-env", "NEW_PIN", env={"NEW_PIN": PIN}, cwd=tmp_path)
    assert run.status == 0, str(run)


def test_a_new_pin_by_the_officer(own, pdf, tmp_path):
    uri = own.make("me", "p256")
    run = own.run("token", "unblock", "--key", uri, "--puk-file", own.file("wrong"), "--new-pin-file", own.file("new"))
    assert run.status == 8, str(run)
    out, into = os.pipe()
    os.write(into, SO_PIN.encode() + b"\n")
    os.close(into)
    run = own.run("token", "unblock", "--key", uri, "--puk-fd", out, "--new-pin-file", own.file("new"), pass_fds=(out,))
    os.close(out)
    assert run.status == 0, str(run)
    assert own.run("sign", *own.key(uri, "new"), pdf("table"), "-o", tmp_path / "o.pdf").status == 0


def test_nobody_to_ask(own):
    uri = own.make("me", "p256")
    run = own.run("token", "pin", "--key", uri, "--new-pin-file", own.file("new"), prefix=("setsid",))
    assert (run.status, run.code) == (8, "PIN_NEEDED") and "--pin-file" in run.err, str(run)
    run = own.run("token", "pin", "--key", uri, *own.pins(), prefix=("setsid",))
    assert (run.status, run.code) == (8, "PIN_NEEDED") and "--new-pin-file" in run.err, str(run)
    run = own.run("token", "unblock", "--key", uri, "--new-pin-file", own.file("new"), prefix=("setsid",))
    assert (run.status, run.code) == (8, "PIN_NEEDED") and "--puk-file" in run.err, str(run)


def typed(tokens, words, *answers):
    return program.on_terminal([program.PROGRAM, *words], tokens.env, *answers)


def test_pins_are_asked_for_on_the_terminal(own):
    uri = own.make("me", "p256")
    new = own.file("new").read_text().strip()
    status, screen = typed(own, ("token", "pin", "--key", uri), PIN, new, new)
    assert status == 0, screen
    assert "PIN of me (" in screen and "New PIN for me (" in screen and "The new PIN again" in screen
    assert PIN not in screen and new not in screen
    status, screen = typed(own, ("token", "unblock", "--key", uri), SO_PIN, PIN, PIN)
    assert status == 0 and "PUK or security officer's PIN of me (" in screen and SO_PIN not in screen, screen


def test_new_pins_that_differ_change_nothing(own, pdf, tmp_path):
    uri = own.make("me", "p256")
    status, screen = typed(own, ("token", "pin", "--key", uri), PIN, "one-1234", "two-1234")
    assert status == 8 and "PIN_REFUSED" in screen and "1234" not in screen, screen
    assert own.run("sign", *own.key(uri), pdf("table"), "-o", tmp_path / "o.pdf").status == 0


@program.needs("gcore")
@program.sees_memory
@pytest.mark.skipif(SANITIZED, reason="sanitizers copy memory")
def test_a_core_of_the_program_holds_no_pin(hsm, tmp_path):
    """While it waits for its input, logged in."""
    words = ("sign", *hsm.key(hsm.person), "--pin-cache", "30m", "-", "-o", "-")
    child = subprocess.Popen([program.PROGRAM, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=program.environment(**hsm.env))
    try:
        time.sleep(1.5)
        assert child.poll() is None
        assert PIN.encode() not in Path(f"/proc/{child.pid}/cmdline").read_bytes()
        subprocess.run(["gcore", "-o", tmp_path / "core", str(child.pid)], check=True, capture_output=True, timeout=120)
        assert PIN.encode() not in (tmp_path / f"core.{child.pid}").read_bytes()
    finally:
        child.kill()
        child.communicate()


# -- the log --------------------------------------------------------------------------------------

def log_of(tokens):
    run = tokens.run("token", "log")
    assert run.status == 0, str(run)
    return [json.loads(line) for line in run.out.decode().splitlines()]


def test_the_log(own, pdf, tmp_path):
    uri = own.make("me", "p256")
    sign = ("sign", *own.key(uri), pdf("table"), "--overwrite", "-o", tmp_path / "o.pdf")
    assert own.run(*sign).status == 0 and log_of(own) == []
    (line,) = reports.results(own.run("token", "log", "--on", "--json").out)
    assert line["on"] is True
    assert own.run(*sign).status == 0
    own.run("token", "pin", "--key", uri, *own.pins("wrong"), "--new-pin-file", own.file("new"))
    seen = log_of(own)
    assert {"login", "sign", "change pin"} <= {x["operation"] for x in seen}, seen
    assert seen[-1]["result"] == "PIN_WRONG" and seen[0]["result"] == "OK"
    text = own.run("token", "log").out.decode()
    assert PIN not in text and "table.pdf" not in text and "000000" not in text
    assert own.run("token", "log", "--off").status == 0 and own.run(*sign).status == 0
    assert len(log_of(own)) == len(seen)
    assert own.run("token", "log", "-o", tmp_path / "log").status == 0
    assert (tmp_path / "log").read_text() == text
    assert own.run("token", "log", "--clear").status == 0 and log_of(own) == []
    for path in own.file("state").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


# -- decryption -----------------------------------------------------------------------------------

CIPHERS = ("-aes-128-cbc", "-aes-256-cbc", "-aes-256-gcm")
RSA = {"PKCS#1": (), "OAEP": ("-keyopt", "rsa_padding_mode:oaep"),
       "OAEP with SHA-256": ("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256")}
KINDS = {**{f"RSA, {name}": ("rsa2048", options) for name, options in RSA.items()},
         "EC P-256": ("p256", ()), "EC P-384": ("p384", ()),
         "no key to sign with": ("encipher-only", ()), "expired": ("expired", ())}
FORMS = {"DER": ("-outform", "DER"), "BER": ("-outform", "DER", "-stream"), "PEM": ("-outform", "PEM")}


def encrypted(target, text, kind, cipher, form, options):
    done = subprocess.run(["openssl", "cms", "-encrypt", "-binary", cipher, "-in", text, "-out", target, *form,
                           "-recip", PKI / f"{kind}.cert.pem", *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def receiver(tmp_path_factory):
    """A token with the keys that are encrypted for."""
    made = Tokens(tmp_path_factory.mktemp("receiver"))
    made.make("receiver", "rsa2048")
    made.put_agreeing("receiver", 2, "p256")
    for number, kind in ((3, "p384"), (4, "encipher-only"), (5, "expired")):
        made.put_agreeing("receiver", number, kind)
    return made


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(os.urandom(100_000) + b"\r\nend\n")
    return path


def keys_of(receiver, kind):
    number = {"rsa2048": 1, "p256": 2, "p384": 3, "encipher-only": 4, "expired": 5}[kind]
    return {"p12:": ("--key", f"p12:{PKI / kind}.p12", "--pin-file", PKI / "pin"),
            "pkcs11:": ("--key", receiver.uri(f"token=receiver;id=%{number:02}"), *receiver.pins())}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_encrypted_for_a_key_comes_out(receiver, tmp_path, text, kind, cipher, form):
    person, options = KINDS[kind]
    cms = encrypted(tmp_path / "cms", text, person, cipher, FORMS[form], options)
    for name, key in keys_of(receiver, person).items():
        if (name, kind) == ("pkcs11:", "RSA, OAEP with SHA-256"):
            continue  # SoftHSM knows OAEP with SHA-1 alone
        out = tmp_path / f"out-{name.strip(':')}"
        run = receiver.run("token", "decrypt", *key, cms, "-o", out)
        assert run.status == 0, f"{name} {run}"
        assert out.read_bytes() == text.read_bytes()


def test_what_is_for_somebody_else_does_not(receiver, tmp_path, text):
    cms = encrypted(tmp_path / "cms", text, "rsa3072", "-aes-256-cbc", FORMS["DER"], ())
    for key in keys_of(receiver, "rsa2048").values():
        run = receiver.run("token", "decrypt", *key, cms, "-o", tmp_path / "out")
        assert (run.status, run.code) == (8, "NOT_FOR_KEY") and not (tmp_path / "out").exists(), str(run)


def test_what_is_no_cms_is_told(tmp_path, text):
    for data in (b"", b"hello", b"\x30\x80", text.read_bytes()):
        (tmp_path / "x").write_bytes(data)
        run = pdfsign("token", "decrypt", *p12("rsa2048.p12"), tmp_path / "x", "-o", tmp_path / "out")
        assert run.status != 0 and run.code == "CMS_UNREADABLE" and not (tmp_path / "out").exists(), str(run)


def test_changed_gcm_gives_nothing(receiver, tmp_path, text):
    cms = encrypted(tmp_path / "cms", text, "rsa2048", "-aes-256-gcm", FORMS["DER"], ())
    data = bytearray(cms.read_bytes())
    data[len(data) // 2] ^= 1
    cms.write_bytes(data)
    run = receiver.run("token", "decrypt", *keys_of(receiver, "rsa2048")["p12:"], cms, "-o", tmp_path / "out")
    assert run.status != 0 and not (tmp_path / "out").exists(), str(run)


def test_decryption_in_json(receiver, tmp_path, text):
    cms = encrypted(tmp_path / "cms", text, "p256", "-aes-128-cbc", FORMS["DER"], ())
    run = receiver.run("token", "decrypt", *keys_of(receiver, "p256")["pkcs11:"], cms, "-o", tmp_path / "out", "--json")
    (line,) = reports.results(run.out)
    assert (line["status"], line["output"]) == ("decrypted", str(tmp_path / "out"))
    run = receiver.run("token", "decrypt", *keys_of(receiver, "p256")["pkcs11:"], cms, "-o", "-")
    assert run.out == text.read_bytes()
