"""Judges a signed PDF: with programs that are not ours, and byte for byte.

judge(path, source=…) raises Bad with what is wrong; it returns what pyHanko saw of each signature.
"""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import cms
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import KeyUsageConstraints, SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

TAIL = 1 << 20  # more than any increment of the tests


class Bad(AssertionError):
    """A file that should be well signed is not."""


def demand(condition, text):
    if not condition:
        raise Bad(text)


@dataclass
class Wanted:
    """What the judged file must be, besides sound."""
    roots: tuple                 # PEM files of trusted roots
    source: Path = None          # what was signed; the file must begin with it
    password: str = None
    signatures: int = 1          # by this program, the newest ones; older ones need only be valid
    at: object = None            # time of the judgement
    digest: str = None
    scheme: str = None           # as asn1crypto names signature algorithms
    key_usage: tuple = ("non_repudiation",)
    reader: str = "strict"       # pyHanko's that takes the kind of file; None: none does
    programs: tuple = ("qpdf", "pdfsig", "mutool", "mutool sign")  # names in PROGRAMS
    levels: tuple = field(default=(ModificationLevel.NONE, ModificationLevel.LTA_UPDATES,
                                   ModificationLevel.FORM_FILLING))


def judge(path, wanted):
    path = Path(path)
    bytes_judgement(path, wanted)
    for program in wanted.programs:
        PROGRAMS[program](path, wanted)
    return pyhanko_judgement(path, wanted) if wanted.reader else []


# -- bytes ----------------------------------------------------------------------------------------

