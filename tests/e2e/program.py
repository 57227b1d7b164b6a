"""Runs the program under test the way a person or a script does."""

import os
import pty
import re
import resource
import select
import shutil
import signal
import subprocess
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("PDFSIGN", str(ROOT / "build/dev/stage/bin/pdfsign"))
WORK = Path(os.environ.get("PDS_WORK", ROOT / "build/dev/e2e")).resolve()
SANITIZED = os.environ.get("PDS_SANITIZED") == "1"
PKI, PDFS, DAMAGED = WORK / "pki", WORK / "pdfs", WORK / "damaged"
HANG = 120 if not SANITIZED else 600  # seconds after which a run counts as hanging


@dataclass
class Run:
    """What one call gave."""
    status: int
    out: bytes
    err: str
    seconds: float

    @property
    def code(self):
        """The stable name of the last error, such as PDF_DAMAGED."""
        found = re.findall(r"\[([A-Z][A-Z0-9_]+)\]", self.err)
        return found[-1] if found else ("OK" if self.status == 0 else None)

    def __str__(self):
        return f"exit {self.status}, {self.out[:2000]!r}, {self.err[:4000]}"


MISSING = "missing on this machine: "  # such a skip is a failure with PDS_NO_SKIP (conftest.py)


def needs(*programs, **parts):
    """A mark: skipped without these programs, and parts that are false: needs("gcore", SoftHSM=path)."""
    lacking = [p for p in programs if shutil.which(p) is None] + [name for name, there in parts.items() if not there]
    return pytest.mark.skipif(bool(lacking), reason=MISSING + ", ".join(lacking))


sees_memory = pytest.mark.skipif(os.geteuid() != 0, reason="the program lets none but root look into its memory")


def environment(**changes):
    """A plain one; a value of None removes the name."""
    env = {"PATH": os.environ["PATH"], "HOME": str(WORK), "LC_ALL": "C.UTF-8", "TZ": "Asia/Shanghai",
           "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=1"),
           "LSAN_OPTIONS": os.environ.get("LSAN_OPTIONS"), "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS")}
    env.update(changes)
    return {k: str(v) for k, v in env.items() if v is not None}


def pdfsign(*args, stdin=None, env=None, cwd=None, limits=(), pass_fds=(), stdout=None, prefix=()):
    """Runs the program; limits: (resource, value) pairs. A crash or a hang is a failure here.

    prefix: what runs it, such as cards.Readers.prefix."""
    def apply():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for what, value in limits:
            resource.setrlimit(what, (value, value))
    begin = time.monotonic()
    child = subprocess.Popen([*prefix, PROGRAM, *map(str, args)], stdin=subprocess.PIPE,
                             stdout=stdout or subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                             env=environment(**(env or {})), preexec_fn=apply, pass_fds=pass_fds)
    out, err = talk(child, stdin)
    run = Run(child.returncode, out or b"", err.decode("utf-8", "replace"), time.monotonic() - begin)
    assert run.status >= 0 or run.status == -signal.SIGKILL, f"crashed: {run}"
    assert "Sanitizer" not in run.err and "runtime error" not in run.err, str(run)
    return run


def talk(child, stdin):
    """Output of a child; kills one that hangs."""
    try:
        return child.communicate(stdin, timeout=HANG)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise AssertionError(f"hung for {HANG} s: {child.args}") from None


def key(kind="p256"):
    """Options for a person's key without a password."""
    return ("--key", f"file:{PKI / kind}.all.pem")


def p12(file="p256.p12", pin="pin"):
    return ("--key", f"p12:{PKI / file}", "--pin-file", PKI / pin)


def sign(source, target, *options, with_key=None, **how):
    return pdfsign("sign", *(with_key if with_key is not None else key()), *options, source, "-o", target, **how)


def leftovers(folder, *expected):
    """Names in a folder that should not be there."""
    return sorted(p.name for p in Path(folder).iterdir() if p.name not in expected)


def on_terminal(words, env, *answers):
    """Runs it on a terminal and answers its prompts; returns the status and the screen."""
    child, master = pty.fork()
    if child == 0:
        os.execvpe(str(words[0]), [str(w) for w in words], environment(**env))
    screen, left, end = b"", list(answers), time.monotonic() + HANG
    while time.monotonic() < end:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            got = os.read(master, 4096)
        except OSError:
            break
        screen += got
        if left and screen.endswith(b": "):
            os.write(master, left.pop(0).encode() + b"\n")
    os.close(master)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), screen.decode()


class Terminal:
    """The program on a terminal of its own; what is seen there is in `screen`."""

    def __init__(self, *arguments, prefix=(), **env):
        words = [str(word) for word in (*prefix, PROGRAM, *arguments)]
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.execvpe(words[0], words, environment(TERM="xterm", LINES="24", COLUMNS="80", **env))
        self.screen = b""

    def read(self, seconds):
        """False: nothing more comes."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            part = os.read(self.fd, 65536)
        except OSError:
            part = b""
        self.screen += part
        return part != b""

    def wait_for(self, *texts):
        until = time.monotonic() + 60
        while not all(t in self.screen for t in texts):
            assert time.monotonic() < until and self.read(1), self.screen
        time.sleep(.3)  # until the keys are read

    def type(self, text):
        os.write(self.fd, text)

    def echoes(self):
        return termios.tcgetattr(self.fd)[3] & (termios.ECHO | termios.ICANON) == termios.ECHO | termios.ICANON

    def end(self):
        """The status, and does the terminal show what is typed?"""
        until = time.monotonic() + HANG
        while True:
            done, status = os.waitpid(self.child, os.WNOHANG)
            if done != 0:
                break
            if time.monotonic() > until:
                os.kill(self.child, signal.SIGKILL)
                raise AssertionError(f"hung: {self.screen}")
            self.read(.05)
        echoes = self.echoes()
        while self.read(.05):
            if not select.select([self.fd], [], [], .05)[0]:
                break
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status), echoes
