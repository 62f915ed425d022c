"""What an embedding model must be able to do, however it is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Prompts:
    """Text put before a question and before a passage; many models are trained with such prompts."""

    query: str = ""
    passage: str = ""


@dataclass(frozen=True)
class Encoded:
    """What a model makes of one text.

    Attributes:
        vector: float32 [d], the text as a whole.
        tokens: float32 [t, h], the states of its tokens after the last layer, special tokens included.
        spans: int32 [t, 2], each token's place in the text; 0-based code points, end exclusive.
        special: bool [t], which tokens are special, such as those at the beginning and the end.
        lower: float32 [t, h], the states of the same tokens after the layer `Encoder.lower`; None if that is None.
    """

    vector: Vectors
    tokens: Vectors
    spans: npt.NDArray[np.int32]
    special: npt.NDArray[np.bool_]
    lower: Vectors | None = None


class Encoder(Protocol):
    """A model with its tokenizer. One thread uses it at a time.

    Attributes:
        prompts: the prompts that it was trained with.
        dimension: d, the length of a vector.
        window: how many tokens it reads, prompt and special tokens included.
        fingerprint: 16 hex digits, a hash of all weights, the tokenizer, the window and the kind of pooling.
        lower: the layer whose states it gives, too, because a trained reader reads them; None if it gives none.
    """

    prompts: Prompts
    dimension: int
    window: int
    fingerprint: str
    lower: int | None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the places of all tokens of a text, without special tokens; 0-based code points, end exclusive."""
        ...

    def hash_weights(self) -> str:
        """Return the fingerprint as it is now, read from all weights."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Return what it makes of each text, of which it reads as many tokens as fit its window."""
        ...
