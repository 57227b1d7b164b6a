"""Signatures of each level: pyHanko's long-term validation and EU DSS, not we, say what they are."""

import shutil
from dataclasses import dataclass

import longterm
import pdfs
import program
import pytest
import town

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
}


@pytest.fixture
def make(here, tmp_path, pictures):
    """make(kind, level): the path of a file."""
    def make(kind, level, *, source=None):
        words = []
        for page, key in enumerate(kind.keys, 1):
            words += [*(["--then"] if words else []), *here.key(key)]
            words += [word.format(seals=pictures, page=page) for word in kind.words]
        words += ["--password-file", tmp_path / "password"] if kind.password else []
        (tmp_path / "password").write_text(f"{kind.password}\n")
        target = tmp_path / f"{level}.pdf"
        run = program.sign(source or program.PDFS / f"{kind.source}.pdf", target, "--level", level, *here.lasting(), with_key=words, env=town.HERE)
        assert run.status == 0, str(run)
        return target
    return make


def opinion_of_dss(rows, level, signatures):
    """None, or what it complains of."""
    of = [row for row in rows if row.kind == "signature"]
    good = len(of) == signatures and all(row.level == f"PAdES-BASELINE-{level.upper()}" and row.indication == "TOTAL_PASSED" for row in of)
    stamped = all(row.indication == "PASSED" for row in rows if row.kind == "timestamp")
    return None if good and stamped else rows


PROCESS = {"t": "time", "lt": "time", "lta": "archive"}


def opinion_of_pyhanko(opinions, level, signatures):
    """Likewise. What is B-LTA passes, kept, when all certificates but those of issuers have ended."""
    processes = (PROCESS[level], *(("later",) if level == "lta" else ()))
    good = all(o.whole and all(map(o.passes, processes)) and (o.archive is not None) == (level == "lta") for o in opinions)
    return None if good and len(opinions) == signatures else opinions


def judges(here, dss, path, level, *, signatures=1, password=None):
    """What any of them complains of. At B-T, they ask the services themselves; else what is in the file has to do."""
    how = {"password": password, "online": level == "t"}
    said = (opinion_of_dss(dss.judge(path, **how), level, signatures),
            opinion_of_pyhanko(longterm.judge(path, here.root, **how), level, signatures))
    return [one for one in said if one is not None]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", KINDS)
def test_levels(name, level, here, dss, make):
    kind = KINDS[name]
    path = make(kind, level)
    assert judges(here, dss, path, level, signatures=len(kind.keys), password=kind.password) == []


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
