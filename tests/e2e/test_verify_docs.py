"""docs/verify.md says what the program does: each finding with its indication, the places that do not matter, the policy."""

import json
import re

import pytest

import test_verify_flips
from corpus import ROWS
from corpus.findings import FINDINGS, of_the_program
from program import ROOT, pdfsign

PAGE = (ROOT / "docs/verify.md").read_text()
TABLE = re.findall(r"^\| `([A-Z0-9_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.M)


def test_each_finding_stands_there_once():
    assert sorted(code for code, *_ in TABLE) == sorted(set(of_the_program()) - {"NONE"})


@pytest.mark.parametrize("code,said,meaning,_", TABLE, ids=[row[0] for row in TABLE])
def test_with_its_indication(code, said, meaning, _):
    finding = FINDINGS[code]
    assert said.strip() == (f"{finding.verdict}, {finding.sub}" if finding.sub else "note")
    assert meaning.strip().endswith((".", "`).", "`."))


def test_examples_are_files_of_the_corpus():
    for code, _, _, example in TABLE:
        name = re.fullmatch(r"`([a-z0-9-]+)`", example.strip())
        if name:
            row = ROWS[name[1]]
            assert code in (row.finding, row.note, *row.others), (code, name[1])


def test_the_agreement_is_of_files_of_the_corpus():
    page = (ROOT / "docs/agreement.md").read_text()
    names = {name for line in re.findall(r"^- [^`]*((?:`[a-z0-9.-]+`,?\s*)+)", page, re.M) for name in re.findall(r"`([^`]+)`", line)}
    assert len(names) > 200 and names <= ROWS.keys(), names - ROWS.keys()
    assert "Not explained" not in page


def test_each_kind_of_edit_stands_there():
    source = (ROOT / "pdfsign/edits_list.c").read_text()
    kinds = re.findall(r'\[PDS_EDIT_[A-Z_]+\] = \{\s*"([a-z-]+)"', source)
    section = PAGE.split("## What may come after a signature")[1].split("\n## ")[0]
    rows = "".join(re.findall(r"^\|([^|]*)\|", section, re.M))
    assert len(kinds) > 10 and {f"`{kind}`" for kind in kinds} == set(re.findall(r"`[a-z-]+`", rows))


def test_the_places_that_do_not_matter_are_those_of_the_test():
    section = PAGE.split("## Where a changed bit does not matter")[1].split("\n## ")[0]
    listed = re.findall(r"^- (.*?)\.(?=\n-|\n\n)", section, re.M | re.S)
    assert [" ".join(one.split()) for one in listed] == [place.about for place in test_verify_flips.PLACES]


def test_the_policy_shown_is_understood(tmp_path, pdf):
    (policy,) = re.findall(r"```json\n(.*?)```", PAGE, re.S)
    assert json.loads(policy)
    (tmp_path / "policy.json").write_text(policy)
    run = pdfsign("verify", "--policy", tmp_path / "policy.json", pdf("table"))
    assert run.status == 7, str(run)


LONG_TERM = PAGE.split("## Long-term validation")[1].split("\n## ")[0]
PROGRAMS = {"verify_time": "pdfsign", "verify_evidence": "pdfsign", "verify_history": "pdfsign", "revocation": "cms"}


@pytest.mark.parametrize("program,row", re.findall(rf"`({'|'.join(PROGRAMS)})` ([^;|]+?)(?=;| \|)", LONG_TERM))
def test_each_line_on_the_long_term_has_its_test(program, row):
    source = (ROOT / f"tests/{PROGRAMS[program]}/test_{program}.c").read_text()
    assert f'{{ "{row}",' in source


def test_no_line_on_the_long_term_is_without_a_test():
    lines = [line for line in re.findall(r"^\| .+ \|$", LONG_TERM, re.M)[2:] if not line.startswith("| **")]
    assert len(lines) > 15 and not [line for line in lines if "` " not in line.split("|")[-2]]
