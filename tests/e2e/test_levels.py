"""`pdfsign sign --level t|lt|lta` beside an authority and services that answer, fail and lie (fixtures/)."""

import shutil
import subprocess
import time
from dataclasses import dataclass, field

import lasting
import pdfs
import program
import pytest
import stamps
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from judge import PROGRAMS, READERS, Wanted
from program import leftovers
from reports import lines
from verdicts import verify

NAMES = {"b": "B-B", "t": "B-T", "lt": "B-LT", "lta": "B-LTA"}
EXIT_SIGNER, EXIT_NETWORK = 8, 9


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with lasting.World(tmp_path_factory.mktemp("world")) as running:
        running.someone = running.person()
        yield running


@pytest.fixture
def levels(world):
    """levels(path): [level of each signature] as verify says it, who must find all of them valid."""
    def levels(path, *options, revocation="embedded"):
        [said] = verify([path], "--trust", world.root, "--revocation", revocation, *options, env=lasting.HERE).values()
        assert said.exit == 0, said.result
        return [one["level"] for one in said.signatures if one["kind"] != "timestamp"]
    return levels


@pytest.fixture
def signed(world, tmp_path, pdf):
    """signed(*options): the path of a file that was signed without a complaint, and what the call said."""
    def signed(*options, source=None, with_key=None, name="out.pdf", **how):
        target = tmp_path / name
        run = world.sign(source or pdf("table"), target, *options, with_key=with_key or world.someone, **how)
        assert run.status == 0, str(run)
        return target, run
    return signed


@pytest.fixture
def refused(world, tmp_path, pdf):
    """refused(*options): the call that signed nothing, with one line that tells why."""
    def refused(*options, with_key=None, **how):
        folder = tmp_path / "refused"
        folder.mkdir(exist_ok=True)
        run = world.sign(pdf("table"), folder / "out.pdf", *options, with_key=with_key or world.someone, **how)
        assert run.status != 0, f"accepted: {run}"
        assert run.err.count("\n") == 1 and run.err.endswith("\n"), f"not one line: {run}"
        assert leftovers(folder) == [], f"left behind: {leftovers(folder)}"
        return run
    return refused


def only_result(run):
    [one] = [line for line in lines(run.out) if line["type"] == "result"]
    return one


# -- what is reached ------------------------------------------------------------------------------

