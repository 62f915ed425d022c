"""Fuzzing that is guided by what code it reaches: pip install atheris, then python bench/faults/guided.py [-runs=10000]

The first byte of an input says what the others are: a text, or a document of a kind; both are looked at as in
``fuzz.py``, whose documents are what the fuzzing starts from. Options are those of libFuzzer.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

try:
    import atheris
except ImportError:
    sys.exit("This needs atheris: pip install atheris")

sys.path.insert(0, str(Path(__file__).parent))
with atheris.instrument_imports(include=["qa", "pypdf", "docx", "pysubs2", "trafilatura"]):
    import fuzz

    from qa.reading.extraction.__main__ import read
    from qa.reading.extraction.formats import FORMATS

    for one in FORMATS:
        importlib.import_module(f"qa.reading.extraction.{one.extra}")  # now, else they are not instrumented

TEXT = 0
LONGEST = 400
"""Code points of a text."""


def look(data: bytes) -> None:
    """Try one input; an error ends the run and is printed with the input."""
    if not data:
        return
    kind, rest = data[0] % (1 + len(FORMATS)), data[1:]
    if kind == TEXT:
        fuzz.text_case(atheris.FuzzedDataProvider(rest).ConsumeUnicodeNoSurrogates(LONGEST))
        return
    reply = read(FORMATS[kind - 1].extra, rest)
    assert set(reply) in ({"reason"}, {"text", "places"})


def seeds(folder: Path) -> None:
    """Write the documents there as inputs."""
    for suffix, content in fuzz.DOCUMENTS.items():
        kind = next(number for number, kind in enumerate(FORMATS, 1) if suffix in kind.suffixes)
        (folder / f"document{suffix}").write_bytes(bytes([kind]) + content)


if __name__ == "__main__":
    logging.disable()
    runs = [] if any(option.startswith("-runs") for option in sys.argv) else ["-runs=10000"]
    with TemporaryDirectory(ignore_cleanup_errors=True) as corpus:
        seeds(Path(corpus))
        if not (child := os.fork()):  # libFuzzer ends its process
            atheris.Setup([*sys.argv, *runs, corpus], look)
            atheris.Fuzz()
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(ended)
