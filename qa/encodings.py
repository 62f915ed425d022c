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
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF32_LE, "utf_32_le"),  # begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf_32_be"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
)
_ISO_2022_JP = (b"\x1b$B", b"\x1b$@", b"\x1b$(D", b"\x1b$(O", b"\x1b$(Q")
_BEYOND_ASCII = regex.compile(r"(?<before>(?<=[a-z]))?(?<run>[^\x00-\x7f]+)(?<after>(?=[a-z]))?")
_CONTROL = regex.compile(r"[\p{Cc}--[\s\x1b\x1a\x08]]", regex.V1)
_CONTROL_BYTE = regex.compile(rb"[\x00-\x07\x0e-\x19\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.02


def decode(data: bytes) -> str | None:
    """The text that ``data`` holds, newlines as they stand and without a byte order mark; None if it is no text."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _text(data[len(mark) :], encoding)
    if any(escape in data for escape in _ISO_2022_JP):
        text = _text(data, "iso2022_jp_3", "iso2022_jp_2")
        if text is not None:
            return text
    text = _text(data, "utf_8")
    if text is None:
        text = _recognised(data)
    if text is None and b"\0" not in data:
        text = _guessed(data)
    return text


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
        if "\0" not in text and len(_CONTROL.findall(text)) <= _MOST_CONTROLS * len(text):
            return text
    return None


def _recognised(data: bytes) -> str | None:
    """The text that looks most like one of the languages, if any does."""
    best, best_score = None, _RECOGNISED_BY_ZEROS if b"\0" in data else _RECOGNISED
    for encoding in ("utf_16_le", "utf_16_be"):
        text = _text(data, encoding)
        if text:
            score = max(_ascii_share(text), *(_likeness(text, language) for language in _LANGUAGES))
            if score > best_score:
                best, best_score = text, score
    if b"\0" in data:
        return best
    for language in _LANGUAGES:
        for encodings in language.encodings:
            text = _text(data, *encodings)
            if text and (score := _likeness(text, language)) > best_score:
                best, best_score = text, score
    return best


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
