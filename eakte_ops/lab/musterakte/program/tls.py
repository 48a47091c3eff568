"""The gateway's TLS, as tls.properties says it."""

from __future__ import annotations

import ssl
from pathlib import Path

from . import common, properties

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
_KEYS = ("certificate", "key", "minimum-version")


def settings(path: Path) -> dict[str, str]:
    """The three settings; StartError with all that is wrong."""
    found = properties.read(path)
    wrong = [f"{key} is missing" for key in _KEYS if not found.get(key)]
    wrong += [f"{key}: an absolute path is wanted" for key in _KEYS[:2] if found.get(key, "/")[:1] not in ("/", "")]
    if found.get("minimum-version") and found["minimum-version"] not in VERSIONS:
        wrong.append(f"minimum-version: one of {', '.join(VERSIONS)} is wanted")
    if unknown := len(found.keys() - set(_KEYS)):
        wrong.append(f"{unknown} setting{'s' * (unknown != 1)} unknown (known: {', '.join(_KEYS)})")
    if wrong:
        raise common.StartError(f"{path}: {'; '.join(wrong)}")
    return found


def context(path: Path) -> ssl.SSLContext | None:
    """What the gateway serves TLS with, None as long as there is no certificate; StartError for a wrong one."""
    said = settings(path)
    certificate, key = Path(said["certificate"]), Path(said["key"])
    if not (certificate.exists() and key.exists()):
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = VERSIONS[said["minimum-version"]]
    try:
        made.load_cert_chain(certificate, key)
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror or type(error).__name__
        raise common.StartError(f"{certificate} and {key}: {' '.join(why.split())}") from error
    return made
