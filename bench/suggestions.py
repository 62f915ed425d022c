"""What the suggested questions cost: python bench/suggestions.py [PATH ...]

Builds an index of `source/`, or of the files given, in a temporary folder, and makes the suggestions. Prints the
seconds, how many candidates were made, tried and kept, and each question with the sentence that answers it.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from qa import Index, retrieve
from qa.suggestions.suggest import attempt

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print figures and questions."""
    with TemporaryDirectory() as folder:
        index = Index.build(sys.argv[1:] or [ROOT / "source"], folder)
        retrieve(index, "?", 1)  # loads the model
        started = time.perf_counter()
        trial = attempt(index)
        seconds = time.perf_counter() - started
        print(f"{seconds:.1f} s: {trial.candidates} candidates, {trial.tried} tried, {len(trial.suggestions)} kept")
        for one in trial.suggestions:
            print(f"  {one.question}\n      {index.sources[one.source].text[one.start : one.end]}")


if __name__ == "__main__":
    main()
