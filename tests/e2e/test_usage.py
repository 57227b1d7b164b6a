"""Every wrong command line: exit 2, one line, nothing touched; and the help that says how it is done."""

import pytest

from program import PKI, leftovers, pdfsign

KEY = ("--key", f"file:{PKI / 'p256.all.pem'}")
IN = "in.pdf"
OUT = ("-o", "out.pdf")

WRONG = {
    "no verb": (), "an unknown verb": ("frobnicate",), "half a verb": ("fields",), "a verb that is half right": ("fields", "remove"),
    "no input": ("sign", *KEY, *OUT), "no key": ("sign", IN, *OUT), "no output": ("sign", *KEY, IN),
    "two outputs": ("sign", *KEY, IN, *OUT, "--out-dir", "."), "an output and in place": ("sign", *KEY, IN, *OUT, "--in-place"),
    "a folder and in place": ("sign", *KEY, IN, "--out-dir", ".", "--in-place"),
    "one output for two inputs": ("sign", *KEY, IN, IN, *OUT), "a suffix without a folder": ("sign", *KEY, IN, *OUT, "--suffix", "x"),
    "an unknown option": ("sign", *KEY, IN, *OUT, "--frobnicate"), "an option of another verb": ("fields", "list", "--pss", IN),
    "an unknown letter": ("sign", *KEY, IN, *OUT, "-x"), "a missing value": ("sign", *KEY, IN, "-o"),
    "a value for a flag": ("sign", *KEY, IN, *OUT, "--pss=yes"), "an empty value": ("sign", *KEY, IN, "-o", ""),
    "an option twice": ("sign", *KEY, *KEY, IN, *OUT), "no such digest": ("sign", *KEY, IN, *OUT, "--digest", "sha3"),
    "a level that is none": ("sign", *KEY, IN, *OUT, "--certify", "4"), "a level of zero": ("sign", *KEY, IN, *OUT, "--certify", "0"),
    "a level in words": ("sign", *KEY, IN, *OUT, "--certify", "two"), "a number with more": ("sign", *KEY, IN, *OUT, "--certify", "2x"),
    "a lock that is none": ("sign", *KEY, IN, *OUT, "--lock", "some"), "an empty lock": ("sign", *KEY, IN, *OUT, "--lock", "include:"),
    "no jobs": ("sign", *KEY, IN, *OUT, "-j", "0"), "too many jobs": ("sign", *KEY, IN, *OUT, "-j", "100000"),
    "negative jobs": ("sign", *KEY, IN, *OUT, "-j", "-2"), "a place that is none": ("sign", *KEY, IN, *OUT, "--at", "somewhere"),
    "a place without a size": ("sign", *KEY, IN, *OUT, "--at", "1@br"), "a page of zero": ("sign", *KEY, IN, *OUT, "--at", "0@c:9x9"),
    "a place of no size": ("sign", *KEY, IN, *OUT, "--at", "1@c:0x0"),
    "a place in inches and feet": ("sign", *KEY, IN, *OUT, "--at", "1@c:1ftx1ft"), "a durability that is none": ("sign", *KEY, IN, *OUT, "--durability", "much"),
    "a progress that is none": ("sign", *KEY, IN, *OUT, "--progress", "some"), "prepare and finish": ("sign", "--prepare", "a", "--finish", "b", IN),
    "prepare with an output": ("sign", *KEY, "--prepare", "state", IN, *OUT), "prepare of two": ("sign", *KEY, "--prepare", "state", IN, IN),
    "finish without a signature": ("sign", "--finish", "state", *OUT), "finish with a key": ("sign", *KEY, "--finish", "state", "--signature", "s", *OUT),
    "finish with both": ("sign", "--finish", "state", "--signature", "s", "--cms", "c", *OUT), "a signature without finish": ("sign", *KEY, "--signature", "s", IN, *OUT),
    "two sources of a PIN": ("sign", *KEY, "--pin-env", "A", "--pin-file", "b", IN, *OUT), "a PIN on the command line": ("sign", *KEY, "--pin", "1234", IN, *OUT),
    "a password on the command line": ("sign", *KEY, "--password", "x", IN, *OUT),
    "a new field without a name": ("fields", "add", IN, *OUT), "a place before its name": ("fields", "add", "--at", "1@c:9x9", "--name", "A", IN, *OUT),
    "two places for one name": ("fields", "add", "--name", "A", "--at", "1@c:9x9", "--at", "1@c:9x9", IN, *OUT),
    "an empty name": ("fields", "add", "--name", "", IN, *OUT), "a name with a point": ("fields", "add", "--name", "a.", IN, *OUT),
    "an output for a list": ("fields", "list", IN, *OUT), "a time zone that is none": ("sign", *KEY, IN, *OUT, "--tz", "Nowhere/Land"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_usage(tmp_path, pdf, what):
    (tmp_path / IN).write_bytes(pdf("table").read_bytes())
    run = pdfsign(*WRONG[what], cwd=tmp_path)
    assert run.status == 2, str(run)
    assert run.err.startswith("pdfsign: ") and run.err.endswith("\n") and len(run.err.splitlines()) <= 2, str(run)
    assert leftovers(tmp_path, IN) == [] and (tmp_path / IN).read_bytes() == pdf("table").read_bytes()


def test_json_and_a_pdf_do_not_share_a_pipe(pdf):
    run = pdfsign("sign", *KEY, "--json", pdf("table"), "-o", "-")
    assert run.status == 2 and b'"code":"USAGE"' in run.out and run.err == "" and b"%PDF" not in run.out


@pytest.mark.parametrize("wrong,meant", [("--reson", "--reason"), ("--outdir", "--out-dir"), ("--inplace", "--in-place")])
def test_a_slip_is_told_what_was_meant(wrong, meant):
    run = pdfsign("sign", *KEY, wrong, IN)
    assert run.status == 2 and meant in run.err, str(run)


@pytest.mark.parametrize("call", [("--help",), ("-h",), ("sign", "--help"), ("fields", "list", "--help"), ("fields", "add", "-h")])
def test_help_is_a_result(call):
    run = pdfsign(*call)
    assert run.status == 0 and run.err == "" and b"pdfsign" in run.out and len(run.out) > 200
    assert max(len(line) for line in run.out.decode().splitlines() if "  pdfsign " not in line) <= 100


def test_help_names_every_option_of_the_verb():
    shown = pdfsign("sign", "--help").out.decode()
    for option in ("--key", "--cert", "--chain", "--pin-file", "--pin-fd", "--pin-env", "--pin-program", "--field", "--at", "--digest",
                   "--pss", "--certify", "--lock", "--reason", "--location", "--contact", "--name", "--password-file", "--repair",
                   "--allow-expired", "--prepare", "--finish", "--dry-run", "--durability", "--json", "--quiet", "--progress", "--out-dir",
                   "--suffix", "--in-place", "--overwrite", "--tz"):
        assert option in shown, option


def test_the_version_is_one_line():
    run = pdfsign("--version")
    assert run.status == 0 and run.out.count(b"\n") == 1 and run.out.startswith(b"pdfsign ")


def test_messages_come_in_chinese_too():
    run = pdfsign("sign", IN, env={"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"})
    assert run.status == 2


@pytest.mark.parametrize("name", ["-dash.pdf", "--.pdf"])
def test_two_dashes_end_the_options(tmp_path, pdf, name):
    (tmp_path / name).write_bytes(pdf("table").read_bytes())
    run = pdfsign("sign", *KEY, *OUT, "--", name, cwd=tmp_path)
    assert run.status == 0, str(run)


@pytest.mark.parametrize("call", [("sign", "--key=" + KEY[1], "--output=out.pdf", IN), ("sign", IN, "-oout.pdf", *KEY),
                                  ("sign", "-qo", "out.pdf", *KEY, IN), ("sign", *KEY, IN, "-o", "out.pdf", "--digest", "SHA-256")])
def test_options_are_written_as_gnu_programs_take_them(tmp_path, pdf, call):
    (tmp_path / IN).write_bytes(pdf("table").read_bytes())
    run = pdfsign(*call, cwd=tmp_path)
    assert run.status == 0 and (tmp_path / "out.pdf").exists(), str(run)