KEYS = {
    "EC": lambda world: world.someone,
    "EC of a PKCS#12 file": lambda world: world.p12(),
    "RSA": lambda world: world.p12(key="rsa"),
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("level", ["t", "lt", "lta"])
def test_a_level_is_reached(world, signed, levels, kind, level):
    path, run = signed("--level", level, *world.stamps(), with_key=KEYS[kind](world))
    assert (run.out, run.err) == (b"", ""), str(run)
    assert levels(path, revocation="online" if level == "t" else "embedded") == [NAMES[level]]
    for name in READERS:
        PROGRAMS[name](path, Wanted(roots=()))


def test_an_authority_alone_gives_timestamps(world, signed, levels):
    path, _ = signed(*world.stamps())
    assert levels(path, revocation="online") == ["B-T"]


def test_without_an_authority_there_is_no_level(refused):
    for level in ("t", "lt", "lta"):
        run = refused("--level", level)
        assert (run.status, run.code) == (2, "USAGE") and "--tsa" in run.err, str(run)


def test_further_levels_need_somebody_who_is_trusted(world, refused):
    """Nobody knows then which certificates need a proof. That is said before anybody is asked."""
    before = world.tsa.count()
    run = refused("--level", "lt", "--tsa", world.tsa.url, "--quiet")
    assert (run.status, run.code) == (2, "USAGE") and "--trust" in run.err, str(run)
    assert world.tsa.count() == before


@pytest.mark.parametrize("level", ["t", "lta"])
def test_several_signers_each_have_the_level(world, signed, levels, level):
    first, second = world.someone, world.p12(key="rsa")
    path, _ = signed("--level", level, *world.stamps(), with_key=(*first, "--then", *second))
    assert levels(path, revocation="online") == [NAMES[level]] * 2


@pytest.mark.parametrize("level", ["t", "lt", "lta"])
@pytest.mark.parametrize("mode", ["content", "multi"])
def test_seals_and_seams(world, signed, levels, pdf, small, level, mode):
    path, _ = signed("--level", level, *world.stamps(), *small, "--at", "1@c", "--seam", "right", "--seam-mode", mode,
                     source=pdf("contract"))
    assert set(levels(path, "--expect-seam", revocation="online")) == {NAMES[level]}


@pytest.mark.parametrize("level", ["t", "lt", "lta"])
@pytest.mark.parametrize("name", ["crypt-aes-256-user", "crypt-rc4-128-user", "crypt-aes-128-packed"])
def test_encrypted_files(world, signed, levels, pdf, tmp_path, level, name):
    password = tmp_path / "password"
    password.write_text(pdfs.KINDS[name].password)
    path, _ = signed("--level", level, *world.stamps(), "--password-file", password, source=pdf(name))
    assert levels(path, "--password-file", password, revocation="online") == [NAMES[level]]


@pytest.mark.parametrize("name", ["contract", "stream", "objects-packed", "hybrid", "linearized", "field-one"])
def test_any_kind_of_file(world, signed, levels, pdf, name):
    path, _ = signed("--level", "lta", *world.stamps(), source=pdf(name))
    assert levels(path) == ["B-LTA"]
    assert path.read_bytes().startswith(pdf(name).read_bytes())


def test_in_place(world, levels, pdf, tmp_path):
    path = tmp_path / "in.pdf"
    shutil.copyfile(pdf("table"), path)
    run = world.run("sign", *world.someone, "--level", "lta", *world.stamps(), "--in-place", path)
    assert run.status == 0 and levels(path) == ["B-LTA"] and leftovers(tmp_path) == ["in.pdf"], str(run)


def test_standard_input_and_output(world, levels, pdf, tmp_path):
    run = world.sign("-", "-", "--level", "lta", *world.stamps(), with_key=world.someone, stdin=pdf("table").read_bytes())
    assert run.status == 0 and run.err == "", str(run)
    (tmp_path / "out.pdf").write_bytes(run.out)
    assert levels(tmp_path / "out.pdf") == ["B-LTA"]


def test_many_files_ask_each_service_once(world, levels, pdf, tmp_path):
    files, count = [], 24
    for number in range(count):
        files.append(tmp_path / f"{number}.pdf")
        shutil.copyfile(pdf("table"), files[-1])
    before = world.tsa.count()
    world.services.hits.clear()
    (tmp_path / "out").mkdir()
    run = world.run("sign", *world.person(), "--level", "lta", *world.stamps(), "--out-dir", tmp_path / "out", "-j", 8, *files)
    assert run.status == 0, str(run)
    requests, connections = (now - then for now, then in zip(world.tsa.count(), before))
    assert requests <= 2 * count + 1 + 8, "a timestamp for the signature, one over all, one to begin with"
    assert connections <= 17, "connections are kept"
    # of the signer, of the authority, and the list of who issued both
    assert world.services.hits == {"/ocsp/good/inter": 2, "/list/good/root": 1}
    for path in sorted((tmp_path / "out").iterdir())[:3]:
        assert levels(path) == ["B-LTA"]


def test_nobody_else_is_asked(world, signed):
    """B-B asks nobody, B-T the authority alone."""
    before = world.tsa.count()[0]
    world.services.hits.clear()
    signed(name="b.pdf")
    assert world.tsa.count()[0] == before and not world.services.hits
    signed("--level", "t", *world.stamps())
    assert world.tsa.count()[0] > before and not world.services.hits


def test_private_hosts_that_certificates_name_are_not_asked(world, refused):
    world.services.hits.clear()
    run = refused("--level", "lt", *world.stamps(), env={"PDFSIGN_ALLOW_PRIVATE_HOSTS": None})
    assert (run.status, run.code) == (EXIT_NETWORK, "EVIDENCE_MISSING") and not world.services.hits, str(run)


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_digests(world, signed, levels, digest):
    path, _ = signed("--level", "lta", *world.stamps(), "--tsa-digest", digest)
    [said] = verify([path], "--trust", world.root).values()
    first, stamp = said.signatures
    assert (first["timestamps"][0]["digest"], stamp["timestamps"]) == (f"SHA-{digest[3:]}", []) and levels(path) == ["B-LTA"]


def test_large_tokens(world, signed, levels):
    path, _ = signed("--level", "lta", *world.stamps("huge"))
    assert path.stat().st_size > 2 * 2 * 65536 and levels(path) == ["B-LTA"]


# -- what is told ---------------------------------------------------------------------------------

@pytest.mark.parametrize("level", ["b", "t", "lt", "lta"])
def test_json(world, signed, level):
    stamped = level != "b"
    _, run = signed("--level", level, *(world.stamps() if stamped else ()), "--json")
    said = only_result(run)
    assert (said["status"], said["level"], said["signatures"][0]["level"]) == ("signed", NAMES[level], NAMES[level])
    assert (said.get("stamp_url") == world.tsa.url) == stamped and ("stamp_time" in said) == stamped
    assert "notes" not in said and run.err == ""


def test_json_tells_who_failed(world, signed):
    _, run = signed("--level", "t", *world.stamps("nonce", ""), "--json")
    said = only_result(run)
    assert said["stamp_url"] == world.tsa.url
    assert [world.tsa.at("nonce") in note for note in said["notes"]] == [True] and run.err == "", str(run)


def test_json_of_nothing(world, tmp_path, pdf):
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "t", *world.stamps("nonce"), "--json")
    [said] = lines(run.out)
    assert (said["type"], said["error"]["code"]) == ("error", "TIMESTAMP_FAILED") and run.status == EXIT_NETWORK, str(run)
    assert leftovers(tmp_path) == []


