"""Readers and virtual cards (fixtures/card): a pcscd of its own, cards that are plugged in and spoilt."""

import os
import subprocess
import time

import pytest

from program import PKI, pdfsign

PIN = "123456"
WITH_READERS = os.environ.get("PDS_READERS_PROGRAM", "with_readers")
CARD = os.environ.get("PDS_CARD_PROGRAM", "virtual_card")
SKIPPED = 77
PATIENCE = 30  # seconds for a reader to see a card


class Readers:
    """Two empty readers, 0 and 1; what runs behind `prefix` sees them and nobody else's."""

    def __init__(self, folder):
        self.folder, self.cards = folder, []
        self.holder = subprocess.Popen([WITH_READERS, "sh", "-c", "echo ready; cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            told = self.holder.communicate()[1]
            if self.holder.returncode == SKIPPED:
                pytest.skip(told.strip())
            raise AssertionError(f"no readers: {told}")
        self.prefix = ("nsenter", "--target", str(self.holder.pid), "--mount", "--net", "--root", "--")

    def plug(self, slot, *options, out=False):
        card = Card(self, slot, options, out)
        self.cards.append(card)
        return card

    def close(self):
        for card in self.cards:
            card.close()
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()
        self.holder.stderr.close()


class Card:
    """A card with these options of virtual_card."""

    def __init__(self, readers, slot, options, out):
        self.control = readers.folder / f"card-{len(readers.cards)}"
        habit = ("--out",) if out else ()
        self.process = subprocess.Popen([*readers.prefix, CARD, "--slot", str(slot), "--control", self.control,
                                         *habit, *map(str, options)])
        self.wait(lambda: self.control.exists() and (out or self.counts().get("powered")))

    def wait(self, done):
        """Until it is so."""
        end = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < end and self.process.poll() is None, "the card does not come so far"
            time.sleep(0.02)

    def tell(self, request):
        run = subprocess.run([CARD, "tell", self.control, *request.split()], capture_output=True, text=True)
        return run.stdout.strip()

    def counts(self):
        """Of exchanges, PINs offered and wrong …, and what is left of the tries."""
        return {name: int(value) for name, value in (pair.split("=") for pair in self.tell("count").split())}

    def fault(self, what):
        assert self.tell(f"fault {what}") == "ok"

    def pull(self):
        assert self.tell("pull") == "ok"

    def insert(self):
        assert self.tell("insert") == "ok"
        self.wait(lambda: self.counts()["inserted"] and self.counts()["powered"])

    def close(self):
        self.process.kill()
        self.process.wait()


def load(slot, kind):
    """The option that puts a person's key and certificate into a slot."""
    return ("--load", f"{slot}={PKI / kind}.key.pem,{PKI / kind}.cert.pem")


def sign(readers, source, target, pin_file, *options, key="pcsc:", **how):
    return pdfsign("sign", "--key", key, "--pin-file", pin_file, "--chain", PKI / "inter.pem", *options, source,
                   "-o", target, prefix=readers.prefix, **how)
