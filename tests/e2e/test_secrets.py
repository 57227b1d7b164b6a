"""PINs and private keys: not in argv, not in output, not in a core dump while the program holds them."""

import base64
import os
import subprocess
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, load_pem_private_key)

import lasting
import pki as pki_maker
import program
from program import PKI, SANITIZED, key, p12, pdfsign, sees_memory

needs_gdb = program.needs("gcore") if not SANITIZED else pytest.mark.skip("sanitizers copy memory")


def key_parts(kind):
    """What must not be found: secret numbers in both byte orders, and the file's own text."""
    loaded = load_pem_private_key((PKI / f"{kind}.key.pem").read_bytes(), None)
    if kind.startswith("ed"):
        numbers = [loaded.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())]
    else:
        secret = loaded.private_numbers()
        values = [getattr(secret, n) for n in ("d", "p", "q", "dmp1", "dmq1", "iqmp") if hasattr(secret, n)] \
            or [secret.private_value]
        numbers = [v.to_bytes((v.bit_length() + 7) // 8, "big") for v in values]
    parts = {}
    for index, number in enumerate(numbers):
        parts[f"number {index}"] = number[4:28]
        parts[f"number {index}, reversed"] = number[::-1][4:28]
    lines = [x for x in (PKI / f"{kind}.key.pem").read_bytes().splitlines() if not x.startswith(b"-")]
    parts["its PEM text"] = lines[len(lines) // 2][:40]
    return parts


def pin_parts():
    pin = pki_maker.PIN
    return {"the PIN": pin.encode(), "the PIN as PKCS#12 has it": pin.encode("utf-16-be"), "the PIN in UTF-16": pin.encode("utf-16-le")}


def core_of(child, folder):
    subprocess.run(["gcore", "-o", folder / "core", str(child.pid)], check=True, capture_output=True, timeout=120)
    return (folder / f"core.{child.pid}").read_bytes()


def paused(*arguments, group=None, **env):
    """The program with its key open, waiting for its input."""
    child = subprocess.Popen([program.PROGRAM, "sign", *map(str, arguments), "-", "-o", "-"], group=group,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=program.environment(**env))
    wait_for_sleep(child)
    return child


def wait_for_sleep(child):
    """Until it has done nothing for half a second: it waits for its input."""
    last, quiet = None, 0
    for _ in range(200):
        time.sleep(.05)
        spent = Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        quiet = quiet + 1 if spent[0] == "S" and spent[11:13] == last else 0
        last = spent[11:13]
        if quiet == 10:
            return
    raise AssertionError("the program does not wait for its input")


CASES = {
    "PKCS#12, P-256": ("p256", ("--key", f"p12:{PKI / 'p256.p12'}", "--pin-file", PKI / "pin")),
    "PKCS#12, RSA": ("rsa2048", ("--key", f"p12:{PKI / 'rsa2048.p12'}", "--pin-file", PKI / "pin")),
    "PKCS#12, legacy": ("rsa2048", ("--key", f"p12:{PKI / 'legacy.p12'}", "--pin-file", PKI / "pin")),
    "PEM, P-256": ("p256", key("p256")),
    "PEM, RSA": ("rsa2048", key("rsa2048")),
    "PEM, Ed25519": ("ed25519", key("ed25519")),
    "two signers": ("p384", ("--key", f"p12:{PKI / 'p256.p12'}", "--pin-file", PKI / "pin", "--then", *key("p384"))),
    "PEM, encrypted": ("p256", ("--key", f"file:{PKI / 'p256.enc.pem'}", "--cert", PKI / "p256.cert.pem", "--pin-file", PKI / "pin")),
}


@needs_gdb
@sees_memory
@pytest.mark.parametrize("case", CASES)
def test_a_core_dump_before_signing_holds_no_secret(tmp_path, case):
    kind, options = CASES[case]
    child = paused(*options)
    try:
        core = core_of(child, tmp_path)
    finally:
        child.kill()
        child.communicate()
    assert len(core) > 100_000 and b"pdfsign" in core
    found = [what for what, part in {**key_parts(kind), **pin_parts()}.items() if part in core]
    assert found == [], f"in the core dump: {found}"


@needs_gdb
@sees_memory
@pytest.mark.parametrize("case", CASES)
def test_a_core_dump_after_signing_holds_no_secret(tmp_path, pdf, case):
    """The output is a FIFO without a reader: it has signed and waits there."""
    kind, options = CASES[case]
    fifo = tmp_path / "out"
    os.mkfifo(fifo)
    child = subprocess.Popen([program.PROGRAM, "sign", *map(str, options), pdf("contract"), "-o", fifo],
                             stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=program.environment())
    try:
        time.sleep(1.5)  # signed; opening the FIFO waits for a reader
        assert child.poll() is None, child.stderr.read()
        core = core_of(child, tmp_path)
    finally:
        child.kill()
        child.communicate()
    found = [what for what, part in {**key_parts(kind), **pin_parts()}.items() if part in core]
    assert found == [], f"in the core dump: {found}"


@needs_gdb
@sees_memory
def test_a_core_dump_while_a_pinentry_answers_holds_no_secret(tmp_path, pdf):
    """It has given the PIN, and does not say that this was all. Symbols are bound at the start, as in releases: bound
    later, whatever the registers hold gets on the stack."""
    told, ask = tmp_path / "told", tmp_path / "ask"
    ask.write_text("#!/bin/sh\necho OK\nwhile read -r line; do case $line in\n"
                   f"GETPIN) echo 'D {pki_maker.PIN}'; echo '# and'; : > '{told}'; sleep 5; echo OK;;\n*) echo OK;; esac; done\n")
    ask.chmod(0o700)
    child = subprocess.Popen([program.PROGRAM, "sign", "--key", f"p12:{PKI / 'p256.p12'}", "--pin-program", ask, pdf("contract"),
                              "-o", tmp_path / "o.pdf"], stderr=subprocess.PIPE, env=program.environment(LD_BIND_NOW=1))
    try:
        while not told.exists():
            assert child.poll() is None, child.stderr.read()
            time.sleep(.05)
        time.sleep(.5)  # until it was read
        core = core_of(child, tmp_path)
    finally:
        child.kill()
        child.communicate()
    found = [what for what, part in pin_parts().items() if part in core]
    assert found == [], f"in the core dump: {found}"


def test_the_system_makes_no_core_of_it():
    """Nor does it let others of the same account look inside: what tells of its memory in /proc is root's then. A limit
    alone does not keep cores from a program that the system hands them to."""
    child = paused(*key(), group=65534 if os.geteuid() == 0 else None)
    try:
        owner = os.stat(f"/proc/{child.pid}/environ")
    finally:
        child.kill()
        child.communicate()
    assert (owner.st_uid, owner.st_gid) == (0, 0)


@needs_gdb
@sees_memory
def test_the_search_finds_what_is_there(tmp_path):
    """A program that does hold the PIN, as its argument."""
    child = subprocess.Popen(["sh", "-c", "read x", pki_maker.PIN], stdin=subprocess.PIPE)
    try:
        time.sleep(.3)
        assert pin_parts()["the PIN"] in core_of(child, tmp_path)
    finally:
        child.kill()
        child.communicate()


@needs_gdb
@sees_memory
def test_the_environment_is_cleared_of_the_pin(tmp_path):
    child = paused("--key", f"p12:{PKI / 'p256.p12'}", "--pin-env", "MY_PIN", MY_PIN=pki_maker.PIN)
    try:
        assert pki_maker.PIN.encode() not in Path(f"/proc/{child.pid}/environ").read_bytes()
        core = core_of(child, tmp_path)
    finally:
        child.kill()
        child.communicate()
    assert pki_maker.PIN.encode() not in core


def test_the_command_line_shows_no_pin():
    child = paused(*p12())
    shown = Path(f"/proc/{child.pid}/cmdline").read_bytes()
    child.kill()
    child.communicate()
    assert pki_maker.PIN.encode() not in shown and b"--pin-file" in shown


@pytest.mark.parametrize("options", [("--json",), ("--progress", "always"), ("--digest", "sha1"), ("--field", "x"), ("--unknown",)])
@pytest.mark.parametrize("source", ["contract", "field-two"])
def test_no_output_shows_the_pin(tmp_path, pdf, options, source):
    run = pdfsign("sign", "--key", f"p12:{PKI / 'p256.p12'}", "--pin-env", "MY_PIN", *options, pdf(source), "-o", tmp_path / "o.pdf",
                  env={"MY_PIN": pki_maker.PIN})
    assert pki_maker.PIN not in run.err and pki_maker.PIN.encode() not in run.out


# -- passwords of timestamping authorities --------------------------------------------------------

USER, PASSWORD, KEY_PASSWORD = "stamps", "Qx3m-tsa-8842-Lb", "Vr6t-tls-1197-Kd"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """With `guarded`, an authority that demands a password, and options with all that is secret about it."""
    folder = tmp_path_factory.mktemp("world")
    with lasting.World(folder) as running:
        running.guarded = running.authority(more=("--user", f"{USER}:{PASSWORD}"))
        for name, word in (("password", PASSWORD), ("wrong", "Wn9k-not-3310-Yy"), ("key-password", KEY_PASSWORD)):
            (folder / name).write_text(word + "\n")
        key, cert = running.services.write_server(folder, "127.0.0.1")
        loaded = load_pem_private_key(key.read_bytes(), None)
        (folder / "client.key.pem").write_bytes(loaded.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(KEY_PASSWORD.encode())))
        running.access = ("--trust", running.root, "--tsa", running.guarded.url, "--tsa-user", USER, "--tsa-password-file",
                          folder / "password", "--tsa-cert", cert, "--tsa-key", folder / "client.key.pem",
                          "--tsa-key-password-file", folder / "key-password")
        yield running


def secrets_of_access():
    both = base64.b64encode(f"{USER}:{PASSWORD}".encode())
    return {"the password": PASSWORD.encode(), "the password in a header": both[:-4], "the password of the key": KEY_PASSWORD.encode()}


def test_an_authority_is_given_its_password(world, tmp_path, pdf):
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "t", *world.access)
    assert run.status == 0, str(run)


@pytest.mark.parametrize("options", [("--json",), ("--progress", "always"), ("--tsa-policy", "x"), ("--unknown",)])
@pytest.mark.parametrize("password", ["password", "wrong"])
def test_no_output_shows_the_password_of_an_authority(world, tmp_path, pdf, options, password):
    access = [world.folder / password if word == world.folder / "password" else word for word in world.access]
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "t", *access, *options)
    said = run.err.encode() + run.out + b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert (run.status == 0) == (password == "password" and options[0] in ("--json", "--progress")), str(run)
    assert [what for what, part in secrets_of_access().items() if part in said] == [] and b"Wn9k" not in said