def test_quiet_says_nothing_of_who_failed(world, signed):
    _, run = signed("--level", "t", *world.stamps("nonce", ""), "--quiet")
    assert (run.out, run.err) == (b"", "")


# -- authorities that fail ------------------------------------------------------------------------

@dataclass
class Fault:
    """What goes wrong with an authority, and what is said of it."""
    path: str = ""
    says: str = ""
    options: tuple = ()  # of the call
    party: dict = field(default_factory=dict)  # of the authority's certificate; else the usual one


FAULTS = {
    "slow": Fault("slow=30000", "no answer in time", ("--tsa-timeout", 1)),
    "garbage": Fault("garbage", "none of a timestamping authority"),
    "another nonce": Fault("nonce", "answer to another request"),
    "another imprint": Fault("imprint", "of something else"),
    "another policy": Fault("policy", "another policy", ("--tsa-policy", "1.3.6.1.4.1.32473.2")),
    "status 500": Fault("status=500", "status 500"),
    "status 404": Fault("status=404", "status 404"),
    "status 429": Fault("status=429/retry-after=3600", "status 429"),
    "cut off": Fault("cut", "cut off"),
    "hangs up": Fault("hangup", "cut off"),
    "clock behind": Fault("ahead=-86400", "clock"),
    "clock ahead": Fault("ahead=86400", "clock"),
    "clock ahead by more than verifiers take": Fault("ahead=120", "clock"),
    "wrong key": Fault("forged", "does not belong to the certificate"),
    "rejected": Fault("rejected", "digest algorithm is not accepted"),
    "wrong type": Fault("type", "'text/html'"),
    "loop": Fault("loop", "redirects too often"),
    "huge": Fault("endless", "too large"),
    "no certificate": Fault("bare", "does not hold its signer's certificate"),
    "expired": Fault(says="was valid until", party={"dates": (-60, -1)}),
    "not yet": Fault(says="is valid from", party={"dates": (1, 60)}),
    "for code": Fault(says="codeSigning", party={"extended": (Purpose.CODE_SIGNING,)}),
    "for more": Fault(says="one purpose", party={"extended": (Purpose.TIME_STAMPING, Purpose.OCSP_SIGNING)}),
}


