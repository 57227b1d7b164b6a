"""Who signs and stamps in the tests of levels: certificates of fixtures/services.py, an authority of fixtures/stamps.py.

Persons and the authority end before those above them, so that what is left of a signature after they ended can be judged.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

import pki
import services
from stamps import Authority

HERE = {"PDFSIGN_ALLOW_PRIVATE_HOSTS": "1"}
DATES = -30, 40  # days from now
AFTER = 100      # they have ended then
PIN = "interop"
# name: what answers about them (fixtures/services.py)
PERSONS = {"p256": (), "list": ("none", "good"), "delegate": ("delegate", "none"), "checked": ("checked", "none")}


@dataclass
class Town:
    folder: Path
    root: Path
    tsa: str  # its address
    running: services.Services

    def key(self, name):
        return "--key", f"file:{self.folder / f'{name}.all.pem'}"

    def lasting(self):
        """Options of whatever makes timestamps or collects evidence."""
        return "--trust", self.root, "--tsa", self.tsa


def write(folder, name, party, inter):
    """NAME.key.pem, NAME.cert.pem, NAME.all.pem with the issuer's, NAME.p12 likewise, under the first line of `pin`."""
    key, cert = pki.key_bytes(party.key), party.cert.public_bytes(Encoding.PEM)
    services.write_private(folder / f"{name}.key.pem", key)
    services.write_private(folder / f"{name}.cert.pem", cert)
    services.write_private(folder / f"{name}.all.pem", key, party.cert, inter.cert)
    services.write_private(folder / f"{name}.p12", pkcs12.serialize_key_and_certificates(
        name.encode(), party.key, party.cert, [inter.cert], BestAvailableEncryption(PIN.encode())))
    services.write_private(folder / "pin", PIN.encode() + b"\n")


@contextlib.contextmanager
def town(folder):
    """"rsa2048" and PERSONS, whose certificates name services on loopback that answer."""
    folder = Path(folder)
    with services.Services() as running, Authority.of(running, folder, dates=DATES) as authority:
        issuers = running.authorities
        running.write_issuer(folder)
        write(folder, "rsa2048", issuers.person("李四", dates=DATES, key=rsa.generate_private_key(65537, 2048)), issuers.inter)
        for name, kinds in PERSONS.items():
            write(folder, name, issuers.person("张三", *kinds, dates=DATES), issuers.inter)
        yield Town(folder, running.write_root(folder), authority.url, running)
