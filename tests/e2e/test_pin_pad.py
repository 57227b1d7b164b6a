"""Readers with a pin pad (PC/SC, part 10): the PIN is typed there, and nothing of it comes here.

The virtual reader has none: tests/token/pcsc_proxy.c stands in front of PCSC-lite and plays it, and the person at it.
"""

import os
import subprocess

import pytest

import program
import reports
from cards import PIN, load
from program import PKI, leftovers, pdfsign

PAD = os.environ.get("PDS_PIN_PAD", str(program.ROOT / "build/dev/tests/token/pin_pad"))
NEW, PUK = "654321", "12345678"
TELLS = "pdfsign: type the PIN on the reader\n"


class Person:
    """Does so at the pad, a line for each time that it is asked; runs the program."""

    def __init__(self, readers, folder):
        self.readers, self.script, self.features = readers, folder / "pad", "verify modify"

    def does(self, *lines):
        self.script.write_text("".join(f"{line}\n" for line in lines))
        return self

    @property
    def left(self):
        """What was not asked for."""
        return self.script.read_text().splitlines()

    @property
    def asked(self):
        log = self.script.with_suffix(".asked")
        return log.read_text().splitlines() if log.exists() else []

    @property
    def env(self):
        return {"LD_LIBRARY_PATH": PAD, "PDS_PAD": self.script, "PDS_PAD_FEATURES": self.features}

    def runs(self, *args, **how):
        return pdfsign(*args, env=self.env, prefix=(*self.readers.prefix, "setsid"), **how)

    def signs(self, source, target, *options, key="pcsc:"):
        where = ("--out-dir" if target.is_dir() else "-o", target)
        return self.runs("sign", "--key", key, "--chain", PKI / "inter.pem", *options, *source, *where)


@pytest.fixture
def person(readers, tmp_path):
    return Person(readers, tmp_path)


