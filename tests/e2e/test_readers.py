"""Readers as people call them: aliases in the settings, search, connect, disconnect, and what comes and goes."""

import signal
import subprocess
import time

import pytest

import reports
from cards import load
from program import PKI, PROGRAM, environment, leftovers, pdfsign

NAME = "Virtual PCD 00 00"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def settings(home):
    return home / ".config/pdfsign/config.ini"


@pytest.fixture
def call(readers, home):
    """call("token", "list", …): the program sees these readers, and a person's folder of its own."""
    return lambda *args, **env: pdfsign(*args, prefix=readers.prefix, env={"HOME": home, **env})


@pytest.fixture
def card(plug):
    """In the first reader, with a key to sign (9C) and one to decrypt (9D)."""
    return plug(0, *load("9c", "p256"), *load("9d", "rsa2048"))


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def tokens(run, status):
    (line,) = reports.results(run.out)
    assert (run.status, line["status"]) == (0, status), str(run)
    return line


def test_an_alias_signs(card, call, settings, pin, pdf, tmp_path, judged):
    write(settings, "# ours\n[reader 公司]\nuri = pcsc:*PCD*0\n\n[reader slot]\nuri = pcsc:Virtual*;slot=9c\n")
    for number, key in enumerate(("pcsc:公司", "pcsc:公司;slot=9c", "pcsc:slot")):
        out = tmp_path / f"{number}.pdf"
        run = call("sign", "--key", key, "--pin-file", pin(), "--chain", PKI / "inter.pem", pdf("table"), "-o", out)
        assert run.status == 0, str(run)
        judged(out, pdf("table"))
    run = call("sign", "--key", "pcsc:other", "--pin-file", pin(), pdf("table"), "-o", tmp_path / "x.pdf")
    assert (run.status, run.code) == (8, "TOKEN_MISSING") and "x.pdf" not in leftovers(tmp_path), str(run)


def test_lists_tell_aliases(card, call, settings):
    write(settings, "[reader me]\nuri = pcsc:*0\n")
    (token,) = tokens(call("token", "list", "--key", "pcsc:", "--json"), "tokens")["tokens"]
    assert token["alias"] == "me" and token["reader"] == NAME
    assert "  alias         me\n" in call("token", "list", "--key", "pcsc:me").out.decode()
    (token,) = tokens(call("token", "list", "--key", "pcsc:", "--config", "/dev/null", "--json"), "tokens")["tokens"]
    assert "alias" not in token


def test_the_number_of_an_alias_holds(card, call, settings):
    (token,) = tokens(call("token", "list", "--key", "pcsc:", "--json"), "tokens")["tokens"]
    write(settings, f"[reader me]\nuri = pcsc:;serial={token['serial']}\n[reader other]\nuri = pcsc:*;serial=00\n")
    assert len(tokens(call("token", "list", "--key", "pcsc:me", "--json"), "tokens")["tokens"]) == 1
    assert not tokens(call("token", "list", "--key", "pcsc:other", "--json"), "tokens")["tokens"]
    assert not tokens(call("token", "list", "--key", "pcsc:me;serial=00", "--json"), "tokens")["tokens"]


@pytest.mark.parametrize("text, told", [
    ("[reader a]\nuri = pcsc:\n[profile x]\n", ":3: section [profile x] is not known (expected [reader NAME])"),
    ("[reader a]\nuri = pcsc:x ; mine\n", ":2: a blank and ';'"),
    ("[reader a]\nurl = pcsc:x\n", ":2: 'url' is not known in section [reader a] (expected uri)"),
    ("[reader a]\nuri = pcsc:" + 200 * "x" + "\n", ":2: longer than 198 bytes"),
    ("[reader a]\nuri = pkcs11:\n", ":2: aliases are for readers"),
    ("\n\n[reader a]\n", ": section [reader a] has no uri"),
])
def test_settings_that_are_wrong(call, settings, text, told, pdf, tmp_path):
    write(settings, text)
    before = settings.read_bytes()
    line = told.replace(":2:", ": line 2:").replace(":3:", ": line 3:")
    for args in (("token", "list"), ("sign", "--key", "pcsc:a", pdf("table"), "-o", tmp_path / "x.pdf"),
                 ("token", "connect", "--key", "pcsc:", "--alias", "b")):
        run = call(*args)
        assert (run.status, run.code) == (2, "USAGE") and f"config.ini{line}" in run.err, str(run)
    assert settings.read_bytes() == before and "x.pdf" not in leftovers(tmp_path)


def test_settings_are_read_where_a_token_is_used(call, settings, pdf, tmp_path):
    write(settings, "nonsense\n")
    run = call("sign", "--key", f"file:{PKI / 'p256.all.pem'}", pdf("table"), "-o", tmp_path / "o.pdf")
    assert run.status == 0, str(run)
    assert call("token", "log").status == 0
    run = call("token", "list", "--config", tmp_path / "none.ini")
    assert (run.status, run.code) == (5, "INPUT_UNREADABLE") and "none.ini" in run.err, str(run)
    xdg = write(tmp_path / "xdg/pdfsign/config.ini", "[reader x]\nuri = pcsc:x\n")
    assert call("token", "list", "--key", "pcsc:", XDG_CONFIG_HOME=xdg.parents[1]).status == 0
    assert call("token", "list", "--key", "pcsc:").status == 2


