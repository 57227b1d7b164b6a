"""Files that PDFBox and LibreOffice sign now: sound by what `pdfsign verify` says. The other tests make them only where these programs happen to be."""

import pytest

import attacks
import verdicts
from corpus import ROWS, tools

SIGNERS = {"pdfbox": "PDFBox", "soffice": "LibreOffice"}


@pytest.mark.parametrize("program", SIGNERS)
def test_sound_files_pass(program, tmp_path):
    names = [name for name, row in ROWS.items() if program in row.needs]
    assert tools.has(program), f"{SIGNERS[program]} is not here"
    assert attacks.write(tmp_path, names) == names
    said = verdicts.judge(names, tmp_path)
    wrong = {name: verdicts.deviation(ROWS[name], said[name]) for name in names}
    assert set(wrong.values()) == {None}, wrong


@pytest.mark.parametrize("program", SIGNERS)
def test_a_changed_byte_does_not_pass(program, tmp_path):
    names = [name for name, row in ROWS.items() if program in row.needs]
    attacks.write(tmp_path, names)
    for name in names:
        path = tmp_path / f"{name}.pdf"
        data = path.read_bytes()
        path.write_bytes(data[:15] + bytes([data[15] ^ 1]) + data[16:])
    assert {said.exit for said in verdicts.judge(names, tmp_path).values()} <= {1, 5}