def test_log_in_asks_nobody_here(plug, person, judged, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    run = person.does(PIN).signs([pdf("contract")], tmp_path / "o.pdf")
    assert (run.status, run.err) == (0, TELLS), str(run)
    judged(tmp_path / "o.pdf", pdf("contract"))
    assert person.asked == ["verify ins=20 reference=80 digits=6-8"] and person.left == []
    assert card.counts()["pin_tries"] == 1


def test_a_pin_that_was_given_all_the_same_is_left_alone(plug, person, pin, pdf, tmp_path):
    plug(0, *load("9a", "p256"))
    run = person.does(PIN).signs([pdf("contract")], tmp_path / "o.pdf", "--pin-file", pin("999999"))
    assert run.status == 0 and person.left == [], str(run)


def test_a_batch_asks_once(plug, person, pdf, tmp_path):
    plug(0, *load("9a", "p256"))
    (tmp_path / "out").mkdir()
    run = person.does(PIN, "hang").signs([pdf(n) for n in ("contract", "table", "stream")], tmp_path / "out", "-j2")
    assert run.status == 0 and run.err.count(TELLS) == 1 and person.left == ["hang"], str(run)


def test_a_wrong_pin_costs_one_try(plug, person, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    (tmp_path / "out").mkdir()
    run = person.does("999999", PIN).signs([pdf("contract"), pdf("table")], tmp_path / "out")
    assert (run.status, run.code) == (8, "PIN_WRONG") and "2 tries are left" in run.err, str(run)
    assert leftovers(tmp_path / "out") == [] and person.left == [PIN] and card.counts()["pin_left"] == 2


AWAY = {
    "cancel": ("cancelled on the reader", "PIN_NEEDED"),
    "cancel call": ("cancelled on the reader", "PIN_NEEDED"),
    "late": ("nobody typed the PIN on the reader in time", "PIN_NEEDED"),
    "late call": ("nobody typed the PIN on the reader in time", "PIN_NEEDED"),
    "123": ("it was not tried", "PIN_WRONG"),
}


@pytest.mark.parametrize("slot", ("9a", "9c"))
@pytest.mark.parametrize("what", AWAY)
def test_who_types_none_loses_no_try(plug, person, pdf, tmp_path, what, slot):
    text, code = AWAY[what]
    card = plug(0, *load(slot, "p256"))
    (tmp_path / "out").mkdir()
    run = person.does(what, PIN).signs([pdf("contract"), pdf("table")], tmp_path / "out")
    assert (run.status, run.code) == (8, code) and text in run.err and "--pin-file" not in run.err, str(run)
    assert person.left == [PIN] and leftovers(tmp_path / "out") == []
    assert card.counts()["pin_left"] == 3 and card.counts()["pin_tries"] == 0


def test_key_9c_asks_each_time(plug, person, judged, pdf, tmp_path):
    card = plug(0, *load("9c", "rsa2048"))
    (tmp_path / "out").mkdir()
    names = ("contract", "table", "stream")
    run = person.does(*[PIN] * 3, "hang").signs([pdf(n) for n in names], tmp_path / "out")
    assert run.status == 0 and run.err.count(TELLS) == 3 and person.left == ["hang"], str(run)
    for name in names:
        judged(tmp_path / "out" / f"{name}_signed.pdf", pdf(name), scheme="rsassa_pkcs1v15")
    assert card.counts()["wrong_pins"] == 0


def test_the_last_try_is_not_taken(plug, person, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    for _ in range(2):
        person.does("999999").signs([pdf("contract")], tmp_path / "o.pdf")
    run = person.does(PIN).signs([pdf("contract")], tmp_path / "o.pdf")
    assert (run.status, run.code) == (8, "PIN_LAST_TRY") and person.left == [PIN], str(run)
    assert "type the PIN" not in run.err and card.counts()["pin_left"] == 1
    run = person.does(PIN).signs([pdf("contract")], tmp_path / "o.pdf", "--force-last-try")
    assert run.status == 0 and card.counts()["pin_left"] == 3, str(run)


def test_ctrl_c_ends_the_waiting(plug, person, pdf, tmp_path):
    """And the card is free for the next one."""
    card = plug(0, *load("9a", "p256"))
    person.does("hang")
    child = subprocess.Popen([*person.readers.prefix, program.PROGRAM, "sign", "--key", "pcsc:", pdf("contract"), "-o",
                              tmp_path / "o.pdf"], env=program.environment(**person.env), stderr=subprocess.PIPE, text=True)
    card.wait(lambda: person.asked)
    child.send_signal(2)
    _, err = child.communicate(timeout=20)
    assert child.returncode == 130 and not (tmp_path / "o.pdf").exists(), err
    run = person.does(PIN).signs([pdf("contract")], tmp_path / "o.pdf")
    assert run.status == 0, str(run)


def test_quiet_at_a_terminal_says_what_to_do(plug, person, pdf, tmp_path):
    plug(0, *load("9a", "p256"))
    words = (*person.readers.prefix, program.PROGRAM, "sign", "--quiet", "--key", "pcsc:", pdf("contract"), "-o", tmp_path / "o.pdf")
    status, screen = program.on_terminal(words, person.does(PIN).env)
    assert status == 0 and TELLS.strip() in screen, screen
    run = person.does(PIN).signs([pdf("table")], tmp_path / "p.pdf", "--quiet")
    assert run.status == 0 and run.err == "", str(run)


def test_the_list_tells_of_the_pad(plug, person):
    plug(0, *load("9a", "p256"))
    run = person.runs("token", "list", "--key", "pcsc:", "--json")
    assert reports.results(run.out)[0]["tokens"][0]["pin"] == {"state": "ok", "tries_left": 3, "on_reader": True}
    assert "typed on the reader" in person.runs("token", "list", "--key", "pcsc:").out.decode()


# -- a new PIN ------------------------------------------------------------------------------------

def test_a_new_pin_by_the_pad(plug, person):
    card = plug(0, *load("9a", "p256"))
    run = person.does(f"{PIN} {NEW} {NEW}").runs("token", "pin", "--key", "pcsc:")
    assert run.status == 0 and "old PIN on the reader, and then the new one twice" in run.err, str(run)
    assert person.asked == ["change ins=24 reference=80 digits=6-8"]
    run = person.does(f"{PIN} {NEW} {NEW}").runs("token", "pin", "--key", "pcsc:")
    assert (run.status, run.code) == (8, "PIN_WRONG") and "2 tries are left" in run.err, str(run)
    run = person.does(f"{NEW} {PIN} {PIN}").runs("token", "pin", "--key", "pcsc:")
    assert run.status == 0 and card.counts()["pin_left"] == 3, str(run)


UNCHANGED = {
    "cancel": "PIN_NEEDED",
    "late": "PIN_NEEDED",
    f"{PIN} {NEW} 654322": "PIN_REFUSED",
    f"{PIN} 12345 12345": "PIN_WRONG",
}


@pytest.mark.parametrize("what", UNCHANGED)
def test_what_is_no_new_pin_leaves_the_old(plug, person, pdf, tmp_path, what):
    card = plug(0, *load("9a", "p256"))
    run = person.does(what).runs("token", "pin", "--key", "pcsc:")
    assert (run.status, run.code) == (8, UNCHANGED[what]) and card.counts()["pin_tries"] == 0, str(run)
    assert person.does(PIN).signs([pdf("table")], tmp_path / "o.pdf").status == 0


def test_a_blocked_card_is_unblocked_by_the_pad(plug, person, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    for _ in range(3):
        person.does("999999").signs([pdf("table")], tmp_path / "o.pdf", "--force-last-try")
    assert card.counts()["pin_left"] == 0
    run = person.does(f"{PUK} {NEW} {NEW}").runs("token", "unblock", "--key", "pcsc:")
    assert run.status == 0 and "PUK on the reader" in run.err, str(run)
    assert person.asked[-1] == "change ins=2c reference=80 digits=6-8"
    assert person.does(NEW).signs([pdf("table")], tmp_path / "o.pdf").status == 0


def test_a_pad_that_changes_none_leaves_it_to_the_terminal(plug, person, pin, tmp_path):
    plug(0, *load("9a", "p256"))
    person.features = "verify"
    run = person.does().runs("token", "pin", "--key", "pcsc:")
    assert (run.status, run.code) == (8, "PIN_NEEDED") and "--pin-file" in run.err and person.asked == [], str(run)
    run = person.runs("token", "pin", "--key", "pcsc:", "--pin-file", pin(PIN), "--new-pin-file", pin(NEW))
    assert run.status == 0 and person.asked == [], str(run)


def test_a_seal_is_written_after_a_pin_of_the_pad(plug, person, pin, pictures, tmp_path):
    plug(0, *load("9a", "p256"))
    run = person.does(PIN).runs("token", "seal", "write", "--key", "pcsc:", "--management-file", pin("0102030405060708" * 3),
                                pictures / "small.png")
    assert run.status == 0 and TELLS in run.err and person.left == [], str(run)
