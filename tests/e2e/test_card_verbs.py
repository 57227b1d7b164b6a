"""The verbs `token …` with PIV cards: tries told, PUK, management key, the seal, decryption."""

import subprocess
import time

import pytest

import reports
import seals
from program import PKI, leftovers, needs, pdfsign

PIN, NEW, PUK = "123456", "654321", "12345678"
MANAGEMENT = "0102030405060708" * 3


@pytest.fixture
def card(readers):
    """A card with a key to sign (9C) and one to decrypt (9D)."""
    loads = [f"{slot}={PKI / kind}.key.pem,{PKI / kind}.cert.pem" for slot, kind in (("9c", "p256"), ("9d", "rsa2048"))]
    made = readers.plug(0, "--load", loads[0], "--load", loads[1])
    yield made
    made.close()
    time.sleep(0.8)  # until the service has missed it


@pytest.fixture
def call(readers, tmp_path):
    """call("token", "list", …): the program sees these readers; secret("…") makes a file."""
    return lambda *args, **how: pdfsign(*args, prefix=readers.prefix, **how)


@pytest.fixture
def secret(tmp_path):
    (tmp_path / "secrets").mkdir()

    def secret(text):
        path = tmp_path / "secrets" / text[:12]
        path.write_text(text + "\n")
        return path
    return secret


def pin_of(call):
    run = call("token", "list", "--key", "pcsc:", "--json")
    assert run.status == 0, str(run)
    return reports.results(run.out)[0]["tokens"][0]["pin"]


def test_a_card_is_listed(card, call):
    run = call("token", "list", "--key", "pcsc:")
    text = run.out.decode()
    for part in ("Virtual PCD", "3 tries left", "测试 p256", "测试 rsa2048", ";slot=9c", ";slot=9d"):
        assert part in text, str(run)
    (line,) = reports.results(call("token", "show", "--key", "pcsc:", "--json").out)
    keys = {k["id"]: k for k in line["tokens"][0]["keys"]}
    assert keys["9c"]["asks_always"] and not keys["9d"]["asks_always"]
    assert pin_of(call) == {"state": "ok", "tries_left": 3, "on_reader": False}


def test_export_by_slot(card, call, tmp_path):
    for slot, kind in (("9c", "p256"), ("9d", "rsa2048")):
        out = tmp_path / slot
        run = call("token", "export", "--key", f"pcsc:;slot={slot}", "-o", out)
        assert run.status == 0 and out.read_bytes() == (PKI / f"{kind}.cert.pem").read_bytes(), str(run)


def test_the_last_try_is_kept(card, call, secret):
    change = ("token", "pin", "--key", "pcsc:", "--new-pin-file", secret(NEW), "--pin-file")
    for left in ("2 tries are left", "one try is left"):
        run = call(*change, secret("000000"))
        assert (run.status, run.code) == (8, "PIN_WRONG") and left in run.err, str(run)
    assert pin_of(call)["state"] == "last try"
    before = card.counts()["pin_tries"]
    run = call(*change, secret(PIN))
    assert (run.status, run.code) == (8, "PIN_LAST_TRY") and "--force-last-try" in run.err, str(run)
    assert card.counts()["pin_tries"] == before
    run = call(*change, secret(PIN), "--force-last-try")
    assert run.status == 0 and pin_of(call)["tries_left"] == 3, str(run)


def test_a_blocked_card_is_unblocked(card, call, secret):
    for _ in range(3):
        call("token", "pin", "--key", "pcsc:", "--new-pin-file", secret(NEW), "--pin-file", secret("000000"), "--force-last-try")
    assert pin_of(call)["state"] == "blocked"
    assert "token unblock" in call("token", "list", "--key", "pcsc:").out.decode()
    run = call("token", "pin", "--key", "pcsc:", "--new-pin-file", secret(NEW), "--pin-file", secret(PIN), "--force-last-try")
    assert (run.status, run.code) == (8, "PIN_LOCKED"), str(run)
    unblock = ("token", "unblock", "--key", "pcsc:", "--new-pin-file", secret(NEW), "--puk-file")
    run = call(*unblock, secret("00000000"))
    assert (run.status, run.code) == (8, "PIN_WRONG"), str(run)
    assert call(*unblock, secret(PUK)).status == 0
    assert pin_of(call) == {"state": "ok", "tries_left": 3, "on_reader": False}
    assert call("token", "pin", "--key", "pcsc:", "--pin-file", secret(NEW), "--new-pin-file", secret(PIN)).status == 0


def test_the_seal_in_a_card(card, call, secret, pdf, tmp_path, judged):
    picture = seals.write(tmp_path / "seal.png", seals.picture(200), 42)
    write = ("token", "seal", "write", "--key", "pcsc:", picture, "--pin-file", secret(PIN), "--management-file")
    run = call(*write, secret("00" * 24))
    assert run.status == 8 and run.code != "SEAL_MISSING", str(run)
    assert call("token", "seal", "view", "--key", "pcsc:", "-o", tmp_path / "v.png").code == "SEAL_MISSING"
    run = call(*write, secret(MANAGEMENT))
    assert run.status == 0, str(run)
    assert call("token", "seal", "view", "--key", "pcsc:", "-o", tmp_path / "v.png").status == 0
    run = call("sign", "--key", "pcsc:;slot=9c", "--pin-file", secret(PIN), "--chain", PKI / "inter.pem", "--seal", "token",
               "--at", "1@br+20mm,20mm", pdf("table"), "-o", tmp_path / "o.pdf")
    assert run.status == 0, str(run)
    judged(tmp_path / "o.pdf", pdf("table"))