def test_connect_gives_a_name_and_keeps_the_rest(card, call, settings, home):
    text = "# ours, by hand\n[reader old]\n; the blue one\nuri = pcsc:blue\n\n[reader me]\n# mine\nuri = pcsc:x\n"
    write(settings, text)
    settings.chmod(0o640)
    line = tokens(call("token", "connect", "--key", "pcsc:*PCD 00 00", "--alias", "me", "--json"), "connected")
    assert line["config"] == str(settings) and line["tokens"][0]["alias"] == "me"
    assert settings.read_text() == text.replace("[reader me]\n# mine\nuri = pcsc:x\n", "[reader me]\nuri = pcsc:*PCD 00 00\n# mine\n")
    assert settings.stat().st_mode & 0o777 == 0o640
    run = call("token", "connect", "--key", "pcsc:me", "--alias", "公司")
    assert run.status == 0 and "  alias         公司\n" in run.out.decode(), str(run)
    assert settings.read_text().endswith("\n[reader 公司]\nuri = pcsc:*PCD 00 00\n")
    assert len(tokens(call("token", "list", "--key", "pcsc:公司", "--json"), "tokens")["tokens"]) == 1
    assert leftovers(settings.parent) == ["config.ini"]


def test_connect_begins_a_file(card, call, tmp_path):
    own = tmp_path / "of/mine/c.ini"
    assert call("token", "connect", "--key", "pcsc:", "--alias", "me", "--config", own).status == 5
    run = call("token", "connect", "--key", "pcsc:", "--alias", "me")
    assert run.status == 0, str(run)
    (token,) = tokens(call("token", "list", "--key", "pcsc:me", "--json"), "tokens")["tokens"]
    assert token["uri"] in (tmp_path / "home/.config/pdfsign/config.ini").read_text()  # which one it was


def test_a_name_for_nothing_is_not_kept(call, settings):
    for key, code in (("pcsc:nobody", "TOKEN_MISSING"), ("pcsc:*01", "TOKEN_MISSING")):
        run = call("token", "connect", "--key", key, "--alias", "me")
        assert (run.status, run.code) == (8, code), str(run)
    run = call("token", "connect", "--key", "pcsc:", "--alias", "a*")
    assert (run.status, run.code) == (2, "USAGE"), str(run)
    run = call("token", "connect", "--key", "pkcs11:", "--alias", "a")
    assert (run.status, run.code) == (2, "USAGE"), str(run)
    assert not settings.exists()


def test_search_tells_readers_and_cards(card, call):
    line = tokens(call("token", "search", "--json"), "found")
    assert [t["reader"] for t in line["tokens"]] == [NAME]
    assert [r["reader"] for r in line["readers"]] == ["Virtual PCD 00 01"]
    text = call("token", "search").out.decode()
    assert "Virtual PCD 00 01\n  card          none that is known\n" in text and "测试 p256" in text


def test_search_sees_who_comes(readers, plug):
    late = plug(1, out=True)
    watcher = subprocess.Popen([*readers.prefix, PROGRAM, "token", "search", "--wait-token", "4s", "--json"],
                               stdout=subprocess.PIPE, env=environment())
    time.sleep(1)
    late.insert()
    out, _ = watcher.communicate(timeout=60)
    (line,) = reports.results(out)
    assert [t["reader"] for t in line["tokens"]] == ["Virtual PCD 00 01"], line


def test_disconnect_takes_the_power(card, call, settings):
    write(settings, "[reader me]\nuri = pcsc:*0\n")
    assert card.counts()["powered"] == 1
    tokens_of = reports.results(call("token", "disconnect", "--key", "pcsc:me", "--json").out)
    assert tokens_of == [{"v": 1, "type": "result", "verb": "token disconnect", "status": "disconnected", "exit": 0}]
    assert card.counts()["powered"] == 0
    assert call("token", "connect", "--key", "pcsc:me").status == 0 and card.counts()["powered"] == 1
    run = call("token", "disconnect", "--key", "pkcs11:")
    assert (run.status, run.code) == (8, "KEY_UNSUPPORTED"), str(run)


class Watch:
    """'token list --watch' at work."""

    def __init__(self, readers, home, *options):
        self.child = subprocess.Popen([*readers.prefix, PROGRAM, "token", "list", "--watch", "--key", "pcsc:", *options],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(HOME=home))

    def line(self):
        return self.child.stdout.readline()

    def event(self):
        (event,) = reports.lines(self.line())
        assert event["type"] == "event", event
        return event["event"], event["token"]["reader"][-2:], event["token"].get("alias")


def test_a_watch_tells_who_comes_and_goes(readers, plug, card, home, settings):
    write(settings, "[reader me]\nuri = pcsc:*1\n")
    watch = Watch(readers, home, "--json")
    assert watch.event() == ("there", "00", None)
    plug(1)
    assert watch.event() == ("came", "01", "me")
    card.pull()
    assert watch.event() == ("gone", "00", None)
    readers.holder.send_signal(signal.SIGUSR1)  # the service is stopped
    assert watch.event() == ("gone", "01", "me")
    time.sleep(0.5)
    readers.holder.send_signal(signal.SIGUSR2)
    assert watch.event() == ("came", "01", "me")
    watch.child.send_signal(signal.SIGINT)
    out, err = watch.child.communicate(timeout=60)
    (line,) = reports.results(out)
    assert (watch.child.returncode, line["error"]["code"], err) == (130, "INTERRUPTED", b""), line


def test_a_watch_ends_in_time(readers, card, home):
    begin = time.monotonic()
    watch = Watch(readers, home, "--wait-token", "2s")
    out, err = watch.child.communicate(timeout=60)
    assert (watch.child.returncode, err) == (0, b"")
    assert out.decode().startswith("there  PIV  pcsc:Virtual%20PCD%2000%2000;serial=") and out.count(b"\n") == 1
    assert 2 <= time.monotonic() - begin < 8


def test_a_watch_ends_with_its_reader(readers, card, home):
    watch = Watch(readers, home)
    assert watch.line().startswith(b"there")
    watch.child.stdout.close()
    card.pull()
    assert watch.child.wait(timeout=60) == 11
    watch.child.stderr.close()
