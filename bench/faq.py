"""A FAQ of forty questions in four layouts: python bench/faq.py

Each is asked as it is written in the FAQ, and in other words. An answer is right if its first citation has the words
that reply.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from qa import Index, Source, answer

LAYOUTS: dict[str, tuple[str, Callable[[int, str, str], str]]] = {
    "Q. and A.": ("faq.txt", lambda n, question, reply: f"Q. {question}\nA. {reply}\n"),
    "numbered 問 and 答": ("faq-2.txt", lambda n, question, reply: f"問{n}　{question}\n答　{reply}\n"),
    "headings": ("faq.md", lambda n, question, reply: f"## {question}\n\n{reply}\n"),
    "bold questions": ("faq-2.md", lambda n, question, reply: f"**Q{n}: {question}**\n\nA: {reply}\n"),
}


def main() -> None:
    """Print how many of the forty are right in each layout."""
    entries = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    for name, (file, layout) in LAYOUTS.items():
        parts = [layout(n, question, reply) for n, (question, reply, _, _) in enumerate(entries, 1)]
        title = "# よくある質問\n\n" if file.endswith(".md") else "よくある質問\n\n"
        with TemporaryDirectory() as folder:
            index = Index.build(Source(file, title + "\n".join(parts)), folder)
            for way, column in (("as written", 0), ("in other words", 2)):
                cited = [(entry[3], answer(index, entry[column], min_confidence=0.0).citations) for entry in entries]
                wrong = [words for words, found in cited if words not in found[0].quote]
                right = len(entries) - len(wrong)
                print(f"{name:20} {way:15} {right} of {len(entries)} right; wrong: {', '.join(wrong)}", flush=True)


if __name__ == "__main__":
    main()
