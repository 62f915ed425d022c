"""Bytes -> text: which encoding a file is in.

A byte order mark decides, then UTF-8 where every byte fits. For the rest charset-normalizer's statistics
confuse the East Asian encodings on short texts (each can read the others' bytes as rare characters), so
every encoding that reads the bytes without a fault is tried, and the one wins whose text looks most like
its language: by the share of that language's commonest characters. charset-normalizer decides where none
of these languages is recognised.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from itertools import islice

import regex

_ANY = 1_000_000


@dataclass(frozen=True)
class _Language:
    """How a language looks when its bytes are read rightly.

    Attributes:
        share: how much of what is not ASCII in ordinary text is among ``common``.
        common: its commonest characters beyond ASCII.
        encodings: what its texts come in; of those that stand together the first that reads the bytes counts.
        shortest: fewest code points of a run beyond ASCII that touches a small letter of ASCII.
        longest: most code points of any run beyond ASCII.

    Runs outside of these are a sign of another language's bytes: German has at most three together (Füße),
    Japanese has few alone beside Latin (Webサイト), Russian words are never half Latin.
    """

    share: float
    common: str
    encodings: tuple[tuple[str, ...], ...]
    shortest: int = 0
    longest: int = _ANY


def _east_asian(share: float, common: str, *encodings: tuple[str, ...]) -> _Language:
    return _Language(share, common, encodings, shortest=2)


def _alphabet(share: float, common: str, *encodings: str) -> _Language:
    return _Language(share, common, tuple((encoding,) for encoding in encodings), shortest=_ANY)


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

_RECOGNISED = 0.35
"""Share of its usual common characters that a text in the right encoding has at the very least."""
_RECOGNISED_BY_ZEROS = 0.2
"""The same where zero bytes leave only UTF-16 and its two byte orders, of which the wrong one scores next to 0."""
_SAMPLE = 10_000
"""Runs of characters beyond ASCII that are looked at."""
_SAMPLE_BYTES = 1 << 20
"""Bytes from the first beyond ASCII on by which the language is told; what is found has to read all of them."""
_LEAD = 64
"""Bytes before these that belong to the sample; even, for UTF-16."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF32_LE, "utf_32_le"),  # begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf_32_be"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
)
_ISO_2022_JP = regex.compile(rb"\x1b(?:\$[B@]|\$\([DOQ]|\(I)")
_SHIFT = regex.compile(rb"(\x1b(?:\([BJI]|\$[B@]))")
_WEB = {
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
"""Encodings of the Encoding Standard by Python's names, and what is meant by each: often a larger one."""
_BEYOND_ASCII = regex.compile(r"(?<before>(?<=[a-z]))?(?<run>[^\x00-\x7f]+)(?<after>(?=[a-z]))?")
_BEYOND_ASCII_BYTE = regex.compile(rb"[\x80-\xff]")
_CONTROL = regex.compile(r"[\p{Cc}--[\s\x1b\x1a\x08]]", regex.V1)
_CONTROL_BYTE = regex.compile(rb"[\x00-\x07\x0e-\x19\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02


def decode(data: bytes) -> str | None:
    """The text that ``data`` holds, newlines as they stand and without a byte order mark; None if it is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _text(data[len(mark) :], encoding)
    if _ISO_2022_JP.search(data) and data.isascii():
        text = _text(data, "iso2022_jp_3", "iso2022_jp_2")
        if text is not None or _SHIFT.findall(data)[-1:] in ([b"\x1b(B"], [b"\x1b(J"]):  # as the encoding has to end
            return text or _shifted(data)
    text = _text(data, "utf_8")
    if text is None:
        text = _recognised(data)
    if text is None and b"\0" not in data:
        text = _guessed(data)
    return text


def web_codec(name: str) -> str | None:
    """What is meant by the name of an encoding that a page or a server gives; None for what is none of the web's.

    Python knows others, which take for ever or run into errors of their own.
    """
    for own in (name, name.removeprefix("x-")):
        try:
            return _WEB.get(codecs.lookup(own).name)
        except (LookupError, ValueError):
            continue
    return None


def is_binary(data: bytes) -> bool:
    """Whether bytes that are in no known encoding hold control characters as no text does."""
    return b"\0" in data or len(_CONTROL_BYTE.findall(data)) > _MOST_CONTROLS * len(data)


def _text(data: bytes, *encodings: str) -> str | None:
    """The text in the first of the encodings that reads all bytes as text; None if none does."""
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text
    return None


def _is_text(text: str) -> bool:
    return "\0" not in text and len(_CONTROL.findall(text)) <= _MOST_CONTROLS * len(text)


def _shifted(data: bytes) -> str | None:
    """ISO-2022-JP as mail is written in Japan, with Microsoft's own signs and half-width katakana (CP50221)."""
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
    return _text(b"".join(parts), "cp932")


def _as_shift_jis(row: int, cell: int) -> bytes:
    """The two bytes of JIS X 0208 in the other encoding of the same table."""
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x20 if cell > 0x5F else 0x1F) if row % 2 else cell + 0x7E
    return bytes((lead & 0xFF, trail & 0xFF))


def _recognised(data: bytes) -> str | None:
    """The text that looks most like one of the languages, if any does."""
    sample = _sample(data)
    least = _RECOGNISED_BY_ZEROS if b"\0" in data else _RECOGNISED
    found: list[tuple[float, tuple[str, ...]]] = []
    for encoding in ("utf_16_le", "utf_16_be"):
        if text := _text_of_part(sample, encoding):
            score = max(_ascii_share(text), *(_likeness(text, language) for language in _LANGUAGES))
            found.append((score, (encoding,)))
    for language in _LANGUAGES if b"\0" not in data else ():
        for encodings in language.encodings:
            if text := _text_of_part(sample, *encodings):
                found.append((_likeness(text, language), encodings))
    likeliest = sorted((one for one in found if one[0] > least), key=lambda one: -one[0])
    return next((text for _, encodings in likeliest if (text := _text(data, *encodings))), None)


def _sample(data: bytes) -> bytes:
    """Where a text begins to be more than ASCII."""
    first = _BEYOND_ASCII_BYTE.search(data)
    start = max(0, first.start() - _LEAD) & ~1 if first else 0
    return data[start : start + _SAMPLE_BYTES]


def _text_of_part(part: bytes, *encodings: str) -> str | None:
    """The same as :func:`_text` of bytes that may end within a character."""
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
    """How much a text looks like a language: about 1 where it is, near 0 where it is another's bytes."""
    common = frozenset(language.common)
    total = usual = odd = 0
    for match in islice(_BEYOND_ASCII.finditer(text), _SAMPLE):
        run = match["run"]
        total += len(run)
        touches = match["before"] is not None or match["after"] is not None
        if len(run) > language.longest or (touches and len(run) < language.shortest):
            odd += len(run)
        else:
            usual += sum(char in common for char in run)
            odd += sum(unicodedata.category(char) in ("Co", "Cn", "Cc") for char in run)
    return (usual / language.share - odd) / total if total else 0.0


def _guessed(data: bytes) -> str | None:
    """charset-normalizer's reading, for languages that are not in the table."""
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_exclusion=["utf_7"]).best()
    return None if best is None else _text(data, best.encoding)
