"""docs/tokens.md, "What goes wrong": each line names tests that there are, and codes that there are."""

import re

import pytest

from program import ROOT

PAGE = (ROOT / "docs/tokens.md").read_text()
LINES = re.findall(r"^\| .+ \|$", PAGE.split("## What goes wrong")[1].split("\n## ")[0], re.M)[2:]
CODES = set(re.findall(r'\{ "([A-Z_]+)", EXIT_', (ROOT / "base/err.c").read_text()))


@pytest.mark.parametrize("line", LINES, ids=[line.split("|")[1].strip()[:40] for line in LINES])
def test_each_fault_has_its_test(line):
    _, _, codes, _, tests, _ = line.split("|")
    assert set(re.findall(r"`([A-Z_]+)`", codes)) <= CODES and "`" in codes
    named = [re.fullmatch(r"`([a-z_]+)` ([a-z0-9 ]+)", one.strip()) for one in tests.split(";")]
    assert all(named), tests
    for one in named:
        source = (ROOT / f"tests/e2e/test_{one[1]}.py").read_text()
        assert f"def test_{one[2].replace(' ', '_')}(" in source, one[0]


def test_no_code_of_tokens_is_left_out():
    told = {code for line in LINES for code in re.findall(r"`([A-Z_]+)`", line.split("|")[2])}
    wanted = {code for code in CODES if code.startswith(("TOKEN_", "PIN_"))}
    assert wanted <= told, wanted - told
