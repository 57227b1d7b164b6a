"""`pdfsign verify --revocation online` beside services that answer, fail and lie (fixtures/services.py)."""

import signal
import subprocess
import time
from dataclasses import dataclass

import program
import pytest
import services
from verdicts import verify

HERE = {"PDFSIGN_ALLOW_PRIVATE_HOSTS": "1"}
GOOD, REVOKED, UNCERTAIN = 0, 6, 6  # exit; without a proof of time a revoked one is uncertain too
FAILED_FETCH = "REVOCATION_FETCH_FAILED"


@dataclass
class Row:
    """A signature by a person whose certificate names these services."""
    ocsp: str
    list: str
    exit: int
    finding: str = None  # besides notes
    note: bool = False   # that something could not be fetched
    asked: tuple = ()    # how often the responder and the list were; else nobody looks


ROWS = [
    Row("good", "none", GOOD, asked=(1, 0)),
    Row("good", "good", GOOD, asked=(1, 0)),
    Row("good", "404", GOOD, asked=(1, 0)),
    Row("delegate", "none", GOOD),
    Row("busy", "none", GOOD, asked=(2, 0)),
    Row("moved", "none", GOOD),
    Row("none", "good", GOOD, asked=(0, 1)),
    Row("none", "pem", GOOD),
    Row("none", "busy", GOOD, asked=(0, 2)),
    Row("none", "moved", GOOD),
    Row("revoked", "none", REVOKED, "CERT_REVOKED_NO_POE"),
    Row("revoked", "good", REVOKED, "CERT_REVOKED_NO_POE", asked=(1, 0)),
    Row("none", "revoked", REVOKED, "CERT_REVOKED_NO_POE"),
    Row("on-hold", "none", UNCERTAIN, "CERT_ON_HOLD"),
    # a responder that is of no help, and a list that is
    *(Row(fault, "good", GOOD, note=True) for fault in (
        "unknown", "stale", "future", "other", "wrong-key", "person", "unauthorized", "try-later", "garbage", "page",
        "empty", "404", "500", "429", "cut", "silent", "not-http", "huge", "loop", "to-file")),
    Row("wrong-key", "revoked", REVOKED, "CERT_REVOKED_NO_POE", note=True),
    Row("stale", "revoked", REVOKED, "CERT_REVOKED_NO_POE", note=True),
    # nobody is of help
    *(Row("none", fault, UNCERTAIN, "REVOCATION_UNKNOWN", note=True) for fault in (
        "wrong-key", "garbage", "page", "empty", "404", "500", "cut", "huge", "loop", "to-file")),
    Row("none", "stale", UNCERTAIN, "REVOCATION_STALE", note=True),
    Row("stale", "404", UNCERTAIN, "REVOCATION_STALE", note=True),
    Row("unknown", "garbage", UNCERTAIN, "REVOCATION_UNKNOWN", note=True),
    Row("none", "none", UNCERTAIN, "REVOCATION_UNKNOWN"),
]


@pytest.fixture(scope="module")
def served():
    with services.Services() as running:
        yield running


@pytest.fixture
def signed_by(served, tmp_path, pdf):
    """signed_by(ocsp, list, issuer): a file signed by a new person, and the options that trust the root."""
    def signed_by(*what, chain=True, name="person"):
        key = served.write_person(tmp_path, name, *what, chain=chain)
        target = tmp_path / f"{name}.pdf"
        run = program.sign(pdf("table"), target, with_key=("--key", f"file:{key}"))
        assert run.status == 0, str(run)
        return target
    return signed_by


@pytest.fixture
def said(served, tmp_path):
    """said(path): what is said of it online."""
    root = served.write_root(tmp_path)

    def said(*paths, mode="online", env=None):
        options = ("--trust", root, "--revocation", mode)
        return list(verify(paths, *options, env=HERE if env is None else env).values())
    return said


def hits(served, row):
    return served.hits[f"/ocsp/{row.ocsp}/inter"], served.hits[f"/list/{row.list}/inter"]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r.ocsp}-{r.list}")
def test_services(served, signed_by, said, row):
    path = signed_by(row.ocsp, row.list)
    served.hits.clear()
    [one] = said(path)
    assert one.exit == row.exit, one.result
    assert row.finding is None or row.finding in one.codes, one.codes
    assert (FAILED_FETCH in one.codes) == row.note, one.codes
    if row.asked:
        assert hits(served, row) == row.asked


def test_a_slow_responder_is_left(signed_by, said):
    path = signed_by("slow", "good")
    begin = time.monotonic()
    [one] = said(path)
    assert (one.exit, FAILED_FETCH in one.codes) == (GOOD, True), one.result
    assert time.monotonic() - begin < 20


def test_one_slow_responder_does_not_stop_many(served, signed_by, said):
    """Who answered too late once is not waited for again."""
    paths = [signed_by("slow", "good", name=f"person{i}") for i in range(6)]
    begin = time.monotonic()
    assert [one.exit for one in said(*paths)] == [GOOD] * 6
    assert time.monotonic() - begin < 25


