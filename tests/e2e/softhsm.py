"""Tokens in software: SoftHSM with a folder and a configuration of its own, keys from fixtures/pki.py."""

import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import program
from program import PKI, pdfsign

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
           "/usr/lib64/pkcs11/libsofthsm2.so")
MODULE = next((m for m in MODULES if Path(m).exists()), None)
PIN, SO_PIN = "Kq7-pin-93461", "Zx8-officer-55"


needed = program.needs("softhsm2-util", "pkcs11-tool", SoftHSM=MODULE)


class Tokens:
    """A folder of tokens; `env` and `uri` let the program see them and no others."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0
        self.conf = folder / "softhsm2.conf"
        (folder / "tokens").mkdir()
        self.conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.env = {"SOFTHSM2_CONF": self.conf, "XDG_STATE_HOME": folder / "state"}
        for name, text in (("pin", PIN), ("so", SO_PIN), ("wrong", "000000"), ("new", "Nw5-pin-1177")):
            (folder / name).write_text(text + "\n")
            (folder / name).chmod(0o600)

    def tool(self, *args):
        done = subprocess.run([*map(str, args)], env=program.environment(**self.env), capture_output=True, text=True)
        assert done.returncode == 0, f"{args}: {done.stdout}{done.stderr}"
        return done.stdout

    def make(self, label, *kinds):
        """A token with these people's keys, from id 1 on."""
        self.tool("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)
        for number, kind in enumerate(kinds, 1):
            self.put(label, number, kind, PKI / f"{kind}.key.pem", PKI / f"{kind}.cert.der")
        return self.uri(f"token={quote(label)}")

    def put(self, label, number, name, key, cert):
        """Key as PKCS#8 in PEM, certificate as DER; None: without."""
        own = f"{number:02x}"
        if key is not None:
            self.tool("softhsm2-util", "--import", key, "--token", label, "--label", name, "--id", own, "--pin", PIN)
        if cert is not None:
            self.tool("pkcs11-tool", "--module", MODULE, "--token-label", label, "--login", "--pin", PIN,
                      "--write-object", cert, "--type", "cert", "--id", own, "--label", name)

    def put_agreeing(self, label, number, kind):
        """An EC key that may agree on secrets, which softhsm2-util doesn't allow it to."""
        own = f"{number:02x}"
        self.tool("pkcs11-tool", "--module", MODULE, "--token-label", label, "--login", "--pin", PIN, "--write-object",
                  PKI / f"{kind}.key.der", "--type", "privkey", "--id", own, "--label", kind, "--usage-derive")
        self.put(label, number, kind, None, PKI / f"{kind}.cert.der")

    def uri(self, what=""):
        return f"pkcs11:{what}?module-path={MODULE}"

    def file(self, name):
        return self.folder / name

    def run(self, *args, **how):
        """The program, with all of these tokens plugged in."""
        return pdfsign(*args, env={**self.env, **how.pop("env", {})}, **how)

    def pins(self, name="pin"):
        return ("--pin-file", self.file(name))

    def key(self, uri, name="pin"):
        """Options of a signer; the chain ends at the tests' root."""
        return ("--key", uri, *self.pins(name), "--chain", PKI / "inter.pem")


def serial_of(kind):
    shown = subprocess.run(["openssl", "x509", "-in", PKI / f"{kind}.cert.pem", "-noout", "-serial"], check=True,
                           capture_output=True, text=True).stdout
    return shown.strip().partition("=")[2]


def fingerprint_of(kind, digest="sha256"):
    shown = subprocess.run(["openssl", "x509", "-in", PKI / f"{kind}.cert.pem", "-noout", "-fingerprint", f"-{digest}"],
                           check=True, capture_output=True, text=True).stdout
    return re.search("=(.*)", shown)[1]
