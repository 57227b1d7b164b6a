"""`pdfsign timestamp`, `ltv add` and `ltv renew`: what is signed already, and stays provable."""

import datetime
import os
import shutil
from dataclasses import dataclass

import lasting
import pdfs
import program
import pytest
import services
from asn1crypto import x509
from corpus import good_pyhanko as hanko
from cryptography.hazmat.primitives.serialization import Encoding
from program import leftovers
from reports import lines
from test_nothing_lost import SHIM, needs_shim
from verdicts import verify

VERBS = {"timestamp": ("timestamp",), "add": ("ltv", "add"), "renew": ("ltv", "renew")}
LEVELS = ("b", "t", "lt", "lta")
NOT_SIGNED, EXIT_SIGNER, EXIT_NETWORK = 10, 8, 9


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """With `signed`: {level: a file}, and `short`: an authority whose certificate ends in twenty days."""
    folder = tmp_path_factory.mktemp("world")
    with lasting.World(folder) as running:
        running.someone = running.person()
        running.short = running.authority(dates=(-30, 20))
        running.signed = {level: folder / f"{level}.pdf" for level in LEVELS}
        for level, path in running.signed.items():
            signed(running, path, level)
        yield running


def signed(world, path, level, *options, source=None, tsa=None, with_key=None):
    stamps = () if level == "b" else ("--trust", world.root, "--tsa", (tsa or world.tsa).url)
    run = world.sign(source or program.PDFS / "table.pdf", path, "--level", level, *stamps, *options, with_key=with_key or world.someone)
    assert run.status == 0, str(run)
    return path


@pytest.fixture
def judged(world):
    """judged(path): what verify says of a file in which all must hold."""
    def judged(path, *options, exit=0):
        [said] = verify([path], "--trust", world.root, *options, env=lasting.HERE).values()
        assert said.exit == exit, said.result
        return said
    return judged


def levels_of(said):
    return [one["level"] for one in said.signatures if one["kind"] != "timestamp"]


def stamps_of(said):
    return len([one for one in said.signatures if one["kind"] == "timestamp"])


def result(run):
    [one] = [line for line in lines(run.out) if line["type"] == "result"]
    return one


# -- from each level ------------------------------------------------------------------------------

@dataclass
class Row:
    """What a verb makes of a file of some level."""
    verb: str
    begin: str
    options: tuple = ()
    end: str = "B-LTA"
    stamps: int = 0       # document timestamps in the result
    changed: bool = True
    asks: bool = True     # the authority is named


ROWS = [
    Row("timestamp", "b", end="B-T", stamps=1),
    Row("timestamp", "t", end="B-T", stamps=1),
    Row("timestamp", "lt", stamps=1),
    Row("timestamp", "lta", stamps=2),
    Row("add", "b", stamps=2),
    Row("add", "t", stamps=1),
    Row("add", "lt", stamps=1),
    Row("add", "lta", stamps=1, changed=False),
    Row("add", "b", ("--level", "lt"), "B-LT", stamps=1),
    Row("add", "t", ("--level", "lt"), "B-LT"),
    Row("add", "t", (), "B-LT", asks=False),
    Row("add", "lt", (), "B-LT", changed=False, asks=False),
    Row("add", "lta", (), "B-LTA", stamps=1, changed=False, asks=False),
    Row("renew", "t", stamps=1),
    Row("renew", "lt", stamps=1),
    Row("renew", "lta", stamps=2),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: "-".join((r.verb, r.begin, r.end, *r.options, *(() if r.asks else ("alone",)))))
def test_from_each_level(world, judged, tmp_path, row):
    source, target = world.signed[row.begin], tmp_path / "out.pdf"
    stamps = world.stamps() if row.asks else ("--trust", world.root)
    run = world.run(*VERBS[row.verb], *stamps, *row.options, "--json", source, "-o", target)
    assert run.status == 0, str(run)
    said = result(run)
    names = {"b": "B-B", "t": "B-T", "lt": "B-LT", "lta": "B-LTA"}
    assert (said["status"], said["changed"], said["level_before"], said["level"]) == ("augmented", row.changed, names[row.begin], row.end)
    assert said["signature_count"] == 1 and ("notes" not in said) and said["output_bytes"] == target.stat().st_size
    assert target.read_bytes().startswith(source.read_bytes()) and (target.read_bytes() != source.read_bytes()) == row.changed
    found = judged(target)
    assert (levels_of(found), stamps_of(found)) == ([row.end], row.stamps)
    if said["level"] in ("B-LT", "B-LTA") and row.verb != "timestamp":
        judged(target, "--revocation", "embedded")


