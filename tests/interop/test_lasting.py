"""Signatures of each level: pyHanko's long-term validation and EU DSS, not we, say what they are."""

import shutil
import time
from dataclasses import dataclass

import longterm
import others
import pdfs
import program
import pytest
import services
import town
from stamps import Authority

pytestmark = pytest.mark.skipif(shutil.which("mvn") is None, reason="no Maven")
LEVELS = ("t", "lt", "lta")


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with town.town(tmp_path_factory.mktemp("town")) as running:
        yield running


@pytest.fixture(scope="module")
def dss(here, start_dss):
    with start_dss(here.root) as running:
        yield running


@dataclass
class Kind:
    """how a file is signed; {seals} is a folder, {page} the number of the signer."""
    source: str = "table"
    words: tuple = ()
    keys: tuple = ("p256",)
    by_list: bool = False  # a list tells that the signer is not revoked: pyHanko does not find it once certificates have ended,
                           # in its own files either
    levels: tuple = LEVELS

    @property
    def password(self):
        return pdfs.KINDS[self.source].password


SEEN = ("--seal", "{seals}/small.png", "--at", "{page}@br+20,20", "--seam", "right", "--date", "@last")
KINDS = {
    "P-256": Kind(),
    "RSA": Kind(keys=("rsa2048",)),
    "RSASSA-PSS, SHA-512": Kind(keys=("rsa2048",), words=("--pss", "--digest", "sha512")),
    "two signers": Kind(keys=("p256", "rsa2048")),
    "seal and seam": Kind("contract", SEEN),
    "seals of two signers": Kind("contract", SEEN[:4], ("rsa2048", "p256")),
    "certified": Kind("contract", ("--certify", "2")),
    "certified for good": Kind("contract", ("--certify", "1")),
    "locking": Kind("table", ("--lock", "all")),
    "encrypted": Kind("crypt-aes-256-user"),
    "encrypted, 128 bits": Kind("crypt-aes-128-user"),
    "object streams": Kind("objects-packed"),
    "PDF/A-2b": Kind("pdfa-2b", SEEN[:4]),
    "a list alone": Kind(keys=("list",), by_list=True),
    "lists first": Kind(words=("--prefer-crl",), by_list=True, levels=("lt", "lta")),
    "a responder of its own": Kind(keys=("delegate",)),
    "a responder that may be revoked": Kind(keys=("checked",)),
}


@pytest.fixture
def make(here, tmp_path, pictures):
    """make(kind, level): the path of a file."""
    def make(kind, level):
        words = []
        for page, key in enumerate(kind.keys, 1):
            words += [*(["--then"] if words else []), *here.key(key)]
            words += [word.format(seals=pictures, page=page) for word in kind.words]
        words += ["--password-file", tmp_path / "password"] if kind.password else []
        (tmp_path / "password").write_text(f"{kind.password}\n")
        target = tmp_path / f"{level}.pdf"
        run = program.sign(program.PDFS / f"{kind.source}.pdf", target, "--level", level,
                           *(here.lasting() if level != "b" else ()), with_key=words, env=town.HERE)
        assert run.status == 0, str(run)
        return target
    return make


WARNINGS = (
    "The certificate does not contain the authority key identifier certificate extension!",  # true of the tests' persons
    # of document timestamps of anybody, its own as well, behind a signature that locks fields
    "Document contains changes restricted by /FieldMDP dictionary!", "Document contains changes restricted by /SigFieldLock dictionary!",
)


def warned(row):
    text = row.warnings
    for known in WARNINGS:
        text = text.replace(known, "")
    return text.strip()


def opinion_of_dss(rows, level, signatures):
    """None, or what it complains of."""
    of = [row for row in rows if row.kind == "signature"]
    good = len(of) == signatures and all(row.level == f"PAdES-BASELINE-{level.upper()}" and row.indication == "TOTAL_PASSED" for row in of)
    stamped = all(row.indication == "PASSED" for row in rows if row.kind == "timestamp")
    return None if good and stamped and not any(map(warned, rows)) else rows


PROCESS = {"t": "time", "lt": "time", "lta": "archive"}


def opinion_of_pyhanko(opinions, level, signatures, archived, past):
    """Likewise. What is B-LTA passes, kept, when all certificates but those of issuers have ended."""
    processes = (PROCESS[level], *(("later",) if archived and past else ()))
    good = all(o.whole and all(map(o.passes, processes)) and (o.archive is not None) == archived for o in opinions)
    return None if good and len(opinions) == signatures else opinions


