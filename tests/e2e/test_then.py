"""Several signers in one call: --then."""

import io
import json
import os
import pty
import shutil

import pikepdf
import pytest
from test_many import lines

import pdfs
import peer
import pki as pki_maker
import program
import seals
from program import PKI, key, leftovers, p12, pdfsign, sign

CONTRACT = ("contract", "table", "stream", "objects-packed", "hybrid", "field-one")


@pytest.fixture(scope="module")
def seal(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seals")
    return seals.write(folder / "seal.png", seals.picture(300), 42), seals.write(folder / "blue.png", seals.picture(300, (0, 0, 160)), 40)


def then(*signers):
    """Options of several signers, one behind the other."""
    words = list(signers[0])
    for signer in signers[1:]:
        words += ["--then", *signer]
    return words


def called(*signers):
    return {"with_key": then(*signers)}


def first_revision(path, seen):
    """The file as the first of these signatures covers it."""
    end = sum(list(map(int, seen[0].entry["/ByteRange"]))[2:])
    return pikepdf.open(io.BytesIO(path.read_bytes()[:end]))


def fields_of(pdf):
    return {str(f.T): f for f in pdf.Root.AcroForm.Fields if f.get("/FT") == "/Sig"}


# -- signatures -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name", CONTRACT)
def test_two_signers_sign_any_kind_of_file(signed, pdf, name):
    path, seen = signed(pdf(name), **called(key("p256"), key("rsa2048")), signatures=2)
    names = ["Buyer", "Signature1"] if name == "field-one" else ["Signature1", "Signature2"]
    if name == "hybrid":
        return  # pyHanko can't tell what changed there
    assert [s.name for s in seen] == names
    assert [str(s.status.signing_cert.subject.native["common_name"]) for s in seen] == ["测试 p256", "测试 rsa2048"]


@pytest.mark.parametrize("name", [n for n, k in pdfs.KINDS.items() if n.startswith("crypt-aes") and k.password])
def test_encrypted_files_take_several_signatures(signed, tmp_path, pdf, name):
    password = tmp_path / "password"
    password.write_text(pdfs.KINDS[name].password)
    signed(pdf(name), "--password-file", password, **called(key("p256"), key("p384"), key("p256")), signatures=3)


def test_each_key_has_its_own_digest(signed, pdf):
    kinds = {"p256": "sha256", "p384": "sha384", "p521": "sha512", "rsa2048": "sha256"}
    _, seen = signed(pdf("contract"), **called(*(key(kind) for kind in kinds)), signatures=4)
    assert [s.cms["signer_infos"][0]["digest_algorithm"]["algorithm"].native for s in seen] == list(kinds.values())


def test_sixteen_signers_are_as_many_as_there_may_be(signed, tmp_path, pdf):
    signers = [(*key("p256"), "--reason", f"Nr. {n}") for n in range(16)]
    _, seen = signed(pdf("stream"), **called(*signers), signatures=16)
    assert [str(s.entry["/Reason"]) for s in seen] == [f"Nr. {n}" for n in range(16)]
    run = sign(pdf("stream"), tmp_path / "more.pdf", with_key=then(*signers, key("p256")))
    assert run.status == 2 and not (tmp_path / "more.pdf").exists(), str(run)


def test_options_of_a_signer_are_not_those_of_the_next(signed, pdf):
    first = (*key("rsa2048"), "--reason", "R", "--location", "L", "--pss", "--digest", "sha512", "--certify", "2")
    _, seen = signed(pdf("contract"), **called(first, key("rsa2048")), signatures=2, programs=("qpdf", "mutool"))
    assert str(seen[0].entry["/Reason"]) == "R" and "/Reason" not in seen[1].entry and "/Location" not in seen[1].entry
    algorithms = [s.cms["signer_infos"][0]["signature_algorithm"].signature_algo for s in seen]
    assert algorithms == ["rsassa_pss", "rsassa_pkcs1v15"] and "/Reference" not in seen[1].entry


def test_existing_fields_are_signed_by_whom_they_are_for(signed, pdf):
    first, second = (*key("p256"), "--field", "Seller"), (*key("p384"), "--field", "Buyer")
    _, seen = signed(pdf("field-two"), **called(first, second), signatures=2)
    assert [s.name for s in seen] == ["Seller", "Buyer"]


def test_the_only_empty_field_is_for_the_first_without_a_place(signed, pdf):
    placed = (*key("p384"), "--at", "1@tl+20mm,20mm:30mmx10mm")
    _, seen = signed(pdf("field-one"), **called(placed, key("p256")), signatures=2)
    assert [s.name for s in seen] == ["Signature1", "Buyer"]


# -- what stands in the first revision ------------------------------------------------------------

def test_on_an_unsigned_file_all_that_is_new_stands_in_the_first_revision(signed, pdf, seal):
    one = (*key("p256"), "--seal", seal[0], "--at", "1@br+20mm,20mm", "--at", "2@tl+20mm,20mm", "--seam", "right")
    two = (*key("p384"), "--seal", seal[1], "--at", "1@tl+20mm,20mm", "--date", "2@bl+30mm,30mm", "--seam", "left,at=25%")
    path, seen = signed(pdf("contract"), **called(one, two), signatures=2)
    with first_revision(path, seen) as first, pikepdf.open(path) as last:
        assert "/V" in fields_of(first)["Signature1"] and "/V" not in fields_of(first)["Signature2"]
        for early, late in zip(first.pages, last.pages):
            assert early.objgen == late.objgen
            early_content, late_content = (b"".join(c.read_bytes() for c in list_of(p.obj.Contents)) for p in (early, late))
            assert early_content == late_content
        blank = fields_of(first)["Signature2"].AP.N
        assert blank.read_bytes() == b"" and fields_of(last)["Signature2"].AP.N.read_bytes() != b""
        assert list(blank.BBox) == list(fields_of(last)["Signature2"].AP.N.BBox)


def list_of(contents):
    return list(contents) if isinstance(contents, pikepdf.Array) else [contents]


def test_on_a_signed_file_each_makes_the_field_in_an_update_of_its_own(tmp_path, pki, signed, pdf, seal):
    source = peer.sign(pdf("contract"), tmp_path / "peer.pdf", pki)
    one = (*key("p256"), "--seal", seal[0], "--at", "1@br+20mm,20mm")
    two = (*key("p384"), "--seal", seal[1], "--at", "1@tl+20mm,20mm", "--date", "@last")
    path, seen = signed(source, **called(one, two), signatures=2, kind="contract")
    assert [s.name for s in seen] == ["Peer", "Signature1", "Signature2"]
    with first_revision(path, seen[1:]) as first:
        assert set(fields_of(first)) == {"Peer", "Signature1"}


@pytest.mark.parametrize("mode", ["multi", "shared"])
def test_seams_with_signatures_go_with_several_signers(signed, pdf, seal, mode):
    one = (*key("p256"), "--seal", seal[0], "--at", "1@br+20mm,20mm", "--seam", "right", "--seam-mode", mode)
    two = (*key("p384"), "--seal", seal[1], "--seam", "right,at=25%", "--seam-mode", mode)
    path, seen = signed(pdf("contract"), **called(one, two), signatures=2)
    with pikepdf.open(path) as opened, first_revision(path, seen) as first:
        pages = len(opened.pages)
        assert set(fields_of(first)) == set(fields_of(opened)) and len(fields_of(first)) == 2 + 2 * pages
        assert all("/V" in f for f in fields_of(opened).values())
        values = {f.V.objgen for f in fields_of(opened).values()}
        assert len(values) == (2 + 2 * pages if mode == "multi" else 2)


# -- refused before a key is used -----------------------------------------------------------------

LATER = {
    "a certification without further change": (("--certify", "1"), (), "DOCMDP_FORBIDS"),
    "a lock of all fields": (("--lock", "all"), (), "FIELDMDP_FORBIDS"),
    "a lock of that field": (("--lock", "include:Signature2"), (), "FIELDMDP_FORBIDS"),
    "a lock of the others": (("--lock", "exclude:A,B"), (), "FIELDMDP_FORBIDS"),
    "the same new field": (("--field", "A", "--at", "1@bl:9x9"), ("--field", "A", "--at", "1@br:9x9"), "FIELD_EXISTS"),
    "the same place": (("--at", "1@br:90x90"), ("--at", "1@br+20,20:90x90"), "PLACE_TAKEN"),
    "no such field": ((), ("--field", "Nobody"), "FIELD_UNKNOWN"),
    "no such page": ((), ("--at", "99@br:9x9"), "PLACE_REFUSED"),
}


@pytest.mark.parametrize("what", LATER)
def test_a_later_signer_who_cannot_sign_is_told_before_anybody_does(refused, pdf, what):
    first, second, code = LATER[what]
    run = refused(pdf("contract"), with_key=then((*key("p256"), *first), (*key("p384"), *second)))
    assert (run.status, run.code) == (10, code) and "signer 2: " in run.err, str(run)


def test_a_lock_that_leaves_the_others_out_is_no_hindrance(signed, pdf):
    first = (*key("p256"), "--field", "Buyer", "--lock", "exclude:Seller")
    signed(pdf("field-two"), **called(first, (*key("p384"), "--field", "Seller")), signatures=2)


def test_one_field_is_not_signed_twice(refused, pdf):
    run = refused(pdf("field-two"), with_key=then((*key("p256"), "--field", "Buyer"), (*key("p384"), "--field", "#1")))
    assert (run.status, run.code) == (10, "FIELD_SIGNED") and "signer 2: " in run.err, str(run)


def test_only_the_first_can_certify(refused, pdf):
    run = refused(pdf("contract"), with_key=then(key("p256"), (*key("p384"), "--certify", "2")))
    assert (run.status, run.code) == (2, "USAGE"), str(run)


def test_a_certified_seam_of_signatures_is_refused_where_none_may_follow(refused, pdf, seal):
    run = refused(pdf("contract"), with_key=(*key(), "--certify", "1", "--seal", seal[0], "--seam", "right", "--seam-mode", "multi"))
    assert (run.status, run.code) == (10, "DOCMDP_FORBIDS"), str(run)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_certification_by_another_program_holds_for_all(tmp_path, pki, signed, refused, pdf, level):
    source = peer.sign(pdf("field-two"), tmp_path / "peer.pdf", pki, certify=level)
    signers = (*key("p256"), "--field", "Buyer"), (*key("p384"), "--field", "Seller")
    if level == 1:
        run = refused(source, with_key=then(*signers))
        assert (run.status, run.code) == (10, "DOCMDP_FORBIDS") and "signer 1: " in run.err, str(run)
        return
    _, seen = signed(source, **called(*signers), signatures=2, kind="field-two")
    assert [s.name for s in seen] == ["Peer", "Buyer", "Seller"]
    run = refused(source, with_key=then(signers[0], (*key("p384"), "--at", "1@br+20,20:90x90")))
    assert (run.status, run.code) == (10, "DOCMDP_FORBIDS") and "signer 2: " in run.err, str(run)


def test_a_wrong_pin_of_the_second_leaves_nothing(tmp_path, pdf):
    run = sign(pdf("contract"), tmp_path / "o.pdf", with_key=then(p12(), p12(pin="wrong-pin")))
    assert (run.status, run.code) == (8, "PIN_WRONG") and "signer 2: " in run.err, str(run)
    assert leftovers(tmp_path) == []


# -- PINs -----------------------------------------------------------------------------------------

def converse(arguments, answers):
    """The program on a terminal of its own; what it showed there, and its status."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(program.PROGRAM, [program.PROGRAM, *map(str, arguments)], program.environment())
    shown = b""
    for answer in answers:
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1)
        os.write(terminal, answer.encode() + b"\n")
        shown += os.read(terminal, 1)
    try:
        while chunk := os.read(terminal, 4096):
            shown += chunk
    except OSError:  # closed by its other end
        pass
    return shown.decode("utf-8", "replace"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_each_prompt_says_whose_pin_it_wants(tmp_path, pdf):
    keys = (("--key", f"p12:{PKI / 'p256.p12'}"), ("--key", f"p12:{PKI / 'rsa2048.p12'}"))
    shown, status = converse(["sign", *then(*keys), pdf("table"), "-o", tmp_path / "o.pdf"], [pki_maker.PIN] * 2)
    assert status == 0 and shown.count("PIN or password of") == 2, shown
    assert shown.index("p256.p12") < shown.index("rsa2048.p12"), shown


def test_nobody_types_a_pin_for_what_the_file_refuses(tmp_path, pdf, seal):
    secret = ("--key", f"p12:{PKI / 'p256.p12'}")
    drawn = (*secret, "--seal", seal[0])
    for code, two in (("TEXT_NOT_FOUND", (*drawn, "--at", 'text:"nowhere"')), ("PLACE_REFUSED", (*drawn, "--at", "99@c")),
                      ("PLACE_TAKEN", (*drawn, "--at", "1@br+1mm,1mm")), ("FIELD_UNKNOWN", (*secret, "--field", "None"))):
        shown, status = converse(["sign", *then((*drawn, "--at", "1@br"), two), pdf("table"), "-o", tmp_path / "o.pdf"], [])
        assert status == 10 and code in shown and "signer 2" in shown and "PIN" not in shown, shown
    shown, status = converse(["sign", *secret, pdf("table"), "-o", PKI / "p256.cert.pem"], [])
    assert status == 11 and "OUTPUT_EXISTS" in shown and "PIN" not in shown, shown
    keys = then(secret, ("--key", f"p12:{PKI / 'rsa2048.p12'}", "--show", "name", "--at", "1@br:90x20"))
    shown, status = converse(["sign", *keys, pdf("table"), "-o", tmp_path / "o.pdf"], [pki_maker.PIN] * 2)
    assert status == 0 and leftovers(tmp_path) == ["o.pdf"], shown


def test_nobody_is_asked_for_a_pin_where_a_later_signer_is_wrong(tmp_path, pdf):
    asked = tmp_path / "asked"
    program_file = tmp_path / "pin"
    program_file.write_text(f"#!/bin/sh\necho x >>{asked}\necho {pki_maker.PIN}\n")
    program_file.chmod(0o700)
    secret = ("--key", f"p12:{PKI / 'p256.p12'}", "--pin-program", program_file)
    for wrong in (("--at", "1@xx:9x9"), ("--seal", tmp_path / "none.png", "--at", "1@br"), ("--lock", "some"),
                  ("--text", "x", "--text-color", "reddish", "--at", "1@br"), ("--date", "1@br:9x9", "--date-value", "2026-13-01"),
                  ("--seal", tmp_path / "none.png", "--seam", "middle"), ("--certify", "2"), ("--digest", "sha1")):
        run = sign(pdf("table"), tmp_path / "o.pdf", with_key=then(secret, (*secret, *wrong)))
        assert run.status != 0 and not asked.exists() and "signer 2: " in run.err, f"{wrong}: {run}"
    for missing in ("p12:", "file:"):
        run = sign(pdf("table"), tmp_path / "o.pdf", with_key=then(secret, ("--key", missing + str(tmp_path / "none"))))
        assert run.code == "KEY_UNREADABLE" and not asked.exists() and "signer 2: " in run.err, str(run)
    assert sign(pdf("table"), tmp_path / "o.pdf", with_key=then(secret, secret)).status == 0
    assert asked.read_text() == "x\nx\n"


# -- batches and what is told ---------------------------------------------------------------------

def test_many_files_are_signed_by_all(tmp_path, pdf, judged, seal):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    for number in range(8):
        shutil.copyfile(pdf(("contract", "stream")[number % 2]), folder / f"{number}.pdf")
    one, two = (*key("p256"), "--seal", seal[0], "--at", "1@br+20mm,20mm"), (*key("p384"), "--date", "1@bl+20mm,20mm")
    run = pdfsign("sign", "-j", "2", "--json", "--out-dir", out, *then(one, two), *sorted(folder.iterdir()))
    assert run.status == 0, str(run)
    assert all([s["digest"] for s in r["signatures"]] == ["sha256", "sha384"] for r in lines(run) if r["type"] == "result")
    for number in range(8):
        judged(out / f"{number}_signed.pdf", folder / f"{number}.pdf", signatures=2, kind=("contract", "stream")[number % 2])


def test_json_tells_every_signature_and_the_first_where_it_always_stood(tmp_path, pdf):
    run = sign(pdf("contract"), tmp_path / "o.pdf", "--json", with_key=then(key("p256"), key("p384")))
    (answer,) = lines(run)
    first, second = answer["signatures"]
    assert first == {k: answer[k] for k in first} and first["field"] == "Signature1" and second["field"] == "Signature2"
    assert sum(second["byte_range"][2:]) == answer["output_bytes"] == (tmp_path / "o.pdf").stat().st_size
    run = sign(pdf("contract"), tmp_path / "p.pdf", "--json", with_key=then(key("p256"), (*key("p384"), "--field", "x")))
    assert lines(run)[0]["error"]["signer"] == 2


def test_a_dry_run_tells_all_and_needs_no_key(tmp_path, pdf):
    certs = [("--cert", PKI / f"{kind}.cert.pem") for kind in ("p256", "p384")]
    run = pdfsign("sign", *then(*certs), "--dry-run", pdf("table"))
    assert run.status == 0 and run.out.decode().count("would be signed in the new field") == 2, str(run)
    assert b"sha256" in run.out and b"sha384" in run.out and leftovers(tmp_path) == []
    json_run = pdfsign("sign", *then(*certs), "--dry-run", "--json", pdf("table"))
    assert [s["field"] for s in json.loads(json_run.out)["signatures"]] == ["Signature1", "Signature2"]


def test_a_preview_shows_all_and_signs_nothing(tmp_path, pdf, seal):
    folder = tmp_path / "preview"
    folder.mkdir()
    signers = ("--seal", seal[0], "--at", "1@br+20mm,20mm"), ("--seal", seal[1], "--at", "1@tl+20mm,20mm")
    run = pdfsign("sign", *then(*signers), "--preview", folder, pdf("table"))
    assert run.status == 0 and len(list(folder.glob("table-*.png"))) == 2, str(run)
    from PIL import Image
    with Image.open(sorted(folder.iterdir())[0]) as page:
        colors = {c for _, c in page.convert("RGB").getcolors(1 << 24)}
    assert any(r > 150 and g < 60 and b < 60 for r, g, b in colors) and any(b > 120 and r < 60 for r, g, b in colors)


def test_a_preview_leaves_the_outputs_alone(tmp_path, pdf):
    preview, out = tmp_path / "preview", tmp_path / "out"
    preview.mkdir()
    out.mkdir()
    for where in (("--out-dir", out), ("-o", out / "o.pdf")):
        run = pdfsign("sign", "--preview", preview, "--overwrite", *where, pdf("table"))
        assert run.status == 0 and list(preview.glob("table-*.png")) and leftovers(out) == [], str(run)


def test_a_preview_needs_its_folder(tmp_path, pdf):
    (tmp_path / "file").write_text("x")
    for where in (tmp_path / "none", tmp_path / "file", "-"):
        run = pdfsign("sign", "--key", f"p12:{PKI / 'p256.p12'}", "--preview", where, pdf("table"))
        assert (run.status, run.code) == (11, "OUTPUT_FAILED") and "--preview" in run.err, str(run)


def test_pictures_of_two_files_never_get_one_name(tmp_path, pdf):
    for name in ("a/x.pdf", "b/x.PDF"):
        (tmp_path / name).parent.mkdir()
        shutil.copyfile(pdf("table"), tmp_path / name)
    (tmp_path / "p").mkdir()
    run = pdfsign("sign", "--preview", tmp_path / "p", "--overwrite", tmp_path / "a/x.pdf", tmp_path / "b/x.PDF")
    assert run.status == 2 and leftovers(tmp_path / "p") == [], str(run)


def test_a_prepared_job_has_one_signer(tmp_path, pdf):
    run = pdfsign("sign", *then(key(), key()), "--prepare", tmp_path / "state", pdf("table"))
    assert run.status == 2 and leftovers(tmp_path) == [], str(run)


def test_a_prepared_job_keeps_what_is_seen(tmp_path, pdf, judged, seal):
    state, target = tmp_path / "state", tmp_path / "o.pdf"
    look = ("--seal", seal[0], "--at", "1@br+20mm,20mm", "--date", "@last", "--seam", "right")
    run = pdfsign("sign", "--cert", PKI / "p256.cert.pem", "--chain", PKI / "inter.pem", *look, "--prepare", state, pdf("contract"))
    assert run.status == 0, str(run)
    digest = next(line.split()[2] for line in run.out.decode().splitlines() if line.startswith("to-sign"))
    value = tmp_path / "value"
    value.write_bytes(signature_over(bytes.fromhex(digest)))
    run = pdfsign("sign", "--finish", state, "--signature", value, "-o", target)
    assert run.status == 0, str(run)
    judged(target, pdf("contract"))
    run = pdfsign("sign", *key(), "--seal", seal[0], "--seam", "right", "--seam-mode", "multi", "--prepare", tmp_path / "s", pdf("contract"))
    assert run.status == 2 and not (tmp_path / "s").exists(), str(run)


def signature_over(digest):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    private = load_pem_private_key((PKI / "p256.key.pem").read_bytes(), None)
    return private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