@pytest.mark.parametrize("verb", VERBS)
def test_a_file_without_signatures(world, judged, tmp_path, pdf, verb):
    run = world.run(*VERBS[verb], *world.stamps(), pdf("contract"), "-o", tmp_path / "out.pdf")
    if verb == "timestamp":
        assert run.status == 0 and run.err == "", str(run)
        assert stamps_of(judged(tmp_path / "out.pdf", exit=7)) == 1
    else:
        assert (run.status, run.code) == (NOT_SIGNED, "NOT_SIGNED") and "hint:" in run.err, str(run)
        assert leftovers(tmp_path) == []


def test_a_file_with_timestamps_alone_is_renewed(world, judged, tmp_path, pdf):
    first = tmp_path / "first.pdf"
    assert world.run("timestamp", *world.stamps(), pdf("contract"), "-o", first).status == 0
    run = world.run("ltv", "renew", *world.stamps(), first, "-o", tmp_path / "out.pdf")
    assert run.status == 0, str(run)
    assert stamps_of(judged(tmp_path / "out.pdf", exit=7)) == 2


@pytest.mark.parametrize("name", ["contract", "stream", "objects-packed", "hybrid", "linearized", "field-one", "pdfa-2b"])
def test_any_kind_of_file(world, judged, tmp_path, pdf, name):
    source = signed(world, tmp_path / "b.pdf", "b", source=pdf(name))
    for verb in VERBS:
        run = world.run(*VERBS[verb], *world.stamps(), "--in-place", source)
        assert run.status == 0, f"{verb}: {run}"
    assert levels_of(judged(source, "--revocation", "embedded")) == ["B-LTA"]
    assert leftovers(tmp_path) == ["b.pdf"]


@pytest.mark.parametrize("name", ["crypt-aes-256-user", "crypt-aes-128-packed", "crypt-rc4-128-user"])
def test_encrypted_files(world, judged, tmp_path, pdf, name):
    password = tmp_path / "password"
    password.write_text(pdfs.KINDS[name].password)
    source = signed(world, tmp_path / "b.pdf", "b", "--password-file", password, source=pdf(name))
    run = world.run("ltv", "add", *world.stamps(), "--password-file", password, source, "-o", tmp_path / "out.pdf")
    assert run.status == 0, str(run)
    assert levels_of(judged(tmp_path / "out.pdf", "--password-file", password)) == ["B-LTA"]


def test_standard_input_and_output(world, judged, tmp_path):
    run = world.run("ltv", "add", *world.stamps(), "-", "-o", "-", stdin=world.signed["t"].read_bytes())
    assert run.status == 0 and run.err == "", str(run)
    (tmp_path / "out.pdf").write_bytes(run.out)
    assert levels_of(judged(tmp_path / "out.pdf")) == ["B-LTA"]


def test_certified_files_may_be_made_to_last(world, judged, tmp_path):
    source = signed(world, tmp_path / "b.pdf", "b", "--certify", "1")
    run = world.run("ltv", "add", *world.stamps(), "--in-place", source)
    assert run.status == 0, str(run)
    assert levels_of(judged(source)) == ["B-LTA"]


def test_several_signatures_of_several_levels(world, judged, tmp_path):
    source = signed(world, tmp_path / "t.pdf", "t")
    source = signed(world, tmp_path / "both.pdf", "b", source=source, with_key=world.p12(key="rsa"))
    run = world.run("ltv", "add", *world.stamps(), "--json", source, "-o", tmp_path / "out.pdf")
    said = result(run)
    assert (run.status, said["level_before"], said["level"], said["signature_count"]) == (0, "B-B", "B-LTA", 2), str(run)
    assert levels_of(judged(tmp_path / "out.pdf", "--revocation", "embedded")) == ["B-LTA"] * 2


# -- other programs' ------------------------------------------------------------------------------