def judges(here, dss, path, level, *, signatures=1, password=None, archived=None, strict=True, past=True):
    """What any of them complains of. At B-T, they ask the services themselves; else what is in the file has to do.

    archived: there are document timestamps behind the signature, as at B-LTA, or in place of its own one. past: pyHanko is asked
    how things stand when certificates have ended.
    """
    archived = level == "lta" if archived is None else archived
    how = {"password": password, "online": level == "t"}
    said = (opinion_of_dss(dss.judge(path, **how), level, signatures),
            opinion_of_pyhanko(longterm.judge(path, here.root, strict=strict, **how), level, signatures, archived, past))
    return [one for one in said if one is not None]


@pytest.mark.parametrize("name, level", [(name, level) for name, kind in KINDS.items() for level in kind.levels])
def test_levels(name, level, here, dss, make):
    kind = KINDS[name]
    path = make(kind, level)
    assert judges(here, dss, path, level, signatures=len(kind.keys), password=kind.password, past=not kind.by_list) == []


# -- the judges themselves ------------------------------------------------------------------------

def test_judges_see_what_a_level_lacks(here, dss, make):
    """Without services, B-T is not to be confirmed; B-LT ends with its certificates."""
    alone, lasting = make(KINDS["P-256"], "t"), make(KINDS["P-256"], "lt")
    assert {row.indication.split("/")[0] for row in dss.judge(alone)} == {"INDETERMINATE"}
    assert not longterm.judge(alone, here.root)[0].passes("time")
    assert not longterm.judge(lasting, here.root)[0].passes("later")


@pytest.mark.parametrize("level", LEVELS)
def test_judges_see_a_changed_byte(level, here, dss, make):
    path = make(KINDS["P-256"], level)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    assert path.read_bytes() != data
    assert "TOTAL_FAILED/HASH_FAILURE" in [row.indication for row in dss.judge(path)]
    assert not longterm.judge(path, here.root)[0].passes("time")


# -- what others signed, and ours, brought to higher levels ---------------------------------------

@pytest.fixture
def ltv(here, tmp_path):
    """ltv("add", path, *options): the path of what `pdfsign ltv` made of it."""
    def ltv(verb, source, *options):
        target = source.with_name(f"{source.stem}-{verb}.pdf")
        run = program.pdfsign("ltv", verb, *here.lasting(), *options, source, "-o", target, env=town.HERE)
        assert run.status == 0, str(run)
        return target
    return ltv


TABLE = program.PDFS / "table.pdf"
# name: function of Town and a path to write
FOREIGN = {
    "pyHanko, B-B": lambda here, path: others.by_pyhanko(here, TABLE, path, "b"),
    "pyHanko, B-T": lambda here, path: others.by_pyhanko(here, TABLE, path, "t", name="rsa2048"),
    "pyHanko, B-LT": lambda here, path: others.by_pyhanko(here, TABLE, path, "lt"),
    "pyHanko, B-LTA": lambda here, path: others.by_pyhanko(here, TABLE, path, "lta"),
    "PDFBox, B-B": lambda here, path: others.by_pdfbox(here, TABLE, path),
    "PDFBox, B-B, RSA": lambda here, path: others.by_pdfbox(here, program.PDFS / "contract.pdf", path, name="rsa2048"),
}


@pytest.mark.parametrize("level", ["lt", "lta"])
@pytest.mark.parametrize("name", FOREIGN)
def test_signatures_of_others(name, level, here, dss, ltv, tmp_path):
    path = ltv("add", FOREIGN[name](here, tmp_path / "theirs.pdf"), "--level", level)
    archived = name.endswith("B-LTA") or level == "lta"
    assert judges(here, dss, path, "lta" if archived else level, archived=archived or "B-B" in name) == []


@pytest.mark.parametrize("name", ["P-256", "two signers", "PDF/A-2b"])
def test_a_store_of_dss(name, here, dss, make, ltv, tmp_path):
    kind = KINDS[name]
    path = ltv("add", dss.extend("LT", here.tsa, make(kind, "t"), tmp_path / "theirs.pdf"))
    assert judges(here, dss, path, "lta", signatures=len(kind.keys), strict=False) == []


OWN = ("P-256", "two signers", "encrypted", "seal and seam", "certified", "PDF/A-2b")


