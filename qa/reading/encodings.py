"""Bytes -> text, in the encoding that the bytes turn out to have.

A byte order mark decides first, then UTF-8 if all bytes fit it. For the rest, every encoding in a table that
reads the bytes without an error is tried. The one whose text is the likeliest in its language wins
(`qa.reading.likelihood`). charset-normalizer decides if none of these languages is recognized. It is not asked first
because its statistics confuse the East Asian encodings in short texts: each of them can read the bytes of the others as
rare characters.

A text in UTF-8 with a few bytes that are none, as a disk or a cut leaves them, is read with a sign in their places.
"""

from __future__ import annotations

import codecs
import math
from dataclasses import dataclass

import regex

from qa.reading.likelihood import LANGUAGES, is_recognized, log_likelihood

_LEAST_ASCII = 0.2
"""Least share of ASCII in a text in UTF-16 that is in no language of the table."""
_NO_ASCII = math.log(1e-4)
"""Logarithm of the likelihood of a text in UTF-16 without any ASCII, not even a line break, and without a mark."""
_WHOLE_PER_DAMAGED = 10
"""Least number of whole characters of several bytes in UTF-8 for each damaged one."""
_SAMPLE_BYTES = 1 << 20
"""Bytes by which the language is recognized, from the first byte beyond ASCII on. The encoding must read all bytes."""
_LEAD_BYTES = 64
"""Bytes before these that belong to the sample; an even number, for UTF-16."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF32_LE, "utf_32_le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf_32_be"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
)
_ISO_2022_JP = regex.compile(rb"\x1b(?:\$[B@]|\$\([DOQ]|\(I)")
"""Escape sequences that switch to Japanese characters in ISO-2022-JP."""
_SHIFT = regex.compile(rb"(\x1b(?:\([BJI]|\$[B@]))")
"""Escape sequences that switch the character set in the kind of ISO-2022-JP that mail programs write."""
_WEB_CODECS = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "shift_jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "big5": "cp950",
} | {
    same: same
    for same in (
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp", "gb18030", "cp949", "cp950",
        "big5hkscs", "cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    )
}  # fmt: skip
"""Encodings of the WHATWG Encoding Standard under Python's names -> the codec to read them with, often a superset."""
_BEYOND_ASCII_BYTE = regex.compile(rb"[\x80-\xff]")
_SEVERAL_BYTES = regex.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A character of several bytes in UTF-8."""
_CONTROL_CHAR = regex.compile(r"[\p{Cc}--[\s\x1b\x1a\x08]]", regex.V1)
_CONTROL_BYTE = regex.compile(rb"[\x00-\x07\x0e-\x19\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02
"""Largest share of control characters in a text."""


@dataclass(frozen=True)
class Decoded:
    """A text that was decoded.

    Attributes:
        text: the text; a replacement character (U+FFFD) stands where bytes are damaged.
        damaged: how many places are damaged.
        first: offset of the first damaged byte, from 1; 0 if there is none.
    """

    text: str
    damaged: int = 0
    first: int = 0


def decode(data: bytes) -> str | None:
    """Decode ``data``; return None if it is not text. Line breaks stay as they are, a byte order mark is left out."""
    found = decode_noting(data)
    return None if found is None else found.text


def decode_noting(data: bytes) -> Decoded | None:
    """Decode ``data`` as :func:`decode` does, and say where it is damaged."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            text = _decode_strictly(data[len(mark) :], encoding)
            return Decoded(text) if text is not None else _decode_damaged(data) if encoding == "utf_8" else None
    if _ISO_2022_JP.search(data) and data.isascii():
        text = _decode_strictly(data, "iso2022_jp_3", "iso2022_jp_2")
        if text is not None or _SHIFT.findall(data)[-1:] in ([b"\x1b(B"], [b"\x1b(J"]):  # the encoding must end so
            text = text or _decode_mail_japanese(data)
            return None if text is None else Decoded(text)
    text = _decode_strictly(data, "utf_8")
    if text is None and (damaged := _decode_damaged(data)):
        return damaged
    if text is None:
        text = _decode_by_language(data)
    if text is None and b"\0" not in data:
        text = _decode_by_statistics(data)
    return None if text is None else Decoded(text)


