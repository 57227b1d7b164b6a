"""Several threads and one terminal: whose PIN is asked for when, and what a batch that ends does to the questions."""

import re
import shutil
import time

import pytest

from cards import PIN, load
from program import PKI, Terminal

OTHER = "654321"
PINS = {b"00 00": PIN, b"00 01": OTHER}  # by the end of the reader's name
COUNT, JOBS = 60, 4
SLOW = "hang 150 ins=87 times=999"  # milliseconds
PROMPT = re.compile(rb"PIN or password of [^\r\n]*?(00 0[01])[^\r\n]*?: ")


@pytest.fixture
def card(plug):
    made = plug(0, *load("9a", "p256"))
    made.fault(SLOW)
    return made


@pytest.fixture
def second(plug):
    made = plug(1, "--guid", "00112233445566778899aabbccddeeff", "--pin", OTHER, *load("9a", "p384"))
    made.fault(SLOW)
    return made


@pytest.fixture
def batch(readers, pdf, tmp_path):
    """batch(key, …): one that is signed with these keys, all of them on one terminal."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    inputs = [tmp_path / "in" / f"{number:03}.pdf" for number in range(COUNT)]
    for path in inputs:
        shutil.copyfile(pdf("table"), path)

    def batch(*keys, how=()):
        words = []
        for key in keys:
            words += ["--then"] * bool(words) + ["--key", key, "--chain", PKI / "inter.pem"]
        terminal = Terminal("sign", "-j", JOBS, "--progress", "never", "--quiet", "--pin-cache", "30m", *how, *words, "--out-dir",
                            tmp_path / "out", *inputs, prefix=readers.prefix)
        terminal.done = lambda: len(list((tmp_path / "out").iterdir()))
        return terminal
    return batch


def prompts(terminal):
    return PROMPT.findall(terminal.screen)


def wait_for_prompt(terminal, number):
    """Which reader the prompt of that number is about; no other follows before it is answered."""
    until = time.monotonic() + 60
    while len(prompts(terminal)) < number:
        assert time.monotonic() < until and terminal.read(.2), terminal.screen
    quiet = time.monotonic() + 1
    while time.monotonic() < quiet:
        terminal.read(.2)
    assert len(prompts(terminal)) == number, terminal.screen
    assert not terminal.echoes()
    return prompts(terminal)[-1]


def answer(terminal, number):
    terminal.type(PINS[wait_for_prompt(terminal, number)].encode() + b"\n")


def wait_for_some(terminal):
    until = time.monotonic() + 60
    while terminal.done() < JOBS:
        assert time.monotonic() < until, terminal.screen
        terminal.read(.05)


def test_one_at_a_time_whatever_the_threads(card, second, batch):
    terminal = batch("pcsc:* 00", "pcsc:* 01", how=("--wait-token", "60s"))
    for number in (1, 2):
        answer(terminal, number)
    wait_for_some(terminal)
    card.tell("pull")
    second.tell("pull")
    time.sleep(1.5)
    card.insert()
    second.insert()
    for number in (3, 4):
        answer(terminal, number)
    card.fault("none")
    second.fault("none")
    assert terminal.end() == (0, True), terminal.screen
    assert terminal.done() == COUNT and sorted(prompts(terminal)) == sorted([*PINS] * 2), terminal.screen
    assert PIN.encode() not in terminal.screen and OTHER.encode() not in terminal.screen
    assert (card.counts()["wrong_pins"], second.counts()["wrong_pins"]) == (0, 0)


def test_nobody_is_asked_when_the_batch_has_ended(card, batch):
    """By a wrong PIN, with files in flight that need the right one."""
    terminal = batch("pcsc:", how=("--wait-token", "60s"))
    answer(terminal, 1)
    wait_for_some(terminal)
    card.tell("pull")
    time.sleep(1.5)
    card.insert()
    wait_for_prompt(terminal, 2)
    terminal.type(b"000000\n")
    status, echoes = terminal.end()
    assert (status, echoes) == (8, True) and b"PIN_WRONG" in terminal.screen, terminal.screen
    assert card.counts()["wrong_pins"] == 1