@pytest.fixture
def password(tmp_path):
    """password(kind): options."""
    return lambda kind: ("--password-file", tmp_path / "password") if kind.password else ()


@pytest.mark.parametrize("name, level", [*((name, "b") for name in OWN), ("P-256", "t"), ("P-256", "lt"), ("two signers", "lt")])
def test_ours_later(name, level, here, dss, make, ltv, password):
    kind = KINDS[name]
    path = ltv("add", make(kind, level), *password(kind))
    assert judges(here, dss, path, "lta", signatures=len(kind.keys), password=kind.password) == []


@pytest.mark.parametrize("name", OWN)
def test_ours_renewed(name, here, dss, make, ltv, password):
    kind = KINDS[name]
    path = ltv("renew", ltv("renew", make(kind, "lta"), *password(kind)), *password(kind))
    assert judges(here, dss, path, "lta", signatures=len(kind.keys), password=kind.password) == []


def verified_later(here, path, monkeypatch):
    """What we say then, with the services' answers of then."""
    ahead = town.AFTER * services.DAY
    now = services.now
    with monkeypatch.context() as m:
        m.setattr(services, "now", lambda: now() + ahead)
        clock = {"SOURCE_DATE_EPOCH": int(services.now().timestamp())}
        return program.pdfsign("verify", "--trust", here.root, "--revocation", "online", path, env={**town.HERE, **clock})


@pytest.mark.parametrize("name", ["P-256", "a list alone"])
def test_renewed_in_time(name, here, dss, make, tmp_path, monkeypatch):
    """Years later: certificates of the signer and of the first authority have ended, those of the second have not."""
    path, renewed = make(KINDS[name], "lta"), tmp_path / "renewed.pdf"
    with Authority.of(here.running, tmp_path, dates=(-1, 2 * town.AFTER)) as second:
        time.sleep(2)  # to EU DSS, times of the same second prove nothing of each other
        run = program.pdfsign("ltv", "renew", "--trust", here.root, "--tsa", second.url, path, "-o", renewed, env=town.HERE)
    assert run.status == 0, str(run)
    for file, good in ((path, False), (renewed, True)):
        rows = dss.judge(file, online=True, days=town.AFTER)
        assert all("PASSED" in row.indication for row in rows) == good, rows
        [opinion] = longterm.judge(file, here.root, online=True)
        assert opinion.passes("archive") and (KINDS[name].by_list or opinion.passes("then") == good), opinion
        run = verified_later(here, file, monkeypatch)
        assert run.status == (0 if good else 6), str(run)


# -- ours, brought to B-LTA by others -------------------------------------------------------------

EXTENDERS = {
    "pyHanko": lambda here, dss, source, target, password: others.extended_by_pyhanko(here, source, target, password=password),
    "EU DSS": lambda here, dss, source, target, password: dss.extend("LTA", here.tsa, source, target, password=password),
}


EXTENDED = [(who, name, level) for who in EXTENDERS for name, level in (
    ("P-256", "t"), ("P-256", "lt"), ("two signers", "t"), ("certified", "t"), ("PDF/A-2b", "t"))] + [("pyHanko", "encrypted", "t")]


@pytest.mark.parametrize("who, name, level", EXTENDED)
def test_ours_extended_by_others(who, name, level, here, dss, make, ltv, password, tmp_path):
    """We see their level, and renew it."""
    kind = KINDS[name]
    path = EXTENDERS[who](here, dss, make(kind, level), tmp_path / "theirs.pdf", kind.password)
    assert verified(here, path, *password(kind)).status == 0
    how = {"signatures": len(kind.keys), "password": kind.password, "strict": who != "EU DSS"}
    assert judges(here, dss, path, "lta", **how) == []
    assert judges(here, dss, ltv("renew", path, *password(kind)), "lta", **how) == []


def verified(here, path, *options):
    return program.pdfsign("verify", "--trust", here.root, "--revocation", "embedded", "--require-level", "lta", *options, path)


def test_a_timestamp_of_dss_in_an_encrypted_file(here, dss, make, password, tmp_path):
    """What is behind its token is not zeros, as the standards have it, but zeros that were encrypted: we can't tell."""
    kind = KINDS["encrypted"]
    path = dss.extend("LTA", here.tsa, make(kind, "t"), tmp_path / "theirs.pdf", password=kind.password)
    run = verified(here, path, *password(kind))
    assert run.status == 1 and b"[CONTENTS_PADDING]" in run.out, str(run)
