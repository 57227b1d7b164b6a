"""Cards in batches: pulled and inserted again, a service that is stopped, another program, a hung reader, signals."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

import program
from cards import PIN, load
from program import PKI, SANITIZED, leftovers, pdfsign

COUNT = 20
WAITS = "pdfsign: waiting for the token"
OTHER = ("--guid", "00112233445566778899aabbccddeeff", "--pin", "654321")


class Batch:
    """Files to sign, a PIN program that counts, and what becomes of them."""

    def __init__(self, readers, pdf, folder, count=COUNT):
        self.readers, self.inputs, self.out, self.calls = readers, folder / "in", folder / "out", folder / "asked"
        self.inputs.mkdir()
        self.out.mkdir()
        for number in range(count):
            shutil.copyfile(pdf("table"), self.inputs / f"{number:03}.pdf")
        self.ask = folder / "ask"
        self.ask.write_text(f"#!/bin/sh\necho asked >> '{self.calls}'\necho {PIN}\n")
        self.ask.chmod(0o700)

    def words(self, *options, key="pcsc:"):
        return ["sign", "--key", key, "--pin-program", self.ask, "--chain", PKI / "inter.pem", *options, "--out-dir",
                self.out, *sorted(self.inputs.iterdir())]

    def start(self, *options, **how):
        words = [*self.readers.prefix, program.PROGRAM, *map(str, self.words(*options, **how))]
        return subprocess.Popen(words, env=program.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True)

    def run(self, *options, **how):
        return pdfsign(*self.words(*options, **how), prefix=self.readers.prefix)

    @property
    def asked(self):
        return self.calls.read_text().count("asked") if self.calls.exists() else 0

    @property
    def done(self):
        """Names of the outputs; each whole, and signed once."""
        for path in self.out.iterdir():
            assert path.suffix == ".pdf" and path.read_bytes().count(b"/ByteRange") == 1, path
        names = sorted(path.name for path in self.out.iterdir())
        if names:
            run = pdfsign("verify", "--trust", PKI / "root.pem", "--revocation", "none", *(self.out / n for n in names))
            assert run.status == 0, str(run)
        return names

    def is_whole(self, count=COUNT):
        return self.done == [f"{number:03}_signed.pdf" for number in range(count)]


@pytest.fixture
def batch(readers, pdf, tmp_path):
    return Batch(readers, pdf, tmp_path)


def end_of(child, seconds=90):
    """Status and standard error."""
    try:
        _, err = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        raise AssertionError(f"hung: {child.communicate()[1]}") from None
    return child.returncode, err


# -- pulled out -----------------------------------------------------------------------------------

@pytest.mark.parametrize("slot,kind,jobs", [("9a", "p256", 1), ("9a", "rsa2048", 4), ("9c", "p256", 1)])
def test_a_batch_goes_on_when_the_card_is_back(plug, batch, slot, kind, jobs):
    card = plug(0, *load(slot, kind))
    card.fault("pull ins=87 skip=8")
    child = batch.start("--wait-token", "1m", "-j", jobs)
    card.wait(lambda: not card.counts()["inserted"])
    time.sleep(1)
    assert child.poll() is None and len(batch.done) < COUNT
    card.insert()
    status, err = end_of(child)
    assert status == 0 and err.count(WAITS) == 1, err
    assert batch.is_whole() and batch.asked == 1
    assert card.counts()["signatures"] == COUNT and card.counts()["wrong_pins"] == 0


def test_pulled_twice(plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("pull ins=87 skip=5")
    child = batch.start("--wait-token", "1m")
    card.wait(lambda: not card.counts()["inserted"])
    card.fault("pull ins=87 skip=5")  # before it is in again: the batch may be fast
    card.insert()
    card.wait(lambda: not card.counts()["inserted"])
    card.insert()
    status, err = end_of(child)
    assert status == 0 and batch.is_whole() and batch.asked == 1, err
    assert card.counts()["signatures"] == COUNT


def test_without_the_option_the_batch_stops(plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("pull ins=87 skip=8")
    run = batch.run()
    assert (run.status, run.code) == (8, "TOKEN_REMOVED") and run.err.count("TOKEN_REMOVED") == 1, str(run)
    assert batch.done == [f"{number:03}_signed.pdf" for number in range(8)] and WAITS not in run.err


def test_it_waits_no_longer_than_it_was_told(plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("pull ins=87 skip=8")
    run = batch.run("--wait-token", "2s")
    assert run.status == 8 and run.code in ("TOKEN_REMOVED", "TOKEN_MISSING") and 2 < run.seconds < 40, str(run)
    assert len(batch.done) == 8


def test_ctrl_c_ends_the_waiting(plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("pull ins=87 skip=8")
    child = batch.start("--wait-token", "1m")
    card.wait(lambda: not card.counts()["inserted"])
    time.sleep(1)
    child.send_signal(signal.SIGINT)
    status, err = end_of(child, 20)
    assert status == 130 and len(batch.done) == 8, err


def test_another_card_is_not_taken_for_it(plug, batch):
    """In the same reader; its PIN is another one."""
    card = plug(0, *load("9a", "p256"))
    card.fault("pull ins=87 skip=8")
    child = batch.start("--wait-token", "5s")
    card.wait(lambda: not card.counts()["inserted"])
    card.close()
    time.sleep(1)
    other = plug(0, *OTHER, *load("9a", "rsa2048"))
    status, err = end_of(child)
    assert status == 8 and len(batch.done) == 8, err
    assert other.counts()["pin_tries"] == 0 and other.counts()["signatures"] == 0


def test_a_card_that_nothing_tells_from_another_is_not_taken_again(plug, batch):
    """No number, no certificate: neither the card itself, nor a stranger's one."""
    nameless = ("--guid", "0" * 32)
    card = plug(0, *nameless, "--load", f"9c={PKI / 'p256.key.pem'}")
    card.fault("pull ins=87 skip=8")
    child = batch.start("--wait-token", "5s", "--cert", PKI / "p256.cert.pem", key="pcsc:;slot=9c")
    card.wait(lambda: not card.counts()["inserted"])
    card.close()
    time.sleep(1)
    other = plug(0, *nameless, "--pin", "654321", "--load", f"9c={PKI / 'p256.key.pem'}")
    status, err = end_of(child)
    assert status == 8 and "TOKEN_MISSING" in err and len(batch.done) == 8, err
    assert other.counts()["pin_tries"] == 0


