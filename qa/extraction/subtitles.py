"""Subtitles (SubRip, WebVTT, SubStation Alpha) -> what is said, and when (pysubs2).

What one says is spread over several titles: they are joined until a sentence ends or nobody speaks.
"""

from __future__ import annotations

import pysubs2

from qa.encodings import decode
from qa.extraction import Extracted, Place, UnreadableError
from qa.extraction.lines import ends, join

_SILENCE = 2.0
"""Seconds after which someone begins anew."""
_SPEAKERS = ("-", "–", "—", "‐", "−")


def read(data: bytes) -> Extracted:
    """What is said, an utterance a line; each title's place has its time.

    Raises:
        UnreadableError: it holds no titles.
    """
    text = decode(data)
    if text is None:
        raise UnreadableError("damaged")
    try:
        titles = sorted(pysubs2.SSAFile.from_string(text), key=lambda title: title.start)
    except pysubs2.Pysubs2Error as error:
        raise UnreadableError("damaged") from error
    said = ""
    places: list[Place] = []
    spoken_until = 0.0
    for title in titles:
        words = "" if title.is_comment or title.is_drawing else title.plaintext
        for number, line in enumerate(filter(None, (" ".join(line.split()) for line in words.split("\n")))):
            silent = title.start / 1000 - spoken_until > _SILENCE
            anew = ends(said) or line.startswith(_SPEAKERS) or (silent and not number)
            if said:
                said += "\n" if anew else join(said, line)
            if not number:
                places.append(Place(len(said), time=title.start / 1000))
            said += line
        spoken_until = max(spoken_until, title.end / 1000)
    return Extracted(said, tuple(places))