class Person:
    """Somebody of our services as fixtures/corpus has people."""

    def __init__(self, world):
        party, inter = world.services.authorities.person(world.name("person")), world.services.authorities.inter
        self.key, self.cert = party.key, party.cert
        self.all = [x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in (party.cert, inter.cert)]

    @property
    def asn1(self):
        return self.all[0]

    def certificates(self):
        return self.all


@pytest.mark.parametrize("subfilter,end", [(hanko.PADES, "B-LTA"), (hanko.PKCS7, "none")], ids=["PAdES", "PKCS#7"])
def test_what_pyhanko_signs(world, judged, tmp_path, pdf, subfilter, end):
    source = tmp_path / "in.pdf"
    source.write_bytes(hanko.sign(pdf("table").read_bytes(), Person(world), subfilter=subfilter))
    run = world.run("ltv", "add", *world.stamps(), "--json", source, "-o", tmp_path / "out.pdf")
    assert run.status == 0 and result(run)["level"] == end, str(run)
    said = judged(tmp_path / "out.pdf", "--revocation", "embedded")
    assert levels_of(said) == [end] and stamps_of(said) == 2


# -- what lies in the future ----------------------------------------------------------------------

def in_days(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_renewed_in_time_it_outlives_the_first_authority(world, judged, tmp_path):
    old = signed(world, tmp_path / "old.pdf", "lta", tsa=world.short)
    later = ("--at-time", in_days(100))
    assert levels_of(judged(old, "--revocation", "embedded")) == ["B-LTA"]
    judged(old, *later, exit=6)
    run = world.run("ltv", "renew", *world.stamps(), "--json", old, "-o", tmp_path / "new.pdf")
    assert run.status == 0, str(run)
    expires = datetime.datetime.fromisoformat(result(run)["expires"])
    assert expires > datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=200)
    assert levels_of(judged(tmp_path / "new.pdf", "--revocation", "online")) == ["B-LTA"]
    judged(tmp_path / "new.pdf", *later)


def test_only_what_is_due_is_renewed(world, judged, tmp_path):
    folder = tmp_path / "archive"
    (folder / "2026").mkdir(parents=True)
    due = signed(world, folder / "2026" / "due.pdf", "lta", tsa=world.short)
    fine = shutil.copyfile(world.signed["lta"], folder / "fine.pdf")
    os.utime(fine, (10**9, 10**9))
    before, bytes_due = os.stat(fine), due.read_bytes()
    arguments = ("ltv", "renew", *world.stamps(), "--recursive", "--in-place", folder)

    count = world.tsa.count()[0]
    world.services.hits.clear()
    run = world.run(*arguments, "--expires-within", "5d")
    assert run.status == 0 and due.read_bytes() == bytes_due, str(run)
    assert world.tsa.count()[0] == count and not world.services.hits, "nobody is asked in vain"

    run = world.run(*arguments, "--expires-within", "90d", "--json", "-j", 2)
    assert run.status == 0, str(run)
    said = {one["input"]: one["changed"] for one in lines(run.out) if one["type"] == "result"}
    assert said == {str(due): True, str(fine): False}
    after = os.stat(fine)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "untouched"
    assert due.read_bytes().startswith(bytes_due)
    assert levels_of(judged(due)) == ["B-LTA"] and judged(due, "--expires-within", "90d")

    last = os.stat(due)
    assert world.run(*arguments, "--expires-within", "90d").status == 0
    assert os.stat(due).st_mtime_ns == last.st_mtime_ns, "once is enough"
    assert leftovers(folder) == ["2026", "fine.pdf"] and leftovers(folder / "2026") == ["due.pdf"]


def test_verify_and_renew_agree_on_what_is_due(world, judged, tmp_path):
    old = signed(world, tmp_path / "old.pdf", "lta", tsa=world.short)
    judged(old, "--expires-within", "90d", exit=7)
    judged(old, "--expires-within", "5d")


@pytest.mark.parametrize("verb,options", [("add", ()), ("renew", ("--expires-within", "5d"))], ids=["add", "renew"])
def test_nothing_to_do_leaves_the_file_or_copies_it(world, tmp_path, verb, options):
    path = shutil.copyfile(world.signed["lta"], tmp_path / "in.pdf")
    before = os.stat(path)
    run = world.run(*VERBS[verb], *world.stamps(), *options, "--in-place", path)
    after = os.stat(path)
    assert run.status == 0 and (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), str(run)
    run = world.run(*VERBS[verb], *world.stamps(), *options, path, "-o", tmp_path / "out.pdf")
    assert run.status == 0 and (tmp_path / "out.pdf").read_bytes() == path.read_bytes(), str(run)


