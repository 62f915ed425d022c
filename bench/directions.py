"""Compute the directions of language of the default model: `python bench/directions.py ../shared/train`.

The folder has `xquad_half.json.gz` (the same texts and questions in twelve languages) and `jaquad_train.json.gz`
(Japanese). The means of the vectors of each language's passages and of its questions are the rows of a matrix; its
first right singular vectors, after centring, are the directions. The file is written beside `qa.search.directions`.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.search import directions
from qa.search.embedding import Embedded, Embedder
from qa.search.weights import DEFAULT_MODEL, load_model

RANK = 8
"""Directions removed. `python -m qa eval` on the sets of documents with 0, 4, 8 and 12 chose it."""
PASSAGES, QUESTIONS = 60, 120
"""Texts of each language."""


def main() -> None:
    """Compute the directions and write the file."""
    embedder = load_model().without_directions()
    means: dict[str, list[npt.NDArray[np.float32]]] = {"text": [], "token": []}
    for language, passages, questions in languages(Path(sys.argv[1])):
        for embedded in (list(embedder.embed_passages(passages)), ask(embedder, questions)):
            means["text"].append(np.mean([one.vector for one in embedded], axis=0))
            means["token"].append(np.concatenate([one.tokens for one in embedded]).mean(axis=0))
        print(language, len(passages), len(questions), flush=True)
    arrays: dict[str, npt.NDArray[np.float32]] = {}
    for kind, rows in means.items():
        matrix = np.array(rows, dtype=np.float32)
        mean = matrix.mean(axis=0)
        arrays[f"{kind}_mean"] = mean
        arrays[f"{kind}_basis"] = np.linalg.svd(matrix - mean, full_matrices=False)[2][:RANK]
    file = Path(directions.__file__).with_name(f"{DEFAULT_MODEL}.npz")
    np.savez(file, **arrays)  # type: ignore[arg-type]
    print(file.name, file.stat().st_size, "bytes")


def languages(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield each language with some of its passages and questions."""
    articles: dict[str, Any] = {**read(folder / "xquad_half.json.gz"), "ja": read(folder / "jaquad_train.json.gz")}
    for language, own in articles.items():
        questions = [asked[0] for article in own for asked in article["qas"]]
        yield language, [article["text"] for article in own][:PASSAGES], questions[:QUESTIONS]


def read(file: Path) -> Any:
    """Return the content of a compressed JSON file."""
    with gzip.open(file) as content:
        return json.load(content)


def ask(embedder: Embedder, questions: Sequence[str]) -> list[Embedded]:
    """Return the embeddings of questions."""
    return [embedder.embed_question(question) for question in questions]


if __name__ == "__main__":
    main()
