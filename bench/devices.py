"""Tokens for bench/run: SoftHSM with a folder and a configuration of its own, and virtual PIV cards (fixtures/card) in readers
of a pcscd of its own. Both hold the signers of identity.py."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from measure import Failed

BIN = Path(__file__).resolve().parent.parent / "build/release/bin"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")
PIN = "271828"
SKIPPED = 77
PATIENCE = 30  # seconds for a reader to see a card


def built(name):
    if not (BIN / name).exists():
        raise LookupError(f"{BIN / name} is not there: bench/run without --product makes it")
    return BIN / name


def pin_file(folder):
    path = folder / "pin"
    path.write_text(PIN + "\n")
    path.chmod(0o600)
    return path


class SoftHsm:
    """A token for each kind of key, with its certificate; it has the kind for a label."""

    def __init__(self, folder, identity, kinds=("ec", "rsa")):
        self.module = next((m for m in MODULES if Path(m).exists()), None)
        missing = [tool for tool in ("softhsm2-util", "pkcs11-tool") if not shutil.which(tool)]
        if self.module is None or missing:
            raise LookupError("SoftHSM or pkcs11-tool (Debian packages softhsm2, opensc) is not installed")
        (folder / "tokens").mkdir(parents=True)
        self.identity, self.pin = identity, pin_file(folder)
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)
        for kind in kinds:
            self.fill(kind, folder / f"{kind}.cert.der")

    def fill(self, kind, der):
        self.tool("softhsm2-util", "--init-token", "--free", "--label", kind, "--pin", PIN, "--so-pin", PIN)
        self.tool("softhsm2-util", "--import", self.identity / f"{kind}.key.pem", "--token", kind, "--label", kind, "--id", "01",
                  "--pin", PIN)
        self.tool("openssl", "x509", "-in", self.identity / f"{kind}.cert.pem", "-outform", "DER", "-out", der)
        self.tool("pkcs11-tool", "--module", self.module, "--token-label", kind, "--login", "--pin", PIN, "--write-object", der,
                  "--type", "cert", "--id", "01", "--label", kind)

    def tool(self, *command):
        r = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        if r.returncode != 0:
            raise Failed(f"{command[0]}: {(r.stderr or r.stdout).strip()[:200]}")

    def key(self, kind):
        return ["--key", f"pkcs11:token={kind}?module-path={self.module}", "--pin-file", self.pin, "--chain",
                self.identity / f"{kind}.chain.pem"]

    def raw(self, kind, count):
        """A command that makes so many signatures with nothing but the module."""
        return [built("raw_sign"), self.module, PIN, kind, str(count)]


class Cards:
    """A reader with a card: with Cards(…) as c: c.seen_by(command) sees it, and nobody else's. `options` of virtual_card;
    `keys`: (slot, kind) each."""

    def __init__(self, folder, identity, keys, options=()):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.identity, self.pin, self.control = identity, pin_file(folder), folder / "control"
        loads = [word for slot, kind in keys for word in ("--load", f"{slot}={identity / kind}.key.pem,{identity / kind}.cert.pem")]
        self.options = ["--pin", PIN, *options, *loads]

    def __enter__(self):
        self.readers = subprocess.Popen([built("with_readers"), "sh", "-c", "echo ready; cat"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.readers.stdout.readline() != "ready\n":
            raise LookupError(self.readers.communicate()[1].strip() or "no readers")
        self.card = subprocess.Popen(self.seen_by([built("virtual_card"), "--control", self.control, *self.options]))
        end = time.monotonic() + PATIENCE
        while not (self.control.exists() and self.counts().get("powered")):
            if time.monotonic() > end or self.card.poll() is not None:
                self.__exit__()
                raise Failed("the reader does not see the card")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.card.kill()
        self.card.wait()
        self.readers.communicate()

    def seen_by(self, command):
        return ["nsenter", "--target", str(self.readers.pid), "--mount", "--net", "--root", "--", *command]

    def tell(self, *request):
        return subprocess.run([built("virtual_card"), "tell", self.control, *request], capture_output=True, text=True).stdout

    def counts(self):
        """Of exchanges, signatures …"""
        return {name: int(value) for name, value in (pair.split("=") for pair in self.tell("count").split())}

    def key(self, slot, kind):
        return ["--key", f"pcsc:;slot={slot}", "--pin-file", self.pin, "--chain", self.identity / f"{kind}.chain.pem"]
