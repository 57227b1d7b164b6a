"""The signature is made elsewhere, and its timestamp and what makes it last here: --finish with --level."""

import json
import shutil
import subprocess

import lasting
import peer
import pytest
from asn1crypto import cms as asn1
from program import PKI, leftovers
from test_then import converse
from verdicts import verify

import pdfs

NAMES = {"b": "B-B", "t": "B-T", "lt": "B-LT", "lta": "B-LTA"}
LEVELS = ("t", "lt", "lta")
BAD, USAGE, REFUSED, NETWORK = 1, 2, 10, 9


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with lasting.World(tmp_path_factory.mktemp("world")) as running:
        running.key = running.services.write_person(running.folder, "signer")
        running.inter = running.services.write_issuer(running.folder)
        yield running


class Job:
    """A prepared one, and how it is finished."""

    def __init__(self, world, folder, source):
        self.world, self.folder, self.source = world, folder, source
        self.out, self.said = folder / "out.pdf", None

    def prepare(self, *options, cert=True):
        who = ("--cert", self.world.key, "--chain", self.world.inter) if cert else ()
        run = self.world.run("sign", "--json", *who, "--prepare", self.folder / "state", *options, self.source)
        assert run.status == 0, str(run)
        self.said = json.loads(run.out)
        return self

    def value(self):
        digest, value = self.folder / "digest", self.folder / "value"
        digest.write_bytes(bytes.fromhex(self.said["to_sign_digest"]))
        subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.world.key, "-in", digest, "-out", value,
                        "-pkeyopt", "digest:sha256"], check=True, capture_output=True)
        return ("--signature", value)

    def cms(self, tsa=None, change=lambda der: der):
        path = self.folder / "cms"
        path.write_bytes(change(peer.cms_of(self.world.key, bytes.fromhex(self.said["document_digest"]), tsa)))
        return ("--cms", path)

    def finish(self, *options):
        return self.world.run("sign", "--json", "--finish", self.folder / "state", *options, "-o", self.out)

    def refused(self, *options):
        run = self.finish(*options)
        assert run.status != 0 and not self.out.exists(), str(run)
        return json.loads(run.out)["error"]["code"], run

    def finished(self, *options):
        run = self.finish(*options)
        assert run.status == 0, str(run)
        return json.loads(run.out)

    def info(self):
        """The SignerInfo in the output."""
        data = self.out.read_bytes()
        begin, end = self.said["byte_range"][1:3]
        content = asn1.ContentInfo.load(bytes.fromhex(data[begin + 1:end - 1].decode()))
        return content["content"]["signer_infos"][0]


@pytest.fixture
def job(world, tmp_path, pdf):
    source = tmp_path / "in.pdf"
    shutil.copyfile(pdf("contract"), source)
    return Job(world, tmp_path, source)


def level_of(job, *options):
    """The level of the one signature in the output, which has to be good."""
    [said] = verify([job.out], "--trust", job.world.root, *options).values()
    one, *_ = said.signatures  # document timestamps come behind it
    assert said.exit == 0, said.result
    return one["level"]


def demand(job, level):
    options = ("--revocation", "embedded", "--require-level", level) if level != "t" else ("--require-level", level)
    assert level_of(job, *options) == NAMES[level]
    assert job.out.read_bytes().startswith(job.source.read_bytes())


def stamps_in(info):
    attributes = info["unsigned_attrs"]
    return [] if not attributes else [a for a in attributes if a["type"].native == "signature_time_stamp_token"]


# -- levels ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["value", "cms"])
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_reached(world, job, level, form):
    options = ("--level", level, *world.stamps())
    job.prepare(*options)
    said = job.finished(*options, *getattr(job, form)())
    assert said["level"] == NAMES[level] and said["stamp_time"], said
    demand(job, level)
    assert len(stamps_in(job.info())) == 1


