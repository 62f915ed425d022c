"""What each passage size gives: python bench/chunking.py SET [--index DIR]

Splits the text of the index at --index again for each size, and asks the questions of the set, which must be about
that text.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory

from prepared import arguments

from qa import Chunking, Index
from qa.evaluation.report import evaluate
from qa.evaluation.sets import read_set

SIZES = [(130, 0), (130, 130), (180, 100), (256, 0), (256, 100), (256, 200)]

if __name__ == "__main__":
    options = arguments(__doc__ or "").parse_args()
    sources = list(Index.open(options.index).sources.values())
    for path in options.sets:
        questions = read_set(path)
        print(f"{questions.name}\nmost  least  passages  R@1    R@5    R@10   first  cited  mean cited")
        for most, least in SIZES:
            with TemporaryDirectory() as folder:
                index = Index.build(sources, folder, chunking=Chunking(most, least))
                figures = evaluate(questions, index, limit=options.limit).to_dict()
            found, cited = figures["retrieval"], figures["forced"]
            print(
                f"{most:4}  {least:5}  {len(index.passages):8}  {found['R@1']:.3f}  {found['R@5']:.3f}  "
                f"{found['R@10']:.3f}  {cited['first']:.3f}  {cited['cited']:.3f}  {cited['citations']:.2f}",
                flush=True,
            )
