"""Every file of the verifier's corpus (fixtures/attacks.py): no attack passes, no sound file fails, and each says why."""

import pytest

import verdicts
from corpus import PASSED, ROWS, UNSIGNED

KINDS = sorted({row.kind for row in ROWS.values()})


@pytest.fixture(scope="session")
def corpus():
    return verdicts.corpus()


def names_of(*kinds):
    return [name for name in verdicts.made_here() if ROWS[name].kind in kinds]


@pytest.mark.parametrize("kind", KINDS)
def test_each_gets_its_verdict(corpus, kind):
    wrong = []
    for name, said in verdicts.judge(names_of(kind), corpus).items():
        deviation = verdicts.deviation(ROWS[name], said)
        if deviation:
            wrong.append(f"{name}: {deviation}; it says {said.verdict} {' '.join(said.codes)}")
    assert not wrong, "\n".join(wrong)


def test_one_file_alone_has_the_same_exit_status(corpus):
    """verdicts.verify compares it with that of the file's line."""
    for name in ("hand-key-p256", "flip-page-text", "path-untrusted-root", "cut-revision-half", "isa-prev-skips"):
        row = ROWS[name]
        (said,) = verdicts.verify([corpus / f"{name}.pdf"], *verdicts.options_of(row, corpus)).values()
        assert said.verdict in row.verdicts


def test_nothing_passes_that_nobody_is_trusted_for(corpus):
    names = [name for name in names_of("own", "by-hand", "pyhanko", "others") if ROWS[name].password is None]
    for path, said in verdicts.verify([corpus / f"{name}.pdf" for name in names]).items():
        assert said.exit == 6 and "CHAIN_NOT_FOUND" in said.codes, path


def test_each_names_its_sub_indication(corpus):
    """An indication other than TOTAL-PASSED has one, and a finding with it."""
    for name, said in verdicts.judge(names_of("flip", "cms", "path", "catalog"), corpus).items():
        for signature in said.signatures:
            subs = {one["sub_indication"] for one in signature["findings"] + said.result["findings"] if one["sub_indication"]}
            good = signature["indication"] == PASSED
            assert good == (not signature.get("sub_indication")), name
            assert good or signature["sub_indication"] in subs, name


def test_the_order_of_files_and_their_number_change_nothing(corpus):
    names = names_of("flip", "later-revisions", "xref")
    once = verdicts.judge(names, corpus)
    again = verdicts.judge(names[::-1], corpus)
    assert {n: (s.exit, s.codes) for n, s in once.items()} == {n: (s.exit, s.codes) for n, s in again.items()}


def test_unsigned_files_are_told_apart(corpus):
    for name, said in verdicts.judge(names_of("unsigned"), corpus).items():
        if ROWS[name].verdict == UNSIGNED:
            assert said.exit == 7 and said.signatures == [], name
