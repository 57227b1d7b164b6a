"""The signature is made elsewhere: a digest goes out, a value or a whole CMS comes in."""

import json
import shutil
import subprocess

import pytest

import peer
from judge import READERS
from program import PKI, key, leftovers, pdfsign

PADDING = {"rsa2048": ("-pkeyopt", "digest:{digest}"), "p256": (), "p384": (), "p521": (),
           "pss": ("-pkeyopt", "digest:{digest}", "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest")}


def cert(kind):
    return ("--cert", PKI / f"{kind}.cert.pem", "--chain", PKI / "inter.pem")


def prepare(folder, source, *options, kind="p256"):
    """Returns what the program says of the job left in folder/state."""
    run = pdfsign("sign", "--json", *cert(kind), "--prepare", folder / "state", *options, source)
    assert run.status == 0, str(run)
    return json.loads(run.out)


def finish(folder, *options, target="out.pdf", **how):
    return pdfsign("sign", "--finish", folder / "state", *options, "-o", folder / target, **how)


def value_by_openssl(folder, job, kind, padding=None):
    (folder / "digest").write_bytes(bytes.fromhex(job["to_sign_digest"]))
    extra = [p.format(digest=job["digest"]) for p in PADDING[padding or kind]]
    subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", PKI / f"{kind}.key.pem", "-in", folder / "digest",
                    "-out", folder / "value", *extra], check=True, capture_output=True)
    return folder / "value"


@pytest.fixture
def job(tmp_path, pdf):
    """A prepared job whose input is tmp_path/in.pdf and whose value is ready."""
    source = tmp_path / "in.pdf"
    shutil.copyfile(pdf("contract"), source)
    value_by_openssl(tmp_path, prepare(tmp_path, source), "p256")
    return tmp_path


@pytest.mark.parametrize("kind,options", [
    ("p256", ()), ("p384", ("--digest", "sha384")), ("p521", ("--digest", "sha512")),
    ("rsa2048", ()), ("rsa2048", ("--digest", "sha512")), ("rsa2048", ("--pss",))], ids=str)
@pytest.mark.parametrize("name", ["contract", "objects-packed"])
def test_a_value_made_by_openssl_is_taken(tmp_path, judged, pdf, name, kind, options):
    job = prepare(tmp_path, pdf(name), *options, kind=kind)
    value = value_by_openssl(tmp_path, job, kind, "pss" if "--pss" in options else None)
    run = finish(tmp_path, "--signature", value)
    assert run.status == 0, str(run)
    judged(tmp_path / "out.pdf", pdf(name), digest=job["digest"], **({"programs": READERS} if "--pss" in options else {}))


def test_a_value_in_base64_is_taken(job, judged):
    text = subprocess.run(["openssl", "base64", "-in", job / "value"], check=True, capture_output=True).stdout
    (job / "text").write_bytes(text)
    assert finish(job, "--signature", job / "text").status == 0
    judged(job / "out.pdf", job / "in.pdf")


@pytest.mark.parametrize("form", ["DER", "PEM", "base64"])
def test_a_whole_cms_is_taken(tmp_path, judged, pdf, form):
    job = prepare(tmp_path, pdf("contract"))
    (tmp_path / "cms.der").write_bytes(peer.cms(PKI, bytes.fromhex(job["document_digest"])))
    command = {"DER": ["cat", "cms.der"], "base64": ["openssl", "base64", "-in", "cms.der"],
               "PEM": ["openssl", "pkcs7", "-inform", "DER", "-in", "cms.der"]}[form]
    (tmp_path / "cms").write_bytes(subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout)
    run = finish(tmp_path, "--cms", tmp_path / "cms")
    assert run.status == 0, str(run)
    judged(tmp_path / "out.pdf", pdf("contract"))


def test_the_text_form_prints_both_digests(tmp_path, pdf):
    run = pdfsign("sign", *cert("p256"), "--prepare", tmp_path / "state", pdf("contract"))
    assert run.status == 0 and run.out.count(b"sha256") == 2, str(run)
    assert leftovers(tmp_path, "state") == []


def test_options_of_the_job_are_kept(tmp_path, judged, pdf):
    job = prepare(tmp_path, pdf("field-two"), "--field", "Seller", "--reason", "同意", "--certify", "2")
    assert finish(tmp_path, "--signature", value_by_openssl(tmp_path, job, "p256")).status == 0
    (seen,) = judged(tmp_path / "out.pdf", pdf("field-two"))
    assert seen.name == "Seller" and seen.entry["/Reason"] == "同意" and "/Reference" in seen.entry


def test_the_input_may_have_moved(job, judged):
    (job / "in.pdf").rename(job / "moved.pdf")
    run = pdfsign("sign", "--finish", job / "state", "--signature", job / "value", job / "moved.pdf", "-o", job / "out.pdf")
    assert run.status == 0, str(run)
    judged(job / "out.pdf", job / "moved.pdf")


