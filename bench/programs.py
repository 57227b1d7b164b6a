"""The command lines of what is measured. Each program has one(kind, source, target) and many(kind, jobs, folder,
sources), which give a command, or None for what it does not have; some have verify(kind, sources). KIND is that of
identity.py; keys are PKCS#12 unless `pem`."""

import shutil
import subprocess
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
PDFBOX_FLAGS = (("-XX:+UseSerialGC",), ("-XX:+UseSerialGC", "-Xmn256m"), ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                ("-XX:+UseSerialGC", "-XX:-TieredCompilation"))


def output(command):
    r = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace")
    return (r.stdout + r.stderr).strip()


def visible(seal, corner="br"):
    """A seal of 42 mm on the last page."""
    return ["--seal", seal, "--size", "42mmx42mm", "--at", f"z@{corner}+20mm,20mm"]


class Product:
    name = "pdfsign"
    pem = True

    def __init__(self, program, identity):
        self.program, self.identity = program, identity
        self.version = output([program, "--version"]).splitlines()[0]

    def key(self, kind, pem=False):
        at = self.identity / kind
        if pem:
            return ["--key", f"file:{at}.key.pem", "--cert", f"{at}.cert.pem", "--chain", f"{at}.chain.pem"]
        return ["--key", f"p12:{at}.p12", "--pin-file", self.identity / "pin"]

    def one(self, kind, source, target, pem=False, look=()):
        return [self.program, "sign", *self.key(kind, pem), *look, source, "-o", target]

    def many(self, kind, jobs, folder, sources, pem=False, look=()):
        return [self.program, "sign", *self.key(kind, pem), *look, "-j", str(jobs), "--out-dir", folder, *sources]

    def by(self, key, folder, sources):
        """With any key: its options."""
        return [self.program, "sign", *key, "-j", "1", "--out-dir", folder, *sources]

    def sealed(self, kind, folder, sources, seal):
        return self.many(kind, 1, folder, sources, look=visible(seal))

    def lasting(self, services, url, level, sources, jobs=1, folder=None, target=None):
        """Of the services' own signer; level b, t, lt or lta. One file with `target`, else into `folder`."""
        at = services.folder
        above = ["--tsa", url, "--trust", at / "root.cert.pem"] if level != "b" else []
        to = ["-o", target] if target else ["-j", str(jobs), "--out-dir", folder]
        return [self.program, "sign", "--key", f"file:{at}/signer.key.pem", "--cert", at / "signer.cert.pem", "--chain",
                at / "issuer.cert.pem", "--level", level, *above, *to, *sources]

    def augment(self, services, url, verb, sources, jobs=1, folder=None, target=None):
        """verb: "add" or "renew"."""
        to = ["-o", target] if target else ["-j", str(jobs), "--out-dir", folder]
        return [self.program, "ltv", verb, "--tsa", url, "--trust", services.folder / "root.cert.pem", *to, *sources]

    def verify(self, kind, sources):
        return [self.program, "verify", "-j", "1", "--trust", self.identity / f"{kind}.root.cert.pem", *sources]


class Podofosign:
    """PEM keys only; signs adbe.pkcs7.detached, not PAdES; has no batch. Its own guess of the size is short for ECDSA."""
    name = "podofosign"
    pem = True

    def __init__(self, _build, identity):
        if not shutil.which("podofosign"):
            raise LookupError("podofosign (Debian package libpodofo-utils) is not installed")
        self.identity = identity
        self.version = "libpodofo-utils " + output(["dpkg-query", "-W", "-f", "${Version}", "libpodofo-utils"])

    def one(self, kind, source, target, pem=True):
        at = self.identity / kind
        return ["podofosign", "-in", source, "-out", target, "-cert", f"{at}.cert.pem", "-pkey", f"{at}.key.pem",
                "-digest", "SHA256", "-sigsize", "4096"] if pem else None

    def many(self, kind, jobs, folder, sources):
        return None


class Pdfsig:
    """Keys from an NSS store only; adbe.pkcs7.detached; no batch; fails at random with P-256 in poppler 22.12."""
    name = "pdfsig"
    pem = False

    def __init__(self, _build, identity):
        for tool, package in (("pdfsig", "poppler-utils"), ("pk12util", "libnss3-tools")):
            if not shutil.which(tool):
                raise LookupError(f"{tool} (Debian package {package}) is not installed")
        self.version = "poppler-utils " + output(["dpkg-query", "-W", "-f", "${Version}", "poppler-utils"])
        self.store = f"sql:{identity / 'store'}"
        if not (identity / "store").exists():
            (identity / "store").mkdir()
            subprocess.run(["certutil", "-N", "-d", self.store, "--empty-password"], check=True)
            subprocess.run(["pk12util", "-i", identity / "rsa.p12", "-d", self.store, "-w", identity / "pin", "-K", ""],
                           check=True, capture_output=True)
            for root in identity.glob("*.root.cert.pem"):
                subprocess.run(["certutil", "-A", "-d", self.store, "-n", root.name, "-t", "CT,C,C", "-a", "-i", root], check=True)

    def one(self, kind, source, target):
        return ["pdfsig", "-nssdir", self.store, "-add-signature", "-new-signature-field-name", "Signature1", "-nick", kind,
                "-digest", "SHA256", source, target] if kind == "rsa" else None

    def many(self, kind, jobs, folder, sources):
        return None

    def verify(self, kind, sources):
        """It takes one file at a time."""
        one = ["pdfsig", "-nssdir", self.store, "-no-ocsp"]
        loop = 'store=$1; shift; for file; do pdfsig -nssdir "$store" -no-ocsp "$file"; done'
        return [*one, *sources] if len(sources) == 1 else ["sh", "-c", loop, "sh", self.store, *sources]


