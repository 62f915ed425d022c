"""Texts -> embeddings: float32 vectors of unit length, one for the text and one for each of its tokens.

The model is any ``SentenceTransformer``, by name or folder; `qa.search.weights` finds the default one. The vectors of
the tokens come from the same forward pass as the text's own; `qa.search.maxsim` compares them.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.errors import ModelError
from qa.progress import Progress, ProgressEvent, Stage
from qa.search.directions import LanguageDirections

Vectors = npt.NDArray[np.float32]

DEFAULT_WINDOW = 512
"""Tokens that a model is assumed to read if it states no limit."""
_BATCH = 16
_HUB_SECONDS = 10
"""Seconds to wait for the hub; its own client would try for minutes."""


@dataclass(frozen=True)
class Prompts:
    """Text put before a question and before a passage; many models are trained with such prompts."""

    query: str = ""
    passage: str = ""


@dataclass(frozen=True)
class ModelRecord:
    """The model that made an index, as its manifest records it.

    Attributes:
        name: the name that the user gave it.
        fingerprint: see :class:`Embedder`.
        prompts: the text put before questions and passages.
        dimension: the length of a vector.
        directions: the name of the directions of language that are removed; None if none are.
    """

    name: str
    fingerprint: str
    prompts: Prompts
    dimension: int
    directions: str | None = None


@dataclass(frozen=True)
class Embedded:
    """The embeddings of one text.

    Attributes:
        vector: float32 [d], unit length, the text as a whole.
        tokens: float32 [t, d], unit length, its tokens; special tokens and the prompt are left out.
        spans: int32 [t, 2], each token's place in the text; 0-based code points, end exclusive.
    """

    vector: Vectors
    tokens: Vectors
    spans: npt.NDArray[np.int32]


class Embedder:
    """An embedding model with its prompts.

    Attributes:
        name: the name that the user gave it.
        prompts: the text put before questions and passages.
        dimension: d, the length of a vector.
        max_tokens: how many tokens of a passage the model reads, not counting prompt and special tokens.
        fingerprint: 16 hex digits, a hash of all weights, the tokenizer, the window and the kind of pooling; another
            model has another one, and so has the same model after more training.
        directions: the directions of language that are removed from its vectors; None if none are.
    """

    def __init__(self, model: Any, name: str, directions: LanguageDirections | None = None) -> None:
        """Wrap a loaded ``SentenceTransformer``, with its own prompts.

        Raises:
            ModelError: its tokenizer cannot say where its tokens are in the text.
        """
        if not getattr(model.tokenizer, "is_fast", False):
            raise ModelError("model.tokenizer", model=repr(name))
        self._model = model
        self._lock = threading.Lock()  # a fast tokenizer changes its truncation state when used
        self.name = name
        self.directions = directions
        self.dimension = int(model.get_embedding_dimension())
        self.fingerprint = _fingerprint(model)
        own = model.prompts or {}
        self._set(Prompts(query=own.get("query") or "", passage=own.get("document") or own.get("passage") or ""))

    @property
    def record(self) -> ModelRecord:
        """What distinguishes it from another model, and from the same model with other prompts."""
        directions = self.directions.name if self.directions else None
        return ModelRecord(self.name, self.fingerprint, self.prompts, self.dimension, directions)

    def without_directions(self) -> Embedder:
        """Return the same model with its vectors as they are, directions of language included."""
        other = copy.copy(self)
        other.directions = None
        return other

    def with_prompts(self, prompts: Prompts) -> Embedder:
        """Return the same model with other prompts; it stays in memory once."""
        other = copy.copy(self)
        other._set(prompts)
        return other

    def _set(self, prompts: Prompts) -> None:
        self.prompts = prompts
        window = self._model.max_seq_length or DEFAULT_WINDOW
        with self._lock:
            self.max_tokens = window - len(self._model.tokenizer(prompts.passage)["input_ids"])

    @property
    def transformer(self) -> Any:
        """The transformer itself, for what needs more of it than vectors (`qa.reader`)."""
        return self._model[0].auto_model

    def encode(self, texts: Sequence[str]) -> Any:
        """Return the tokenizer's encoding of texts, prompts included, cut at the window: ids, offsets and specials."""
        with self._lock:
            return self._model.tokenizer(
                list(texts),
                truncation=True,
                max_length=self._model.max_seq_length,
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
            )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, not counting prompt and special tokens."""
        if not texts:
            return []
        with self._lock:
            encoded = self._model.tokenizer(
                list(texts), add_special_tokens=False, truncation=False, return_attention_mask=False, verbose=False
            )
        return [len(ids) for ids in encoded["input_ids"]]

    def embed_question(self, question: str) -> Embedded:
        """Return a question's embeddings."""
        return next(self._embed([question], self.prompts.query, None))

    def embed_passages(
        self, texts: Sequence[str], progress: Progress | None = None, contexts: Sequence[str] | None = None
    ) -> Iterator[Embedded]:
        """Yield the passages' embeddings in order, batch by batch.

        Args:
            texts: the passages.
            progress: called after each passage.
            contexts: what each stands under, which is read before it and gets no token vectors; None for nothing.
        """
        for done, embedded in enumerate(self._embed(texts, self.prompts.passage, contexts), 1):
            yield embedded
            if progress:
                progress(ProgressEvent(Stage.EMBEDDING, done, len(texts)))

    def _embed(self, texts: Sequence[str], prompt: str, contexts: Sequence[str] | None) -> Iterator[Embedded]:
        before = [f"{context}\n" if context else "" for context in contexts or [""] * len(texts)]
        whole = [context + text for context, text in zip(before, texts, strict=True)]
        for first in range(0, len(whole), _BATCH):
            batch = whole[first : first + _BATCH]
            with self._lock:
                outputs = self._model.encode(
                    batch, prompt=prompt, batch_size=_BATCH, output_value=None, show_progress_bar=False
                )
                encoded = self._model.tokenizer(
                    [prompt + text for text in batch],
                    truncation=True,
                    max_length=self._model.max_seq_length,
                    return_offsets_mapping=True,
                    return_special_tokens_mask=True,
                )
            for i, output in enumerate(outputs):
                embedded = _embedded(output, encoded, i, len(prompt) + len(before[first + i]))
                yield embedded if self.directions is None else _without(embedded, self.directions)


