"""sslyze and openssl: what the TLS of the server is made of.

sslyze tries every version, cipher suite and curve, and the known holes, and compares with Mozilla's
"intermediate" configuration; openssl resumes sessions and negotiates protocols, under every
architecture. With --full, testssl.sh has its say, too. What they have against the certificate is
no fault: it is from an authority for development, which nobody but us trusts.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

import install
import verdict
from gnezdo import ARCHITECTURES, DEFAULT, Gnezdo, authority

SECONDS_MAX = 60
SECONDS_MAX_FULL = 900

VERSIONS = {"ssl_2_0": False, "ssl_3_0": False, "tls_1_0": False, "tls_1_1": False}
VERSIONS |= {"tls_1_2": True, "tls_1_3": True}
# All that authenticate what they encrypt, and for which the key of a session dies with it.
GOOD_SUITE = re.compile("TLS_(ECDHE_(ECDSA|RSA)_WITH_)?(AES_(128|256)_GCM|CHACHA20_POLY1305)_SHA.*")
# By the names of sslyze: the scan, its result, and what it should be.
HOLES = [
    ("heartbleed", "is_vulnerable_to_heartbleed", False),
    ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection", False),
    ("robot", "robot_result", "NOT_VULNERABLE_RSA_NOT_SUPPORTED"),
    ("tls_compression", "supports_compression", False),
    ("tls_1_3_early_data", "supports_early_data", False),
    ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos", False),
    ("session_renegotiation", "supports_secure_renegotiation", True),
    ("tls_fallback_scsv", "supports_fallback_scsv", True),
    ("tls_extended_master_secret", "supports_ems_extension", True),
]
# Name of the complaint: why it is no fault of ours.
ACCEPTED_BY_MOZILLA = {
    "certificate_path_validation": "the authority is one for development",
    "maximum_certificate_lifespan": "397 days, for which the owner trusts the authority himself",
}
ACCEPTED_BY_TESTSSL = {
    "cert_chain_of_trust": "the authority is one for development",
    "cert_crlDistributionPoints": "an authority for development has no list of what it revoked",
    "cert_notAfter": "as long as browsers allow",
    "cert_ocspURL": "an authority for development answers no questions",
    "cert_revocation": "an authority for development revokes nothing",
    "HSTS": "for the owner to ask for: --hsts",
    "cipher_order": "all suites are good; the client knows which of them its machine is fast with",
    "BREACH": "a file does not repeat what a client has said beside a secret",
}
FAULTY_SEVERITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"]

# So often a session is resumed: by chance, and by the same process, only once.
RESUMPTIONS = 4


def judge(found: verdict.Verdict, options: argparse.Namespace) -> str:
    sslyze = install.python_program("sslyze")
    openssl = install.program("openssl", "openssl")
    for architecture in ARCHITECTURES:
        with Gnezdo(found, options.program, architecture=architecture, tls=True) as server:
            asker = OpenSsl(found, openssl, server, authority(options.program))
            for case in [versions, protocols, resumption]:
                case(asker)
            if architecture == DEFAULT or options.full:
                judge_by_sslyze(found, sslyze, server)
                told = judge_by_testssl(found, server) if options.full else "testssl.sh with --full"
    return f"sslyze, openssl; {told}; {', '.join(ARCHITECTURES)}"


def judge_by_sslyze(found: verdict.Verdict, sslyze: str, server: Gnezdo) -> None:
    address = f"127.0.0.1:{server.port}"
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        report = Path(folder) / "report.json"
        command = [sslyze, "--mozilla_config", "intermediate", "--early_data"]
        command += [f"--json_out={report}", address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX)
        if not found.check(report.exists(), "sslyze has reported", done.stdout + done.stderr):
            return
        [scanned] = json.loads(report.read_text())["server_scan_results"]
    results = scanned["scan_result"]
    if not found.check(results is not None, "sslyze could connect", scanned):
        return
    for version, is_spoken in VERSIONS.items():
        result = results[f"{version}_cipher_suites"]["result"]
        found.equal(result["is_tls_version_supported"], is_spoken, f"sslyze: {version}")
        for suite in result["accepted_cipher_suites"]:
            name = suite["cipher_suite"]["name"]
            found.check(GOOD_SUITE.fullmatch(name) is not None, f"sslyze: {version} with {name}")
    for scan, name, expected in HOLES:
        result = results[scan]["result"] or {}
        found.equal(result.get(name), expected, f"sslyze: {scan}, {name}")
    by_mozilla = done.stdout.partition("COMPLIANCE")[2]
    for name, complaint in re.findall(r"^ +\* (\w+): (.+)$", by_mozilla, re.MULTILINE):
        found.check(name in ACCEPTED_BY_MOZILLA, f"sslyze, by Mozilla's rules: {name}", complaint)
    found.check("Checking results against" in by_mozilla, "sslyze knows Mozilla's rules")


def judge_by_testssl(found: verdict.Verdict, server: Gnezdo) -> str:
    testssl = install.program("testssl", "testssl.sh")
    with tempfile.TemporaryDirectory(prefix="judges-") as folder:
        report = Path(folder) / "report.json"
        command = [testssl, "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none"]
        command += ["--jsonfile", str(report), f"127.0.0.1:{server.port}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX_FULL)
        print(done.stdout)
        if not found.check(report.exists(), "testssl.sh has reported", done.stderr):
            return "testssl.sh without a report"
        findings = json.loads(report.read_text())
    for finding in findings:
        # `cert_ocspURL <cert#1>` and the like.
        is_accepted = finding["id"].partition(" ")[0] in ACCEPTED_BY_TESTSSL
        is_faulty = finding["severity"] in FAULTY_SEVERITIES and not is_accepted
        found.check(not is_faulty, f"testssl.sh: {finding['id']}", finding)
    return f"testssl.sh with {len(findings)} findings"


class OpenSsl:
    """Runs `openssl s_client` against one server."""

    def __init__(
        self, found: verdict.Verdict, openssl: str, server: Gnezdo, authority: Path
    ) -> None:
        self.found = found
        self.server = server
        self.command = [openssl, "s_client", "-connect", f"127.0.0.1:{server.port}"]
        self.command += ["-CAfile", str(authority), "-verify_return_error", "-ign_eof"]

    def get(self, *options: str) -> str:
        """What openssl says of a connection, with the answer to one request over HTTP/1.1.

        The answer matters: with TLS 1.3 the tickets come after the handshake.
        """
        request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        done = subprocess.run(
            [*self.command, *options],
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="latin-1",
            timeout=SECONDS_MAX,
        )
        return done.stdout

    def check(self, holds: bool, what: str, detail: object = "") -> None:
        self.found.check(holds, f"{self.server.architecture}: {what}", detail)


def versions(client: OpenSsl) -> None:
    for option, version in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")]:
        said = client.get(option)
        client.check(f"New, {version}, Cipher is" in said, f"{version} is spoken", said)
        client.check("Verify return code: 0 (ok)" in said, f"{version}: trust", said)
        client.check("HTTP/1.1 200 OK" in said, f"{version}: an answer", said)
        # An end that could have been cut off by somebody on the way is none.
        client.check("unexpected eof" not in said, f"{version}: closed with close_notify", said)
    for option in ["-tls1", "-tls1_1"]:
        # Below this level OpenSSL itself would not offer them.
        said = client.get(option, "-cipher", "DEFAULT:@SECLEVEL=0")
        client.check("alert" in said and "New, TLS" not in said, f"{option} is refused", said)


def protocols(client: OpenSsl) -> None:
    for offered, chosen in [
        ("h2", "ALPN protocol: h2"),
        ("h2,http/1.1", "ALPN protocol: h2"),
        ("http/1.1,h2", "ALPN protocol: h2"),
        ("http/1.1", "ALPN protocol: http/1.1"),
        ("spdy/3,http/1.1", "ALPN protocol: http/1.1"),
        (None, "No ALPN negotiated"),
    ]:
        said = client.get(*(["-alpn", offered] if offered else []))
        client.check(chosen in said, f"of {offered} it takes: {chosen}", said)
    # RFC 7301 §3.2: nothing in common is a fatal alert.
    said = client.get("-alpn", "spdy/3")
    client.check("alert no application protocol" in said, "nothing in common is refused", said)


def resumption(client: OpenSsl) -> None:
    for option in ["-tls1_2", "-tls1_3"]:
        with tempfile.TemporaryDirectory(prefix="judges-") as folder:
            session = str(Path(folder) / "session")
            said = client.get(option, "-sess_out", session)
            client.check(Path(session).exists(), f"{option}: a session is given", said)
            for _ in range(RESUMPTIONS):
                said = client.get(option, "-sess_in", session)
                client.check("\nReused, TLS" in said, f"{option}: a session is resumed", said)
                client.check("HTTP/1.1 200 OK" in said, f"{option}: an answer in it", said)


if __name__ == "__main__":
    verdict.run(__doc__, judge)
