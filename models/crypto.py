"""Room crypto: personal data at rest is AES-256-GCM; what must be found again has a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_KEY_ID = b"\x01"
_keys: dict[str, bytes] = {}


def bind_key(key: bytes) -> None:
    """Set the data key (32 bytes) of the process; three keys for three uses are derived from it."""
    if len(key) != 32:
        raise ValueError("the data key has 32 bytes")
    for use in ("encrypt", "hash", "audit"):
        _keys[use] = hmac.new(key, use.encode(), hashlib.sha256).digest()


def encrypt(plain: bytes, purpose: str) -> bytes:
    """Key id, nonce, ciphertext. `purpose` is authenticated: a value cannot be moved to another column."""
    nonce = os.urandom(12)
    return _KEY_ID + nonce + AESGCM(_keys["encrypt"]).encrypt(nonce, plain, purpose.encode())


def decrypt(stored: bytes, purpose: str) -> bytes:
    """The reverse of `encrypt`; raises `cryptography.exceptions.InvalidTag` when the value was changed."""
    return AESGCM(_keys["encrypt"]).decrypt(stored[1:13], stored[13:], purpose.encode())


def keyed_hash(text: str) -> str:
    """Hex digest by which an ID number, phone or account is found without being readable."""
    return hmac.new(_keys["hash"], text.encode(), hashlib.sha256).hexdigest()


def seal(message: bytes) -> str:
    """Hex digest that only the holder of the key can make (audit chain)."""
    return hmac.new(_keys["audit"], message, hashlib.sha256).hexdigest()


class EncryptedJSON(TypeDecorator[Any]):
    """A JSON value that the database cannot read. Dates become ISO text, Decimals become text."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else encrypt(canonical_json(value), self.purpose)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(decrypt(value, self.purpose))


def canonical_json(value: object) -> bytes:
    """JSON with sorted keys, the same bytes for the same value."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
