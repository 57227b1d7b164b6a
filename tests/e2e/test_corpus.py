"""The verifier's corpus (fixtures/attacks.py) is what its table says: sound files are sound, attacks do what they are about."""

import hashlib
import io
import re

import pikepdf
import pytest
from asn1crypto import cms
from pyhanko.keys import load_cert_from_pemder

import agreement
import attacks
import verdicts
from corpus import PASSED, ROWS, UNSIGNED, tools
from corpus.document import Doc, signed
from corpus.findings import FINDINGS

KINDS = sorted({row.kind for row in ROWS.values()})
# Of these, the signature's value is as good as ever: what is wrong is what came behind it, or what it does not cover.
VALUE_HOLDS = {"incremental-saving", "physical", "xref", "replaced", "catalog", "annotation", "form", "shadow", "certification", "lock",
               "universal-forgery", "wrapping", "path", "revocation", "timestamp"}
BROKEN_VALUE = {"swa-no-table", "isa-copied-file", "stamp-document-mismatch", "stamp-document-changed"}


def names_of(kind):
    return [name for name, row in ROWS.items() if row.kind == kind and all(map(tools.has, row.needs))]


@pytest.fixture(params=KINDS)
def made(request):
    """All files of a kind: name -> bytes, and the folder."""
    folder = verdicts.corpus()
    return {name: (folder / f"{name}.pdf").read_bytes() for name in names_of(request.param)}, folder


def test_there_are_enough_of_each():
    assert sum(row.good for row in ROWS.values()) >= 60
    assert sum(not row.good for row in ROWS.values()) >= 60
    for kind in set(KINDS) - {"allowed", "others"}:
        assert len(names_of(kind)) >= 5, kind


def codes(row):
    return [code for code in (row.finding, row.note, *row.others) if code]


@pytest.mark.parametrize("kind", KINDS)
def test_verdicts_are_those_of_their_findings(kind):
    for name in names_of(kind):
        row = ROWS[name]
        assert set(codes(row)) <= FINDINGS.keys(), name
        if row.good:
            assert row.verdicts == (PASSED,), name
            assert row.note is None or FINDINGS[row.note].verdict == PASSED, name
        else:
            assert FINDINGS[row.finding].verdict == row.verdict and PASSED not in row.verdicts, name


def judgement(folder, row, data):
    roots = [load_cert_from_pemder(str(folder / "pki" / f"{name}.pem")) for name in row.trust]
    lists = [(folder / "pki" / f"{name}.crl").read_bytes() for name in row.crls]
    return agreement.pyhanko(data, roots, lists, row.password)


def test_the_files_of_a_kind(made):
    files, folder = made
    wrong = []
    for name, data in files.items():
        row = ROWS[name]
        for check in (opens, sound, unsigned, holds):
            said = check(row, name, data, folder)
            if said:
                wrong.append(f"{name}: {said}")
    assert not wrong, "\n".join(wrong)
    digests = {hashlib.sha256(data).digest() for data in files.values()}
    assert len(digests) == len(files), "two rows make the same file"


def opens(row, _name, data, _folder):
    """qpdf reads it without mending anything."""
    if not row.opens:
        return None
    try:
        with pikepdf.open(io.BytesIO(data), password=row.password or "", attempt_recovery=False) as pdf:
            return None if len(pdf.pages) > 0 else "no pages"
    except pikepdf.PdfError as fault:
        return f"does not open: {fault}"


def sound(row, _name, data, folder):
    """pyHanko finds nothing wrong with a good one."""
    if not row.good or not row.judge:
        return None
    verdict, _, why = judgement(folder, row, data)
    return None if verdict == "passed" else f"good, but pyHanko says {verdict}: {why}"


def unsigned(row, _name, data, _folder):
    """What is not signed at all has no signature field with a value in its last revision, but a document timestamp, which nobody signs with."""
    if row.verdicts != (UNSIGNED,):
        return None
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fields = pdf.Root.AcroForm.Fields if "/AcroForm" in pdf.Root else []
        return "a field is signed" if any("/V" in f and f.get("/FT") == "/Sig" and f.V.get("/Type") != "/DocTimeStamp" for f in fields) else None


def holds(row, name, data, _folder):
    """The digest of what some ByteRange covers is the one that was signed."""
    if row.good or row.kind not in VALUE_HOLDS or name in BROKEN_VALUE:
        return None
    return None if any(value_holds(data, span) for span in ranges(data)) else "no signature holds"


def ranges(data):
    return [tuple(map(int, m.groups())) for m in re.finditer(rb"/ByteRange\s*\[0 (\d+) (\d+) (\d+)\s*\]", data)]


def value_holds(data, span):
    begin, end, rest = span
    token = re.match(rb"<([0-9a-fA-F]+)>", data[begin:])
    try:
        content = cms.ContentInfo.load(bytes.fromhex(token[1].decode()))["content"]
        info = content["signer_infos"][0]
        (digest,) = [a["values"][0].native for a in info["signed_attrs"] if a["type"].native == "message_digest"]
        md = info["digest_algorithm"]["algorithm"].native
    except (TypeError, ValueError):
        return False
    covered = data[:begin] + data[end:end + rest]
    if content["encap_content_info"]["content_type"].native == "tst_info":
        imprint = content["encap_content_info"]["content"].parsed["message_imprint"]
        return imprint["hashed_message"].native == hashlib.new(md, covered).digest()
    return digest == hashlib.new(md, covered).digest()


FLIPS = [name for name in names_of("flip") if name.startswith("flip-") and "hex" not in name]


@pytest.mark.parametrize("name", FLIPS)
def test_a_flip_changes_one_place(name):
    """One byte, or the two digits of one byte of /Contents."""
    before, after = signed().data, ROWS[name].make()
    different = [at for at, (a, b) in enumerate(zip(before, after)) if a != b]
    assert len(before) == len(after) and 1 <= len(different) <= 2 and different[-1] - different[0] < 2


def test_the_plain_signed_file_is_good(tmp_path):
    attacks.write(tmp_path, ["hand-key-p256"])
    verdict, mode, _ = judgement(tmp_path, ROWS["hand-key-p256"], Doc().sign().data)
    assert (verdict, mode) == ("passed", "")


def test_the_list_says_what_a_verifier_needs(tmp_path):
    attacks.write(tmp_path, ["revoked-given", "pyhanko-encrypted-128"])
    listed = agreement.json.loads((tmp_path / "corpus.json").read_text())
    assert [entry["name"] for entry in listed] == ["revoked-given", "pyhanko-encrypted-128"]
    assert listed[0]["crls"] == ["withdrawn"] and (tmp_path / "pki/withdrawn.crl").exists()
    assert listed[1]["password"] and listed[1]["verdicts"] == [PASSED]
