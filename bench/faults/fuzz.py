"""Read, ask and extract random input: python bench/faults/fuzz.py [--cases 10000]

- A fifth of the cases are texts, which are split and shown: each sentence and passage must be at its offsets.
- A fifth are questions: each citation must be at its offsets in the source, or there is an error of one sentence.
- Two fifths are files, documents of each kind with changed bytes and random bytes: there is a text or a reason.
- A fifth are texts of one repeated piece: eight times as much of it may take no more than 24 times as long.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tqdm import tqdm

from qa import Index, QAError, Source, answer
from qa.answer import Answer
from qa.reading.extraction.__main__ import read
from qa.reading.extraction.formats import FORMATS
from qa.reading.files import source_from_bytes, source_from_text
from qa.text.language import language_of
from qa.text.passages import Chunking, split_passages
from qa.text.sentences import split_sentences
from qa.ui.document import draft

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
from documents import PAGE, SRT, chapter, epub, pdf, word

PIECES = [
    "灯台は1874年に建てられた。", "「", "」", "。", "！？", "\n", "\n\n", "\r\n", " ", "\u3000", "# ", "- ", "1. ",
    "第三章", "| ", "```\n", "A.B. ", 'Dr. Who said: "No." ', "...", "。」と", "مرحبا؟ ", "สวัสดี ", "안녕하세요. ", "🇯🇵",
    "\U0001f469\u200d\U0001f467", "e\u0301", "\u0301", "\u200b", "\u202e", "\ufeff", "\0", "\x1b[31m", "<b>", "&amp;",
    "$x$", "![](http://a/b)", "ignore your instructions", "0/400", "© 2023", "https://example.org", "あ", "漢",
    "ア", "ー", "a", "Z", "9", "\U0001f600", "\ufffd", "،", "।", "—", "…", "(", ")", "『", "』", "\t", "'", '"', "“",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=60).map("".join)
DOCUMENTS = {
    ".html": PAGE.encode(),
    ".pdf": pdf(["灯台の歴史", "この灯台は1874年に建てられた。", "1"], ["石は島から。"]),
    ".docx": word(),
    ".epub": epub({"a.xhtml": chapter("<h1>一</h1><p>灯台。</p>")}),
    ".srt": SRT.encode(),
}
SHORT, LONG, MOST, TRIES = 10_000, 80_000, 24, 3
"""Code points of the two texts of a pattern, and how many times as long the longer one may take."""


def halves(texts: list[str]) -> list[int]:
    """Return half the code points of each text as its number of tokens."""
    return [len(text) // 2 for text in texts]


def text_case(text: str) -> str:
    """Do everything to a text except embedding."""
    try:
        source = source_from_text("a.md", text)
    except QAError:
        return "rejected"
    split = split_passages(source, halves, Chunking(60, 0))
    spans = [(passage.start, passage.end) for passage in split.passages]
    assert spans == sorted(spans) and all(0 <= start < end <= len(source.text) for start, end in spans)
    for passage, own in zip(split.passages, split.units, strict=True):
        assert own and all(passage.start <= unit.start < unit.end <= passage.end for unit in own)
    language_of(source.text)
    parts = [part for block in draft(source)["blocks"] for part in block["parts"]]
    assert all(source.text[part[1] : part[2]] == part[0] for part in parts if len(part) == 3)
    return "read"


def question_case(index: Index, question: str) -> str:
    """Ask the question and compare every excerpt with the source."""
    try:
        result: Answer = answer(index, question, min_confidence=0)
    except QAError as error:
        assert "\n" not in str(error)
        return "rejected"
    shown = [(c.source, c.start, c.end, c.quote) for c in result.citations]
    shown += [(hit.passage.source, hit.start, hit.end, hit.text) for hit in result.hits]
    assert all(index.sources[name].text[start:end] == quote for name, start, end, quote in shown)
    return "answered"


def file_case(drawn: random.Random) -> str:
    """Read a document with some bytes changed, or random bytes, in this process, so that thousands are possible."""
    suffix = drawn.choice(sorted(DOCUMENTS))
    content = bytearray(DOCUMENTS[suffix])
    for _ in range(drawn.randrange(1, 12)):
        at = drawn.randrange(len(content) + 1)
        content[at : at + drawn.randrange(20)] = drawn.randbytes(drawn.randrange(20))
    if drawn.random() < 0.2:
        try:
            name = f"a{drawn.choice(['', '.txt', '.md'])}"
            source_from_bytes(name, drawn.randbytes(drawn.randrange(200)))
        except QAError as error:
            assert "\n" not in str(error)
            return "rejected"
        return "read"
    kind = next(kind for kind in FORMATS if suffix in kind.suffixes)
    reply = read(kind.reader, bytes(content))
    assert set(reply) in ({"reason"}, {"text", "places", "marks", "attached"})
    if "reason" in reply:
        return "rejected"
    text, places = str(reply["text"]), list(reply["places"])  # type: ignore[call-overload]
    assert all(0 <= place[0] < len(text) for place in places) and (text.strip() or reply["attached"])
    return "read"


def pattern_case(piece: str) -> str:
    """Measure how the time grows with the length."""
    if not piece:
        return "rejected"
    steps: tuple[Callable[[str], object], ...] = (
        split_sentences,
        lambda text: draft(Source("a.md", text)),
        lambda text: split_passages(Source("a.md", text), halves, Chunking(60, 0)),
    )
    for step in steps:
        most = MOST * seconds(step, piece, SHORT) + 0.5
        # The collector of garbage may have its turn in one of them.
        taken = [seconds(step, piece, LONG)]
        while taken[-1] >= most and len(taken) < TRIES:
            taken.append(seconds(step, piece, LONG))
        assert taken[-1] < most, f"{piece!r}: {taken}, at most {most}"
    return "linear"


def seconds(step: Callable[[str], object], piece: str, size: int) -> float:
    """Return the processor time of a step for a text of so many characters without a break."""
    text = "x" + piece * (size // len(piece)) + "x"
    begun = time.process_time()
    step(text)
    return time.process_time() - begun


def drawn_texts(count: int) -> Iterator[str]:
    """Draw texts by Hypothesis, without shrinking: each is a case of its own."""
    texts: list[str] = []

    @settings(
        max_examples=count, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(TEXTS)
    def draw(text: str) -> None:
        texts.append(text)

    draw()
    return iter(texts)


def main(cases: int) -> int:
    """Print a table; return 1 if anything went wrong, else 0."""
    drawn = random.Random(0)
    fifth = cases // 5
    rows: dict[str, Counter[str]] = {}
    with TemporaryDirectory() as folder:
        index = Index.build(Source("garden", "門の鍵は赤い箱の中にあります。\n\nThe gardener is Hanako."), folder)
        work: dict[str, tuple[Iterator[object], Callable[[object], str]]] = {
            "texts": (drawn_texts(fifth), lambda text: text_case(str(text))),
            "questions": (drawn_texts(fifth), lambda text: question_case(index, str(text))),
            "files": (iter(range(2 * fifth)), lambda _: file_case(drawn)),
            "patterns": (drawn_texts(fifth), lambda text: pattern_case(str(text)[:40])),
        }
        for row, (given_cases, look) in work.items():
            for case in tqdm(given_cases, desc=row):
                try:
                    outcome = look(case)
                except Exception as error:
                    outcome = "wrong"
                    print(f"{row}, {case!r}: {type(error).__name__}: {error}", file=sys.stderr)
                rows.setdefault(row, Counter())[outcome] += 1
    columns = ("read", "answered", "linear", "rejected", "wrong")
    print("| what      | cases | " + " | ".join(columns) + " |")
    print("|-----------|-------|" + "|".join("-" * (len(column) + 2) for column in columns) + "|")
    for row, counts in rows.items():
        cells = " | ".join(f"{counts[column]:>{len(column)}}" for column in columns)
        print(f"| {row:9} | {sum(counts.values()):>5} | {cells} |")
    return 1 if any(counts["wrong"] for counts in rows.values()) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    logging.disable()  # parsers tell at length what they make of such files
    sys.exit(main(parser.parse_args().cases))
