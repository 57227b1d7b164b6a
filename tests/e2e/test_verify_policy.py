"""`verify` with a policy, with demands, and revisions written out: on files that this program signed."""

import json

import pytest

import pdfs
import program
import verdicts

FIXED = {"SOURCE_DATE_EPOCH": "1795224600"}  # 2026-11-21T01:30:00Z


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """The versions of a file: unsigned, signed by a P-256 key, and by an RSA key."""
    folder = tmp_path_factory.mktemp("twice")
    files = [program.PDFS / "contract.pdf", folder / "one.pdf", folder / "two.pdf"]
    for before, after, kind in zip(files, files[1:], ("p256", "rsa2048")):
        run = program.sign(before, after, with_key=program.key(kind), env=FIXED)
        assert run.status == 0, str(run)
    return files


@pytest.fixture
def said(twice, pki, tmp_path):
    """said(*options, policy=…): of the file signed twice."""
    def said(*options, policy=None, file=-1):
        if policy is not None:
            (tmp_path / "policy.json").write_text(json.dumps(policy))
            options += ("--policy", tmp_path / "policy.json")
        return verdicts.verify([twice[file]], "--trust", pki / "root.pem", *options, env=FIXED)[str(twice[file])]
    return said


POLICIES = [
    ("nothing", {}, 0, None),
    ("what the file keeps to", {"name": "contracts", "digests": ["SHA-256"], "curves": ["P-256"], "rsa_bits": 2048, "ed25519": False, "path_length": 3}, 0, None),
    ("another digest", {"digests": ["SHA3-256", "SHA-512"]}, 6, "DIGEST_WEAK"),
    ("another curve", {"curves": ["P-384", "brainpoolP256r1"]}, 6, "KEY_WEAK"),
    ("longer RSA keys", {"rsa_bits": 3072}, 6, "KEY_WEAK"),
    ("a key usage that both have", {"signer": {"key_usage": ["nonRepudiation"]}}, 0, None),
    ("a key usage that none has", {"signer": {"key_usage": ["keyAgreement"]}}, 6, "CERT_KEY_USAGE"),
    ("a purpose that must be there", {"signer": {"extended_key_usage": {"required": True}}}, 6, "CERT_PURPOSE"),
    ("a certificate policy", {"certificate_policies": ["1.2.3.4"]}, 6, "CHAIN_POLICY"),
    ("a short path", {"path_length": 2}, 6, "CHAIN_NOT_FOUND"),
    ("evidence that nobody brought", {"revocation_needed": True}, 6, "REVOCATION_UNKNOWN"),
    ("nobody asks for evidence", {"revocation": "none"}, 0, None),
    ("of timestamps, which it has not", {"timestamp": {"key_usage": ["cRLSign"]}}, 0, None),
]


@pytest.mark.parametrize("name,policy,status,code", POLICIES, ids=[row[0] for row in POLICIES])
def test_a_policy_decides(said, name, policy, status, code):
    got = said(policy=policy)
    assert got.exit == status and (code is None or code in got.codes), got


def test_a_policy_demands_a_level(said):
    got = said(policy={"level": "B-T"})
    assert got.exit == 7
    assert [(r["option"], r["met"]) for r in got.result["requirements"]] == [("policy", False)]
    assert said(policy={"level": "B-B"}).exit == 0


@pytest.mark.parametrize("text,status", [('{"digest":["SHA-256"]}', 2), ('{"digests":"SHA-256"}', 2), ("{", 2), ("", 2), (None, 5)])
def test_a_bad_policy_is_refused_before_any_file(twice, tmp_path, text, status):
    path = tmp_path / "policy.json"
    if text is not None:
        path.write_text(text)
    run = program.pdfsign("verify", "--policy", path, twice[1], tmp_path / "missing.pdf")
    assert run.status == status and run.out == b"" and str(path) in run.err, str(run)


DEMANDS = [
    (("--require-signatures", "2"), True), (("--require-signatures", "3"), False),
    (("--require-level", "b"), True), (("--require-level", "B-LT"), False),
    (("--require-covers-all",), True),
    (("--require-signer", "*CN=*"), True), (("--require-signer", "nobody"), False),
    (("--expires-within", "52w"), True), (("--expires-within", "36500d"), False),
    (("--expect-seam",), False),
]


@pytest.mark.parametrize("options,met", DEMANDS, ids=[" ".join(row[0]) for row in DEMANDS])
def test_a_demand_is_met_or_not(said, options, met):
    got = said(*options)
    assert got.exit == (0 if met else 7)
    (one,) = got.result["requirements"]
    assert one["option"] == options[0].removeprefix("--") and one["met"] == met and one["text"]


def test_a_failure_is_worse_than_a_demand(twice, pki, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(twice[2].read_bytes().replace(b"D:20261121", b"D:20261122"))
    run = program.pdfsign("verify", "--trust", pki / "root.pem", "--require-signatures", "9", broken)
    assert run.status == 1 and b"DIGEST_MISMATCH" in run.out, str(run)


def test_a_demand_is_worse_than_a_doubt(twice):
    assert program.pdfsign("verify", twice[2]).status == 6
    assert program.pdfsign("verify", "--require-signatures", "1", twice[2]).status == 7


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_revision_is_what_its_signer_saw(twice, pki, tmp_path, number):
    target = tmp_path / "old.pdf"
    run = program.pdfsign("verify", "--extract-revision", number, twice[2], "-o", target)
    assert run.status == 0 and target.read_bytes() == twice[number - 1].read_bytes(), str(run)
    if number > 1:
        got = verdicts.verify([target], "--trust", pki / "root.pem", "--require-covers-all", "--require-signatures", number - 1)[str(target)]
        assert got.exit == 0, got


@pytest.mark.parametrize("kind", ["crypt-aes-256-user", "crypt-aes-256-packed", "crypt-rc4-40-packed"])
def test_a_revision_needs_no_password(tmp_path, kind):
    password = tmp_path / "password"
    password.write_text(f"{pdfs.KINDS[kind].password}\n")
    files = [program.PDFS / f"{kind}.pdf", tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for before, after in zip(files, files[1:]):
        assert program.sign(before, after, "--password-file", password).status == 0
    for number, file in enumerate(files, 1):
        run = program.pdfsign("verify", "--extract-revision", number, files[2], "-o", tmp_path / f"old{number}.pdf")
        assert run.status == 0 and (tmp_path / f"old{number}.pdf").read_bytes() == file.read_bytes(), str(run)


@pytest.mark.parametrize("number", ["0", "4", "-1", "x"])
def test_a_revision_that_is_not_there(twice, tmp_path, number):
    run = program.pdfsign("verify", f"--extract-revision={number}", twice[2], "-o", tmp_path / "old.pdf")
    assert run.status == 2 and not (tmp_path / "old.pdf").exists(), str(run)


def test_the_time_given_is_the_time_of_judgement(said):
    assert said("--at-time", "2026-11-21").exit == 0
    assert said("--at-time", "2099-01-01").exit == 6  # certificates have ended, nothing proves an earlier time
    assert said("--at-time", "2000-01-01T08:00+08:00").exit == 6