@pytest.mark.parametrize("level", LEVELS)
def test_a_signer_may_be_unknown_when_the_job_is_prepared(world, job, level):
    options = ("--level", level, *world.stamps())
    job.prepare(*options, cert=False).finished(*options, *job.cms())
    demand(job, level)


@pytest.mark.parametrize("level", LEVELS)
def test_a_timestamp_that_the_cms_brings_is_enough(world, job, level):
    options = ("--level", level, *world.stamps())
    job.prepare(*options)
    brought = job.cms(tsa=world.tsa.url)
    before = world.tsa.count()[0]
    said = job.finished(*options, *brought)
    assert said["stamp_time"] and "stamp_url" not in said, said
    assert world.tsa.count()[0] - before == (2 if level == "lta" else 1), "the probe, and that of the document"
    demand(job, level)
    assert len(stamps_in(job.info())) == 1


def test_what_is_signed_stays_as_it_is(world, job):
    """But for the timestamp, the CMS in the file is the one that came."""
    options = ("--level", "t", *world.stamps())
    job.prepare(*options)
    brought = job.cms()
    job.finished(*options, *brought)
    content = asn1.ContentInfo.load(brought[1].read_bytes())
    theirs, ours = content["content"]["signer_infos"][0], job.info()
    for part in ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature"):
        assert theirs[part].dump() == ours[part].dump(), part
    assert content["content"]["certificates"].dump() in bytes.fromhex(
        job.out.read_bytes()[job.said["byte_range"][1] + 1:job.said["byte_range"][2] - 1].decode())


@pytest.mark.parametrize("name", [n for n, k in pdfs.KINDS.items() if n.startswith("crypt-aes") and k.password][:1])
def test_an_encrypted_file_lasts_too(world, tmp_path, pdf, name):
    password = tmp_path / "password"
    password.write_text(pdfs.KINDS[name].password)
    options = ("--level", "lta", *world.stamps(), "--password-file", password)
    job = Job(world, tmp_path, pdf(name)).prepare(*options)
    job.finished(*options, *job.value())
    assert level_of(job, "--password-file", password) == "B-LTA"


# -- room -----------------------------------------------------------------------------------------

def test_a_job_prepared_without_a_level_takes_what_fits(world, job):
    """The room for an unknown signer is for a timestamp too."""
    job.prepare(cert=False).finished("--level", "t", *world.stamps(), *job.cms())
    demand(job, "t")


@pytest.mark.parametrize("form", ["value", "cms"])
def test_a_job_prepared_without_a_level_says_what_to_do(world, job, form):
    job.prepare()
    code, run = job.refused("--level", "t", *world.stamps("huge"), *getattr(job, form)())
    assert (code, run.status) == ("STATE_MISMATCH", REFUSED) and "--level" in str(run.out), str(run)


@pytest.mark.parametrize("form", ["value", "cms"])
def test_a_timestamp_that_outgrew_its_room_is_refused(world, job, form):
    job.prepare("--level", "t", *world.stamps())
    code, run = job.refused("--level", "t", *world.stamps("huge"), *getattr(job, form)())
    assert code == "STATE_MISMATCH" and "prepare" in str(run.out), str(run)


@pytest.mark.parametrize("form", ["value", "cms"])
def test_a_large_timestamp_has_its_room(world, job, form):
    options = ("--level", "t", *world.stamps("huge"))
    job.prepare(*options)
    job.finished(*options, *getattr(job, form)())
    demand(job, "t")


# -- what is refused ------------------------------------------------------------------------------

@pytest.mark.parametrize("less", ["b", "t", "lt"])
def test_a_level_that_was_promised_is_not_forgotten(world, job, less):
    job.prepare("--level", "lta", *world.stamps())
    options = ("--level", less, *world.stamps()) if less != "b" else ()
    code, run = job.refused(*options, *job.value())
    assert (code, run.status) == ("USAGE", USAGE) and "B-LTA" in str(run.out), str(run)


