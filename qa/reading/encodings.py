"""Bytes -> text, in the encoding that the bytes turn out to have.

A byte order mark decides first, then UTF-8 if all bytes fit it. For the rest, every encoding in a table that
reads the bytes without an error is tried. The one whose text looks most like its language wins, by the share of that
language's most common characters. charset-normalizer decides if none of these languages is recognized. It is not
asked first because its statistics confuse the East Asian encodings in short texts: each of them can read the bytes
of the others as rare characters.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from itertools import islice

import regex

_UNLIMITED = 1_000_000


@dataclass(frozen=True)
class _Language:
    """How a language looks when its bytes are decoded correctly.

    A run is a sequence of characters beyond ASCII. Runs that are shorter or longer than given here are a sign of
    another language's bytes: German has at most three such letters together (Füße), Japanese seldom has one alone
    next to Latin letters (Webサイト), and Russian words are never half Latin.

    Attributes:
        share: the share of ``common`` among the characters beyond ASCII of ordinary text.
        common: its most common characters beyond ASCII.
        encodings: the encodings of its texts, in groups; of a group, the first that reads the bytes counts.
        shortest: fewest code points of a run next to a lower-case ASCII letter.
        longest: most code points of any run.
    """

    share: float
    common: str
    encodings: tuple[tuple[str, ...], ...]
    shortest: int = 0
    longest: int = _UNLIMITED


def _east_asian(share: float, common: str, *encodings: tuple[str, ...]) -> _Language:
    return _Language(share, common, encodings, shortest=2)


def _alphabet(share: float, common: str, *encodings: str) -> _Language:
    return _Language(share, common, tuple((encoding,) for encoding in encodings), shortest=_UNLIMITED)


def _latin(common: str, *encodings: str) -> _Language:
    signs = "“”„‘’«»‹›–—…•·°§©®™€£"
    return _Language(0.95, common + common.upper() + signs, tuple((encoding,) for encoding in encodings), longest=3)


_KANA = "".join(map(chr, (*range(0x3041, 0x3094), *range(0x30A1, 0x30F5))))
_LANGUAGES = (
    _east_asian(
        0.7, _KANA + "、。ー年月日人大国一会者地時市学", ("cp932", "shift_jisx0213"), ("euc_jp", "euc_jisx0213")
    ),
    _east_asian(
        0.44,
        "，的。、年在一为是有中于大）（国和人以会个了学地时不后成公上分他与部发行法被用其及作出生月名本之主到体日来《》可位而长这线"
        "多下由现前对区路家方并建动员要数理所”“第因最等新同道至代内自加经电称通子化开间",
        ("gb18030",),
    ),
    _east_asian(
        0.44,
        "，的。、國年在為一中大是人和有了於以地後成時學會民不日與之政軍主上部發行月個區其多西到世而來分北東出方這生家對自法及公他"
        "經由戰用代「」也最被名作要立等市同開並利都本文建動高第海外長統教內期因下美可現所使機此府度進新",
        ("cp950", "big5hkscs"),
    ),
    _east_asian(
        0.5,
        "이다는의에을가고로하한은서지도인를사기어리자시아대해과나있으스일수만정들보부그라상주전제습니",
        ("cp949",),
    ),
    _alphabet(0.72, "оеиантрсвлкм", "cp1251", "koi8_u", "iso8859_5", "cp866"),
    _alphabet(0.68, "ατοινερσκηπυς", "cp1253", "iso8859_7"),
    _alphabet(0.75, "اليمنوتربةعد", "cp1256", "iso8859_6"),
    _alphabet(0.8, "יוהלאםרבתשמנד", "cp1255", "iso8859_8"),
    _alphabet(0.7, "านรอก่งเมั้ีลวยดิทสต", "cp874"),
    _latin("éèêàâçôîûùëïœæ", "cp1252"),
    _latin("äöüß", "cp1252"),
    _latin("áéíóúñü¿¡ºª", "cp1252"),
    _latin("ãõçáéíóúâêàòìùè", "cp1252"),
    _latin("åäöæøé", "cp1252"),
    _latin("ąćęłńóśźż", "cp1250", "iso8859_2"),
    _latin("áčďéěíňóřšťúůýž", "cp1250", "iso8859_2"),
    _latin("áéíóöőúüű", "cp1250", "iso8859_2"),
    _latin("ăâîşţ", "cp1250", "iso8859_2"),
    _latin("çğıöşüâîİ", "cp1254"),
)

_RECOGNIZED = 0.35
"""Least likeness of a text in the right encoding: the share of common characters, relative to the usual one."""
_RECOGNIZED_BY_ZEROS = 0.2
"""The same if there are zero bytes. Only UTF-16 is possible then, and the wrong byte order scores close to 0."""
_SAMPLE_RUNS = 10_000
"""Most runs that are looked at."""
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
_BEYOND_ASCII = regex.compile(r"(?<before>(?<=[a-z]))?(?<run>[^\x00-\x7f]+)(?<after>(?=[a-z]))?")
"""A run of characters beyond ASCII; ``before`` and ``after`` match if a lower-case ASCII letter touches it."""
_BEYOND_ASCII_BYTE = regex.compile(rb"[\x80-\xff]")
_CONTROL_CHAR = regex.compile(r"[\p{Cc}--[\s\x1b\x1a\x08]]", regex.V1)
_CONTROL_BYTE = regex.compile(rb"[\x00-\x07\x0e-\x19\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02
"""Largest share of control characters in a text."""


def decode(data: bytes) -> str | None:
    """Decode ``data``; return None if it is not text. Line breaks stay as they are, a byte order mark is left out."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_strictly(data[len(mark) :], encoding)
    if _ISO_2022_JP.search(data) and data.isascii():
        text = _decode_strictly(data, "iso2022_jp_3", "iso2022_jp_2")
        if text is not None or _SHIFT.findall(data)[-1:] in ([b"\x1b(B"], [b"\x1b(J"]):  # the encoding must end so
            return text or _decode_mail_japanese(data)
    text = _decode_strictly(data, "utf_8")
    if text is None:
        text = _decode_by_language(data)
    if text is None and b"\0" not in data:
        text = _decode_by_statistics(data)
    return text


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
    """Decode bytes in the encoding whose text looks most like its language; return None if none is recognized."""
    sample = _sample_bytes(data)
    least = _RECOGNIZED_BY_ZEROS if b"\0" in data else _RECOGNIZED
    found: list[tuple[float, tuple[str, ...]]] = []
    for encoding in ("utf_16_le", "utf_16_be"):
        if text := _decode_sample(sample, encoding):
            score = max(_ascii_share(text), *(_likeness(text, language) for language in _LANGUAGES))
            found.append((score, (encoding,)))
    for language in _LANGUAGES if b"\0" not in data else ():
        for encodings in language.encodings:
            if text := _decode_sample(sample, *encodings):
                found.append((_likeness(text, language), encodings))
    likeliest = sorted((one for one in found if one[0] > least), key=lambda one: -one[0])
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


def _likeness(text: str, language: _Language) -> float:
    """Return how much a text looks like a language: about 1 if it is in it, near 0 if the bytes are another's.

    It is the share of common characters relative to the usual share, less the share of characters that the language
    does not have.
    """
    common = frozenset(language.common)
    total = usual = odd = 0
    for match in islice(_BEYOND_ASCII.finditer(text), _SAMPLE_RUNS):
        run = match["run"]
        total += len(run)
        touches = match["before"] is not None or match["after"] is not None
        if len(run) > language.longest or (touches and len(run) < language.shortest):
            odd += len(run)
        else:
            usual += sum(char in common for char in run)
            odd += sum(unicodedata.category(char) in ("Co", "Cn", "Cc") for char in run)
    return (usual / language.share - odd) / total if total else 0.0


def _decode_by_statistics(data: bytes) -> str | None:
    """Decode bytes with charset-normalizer, for languages that are not in the table."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_exclusion=["utf_7"]).best()
    return None if best is None else _decode_strictly(data, best.encoding)
