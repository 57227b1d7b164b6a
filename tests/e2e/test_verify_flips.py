"""Each bit of a small signed file changed in turn: none passes but where the change can't matter, which PLACES lists."""

import re
import shutil
from dataclasses import dataclass

import pytest
from asn1crypto import cms

import verdicts
from corpus import authorities, tools
from handmade import simple
from program import SANITIZED

BATCH = 4000
BITS = range(8) if not SANITIZED else (0, 5)


@dataclass
class Place:
    """Where a change of a bit leaves the file what it is; docs/verify.md has the same list."""
    about: str
    holds: object  # (file, byte, bit) -> bool


def letters(der, name):
    """Where the ASCII letters of a name stand in its last copy."""
    begin = der.rindex(name.dump())
    for part in name.chosen:
        for pair in part:
            text = pair["value"].chosen.contents
            at = der.index(text, begin)
            yield from (at + i for i, byte in enumerate(text) if byte < 0x80 and chr(byte).isalpha())


class File:
    """A signed file and where things stand in it."""

    def __init__(self, data):
        self.data = data
        self.begin, self.end = re.search(rb"/Contents\s*<([0-9a-f]+)>", data).span(1)
        self.der = bytes.fromhex(data[self.begin:self.end].decode())
        info = cms.ContentInfo.load(self.der)["content"]["signer_infos"][0]
        self.letters = set(letters(self.der, info["sid"].chosen["issuer"]))

    def byte_of_cms(self, at):
        """The byte of the CMS that a digit belongs to; None elsewhere."""
        return (at - self.begin) // 2 if self.begin <= at < self.end else None

    def flipped(self, at, bit):
        return self.data[:at] + bytes([self.data[at] ^ 1 << bit]) + self.data[at + 1:]


def is_other_case(file, at, bit):
    return file.byte_of_cms(at) is not None and bit == 5 and chr(file.data[at]) in "abcdef"


def is_letter_of_issuer(file, at, bit):
    """The name in the SignerInfo: a letter of the ASCII kind becomes the same of the other case."""
    byte = file.byte_of_cms(at)
    first_digit = byte in file.letters and (at - file.begin) % 2 == 0  # of 4 to 7: bit 1 makes the other case of it
    return first_digit and bit == 1


PLACES = (
    Place("a hexadecimal digit of /Contents in the other case: it is the same digit (ISO 32000-2, 7.3.4.3)", is_other_case),
    Place("a letter of the issuer's name in the SignerInfo in the other case: names are compared so (RFC 5280, 7.1), and the "
          "signed attributes name the certificate by its hash", is_letter_of_issuer),
)


@pytest.fixture(scope="module")
def small():
    """One page, one signature with P-256 by a certificate that the root issued: there is nothing in it that isn't needed."""
    signer = authorities.below(authorities.root(), "Flipped Signer", rooted=True)
    return File(tools.own(simple(1).table(), "sign", "--key", "{0}", parties=(signer,)))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    verdicts.attacks.write_pki(folder)
    return folder / "root.pem"


def passing(file, changes, folder, root):
    """Those changes (byte, bit) after which the file passes."""
    passed = set()
    for begin in range(0, len(changes), BATCH):
        paths = {}
        folder.mkdir()
        for at, bit in changes[begin:begin + BATCH]:
            path = folder / f"{at}-{bit}.pdf"
            path.write_bytes(file.flipped(at, bit))
            paths[str(path)] = (at, bit)
        said = verdicts.verify(paths, "--trust", root)
        passed |= {paths[path] for path, one in said.items() if one.exit == 0}
        assert {one.exit for one in said.values()} <= verdicts.VERDICTS.keys()
        shutil.rmtree(folder)
    return passed


def test_the_file_is_sound(small, tmp_path, root):
    (tmp_path / "a.pdf").write_bytes(small.data)
    (said,) = verdicts.verify([tmp_path / "a.pdf"], "--trust", root).values()
    assert said.exit == 0 and len(small.data) < 5000, said


@pytest.mark.parametrize("part", range(4))
def test_no_flipped_bit_passes(small, tmp_path, root, part):
    changes = [(at, bit) for at in range(part, len(small.data), 4) for bit in BITS]
    expected = {change for change in changes if any(place.holds(small, *change) for place in PLACES)}
    passed = passing(small, changes, tmp_path / "flips", root)
    show = [(at, bit, small.data[max(at - 20, 0):at + 10]) for at, bit in sorted(passed ^ expected)]
    assert passed == expected, show[:20]


def test_each_place_is_there(small):
    """Else the list says more than is true."""
    for place in PLACES:
        assert any(place.holds(small, at, bit) for at in range(len(small.data)) for bit in range(8)), place.about
