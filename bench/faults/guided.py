"""Fuzzing that is guided by what code it reaches: pip install atheris, then python bench/faults/guided.py [-runs=10000]

Half of the inputs are texts, half are documents of a kind; both are looked at as in ``fuzz.py``. Options are those
of libFuzzer.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("This needs atheris: pip install atheris")

sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["qa"]):
    import fuzz

    from qa.extraction import FORMATS
    from qa.extraction.__main__ import read

LONGEST = 400
"""Code points of a text."""


def look(data: bytes) -> None:
    """One input; whatever is raised ends the run and is printed with the input."""
    given = atheris.FuzzedDataProvider(data)
    if given.ConsumeBool():
        fuzz.text_case(given.ConsumeUnicodeNoSurrogates(LONGEST))
        return
    kind = FORMATS[given.ConsumeIntInRange(0, len(FORMATS) - 1)]
    reply = read(kind.extra, given.ConsumeBytes(given.remaining_bytes()))
    assert set(reply) in ({"reason"}, {"text", "places"})


if __name__ == "__main__":
    logging.disable()
    runs = [] if any(option.startswith("-runs") for option in sys.argv) else ["-runs=10000"]
    atheris.Setup([*sys.argv, *runs], look)
    atheris.Fuzz()
