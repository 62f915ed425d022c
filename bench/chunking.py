"""What each passage size gives: python bench/chunking.py SET [--index DIR] [--each]

Splits the set's own texts for each size, or those of the index at --index for a set without texts, and asks the
questions.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory

from prepared import arguments

from qa import Chunking, Index
from qa.evaluation.report import evaluate
from qa.evaluation.sets import read_set

SIZES = [(130, 0), (130, 130), (180, 100), (256, 0), (256, 100), (256, 200)]

if __name__ == "__main__":
    parser = arguments(__doc__ or "")
    parser.add_argument("--each", action="store_true", help="ask each document of a set by itself")
    options = parser.parse_args()
    for path in options.sets:
        questions = read_set(path, each=options.each)
        print(f"{questions.name}\nmost  least  R@1    R@5    R@10   first  cited  mean cited")
        for most, least in SIZES:
            chunking = Chunking(most, least)
            with TemporaryDirectory() as folder:
                index = None
                if questions.needs_index:
                    sources = list(Index.open(options.index).sources.values())
                    index = Index.build(sources, folder, chunking=chunking)
                figures = evaluate(questions, index, limit=options.limit, chunking=chunking).to_dict()
            found, cited = figures["retrieval"], figures["forced"]
            print(
                f"{most:4}  {least:5}  {found['R@1']:.3f}  {found['R@5']:.3f}  {found['R@10']:.3f}  "
                f"{cited['first']:.3f}  {cited['cited']:.3f}  {cited['citations']:.2f}",
                flush=True,
            )