def url_of(world, fault):
    tsa = world.authority(**fault.party) if fault.party else world.tsa
    return tsa.at(fault.path)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_authority_that_fails(world, refused, fault):
    fault = FAULTS[fault]
    url = url_of(world, fault)
    run = refused("--level", "t", "--trust", world.root, "--tsa", url, *fault.options)
    assert (run.status, run.code) == (EXIT_NETWORK, "TIMESTAMP_FAILED"), str(run)
    assert url in run.err and fault.says in run.err, str(run)
    assert "hint:" in run.err and run.seconds < 10, str(run)


@pytest.mark.parametrize("fault", FAULTS)
def test_another_authority_does_it_and_the_first_is_named(world, signed, levels, fault):
    fault = FAULTS[fault]
    url = url_of(world, fault)
    path, run = signed("--level", "lt", "--trust", world.root, "--tsa", url, *fault.options, "--tsa", world.tsa.url)
    assert url in run.err and fault.says in run.err and run.err.count("\n") == 1, str(run)
    assert levels(path) == ["B-LT"]


@pytest.mark.parametrize("fault", ["garbage", "status 500", "wrong key"])
def test_a_lower_level_is_written_only_when_told(world, tmp_path, pdf, levels, fault):
    url = world.tsa.at(FAULTS[fault].path)
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "lta", "--trust", world.root, "--tsa", url, "--allow-lower-level",
                     with_key=world.someone)
    assert run.status == EXIT_NETWORK and run.err.count(FAULTS[fault].says) == 1, str(run)
    assert "B-B instead of B-LTA" in run.err, str(run)
    assert levels(tmp_path / "o.pdf", revocation="online") == ["B-B"]


def test_a_lower_level_in_json(world, tmp_path, pdf):
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "t", *world.stamps("garbage"), "--allow-lower-level", "--json")
    said = only_result(run)
    assert (run.status, said["exit"], said["status"], said["level"]) == (EXIT_NETWORK, EXIT_NETWORK, "signed", "B-B"), str(run)
    assert said["output"] == str(tmp_path / "o.pdf") and any("garbage" in note for note in said["notes"]), str(run)


def test_a_lower_level_of_many(world, tmp_path, pdf):
    files = [tmp_path / f"{number}.pdf" for number in range(3)]
    for file in files:
        shutil.copyfile(pdf("table"), file)
    (tmp_path / "out").mkdir()
    run = world.run("sign", *world.someone, "--level", "t", *world.stamps("garbage"), "--allow-lower-level", "--out-dir",
                    tmp_path / "out", *files)
    assert run.status == 4 and run.err.count("B-B instead of B-T") == 3 and len(leftovers(tmp_path / "out")) == 3, str(run)


@pytest.mark.parametrize("url,says", [
    ("http://127.0.0.1:1/", "no connection"),
    ("https://127.0.0.1:1/", "no connection"),
])
def test_nobody_listens(world, refused, url, says):
    run = refused("--level", "t", "--trust", world.root, "--tsa", url)
    assert (run.status, run.code) == (EXIT_NETWORK, "TIMESTAMP_FAILED") and url in run.err and says in run.err, str(run)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1", "http://", ""])
def test_what_is_no_address(world, refused, url):
    run = refused("--level", "t", "--trust", world.root, "--tsa", url)
    assert (run.status, run.code) == (2, "USAGE"), str(run)


@pytest.mark.parametrize("status", [429, 503])
def test_an_authority_that_is_busy_is_asked_again(world, signed, levels, status):
    path, run = signed("--level", "t", *world.stamps(f"status={status}/times=1"))
    assert run.err == "" and levels(path, revocation="online") == ["B-T"]


@pytest.mark.parametrize("level", ["t", "lta"])
def test_an_authority_that_fails_later(world, refused, tmp_path, pdf, level):
    """It answers when it is asked who is there, perhaps for the signature, and then no more: nothing is left half done."""
    good = 1 if level == "t" else 2
    run = refused("--level", level, *world.stamps(f"garbage/after={good}"))
    assert (run.status, run.code) == (EXIT_NETWORK, "TIMESTAMP_FAILED"), str(run)