def load_embedder(
    name: str,
    *,
    place: str | None = None,
    revision: str | None = None,
    directions: LanguageDirections | None = None,
) -> Embedder:
    """Load any ``SentenceTransformer``.

    Args:
        name: the name it is given; a folder, or a name on the hub.
        place: the folder or hub name to load, if not ``name`` itself.
        revision: a fixed revision of a model on the hub.
        directions: what is removed from its vectors.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    _quiet_libraries()
    try:
        return Embedder(_sentence_transformer(place or name, revision).eval(), name, directions)
    except ModelError:
        raise
    except Exception as error:  # each library below has its own errors
        raise ModelError("model.load", model=repr(name), why=_first_line(error)) from error


def _sentence_transformer(place: str, revision: str | None) -> Any:
    """Load a model from this machine without any request; if it is not here, ask the hub once and download it."""
    from huggingface_hub import HfApi
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(place, revision=revision, local_files_only=True, trust_remote_code=False)
    except Exception:
        if Path(place).exists():
            raise
    HfApi().model_info(place, revision=revision, timeout=_HUB_SECONDS)
    return SentenceTransformer(place, revision=revision, trust_remote_code=False)


def _quiet_libraries() -> None:
    """Silence the load reports and progress bars of the libraries."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    for noisy in ("sentence_transformers", "transformers", "huggingface_hub"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    from transformers.utils import logging as transformers_logging

    silence: list[Callable[[], None]] = [
        transformers_logging.set_verbosity_error,
        transformers_logging.disable_progress_bar,
    ]
    for call in silence:
        call()


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _embedded(output: dict[str, Any], encoded: Any, i: int, skipped: int) -> Embedded:
    """Return the embeddings of text ``i`` of a batch; the first ``skipped`` code points are prompt and context."""
    spans = np.asarray(encoded["offset_mapping"][i], dtype=np.int32).reshape(-1, 2) - skipped
    special = np.asarray(encoded["special_tokens_mask"][i], dtype=bool)
    kept = ~special & (spans[:, 1] > 0) & (spans[:, 1] > spans[:, 0])
    read = output["attention_mask"].bool()  # padding may be on either side
    tokens = output["token_embeddings"][read].float().cpu().numpy()[kept]
    norms = np.linalg.norm(tokens, axis=1, keepdims=True)
    vector = output["sentence_embedding"].float().cpu().numpy()
    return Embedded(
        vector=(vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32),
        tokens=(tokens / np.maximum(norms, 1e-12)).astype(np.float32),
        spans=np.maximum(spans[kept], 0),
    )


def _without(embedded: Embedded, directions: LanguageDirections) -> Embedded:
    vector, tokens = directions.texts.remove(embedded.vector), directions.tokens.remove(embedded.tokens)
    return Embedded(vector, tokens, embedded.spans)


def _fingerprint(model: Any) -> str:
    """Return a hash of every parameter, the tokenizer, the window and the kind of pooling."""
    import torch

    digest = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        digest.update(f"{name}{tuple(value.shape)}{value.dtype}".encode())
        digest.update(value.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    if backend := getattr(model.tokenizer, "backend_tokenizer", None):
        written = backend.to_str()
        # What comes before is how the last call truncated and padded.
        digest.update(written[written.index('"added_tokens"') :].encode())
    digest.update(str(model.max_seq_length).encode())
    probe = "質問と答え: Question & answer 123, 谁 вопрос سؤال 질문."
    digest.update(str(model.tokenizer(probe)["input_ids"]).encode())
    digest.update(str([type(module).__name__ for module in model]).encode())
    digest.update(str(getattr(model[1], "pooling_mode", "")).encode() if len(model) > 1 else b"")
    return digest.hexdigest()[:16]
