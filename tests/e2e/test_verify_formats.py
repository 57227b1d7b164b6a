"""Reports of `verify` on verdicts that are known beforehand (tests/cli/verify_fake.c), hostile texts among them."""

import json
import os
import signal
import subprocess
from urllib.parse import unquote

import pytest

import program
import reports

FAKE = os.environ.get("PDS_VERIFY_PROGRAM", "")
ALL = ("valid", "invalid", "doubtful", "unsigned", "unmet", "hostile", "broken")
NAMES = ("valid", 'valid<&>"\'.pdf', "valid|`*_[x](y).pdf", "valid@all http://evil.example", "valid 甲方\u202e.pdf", "valid\n| a | b |", "valid\x1b[2J.pdf",
         b"valid\xff\xfe.pdf", "valid]]>.pdf", "valid%20#?.pdf", "valid</summary></details>.pdf", "valid\ufffe.pdf")


def verify(*args, env=None):
    run = subprocess.run([FAKE, "verify", *args], capture_output=True, timeout=program.HANG, env=program.environment(**(env or {})), check=False)
    assert run.returncode >= 0 and b"Sanitizer" not in run.stderr, run
    return run


@pytest.mark.parametrize("names,status", [
    (("valid",), 0), (("invalid",), 1), (("doubtful",), 6), (("unsigned",), 7), (("unmet",), 7), (("broken",), 5), (("memory",), 12),
    (("valid", "valid2"), 0), (("valid", "doubtful"), 6), (("doubtful", "unsigned"), 7), (("unsigned", "broken"), 5), (("broken", "invalid"), 1),
    (("invalid", "memory"), 12), (ALL, 1)])
@pytest.mark.parametrize("how", [(), ("--json",), ("--format", "junit"), ("--format", "sarif"), ("--format", "markdown"), ("-q",), ("-j", "3")])
def test_the_exit_status_is_the_worst_verdict(names, status, how):
    run = verify(*how, *names)
    assert run.returncode == status, run
    assert (run.stdout == b"") == (how == ("-q",) or (how in ((), ("-j", "3")) and names in (("broken",), ("memory",))))
    if how == ("--json",):
        assert json.loads(run.stdout.splitlines()[-1])["exit"] == status and run.stderr == b""


def test_quiet_tells_nothing_but_faults():
    run = verify("-q", *ALL)
    assert b"nobody is trusted" in verify("doubtful").stderr and b"nobody" not in verify("--trust-system", "doubtful").stderr
    assert run.stdout == b"" and run.stderr == b"pdfsign: broken: the table of objects is cut [PDF_DAMAGED]\n"


def test_json_fits_the_schema():
    results = reports.results(verify("--json", *ALL).stdout)
    assert [r["input"] for r in results] == list(ALL)
    assert [r.get("verdict") for r in results] == ["valid", "invalid", "indeterminate", "not-signed", "requirement-not-met", "invalid", None]
    assert [r["exit"] for r in results] == [0, 1, 6, 7, 7, 1, 5] and results[-1]["status"] == "failed"


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "markdown", "text"])
@pytest.mark.parametrize("jobs", ["1", "4", "16"])
def test_results_keep_the_order_of_the_inputs(form, jobs):
    names = [f"{kind}{n:03}" for n in range(60) for kind in ("valid", "broken", "unsigned")]
    run = verify("--format", form, "-j", jobs, *names)
    seen = {"json": lambda out: [r["input"] for r in reports.results(out)],
            "junit": lambda out: list(reports.junit(out)),
            "sarif": lambda out: [a["location"]["uri"] for a in json.loads(out)["runs"][0]["artifacts"]],
            "markdown": lambda out: [row[0][len("<code>"):-len("</code>")] for row in reports.markdown_rows(out)],
            "text": lambda out: [line.split(":")[0] for line in out.decode().splitlines() if ": valid" in line or ": not signed" in line]}
    expected = [n for n in names if form != "text" or not n.startswith("broken")]
    assert seen[form](run.stdout) == expected and run.stderr.count(b"PDF_DAMAGED") == (60 if form != "json" else 0)


def test_junit_counts_files_and_signatures():
    assert reports.junit(verify("--format", "junit", *ALL).stdout) == {
        "valid": ["passed"] * 3, "invalid": ["failure"] * 2, "doubtful": ["failure"] * 2, "unsigned": ["failure"],
        "unmet": ["failure", "passed", "passed"], "hostile": ["failure"] * 3, "broken": ["error"]}