def test_a_batch_with_an_authority_that_fails_later(world, tmp_path, pdf, levels):
    files = [tmp_path / f"{number}.pdf" for number in range(4)]
    for file in files:
        shutil.copyfile(pdf("table"), file)
    (tmp_path / "out").mkdir()
    run = world.run("sign", *world.someone, "--level", "t", *world.stamps("nonce/after=3"), "--out-dir", tmp_path / "out", *files)
    assert run.status == 3 and run.err.count("TIMESTAMP_FAILED") == 2, str(run)
    assert leftovers(tmp_path / "out") == ["0_signed.pdf", "1_signed.pdf"]
    assert levels(tmp_path / "out" / "1_signed.pdf", revocation="online") == ["B-T"]


# -- https ----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def secure(world, tmp_path_factory):
    """The authority behind TLS."""
    folder = tmp_path_factory.mktemp("tls")
    with stamps.Secure(world.services, folder, world.tsa.url) as front:
        yield front


def test_tls_of_somebody_unknown(world, secure, refused):
    before = world.tsa.count()[0]
    run = refused("--level", "t", "--trust", world.root, "--tsa", secure.url)
    assert (run.status, run.code) == (EXIT_NETWORK, "TIMESTAMP_FAILED") and secure.url in run.err, str(run)
    assert "certificate" in run.err and "--tsa-ca" in run.err and world.tsa.count()[0] == before, str(run)


def test_tls_of_somebody_who_is_known(world, secure, signed, levels):
    path, _ = signed("--level", "t", "--trust", world.root, "--tsa", secure.url, "--tsa-ca", world.root)
    assert levels(path, revocation="online") == ["B-T"]


# -- revocation -----------------------------------------------------------------------------------

UNSURE = ("garbage", "page", "empty", "stale", "future", "unknown", "wrong-key", "person", "other", "expired", "unauthorized", "try-later",
          "404", "500", "429", "cut", "silent", "not-http", "huge", "loop", "to-file")
LISTS = ("garbage", "page", "empty", "stale", "wrong-key", "404", "500", "cut", "huge", "loop", "to-file")
SERVICES = [*((fault, "none") for fault in UNSURE), *(("none", fault) for fault in LISTS), ("none", "none")]


@pytest.mark.parametrize("services", SERVICES, ids="-".join)
def test_services_that_are_of_no_help(world, refused, services):
    run = refused("--level", "lt", *world.stamps(), with_key=world.person(*services))
    assert (run.status, run.code) == (EXIT_NETWORK, "EVIDENCE_MISSING"), str(run)
    assert f"person{world.number}" in run.err and "hint:" in run.err and run.seconds < 10, str(run)


@pytest.mark.parametrize("services", [("garbage", "good"), ("stale", "good"), ("wrong-key", "good"), ("busy", "none"), ("moved", "none"),
                                      ("none", "busy"), ("none", "moved"), ("delegate", "none"), ("checked", "none"), ("none", "pem")],
                         ids="-".join)
def test_services_that_help(world, signed, levels, services):
    path, run = signed("--level", "lta", *world.stamps(), with_key=world.person(*services))
    assert levels(path) == ["B-LTA"]


def test_a_slow_service_is_left(world, refused):
    run = refused("--level", "lt", *world.stamps(), with_key=world.person("slow", "none"))
    assert (run.status, run.code) == (EXIT_NETWORK, "EVIDENCE_MISSING") and run.seconds < 20, str(run)


@pytest.mark.parametrize("lower", [(), ("--allow-lower-level",)], ids=["", "lower"])
@pytest.mark.parametrize("level", ["lt", "lta"])
@pytest.mark.parametrize("services", [("revoked", "none"), ("none", "revoked"), ("garbage", "revoked")], ids="-".join)
def test_a_revoked_signer(world, refused, services, level, lower):
    run = refused("--level", level, *world.stamps(), *lower, with_key=world.person(*services))
    assert (run.status, run.code) == (EXIT_SIGNER, "CERT_REVOKED"), str(run)
    assert f"person{world.number}" in run.err and "revoked on" in run.err, str(run)