# -- what goes wrong ------------------------------------------------------------------------------

@pytest.mark.parametrize("fault", ["garbage", "nonce", "status=500", "hangup"])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_authority_that_fails(world, tmp_path, fault, after):
    """When it is asked who is there, for the first timestamp, and for the second: the file stays as it was."""
    path = shutil.copyfile(world.signed["b"], tmp_path / "in.pdf")
    tsa = world.tsa.at(f"{fault}/after={after}")
    run = world.run("ltv", "add", "--trust", world.root, "--tsa", tsa, "--in-place", path)
    assert (run.status, run.code) == (EXIT_NETWORK, "TIMESTAMP_FAILED") and tsa in run.err, str(run)
    assert path.read_bytes() == world.signed["b"].read_bytes() and leftovers(tmp_path) == ["in.pdf"]


@pytest.mark.parametrize("begin,level", [("b", "lt"), ("b", "lta"), ("t", "lta"), ("lt", "lta")])
def test_a_level_that_needs_an_authority(world, tmp_path, begin, level):
    run = world.run("ltv", "add", "--level", level, "--trust", world.root, world.signed[begin], "-o", tmp_path / "out.pdf")
    assert (run.status, run.code) == (EXIT_NETWORK, "TIMESTAMP_FAILED") and "--tsa" in run.err, str(run)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("verb", VERBS)
def test_another_authority_does_it(world, judged, tmp_path, verb):
    run = world.run(*VERBS[verb], *world.stamps("nonce", ""), world.signed["lta"], "-o", tmp_path / "out.pdf", "--json")
    said = result(run)
    assert run.status == 0 and said["level"] == "B-LTA", str(run)
    if said["changed"]:
        assert said["stamp_url"] == world.tsa.url and any(world.tsa.at("nonce") in note for note in said["notes"]), str(run)


@pytest.mark.parametrize("services,exit,code", [
    (("revoked", "none"), EXIT_SIGNER, "CERT_REVOKED"),
    (("none", "revoked"), EXIT_SIGNER, "CERT_REVOKED"),
    (("unknown", "none"), EXIT_NETWORK, "EVIDENCE_MISSING"),
    (("garbage", "stale"), EXIT_NETWORK, "EVIDENCE_MISSING"),
    (("none", "none"), EXIT_NETWORK, "EVIDENCE_MISSING"),
], ids=str)
@pytest.mark.parametrize("begin", ["b", "t"])
@pytest.mark.parametrize("verb", ["add", "renew"])
def test_signers_who_are_not_good(world, tmp_path, services, exit, code, begin, verb):
    path = signed(world, tmp_path / "in.pdf", begin, with_key=world.person(*services))
    name, original = f"'person{world.number}'", path.read_bytes()
    run = world.run(*VERBS[verb], *world.stamps(), "--in-place", path)
    assert (run.status, run.code) == (exit, code) and name in run.err, str(run)
    assert path.read_bytes() == original and leftovers(tmp_path) == ["in.pdf"]


def test_a_lower_level_only_when_told(world, judged, tmp_path):
    source = signed(world, tmp_path / "in.pdf", "t", with_key=world.person("garbage", "none"))
    run = world.run("ltv", "add", *world.stamps(), "--allow-lower-level", source, "-o", tmp_path / "out.pdf")
    assert run.status == EXIT_NETWORK and "B-T instead of B-LTA" in run.err and f"'person{world.number}'" in run.err, str(run)
    assert levels_of(judged(tmp_path / "out.pdf")) == ["B-T"]


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1:]