def byte_changed(data):
    return data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]


CHANGES = {"one byte": byte_changed, "a byte more": lambda d: d + b"\n", "a byte less": lambda d: d[:-1],
           "signed meanwhile": lambda d: None, "empty": lambda d: b""}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changed_is_refused(job, change):
    data = CHANGES[change]((job / "in.pdf").read_bytes())
    if data is None:
        run = pdfsign("sign", *key(), job / "in.pdf", "--in-place")
        assert run.status == 0, str(run)
    else:
        (job / "in.pdf").write_bytes(data)
    run = finish(job, "--signature", job / "value")
    assert (run.status, run.code) in ((10, "STATE_MISMATCH"), (5, "NOT_PDF")), str(run)
    assert not (job / "out.pdf").exists()


def other_key(job):
    return value_by_openssl(job, {"to_sign_digest": (job / "digest").read_bytes().hex(), "digest": "sha256"}, "p384")


def bad_value(data):
    def make(job):
        (job / "bad").write_bytes(data)
        return job / "bad"
    return make


@pytest.mark.parametrize("make", [other_key, bad_value(b""), bad_value(b"garbage"), bad_value(bytes(64)), bad_value(bytes(100_000))],
                         ids=["another key's", "empty", "text", "zeros", "too long"])
def test_a_value_that_does_not_fit_is_refused(job, make):
    run = finish(job, "--signature", make(job))
    assert run.status in (8, 10) and run.code in ("SIGNATURE_WRONG", "STATE_MISMATCH", "KEY_UNREADABLE"), str(run)
    assert not (job / "out.pdf").exists()


def test_a_cms_over_something_else_is_refused(job):
    (job / "cms").write_bytes(peer.cms(PKI, bytes(32)))
    run = finish(job, "--cms", job / "cms")
    assert run.status in (8, 10) and run.code in ("SIGNATURE_WRONG", "STATE_MISMATCH"), str(run)
    assert not (job / "out.pdf").exists()


@pytest.mark.parametrize("data", [b"", b"{}", b"not a state", b'{"v":1}', b"[" * 100_000], ids=["empty", "{}", "text", "v", "deep"])
def test_a_state_that_is_none_is_refused(job, data):
    (job / "state").write_bytes(data)
    run = finish(job, "--signature", job / "value")
    assert (run.status, run.code) in ((10, "STATE_MISMATCH"), (2, "USAGE"), (5, "INPUT_UNREADABLE")), str(run)
    assert not (job / "out.pdf").exists()


def test_a_state_cut_anywhere_is_refused(job):
    state = (job / "state").read_bytes()
    for length in range(0, len(state) - 2, max(1, len(state) // 40)):
        (job / "state").write_bytes(state[:length])
        run = finish(job, "--signature", job / "value")
        assert run.status not in (0, 12), f"cut at {length}: {run}"
        assert not (job / "out.pdf").exists()


def test_a_missing_state_is_an_error(tmp_path):
    run = finish(tmp_path, "--signature", PKI / "pin")
    assert run.status not in (0, 12) and leftovers(tmp_path) == []


def test_a_state_holds_no_secret(tmp_path, pdf):
    run = pdfsign("sign", "--key", f"p12:{PKI / 'p256.p12'}", "--pin-file", PKI / "pin", "--prepare", tmp_path / "state",
                  pdf("contract"))
    assert run.status == 0, str(run)
    assert (PKI / "pin").read_bytes().strip() not in (tmp_path / "state").read_bytes()


def test_ed25519_cannot_be_prepared_as_a_digest_or_says_how(tmp_path, pdf):
    """It signs the attributes themselves, not a digest of them (RFC 8419)."""
    run = pdfsign("sign", "--json", *cert("ed25519"), "--prepare", tmp_path / "state", pdf("contract"))
    assert run.status in (0, 2, 8) and (run.status == 0 or leftovers(tmp_path) == []), str(run)


def test_a_state_does_not_replace_the_input(tmp_path, pdf):
    source = tmp_path / "in.pdf"
    shutil.copyfile(pdf("table"), source)
    (tmp_path / "link.pdf").hardlink_to(source)
    for target in (source, tmp_path / "link.pdf"):
        run = pdfsign("sign", *cert("p256"), "--prepare", target, "--overwrite", source)
        assert run.status == 2 and source.read_bytes() == pdf("table").read_bytes(), str(run)


def test_finishing_does_not_replace_the_input(job):
    before = (job / "in.pdf").read_bytes()
    run = finish(job, "--signature", job / "value", "--overwrite", target="in.pdf")
    assert run.status == 2 and (job / "in.pdf").read_bytes() == before, str(run)
