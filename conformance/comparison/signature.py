"""Signatures of certificates: Ed25519 in a DSSE envelope, as in-toto asks for.

The envelope is beside the statement, so that the statement stays readable and public tools can
check the signature (https://github.com/secure-systems-lab/dsse).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from conformance.errors import ReportError, UsageError
from conformance.given_files import given_bytes, given_json

ALGORITHM: Final = "Ed25519"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
SUFFIX: Final = ".dsse.json"
PRIVATE: Final = "certificate-key.pem"
PUBLIC: Final = "certificate-key.pub.pem"
_MAKE = "make a pair with: certificate keygen"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed text: ``payload`` is what was signed, ``signatures`` are by the id of their key."""

    payload: bytes
    signatures: Mapping[str, bytes]

    def is_signed_with(self, key: Ed25519PublicKey) -> bool:
        """Whether the owner of that key has signed the payload."""
        signature = self.signatures.get(key_id(key))
        if signature is None:
            return False
        try:
            key.verify(signature, _signed_text(self.payload))
        except InvalidSignature:
            return False
        return True


def envelope_beside(certificate: Path) -> Path:
    """The path of a certificate's signature: ``certificate.dsse.json``."""
    return certificate.with_name(f"{certificate.stem}{SUFFIX}")


def generate_keys(folder: Path) -> tuple[Path, Path]:
    """Write a new pair into a folder: the private key, for its owner alone, and the public one.

    Raises UsageError when there is one already, ReportError when it cannot be written.
    """
    private, public = folder / PRIVATE, folder / PUBLIC
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    shown = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for path in (private, public):
        if path.exists():
            raise UsageError(str(path), "is there already", "choose another folder: --output")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
        public.write_bytes(shown)
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
        raise ReportError(str(folder), problem, "check its permissions") from error
    return private, public


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a key. Raises UsageError for anything but Ed25519 in PEM without passphrase."""
    try:
        key = serialization.load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(
            str(path), "is not a private key in PEM without passphrase", _MAKE
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(str(path), f"is not a key for {ALGORITHM}", _MAKE)
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read a key. Raises UsageError for anything but Ed25519 in PEM."""
    try:
        key = serialization.load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(str(path), "is not a public key in PEM", _MAKE) from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(str(path), f"is not a key for {ALGORITHM}", _MAKE)
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """The SHA-256 of a public key, in hex: its id in certificates."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()


def signed_envelope(payload: bytes, key: Ed25519PrivateKey) -> str:
    """The envelope of a signed text, as JSON."""
    signature = key.sign(_signed_text(payload))
    envelope = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [
            {"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode()}
        ],
    }
    return json.dumps(envelope, indent=1) + "\n"


def read_envelope(path: Path) -> Envelope | None:
    """The envelope in a file; None where there is no such file.

    Raises ReportError when the file is no envelope.
    """
    if not path.is_file():
        return None
    try:
        loaded: Any = given_json(path)
        if loaded["payloadType"] != PAYLOAD_TYPE:
            raise ValueError(loaded["payloadType"])
        signatures = {
            str(one["keyid"]): base64.b64decode(one["sig"], validate=True)
            for one in loaded["signatures"]
        }
        payload = base64.b64decode(loaded["payload"], validate=True)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"is not a DSSE envelope ({type(error).__name__})"
        raise ReportError(str(path), problem, "issue the certificate again with --key") from error
    return Envelope(payload, signatures)


def _signed_text(payload: bytes) -> bytes:
    """What is signed: the pre-authentication encoding of DSSE v1."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _read(path: Path) -> bytes:
    try:
        return given_bytes(path)
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise UsageError(str(path), problem, "check the path") from error