WRONG = {
    "damaged": (lambda w, p: p.write_bytes(w.signed["t"].read_bytes()[:-300]), 5),
    "no PDF": (lambda w, p: p.write_bytes(b"no PDF"), 5),
    "empty": (lambda w, p: p.write_bytes(b""), 5),
    "changed": (lambda w, p: p.write_bytes(flipped(w.signed["t"].read_bytes(), 11)), 10),
    "encrypted": (lambda w, p: shutil.copyfile(program.PDFS / "crypt-aes-256-user.pdf", p), 5),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("verb", ["add", "renew"])
def test_wrong_inputs(world, tmp_path, what, verb):
    path = tmp_path / "in.pdf"
    make, exit = WRONG[what]
    make(world, path)
    original = path.read_bytes()
    run = world.run(*VERBS[verb], *world.stamps(), "--in-place", path)
    assert run.status == exit and run.code is not None and run.err.count("\n") == 1, str(run)
    assert path.read_bytes() == original and leftovers(tmp_path) == ["in.pdf"]


@pytest.mark.parametrize("verb", VERBS)
def test_damaged_files_of_every_kind(world, tmp_path, verb):
    """One call for all: none crashes or hangs, nothing is half written."""
    sources = sorted(program.DAMAGED.glob("*.pdf"))
    (tmp_path / "out").mkdir()
    run = world.run(*VERBS[verb], *world.stamps(), "--json", "-j", 4, "--out-dir", tmp_path / "out", *sources)
    assert run.status in (0, 3, 4), str(run)
    said = [one for one in lines(run.out) if one["type"] == "result"]
    assert len(said) == len(sources)
    written = {os.path.basename(one["output"]) for one in said if one["status"] == "augmented"}
    assert set(leftovers(tmp_path / "out")) == written


def test_one_bad_file_fails_alone(world, judged, tmp_path):
    """Among them one that needs an authority where none is named."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, source in (("b", "b"), ("t", "t"), ("lt", "lt")):
        shutil.copyfile(world.signed[source], folder / f"{name}.pdf")
    (folder / "no.pdf").write_bytes(b"no PDF")
    run = world.run("ltv", "add", "--trust", world.root, "--recursive", "--in-place", "--json", folder)
    assert run.status == 3, str(run)
    said = {os.path.basename(one["input"]): one.get("error", {}).get("code", one.get("level")) for one in lines(run.out)
            if one["type"] == "result"}
    assert said.pop("b.pdf") in ("TIMESTAMP_FAILED", "EVIDENCE_MISSING")
    assert said == {"t.pdf": "B-LT", "lt.pdf": "B-LT", "no.pdf": "NOT_PDF"}
    assert levels_of(judged(folder / "t.pdf")) == ["B-LT"]


# -- who is asked ---------------------------------------------------------------------------------

def test_offline_asks_nobody(world, judged, tmp_path):
    """What the services would say lies in files."""
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    for issuer in ("inter", "root"):
        party = world.services.authorities.by_name[issuer]
        asked = services.Asked(world.services.authorities, party, b"", 0, "", None)
        (evidence / f"{issuer}.crl").write_bytes(services.LISTS["good"](asked)[2])
    count = world.tsa.count()[0]
    world.services.hits.clear()
    run = world.run("ltv", "add", "--offline", "--trust", world.root, "--evidence", evidence, world.signed["t"], "-o", tmp_path / "out.pdf")
    assert run.status == 0, str(run)
    assert levels_of(judged(tmp_path / "out.pdf", "--revocation", "embedded")) == ["B-LT"]
    run = world.run("ltv", "add", "--offline", "--trust", world.root, world.signed["t"], "-o", tmp_path / "none.pdf")
    assert (run.status, run.code) == (EXIT_NETWORK, "EVIDENCE_MISSING"), str(run)
    assert world.tsa.count()[0] == count and not world.services.hits


def test_a_batch_asks_each_service_once(world, tmp_path):
    files = [shutil.copyfile(world.signed["t"], tmp_path / f"{number}.pdf") for number in range(12)]
    world.services.hits.clear()
    before = world.tsa.count()[0]
    run = world.run("ltv", "add", *world.stamps(), "--in-place", "-j", 4, *files)
    assert run.status == 0, str(run)
    assert world.services.hits == {"/ocsp/good/inter": 2, "/list/good/root": 1}  # the signer, the authority, their issuer
    assert world.tsa.count()[0] - before <= len(files) + 1


def test_services_named_by_certificates_are_not_asked_in_private_networks(world, tmp_path):
    world.services.hits.clear()
    run = world.run("ltv", "add", *world.stamps(), world.signed["t"], "-o", tmp_path / "out.pdf",
                    env={"PDFSIGN_ALLOW_PRIVATE_HOSTS": None})
    assert (run.status, run.code) == (EXIT_NETWORK, "EVIDENCE_MISSING") and not world.services.hits, str(run)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("arguments,says", [
    (("timestamp", "in.pdf", "-o", "o.pdf"), "--tsa"),
    (("ltv", "renew", "--trust-system", "in.pdf", "-o", "o.pdf"), "--tsa"),
    (("ltv", "add", "in.pdf", "-o", "o.pdf"), "--trust"),
    (("ltv",), "add, renew"),
    (("ltv", "ad"), "add"),
    (("timestamp", "--level", "lt", "in.pdf", "-o", "o.pdf"), "--level"),
    (("ltv", "renew", "--expires-within", "soon", "--trust-system", "--tsa", "http://127.0.0.1:1/", "in.pdf", "-o", "o.pdf"), "90d"),
    (("ltv", "add", "--offline", "--tsa", "http://127.0.0.1:1/", "in.pdf", "-o", "o.pdf"), "--offline"),
    (("timestamp", "--tsa", "http://127.0.0.1:1/", "in.pdf"), "-o"),
], ids=lambda a: " ".join(a) if isinstance(a, tuple) else None)
def test_wrong_usage(world, tmp_path, arguments, says):
    shutil.copyfile(world.signed["t"], tmp_path / "in.pdf")
    run = world.run(*arguments, cwd=tmp_path)
    assert (run.status, run.code) == (2, "USAGE") and says in run.err, str(run)
    assert leftovers(tmp_path) == ["in.pdf"]


# -- killed, out of space -------------------------------------------------------------------------

def few_of(steps):
    """Of a long row of calls of one name, every twentieth will do."""
    row = 0
    for step, before in zip(steps, ["", *steps]):
        row = row + 1 if step.split()[1:] == before.split()[1:] else 0
        if row % 20 == 0:
            yield step


@needs_shim
@pytest.mark.parametrize("what,mode", [("add", "new"), ("add", "in place"), ("timestamp", "in place"), ("sign", "new")])
@pytest.mark.parametrize("action", ["kill", "ENOSPC"])
def test_at_every_step(world, tmp_path, what, mode, action):
    """The whole result or none; an input in place is what it was, or the whole result."""
    scene = tmp_path / "scene"
    source = {"sign": program.PDFS / "table.pdf"}.get(what, world.signed["t"])
    words = ("sign", *world.someone, "--level", "lta") if what == "sign" else VERBS[what]
    target = scene / ("in.pdf" if mode == "in place" else "out.pdf")
    where = ("--in-place",) if mode == "in place" else ("-o", target)

    def go(**env):
        shutil.rmtree(scene, ignore_errors=True)
        scene.mkdir()
        shutil.copyfile(source, scene / "in.pdf")
        run = world.run(*words, *world.stamps(), *where, scene / "in.pdf", "--durability", "each", env={"LD_PRELOAD": SHIM, **env})
        return run, target.read_bytes() if target.exists() else None

    run, whole = go(PDS_FAULT_LOG=tmp_path / "log")
    assert run.status == 0, str(run)
    steps = list(few_of((tmp_path / "log").read_text().splitlines()))
    assert len(steps) > 20, f"too few steps to be true: {steps}"
    before = source.read_bytes() if mode == "in place" else None
    results = []
    for step in steps:
        number = step.split()[0]
        run, now = go(PDS_FAULT=f"{number}:{action}")
        about = f"{action} at step {step} of {len(steps)}: {run}"
        if now != before:
            assert now is not None and now.startswith(source.read_bytes()) and abs(len(now) - len(whole)) < 200, about
            results.append(tmp_path / f"{number}.pdf")
            results[-1].write_bytes(now)
        assert run.status != 0 or now != before, f"success without a result: {about}"
        assert mode == "in place" or (scene / "in.pdf").read_bytes() == source.read_bytes(), about
        rest = [name for name in leftovers(scene, "in.pdf", "out.pdf") if "kill" not in action or ".pdfsign-" not in name]
        assert rest == [], f"left behind {rest}: {about}"
    wanted = "B-T" if what == "timestamp" else "B-LTA"
    if results:
        assert {level for said in verify(results, "--trust", world.root).values() for level in levels_of(said)} == {wanted}