@pytest.mark.parametrize("level", ["B-X", 3, "none", ""])
def test_a_state_with_another_level_is_none(world, job, level):
    job.prepare("--level", "t", *world.stamps())
    state = json.loads((job.folder / "state").read_text())
    (job.folder / "state").write_text(json.dumps({**state, "level": level}))
    code, _ = job.refused("--level", "t", *world.stamps(), *job.value())
    assert code == "STATE_MISMATCH"


def test_a_changed_file_costs_no_timestamp(world, job):
    job.prepare("--level", "lta", *world.stamps())
    value = job.value()
    job.source.write_bytes(job.source.read_bytes()[:-1] + b" ")
    before = world.tsa.count()[0]
    code, _ = job.refused("--level", "lta", *world.stamps(), *value)
    assert code == "STATE_MISMATCH" and world.tsa.count()[0] - before == 1


def test_a_wrong_value_costs_no_timestamp(world, job):
    job.prepare("--level", "t", *world.stamps())
    (job.folder / "value").write_bytes(bytes(64))
    before = world.tsa.count()[0]
    code, _ = job.refused("--level", "t", *world.stamps(), "--signature", job.folder / "value")
    assert code == "SIGNATURE_WRONG" and world.tsa.count()[0] - before == 1


def indefinite(der):
    assert der[:2] == b"\x30\x82"
    return b"\x30\x80" + der[4:] + b"\0\0"


def signed_twice(der):
    content = asn1.ContentInfo.load(der)
    infos = content["content"]["signer_infos"]
    infos.append(infos[0].copy())
    return content.dump(force=True)


def stamp_of_something_else(der):
    content = asn1.ContentInfo.load(der)
    info = content["content"]["signer_infos"][0]
    token = info["unsigned_attrs"][0]["values"][0]
    token["content"]["signer_infos"][0]["signature"] = bytes(64)
    return content.dump(force=True)


@pytest.mark.parametrize("level", ["b", "t"])
@pytest.mark.parametrize("change", [indefinite, signed_twice, lambda der: der + b"\0"], ids=["BER", "two signers", "a byte more"])
def test_a_cms_that_is_not_ours_to_change_is_refused(world, job, change, level):
    options = ("--level", "t", *world.stamps()) if level == "t" else ()
    job.prepare(*options)
    code, _ = job.refused(*options, *job.cms(change=change))
    assert code == "STATE_MISMATCH"


def test_a_wrong_timestamp_in_the_cms_is_refused(world, job):
    options = ("--level", "t", *world.stamps())
    job.prepare(*options)
    code, run = job.refused(*options, *job.cms(tsa=world.tsa.url, change=stamp_of_something_else))
    assert (code, run.status) == ("TIMESTAMP_FAILED", NETWORK)


def test_a_timestamp_in_the_cms_by_a_stranger_is_refused(world, job):
    options = ("--level", "t", *world.stamps(), "--allow-lower-level")
    job.prepare(*options)
    with lasting.World(job.folder) as stranger:
        brought = job.cms(tsa=stranger.tsa.url)
    code, _ = job.refused(*options, *brought)
    assert code == "TIMESTAMP_FAILED"


# -- nobody is there ------------------------------------------------------------------------------

@pytest.mark.parametrize("form", ["value", "cms"])
def test_without_an_authority_there_is_no_output(world, job, form):
    job.prepare("--level", "lt", *world.stamps())
    away = ("--level", "lt", *world.stamps("status=503"), "--tsa-timeout", "2")
    code, run = job.refused(*away, *getattr(job, form)())
    assert (code, run.status) == ("TIMESTAMP_FAILED", NETWORK)
    assert leftovers(job.folder, "in.pdf", "state", "digest", "value", "cms") == []
    run = job.finish(*away, *getattr(job, form)(), "--allow-lower-level")
    assert run.status == NETWORK and json.loads(run.out)["level"] == "B-B", str(run)
    assert level_of(job) == "B-B"


