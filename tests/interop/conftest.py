"""The fixtures of the end-to-end tests serve here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from importlib import util  # noqa: E402

_spec = util.spec_from_file_location("e2e_conftest", Path(__file__).resolve().parents[1] / "e2e/conftest.py")
_e2e = util.module_from_spec(_spec)
_spec.loader.exec_module(_e2e)
pytest_sessionstart, pdf, pki, judged, signed, refused = (
    _e2e.pytest_sessionstart, _e2e.pdf, _e2e.pki, _e2e.judged, _e2e.signed, _e2e.refused)