# -- the service ----------------------------------------------------------------------------------

def wait_for(done, seconds=30):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_service_that_is_started_anew(readers, plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("slow 60")
    child = batch.start("--wait-token", "1m")
    card.wait(lambda: card.counts()["signatures"] >= 5)
    os.kill(readers.holder.pid, signal.SIGUSR1)
    time.sleep(2)
    ended = child.poll()
    os.kill(readers.holder.pid, signal.SIGUSR2)
    status, err = end_of(child)
    assert ended is None, err
    assert status == 0 and WAITS in err, err
    assert batch.is_whole() and batch.asked == 1 and card.counts()["wrong_pins"] == 0


def test_a_service_that_stays_away(readers, plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("slow 60")
    child = batch.start()
    card.wait(lambda: card.counts()["signatures"] >= 5)
    os.kill(readers.holder.pid, signal.SIGUSR1)
    status, err = end_of(child)
    os.kill(readers.holder.pid, signal.SIGUSR2)
    wait_for(lambda: card.counts()["powered"])
    assert status == 8 and "TOKEN_REMOVED" in err and 4 <= len(batch.done) < COUNT, err


# -- another program ------------------------------------------------------------------------------

HOLD = """
import ctypes, sys, time
pcsc = ctypes.CDLL("libpcsclite.so.1")
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
assert pcsc.SCardEstablishContext(2, None, None, ctypes.byref(context)) == 0
names, size = ctypes.create_string_buffer(1000), ctypes.c_ulong(1000)
assert pcsc.SCardListReaders(context, None, names, ctypes.byref(size)) == 0
for name in filter(None, names.raw[:size.value].split(b"\\0")):
    share = 1 if sys.argv[1] == "exclusive" else 2
    if pcsc.SCardConnect(context, name, share, 3, ctypes.byref(card), ctypes.byref(protocol)) == 0:
        break
if sys.argv[1] == "transaction":
    assert pcsc.SCardBeginTransaction(card) == 0
print("held", flush=True)
sys.stdin.read()
if sys.argv[1] == "transaction":
    pcsc.SCardEndTransaction(card, 0)
pcsc.SCardDisconnect(card, 0)
"""


@pytest.fixture
def hold(readers):
    """hold("transaction"): another program that has the card, until its input is closed."""
    made = []

    def hold(how):
        child = subprocess.Popen([*readers.prefix, sys.executable, "-c", HOLD, how], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        made.append(child)
        assert child.stdout.readline() == "held\n"
        return child
    yield hold
    for child in made:
        child.kill()
        child.wait()


def test_another_program_holds_the_card_for_a_while(plug, batch, hold):
    card = plug(0, *load("9a", "p256"))
    other = hold("transaction")
    child = batch.start()
    time.sleep(3)
    assert child.poll() is None and batch.done == []
    other.stdin.close()
    status, err = end_of(child)
    assert status == 0 and batch.is_whole() and batch.asked == 1 and card.counts()["wrong_pins"] == 0, err


def test_it_holds_the_card_in_the_middle_of_the_batch(plug, readers, pdf, tmp_path, hold):
    """Many files: pcscd looks ten times a second whether who waits can have the card."""
    count = 600
    batch = Batch(readers, pdf, tmp_path, count)
    card = plug(0, *load("9a", "p256"))
    child = batch.start()
    card.wait(lambda: card.counts()["signatures"] >= 3)
    other = hold("transaction")
    time.sleep(3)
    assert child.poll() is None and card.counts()["signatures"] < count
    other.stdin.close()
    status, err = end_of(child)
    assert status == 0 and batch.is_whole(count) and batch.asked == 1, err


@pytest.mark.parametrize("how", ("transaction", "exclusive"))
def test_it_holds_the_card_for_ever(plug, batch, hold, how):
    card = plug(0, *load("9a", "p256"))
    hold(how)
    run = batch.run()
    assert (run.status, run.code) == (8, "TOKEN_BUSY") and run.seconds < 60, str(run)
    assert batch.done == [] and batch.asked == 0 and card.counts()["pin_tries"] == 0


def test_two_batches_on_one_card(plug, readers, pdf, tmp_path):
    """Who ends first resets the card, and the other goes on."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    long, short = Batch(readers, pdf, folders[0], 200), Batch(readers, pdf, folders[1], 10)
    card = plug(0, *load("9a", "p256"))
    card.fault("slow 20")
    first = long.start()
    card.wait(lambda: card.counts()["signatures"] >= 3)
    run = short.run()
    assert run.status == 0, str(run)
    while first.poll() is None:
        shutil.rmtree(short.out)
        short.out.mkdir()
        run = short.run()
        assert run.status == 0, str(run)
    status, err = end_of(first)
    assert status == 0 and long.is_whole(200) and short.is_whole(10) and long.asked == 1, err
    assert card.counts()["wrong_pins"] == 0 and card.counts()["verified"] == 0


@pytest.mark.parametrize("times,status", [(1, 0), (2, 0), (9, 8)])
def test_a_login_that_does_not_last(plug, batch, times, status):
    """Some keys want their PIN each time though nothing tells so."""
    card = plug(0, *load("9a", "p256"))
    card.fault(f"status 6982 ins=87 skip=4 times={times}")
    run = batch.run()
    assert run.status == status and batch.asked == 1 and card.counts()["wrong_pins"] == 0, str(run)
    assert batch.is_whole() if status == 0 else run.code == "TOKEN_RESET" and len(batch.done) == 4, str(run)


# -- the reader -----------------------------------------------------------------------------------

def test_a_reader_that_hangs_in_the_middle(plug, batch):
    card = plug(0, *load("9a", "p256"))
    card.fault("hang 0 ins=87 skip=6")
    run = batch.run()
    assert (run.status, run.code) == (8, "TOKEN_HUNG") and run.seconds < 60, str(run)
    assert len(batch.done) == 6
    card.fault("none")
    shutil.rmtree(batch.out)
    batch.out.mkdir()
    again = batch.run()
    assert again.status == 0 and batch.is_whole(), str(again)


def test_a_wrong_pin_stops_the_batch_before_the_next_document(plug, batch):
    """Key 9C wants it each time; the card refuses it at the fourth document."""
    card = plug(0, *load("9c", "p256"))
    card.fault("status 63c1 ins=20 skip=10 times=9")  # a look at the tries, and the PIN, for each
    run = batch.run()
    assert (run.status, run.code) == (8, "PIN_WRONG") and run.err.count("PIN_WRONG") == 1, str(run)
    assert 0 < len(batch.done) < COUNT and batch.asked == 1
    before = card.counts()
    assert before["signatures"] == len(batch.done) and before["exchanges"] < 100


# -- two cards ------------------------------------------------------------------------------------

SECOND = {
    "pulled": ("pull ins=87", "TOKEN_REMOVED"),
    "pulled with the PIN": ("pull ins=20 skip=2", "TOKEN_REMOVED"),
    "hung": ("hang 0 ins=87", "TOKEN_HUNG"),
    "no bytes": ("empty ins=87", None),
    "noise": ("garbage ins=87", None),
    "a wrong PIN": ("status 63c2 ins=20 skip=2", "PIN_WRONG"),
}


@pytest.mark.parametrize("what", SECOND)
def test_a_second_key_that_fails_leaves_no_output(plug, readers, pin, pdf, tmp_path, what):
    fault, code = SECOND[what]
    one = plug(0, *load("9a", "p256"))
    two = plug(1, *OTHER, *load("9a", "rsa2048"))
    two.fault(fault)
    (tmp_path / "out").mkdir()
    run = pdfsign("sign", "--key", "pcsc:* 00", "--pin-file", pin(), "--chain", PKI / "inter.pem", "--then", "--key",
                  "pcsc:* 01", "--pin-file", pin("654321"), "--chain", PKI / "inter.pem", pdf("contract"), "-o",
                  tmp_path / "out" / "o.pdf", prefix=readers.prefix)
    assert run.status == 8 and (code is None or run.code == code), str(run)
    assert "signer 2" in run.err and leftovers(tmp_path / "out") == [], str(run)
    assert ("key of 测试 rsa2048" in run.err) == ("ins=87" in fault), str(run)
    assert one.counts()["wrong_pins"] == two.counts()["wrong_pins"] == 0 and one.counts()["pin_left"] == 3


# -- signals --------------------------------------------------------------------------------------

@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def test_killed_at_any_moment(plug, batch, pin, pdf, tmp_path, number):
    """The card is free for the next program, what has a name is whole, and no PIN was lost."""
    card = plug(0, *load("9a", "rsa2048"))
    dice = random.Random(number)
    begin = time.monotonic()
    assert batch.run().status == 0
    whole = (time.monotonic() - begin) * (1 if not SANITIZED else 0.7)
    for _ in range(6):
        shutil.rmtree(batch.out)
        batch.out.mkdir()
        child = batch.start("-j", dice.choice((1, 4)))
        time.sleep(dice.uniform(0, whole))
        child.send_signal(number)
        status, err = end_of(child, 30)
        assert status in (0, -number, {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}.get(number)), err
        assert len(batch.done) <= COUNT
        run = pdfsign("sign", "--key", "pcsc:", "--pin-file", pin(), "--overwrite", pdf("table"), "-o", tmp_path / "next.pdf",
                      prefix=batch.readers.prefix)
        assert run.status == 0 and run.seconds < 10, str(run)
    assert card.counts()["wrong_pins"] == 0 and card.counts()["pin_left"] == 3


def test_what_a_killed_program_started_holds_no_card(plug, batch, pin, pdf, tmp_path):
    """Whoever asks for the PIN may live longer, and has nothing open that it was not given."""
    card = plug(0, *load("9c", "p256"))
    note = tmp_path / "open"
    batch.ask.write_text(f"#!/bin/sh\n(ls -l /proc/self/fd > '{note}'; exec sleep 60) < /dev/null > /dev/null 2>&1 &\necho {PIN}\n")
    card.fault("hang 0 ins=87")
    child = batch.start()
    card.wait(lambda: card.counts()["hangs"])
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    card.fault("none")
    run = pdfsign("sign", "--key", "pcsc:", "--pin-file", pin(), pdf("table"), "-o", tmp_path / "o.pdf",
                  prefix=batch.readers.prefix)
    os.killpg(child.pid, signal.SIGKILL)
    assert run.status == 0 and run.seconds < 10, str(run)
    assert "socket" not in note.read_text(), note.read_text()
