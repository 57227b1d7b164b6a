"""Every sound file of the corpus, whoever made it, is made to last: all that held before holds after."""

import json

import lasting
import pytest
from corpus import ROWS
from verdicts import corpus, options_of, verify


@pytest.fixture(scope="module")
def folder():
    return corpus()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with lasting.World(tmp_path_factory.mktemp("world")) as running:
        yield running


def sound(folder):
    """{options of a verifier: [names]}."""
    groups = {}
    for name, row in ROWS.items():
        if row.good and (folder / f"{name}.pdf").exists():
            groups.setdefault(options_of(row, folder), []).append(name)
    return groups


def augmented(world, folder, verb, options, names, out):
    """{name: line of JSON}; the lists of the corpus are the evidence, its authorities have no services."""
    lists = [word for name in ("inter", "root") for word in ("--evidence", folder / "pki" / f"{name}.crl")]
    run = world.run(*verb, "--json", "-j", 2, *options, *world.stamps(), *lists, "--out-dir", out,
                    *[folder / f"{name}.pdf" for name in names])
    lines = [json.loads(line) for line in run.out.splitlines()]
    return {line["input"].split("/")[-1][:-4]: line for line in lines if line["type"] == "result"}


LEFT = {"path-good-names", "path-good-three-levels"}  # of other issuers, who have no list


def test_good_files_are_made_to_last(world, folder, tmp_path):
    for number, (options, names) in enumerate(sound(folder).items()):
        out = tmp_path / str(number)
        out.mkdir()
        said = augmented(world, folder, ("ltv", "add"), options, names, out)
        assert sorted(said) == sorted(names)
        failed = {name: said.pop(name)["error"] for name in names if said[name]["status"] == "failed"}
        assert set(failed) == LEFT & set(names), failed
        assert {error["code"] for error in failed.values()} <= {"EVIDENCE_MISSING"}, failed
        judge(world, folder, options, said)


def judge(world, folder, options, said):
    """Those that are PAdES at all are of the highest level."""
    before = verify([folder / f"{name}.pdf" for name in said], *options)
    after = verify([line["output"] for line in said.values()], *options, "--trust", world.root)
    for name, old, new in zip(said, before.values(), after.values()):
        assert new.exit == 0, f"{name}: {new.result}"
        assert [one["kind"] for one in new.signatures][:len(old.signatures)] == [one["kind"] for one in old.signatures], name
        wrong = [(one["field"], one["level"], first["level"]) for one, first in zip(new.signatures, old.signatures)
                 if one["kind"] != "timestamp" and one["level"] != ("none" if first["level"] == "none" else "B-LTA")]
        assert wrong == [], f"{name}: {wrong}"