def test_decryption_by_a_card(card, call, secret, tmp_path):
    text = PKI / "root.pem"
    subprocess.run(["openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-in", text, "-outform", "DER", "-out",
                    tmp_path / "cms", "-recip", PKI / "rsa2048.cert.pem"], check=True)
    run = call("token", "decrypt", "--key", "pcsc:;slot=9d", "--pin-file", secret(PIN), tmp_path / "cms", "-o", tmp_path / "out")
    assert run.status == 0 and (tmp_path / "out").read_bytes() == text.read_bytes(), str(run)
    run = call("token", "decrypt", "--key", "pcsc:;slot=9d", "--pin-file", secret("000000"), tmp_path / "cms", "-o", tmp_path / "x")
    assert (run.status, run.code) == (8, "PIN_WRONG") and "x" not in leftovers(tmp_path), str(run)


@pytest.mark.parametrize("kind", ["encipher-only", "expired"])
def test_decryption_by_a_key_that_may_not_sign(readers, call, secret, tmp_path, kind):
    made = readers.plug(0, "--load", f"9d={PKI / kind}.key.pem,{PKI / kind}.cert.pem")
    text = PKI / "root.pem"
    subprocess.run(["openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-in", text, "-outform", "DER", "-out",
                    tmp_path / "cms", "-recip", PKI / f"{kind}.cert.pem"], check=True)
    run = call("token", "decrypt", "--key", "pcsc:", "--pin-file", secret(PIN), tmp_path / "cms", "-o", tmp_path / "out")
    assert run.status == 0 and (tmp_path / "out").read_bytes() == text.read_bytes(), str(run)
    made.close()
    time.sleep(0.8)  # until the service has missed it


# -- seals that went wrong ------------------------------------------------------------------------

def by_piv_tool(readers, *words):
    """Yubico's program, which knows the card's first management key."""
    done = subprocess.run([*readers.prefix, "yubico-piv-tool", "--reader", "", *map(str, words)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\n", "")


@needs("yubico-piv-tool")
@pytest.mark.parametrize("what", ("a byte is another one", "its end is missing", "nothing of it is left"))
def test_a_seal_with_a_part_that_was_spoilt(card, readers, call, secret, pictures, tmp_path, what):
    """By another program, in the last object that is not empty."""
    run = call("token", "seal", "write", "--key", "pcsc:", pictures / "seal.png", "--pin-file", secret(PIN),
               "--management-file", secret(MANAGEMENT))
    assert run.status == 0, str(run)
    parts = {}
    for number in range(16):
        done = subprocess.run([*readers.prefix, "yubico-piv-tool", "--reader", "", "-a", "read-object", "--id", hex(0x5FFF20 + number)],
                              capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip():
            parts[number] = done.stdout.replace("\n", "")
    last = max(parts)
    assert len(parts) > 1
    bad = {"a byte is another one": parts[last][:-2] + ("00" if parts[last][-2:] != "00" else "01"),
           "its end is missing": parts[last][:-20], "nothing of it is left": "00"}[what]
    (tmp_path / "bad").write_text(bad)
    by_piv_tool(readers, "-a", "write-object", "--id", hex(0x5FFF20 + last), "-i", tmp_path / "bad")
    run = call("token", "seal", "view", "--key", "pcsc:", "-o", tmp_path / "v.png")
    assert (run.status, run.code) == (8, "SEAL_DAMAGED") and not (tmp_path / "v.png").exists(), str(run)


def test_a_seal_that_is_too_large(readers, call, secret, pictures, tmp_path):
    card = readers.plug(0, "--key", "9a=p256", "--object-max", 200)
    run = call("token", "seal", "write", "--key", "pcsc:", pictures / "seal.png", "--pin-file", secret(PIN),
               "--management-file", secret(MANAGEMENT))
    card.close()
    time.sleep(0.8)
    assert (run.status, run.code) == (8, "TOKEN_FULL") and "--compact" in run.err, str(run)


# -- a library that is not installed --------------------------------------------------------------

@pytest.mark.parametrize("soname,uri,package", [("libpcsclite.so.1", "pcsc:", "libpcsclite1"),
                                                ("libp11-kit.so.0", "pkcs11:", "libp11-kit0")])
def test_a_library_that_is_missing_is_named(call, pdf, tmp_path, soname, uri, package):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / soname).write_text("nothing")
    env = {"LD_LIBRARY_PATH": tmp_path / "lib"}
    run = call("sign", "--key", uri, pdf("table"), "-o", tmp_path / "o.pdf", env=env)
    assert run.code == "LIBRARY_MISSING" and package in run.err and not (tmp_path / "o.pdf").exists(), str(run)
    run = call("token", "list", env=env)
    assert run.status == 0, str(run)
