"""Makes the signers with the openssl program: a root, an intermediate, and one person with each kind of key.

KIND is rsa (2048 bits) or ec (P-256), for the person and both issuers alike, or mixed: RSA-2048 below P-256 issuers.
Each becomes KIND.key.pem, KIND.cert.pem, KIND.chain.pem (the intermediate), and KIND.p12 as `openssl pkcs12 -export`
makes it by default.
"""

import subprocess

RSA = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
EC = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
KINDS = {"rsa": (RSA, RSA), "ec": (EC, EC), "mixed": (RSA, EC)}  # person, issuers
PASSWORD = "bench-2048"
ISSUER = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
PERSON = ("basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n"
          "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")


def certificate(openssl, name, common, extensions, issuer):
    """NAME.key.pem exists; NAME.cert.pem is issued by ISSUER, or by itself."""
    openssl("req", "-new", "-key", f"{name}.key.pem", "-subj", f"/C=CN/O=Bench/CN={common}", "-out", f"{name}.csr")
    signed_by = (("-CA", f"{issuer}.cert.pem", "-CAkey", f"{issuer}.key.pem", "-CAcreateserial") if issuer
                 else ("-signkey", f"{name}.key.pem"))
    openssl("x509", "-req", "-in", f"{name}.csr", "-sha256", "-days", "3650", *signed_by, "-extfile", extensions,
            "-out", f"{name}.cert.pem")


def make(folder):
    """Nothing if it is there already."""
    if (folder / "made").exists():
        return

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    (folder / "issuer.ext").write_text(ISSUER)
    (folder / "person.ext").write_text(PERSON)
    (folder / "pin").write_text(PASSWORD + "\n")
    for kind, (own, issuers) in KINDS.items():
        root, intermediate = f"{kind}.root", f"{kind}.intermediate"
        for name, algorithm in ((root, issuers), (intermediate, issuers), (kind, own)):
            openssl("genpkey", *algorithm, "-out", f"{name}.key.pem")
        certificate(openssl, root, f"Bench Root {kind}", "issuer.ext", None)
        certificate(openssl, intermediate, f"Bench Issuer {kind}", "issuer.ext", root)
        certificate(openssl, kind, f"Bench Signer {kind}", "person.ext", intermediate)
        (folder / f"{kind}.chain.pem").write_bytes((folder / f"{intermediate}.cert.pem").read_bytes())
        openssl("pkcs12", "-export", "-inkey", f"{kind}.key.pem", "-in", f"{kind}.cert.pem", "-name", kind,
                "-certfile", f"{kind}.chain.pem", "-passout", "file:pin", "-out", f"{kind}.p12")
    (folder / "made").touch()
