"""Names, reasons and times in any script; the same bytes again where they can be."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest

import pdfs
from judge import READERS
from program import key, pdfsign, sign
from test_files import password_options

TEXTS = {
    "Chinese": "同意签署，合同编号 CG-2026-1120（盖章）", "Latin": "I agree: naïve café €",
    "Arabic": "أوافق على التوقيع", "Devanagari": "मैं सहमत हूँ", "beyond the BMP": "𠮷野家 😀 ok",
    "brackets": "a (b) \\ c) ((", "one letter": "x", "long": "合同" * 500,
}
ENTRIES = {"--reason": "/Reason", "--location": "/Location", "--contact": "/ContactInfo", "--name": "/Name"}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("option", ENTRIES)
def test_texts_come_back_as_given(signed, pdf, option, text):
    _, (seen,) = signed(pdf("table"), option, TEXTS[text])
    assert seen.entry[ENTRIES[option]] == TEXTS[text]


@pytest.mark.parametrize("name", [f"crypt-{c}-user" for c in pdfs.CIPHERS if c != "aes-256-r5"])
def test_texts_are_encrypted_in_an_encrypted_file(tmp_path, signed, pdf, name):
    password = pdfs.KINDS[name].password
    path, (seen,) = signed(pdf(name), "--reason", "secret reason", *password_options(tmp_path, password), password=password)
    assert seen.entry["/Reason"] == "secret reason" and b"secret reason" not in path.read_bytes()


def test_text_that_is_not_utf_8_is_wrong_usage(tmp_path, pdf):
    run = sign(pdf("table"), tmp_path / "o.pdf", "--reason", b"\xff\xfe".decode("utf-8", "surrogateescape"))
    assert run.status == 2 and not (tmp_path / "o.pdf").exists()


def time_of(path):
    """/M of the last signature, as written."""
    return re.findall(rb"/M\s*\((D:[^)]*)\)", path.read_bytes())[-1].decode()


@pytest.mark.parametrize("options,env,offset", [
    (("--tz", "Asia/Shanghai"), {}, r"\+08'00'?"), (("--tz", "America/St_Johns"), {}, r"-0[23]'30'?"),
    (("--tz", "+05:30"), {}, r"\+05'30'?"), (("--tz", "UTC"), {}, r"(Z|\+00'00'?|Z00'00'?)"),
    ((), {"TZ": "Asia/Tokyo"}, r"\+09'00'?"), ((), {"TZ": "UTC"}, r"(Z|\+00'00'?|Z00'00'?)"),
])
def test_the_time_says_its_zone(tmp_path, judged, pdf, options, env, offset):
    run = sign(pdf("table"), tmp_path / "o.pdf", *options, env=env)
    assert run.status == 0, str(run)
    (seen,) = judged(tmp_path / "o.pdf", pdf("table"))
    said = time_of(tmp_path / "o.pdf")
    assert re.fullmatch(r"D:\d{14}" + offset, said), said
    assert abs(seen.status.signer_reported_dt - datetime.now(timezone.utc)) < timedelta(minutes=5)


def test_an_unknown_zone_is_refused(tmp_path, pdf):
    run = sign(pdf("table"), tmp_path / "o.pdf", "--tz", "Mars/Olympus")
    assert run.status == 2 and not (tmp_path / "o.pdf").exists(), str(run)


EPOCH = "1767225600"  # 2026-01-01


@pytest.mark.parametrize("name", ["contract", "objects-packed", "field-one", "no-id", "hybrid"])
@pytest.mark.parametrize("kind", ["rsa2048", "ed25519"])
def test_source_date_epoch_gives_the_same_bytes_again(tmp_path, judged, pdf, name, kind):
    for again in ("1.pdf", "2.pdf"):
        run = sign(pdf(name), tmp_path / again, "--reason", "同意", with_key=key(kind), env={"SOURCE_DATE_EPOCH": EPOCH})
        assert run.status == 0, str(run)
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()
    assert time_of(tmp_path / "1.pdf").startswith("D:20260101000000")
    judged(tmp_path / "1.pdf", pdf(name), programs=READERS)


@pytest.mark.parametrize("value", ["yesterday", "-1", "99999999999999999999", "1.5", ""])
def test_a_senseless_source_date_epoch_never_gives_a_wrong_time(tmp_path, pdf, value):
    run = sign(pdf("table"), tmp_path / "o.pdf", env={"SOURCE_DATE_EPOCH": value})
    if run.status == 0:
        said = datetime.strptime(time_of(tmp_path / "o.pdf")[2:16], "%Y%m%d%H%M%S")
        assert abs(said - datetime.now()) < timedelta(days=2)
    else:
        assert not (tmp_path / "o.pdf").exists()


def test_prop_build_names_the_program(signed, pdf):
    _, (seen,) = signed(pdf("table"))
    build = seen.entry["/Prop_Build"]
    assert build["/App"]["/Name"] == "/pdfsign"
    assert build["/Filter"]["/Name"] == "/Adobe.PPKLite"


def test_json_tells_what_was_done(tmp_path, pdf):
    run = pdfsign("sign", *key(), "--json", pdf("table"), "-o", tmp_path / "o.pdf")
    answer = json.loads(run.out)
    size = (tmp_path / "o.pdf").stat().st_size
    assert (answer["status"], answer["exit"], answer["output_bytes"]) == ("signed", 0, size)
    assert answer["input_bytes"] == pdf("table").stat().st_size
    assert answer["byte_range"][2] + answer["byte_range"][3] == size
    assert (answer["sub_filter"], answer["digest"]) == ("ETSI.CAdES.detached", "sha256")