def test_a_batch_does_not_wait_for_each_file(world, tmp_path, pdf):
    """Who is away before the first file is away for all of them; why is said once."""
    inputs = [tmp_path / f"{number}.pdf" for number in range(4)]
    for path in inputs:
        shutil.copyfile(pdf("table"), path)
    away = world.tsa.at("slow=30000")
    run = world.run("sign", *world.person(), "--level", "t", "--tsa", away, "--tsa-timeout", "2", "--allow-lower-level",
                    "--in-place", *inputs)
    assert run.status in (3, 4, NETWORK) and run.seconds < 8, str(run)
    assert run.err.count("no answer in time") == 1 and run.err.count("written at level B-B instead of B-T") == 4, str(run)


def test_a_job_is_prepared_without_an_authority_where_a_lower_level_will_do(world, job):
    job.prepare("--level", "t", *world.stamps("hangup"), "--allow-lower-level")
    job.finished("--level", "t", *world.stamps(), *job.value())
    demand(job, "t")


def test_without_an_authority_nothing_is_prepared(world, job):
    run = world.run("sign", "--json", "--cert", world.key, "--prepare", job.folder / "state", "--level", "t",
                    *world.stamps("hangup"), job.source)
    assert run.status == NETWORK and leftovers(job.folder, "in.pdf") == [], str(run)


@pytest.mark.parametrize("how", ["dry run", "preview"])
def test_trying_asks_each_authority_once(world, tmp_path, pdf, how):
    (tmp_path / "pictures").mkdir()
    options = ("--dry-run",) if how == "dry run" else ("--preview", tmp_path / "pictures")
    before = world.tsa.count()[0]
    run = world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "lta", *world.stamps(), *options)
    assert run.status == 0 and world.tsa.count()[0] - before == 1, str(run)
    assert leftovers(tmp_path, "pictures") == []
    run = world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "t", *world.stamps("hangup"), *options)
    assert run.status == NETWORK, str(run)


# -- authorities come before PINs -----------------------------------------------------------------

@pytest.fixture
def asking(tmp_path):
    """Options of a key whose PIN comes from a program, and the file that this writes to."""
    log, script = tmp_path / "asked", tmp_path / "ask"
    script.write_text(f"#!/bin/sh\necho x >>'{log}'\ncat '{PKI / 'pin'}'\n")
    script.chmod(0o700)
    return ("--key", f"p12:{PKI / 'p256.p12'}", "--pin-program", script), log


def test_nobody_is_asked_for_a_pin_where_no_authority_answers(world, tmp_path, pdf, asking):
    key, log = asking
    for fault in ("status=500", "hangup", "nonce", "forged", "rejected"):
        run = world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "t", *world.stamps(fault), "--tsa-timeout", "2", with_key=key)
        assert run.status == NETWORK and run.code == "TIMESTAMP_FAILED" and not log.exists(), f"{fault}: {run}"
    run = world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "t", *world.stamps("hangup"), "--allow-lower-level", with_key=key)
    assert run.status == NETWORK and log.read_text() == "x\n" and (tmp_path / "out.pdf").exists(), str(run)


def test_the_authority_is_asked_before_the_pin(world, tmp_path, pdf, asking):
    """What the program that gives the PIN sees of the authority: it has been asked once."""
    key, log = asking
    before = world.tsa.count()[0]
    log.parent.joinpath("ask").write_text("#!/bin/sh\nexit 1\n")
    run = world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "t", *world.stamps(), with_key=key)
    assert run.code == "PIN_NEEDED" and world.tsa.count()[0] - before == 1, str(run)


def test_no_pin_is_asked_for_on_a_terminal_either(world, tmp_path, pdf):
    key = ("--key", f"p12:{PKI / 'p256.p12'}")
    shown, status = converse(["sign", *key, "--level", "t", *world.stamps("hangup"), pdf("table"), "-o", tmp_path / "o.pdf"], [])
    assert status == NETWORK and "TIMESTAMP_FAILED" in shown and "PIN" not in shown, shown
