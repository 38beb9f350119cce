"""A real office that speaks TLS, and so HTTP/2, by itself."""

import base64
import hashlib
import http.client
import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from tests.serving import RunningOffice


class TlsOffice(RunningOffice):
    """An office with a certificate that only those trust who are told to."""

    def __init__(self, folder: Path, *, port: int = 0, origin: str | None = None) -> None:
        super().__init__(folder, port=port)
        self.cert, key = certificate(folder)
        self.url = self.url.replace("http:", "https:")
        own = {"RANTAU_TLS_CERT": str(self.cert), "RANTAU_TLS_KEY": str(key)}
        self.env |= own | {"RANTAU_ORIGIN": origin or self.url}

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.cert)

    def handshake(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        try:
            return context.wrap_socket(connection, server_hostname="localhost")
        except BaseException:
            connection.close()
            raise

    def _answers(self) -> bool:
        with closing(http.client.HTTPSConnection("localhost", self.port, timeout=5, context=self.context())) as asked:
            try:
                asked.request("GET", "/ping")
                return asked.getresponse().read().startswith(b"rantau ")
            except (OSError, http.client.HTTPException):
                return False


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_file, key_file


def trusting(cert: Path) -> str:
    """Give the flag by which Chromium, with a profile of its own, trusts a certificate."""
    key = x509.load_pem_x509_certificate(cert.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"