def test_answers_are_younger_than_the_verifier(signed_by, said):
    """As at the end of a batch that takes an hour."""
    [one] = said(signed_by("good", "none"), env={**HERE, "SOURCE_DATE_EPOCH": int(time.time()) - 3600})
    assert (one.exit, FAILED_FETCH in one.codes) == (GOOD, False), one.result


def test_a_batch_asks_once(served, signed_by, said):
    path = signed_by("good", "none")
    copies = [path.with_name(f"copy{i}.pdf") for i in range(8)]
    for copy in copies:
        copy.write_bytes(path.read_bytes())
    served.hits.clear()
    assert {one.exit for one in said(*copies)} == {GOOD}
    assert served.hits == {"/ocsp/good/inter": 1, "/list/good/root": 1}


@pytest.mark.parametrize("mode", ["none", "embedded"])
def test_nobody_is_asked_unless_told(served, signed_by, said, mode):
    path = signed_by("revoked", "revoked")
    served.hits.clear()
    said(path, mode=mode)
    assert not served.hits


def test_private_hosts_are_not_asked(served, signed_by, said):
    path = signed_by("good", "good")
    served.hits.clear()
    [one] = said(path, env={})
    assert (one.exit, FAILED_FETCH in one.codes) == (UNCERTAIN, True), one.result
    assert not served.hits


@pytest.mark.parametrize("what", ["der", "pem", "pkcs7", "moved", "busy"])
def test_issuers_are_fetched(signed_by, said, what):
    [one] = said(signed_by("good", "none", what, chain=False))
    assert one.exit == GOOD, one.result


@pytest.mark.parametrize("what", ["none", "wrong-key", "404", "garbage", "page", "empty", "cut", "huge", "loop"])
def test_issuers_that_do_not_come(served, signed_by, said, what):
    path = signed_by("good", "good", what, chain=False)
    served.hits.clear()
    [one] = said(path)
    assert one.exit == UNCERTAIN, one.result
    assert "CHAIN_NOT_FOUND" in one.codes
    assert ("ISSUER_FETCH_FAILED" in one.codes) == (what not in ("none", "wrong-key")), one.codes
    assert not any(asked.startswith(("/ocsp", "/list")) for asked in served.hits), "asked about who is not trusted"


def test_strangers_lead_to_no_more_than_some_addresses(served, said, pdf, tmp_path):
    path = pdf("table")
    for i in range(40):
        key, source = served.write_person(tmp_path, f"stranger{i}", "none", "none", f"nowhere-{i}", chain=False), path
        path = tmp_path / f"signed{i}.pdf"
        assert program.sign(source, path, with_key=("--key", f"file:{key}")).status == 0
    served.hits.clear()
    [one] = said(path)
    assert one.exit == UNCERTAIN and 8 <= sum(served.hits.values()) <= 32, served.hits


def test_an_interruption_ends_the_wait(served, signed_by, tmp_path):
    path = signed_by("slow", "none")
    command = [program.PROGRAM, "verify", "--trust", str(served.write_root(tmp_path)), "--revocation", "online", str(path)]
    served.hits.clear()
    child = subprocess.Popen(command, env=program.environment(**HERE), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not served.hits["/ocsp/slow/inter"]:
        time.sleep(0.02)
        assert child.poll() is None
    begin = time.monotonic()
    child.send_signal(signal.SIGINT)
    program.talk(child, None)
    assert child.returncode in (130, -signal.SIGINT)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(("options", "asked"), [((), (1, 0)), (("--prefer-crl",), (0, 1))])
def test_lists_come_first_on_request(served, signed_by, tmp_path, options, asked):
    path = signed_by("good", "good")
    root = served.write_root(tmp_path)
    served.hits.clear()
    [one] = verify([path], "--trust", root, "--revocation", "online", *options, env=HERE).values()
    assert one.exit == GOOD, one.result
    assert (served.hits["/ocsp/good/inter"], served.hits["/list/good/inter"]) == asked


def test_the_other_kind_is_asked_where_the_first_is_of_no_use(served, signed_by, tmp_path):
    path = signed_by("good", "500")
    root = served.write_root(tmp_path)
    served.hits.clear()
    [one] = verify([path], "--trust", root, "--revocation", "online", "--prefer-crl", env=HERE).values()
    assert (one.exit, FAILED_FETCH in one.codes) == (GOOD, True), one.result
    assert served.hits["/ocsp/good/inter"] == 1


def test_a_responder_that_may_be_revoked_is_asked_about(served, signed_by, said):
    path = signed_by("checked", "none")
    served.hits.clear()
    [one] = said(path)
    assert (one.exit, FAILED_FETCH in one.codes) == (GOOD, False), one.result
    assert served.hits["/ocsp/checked/inter"] == 1
    assert served.hits["/ocsp/good/inter"] == 1, "nobody asked about the responder"
