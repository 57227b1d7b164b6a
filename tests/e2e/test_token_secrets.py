"""PINs and PUKs of tokens are nowhere to be seen: not in what the program says, writes, opens or executes.

Each PIN is told in each way there is, and strace notes all system calls of the program and its children. A PIN has to
come in and to go out once, and these calls alone may show it:
- read() of what brings it: its file, its descriptor, the terminal, the pipe of --pin-program;
- the execve() that hands over the environment, for --pin-env;
- write() to that pipe, by the program that tells the PIN;
- sendto() to pcscd's socket: the card's commands VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER.
A PKCS#11 module gets it in memory; what the module does with it is the module's own (SoftHSM shows nothing of it).
"""

import json
import os
import re
import subprocess

import pytest

import program
import reports
from cards import load
from program import PKI, SANITIZED, pdfsign
from softhsm import PIN, SO_PIN, Tokens, needed

NEW, PUK, WRONG = "90785637", "63207419", "58023164"
CARD, HSM = "25814793", "Vt4-pin-70283"


def codings(secret):
    """As it may be met in a trace (which escapes nothing of these), a log or a core."""
    return (secret, secret.encode().hex(), secret.encode().hex().upper(), "".join(f"\\x{b:02x}" for b in secret.encode()))


def allowed(line, way):
    """Does the call have to show it?"""
    if way == "env" and re.search(r"\bexecve\(", line):
        return True
    if way == "program" and re.search(r"\bwrite\(1<pipe:", line):
        return True
    comes_in = re.search(r"\bread\(\d+", line)
    goes_out = re.search(r'\bsendto\(\d+<UNIX[^ ]*, "\\0[ $,]\\0\\200', line)
    return bool(comes_in or goes_out)


class Traced:
    """Runs the program under strace, and looks for secrets in everything that came of it."""

    def __init__(self, folder):
        self.folder, self.trace = folder, folder / "trace"

    @property
    def prefix(self):
        return ("strace", "-f", "-y", "-yy", "-s", "4096", "-o", self.trace)

    def lines(self):
        return self.trace.read_text(errors="replace").splitlines()

    def is_clean(self, secrets, said, way):
        """said: what came on standard output and standard error."""
        lines, shown = self.lines(), [c for s in secrets for c in codings(s)]
        assert len(lines) > 100, "no trace"
        for secret in shown:
            assert secret not in said, secret
            bad = [x for x in lines if secret in x and not allowed(x, way)]
            assert bad == [], bad
        assert not any(secret in x for x in lines for secret in shown if "execve(" in x and way != "env")


def way_file(secrets, folder):
    words, env, fds = [], {}, ()
    for option, secret in secrets.items():
        path = folder / option
        path.write_text(secret + "\n")
        path.chmod(0o600)
        words += [f"--{option}-file", path]
    return words, env, fds


def way_fd(secrets, folder):
    words, env, fds = [], {}, []
    for option, secret in secrets.items():
        out, into = os.pipe()
        os.write(into, secret.encode() + b"\n")
        os.close(into)
        fds.append(out)
        words += [f"--{option}-fd", str(out)]
    return words, env, tuple(fds)


def way_env(secrets, folder):
    words, env = [], {}
    for option, secret in secrets.items():
        name = f"SECRET_{option.replace('-', '_')}"
        env[name] = secret
        words += [f"--{option}-env", name]
    return words, env, ()


def way_program(secrets, folder):
    """The PIN alone; others from files."""
    words, env, fds = way_file({k: v for k, v in secrets.items() if k != "pin"}, folder)
    (folder / "pin").write_text(secrets["pin"] + "\n")
    script = folder / "ask"
    script.write_text(f"#!/bin/sh\nexec cat '{folder / 'pin'}'\n")
    script.chmod(0o700)
    return [*words, "--pin-program", script], env, fds


WAYS = {"file": way_file, "fd": way_fd, "env": way_env, "program": way_program}
ENDS = {"right": True, "wrong": False}

pytestmark = [program.needs("strace"), program.sees_memory,
              pytest.mark.skipif(SANITIZED, reason="leak checks and strace are in each other's way")]


@pytest.fixture
def traced(tmp_path):
    (tmp_path / "traced").mkdir()
    return Traced(tmp_path / "traced")


@pytest.fixture
def pin(tmp_path):
    """pin("123456"): a file with that PIN, whose name doesn't tell it."""
    def pin(text):
        path = tmp_path / f"secret-{len(list(tmp_path.glob('secret-*')))}"
        path.write_text(text)
        return path
    return pin


@pytest.fixture
def hsm(tmp_path):
    (tmp_path / "hsm").mkdir()
    made = Tokens(tmp_path / "hsm")
    made.person = made.make("me", "p256")
    return made


def verbs(uri, pdf, folder):
    """What wants secrets, and which."""
    sign = ["sign", "--key", uri, "--chain", PKI / "inter.pem", "--json", pdf("table"), "-o", folder / "o.pdf", "--overwrite"]
    return {"sign": (sign, ("pin",)), "pin": (["token", "pin", "--key", uri], ("pin", "new-pin")),
            "unblock": (["token", "unblock", "--key", uri], ("puk", "new-pin"))}


def run(traced, words, secrets, way, prefix=(), env=()):
    options, more, fds = WAYS[way](secrets, traced.folder)
    got = pdfsign(*words, *options, prefix=(*prefix, *traced.prefix), env={**dict(env), **more}, pass_fds=fds)
    for fd in fds:
        os.close(fd)
    traced.is_clean(secrets.values(), got.out.decode() + got.err, way)
    return got


