"""PINs by the pinentries of GnuPG, on a terminal of their own."""

import os
import signal

import pytest

import pki as pki_maker
import program
import softhsm
from program import PKI, Terminal

PROGRAMS = ["pinentry-tty", "pinentry-curses"]
pytestmark = [program.needs(*PROGRAMS), softhsm.needed]


@pytest.fixture(scope="module")
def hsm(tmp_path_factory):
    made = softhsm.Tokens(tmp_path_factory.mktemp("hsm"))
    made.person = made.make("my card", "p256")
    return made


def in_file(ask, pdf, out):
    return Terminal("sign", "--key", f"p12:{PKI / 'p256.p12'}", "--pin-program", ask, pdf, "-o", out)


@pytest.mark.parametrize("ask", PROGRAMS)
def test_a_password_is_typed_into(ask, tmp_path, judged, pdf):
    terminal = in_file(ask, pdf("table"), tmp_path / "o.pdf")
    terminal.wait_for(b"p256.p12", b"PIN:")
    terminal.type(pki_maker.PIN.encode() + b"\r")
    assert terminal.end() == (0, True), terminal.screen
    assert pki_maker.PIN.encode() not in terminal.screen
    judged(tmp_path / "o.pdf", pdf("table"))


@pytest.mark.parametrize("ask", PROGRAMS)
def test_the_token_is_named_by(ask, hsm, tmp_path, judged, pdf):
    terminal = Terminal("sign", "--key", hsm.person, "--chain", PKI / "inter.pem", "--pin-program", ask, pdf("table"),
                        "-o", tmp_path / "o.pdf", **hsm.env)
    terminal.wait_for(b"my card", b"PIN:")
    terminal.type(softhsm.PIN.encode() + b"\r")
    assert terminal.end() == (0, True), terminal.screen
    judged(tmp_path / "o.pdf", pdf("table"))


@pytest.mark.parametrize("ask", PROGRAMS)
def test_nothing_typed_is_no_pin_in(ask, hsm, tmp_path, pdf):
    terminal = Terminal("sign", "--key", hsm.person, "--pin-program", ask, pdf("table"), "-o", tmp_path / "o.pdf", **hsm.env)
    terminal.wait_for(b"PIN:")
    terminal.type(b"\r")
    assert terminal.end() == (8, True), terminal.screen
    assert b"no PIN was typed" in terminal.screen
    assert not (tmp_path / "o.pdf").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
@pytest.mark.parametrize("ask", PROGRAMS)
def test_a_signal_leaves_the_terminal_as_it_was_with(ask, how, tmp_path, pdf):
    terminal = in_file(ask, pdf("table"), tmp_path / "o.pdf")
    terminal.wait_for(b"PIN:")
    os.kill(terminal.child, how)
    assert terminal.end() == (130 if how == signal.SIGINT else 143, True), terminal.screen
    assert not (tmp_path / "o.pdf").exists()


@pytest.mark.parametrize("ask", PROGRAMS)
def test_it_is_cancelled_in(ask, tmp_path, pdf):
    terminal = in_file(ask, pdf("table"), tmp_path / "o.pdf")
    terminal.wait_for(b"PIN:")
    terminal.type(b"\x03" if ask == "pinentry-tty" else b"\t\t\r")
    status, echoes = terminal.end()
    assert echoes and status in (8, 130), terminal.screen
    assert not (tmp_path / "o.pdf").exists()


@pytest.mark.parametrize("ask", PROGRAMS)
def test_without_a_terminal_it_asks_nobody_with(ask, refused, pdf):
    run = refused(pdf("table"), with_key=("--key", f"p12:{PKI / 'p256.p12'}", "--pin-program", ask), prefix=("setsid", "-w"))
    assert (run.status, run.code) == (8, "PIN_NEEDED"), str(run)
