"""sign_all.py P12 PIN-FILE FOLDER PDF...: pyHanko signs each PDF into FOLDER (PAdES B-B); the key is loaded once."""

import sys
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter


def main(p12, pin_file, folder, *sources):
    pin = Path(pin_file).read_text().strip().encode()
    signer = signers.SimpleSigner.load_pkcs12(p12, passphrase=pin)
    metadata = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256",
                                            subfilter=SigSeedSubFilter.PADES)
    writer = signers.PdfSigner(metadata, signer)
    for source in map(Path, sources):
        with source.open("rb") as file, (Path(folder) / source.name).open("w+b") as target:
            writer.sign_pdf(IncrementalPdfFileWriter(file), output=target)


main(*sys.argv[1:])
