"""Private keys and certificates of a simulator, kept in its --tls-dir: a restarted simulator is the same provider."""
import datetime
import ipaddress
import pathlib
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NAMES = ["localhost", "api.sendgrid.com", "email.eu-west-1.amazonaws.com", "sns.eu-west-1.amazonaws.com", "api.twilio.com",
         "fcm.googleapis.com", "oauth2.googleapis.com", "graph.facebook.com", "slack.com", "hooks.slack.com",
         "hooks.example.test"]


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def public_der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


class Keys:
    """Made when first asked for, then read from the folder. Thread-safe."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock_ = threading.Lock()
        self.loaded_ = {}

    def _kept(self, name, make):
        with self.lock_:
            if name not in self.loaded_:
                path = self.folder / f"{name}.key"
                if not path.exists():
                    path.touch(0o600)
                    path.write_bytes(private_pem(make()))
                self.loaded_[name] = serialization.load_pem_private_key(path.read_bytes(), None)
            return self.loaded_[name]

    def p256(self, name):
        return self._kept(name, lambda: ec.generate_private_key(ec.SECP256R1()))

    def rsa(self, name):
        return self._kept(name, lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def authority(self):
        """(key, certificate, path of ca.pem)"""
        key, path = self.p256("ca"), self.folder / "ca.pem"
        if not path.exists():
            certificate = _certificate(key, None, "Belfry simulated authority", key.public_key(), authority=True)
            path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return key, x509.load_pem_x509_certificate(path.read_bytes()), path

    def server_files(self):
        """(certificate file, key file) for all NAMES and 127.0.0.1, signed by the authority."""
        signer, issuer, _ = self.authority()
        key, path = self.p256("server"), self.folder / "server.pem"
        if not path.exists():
            alternatives = [x509.DNSName(name) for name in NAMES] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            certificate = _certificate(signer, issuer, "localhost", key.public_key(), alternatives)
            path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path, self.folder / "server.key"

    def signing_certificate(self, name):
        """PEM of a certificate for the RSA key `name`, as SNS publishes one for the key it signs with."""
        signer, issuer, _ = self.authority()
        certificate = _certificate(signer, issuer, "sns.amazonaws.com", self.rsa(name).public_key())
        return certificate.public_bytes(serialization.Encoding.PEM)


def _certificate(signer, issuer, name, public_key, alternatives=(), authority=False):
    now = datetime.datetime.utcnow()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
               .public_key(public_key).serial_number(x509.random_serial_number())
               .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=2))
               .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True))
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(signer, hashes.SHA256())