BAD_AUTHORITIES = [("revoked", "none"), ("none", "revoked"), ("unknown", "none"), ("garbage", "stale"), ("none", "none")]


@pytest.mark.parametrize("level", ["lt", "lta"])
@pytest.mark.parametrize("services", BAD_AUTHORITIES, ids="-".join)
def test_an_authority_whose_certificate_is_not_good(world, refused, services, level):
    tsa = world.authority(*services)
    run = refused("--level", level, "--trust", world.root, "--tsa", tsa.url)
    assert run.status == EXIT_NETWORK and run.code in ("TIMESTAMP_FAILED", "EVIDENCE_MISSING"), str(run)
    assert f"'tsa{world.number}'" in run.err and ("revoked on" in run.err) == ("revoked" in services), str(run)


@pytest.mark.parametrize("services", BAD_AUTHORITIES[:2], ids="-".join)
def test_another_authority_takes_the_place_of_a_revoked_one(world, signed, levels, services):
    tsa = world.authority(*services)
    path, run = signed("--level", "lta", "--trust", world.root, "--tsa", tsa.url, "--tsa", world.tsa.url)
    assert tsa.url in run.err and "revoked on" in run.err and levels(path) == ["B-LTA"], str(run)


@pytest.mark.parametrize("issuer", ["der", "pem", "pkcs7", "moved", "busy"])
def test_issuers_are_fetched(world, signed, levels, issuer):
    tsa = world.authority("good", "good", issuer, chain=False)
    path, _ = signed("--level", "lta", "--trust", world.root, "--tsa", tsa.url, with_key=world.person("good", "good", issuer, chain=False))
    assert levels(path) == ["B-LTA"]


@pytest.mark.parametrize("issuer", ["none", "wrong-key", "404", "garbage", "page", "empty", "cut", "huge", "loop"])
def test_issuers_that_do_not_come(world, refused, issuer):
    tsa = world.authority("good", "good", issuer, chain=False)
    world.services.hits.clear()
    run = refused("--level", "lt", "--trust", world.root, "--tsa", tsa.url,
                  with_key=world.person("good", "good", issuer, chain=False))
    assert run.status == EXIT_NETWORK and run.code in ("EVIDENCE_MISSING", "TIMESTAMP_FAILED"), str(run)
    assert not any(path.startswith(("/ocsp", "/list")) for path in world.services.hits), "asked about who is not trusted"


def test_lists_come_first_on_request(world, signed, levels):
    key = world.person()
    world.services.hits.clear()
    path, _ = signed("--level", "lt", *world.stamps(), "--prefer-crl", with_key=key)
    assert levels(path) == ["B-LT"] and not any(asked.startswith("/ocsp") for asked in world.services.hits)


def test_a_cache_serves_the_next_call(world, signed, levels, tmp_path):
    key = world.person()
    world.services.hits.clear()
    (tmp_path / "cache").mkdir()
    for number in range(2):
        path, _ = signed("--level", "lta", *world.stamps(), "--cache", tmp_path / "cache", with_key=key, name=f"{number}.pdf")
        assert levels(path) == ["B-LTA"]
    assert world.services.hits == {"/ocsp/good/inter": 2, "/list/good/root": 1}


@pytest.mark.parametrize("services", [("garbage", "none"), ("none", "stale")], ids="-".join)
def test_a_lower_level_for_lack_of_evidence(world, tmp_path, pdf, levels, services):
    run = world.sign(pdf("table"), tmp_path / "o.pdf", "--level", "lta", *world.stamps(), "--allow-lower-level",
                     with_key=world.person(*services))
    assert run.status == EXIT_NETWORK and "B-T instead of B-LTA" in run.err, str(run)
    assert f"person{world.number}" in run.err, str(run)
    assert levels(tmp_path / "o.pdf", revocation="none") == ["B-T"]