def test_sarif_is_sound():
    results = reports.sarif(verify("--format", "sarif", *ALL).stdout)
    assert [(r["ruleId"], r["level"]) for r in results[:6]] == [
        ("UNREFERENCED_BYTES", "note"), ("SIGNING_TIME_IN_CMS", "note"), ("PAGE_CHANGED", "error"), ("CHAIN_NOT_FOUND", "warning"),
        ("NOT_SIGNED", "error"), ("REQUIREMENT_NOT_MET", "error")]
    assert results[2]["locations"][0]["physicalLocation"]["region"]["byteOffset"] == 10233


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_stay_names(name):
    raw = os.fsencode(name)
    (result,) = reports.results(verify("--json", raw).stdout)
    assert result["input"] == raw.decode("utf-8", "replace") or b"\xff" in raw
    assert list(reports.junit(verify("--format", "junit", raw).stdout).values()) == [["passed"] * 3]
    reports.sarif(verify("--format", "sarif", raw).stdout)
    document = json.loads(verify("--format", "sarif", raw).stdout)
    assert os.fsencode(unquote(document["runs"][0]["artifacts"][0]["location"]["uri"], errors="surrogateescape")) == raw
    (row,) = reports.markdown_rows(verify("--format", "markdown", raw).stdout)
    assert len(row) == 3 and not set(row[0][len("<code>"):-len("</code>")].replace("<code>&#64;</code>", "")) & set("<>|`*_[]@:\\\n\x1b")
    text = verify(raw).stdout.decode()
    assert text.splitlines()[0].endswith(" (adbe.pkcs7.detached)") and "\x1b" not in text and "\u202e" not in text


def test_hostile_texts_stay_in_their_places():
    files = reports.junit(verify("--format", "junit", "hostile").stdout)
    assert list(files) == ["hostile"]
    out = verify("--format", "markdown", "hostile", "valid").stdout.decode()
    assert out.count("<details>") == out.count("</details>") == 1 and "\x1b" not in out
    fence = [line for line in out.splitlines() if line.startswith("```")]
    assert fence == ["````text", "````"]


@pytest.mark.parametrize("changes,colored", [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False), ({"TERM": None}, False)])
def test_colours_are_for_terminals(changes, colored):
    env = {"TERM": "xterm", **changes}
    leader, follower = os.openpty()
    with os.fdopen(leader, "rb", buffering=0) as screen:
        child = subprocess.Popen([FAKE, "verify", "invalid"], stdout=follower, env=program.environment(**env))
        os.close(follower)
        seen = b""
        while chunk := read_screen(screen):
            seen += chunk
        assert child.wait(program.HANG) == 1
    assert (b"\033[1;31mINVALID\033[0m" in seen) == colored and (b"\033" in seen) == colored
    assert b"\033" not in verify("invalid", env=env).stdout


def read_screen(screen):
    try:
        return screen.read(65536)
    except OSError:  # the other side is closed
        return b""


def test_an_interrupt_leaves_a_whole_document():
    names = [f"valid{n}" for n in range(20000)]
    child = subprocess.Popen([FAKE, "verify", "--format", "junit", "--progress", "always", *names], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=program.environment())
    assert child.stderr.read(1)  # the bar: it has begun
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=program.HANG)
    ends = reports.junit(out)
    assert list(ends) == names and set(map(tuple, ends.values())) <= {("passed",) * 3, ("skipped",)}
    assert child.returncode == (130 if ("skipped",) in map(tuple, ends.values()) else 0)


def test_times_are_told_in_the_zone_that_is_asked_for():
    assert b"time          2026-11-21 09:50:02 +08:00" in verify("valid").stdout
    assert b"time          2026-11-21 01:50:02 +00:00" in verify("--tz", "UTC", "valid").stdout
    assert b"time          2026-11-20 20:50:02 -05:00" in verify("--tz", "EST5", "valid").stdout
    assert b'"proven_time":"2026-11-21T01:50:02Z"' in verify("--json", "--tz", "EST5", "valid").stdout


@pytest.mark.parametrize("form", ["text", "json", "junit", "sarif", "markdown"])
def test_a_full_disk_is_no_verdict(form):
    with open("/dev/full", "wb") as full:
        run = subprocess.run([FAKE, "verify", "--format", form, "valid"], stdout=full, stderr=subprocess.PIPE, env=program.environment(), check=False)
        worse = subprocess.run([FAKE, "verify", "--format", form, "invalid"], stdout=full, stderr=subprocess.PIPE, env=program.environment(), check=False)
    assert run.returncode == 11 and b"OUTPUT_FAILED" in run.stderr and worse.returncode == 11
