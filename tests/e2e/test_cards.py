"""Keys in PIV cards: the program and its readers, cards and their faults."""

import os
import signal
import subprocess

import pytest

import program
from cards import load, sign
from program import PKI

SCHEMES = {"r": "rsassa_pkcs1v15", "p": "ecdsa"}


HABITS = {"in pieces": (), "at once": ("--extended",), "compressed": ("--compress",)}


@pytest.mark.parametrize("kind", ("rsa2048", "rsa3072", "rsa4096", "p256", "p384"))
@pytest.mark.parametrize("slot,habit", [("9a", "in pieces"), ("9c", "at once"), ("82", "compressed")])
def test_each_key_signs_from_each_slot(readers, plug, pin, judged, pdf, tmp_path, kind, slot, habit):
    card = plug(0, *HABITS[habit], *load(slot, kind))
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin(), key=f"pcsc:;slot={slot}")
    assert run.status == 0, str(run)
    judged(tmp_path / "out.pdf", pdf("contract"), scheme=SCHEMES[kind[0]])
    assert card.counts()["wrong_pins"] == 0


def test_a_wrong_pin_costs_one_try_and_leaves_nothing(readers, plug, pin, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    folder = tmp_path / "out"
    folder.mkdir()
    run = sign(readers, pdf("contract"), folder / "out.pdf", pin("999999"))
    assert (run.status, run.code) == (8, "PIN_WRONG"), str(run)
    assert "999999" not in run.err and list(folder.iterdir()) == []
    assert card.counts()["pin_left"] == 2


def test_the_last_try_is_not_taken(readers, plug, pin, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    for left in (2, 1):
        assert sign(readers, pdf("contract"), tmp_path / "out.pdf", pin("999999")).status == 8
        assert card.counts()["pin_left"] == left
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin())
    assert run.status == 8, str(run)
    assert card.counts()["pin_left"] == 1


FAULTS = {
    "pulled": ("pull ins=87", "TOKEN_REMOVED"),
    "success with no bytes": ("empty ins=87", "KEY_FAILED"),
    "half a signature": ("short ins=87", "KEY_FAILED"),
    "a signature that is too long": ("long ins=87", "KEY_FAILED"),
    "no status word": ("bare ins=87", "TOKEN_FAILED"),
    "noise": ("garbage ins=87", "KEY_FAILED"),
    "another status": ("status 6f00 ins=87", "TOKEN_FAILED"),
    "pulled with the PIN": ("pull ins=20 skip=2", "TOKEN_REMOVED"),
    "success with no bytes for the certificate": ("empty ins=cb skip=4 times=99", "TOKEN_FAILED"),
    "half of the certificate": ("short ins=cb skip=4 times=99", "TOKEN_FAILED"),
    "noise for the certificate": ("garbage ins=cb skip=4 times=99", "TOKEN_FAILED"),
    "no application": ("status 6a82 ins=a4 times=9", "TOKEN_MISSING"),
    "no answer to SELECT": ("bare ins=a4 times=9", "TOKEN_MISSING"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_leaves_no_output_and_counts_no_pin(readers, plug, pin, pdf, tmp_path, what):
    fault, code = FAULTS[what]
    card = plug(0, *load("9a", "p256"))
    folder = tmp_path / "out"
    folder.mkdir()
    card.fault(fault)
    run = sign(readers, pdf("contract"), folder / "out.pdf", pin())
    assert (run.status, run.code) == (8, code) and run.err.count("\n") == 1, str(run)
    assert list(folder.iterdir()) == []
    assert card.counts()["pin_left"] == 3


def test_a_certificate_of_another_key_leaves_no_output(readers, plug, pin, pdf, tmp_path):
    plug(0, "--load", f"9a={PKI / 'p256'}.key.pem,{PKI / 'expired'}.cert.pem")
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin(), "--allow-expired")
    assert (run.status, run.code) == (8, "SIGNATURE_WRONG") and not (tmp_path / "out.pdf").exists(), str(run)


def test_a_killed_program_leaves_the_card_free(readers, plug, pin, pdf, tmp_path):
    card = plug(0, *load("9a", "p256"))
    card.fault("hang 3000 ins=87")
    child = subprocess.Popen([*readers.prefix, program.PROGRAM, "sign", "--key", "pcsc:", "--pin-file", pin(),
                              pdf("contract"), "-o", tmp_path / "killed.pdf"],
                             env=program.environment(), stderr=subprocess.DEVNULL)
    card.wait(lambda: card.counts()["hangs"])
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin())
    assert run.status == 0, str(run)
    assert not (tmp_path / "killed.pdf").exists()


def test_two_cards_are_ambiguous_until_one_is_named(readers, plug, pin, judged, pdf, tmp_path):
    plug(0, *load("9a", "p256"))
    plug(1, "--guid", "00112233445566778899aabbccddeeff", "--pin", "654321", *load("9a", "rsa2048"))
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin())
    assert run.status == 8 and "00112233445566778899aabbccddeeff" in run.err, str(run)
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin("654321"), key="pcsc:* 01")
    assert run.status == 0, str(run)
    judged(tmp_path / "out.pdf", pdf("contract"), scheme="rsassa_pkcs1v15")


def test_a_retired_key_signs_for_who_names_it(readers, plug, pin, judged, pdf, tmp_path):
    """As the makers' programs leave it: no history tells of the slot, but the card does."""
    plug(0, "--metadata", *load("9c", "p256"), *load("82", "rsa2048"))
    for key, scheme in (("pcsc:", None), ("pcsc:;slot=82", "rsassa_pkcs1v15")):
        run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin(), "--overwrite", key=key)
        assert run.status == 0, str(run)
        judged(tmp_path / "out.pdf", pdf("contract"), **({"scheme": scheme} if scheme else {}))


def test_two_cards_sign_one_document(readers, plug, pin, judged, pdf, tmp_path):
    one = plug(0, *load("9a", "p256"))
    two = plug(1, "--guid", "00112233445566778899aabbccddeeff", "--pin", "654321", *load("9c", "rsa2048"))
    run = sign(readers, pdf("contract"), tmp_path / "out.pdf", pin(), "--then", "--key", "pcsc:* 01", "--pin-file",
               pin("654321"), "--chain", PKI / "inter.pem", key="pcsc:* 00")
    assert run.status == 0, str(run)
    judged(tmp_path / "out.pdf", pdf("contract"), signatures=2)
    assert one.counts()["wrong_pins"] == two.counts()["wrong_pins"] == 0
