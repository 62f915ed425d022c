"""A model's name or folder -> an encoder: any ``SentenceTransformer``.

The libraries are imported only when such a model is loaded.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import ModelError
from qa.search.e5 import PROBE, hash_rest, hash_tensor, hash_tokenizer
from qa.search.encoders import Encoded, Prompts

DEFAULT_WINDOW = 512
"""Tokens that a model is assumed to read if it states no limit."""
_HUB_SECONDS = 10
"""Seconds to wait for the hub; its own client would try for minutes."""


class SentenceTransformerEncoder:
    """A loaded ``SentenceTransformer``. See :class:`qa.search.encoders.Encoder`."""

    lower: int | None = None

    def __init__(self, model: Any, name: str) -> None:
        """Wrap a model.

        Raises:
            ModelError: its tokenizer cannot say where its tokens are in the text.
        """
        if not getattr(model.tokenizer, "is_fast", False):
            raise ModelError("model.tokenizer", model=repr(name))
        self._model = model
        own = model.prompts or {}
        self.prompts = Prompts(query=own.get("query") or "", passage=own.get("document") or own.get("passage") or "")
        self.dimension = int(model.get_embedding_dimension())
        self.window = int(model.max_seq_length or DEFAULT_WINDOW)
        self.fingerprint = self.hash_weights()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        encoded = self._model.tokenizer(
            list(texts), add_special_tokens=False, truncation=False, return_attention_mask=False, verbose=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places of all tokens of a text, without special tokens."""
        encoded = self._model.tokenizer(
            text, add_special_tokens=False, truncation=False, return_offsets_mapping=True, verbose=False
        )
        return list(encoded["offset_mapping"])

    def hash_weights(self) -> str:
        """Return a hash of every parameter, the tokenizer, the window and the kind of pooling."""
        digest, model = hashlib.sha256(), self._model
        for name, value in sorted(model.state_dict().items()):
            hash_tensor(digest, name, value)
        if backend := getattr(model.tokenizer, "backend_tokenizer", None):
            hash_tokenizer(digest, backend.to_str())
        probe = model.tokenizer(PROBE)["input_ids"]
        pooling = str(getattr(model[1], "pooling_mode", "")) if len(model) > 1 else ""
        hash_rest(digest, model.max_seq_length, probe, [type(module).__name__ for module in model], pooling)
        return digest.hexdigest()[:16]

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return what the model makes of each text."""
        outputs = self._model.encode(
            list(texts), prompt="", batch_size=len(texts) or 1, output_value=None, show_progress_bar=False
        )
        encoded = self._model.tokenizer(
            list(texts),
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        return [
            Encoded(
                output["sentence_embedding"].float().cpu().numpy(),
                output["token_embeddings"][output["attention_mask"].bool()].float().cpu().numpy(),  # without padding
                np.asarray(encoded["offset_mapping"][n], dtype=np.int32).reshape(-1, 2),
                np.asarray(encoded["special_tokens_mask"][n], dtype=bool),
            )
            for n, output in enumerate(outputs)
        ]


def load_encoder(name: str, place: str, revision: str | None = None) -> SentenceTransformerEncoder:
    """Load any ``SentenceTransformer``: from this machine without any request, else from the hub.

    Args:
        name: the name it is given.
        place: the folder or hub name to load.
        revision: a fixed revision of a model on the hub.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    quiet_libraries()
    try:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformerEncoder(load_from(SentenceTransformer, place, revision=revision).eval(), name)
    except ModelError:
        raise
    except Exception as error:  # each library below has its own errors
        raise ModelError("model.load", model=repr(name), why=first_line(error)) from error


def load_from(load: Callable[..., Any], place: str, **options: Any) -> Any:
    """Load a model from this machine without any request; if it is not here, ask the hub once and download it.

    Args:
        load: what loads a folder or a hub name, such as ``from_pretrained``.
        place: the folder or hub name.
        options: what else it is given.
    """
    from huggingface_hub import HfApi

    try:
        return load(place, local_files_only=True, trust_remote_code=False, **options)
    except Exception:
        if Path(place).exists():
            raise
    HfApi().model_info(place, revision=options.get("revision"), timeout=_HUB_SECONDS)
    return load(place, trust_remote_code=False, **options)


def quiet_libraries() -> None:
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


def first_line(error: Exception) -> str:
    """Return the first line of what an error says, at most 200 code points of it."""
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
