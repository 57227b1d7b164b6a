"""The services that signatures of the levels above B-B need, on loopback: an authority of timestamps (fixtures/tsa, C with a
thread pool) and a web server for OCSP responses and revocation lists, which are made before anything is measured. With
openssl also the certificates that name them: a root whose list tells of two issuers, a signer and an authority below
these, each told of by a responder of its issuer. All keys are P-256."""

import collections
import hashlib
import http.server
import os
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from identity import EC
from measure import Failed

TSA = Path(__file__).resolve().parent.parent / "build/release/bin/test_tsa"
TYPES = {"ocsp": "application/ocsp-response", "list": "application/pkix-crl"}
ISSUER = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
ROWS = (  # name, issuer, extensions, which service tells of it
    ("root", None, ISSUER, None),
    ("issuer", "root", ISSUER, "crlDistributionPoints=URI:{0}/list/root"),
    ("stamps", "root", ISSUER, "crlDistributionPoints=URI:{0}/list/root"),
    ("issuer-ocsp", "issuer", "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n", None),
    ("stamps-ocsp", "stamps", "keyUsage=critical,digitalSignature\nextendedKeyUsage=OCSPSigning\nnoCheck=ignored\n", None),
    ("signer", "issuer", "keyUsage=critical,digitalSignature,nonRepudiation\n", "authorityInfoAccess=OCSP;URI:{0}/ocsp/signer"),
    ("tsa", "stamps", "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n",
     "authorityInfoAccess=OCSP;URI:{0}/ocsp/tsa"))
IDENTIFIERS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
LIST = "[ca]\ndefault_ca=d\n[d]\ndatabase=empty\ndefault_md=sha256\ndefault_crl_days=30\n"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        services = self.server.services
        with services.lock:
            services.hits[self.path, hashlib.sha256(body).digest()] += 1
        found = services.folder / (self.path.strip("/").replace("/", "-") + ".der")
        data = found.read_bytes() if found.exists() else b""
        self.send_response(200 if data else 404)
        self.send_header("Content-Type", TYPES.get(self.path.split("/")[1], "text/plain"))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer

    def log_message(self, *words):
        pass


@dataclass
class Served:
    requests: int
    connections: int
    cpu: float


class Authority:
    """with Authority(services, delay) as a: a.url; what it did is in a.served behind the end."""

    def __init__(self, services, delay=0):
        if not TSA.exists():
            raise LookupError(f"{TSA} is not there: bench/run without --product makes it")
        at = services.folder
        self.command = [TSA, "--key", at / "tsa.key.pem", "--cert", at / "tsa.cert.pem", "--chain", at / "stamps.cert.pem",
                        "--delay", str(delay)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.url = f"http://127.0.0.1:{self.process.stdout.readline().strip()}/"
        return self

    def __exit__(self, *_):
        said = self.process.communicate()[1]
        found = re.search(r"(\d+) requests, (\d+) connections, ([\d.]+) s of CPU", said)
        if not found:
            raise Failed(f"the authority of timestamps failed: {said.strip()[:200]}")
        self.served = Served(int(found[1]), int(found[2]), float(found[3]))


class Services:
    """They serve as long as the process lives; hits counts the requests by address and body."""

    def __init__(self, folder):
        self.folder, self.hits, self.lock = folder, collections.Counter(), threading.Lock()
        folder.mkdir(parents=True)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads, server.services = True, self
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.make(f"http://127.0.0.1:{server.server_port}")
        os.environ["PDFSIGN_ALLOW_PRIVATE_HOSTS"] = "1"  # certificates name loopback

    def openssl(self, *args):
        return subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def make(self, origin):
        for name, issuer, extensions, service in ROWS:
            self.certificate(name, issuer, extensions + IDENTIFIERS + (service or "").format(origin))
        for name in ("signer", "tsa"):
            self.response(name, dict((row[0], row[1]) for row in ROWS)[name])
        (self.folder / "empty").touch()
        (self.folder / "list.cnf").write_text(LIST)
        self.openssl("ca", "-gencrl", "-config", "list.cnf", "-cert", "root.cert.pem", "-keyfile", "root.key.pem", "-out", "list.pem")
        self.openssl("crl", "-in", "list.pem", "-outform", "DER", "-out", "list-root.der")

    def certificate(self, name, issuer, extensions):
        (self.folder / f"{name}.ext").write_text(extensions)
        self.openssl("genpkey", *EC, "-out", f"{name}.key.pem")
        self.openssl("req", "-new", "-key", f"{name}.key.pem", "-subj", f"/C=CN/O=Bench/CN=Bench {name}", "-out", f"{name}.csr")
        signed_by = (("-CA", f"{issuer}.cert.pem", "-CAkey", f"{issuer}.key.pem", "-CAcreateserial") if issuer
                     else ("-signkey", f"{name}.key.pem"))
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-sha256", "-days", "3650", *signed_by, "-extfile", f"{name}.ext",
                     "-out", f"{name}.cert.pem")

    def response(self, name, issuer):
        """By a responder that the issuer named."""
        serial = self.openssl("x509", "-in", f"{name}.cert.pem", "-noout", "-serial").strip().split("=")[1]
        (self.folder / "index").write_text(f"V\t491231235959Z\t\t{serial}\tunknown\t/CN=Bench {name}\n")
        cert = f"{issuer}.cert.pem"
        self.openssl("ocsp", "-issuer", cert, "-cert", f"{name}.cert.pem", "-no_nonce", "-reqout", f"{name}.request")
        self.openssl("ocsp", "-index", "index", "-CA", cert, "-rsigner", f"{issuer}-ocsp.cert.pem", "-rkey",
                     f"{issuer}-ocsp.key.pem", "-reqin", f"{name}.request", "-respout", f"ocsp-{name}.der", "-ndays", "30")
