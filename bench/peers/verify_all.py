"""verify_all.py ROOT PDF...: pyHanko verifies the signatures of each PDF, its changes and its path to the root included; the
root is loaded once. Status 1 where one is not trusted."""

import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def main(root, *sources):
    roots = [load_cert_from_pemder(root)]
    for source in sources:
        with open(source, "rb") as file:
            for signature in PdfFileReader(file).embedded_signatures:
                status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))
                print(source, status.summary())
                if not status.bottom_line:
                    sys.exit(1)


main(*sys.argv[1:])
