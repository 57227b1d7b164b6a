"""The judge itself: takes what another program signed well, and sees each way to break it."""

import re

import pytest
from pyhanko.sign.diff_analysis import ModificationLevel

import peer
from handmade import append
from judge import PROGRAMS, Wanted


@pytest.fixture
def good(tmp_path, pki, pdf):
    return peer.sign(pdf("table"), tmp_path / "good.pdf", pki)


def test_takes_a_file_signed_by_pyhanko(good, judged, pdf):
    (seen,) = judged(good, pdf("table"), digest="sha256", scheme="ecdsa")
    assert seen.name == "Peer" and seen.status.modification_level == ModificationLevel.NONE


def hole(data):
    """Where the hexadecimal of /Contents begins and ends."""
    match = list(re.finditer(rb"/Contents\s*<([0-9a-fA-F]+)>", data))[-1]
    return match.start(1), match.end(1)


def put(data, at, text):
    return data[:at] + text + data[at + len(text):]


def shorter_range(data):
    """The last byte of the file is left out of ByteRange."""
    match = list(re.finditer(rb"/ByteRange\s*\[\s*\d+ \d+ \d+ (\d+)", data))[-1]
    return put(data, match.start(1), b"%d" % (int(match[1]) - 1))


BREAKS = {
    "a byte of the page": lambda d: put(d, d.index(b"Contract"), b"Kontract"),
    "a byte of the increment": lambda d: put(d, d.rindex(b"/Rect"), b"/Rekt"),
    "a byte of the signature value": lambda d: put(d, hole(d)[0] + 1200, b"%02x" % (int(d[hole(d)[0] + 1200:][:2], 16) ^ 1)),
    "something behind the value": lambda d: put(d, hole(d)[1] - 8, b"deadbeef"),
    "no hexadecimal": lambda d: put(d, hole(d)[1] - 8, b"zzzzzzzz"),
    "a byte behind the end": lambda d: d + b"x",
    "an increment behind the end": lambda d: append(d, {50: "<< /Later true >>"}, size=51),
    "a shorter ByteRange": shorter_range,
    "a cut end": lambda d: d[:-20],
    "another startxref": lambda d: re.sub(rb"startxref\n(\d)", rb"startxref\n9", d),
    "another format": lambda d: d.replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_sees(good, judged, pdf, how):
    broken = BREAKS[how](good.read_bytes())
    assert broken != good.read_bytes()
    good.write_bytes(broken)
    with pytest.raises(Exception):
        judged(good, pdf("table"))


def test_sees_that_the_input_was_rewritten(good, judged, pdf):
    with pytest.raises(AssertionError, match="does not begin"):
        judged(good, pdf("stream"))


@pytest.mark.parametrize("kind", ["rsa1024", "expired"])
def test_sees_a_signer_that_cannot_be_trusted(tmp_path, pki, judged, pdf, kind):
    path = peer.sign(pdf("table"), tmp_path / "o.pdf", pki, kind=kind)
    with pytest.raises(Exception):
        judged(path, pdf("table"), programs=())


def test_sees_an_unknown_root(good, pki, pdf, judged):
    with pytest.raises(AssertionError, match="trusted"):
        judged(good, pdf("table"), roots=(pki / "rsa2048.cert.pem",))


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_sees_something(good, judged, pdf, program):
    data = good.read_bytes()
    broken = put(data, data.index(b"Contract"), b"Kontract") if program in ("pdfsig", "mutool sign") \
        else data.replace(b"xref\n", b"xrof\n")
    good.write_bytes(broken)
    with pytest.raises(AssertionError, match=program.split()[0]):
        PROGRAMS[program](good, Wanted(roots=()))


def test_sees_a_change_of_the_page_after_the_signature(good, judged):
    """An increment that replaces the page's content, then a second signature over it."""
    data = good.read_bytes()
    body = b"<< /Length 9 >>\nstream\n0 0 m S  \nendstream"
    good.write_bytes(append(data, {5: body}, size=60, extra=b"/ID [<00112233445566778899aabbccddeeff> <00>]"))
    with pytest.raises(AssertionError):
        judged(good)
