"""Looks for circles in the sectors of an .xls file, which xlrd would follow for ever."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_HEAD, _IN_HEADER = 512, 109


def has_circle(raw: bytes) -> bool:
    """Says whether a chain of sectors leads back into itself, in the table of sectors or of short ones.

    Source:
        OpenOffice.org's documentation of the Microsoft compound document file format.
    """
    if len(raw) < _HEAD:
        return False
    size = 1 << min(struct.unpack_from("<H", raw, 30)[0], 16)
    sectors = struct.unpack_from(f"<{_IN_HEADER}i", raw, 76)
    table = _table(raw, sectors, size)
    if _circle(table):
        return True
    short, chain = struct.unpack_from("<i", raw, 60)[0], []
    while 0 <= short < len(table):
        chain.append(short)
        short = table[short]
    return _circle(_table(raw, chain, size))


def _table(raw: bytes, sectors: Sequence[int], size: int) -> list[int]:
    found: list[int] = []
    for sector in sectors:
        begin = _HEAD + sector * size
        piece = raw[begin : begin + size] if sector >= 0 else b""
        found.extend(struct.unpack(f"<{len(piece) // 4}i", piece[: len(piece) // 4 * 4]))
    return found


def _circle(table: Sequence[int]) -> bool:
    state = bytearray(len(table))  # 0 not seen, 1 on the way, 2 known to end
    for start in range(len(table)):
        way = []
        at = start
        while 0 <= at < len(table) and not state[at]:
            state[at] = 1
            way.append(at)
            at = table[at]
        if 0 <= at < len(table) and state[at] == 1:
            return True
        for one in way:
            state[one] = 2
    return False