def tail_of(path):
    """The last TAIL bytes and where they begin."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        file.seek(max(0, size - TAIL))
        return file.read(), max(0, size - TAIL)


def same_prefix(path, source):
    with open(path, "rb") as signed, open(source, "rb") as original:
        while chunk := original.read(1 << 20):
            if signed.read(len(chunk)) != chunk:
                return False
    return True


def byte_ranges(data):
    return [tuple(map(int, m.groups())) for m in re.finditer(
        rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)]


def bytes_judgement(path, wanted):
    """Old bytes first, then one increment; the last signature covers all but its own value."""
    size = path.stat().st_size
    if wanted.source is not None:
        demand(same_prefix(path, wanted.source), "the file does not begin with the bytes that were signed")
        demand(size > Path(wanted.source).stat().st_size, "nothing was appended")
    data, start = tail_of(path)
    demand(byte_ranges(data), "no ByteRange in the last increment")
    zero, before, after, rest = byte_ranges(data)[-1]
    demand(zero == 0, "ByteRange does not begin at 0")
    demand(after + rest == size, "ByteRange does not end at the end of the file")
    hole = data[before - start:after - start]
    demand(hole[:1] == b"<" and hole[-1:] == b">", "the hole of ByteRange is not exactly /Contents")
    demand(re.fullmatch(rb"[0-9A-Fa-f]+", hole[1:-1]) is not None, "/Contents is not only hexadecimal")
    demand(data[:before - start].rstrip().endswith(b"/Contents"), "the hole is not the value of /Contents")
    value = bytes.fromhex(hole[1:-1].decode())
    length = der_length(value)
    demand(not value[length:].strip(b"\0"), "/Contents ends in something else than zeros")
    demand(len(value) - length < max(length, 4096), "zeros are most of /Contents")
    demand(re.search(rb"startxref\r?\n\d+\r?\n%%EOF\r?\n?$", data), "no startxref and %%EOF at the end")
    demand(int(data.rsplit(b"startxref", 1)[1].split()[0]) >= start or size > TAIL,
           "startxref does not point into the last increment")


def der_length(value):
    demand(value[:1] == b"\x30", "/Contents is not DER")
    first = value[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    demand(0 < count <= 4, "/Contents has an indefinite or odd length")
    return 2 + count + int.from_bytes(value[2:2 + count], "big")


# -- other programs -------------------------------------------------------------------------------

def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, check=False, timeout=300)


def qpdf_judgement(path, wanted):
    password = [f"--password={wanted.password}"] if wanted.password else []
    done = run("qpdf", "--check", *password, path)
    said = (done.stdout + done.stderr).decode(errors="replace")
    demand(done.returncode == 0 and "WARNING" not in said, f"qpdf --check: {said}")


def pdfsig_judgement(path, wanted):
    password = ["-upw", wanted.password, "-opw", wanted.password] if wanted.password else []
    done = run("pdfsig", "-nocert", *password, path)
    said = done.stdout.decode(errors="replace")
    valid = said.count("Signature Validation: Signature is Valid.")
    signed = len(re.findall(r"^Signature #\d+:", said, re.M)) - said.count("is not signed")
    demand(valid == signed and valid >= wanted.signatures, f"pdfsig: {said}{done.stderr.decode()}")
    demand("- Total document signed" in said, f"pdfsig: the whole document is not signed: {said}")


def mutool_judgement(path, wanted):
    password = ["-p", wanted.password] if wanted.password else []
    done = run("mutool", "info", *password, path)
    said = done.stderr.decode(errors="replace")
    demand(done.returncode == 0 and "repair" not in said and "error" not in said, f"mutool info: {said}")


def mutool_sign_judgement(path, wanted):
    password = ["-p", wanted.password] if wanted.password else []
    said = run("mutool", "sign", "-v", *password, path).stdout.decode(errors="replace")
    demand(said.count("The document is unchanged since signing.") >= 1 and "Digest error" not in said,
           f"mutool sign -v: {said}")


PROGRAMS = {"qpdf": qpdf_judgement, "pdfsig": pdfsig_judgement, "mutool": mutool_judgement,
            "mutool sign": mutool_sign_judgement}
READERS = ("qpdf", "mutool")  # know no signatures: for algorithms that pdfsig and mutool lack


# -- pyHanko --------------------------------------------------------------------------------------

@dataclass
class Seen:
    """One signature as pyHanko reads it."""
    name: str
    entry: object  # the signature dictionary
    cms: object    # SignedData
    status: object
    certs: list


def trust(wanted):
    return ValidationContext(trust_roots=[load_cert_from_pemder(str(r)) for r in wanted.roots],
                             allow_fetching=False, moment=wanted.at,
                             best_signature_time=wanted.at)


def pyhanko_judgement(path, wanted):
    with open(path, "rb") as file:
        reader = PdfFileReader(file, strict=wanted.reader == "strict")
        if reader.encrypted:
            demand(reader.decrypt(wanted.password or "").status.name != "FAILED", "pyHanko: password")
        signatures = reader.embedded_regular_signatures
        demand(len(signatures) >= wanted.signatures, f"pyHanko sees {len(signatures)} signatures")
        return [judge_signature(s, index, len(signatures), wanted)
                for index, s in enumerate(signatures)]


def judge_signature(signature, index, count, wanted):
    name = signature.field_name
    status = validate_pdf_signature(
        signature, trust(wanted), key_usage_settings=KeyUsageConstraints(
            key_usage=set(wanted.key_usage), match_all_key_usages=False))
    about = f"signature {index + 1} of {count} in {name}: {status.summary()}"
    demand(status.intact and status.valid, f"not intact: {about}")
    demand(status.trusted, f"not trusted: {about}")
    demand(status.docmdp_ok is not False, f"a later change is not allowed: {about}")
    if index == count - 1:
        demand(status.coverage == SignatureCoverageLevel.ENTIRE_FILE, f"coverage: {about}")
    else:
        demand(status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION, f"coverage: {about}")
        demand(status.modification_level in wanted.levels, f"later changes {status.modification_level}: {about}")
    if index >= count - wanted.signatures:
        pades_form(signature, wanted)
    certs = [c.chosen for c in signature.signed_data["certificates"]]
    return Seen(name, signature.sig_object, signature.signed_data, status, certs)


def pades_form(signature, wanted):
    """ETSI EN 319 142-1, 6.3, level B-B; ISO 32000-2, 12.8.3.4."""
    entry, signed = signature.sig_object, signature.signed_data
    info = signed["signer_infos"][0]
    attributes = {a["type"].native: a["values"] for a in info["signed_attrs"]}
    demand(entry["/SubFilter"] == "/ETSI.CAdES.detached", f"SubFilter {entry['/SubFilter']}")
    demand(entry["/Filter"] == "/Adobe.PPKLite", f"Filter {entry['/Filter']}")
    demand(entry.get("/Type", "/Sig") == "/Sig", "Type is not Sig")
    demand("/M" in entry, "no /M")
    demand("/Cert" not in entry, "/Cert is forbidden")
    demand(len(signed["signer_infos"]) == 1, "several signers")
    demand(signed["version"].native == "v1", "SignedData is not version 1")
    demand(signed["encap_content_info"]["content"].native is None, "content is not detached")
    demand(set(attributes) == {"content_type", "message_digest", "signing_certificate_v2"},
           f"signed attributes are {sorted(attributes)}")
    demand(info["signed_attrs"].untag().dump() == sorted_set(info["signed_attrs"]), "signed attributes are not DER")
    plain = signed.untag().dump()
    demand(plain == cms.SignedData.load(plain).dump(force=True), "SignedData is not DER")
    if wanted.digest:
        demand(info["digest_algorithm"]["algorithm"].native == wanted.digest, "digest algorithm")
    if wanted.scheme:
        demand(info["signature_algorithm"].signature_algo == wanted.scheme,
               f"signature algorithm {info['signature_algorithm'].signature_algo}")


def sorted_set(attributes):
    """The attributes as DER orders a SET OF (X.690, 11.6)."""
    items = sorted(a.dump() for a in attributes)
    body = b"".join(items)
    return cms.CMSAttributes.load(header(b"\x31", len(body)) + body).dump()


def header(tag, length):
    if length < 0x80:
        return tag + bytes([length])
    size = (length.bit_length() + 7) // 8
    return tag + bytes([0x80 | size]) + length.to_bytes(size, "big")