class PyHanko:
    """Its own command line for one file; for many, a loop that loads the key once (peers/sign_all.py)."""
    name = "pyHanko"
    pem = False

    def __init__(self, build, identity):
        self.bin = build.parent / "venv" / "bin"
        self.identity = identity
        if not (self.bin / "pyhanko").exists():
            raise LookupError("pyHanko is not in build/venv")
        self.version = output([self.bin / "pyhanko", "--version"])

    def one(self, kind, source, target):
        return [self.bin / "pyhanko", "sign", "addsig", "--field", "Signature1", "--use-pades", "pkcs12", "--passfile",
                self.identity / "pin", source, target, self.identity / f"{kind}.p12"]

    def many(self, kind, jobs, folder, sources):
        return [self.bin / "python", HERE / "peers" / "sign_all.py", self.identity / f"{kind}.p12", self.identity / "pin",
                folder, *sources] if jobs == 1 else None

    def sealed(self, kind, folder, sources, seal):
        return self.many(kind, 1, folder, ["--seal", seal, *sources])

    def archive(self, services, url, sources, folder):
        """At B-LTA (peers/archive_all.py)."""
        at = services.folder
        return [self.bin / "python", HERE / "peers" / "archive_all.py", at / "signer.key.pem", at / "signer.cert.pem",
                at / "issuer.cert.pem", at / "root.cert.pem", url, folder, *sources]

    def verify(self, kind, sources):
        return [self.bin / "python", HERE / "peers" / "verify_all.py", self.identity / f"{kind}.root.cert.pem", *sources]


def without_signatures(jar, target):
    """A class-data archive leaves out the classes of signed jars."""
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if Path(entry.filename).suffix not in (".SF", ".RSA", ".DSA", ".EC"):
                new.writestr(entry, old.read(entry) if entry.filename != "META-INF/MANIFEST.MF" else plain_manifest(old.read(entry)))


def plain_manifest(manifest):
    """Its main section: the others are digests."""
    return manifest.replace(b"\r\n", b"\n").split(b"\n\n")[0] + b"\n\n"


class PdfBox:
    """A loop that loads the key once (peers/pdfbox/SignAll.java), with a class-data archive and the cheapest of
    PDFBOX_FLAGS; peers/pdfbox/pom.xml has the versions."""
    name = "PDFBox"
    pem = False

    def __init__(self, build, identity):
        self.identity, self.folder = identity, build / "pdfbox"
        source = HERE / "peers" / "pdfbox"
        for tool, package in (("mvn", "maven"), ("javac", "default-jdk-headless")):
            if not shutil.which(tool):
                raise LookupError(f"{tool} (Debian package {package}) is not installed")
        stamp, now = self.folder / "made-by", b"".join(p.read_bytes() for p in sorted(source.iterdir()))
        if not stamp.exists() or stamp.read_bytes() != now:
            self.install(source)
            stamp.write_bytes(now)
        self.version = next(p.stem for p in self.folder.glob("pdfbox-[0-9]*.jar"))
        self.archive = self.folder / "classes.jsa"
        self.flags = list(PDFBOX_FLAGS[0])

    def install(self, source):
        shutil.rmtree(self.folder, ignore_errors=True)
        fetched = self.folder / "fetched"
        r = subprocess.run(["mvn", "-q", "-B", "-f", source / "pom.xml", "dependency:copy-dependencies",
                            f"-DoutputDirectory={fetched}"], capture_output=True, text=True)
        if r.returncode != 0:
            raise LookupError(f"Maven could not fetch PDFBox: {(r.stdout or r.stderr).strip().splitlines()[0]}")
        for jar in fetched.glob("*.jar"):
            without_signatures(jar, self.folder / jar.name)
        subprocess.run(["javac", "-nowarn", "-cp", f"{self.folder}/*", "-d", self.folder / "classes", source / "SignAll.java"],
                       check=True, capture_output=True)
        # a jar, because a class-data archive takes no folder of classes
        subprocess.run(["jar", "--create", "--file", self.folder / "sign-all.jar", "-C", self.folder / "classes", "."], check=True)

    def tune(self, lab, sources):
        """Archives the classes and keeps the flags that cost least, each tried once."""
        self.archive.unlink(missing_ok=True)
        lab.usage(self.many("rsa", 1, lab.out, sources[:20], ["-XX:ArchiveClassesAtExit=" + str(self.archive)]), 20)
        cost = {f: lab.usage(self.many("rsa", 1, lab.out, sources, f), len(sources)).cpu for f in PDFBOX_FLAGS}
        self.flags = list(min(cost, key=cost.get))
        self.version += f", {output(['java', '-version']).splitlines()[0]}, {' '.join(self.flags)}"

    def many(self, kind, jobs, folder, sources, flags=None):
        archive = [f"-XX:SharedArchiveFile={self.archive}"] if self.archive.exists() else []
        return ["java", *(flags or self.flags), *archive, "-cp", f"{self.folder}/*", "SignAll",
                self.identity / f"{kind}.p12", self.identity / "pin", folder, *sources] if jobs == 1 else None

    def one(self, kind, source, target):
        return self.many(kind, 1, target.parent, [source])

    def sealed(self, kind, folder, sources, seal):
        return self.many(kind, 1, folder, ["--seal", seal, *sources])


PEERS = {peer.name: peer for peer in (PdfBox, PyHanko, Pdfsig, Podofosign)}
