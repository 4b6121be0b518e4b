"""TLS to one platform: our client certificate (mutual-tls), and the authority that signed theirs.

secrets, each a PEM text: `certificate` (ours, with what lies between it and its authority) and `key` go
together, with `key_password` where the key has one; `authority` where the platform's own certificate is signed
by none that the system trusts. settings: `tls: "1.3"` for a platform that does not offer 1.2.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509

from adapters.auth.scheme import SecretMissing, needed, one_of
from adapters.message import Access

WARNED_DAYS = 30  # whoever issues a new certificate needs weeks
_DAY_MS = 86_400_000
_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def context_of(access: Access, *, mutual: bool) -> ssl.SSLContext | None:
    """What this platform needs beside the system's own authorities; None when that is nothing.

    mutual: a certificate of ours must be there. Raises SecretMissing for what is missing or does not fit together.
    """
    if not mutual and not access.secrets.keys() & {"certificate", "authority"}:
        return None
    context = ssl.create_default_context()
    if authority := access.secrets.get("authority"):
        _trust(context, authority)
    if mutual or "certificate" in access.secrets:
        _present(context, access)
    return context


def days_left(secrets: Mapping[str, str], now_ms: int) -> int | None:
    """Whole days until our client certificate ends, below 0 once it has; None without one that can be read."""
    try:
        certificate = x509.load_pem_x509_certificate(secrets.get("certificate", "").encode())
    except ValueError:
        return None
    return int(certificate.not_valid_after_utc.timestamp() * 1000 - now_ms) // _DAY_MS


def _trust(context: ssl.SSLContext, authority: str) -> None:
    """Chain, name, days are checked; what Python 3.13 asks besides, a ministry's authority may have left out."""
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(cadata=authority)
    except (ssl.SSLError, ValueError):
        raise SecretMissing("secrets", "authority", "is no PEM certificate") from None


def _present(context: ssl.SSLContext, access: Access) -> None:
    """At most TLS 1.2 unless told otherwise.

    In 1.3 the client has finished, and its first bytes are out, before it hears that its certificate is refused:
    every message under a bad certificate would be unknown. In 1.2 the refusal is part of connecting.
    """
    certificate, key = (needed(access, "secrets", name) for name in ("certificate", "key"))
    version = _VERSIONS[one_of(access, "tls", tuple(_VERSIONS))]
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, version
    with (
        TemporaryDirectory() as folder
    ):  # OpenSSL reads these from files only; the folder is its owner's alone
        paths = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        for path, text in zip(paths, (certificate, key), strict=True):
            path.touch(mode=0o600)
            path.write_text(text + "\n")
        try:
            context.load_cert_chain(*paths, password=access.secrets.get("key_password", ""))
        except (ssl.SSLError, ValueError):
            raise SecretMissing(
                "secrets", "key", "does not fit the certificate, or needs key_password"
            ) from None
