"""--cache: what services answer is kept in a folder for later calls, and doubted each time."""

import shutil
import stat
import subprocess
import time

import lasting
import program
import pytest
from verdicts import verify

GOOD, EXIT_OUTPUT = 0, 11


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with lasting.World(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture
def signed(world, tmp_path, pdf):
    """signed(ocsp, list): a file by a new person whose certificate names these services."""
    def signed(*what):
        target = tmp_path / "signed.pdf"
        run = world.sign(pdf("table"), target, with_key=world.person(*what))
        assert run.status == 0, str(run)
        return target
    return signed


@pytest.fixture
def said(world, tmp_path):
    """said(path, *options): the verdict with the folder, and how often services were asked for it."""
    def said(path, *options):
        world.services.hits.clear()
        [one] = verify([path], "--trust", world.root, "--revocation", "online", "--cache", tmp_path / "cache", *options,
                       env=lasting.HERE).values()
        return one.exit, sum(world.services.hits.values())
    return said


def answers(folder):
    return sorted(path for path in folder.iterdir() if path.suffix == ".answer")


@pytest.mark.parametrize("what", [("good", "none"), ("none", "good"), ("delegate", "none"), ("checked", "none")])
def test_a_later_call_asks_nobody(signed, said, tmp_path, what):
    path = signed(*what)
    first = said(path)
    assert first[0] == GOOD and first[1] > 1, first
    assert said(path) == (GOOD, 0)
    folder = tmp_path / "cache"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(answers(folder)) == first[1]
    assert len(list(folder.iterdir())) == first[1], "something half done is left"


@pytest.mark.parametrize("level", ["lt", "lta"])
def test_later_signatures_ask_nobody(world, tmp_path, pdf, level):
    key = world.person()
    for asks in (True, False):
        target = tmp_path / f"asks-{asks}.pdf"
        world.services.hits.clear()
        run = world.sign(pdf("table"), target, "--level", level, *world.stamps(), "--cache", tmp_path / "cache",
                         with_key=key)
        assert run.status == 0, str(run)
        assert bool(world.services.hits) == asks, world.services.hits
        [one] = verify([target], "--trust", world.root, "--revocation", "embedded").values()
        assert (one.exit, one.signatures[0]["level"]) == (GOOD, f"B-{level.upper()}"), one.result


def test_renewing_asks_anew(world, tmp_path, pdf):
    signed, renewed = tmp_path / "signed.pdf", tmp_path / "renewed.pdf"
    cache = ("--cache", tmp_path / "cache")
    run = world.sign(pdf("table"), signed, "--level", "lta", *world.stamps(), *cache)
    assert run.status == 0, str(run)
    world.services.hits.clear()
    time.sleep(1.1)  # answers are told apart by the second
    run = world.run("ltv", "renew", *world.stamps(), *cache, signed, "-o", renewed)
    assert run.status == 0, str(run)
    assert world.services.hits, "what proves a renewed file is as old as the file"


def spoil_nothing(path, other):
    path.write_bytes(b"")


def spoil_half(path, other):
    path.write_bytes(path.read_bytes()[:-10])


def spoil_bit(path, other):
    spoilt = bytearray(path.read_bytes())
    spoilt[200] ^= 4
    path.write_bytes(spoilt)


def spoil_other(path, other):
    path.write_bytes(other)


def spoil_link(path, other):
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("spoil", [spoil_nothing, spoil_half, spoil_bit, spoil_other, spoil_link])
def test_broken_answers_are_replaced(signed, said, tmp_path, spoil):
    path = signed("good", "none")
    _, asked = said(path)
    contents = [one.read_bytes() for one in answers(tmp_path / "cache")]
    assert len(contents) == 2
    for one, other in zip(answers(tmp_path / "cache"), reversed(contents)):
        spoil(one, other)
    assert said(path) == (GOOD, asked)
    assert said(path) == (GOOD, 0)


def test_an_answer_that_nobody_believes_is_asked_for_again(signed, said, tmp_path):
    """A whole file of the right name, of a responder that was a liar."""
    path = signed("wrong-key", "good")
    assert said(path)[0] == GOOD
    before = {one.name: one.read_bytes() for one in answers(tmp_path / "cache")}
    exit, asked = said(path)
    assert (exit, asked) == (GOOD, 1), "but for that responder all is known"
    assert set(before) == {one.name for one in answers(tmp_path / "cache")}


def test_processes_share_a_folder(world, signed, tmp_path):
    path = signed("good", "none")
    command = [program.PROGRAM, "verify", "--trust", str(world.root), "--revocation", "online", "--cache",
               str(tmp_path / "cache"), str(path)]
    for _ in range(2):
        children = [subprocess.Popen(command, env=program.environment(**lasting.HERE), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL) for _ in range(8)]
        assert [child.wait() for child in children] == [GOOD] * 8
    assert len(list((tmp_path / "cache").iterdir())) == 2
    world.services.hits.clear()
    subprocess.run(command, env=program.environment(**lasting.HERE), stdout=subprocess.DEVNULL, check=True)
    assert not world.services.hits


@pytest.mark.parametrize("folder", ["none/cache", "file", "file/cache"])
def test_folders_of_no_use_are_told_of(world, signed, tmp_path, pdf, folder):
    path = signed("good", "none")
    (tmp_path / "file").write_text("text")
    world.services.hits.clear()
    cache = tmp_path / folder
    runs = [world.run("verify", "--trust", world.root, "--revocation", "online", "--cache", cache, path),
            world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "lt", *world.stamps(), "--cache", cache)]
    for run in runs:
        assert run.status == EXIT_OUTPUT, str(run)
        assert folder in run.err and "OUTPUT_FAILED" in run.err, str(run)
    assert not (tmp_path / "out.pdf").exists()
    assert not world.services.hits


def test_nothing_secret_is_kept(world, tmp_path, pdf):
    *key, pin = world.p12("good", "none")
    run = world.sign(pdf("table"), tmp_path / "out.pdf", "--level", "lt", *world.stamps(), "--cache", tmp_path / "cache",
                     with_key=(*key, pin))
    assert run.status == 0, str(run)
    secret = pin.read_bytes().strip()
    kept = answers(tmp_path / "cache")
    assert kept and not any(secret in one.read_bytes() or b"PRIVATE" in one.read_bytes() for one in kept)


def test_a_folder_may_go_while_it_is_used(world, signed, said, tmp_path):
    path = signed("good", "none")
    said(path)
    shutil.rmtree(tmp_path / "cache")
    assert said(path)[0] == GOOD
    assert said(path) == (GOOD, 0)


def test_offline_asks_nobody(world, signed, said, tmp_path):
    path = signed("good", "none")
    world.services.hits.clear()
    run = world.run("ltv", "add", "--trust", world.root, "--offline", path, "-o", tmp_path / "added.pdf")
    assert run.status != 0 and not (tmp_path / "added.pdf").exists(), str(run)
    assert not world.services.hits
