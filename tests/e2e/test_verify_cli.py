"""`verify` as people and CI jobs call it: verdicts, folders, many files, formats, a former revision."""

import json
import os
import shutil

import pytest

import program
import reports
from program import PKI, key, leftovers, pdfsign

TRUST = ("--trust", PKI / "root.pem")
FORMS = ("text", "json", "junit", "sarif", "markdown")


def verify(*args, **how):
    return pdfsign("verify", *args, **how)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Files of every verdict, by name."""
    folder = tmp_path_factory.mktemp("verify")
    table = program.PDFS / "table.pdf"
    signed = folder / "signed.pdf"
    for source, target, more in ((table, signed, ("--reason", "合同")), (signed, folder / "twice.pdf", ()),
                                 (table, folder / "p384.pdf", ())):
        run = program.sign(source, target, *more, with_key=key("p384") if target.stem == "p384" else None)
        assert run.status == 0, str(run)
    content = bytearray(signed.read_bytes())
    content[content.index(b"stream") + 20] ^= 1
    (folder / "tampered.pdf").write_bytes(content)
    (folder / "cut.pdf").write_bytes(signed.read_bytes()[:-400])
    (folder / "none.pdf").write_bytes(b"no PDF")
    shutil.copyfile(table, folder / "unsigned.pdf")
    return folder


# ---- one file ----

@pytest.mark.parametrize("name,options,status,verdict", [
    ("signed", TRUST, 0, "valid: signed by 测试 p256 (B-B)"), ("twice", TRUST, 0, "valid: signed by 测试 p256 (B-B), 测试 p256 (B-B)"),
    ("signed", (), 6, "cannot be confirmed: signature 1 (Signature1): "), ("tampered", TRUST, 1, "INVALID: signature 1 (Signature1): "),
    ("tampered", (), 1, "INVALID: "), ("unsigned", TRUST, 7, "not signed"), ("signed", (*TRUST, "--require-signatures", 2), 7, "not as demanded: "),
    ("signed", (*TRUST, "--require-level", "t"), 7, "not as demanded: "), ("signed", (*TRUST, "--require-level", "B-B"), 0, "valid: "),
    ("signed", (*TRUST, "--require-signer", "*P256"), 0, "valid: "), ("signed", (*TRUST, "--require-signer", "李四"), 7, "not as demanded: "),
    ("signed", (*TRUST, "--require-covers-all"), 0, "valid: "), ("signed", (*TRUST, "--expect-seam"), 7, "not as demanded: "),
    ("signed", (*TRUST, "--expires-within", "5200w"), 7, "not as demanded: "), ("signed", (*TRUST, "--at-time", "2001-01-01"), 6, "cannot be confirmed: ")])
def test_the_verdict_comes_first(made, name, options, status, verdict):
    run = verify(*options, made / f"{name}.pdf")
    hint = "" if options or status != 6 else "pdfsign: nobody is trusted: give --trust PATH or --trust-system\n"
    assert run.status == status and run.err == hint, str(run)
    assert run.out.decode().splitlines()[0].startswith(f"{made / name}.pdf: {verdict}"), str(run)


@pytest.mark.parametrize("name,code", [("none", "NOT_PDF"), ("cut", "PDF_DAMAGED"), ("missing", "INPUT_UNREADABLE")])
@pytest.mark.parametrize("form", FORMS)
def test_what_cannot_be_read_is_told_in_every_format(made, name, code, form):
    run = verify(*TRUST, "--format", form, made / f"{name}.pdf")
    assert run.status == 5 and "--repair" not in run.err, str(run)
    if form == "json":
        (result,) = reports.results(run.out)
        assert (result["status"], result["error"]["code"], run.err) == ("failed", code, "")
        return
    assert run.code == code and run.err.count("\n") == 1, str(run)
    told = {"text": lambda: run.out == b"", "junit": lambda: list(reports.junit(run.out).values()) == [["error"]],
            "sarif": lambda: [r["ruleId"] for r in reports.sarif(run.out)] == [code],
            "markdown": lambda: "could not be read" in reports.markdown_rows(run.out)[0][1]}
    assert told[form](), str(run)


def test_the_tree_tells_what_the_verdict_rests_on(made):
    text = verify(*TRUST, "--tz", "+08:00", made / "twice.pdf").out.decode()
    for part in ("\n  signature 1: valid\n", "\n  signature 2: valid\n", "    field         Signature1, invisible\n", "ETSI.CAdES.detached, PAdES B-B, ECDSA, SHA-256",
                 "    covers        revision 2 of 3, ", "    covers        the whole file\n", "    reason        合同\n", "trusted\n", "\n  revisions\n"):
        assert part in text, part


def test_a_signer_from_standard_input(made):
    run = verify(*TRUST, "-", stdin=(made / "signed.pdf").read_bytes())
    assert run.status == 0 and run.out.startswith(b"-: valid: "), str(run)


def test_an_encrypted_file_needs_its_password(tmp_path, made, pdf):
    (tmp_path / "password").write_text("wrong\n")
    name = next(n for n, kind in __import__("pdfs").KINDS.items() if kind.password and not kind.huge)
    run = verify(*TRUST, pdf(name))
    assert run.status == 5 and run.code == "PASSWORD_NEEDED", str(run)
    run = verify(*TRUST, "--password-file", tmp_path / "password", pdf(name))
    assert run.status == 5 and run.code == "PASSWORD_WRONG", str(run)
    run = verify("--password-file", tmp_path / "no-such-file", made / "signed.pdf")
    assert run.status != 0 and run.out == b"", str(run)


def test_quiet_leaves_the_status_alone(made):
    for name, options, status in (("signed", TRUST, 0), ("tampered", TRUST, 1), ("unsigned", TRUST, 7), ("signed", (), 6)):
        run = verify("-q", *options, made / f"{name}.pdf")
        assert (run.status, run.out, run.err) == (status, b"", ""), str(run)


@pytest.mark.parametrize("options", [("--trust", "no-such-folder"), ("--chain", "none.pem"), ("--evidence", "none.crl"), ("--policy", "none.json"),
                                     ("--at-time", "yesterday"), ("--expires-within", "long"), ("--tz", "Mars/Olympus")])
def test_a_call_that_cannot_begin_says_why(made, options):
    run = verify(*options, made / "signed.pdf")
    assert run.status in (2, 5, 8) and run.out == b"" and run.code, str(run)
    lines = reports.lines(verify("--json", *options, made / "signed.pdf").out)
    assert [line["type"] for line in lines] == ["error"]


# ---- several ----

@pytest.mark.parametrize("names,status", [
    (("signed", "twice"), 0), (("signed", "unsigned"), 7), (("unsigned", "none"), 5), (("none", "tampered", "signed"), 1), (("none", "cut"), 5)])
@pytest.mark.parametrize("jobs", ["1", "4"])
def test_the_worst_of_several_counts(made, names, status, jobs):
    run = verify(*TRUST, "-j", jobs, *(made / f"{n}.pdf" for n in names))
    assert run.status == status, str(run)
    results = reports.results(verify("--json", *TRUST, "-j", jobs, *(made / f"{n}.pdf" for n in names)).out)
    assert [os.path.basename(r["input"]) for r in results] == [f"{n}.pdf" for n in names]


def test_of_several_only_what_did_not_pass_is_explained(made):
    files = [made / f"{n}.pdf" for n in ("signed", "tampered", "none", "twice")]
    run = verify(*TRUST, *files)
    text = run.out.decode()
    assert text.count("  signature 1: ") == 1 and "  signature 1: INVALID" in text, text
    assert text.splitlines()[-1] == "4 files: 2 valid, 1 INVALID, 1 could not be read" and run.code == "NOT_PDF", str(run)
    assert verify(*TRUST, "-v", *files).out.decode().count("  signature 1: ") == 3


def test_json_fits_the_schema(made):
    run = verify("--json", *TRUST, "--require-level", "t", "--expect-seam", *sorted(made.glob("*.pdf")))
    results = reports.results(run.out)
    assert len(results) == 7 and run.err == "" and {r["exit"] for r in results} == {1, 5, 7}
    (twice,) = [r for r in results if r["input"].endswith("twice.pdf")]
    assert [s["covers"]["all"] for s in twice["signatures"]] == [False, True]
    assert [s["signer"] for s in twice["signatures"]] == ["测试 p256"] * 2 and twice["verdict"] == "requirement-not-met"
    assert [r.get("signature") for r in twice["revisions"]] == [None, 1, 2] and twice["revisions"][2]["edits"]


def test_documents_of_all_files(made):
    files = sorted(made.glob("*.pdf"))
    ends = reports.junit(verify("--format", "junit", *TRUST, *files).out)
    assert {os.path.basename(name): set(end) for name, end in ends.items()} == {
        "cut.pdf": {"error"}, "none.pdf": {"error"}, "p384.pdf": {"passed"}, "signed.pdf": {"passed"}, "tampered.pdf": {"failure"},
        "twice.pdf": {"passed"}, "unsigned.pdf": {"failure"}}
    rules = {r["ruleId"] for r in reports.sarif(verify("--format", "sarif", *TRUST, *files).out) if r["level"] == "error"}
    assert {"NOT_PDF", "PDF_DAMAGED", "NOT_SIGNED", "DIGEST_MISMATCH"} <= rules
    assert len(reports.markdown_rows(verify("--format", "markdown", *TRUST, *files).out)) == 7


# ---- folders ----

@pytest.fixture
def tree(tmp_path, made):
    for name in ("b/2.PDF", "b/1.pdf", "a.pdf", "b/deep/er/3.Pdf"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made / "signed.pdf", tmp_path / "in" / name)
    (tmp_path / "in/notes.txt").write_text("no PDF")
    (tmp_path / "elsewhere").mkdir()
    shutil.copyfile(made / "tampered.pdf", tmp_path / "elsewhere/x.pdf")
    (tmp_path / "in/link").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "in"


def test_a_folder_is_walked(tree):
    run = verify("--json", "-r", *TRUST, tree)
    assert run.status == 0, str(run)
    assert [r["input"] for r in reports.results(run.out)] == [f"{tree}/{n}" for n in ("a.pdf", "b/1.pdf", "b/2.PDF", "b/deep/er/3.Pdf")]


def test_a_folder_without_recursive_fails_alone(tree, made):
    run = verify(*TRUST, tree, made / "signed.pdf")
    assert run.status == 5 and "--recursive" in run.err and b"1 valid, 1 could not be read" in run.out, str(run)


def test_a_folder_without_a_pdf_is_an_error(tree):
    (tree / "empty").mkdir()
    run = verify("-r", *TRUST, tree / "empty")
    assert run.status == 5 and run.code == "INPUT_UNREADABLE", str(run)
    run = verify("-r", *TRUST, tree)
    assert run.status == 0, str(run)


def test_broken_files_never_stop_the_others(tree):
    for n in range(20):
        (tree / f"b/broken {n:02}.pdf").write_bytes(b"%PDF-1.7\n" + bytes(n))
    run = verify("--json", "-r", "-j", 4, *TRUST, tree)
    results = reports.results(run.out)
    assert run.status == 5 and [r["status"] for r in results].count("verified") == 4 and len(results) == 24
    assert [r["input"] for r in results] == sorted((r["input"] for r in results), key=lambda p: p.split("/"))


def test_many_files_at_once_say_the_same(tree, made):
    for n in range(100):
        shutil.copyfile(made / ("signed.pdf", "twice.pdf", "tampered.pdf", "unsigned.pdf")[n % 4], tree / f"{n:03}.pdf")
    one, many = (verify("--json", "-r", "-j", jobs, *TRUST, tree) for jobs in (1, 8))
    said = [[{**r, "signatures": [{**s, "judged_at": None} for s in r["signatures"]]} for r in reports.results(run.out)] for run in (one, many)]
    assert one.status == many.status == 1 and said[0] == said[1]


def test_progress_in_json(tree):
    run = verify("--json", "--progress", "always", "-r", *TRUST, tree)
    assert {line["type"] for line in reports.lines(run.out)} <= {"progress", "result", "summary"}


# ---- a former revision ----

def test_a_revision_is_what_the_signer_saw(tmp_path, made):
    target = tmp_path / "first.pdf"
    run = verify("--extract-revision", 2, made / "twice.pdf", "-o", target)
    assert (run.status, run.out, run.err) == (0, b"", ""), str(run)
    assert target.read_bytes() == (made / "signed.pdf").read_bytes()
    assert verify(*TRUST, target).status == 0
    run = verify("--extract-revision", 1, made / "twice.pdf", "-o", target)
    assert run.status == 11 and run.code == "OUTPUT_EXISTS", str(run)
    run = verify("--extract-revision", 1, "--overwrite", "--json", made / "twice.pdf", "-o", target)
    (answer,) = reports.lines(run.out)
    assert (run.status, answer["status"], answer["revision"], answer["output"]) == (0, "extracted", 1, str(target))
    assert target.read_bytes() == (made / "unsigned.pdf").read_bytes()
    assert verify("--extract-revision", 2, made / "twice.pdf", "-o", "-").out == (made / "signed.pdf").read_bytes()


@pytest.mark.parametrize("args,status", [((9, "twice.pdf", "-o", "x.pdf"), 2), ((1, "none.pdf", "-o", "x.pdf"), 5), ((1, "missing.pdf", "-o", "x.pdf"), 5),
                                         ((1, "twice.pdf", "-o", "twice.pdf"), 2), ((1, "twice.pdf", "-o", "no/such/folder.pdf"), 11)])
def test_no_revision_no_output(tmp_path, made, args, status):
    for file in made.iterdir():
        shutil.copyfile(file, tmp_path / file.name)
    before = sorted(p.name for p in tmp_path.iterdir())
    run = verify("--extract-revision", *args, cwd=tmp_path)
    assert run.status == status and run.code and leftovers(tmp_path) == before, str(run)
    assert (tmp_path / "twice.pdf").read_bytes() == (made / "twice.pdf").read_bytes()


def test_languages(made):
    run = verify(*TRUST, made / "signed.pdf", env={"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"})
    assert run.status == 0
    shown = run.out.decode()
    assert "  签名 1：有效\n" in shown and "    签名人        " in shown and "    覆盖范围      整个文件\n" in shown, str(run)
    assert json.loads(verify("--json", *TRUST, made / "signed.pdf", env={"LANG": "zh_CN.UTF-8"}).out)["verdict"] == "valid"