# -- waiting --------------------------------------------------------------------------------------

def test_grace_is_waited_for(world, signed, levels):
    """Answers are younger than the signature by then. Its time is told in whole seconds, the next lower ones."""
    tsa, key = world.authority("fresh", "none"), world.person("fresh", "none")
    begin = time.monotonic()
    path, _ = signed("--level", "lt", "--trust", world.root, "--tsa", tsa.url, "--grace", "2s", with_key=key)
    assert time.monotonic() - begin >= 0.9 and levels(path) == ["B-LT"]


def test_older_answers_do_not_count_with_grace(world, refused):
    run = refused("--level", "lt", *world.stamps(), "--grace", "1s", with_key=world.person("good", "none"))
    assert (run.status, run.code) == (EXIT_NETWORK, "EVIDENCE_MISSING"), str(run)


def test_an_interruption_ends_the_wait(world, pdf, tmp_path):
    command = [program.PROGRAM, "sign", *map(str, world.someone), "--level", "lt", *map(str, world.stamps()), "--grace", "1h",
               str(pdf("table")), "-o", str(tmp_path / "o.pdf")]
    before = world.tsa.count()[0]
    child = subprocess.Popen(command, env=program.environment(**lasting.HERE), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while world.tsa.count()[0] < before + 2:  # asked who is there, and for the signature
        time.sleep(.05)
        assert child.poll() is None, child.communicate()
    time.sleep(.5)
    begin = time.monotonic()
    child.terminate()
    program.talk(child, None)
    assert child.returncode == 143 and time.monotonic() - begin < 5 and leftovers(tmp_path) == []


# -- clocks that contradict each other -----------------------------------------------------------------------

BEHIND = "ahead=-280"  # taken alone, for the clock here may be wrong too


@pytest.mark.parametrize("allow", ((), ("--allow-lower-level",)), ids=("", "allowed"))
def test_a_late_signer_must_not_look_like_an_early_one(world, pdf, tmp_path, allow):
    """The second signer's timestamp would be older than the first's, which it covers."""
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    assert world.sign(pdf("table"), first, *world.stamps()).status == 0
    run = world.sign(first, second, *allow, *world.stamps(BEHIND))
    assert (run.status, run.code) == (9, "TIMESTAMP_FAILED") and "contradict" in run.err and not second.exists(), str(run)
    run = world.sign(pdf("table"), second, "--then", *world.person(), *allow, *world.stamps(BEHIND))
    assert run.status == 0, f"no contradiction: {run}"


def test_signers_of_one_call_are_stamped_in_their_order(world, pdf, tmp_path):
    """The authority that stamped the first goes away, and the other one's clock is late."""
    target = tmp_path / "out.pdf"
    stamps = world.stamps("after=2/hangup", BEHIND)  # each is asked once before
    run = world.sign(pdf("table"), target, "--then", *world.person(), *stamps)
    assert (run.status, run.code) == (9, "TIMESTAMP_FAILED") and "contradict" in run.err and not target.exists(), str(run)


@pytest.mark.parametrize("fields", ((), ("--field", "Here")), ids=("", "named"))
def test_the_last_timestamp_is_not_older_than_what_it_covers(world, pdf, tmp_path, fields):
    target = tmp_path / "out.pdf"
    run = world.sign(pdf("table"), target, "--level", "lta", *fields, *world.stamps(f"after=2/hangup/slow={1 + len(fields)}", BEHIND))
    assert run.status in (9, 10) and not target.exists(), str(run)


def test_a_document_timestamp_does_not_undo_an_older_one(world, pdf, tmp_path):
    signed, target = tmp_path / "signed.pdf", tmp_path / "out.pdf"
    assert world.sign(pdf("table"), signed, *world.stamps()).status == 0
    run = world.run("timestamp", *world.stamps(BEHIND), signed, "-o", target)
    assert (run.status, run.code) == (10, "SIGNATURE_INVALID") and not target.exists(), str(run)