CASES = [(verb, way) for verb in ("sign", "pin", "unblock") for way in WAYS if (verb, way) != ("unblock", "program")]


@pytest.mark.parametrize("right", ENDS)
@pytest.mark.parametrize("verb,way", CASES)
def test_with_a_card(plug, readers, traced, pdf, tmp_path, verb, way, right):
    plug(0, "--pin", CARD, "--puk", PUK, *load("9c", "p256"))
    good = {"pin": CARD, "new-pin": NEW, "puk": PUK}
    bad = {"pin": WRONG, "new-pin": NEW, "puk": WRONG[::-1]}
    words, names = verbs("pcsc:", pdf, tmp_path)[verb]
    got = run(traced, words, {n: (good if ENDS[right] else bad)[n] for n in names}, way, prefix=readers.prefix)
    assert got.status == (0 if ENDS[right] else 8), str(got)
    sent = [x for x in traced.lines() if "sendto(" in x and any(secret in x for secret in (*good.values(), *bad.values()))]
    assert sent, "it has to be seen where it has to go: else nothing is looked for"


@needed
@pytest.mark.parametrize("right", ENDS)
@pytest.mark.parametrize("verb,way", CASES)
def test_with_softhsm(hsm, traced, pdf, tmp_path, verb, way, right):
    good = {"pin": PIN, "new-pin": HSM, "puk": SO_PIN}
    bad = {"pin": WRONG, "new-pin": HSM, "puk": WRONG[::-1]}
    words, names = verbs(hsm.person, pdf, tmp_path)[verb]
    got = run(traced, words, {n: (good if ENDS[right] else bad)[n] for n in names}, way, env=hsm.env)
    assert got.status == (0 if ENDS[right] else 8), str(got)


@needed
def test_on_the_terminal(hsm, traced, tmp_path):
    """Typed blind, and read once each."""
    words = [*traced.prefix, program.PROGRAM, "token", "pin", "--key", hsm.person]
    status, screen = program.on_terminal(words, hsm.env, PIN, HSM, HSM)
    assert status == 0, screen
    traced.is_clean((PIN, HSM), screen, "terminal")


def test_the_log_and_the_command_line(plug, readers, pin, pdf, tmp_path):
    """And the state folder, whatever is in it; and /proc/PID/cmdline of the program and all its children."""
    card = plug(0, "--pin", CARD, "--puk", PUK, *load("9c", "p256"))
    env = {"XDG_STATE_HOME": tmp_path / "state", "HOME": tmp_path}
    assert pdfsign("token", "log", "--on", env=env).status == 0
    card.fault("hang 0 ins=87")
    words = ["sign", "--key", "pcsc:", "--pin-file", pin(CARD), pdf("contract"), "-o", tmp_path / "o.pdf"]
    child = subprocess.Popen([*readers.prefix, program.PROGRAM, *map(str, words)], env=program.environment(**env),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    card.wait(lambda: card.counts()["hangs"] or child.poll() is not None)
    seen = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    card.fault("none")
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0 and "--pin-file" in seen and CARD not in seen + out + err, err
    pdfsign("token", "pin", "--key", "pcsc:", "--pin-file", pin(WRONG), "--new-pin-file", pin(NEW), env=env, prefix=readers.prefix)
    pdfsign("token", "unblock", "--key", "pcsc:", "--puk-file", pin(PUK), "--new-pin-file", pin(NEW), env=env, prefix=readers.prefix)
    logs = [p.read_text() for p in (tmp_path / "state").rglob("*") if p.is_file()]
    assert logs and "PIN_WRONG" in "".join(logs)
    for secret in (CARD, WRONG, NEW, PUK):
        assert not any(c in log for log in logs for c in codings(secret)), secret


@program.needs("gcore")
@pytest.mark.parametrize("slot", ("9a", "9c"))
def test_a_core_of_a_program_that_signs_with_a_card(plug, readers, pin, pdf, tmp_path, slot):
    """While the card makes the signature: the PIN has just gone out."""
    card = plug(0, "--pin", CARD, *load(slot, "p256"))
    card.fault("hang 0 ins=87")
    words = ["sign", "--key", "pcsc:", "--pin-file", pin(CARD), "--pin-cache", "30m", "--wait-token", "1m", pdf("contract"),
             "-o", tmp_path / "o.pdf"]
    child = subprocess.Popen([*readers.prefix, program.PROGRAM, *map(str, words)], env=program.environment(),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    card.wait(lambda: card.counts()["hangs"] or child.poll() is not None)
    subprocess.run(["gcore", "-o", tmp_path / "core", str(child.pid)], check=True, capture_output=True, timeout=120)
    core = (tmp_path / f"core.{child.pid}").read_bytes()
    card.fault("none")
    child.communicate(timeout=60)
    assert len(core) > 100_000 and CARD.encode() not in core


def test_json_of_a_wrong_pin(plug, readers, pin, pdf, tmp_path):
    plug(0, "--pin", CARD, *load("9a", "p256"))
    got = pdfsign("sign", "--key", "pcsc:", "--pin-file", pin(WRONG), "--json", pdf("table"), "-o", tmp_path / "o.pdf",
                  prefix=readers.prefix)
    assert got.status == 8 and WRONG not in got.out.decode() + got.err
    (line,) = [json.loads(x) for x in got.out.decode().splitlines()][-1:]
    assert line["error"]["code"] == "PIN_WRONG" and reports.lines(got.out)
