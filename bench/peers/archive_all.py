"""archive_all.py KEY CERT CHAIN ROOT TSA-URL FOLDER PDF...: pyHanko signs each PDF into FOLDER at B-LTA. Key, certificates,
what was fetched and the connections are kept from one to the next."""

import asyncio
import sys
from pathlib import Path

import aiohttp
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend


async def main(key, cert, chain, root, url, folder, *sources):
    signer = signers.SimpleSigner.load(key, cert, ca_chain_files=(chain,))
    root = load_cert_from_pemder(root)
    async with aiohttp.ClientSession() as session:
        fetchers = AIOHttpFetcherBackend(session).get_fetchers()
        stamper = HTTPTimeStamper(url, session=session)
        for source in map(Path, sources):
            # a context for each: what one collects, it looks through for all those after it
            trusted = ValidationContext(trust_roots=[root], allow_fetching=True, fetchers=fetchers)
            metadata = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256", validation_context=trusted,
                                                    subfilter=SigSeedSubFilter.PADES, embed_validation_info=True, use_pades_lta=True)
            writer = signers.PdfSigner(metadata, signer, timestamper=stamper)
            with source.open("rb") as file, (Path(folder) / source.name).open("w+b") as target:
                await writer.async_sign_pdf(IncrementalPdfFileWriter(file), output=target)


asyncio.run(main(*sys.argv[1:]))
