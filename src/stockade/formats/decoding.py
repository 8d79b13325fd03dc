"""The text of a file in any of the encodings that modelling programs and their machines write."""

from __future__ import annotations

import codecs

_SIXTEEN_BITS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WESTERN = {code: bytes([code]).decode("cp1252", errors="ignore") or chr(code) for code in range(0x80, 0xA0)}


def decode(raw: bytes) -> str | None:
    """Returns the text that a file's bytes spell, without a byte order mark; None where they are no text.

    UTF-16 is known by its byte order mark. All else is UTF-8, or else Windows-1252, the code page that files
    from before Unicode nearly always hold; the five bytes that it leaves open stay different from each other.
    """
    if raw.startswith(_SIXTEEN_BITS):
        try:
            text = raw.decode("utf-16")
        except UnicodeDecodeError:
            return None
        return None if "\0" in text else text
    if b"\0" in raw:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1").translate(_WESTERN)