def test_a_password_in_an_address_is_refused_unseen(world, tmp_path, pdf):
    url = world.guarded.url.replace("//", f"//{USER}:{PASSWORD}@")
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "t", "--trust", world.root, "--tsa", url)
    assert (run.status, run.code) == (2, "USAGE") and PASSWORD not in run.err and "--tsa-password-file" in run.err, str(run)


@needs_gdb
@sees_memory
def test_a_core_dump_beside_an_authority_holds_no_secret(world, tmp_path, pdf):
    """Stamped and signed, and waiting for a reader of the FIFO."""
    fifo = tmp_path / "out"
    os.mkfifo(fifo)
    child = subprocess.Popen([program.PROGRAM, "sign", *map(str, CASES["PKCS#12, P-256"][1]), "--level", "t", *map(str, world.access),
                              pdf("contract"), "-o", fifo],
                             stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=program.environment(**lasting.HERE))
    try:
        time.sleep(1.5)
        assert child.poll() is None, child.stderr.read()
        shown = Path(f"/proc/{child.pid}/cmdline").read_bytes()
        core = core_of(child, tmp_path)
    finally:
        child.kill()
        child.communicate()
    parts = {**key_parts("p256"), **pin_parts(), **secrets_of_access()}
    assert [what for what, part in parts.items() if part in core] == []
    assert [what for what, part in parts.items() if part in shown] == []


def test_no_option_takes_a_pin():
    for option in ("--pin", "--password", "--passphrase", "--tsa-password"):
        assert pdfsign("sign", option, pki_maker.PIN, "a.pdf").status == 2