def _decode_damaged(data: bytes) -> Decoded | None:
    """Decode UTF-8 of which a few bytes are damaged or cut off; return None if there are more, or it is no UTF-8."""
    body = data.removeprefix(codecs.BOM_UTF8)
    text = body.decode("utf-8", "replace")
    before = body.count("\N{REPLACEMENT CHARACTER}".encode())
    damaged, whole = text.count("\N{REPLACEMENT CHARACTER}") - before, len(_SEVERAL_BYTES.findall(body))
    cut_off = damaged == 1 and whole and text.endswith("\N{REPLACEMENT CHARACTER}")
    if not damaged or (whole < _WHOLE_PER_DAMAGED * damaged and not cut_off) or not _is_text(text):
        return None
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Decoded(text, damaged, len(data) - len(body) + error.start + 1)
    return None


def web_codec(name: str) -> str | None:
    """Return the codec for the name of an encoding that a page or a server gives; None if the web has no such encoding.

    Python has other codecs (punycode, unicode_escape), which take very long or raise errors of their own.
    """
    for own in (name, name.removeprefix("x-")):
        try:
            return _WEB_CODECS.get(codecs.lookup(own).name)
        except (LookupError, ValueError):
            continue
    return None


def is_binary(data: bytes) -> bool:
    """Return whether bytes in no known encoding have zero bytes or more control characters than a text has."""
    return b"\0" in data or len(_CONTROL_BYTE.findall(data)) > _MOST_CONTROLS * len(data)


def _decode_strictly(data: bytes, *encodings: str) -> str | None:
    """Decode bytes in the first of the encodings that reads all of them as text; return None if none does."""
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text
    return None


def _is_text(text: str) -> bool:
    """Return whether decoded characters can be a text: no zero bytes, few control characters."""
    return "\0" not in text and len(_CONTROL_CHAR.findall(text)) <= _MOST_CONTROLS * len(text)


def _decode_mail_japanese(data: bytes) -> str | None:
    """Decode ISO-2022-JP as in Japanese mail, with Microsoft's own characters and half-width katakana (CP50221)."""
    parts, shift = [], b"\x1b(B"
    for part in _SHIFT.split(data):
        if part.startswith(b"\x1b"):
            shift = part
        elif shift == b"\x1b(I":
            parts.append(bytes(byte + 0x80 if 0x21 <= byte <= 0x5F else byte for byte in part))
        elif shift.startswith(b"\x1b$"):
            if len(part) % 2:
                return None
            parts += [_as_shift_jis(row, cell) for row, cell in zip(part[::2], part[1::2], strict=True)]
        else:
            parts.append(part)
    return _decode_strictly(b"".join(parts), "cp932")


def _as_shift_jis(row: int, cell: int) -> bytes:
    """Return a character of JIS X 0208 in Shift JIS, another encoding of the same table (JIS X 0208:1997, annex 1)."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x20 if cell > 0x5F else 0x1F) if row % 2 else cell + 0x7E
    return bytes((lead & 0xFF, trail & 0xFF))


def _decode_by_language(data: bytes) -> str | None:
    """Decode bytes in the encoding whose text is the likeliest in its language; return None if none is recognized."""
    sample, zeros = _sample_bytes(data), b"\0" in data
    found: list[tuple[float, tuple[str, ...]]] = []
    for encoding in ("utf_16_le", "utf_16_be"):
        if text := _decode_sample(sample, encoding):
            score, language = max(((log_likelihood(text, one), one) for one in LANGUAGES), key=lambda one: one[0])
            if is_recognized(text, language) or _ascii_share(text) > _LEAST_ASCII:
                found.append((score if zeros else score + _NO_ASCII, (encoding,)))
    for language in () if zeros else LANGUAGES:
        for encodings in language.encodings:
            if (text := _decode_sample(sample, *encodings)) and is_recognized(text, language):
                found.append((log_likelihood(text, language), encodings))
    likeliest = sorted(found, key=lambda one: -one[0])
    return next((text for _, encodings in likeliest if (text := _decode_strictly(data, *encodings))), None)


def _sample_bytes(data: bytes) -> bytes:
    """Return the part of the bytes where they begin to be more than ASCII."""
    first = _BEYOND_ASCII_BYTE.search(data)
    start = max(0, first.start() - _LEAD_BYTES) & ~1 if first else 0
    return data[start : start + _SAMPLE_BYTES]


def _decode_sample(part: bytes, *encodings: str) -> str | None:
    """Decode a sample as :func:`_decode_strictly` does; it may end within a character."""
    for encoding in encodings:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(part, final=len(part) < _SAMPLE_BYTES)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text
    return None


def _ascii_share(text: str) -> float:
    return sum(char.isascii() for char in text) / len(text)


def _decode_by_statistics(data: bytes) -> str | None:
    """Decode bytes with charset-normalizer, for languages that are not in the table."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_exclusion=["utf_7"]).best()
    return None if best is None else _decode_strictly(data, best.encoding)
