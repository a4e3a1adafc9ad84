"""Images that any machine can read: each an address and its content, without anything that is open."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hindmost.core.errors import InputError
from hindmost.core.rows import IntArray
from hindmost.features.digests import Digests
from hindmost.features.photographs import Photographs, Pixels
from hindmost.features.remote_files import read_bytes

Decode = Callable[[bytes, str], Pixels]


@dataclass(frozen=True)
class Addressed:
    """Photographs by address. It can be cut into parts and sent to another machine.

    Parameters
    ----------
    addresses : sequence of str, length n   see ``read_bytes``
    contents : S32 array, shape (n,)        SHA-256 of each file, see ``digests``
    decode : callable                       the bytes of a file, and its address for the message -> uint8
                                            (side, side, 3); raises InputError where it is no picture

    Raises
    ------
    InputError
        The lengths differ.
    """

    addresses: Sequence[str]
    contents: Digests
    decode: Decode

    def __post_init__(self) -> None:
        if len(self.addresses) != len(self.contents):
            raise InputError(
                f"addresses has {len(self.addresses)} entries, contents has {len(self.contents)}. "
                "Pass one SHA-256 per address."
            )

    def __len__(self) -> int:
        return len(self.contents)

    def take(self, positions: IntArray) -> Addressed:
        """Some of them, in that order."""
        return Addressed([self.addresses[i] for i in positions.tolist()], self.contents[positions], self.decode)

    def photographs(self) -> Photographs:
        """The same for ``fill``. A file that is not the content it was listed with is refused."""
        return Photographs(self._load, self.contents)

    def _load(self, position: int) -> Pixels:
        address = self.addresses[position]
        content = read_bytes(address)
        if hashlib.sha256(content).digest() != self.contents[position : position + 1].tobytes():
            raise InputError(f"{address} has changed since it was checked. Run again once it stays as it is.")
        return self.decode(content, address)
