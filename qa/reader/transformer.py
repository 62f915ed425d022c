"""A question-answering model of the field, by name or folder -> a reader: ``AutoModelForQuestionAnswering``.

The model should be trained as for SQuAD 2 (Rajpurkar et al. 2018): its first token stands for "no answer". How surely a
unit answers is the score of its best span less that of no answer. The libraries are imported when one is loaded.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import ModelError
from qa.reader.readers import NO_EVIDENCE, Floats, Readable, ReadableQuestion, Reading, best_span, marked
from qa.search.sentence_transformer import first_line, load_from, quiet_libraries
from qa.text.paragraphs import Span

LONGEST_WINDOW = 512
"""Tokens that are read at once, question included, if the model does not read fewer."""
_BATCH = 8


class TransformerReader:
    """A loaded model. See :class:`qa.reader.readers.PassageReader`."""

    needs_states = False

    def __init__(self, tokenizer: Any, model: Any) -> None:
        """Wrap a model and its tokenizer, which must be able to say where tokens are in the text."""
        self._tokenizer, self._model = tokenizer, model.eval()
        self._lock = threading.Lock()  # a fast tokenizer changes its truncation state when used
        places = getattr(model.config, "max_position_embeddings", LONGEST_WINDOW)
        self._window = min(LONGEST_WINDOW, tokenizer.model_max_length, places)
        digest = hashlib.sha256()
        for name, value in sorted(model.state_dict().items()):
            digest.update(name.encode() + value.detach().cpu().float().contiguous().numpy().tobytes())
        self.checksum = digest.hexdigest()

    @classmethod
    def load(cls, name: str) -> TransformerReader:
        """Load a model: from this machine without any request, else from the hub.

        Raises:
            ModelError: there is no such model, or it cannot be loaded.
        """
        quiet_libraries()
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        load = AutoModelForQuestionAnswering.from_pretrained
        try:
            tokenizer = load_from(AutoTokenizer.from_pretrained, name)
            model, report = load_from(load, name, use_safetensors=True, output_loading_info=True)
        except Exception as error:  # each library below has its own errors
            raise ModelError("model.reader.load", model=repr(name), why=first_line(error)) from error
        if report["missing_keys"]:  # the library would read with random weights
            raise ModelError("model.reader.load", model=repr(name), why=min(report["missing_keys"]))
        if not tokenizer.is_fast or tokenizer.cls_token_id is None or tokenizer.padding_side != "right":
            raise ModelError("model.reader.load", model=repr(name), why=type(tokenizer).__name__)
        return cls(tokenizer, model)

    def read(self, question: ReadableQuestion, passages: Sequence[Readable]) -> list[Reading]:
        """Read a question with each of some passages."""
        text = self._fitted(question.text)
        batches = (passages[at : at + _BATCH] for at in range(0, len(passages), _BATCH))
        return [reading for batch in batches for reading in self._read(text, batch)]

    def _fitted(self, question: str) -> str:
        """Return the beginning of a question that leaves half of the window to a passage."""
        with self._lock:
            encoded = self._tokenizer(
                question,
                add_special_tokens=False,
                truncation=True,
                max_length=self._window // 2,
                return_offsets_mapping=True,
            )
        places = encoded["offset_mapping"]
        return question[: places[-1][1]] if places else question

    def _read(self, question: str, passages: Sequence[Readable]) -> Iterator[Reading]:
        import torch

        before = [f"{passage.context}\n" if passage.context else "" for passage in passages]
        with self._lock:
            encoded = self._tokenizer(
                [question] * len(passages),
                [start + passage.text for start, passage in zip(before, passages, strict=True)],
                truncation="only_second",
                max_length=self._window,
                padding=True,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
        places = encoded.pop("offset_mapping").numpy()
        with torch.inference_mode():
            output = self._model(**encoded)
        starts, ends = output.start_logits.float().numpy(), output.end_logits.float().numpy()
        for n, passage in enumerate(passages):
            own = np.array([kind == 1 for kind in encoded.sequence_ids(n)])
            spans = places[n] - len(before[n])
            yield _reading(passage, np.where(own[:, None], spans, -1).astype(np.int32), starts[n], ends[n])


def _reading(passage: Readable, places: npt.NDArray[np.int32], start: Floats, end: Floats) -> Reading:
    """Return a reading, given the places of all tokens in the passage's text; (-1, -1) for those of the question."""
    none = float(start[0] + end[0])
    evidence: list[float] = []
    chosen: list[Span] = []
    for unit in passage.units:
        inside = np.flatnonzero((places[:, 0] < unit[1]) & (places[:, 1] > unit[0]))
        if len(inside):
            first, last = best_span(start[inside], end[inside])
            evidence.append(float(start[inside][first] + end[inside][last]) - none)
        else:
            evidence.append(NO_EVIDENCE)
        chosen.append(marked(passage.text, unit, places[inside], start[inside], end[inside]))
    return Reading(max(evidence, default=NO_EVIDENCE), tuple(evidence), tuple(chosen))
