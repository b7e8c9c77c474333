"""Room board, files: a long file written and read back in encrypted blocks, so that no length of it fills the memory."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag

from models.crypto import decrypt, encrypt
from models.refusal import NotFound

BLOCK = 256 * 1024
_HEAD = struct.Struct(">I")


class SealedWriter(io.RawIOBase):
    """A stream that cannot be rewound: what is written leaves it in blocks, each bound to its file and its place.

    The last block says that it is the last: a file cut off is not read as a whole one.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._name, self._file = path.name, path.open("wb")
        self._waiting, self._count = bytearray(), 0

    def writable(self) -> bool:
        """It is for writing only."""
        return True

    def write(self, data: object, /) -> int:
        """Take bytes; whole blocks leave at once."""
        given = bytes(data)  # type: ignore[call-overload]  # any buffer, as RawIOBase says
        self._waiting += given
        while len(self._waiting) > BLOCK:
            self._put(bytes(self._waiting[:BLOCK]), is_last=False)
            del self._waiting[:BLOCK]
        return len(given)

    def close(self) -> None:
        """Write what is left, once."""
        if not self.closed:
            self._put(bytes(self._waiting), is_last=True)
            self._file.close()
        super().close()

    def _put(self, block: bytes, is_last: bool) -> None:
        sealed = encrypt(block, _purpose(self._name, self._count, is_last))
        self._file.write(_HEAD.pack(len(sealed) << 1 | is_last))
        self._file.write(sealed)
        self._count += 1


def unsealed(path: Path) -> Iterator[bytes]:
    """The content in blocks. Raises NotFound for a lost, damaged or unfinished file."""
    try:
        with path.open("rb") as file:
            yield from _blocks(file, path.name)
    except (FileNotFoundError, InvalidTag, ValueError, struct.error) as error:
        raise NotFound("该文件缺失或已损坏，请重新导出。") from error


def _blocks(file: io.BufferedReader, name: str) -> Iterator[bytes]:
    is_last, count = False, 0
    while not is_last:
        (head,) = _HEAD.unpack(file.read(_HEAD.size))
        is_last = bool(head & 1)
        yield decrypt(file.read(head >> 1), _purpose(name, count, is_last))
        count += 1


def _purpose(name: str, count: int, is_last: bool) -> str:
    return f"sealed_file:{name}:{count}:{int(is_last)}"
